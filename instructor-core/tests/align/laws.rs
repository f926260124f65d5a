//! What holds for every answer.

use instructor_core::Schema;
use instructor_core::align::align;
use instructor_core::schema::{Dialect, rendered};
use proptest::prelude::*;

use crate::schemas::*;

const ALL: [&Schema; 40] = [
    &TEXT,
    &BOOL,
    &FLOAT,
    &U8,
    &NONZERO,
    &U64,
    &U128,
    &I128,
    &CHAR,
    &ANY,
    &UNIT,
    &MAYBE_TEXT,
    &MAYBE_U8,
    &TEXTS,
    &NUMBERS,
    &PEOPLE,
    &PAIR_OF_U8,
    &TUPLE,
    &POINT,
    &RATES,
    &BY_MOOD,
    &BY_NUMBER,
    &PERSON,
    &CLOSED,
    &ALIKE,
    &FLAT,
    &OPEN,
    &NAMED,
    &MOOD,
    &TWINS,
    &SHAPE,
    &LENIENT,
    &EVENT,
    &COMMAND,
    &MIXED,
    &ID,
    &EITHER,
    &UNION,
    &TREE,
    &EXPRESSION,
];

const DIALECTS: [&Dialect; 3] = [&Dialect::JSON_SCHEMA, &Dialect::TOOL, &Dialect::OPENAI_STRICT];

/// Text that looks like JSON more often than chance.
pub(crate) fn answer() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\n",
        " ",
        "```",
        "```json\n",
        "<think>",
        "</think>",
        "null",
        "true",
        "1",
        "-5.0",
        "1e9",
        "\"name\"",
        "\"kind\"",
        "\"Circle\"",
        "\"value\":",
        "{\"",
        "\":",
        "\"key\"",
        "\"Ada\"",
        "\"age\":",
        "\"not\":",
        "text",
        "é",
        "\\u",
        "{}",
        "[]",
        "[{",
        "}]",
        "\"{\\\"a\\\":1}\"",
    ]);
    prop_oneof![
        prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat()),
        any::<String>(),
        json().prop_map(|value| value.to_string()),
    ]
}

/// JSON whose keys and texts the schemas know.
pub(crate) fn json() -> impl Strategy<Value = serde_json::Value> {
    let word = prop::sample::select(vec![
        "name",
        "age",
        "kind",
        "radius",
        "side",
        "id",
        "t",
        "c",
        "Say",
        "Move",
        "Quit",
        "value",
        "properties",
        "arguments",
        "key",
        "item_0",
        "not",
        "minus",
        "children",
        "5",
        "Circle",
        "full_name",
        "firstName",
        "in progress",
        "yes",
        "1,234",
        "[1]",
        "a, b",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        (0_u8..9).prop_map(Into::into),
        (-9.0..9.0).prop_map(|value: f64| value.into()),
        word.clone().prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((word.clone().prop_map(String::from), inner), 0..6)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn is_wrapped(schema: &'static Schema, dialect: &'static Dialect) -> bool {
    rendered(schema, dialect).is_ok_and(|rendered| rendered.wrapped)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_answer_panics(answer in answer()) {
        for schema in ALL {
            for dialect in DIALECTS {
                let _ = align(&answer, schema, dialect);
            }
        }
    }

    #[test]
    fn what_is_aligned_is_aligned(answer in answer()) {
        for schema in ALL {
            if let Ok(first) = align(&answer, schema, &Dialect::JSON_SCHEMA) {
                let again = align(&first.json, schema, &Dialect::JSON_SCHEMA);
                let again = again.map_err(|rejection| rejection.to_string());
                let again = again.expect("an aligned answer fits");
                prop_assert_eq!(&again.json, &first.json);
                prop_assert!(again.repairs.is_empty(), "{} {:?}", first.json, again.repairs);
            }
        }
    }

    #[test]
    fn any_wrapping_gives_the_same_value(value in json()) {
        let answer = value.to_string();
        for schema in ALL {
            let Ok(plain) = align(&answer, schema, &Dialect::JSON_SCHEMA) else { continue };
            if !value.is_object() {
                continue;
            }
            for wrapping in [
                format!("Sure! Here is what [you] asked for: {answer} -- anything else?"),
                format!("```json\n{answer}\n```"),
                format!("Two lines,\nthen\n```\n{answer}\n```\nDone."),
                format!("<think>{{\"a\": [1, 2]}} is wrong</think>\n\n{answer}"),
            ] {
                let found = align(&wrapping, schema, &Dialect::JSON_SCHEMA);
                prop_assert_eq!(found.map(|found| found.json), Ok(plain.json.clone()));
            }
        }
    }

    #[test]
    fn the_dialects_wrapper_comes_off(value in json()) {
        let plain = value.to_string();
        let wrapped = serde_json::json!({ "value": value }).to_string();
        for schema in ALL.into_iter().filter(|schema| is_wrapped(schema, &Dialect::TOOL)) {
            let native = align(&plain, schema, &Dialect::JSON_SCHEMA);
            if let Ok(native) = native && native.repairs.is_empty() {
                let aligned = align(&wrapped, schema, &Dialect::TOOL);
                let aligned = aligned.map(|a| (a.json, a.repairs));
                prop_assert_eq!(aligned, Ok((native.json, Vec::new())));
            }
        }
    }

    #[test]
    fn what_is_json_is_decided_as_serde_json_does(answer in answer()) {
        let exact = align(&answer, &ANY, &Dialect::JSON_SCHEMA).ok().filter(|a| a.repairs.is_empty());
        let exact = exact.map(|aligned| serde_json::from_str::<serde_json::Value>(&aligned.json).ok());
        prop_assert_eq!(exact.flatten(), serde_json::from_str(&answer).ok());
    }

    #[test]
    fn each_wrong_item_is_listed(wrong in prop::collection::vec(any::<bool>(), 0..40)) {
        let items: Vec<&str> = wrong.iter().map(|wrong| if *wrong { "{}" } else { "1" }).collect();
        let answer = format!("[{}]", items.join(","));
        let count = wrong.iter().filter(|wrong| **wrong).count();
        let found = align(&answer, &NUMBERS, &Dialect::JSON_SCHEMA);
        prop_assert_eq!(found.map_or_else(|r| r.violations().len(), |_| 0), count);
    }
}

#[test]
fn deep_nesting_is_no_danger() {
    for (open, close) in [("[", "]"), ("{\"not\":", "}"), ("{\"minus\":", "}"), ("{\"a\":[", "]}")]
    {
        for depth in [10, 126, 127, 128, 5_000] {
            let answer = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            // What is too deep to be read never meets the schema.
            let schemas = if depth > 128 { &[&TREE, &EXPRESSION][..] } else { &ALL };
            for schema in schemas {
                let _ = align(&answer, schema, &Dialect::JSON_SCHEMA);
                let _ = align(&answer[..answer.len() - 1], schema, &Dialect::JSON_SCHEMA);
            }
        }
    }
    // Every level has two variants that fit.
    let deep = format!("{}1{}", "{\"minus\":".repeat(120), "}".repeat(120));
    let aligned = align(&deep, &EXPRESSION, &Dialect::JSON_SCHEMA);
    assert_eq!(aligned.map(|aligned| aligned.json), Ok(deep));
}

#[test]
fn json_in_text_in_json_ends() {
    let mut answer = String::from("{}");
    for _ in 0..8 {
        answer = serde_json::json!({ "name": answer, "children": answer }).to_string();
    }
    for schema in ALL {
        let _ = align(&answer, schema, &Dialect::JSON_SCHEMA);
    }
}
