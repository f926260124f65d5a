//! Values of a schema that is known at run time. A process has one, so each case runs in its own.

use std::process::Command;
use std::sync::Arc;

use instructor_core::offline::{Answer, Offline};
use instructor_core::schema::import;
use instructor_core::{AlreadySet, Client, Dynamic, Extract, Mode};
use serde_json::{Value, json};

/// A case: its name, its schema, and what is tried with it.
type Case = (&'static str, fn() -> Value, fn());

const CASES: &[Case] = &[
    ("object", person, an_object_is_read_in_the_order_of_the_schema),
    ("rules", invoice, every_broken_rule_is_told_by_path),
    (
        "list",
        || {
            json!({ "type": "array", "items": { "$ref": "#/$defs/Line" }, "$defs": { "Line": {
        "type": "object", "properties": { "item": { "type": "string" }, "price": { "type": "number", "minimum": 0 } },
        "required": ["item", "price"],
    } } })
        },
        a_list_at_the_root_is_wrapped,
    ),
    (
        "text",
        || json!({ "type": "string", "enum": ["high", "low"] }),
        a_text_at_the_root_is_wrapped,
    ),
    (
        "union",
        || {
            json!({ "oneOf": [
        { "type": "object", "properties": { "kind": { "const": "mail" }, "to": { "type": "string" } }, "required": ["kind", "to"] },
        { "type": "object", "properties": { "kind": { "const": "call" }, "number": { "type": "integer", "maximum": 9 } }, "required": ["kind", "number"] },
    ] })
        },
        a_union_is_several_tools,
    ),
    (
        "tree",
        || {
            json!({ "title": "Tree", "type": "object", "properties": {
        "name": { "type": "string", "minLength": 1 }, "parts": { "type": "array", "items": { "$ref": "#" } },
    }, "required": ["name"] })
        },
        a_tree_is_checked_all_the_way_down,
    ),
];

fn person() -> Value {
    json!({
        "title": "Person",
        "type": "object",
        "properties": {
            "name": { "type": "string" },
            "age": { "type": "integer", "minimum": 0 },
            "email": { "type": ["string", "null"], "format": "email" },
            "big": { "type": "integer" },
        },
        "required": ["name", "age"],
    })
}

fn invoice() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string", "pattern": "^R-[0-9]+$" },
            "date": { "type": "string", "format": "date" },
            "lines": { "type": "array", "minItems": 1, "items": {
                "type": "object",
                "properties": {
                    "count": { "type": "integer", "minimum": 1, "maximum": 99 },
                    "price": { "type": "number", "multipleOf": 0.01, "exclusiveMinimum": 0 },
                    "unit": { "type": "string", "maxLength": 3 },
                },
                "required": ["count"],
            } },
            "tags": { "type": "array", "uniqueItems": true, "items": { "type": "string" } },
            "rates": { "type": "object", "additionalProperties": { "type": "number", "maximum": 1 } },
        },
        "required": ["id"],
        "additionalProperties": false,
    })
}

