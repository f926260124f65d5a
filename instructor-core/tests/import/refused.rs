//! What cannot be imported: each problem with its place and the way out.

use instructor_core::schema::import;
use serde_json::{Value, json};

/// The problems, one a line.
fn problems(json: &Value) -> Vec<String> {
    match import(json) {
        Ok(schema) => panic!("{schema:?} was imported\n{json:#}"),
        Err(error) => {
            let lines: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
            assert_eq!(error.to_string(), lines.join("\n"));
            lines
        }
    }
}

#[test]
fn every_problem_is_told_with_its_place_and_a_way_out() {
    let text = json!({ "type": "string" });
    let cases = [
        (json!([]), "#", "must be a schema"),
        (json!(false), "#", "`false` has no values"),
        (json!({ "type": "any" }), "#/type", "must be `null`, `boolean`"),
        (json!({ "type": ["string", 1] }), "#/type", "must be `null`, `boolean`"),
        (json!({ "type": "string", "const": 1 }), "#", "no value is left"),
        (json!({ "enum": [] }), "#", "no value is left"),
        (json!({ "enum": "a" }), "#/enum", "must be a list"),
        (json!({ "const": { "a": 1 } }), "#", "describe an object or a list by its properties"),
        (json!({ "not": text }), "#/not", "say what the value is instead"),
        (json!({ "if": text, "then": text }), "#/if", "write `anyOf`"),
        (json!({ "patternProperties": {} }), "#/patternProperties", "`propertyNames`"),
        (json!({ "dependentRequired": {} }), "#/dependentRequired", "write `anyOf`"),
        (json!({ "type": "array", "contains": text }), "#/contains", "check it afterwards"),
        (json!({ "$dynamicRef": "#a" }), "#/$dynamicRef", "write `$ref`"),
        (json!({ "$ref": "#anchor" }), "#/$ref", "put the schema into `$defs`"),
        (json!({ "$ref": "https://example.org/s.json" }), "#/$ref", "into the same document"),
        (json!({ "$ref": "#/$defs/A" }), "#/$ref", "nothing stands at this reference"),
        (json!({ "$ref": 1 }), "#/$ref", "must be text"),
        (json!({ "$ref": "#" }), "#", "refers to itself"),
        (json!({ "anyOf": [{ "$ref": "#" }, text] }), "#", "refers to itself"),
        (json!({ "allOf": [{ "$ref": "#" }, text] }), "#", "refers to itself"),
        (json!({ "anyOf": [] }), "#/anyOf", "at least one schema"),
        (json!({ "oneOf": {} }), "#/oneOf", "must be a list of schemas"),
        (json!({ "anyOf": [text, 5] }), "#/anyOf/1", "must be a schema"),
        (json!({ "properties": [] }), "#/properties", "must be an object"),
        (json!({ "properties": { "a/b": { "type": 1 } } }), "#/properties/a~1b/type", "must be"),
        (json!({ "required": "a" }), "#/required", "must be a list of names"),
        (
            json!({ "properties": {}, "required": ["a"], "additionalProperties": false }),
            "#/required",
            "`properties` does not have",
        ),
        (
            json!({ "properties": { "a": text }, "propertyNames": { "pattern": "a" } }),
            "#/propertyNames",
            "maps only",
        ),
        (json!({ "properties": { "a": text }, "minProperties": 1 }), "#", "maps only"),
        (json!({ "prefixItems": [text], "items": text }), "#", "`\"items\": false`"),
        (json!({ "prefixItems": [text], "minItems": 0 }), "#", "`\"items\": false`"),
        (json!({ "minItems": -1 }), "#/minItems", "whole number from 0 up"),
        (json!({ "minLength": 1.5 }), "#/minLength", "whole number from 0 up"),
        (json!({ "minimum": "1" }), "#/minimum", "must be a number"),
        (json!({ "multipleOf": 0 }), "#/multipleOf", "above 0"),
        (json!({ "pattern": "(?=a)" }), "#/pattern", "no look-around"),
        (json!({ "pattern": "(" }), "#/pattern", "not a regular expression"),
        (json!({ "pattern": "(a{999}){999}" }), "#/pattern", "too large"),
        (
            json!({ "allOf": [
                { "properties": { "a": text }, "additionalProperties": false },
                { "properties": { "b": text } },
            ] }),
            "#/allOf/0/additionalProperties",
            "unevaluatedProperties",
        ),
        (
            json!({ "allOf": [
                { "properties": { "a": text } },
                { "properties": { "a": { "type": "integer" } } },
            ] }),
            "#/allOf/1/properties/a",
            "described twice",
        ),
        (json!({ "allOf": [text, { "type": "object" }] }), "#/allOf/1/type", "must agree"),
    ];
    for (json, place, words) in cases {
        let found = problems(&json);
        let expected = format!("`{place}`: ");
        let is_told = |line: &String| line.starts_with(&expected) && line.contains(words);
        assert!(found.iter().any(is_told), "{json}\n{place} {words}\n{found:#?}");
        assert_eq!(found.len(), 1, "{json}\n{found:#?}");
    }
}

