//! The laws: whatever JSON is imported, nothing panics; what is imported can be rendered and read.

use instructor_core::align::align;
use instructor_core::schema::{Dialect, import, rendered};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const KEYWORDS: &[&str] = &[
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "propertyNames",
    "minProperties",
    "items",
    "prefixItems",
    "additionalItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "pattern",
    "format",
    "minimum",
    "exclusiveMaximum",
    "multipleOf",
    "anyOf",
    "oneOf",
    "allOf",
    "$ref",
    "not",
    "nullable",
    "description",
    "default",
    "examples",
    "discriminator",
    "$defs",
    "unevaluatedProperties",
    "title",
];

/// Any JSON with a liking for the words of JSON Schema.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "object",
        "array",
        "string",
        "integer",
        "null",
        "a",
        "b",
        "#",
        "#/$defs/a",
        "#/$defs/b",
        "#/properties/a",
        "date",
        "email",
        "^a",
        "(",
    ]);
    let leaf = prop_oneof![
        word.prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        (-3_i64..300).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!({ "type": "string" })),
        Just(json!({ "$ref": "#" })),
        Just(json!({ "$ref": "#/$defs/a" })),
        Just(
            json!({ "type": "object", "properties": { "a": { "const": "x" } }, "required": ["a"] })
        ),
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        let key = prop::sample::select([KEYWORDS, &["a", "b", "c"]].concat());
        prop_oneof![
            3 => prop::collection::vec((key, inner.clone()), 0..5).prop_map(|entries| {
                Value::Object(entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
            }),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

/// Schemas that can be imported, mostly.
fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = prop::sample::select(vec![
        json!({ "type": "string", "maxLength": 3 }),
        json!({ "type": "integer", "minimum": 1 }),
        json!({ "type": ["number", "null"] }),
        json!({ "enum": ["x", "y", null] }),
        json!({ "const": 5 }),
        json!({ "type": "boolean" }),
        json!({ "$ref": "#/$defs/a" }),
        json!({ "$ref": "#/$defs/b", "description": "B." }),
        json!({ "$ref": "#" }),
        json!(true),
    ]);
    let inner = leaf.prop_recursive(4, 30, 4, |inner| {
        let some = prop::collection::vec(inner.clone(), 1..4);
        let tagged = prop::collection::vec(inner.clone(), 2..4).prop_map(|values| {
            let form = |(i, value): (usize, Value)| {
                let tag = json!({ "const": format!("t{i}") });
                json!({ "type": "object", "properties": { "t": tag, "v": value }, "required": ["t"] })
            };
            json!({ "anyOf": values.into_iter().enumerate().map(form).collect::<Vec<_>>() })
        });
        prop_oneof![
            (some.clone(), any::<bool>()).prop_map(|(values, closed)| {
                let names = (0..values.len()).map(|i| format!("p{i}"));
                let properties: Map<_, _> = names.zip(values).collect();
                let mut schema = json!({ "type": "object", "properties": properties, "required": ["p0"] });
                if closed {
                    schema["additionalProperties"] = false.into();
                }
                schema
            }),
            some.clone().prop_map(|values| json!({ "anyOf": values })),
            some.prop_map(|values| json!({ "type": "array", "prefixItems": values, "items": false, "minItems": values.len() })),
            inner.clone().prop_map(|value| json!({ "type": "array", "items": value })),
            inner.prop_map(|value| json!({ "type": "object", "additionalProperties": value })),
            tagged,
        ]
    });
    (inner.clone(), inner.clone(), inner).prop_map(|(root, a, b)| {
        json!({ "type": "object", "properties": { "root": root }, "$defs": { "a": a, "b": b } })
    })
}

proptest! {
    #[test]
    fn nothing_panics_and_every_problem_has_a_place(json in any_json(), text in any_json()) {
        match import(&json) {
            Err(error) => {
                prop_assert!(!error.problems().is_empty());
                for problem in error.problems() {
                    prop_assert!(!problem.message.is_empty());
                    let place = json.pointer(&problem.pointer);
                    prop_assert!(place.is_some(), "{problem}\n{json}");
                }
            }
            Ok(schema) => {
                for dialect in Dialect::ALL {
                    let _ = rendered(schema, dialect);
                }
                let _ = align(&text.to_string(), schema, &Dialect::JSON_SCHEMA);
            }
        }
    }

    #[test]
    fn what_is_rendered_takes_what_was_imported(json in any_schema(), value in any_json()) {
        let Ok(schema) = import(&json) else { return Ok(()) };
        let again = instructor_core::schema::json_schema(schema);
        let first = jsonschema::draft202012::new(&json).expect("a JSON Schema");
        let second = jsonschema::draft202012::new(&again).expect("a JSON Schema");
        prop_assert_eq!(
            import(&again).map(instructor_core::schema::json_schema),
            Ok(again.clone()),
        );
        for value in [&value, &json!({ "root": value })] {
            prop_assert_eq!(first.is_valid(value), second.is_valid(value), "{}\n{}\n{}", json, again, value);
        }
    }
}
