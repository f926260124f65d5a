//! Any schema is filled, and nothing is invented.

use serde_json::Value;
use serde_json::json;

use crate::{extract, object};

#[tokio::test]
async fn nothing_is_invented() {
    let schema = object(json!({
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 18},
        "email?": {"type": "string", "format": "email"},
        "phone": {"type": ["string", "null"]},
        "address?": {"anyOf": [object(json!({"street": {"type": "string"}, "city": {"type": "string"}})), {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "active": {"type": "boolean"},
        "kind": {"type": "string", "enum": ["a_kind", "b_kind"]},
    }));
    for text in ["", "nothing to see here", "…", "\n\n- \n:"] {
        let found = extract(&schema, text).await;
        let neutral = json!({
            "name": "", "age": 18, "phone": null, "tags": [], "active": false, "kind": "a_kind",
        });
        assert_eq!(found, neutral, "{text:?}");
    }
}

#[tokio::test]
async fn strict_schemas_and_unusual_ones_are_filled() {
    let people = "Ann Smith, 41, works at Acme Ltd. Bob Jones, 29, is from Leeds.";
    let person = json!({
        "type": "object", "additionalProperties": false, "required": ["name", "age", "email"],
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "email": {"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]},
        },
    });
    let pair = json!({"type": "object", "properties": {"key": {"type": "string"}, "value": {"type": "number"}}, "required": ["key", "value"]});
    let rates = "Rates:\n- EUR: 1.08\n- GBP: 1.27\n";
    let tagged = |tag: &str, properties: Value| {
        let mut schema = object(properties);
        schema["properties"]["type"] = json!({"const": tag});
        schema["required"].as_array_mut().expect("a list").push("type".into());
        schema
    };
    let tree = json!({"$ref": "#/$defs/Node", "$defs": {"Node": object(json!({
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
        "parent?": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
    }))}});
    let cases = [
        (
            object(json!({"value": {"type": "array", "items": {"$ref": "#/$defs/Person"}}})),
            people,
            json!({"value": [{"name": "Ann Smith", "age": 41, "email": null}, {"name": "Bob Jones", "age": 29, "email": null}]}),
        ),
        (
            object(json!({"rates": {"type": "array", "items": pair}})),
            rates,
            json!({"rates": [{"key": "EUR", "value": 1.08}, {"key": "GBP", "value": 1.27}]}),
        ),
        (
            object(
                json!({"rates": {"type": "object", "additionalProperties": {"type": "number"}}}),
            ),
            rates,
            json!({"rates": {"EUR": 1.08, "GBP": 1.27}}),
        ),
        (
            object(json!({"value": {"type": "integer"}})),
            "There were 17 of them.",
            json!({"value": 17}),
        ),
        (
            object(json!({"value": {"anyOf": [
                tagged("card", json!({"number": {"type": "string"}})),
                tagged("transfer", json!({"iban": {"type": "string"}})),
            ]}})),
            "Paid by transfer, IBAN: DE12500105170648489890",
            json!({"value": {"iban": "DE12500105170648489890", "type": "transfer"}}),
        ),
        (
            object(json!({"size": {"type": "array", "prefixItems": [
                {"type": "integer", "description": "width"}, {"type": "integer", "description": "height"},
            ], "items": false}})),
            "It has a width of 30 and a height of 20.",
            json!({"size": [30, 20]}),
        ),
        (tree, "Ann Smith, head of the family", json!({"name": "Ann Smith", "children": []})),
        (
            object(json!({"zip": {"type": "string", "pattern": "^[0-9]{5}$"}})),
            "Send it to 10115 Berlin.",
            json!({"zip": "10115"}),
        ),
        (
            object(
                json!({"ratio": {"allOf": [{"type": "number"}, {"maximum": 1}], "description": "share of women"}}),
            ),
            "Of 250 people the share of women is 0.4.",
            json!({"ratio": 0.4}),
        ),
    ];
    for (mut schema, text, expected) in cases {
        if schema.get("$defs").is_none() {
            schema["$defs"] = json!({"Person": person});
        }
        let found = extract(&schema, text).await;
        assert_eq!(found, expected, "{text}");
        assert!(jsonschema::is_valid(&schema, &found), "{found}");
    }
}