#[test]
fn no_problem_hides_another() {
    let found = problems(&json!({
        "type": "object",
        "properties": {
            "a": { "not": {} },
            "b": { "type": "array", "items": { "if": {}, "type": "wrong" } },
            "c": { "$ref": "#/$defs/Broken" },
            "d": { "$ref": "#/$defs/Broken" },
            "e": { "anyOf": [{ "pattern": "(" }, { "type": "object", "dependencies": {} }] },
            "f": { "prefixItems": [{ "not": {} }, { "format": 1 }] },
        },
        "$defs": { "Broken": { "contains": {} }, "Unused": { "not": {} } },
    }));
    let places: Vec<&str> = found.iter().filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(
        places,
        [
            "#/properties/a/not",
            "#/properties/b/items/if",
            "#/properties/b/items/type",
            "#/$defs/Broken/contains",
            "#/properties/e/anyOf/1/dependencies",
            "#/properties/e/anyOf/0/pattern",
            "#/properties/f/prefixItems/0/not",
            "#/properties/f/prefixItems/1/format",
        ],
        "{found:#?}"
    );
}

#[test]
fn depth_and_size_are_limited() {
    let mut deep = json!({ "type": "string" });
    for _ in 0..200 {
        deep = json!({ "type": "array", "items": deep });
    }
    let found = problems(&deep);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("nest more than"), "{found:?}");

    let chain =
        |i: usize| json!({ "properties": { "a": { "$ref": format!("#/$defs/{}", i + 1) } } });
    let defs: serde_json::Map<_, _> = (0..500).map(|i| (i.to_string(), chain(i))).collect();
    let found = problems(&json!({ "$ref": "#/$defs/0", "$defs": defs }));
    assert!(found[0].contains("nest more than"), "{found:?}");

    let twice = |i: usize| {
        let next = json!({ "$ref": format!("#/$defs/{}", i + 1), "minProperties": 0 });
        json!({ "properties": { "a": next, "b": next } })
    };
    let mut defs: serde_json::Map<_, _> = (0..30).map(|i| (i.to_string(), twice(i))).collect();
    defs.insert("30".into(), json!({ "type": "object" }));
    let found = problems(&json!({ "$ref": "#/$defs/0", "$defs": defs }));
    assert!(found[0].contains("too large"), "{found:?}");

    let double = |i: usize| {
        let next = json!({ "$ref": format!("#/$defs/{}", i + 1) });
        json!({ "allOf": [next, next] })
    };
    let mut defs: serde_json::Map<_, _> = (0..30).map(|i| (i.to_string(), double(i))).collect();
    defs.insert("30".into(), json!({ "type": "object" }));
    let found = problems(&json!({ "$ref": "#/$defs/0", "$defs": defs }));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("too large"), "{found:?}");
}