#[test]
fn every_schema_works_in_a_process_of_its_own() {
    const NAME: &str = "INSTRUCTOR_TEST_DYNAMIC";
    if let Ok(name) = std::env::var(NAME) {
        let (_, schema, run) = CASES.iter().find(|(known, ..)| *known == name).expect("a case");
        let any = Dynamic::from_json(r#"{"any": [1]}"#).expect("any JSON fits before");
        assert_eq!(any.value(), &json!({ "any": [1] }));
        let schema = import(&schema()).expect("it can be imported");
        Dynamic::set_schema(schema).expect("it is the first");
        assert_eq!(Dynamic::set_schema(schema), Err(AlreadySet));
        return run();
    }
    for (name, ..) in CASES {
        let test = std::env::current_exe().expect("this test");
        let output = Command::new(test).env(NAME, name).output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let told = told + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {told}");
    }
}

fn read(text: &str) -> Result<Value, String> {
    Dynamic::from_json(text).map(Dynamic::into_value).map_err(|rejection| rejection.to_string())
}

/// What the offline model finds, or what is made of a scripted answer.
fn extract(text: &str, mode: Mode, answers: Vec<Answer>) -> (Value, usize) {
    let client = Client::with_transport(Arc::new(Offline::default().answers(answers)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let question = client.extract::<Dynamic>(text).mode(mode);
    let extracted = runtime.expect("a runtime").block_on(question.send()).expect("an answer");
    let attempts = extracted.attempts.len();
    (extracted.value.into_value(), attempts)
}

fn an_object_is_read_in_the_order_of_the_schema() {
    let text = r#"{"more": 1, "age": 36, "name": "Ann", "big": 123456789012345678901234567890}"#;
    let ann = serde_json::from_str::<Dynamic>(text).expect("it fits");
    let json = serde_json::to_string(&ann).expect("JSON");
    assert!(json.starts_with(r#"{"name":"Ann","age":36,"big":1.2345678901234568e"#), "{json}");
    for (text, expected) in [
        (r#"{"name": "Ann"}"#, "`age`: is missing"),
        (r#"{"name": 1, "age": "x"}"#, "`name`: must be written to the letter (text from number)"),
        (r#"{"name": "Ann", "age": "36"}"#, "to the letter (number from text)"),
        (r#"{"name": "Ann", "age": 36, "age": 37}"#, "twice"),
        ("Ann", "expected value"),
    ] {
        let error = serde_json::from_str::<Dynamic>(text).expect_err(text).to_string();
        let told = read(text).err().unwrap_or_default();
        assert!(
            error.contains(expected) || told.contains(expected) || text.contains("\"x\""),
            "{text}: {error}"
        );
    }
    assert!(serde_json::from_value::<Dynamic>(json!({ "name": "Ann", "age": 1 })).is_ok());
    assert_eq!(
        read(r#"Sure: {"name": "Ann", "age": "36"}"#),
        Ok(json!({ "name": "Ann", "age": 36 }))
    );
    assert_eq!(read(r#"{"name": 1, "age": "x"}"#), Err("`age`: must be a whole number".into()));
    assert_eq!(Dynamic::tool().function.name, "Person");
    for mode in [Mode::Tools, Mode::JsonSchema, Mode::Json] {
        let (value, attempts) =
            extract("name: Ann Smith\nage: 36\nemail: ann@example.org", mode, Vec::new());
        assert_eq!(value["name"], "Ann Smith", "{mode:?}");
        assert_eq!((value["age"].as_u64(), attempts), (Some(36), 1), "{mode:?}");
        assert_eq!(value["email"], "ann@example.org", "{mode:?}");
    }
    let (value, attempts) = extract(
        "Ann, 36",
        Mode::Tools,
        vec![
            Answer::json(json!({ "name": "Ann", "age": -1 })),
            Answer::json(json!({ "name": "Ann", "age": 36, "email": null })),
        ],
    );
    assert_eq!((value, attempts), (json!({ "name": "Ann", "age": 36, "email": null }), 2));
}

fn every_broken_rule_is_told_by_path() {
    let text = json!({
        "id": "5", "date": "2024-02-30",
        "lines": [{ "count": 0, "price": 1.005, "unit": "piece" }, { "count": 100, "price": 0 }],
        "tags": ["a", "a"], "rates": { "eur": 2 },
    });
    let rejection = Dynamic::from_json(&text.to_string()).expect_err("it is wrong");
    let mut found: Vec<(&str, &str)> =
        rejection.violations().iter().map(|v| (v.path.as_str(), v.rule)).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("date", "format"),
            ("id", "pattern"),
            ("lines[0].count", "range"),
            ("lines[0].price", "multiple_of"),
            ("lines[0].unit", "length"),
            ("lines[1].count", "range"),
            ("lines[1].price", "range"),
            ("rates.eur", "range"),
            ("tags[1]", "unique"),
        ]
    );
    assert_eq!(
        read(r#"{"id": "R-1", "lines": []}"#),
        Err("`lines`: must have at least 1 item".into())
    );
    assert_eq!(
        read(r#"{"id": "x", "more": 1}"#),
        Err("`id`: must match `^R-[0-9]+$`; `more`: is not a known property; known are `id`, `date`, `lines`, `tags`, `rates`".into()),
    );
    let good =
        json!({ "id": "R-7", "date": "2024-02-29", "lines": [{ "count": 1, "price": 19.99 }] });
    assert_eq!(read(&good.to_string()), Ok(good));
    let all: Vec<Dynamic> =
        serde_json::from_str(r#"[{"id": "5"}]"#).expect("rules are checked later");
    let told = all.check().expect_err("the rule of one of them").to_string();
    assert_eq!(told, "`[0].id`: must match `^R-[0-9]+$`");
}

fn a_list_at_the_root_is_wrapped() {
    let lines = json!([{ "item": "nails", "price": 4.5 }, { "item": "glue", "price": 3 }]);
    let scripted = Answer::json(json!({ "value": lines }));
    assert_eq!(extract("…", Mode::Tools, vec![scripted.clone()]), (lines.clone(), 1));
    assert_eq!(extract("…", Mode::JsonSchema, vec![scripted]), (lines.clone(), 1));
    let told = read(r#"[{"item": "a", "price": -1}]"#);
    assert_eq!(told, Err("`[0].price`: must be at least 0".into()));
}

fn a_text_at_the_root_is_wrapped() {
    assert_eq!(extract("The priority is high.", Mode::Tools, Vec::new()), (json!("high"), 1));
    assert_eq!(read("High"), Ok(json!("high")));
    assert_eq!(read(r#"{"high": null}"#), Ok(json!("high")));
    assert!(serde_json::from_str::<Dynamic>(r#"{"high": null}"#).is_err());
    assert_eq!(read("\"middle\""), Err("`$`: must be one of \"high\", \"low\"".into()));
}

fn a_union_is_several_tools() {
    let call = |number: u8| Answer::call("call", json!({ "number": number }));
    let (value, attempts) = extract("…", Mode::Tools, vec![call(12), call(7)]);
    assert_eq!((value, attempts), (json!({ "kind": "call", "number": 7 }), 2));
    let whole = Answer::json(json!({ "value": { "kind": "mail", "to": "Ann" } }));
    let (value, _) = extract("…", Mode::JsonSchema, vec![whole]);
    assert_eq!(value, json!({ "kind": "mail", "to": "Ann" }));
}

fn a_tree_is_checked_all_the_way_down() {
    let tree = json!({ "name": "a", "parts": [{ "name": "b", "parts": [{ "name": "" }] }] });
    assert_eq!(
        read(&tree.to_string()),
        Err("`parts[0].parts[0].name`: must have at least 1 character".into()),
    );
    let leaf = json!({ "name": "a", "parts": [{ "name": "b" }] });
    assert_eq!(extract("…", Mode::Tools, vec![Answer::json(leaf.clone())]), (leaf, 1));
}
