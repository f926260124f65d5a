//! For any text and any schema: no panic, the same answer twice, one that fits, in bounded time.

use instructor_core::offline::Offline;
use instructor_core::transport::{HttpRequest, Transport};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::wire::asked_again;
use crate::{BIOGRAPHY, arguments, extract, object, reply, tools};

/// Long texts, repetitive ones, and a schema that branches at each of its levels; without the budget
/// this runs for minutes.
#[tokio::test]
async fn work_is_bounded() {
    let text = "Ann Smith paid EUR 12.50 on 12 March 2024, see a@b.org. ".repeat(2_000);
    let hostile = [
        "-".repeat(50_000),
        "{".repeat(50_000),
        "a: ".repeat(20_000),
        "1-".repeat(20_000),
        "A ".repeat(20_000),
    ];
    let node = object(json!({
        "name": {"type": "string"}, "total": {"type": "number"}, "paid_on": {"type": "string", "format": "date"},
        "payers": {"type": "array", "items": object(json!({"name": {"type": "string"}, "total": {"type": "number"}}))},
    }));
    let branch = |to: &str| json!({"$ref": format!("#/$defs/{to}")});
    let mut defs: serde_json::Map<_, _> = (0..14)
        .map(|n| {
            let next = branch(&format!("N{}", n + 1));
            (format!("N{n}"), json!({"anyOf": [object(json!({"a": next, "b": next})), object(json!({"c": next}))]}))
        })
        .collect();
    defs.insert("N14".into(), json!({"type": "string"}));
    let branching = json!({"$defs": defs, "type": "object", "properties": {"value": branch("N0")}, "required": ["value"]});
    extract(&node, &text).await;
    for text in &hostile {
        extract(&node, text).await;
    }
    extract(&branching, BIOGRAPHY).await;
}

fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "string", "format": "date-time"})),
        Just(json!({"type": ["string", "null"], "format": "email"})),
        Just(json!({"type": "integer", "minimum": 3, "maximum": 9})),
        Just(json!({"type": "number", "exclusiveMinimum": 0})),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "null"})),
        Just(json!({"enum": ["yes", "no", 3]})),
        Just(json!({"const": {"a": 1}})),
        Just(json!({})),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec((name(), inner.clone()), 1..4)
                .prop_map(|fields| { object(Value::Object(fields.into_iter().collect())) }),
            inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            inner
                .clone()
                .prop_map(|values| json!({"type": "object", "additionalProperties": values})),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|any| json!({"anyOf": any})),
            prop::collection::vec(inner, 2).prop_map(|items| {
                json!({"type": "array", "prefixItems": items, "items": false, "minItems": 2})
            }),
        ]
    })
}

fn name() -> impl Strategy<Value = String> {
    let names = [
        "name",
        "total",
        "due_date?",
        "tags",
        "summary",
        "unitPrice?",
        "is_paid",
        "skills",
        "a b/c~d",
        "age",
        "first_name",
        "street?",
        "quantity",
        "unit",
        "from",
        "mentions?",
    ];
    prop::sample::select(names.to_vec()).prop_map(str::to_owned)
}

fn texts() -> impl Strategy<Value = String> {
    let pieces = [
        "Ann Smith",
        " and ",
        "12 March 2024",
        "2024-13-45",
        "\n- ",
        "\n\n",
        "Total: ",
        "EUR 1,250.00",
        "–",
        "a@b.org",
        ", ",
        ". ",
        "60-75k",
        "@ada #rust ",
        "12 Harbour Street ",
        "2 cups of ",
        "LH 401",
        " not good",
        "(",
        "\"",
        "name",
        "Größe",
        "10:30",
        "#4711",
        "total",
        "no",
        "…",
        "İ",
        "'s",
        "\u{301}",
        "🦀",
        ":",
        "=",
    ];
    let known = prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40);
    prop_oneof![known.prop_map(|pieces| pieces.concat()), ".{0,200}", "\\PC{0,200}"]
}

fn ask(offline: &Offline, body: &Value) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(reply(offline, body))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_text_and_schema_gets_the_same_fitting_answer_twice(text in texts(), schema in schemas()) {
        let schema = json!({"type": "object", "properties": {"value": schema}, "required": ["value"]});
        let body = tools(&schema, &json!([{"role": "user", "content": text}]));
        let first = ask(&Offline::default(), &body);
        prop_assert_eq!(&first, &ask(&Offline::default(), &body));
        let found = arguments(&first);
        prop_assert!(jsonschema::is_valid(&schema, &found), "{} for {}", found, schema);
    }

    #[test]
    fn any_call_of_any_tool_fits_its_schema(
        text in texts(),
        schemas in prop::collection::vec(schemas(), 1..4),
        several in any::<bool>(),
    ) {
        let schemas: Vec<Value> = schemas.into_iter().map(|schema| object(json!({"value": schema}))).collect();
        let tools = schemas.iter().enumerate().map(|(i, schema)| {
            json!({"type": "function", "function": {"name": format!("tool_{i}"), "parameters": schema}})
        });
        let body = json!({
            "messages": [{"role": "user", "content": text}], "tools": tools.collect::<Vec<_>>(),
            "tool_choice": "required", "parallel_tool_calls": several,
        });
        let first = ask(&Offline::default(), &body);
        prop_assert_eq!(&first, &ask(&Offline::default(), &body));
        let calls = first["choices"][0]["message"]["tool_calls"].as_array().expect("calls");
        prop_assert!(!calls.is_empty() && (several || calls.len() == 1));
        for call in calls {
            let name = call["function"]["name"].as_str().and_then(|name| name.strip_prefix("tool_"));
            let schema = &schemas[name.and_then(|i| i.parse::<usize>().ok()).expect("a known tool")];
            let text = call["function"]["arguments"].as_str().expect("a text");
            let found: Value = serde_json::from_str(text).expect("JSON");
            prop_assert!(jsonschema::is_valid(schema, &found), "{} for {}", found, schema);
        }
    }

    #[test]
    fn any_body_gets_a_response(body in "\\PC{0,300}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let request = HttpRequest::json("https://offline.invalid", body);
        prop_assert!(runtime.block_on(Offline::default().send(request)).is_ok());
    }

    #[test]
    fn any_complaint_gets_an_answer(complaint in "- `[^\n]{0,40}`: [^\n]{0,40}", schema in schemas()) {
        let answer = json!({"value": 1});
        for messages in asked_again("Ann Smith, 36", &answer, &complaint) {
            let reply = ask(&Offline::default(), &tools(&object(json!({"value": schema})), &messages));
            prop_assert!(arguments(&reply).is_object());
        }
    }
}
