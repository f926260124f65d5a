//! What Pydantic, zod, schemars and people write, and the values that fit.

use instructor_core::align::align;
use instructor_core::schema::{Dialect, import, json_schema, rendered, tool};
use serde_json::{Value, json};

use crate::imported;

/// A schema, values that fit it and values that do not.
struct Case {
    name: &'static str,
    json: Value,
    fits: Vec<Value>,
    misfits: Vec<Value>,
}

fn cases() -> [Case; 7] {
    [pydantic(), pydantic_tree(), zod(), schemars(), by_hand(), list(), either()]
}

fn pydantic() -> Case {
    Case {
        name: "Pydantic: optional fields, nested models, unions by name",
        json: json!({
            "$defs": {
                "Address": {
                    "properties": {
                        "street": { "title": "Street", "type": "string" },
                        "zip": { "anyOf": [{ "type": "string", "minLength": 5 }, { "type": "null" }], "default": null, "title": "Zip" },
                    },
                    "required": ["street"], "title": "Address", "type": "object",
                },
                "Cat": {
                    "properties": { "kind": { "const": "cat", "title": "Kind", "type": "string" }, "lives": { "type": "integer" } },
                    "required": ["kind", "lives"], "title": "Cat", "type": "object",
                },
                "Dog": {
                    "properties": { "kind": { "const": "dog", "title": "Kind", "type": "string" } },
                    "required": ["kind"], "title": "Dog", "type": "object",
                },
                "Color": { "enum": ["red", "green"], "title": "Color", "type": "string" },
            },
            "description": "A person.",
            "properties": {
                "name": { "title": "Name", "type": "string", "examples": ["Ann"] },
                "age": { "exclusiveMinimum": 0, "maximum": 150, "title": "Age", "type": "integer" },
                "home": { "$ref": "#/$defs/Address", "description": "Where they live" },
                "work": { "anyOf": [{ "$ref": "#/$defs/Address" }, { "type": "null" }], "default": null },
                "pet": {
                    "discriminator": { "mapping": { "cat": "#/$defs/Cat", "dog": "#/$defs/Dog" }, "propertyName": "kind" },
                    "oneOf": [{ "$ref": "#/$defs/Cat" }, { "$ref": "#/$defs/Dog" }],
                },
                "color": { "allOf": [{ "$ref": "#/$defs/Color" }], "default": "red" },
                "scores": { "additionalProperties": { "type": "number" }, "type": "object" },
                "tags": { "items": { "type": "string" }, "type": "array", "uniqueItems": true, "maxItems": 3 },
                "point": { "maxItems": 2, "minItems": 2, "prefixItems": [{ "type": "integer" }, { "type": "string" }], "type": "array" },
                "born": { "format": "date", "type": "string" },
                "id": { "anyOf": [{ "type": "integer" }, { "type": "string", "format": "uuid" }] },
            },
            "required": ["name", "age", "pet"], "title": "Person", "type": "object",
        }),
        fits: vec![
            json!({ "name": "Ann", "age": 36, "pet": { "kind": "dog" } }),
            json!({
                "name": "Ann", "age": 1, "home": { "street": "A", "zip": null }, "work": null,
                "pet": { "kind": "cat", "lives": 9 }, "color": "green", "scores": { "x": 1.5 },
                "tags": ["a", "b"], "point": [1, "b"], "born": "2024-02-29", "id": 5, "more": 1,
            }),
            json!({ "name": "Ann", "age": 1, "pet": { "kind": "dog" }, "work": { "street": "S", "zip": "12345" } }),
        ],
        misfits: vec![
            json!({ "name": "Ann", "age": 36 }),
            json!({ "name": "Ann", "age": 0, "pet": { "kind": "dog" } }),
            json!({ "name": "Ann", "age": 36, "pet": { "kind": "cat" } }),
            json!({ "name": "Ann", "age": 36, "pet": { "kind": "cow" } }),
            json!({ "name": "Ann", "age": 36, "pet": { "kind": "dog" }, "color": "blue" }),
            json!({ "name": "Ann", "age": 36, "pet": { "kind": "dog" }, "home": null }),
            json!({ "name": "Ann", "age": 36, "pet": { "kind": "dog" }, "home": { "street": "S", "zip": "1" } }),
            json!({ "name": "Ann", "age": 36, "pet": { "kind": "dog" }, "tags": ["a", "a"] }),
            json!({ "name": "Ann", "age": 36, "pet": { "kind": "dog" }, "point": [1] }),
        ],
    }
}

fn pydantic_tree() -> Case {
    Case {
        name: "Pydantic: a tree",
        json: json!({
            "$defs": { "Node": {
                "properties": {
                    "value": { "type": "integer" },
                    "children": { "default": [], "items": { "$ref": "#/$defs/Node" }, "type": "array" },
                    "next": { "anyOf": [{ "$ref": "#/$defs/Node" }, { "type": "null" }], "default": null },
                },
                "required": ["value"], "title": "Node", "type": "object",
            } },
            "$ref": "#/$defs/Node",
        }),
        fits: vec![
            json!({ "value": 1, "children": [{ "value": 2, "next": { "value": 3 } }], "next": null }),
        ],
        misfits: vec![
            json!({ "value": 1, "children": [{ "value": "x" }] }),
            json!({ "value": 1, "next": {} }),
        ],
    }
}

fn zod() -> Case {
    Case {
        name: "zod: closed objects, safe integers, tuples, records, names in the property",
        json: json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "count": { "type": "integer", "minimum": -9_007_199_254_740_991_i64, "maximum": 9_007_199_254_740_991_i64 },
                "positive": { "type": "integer", "exclusiveMinimum": 0, "maximum": 9_007_199_254_740_991_i64 },
                "pair": { "type": "array", "prefixItems": [{ "type": "string" }, { "type": "number" }], "items": false },
                "limits": { "type": "object", "propertyNames": { "type": "string", "enum": ["low", "high"] }, "additionalProperties": { "type": "number", "multipleOf": 0.5 } },
                "mail": { "type": "string", "format": "email", "pattern": "^[^@]+@[^@]+$" },
                "shape": { "oneOf": [
                    { "type": "object", "properties": { "type": { "type": "string", "const": "circle" }, "r": { "type": "number" } }, "required": ["type", "r"], "additionalProperties": false },
                    { "type": "object", "properties": { "type": { "type": "string", "const": "none" } }, "required": ["type"], "additionalProperties": false },
                ] },
                "either": { "anyOf": [{ "type": "string" }, { "type": "number" }, { "type": "boolean" }] },
                "literal": { "anyOf": [{ "type": "string", "const": "a" }, { "type": "number", "const": 2 }, { "type": "null" }] },
            },
            "required": ["count"],
            "additionalProperties": false,
        }),
        fits: vec![
            json!({
                "count": 5, "positive": 1, "pair": ["a", 1.5], "limits": { "low": 2.5 }, "mail": "a@b.org",
                "shape": { "type": "circle", "r": 1 }, "either": true, "literal": 2,
            }),
            json!({ "count": 5, "literal": null, "shape": { "type": "none" } }),
        ],
        misfits: vec![
            json!({ "count": 5, "more": 1 }),
            json!({ "count": 9_007_199_254_740_992_i64 }),
            json!({ "count": 5, "positive": 0 }),
            json!({ "count": 5, "pair": ["a", 1, 2] }),
            json!({ "count": 5, "limits": { "middle": 1 } }),
            json!({ "count": 5, "limits": { "low": 0.25 } }),
            json!({ "count": 5, "shape": { "type": "none", "r": 1 } }),
            json!({ "count": 5, "literal": "b" }),
            json!({ "count": 5, "either": null }),
        ],
    }
}

fn schemars() -> Case {
    Case {
        name: "schemars: documented names and externally tagged data, draft 7",
        json: json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {
                "state": { "oneOf": [
                    { "description": "Not begun.", "type": "string", "const": "Open" },
                    { "type": "string", "enum": ["Done", "Gone"] },
                ] },
                "event": { "$ref": "#/definitions/Event" },
                "size": { "type": "integer", "format": "uint8", "minimum": 0.0 },
                "old_pair": { "type": "array", "items": [{ "type": "integer" }, { "type": "integer" }], "additionalItems": false, "minItems": 2 },
            },
            "definitions": { "Event": { "oneOf": [
                { "type": "string", "enum": ["Quit"] },
                { "type": "object", "properties": { "Say": { "type": "string" } }, "required": ["Say"], "additionalProperties": false },
            ] } },
        }),
        fits: vec![
            json!({ "state": "Open", "event": "Quit", "size": 255, "old_pair": [1, 2] }),
            json!({ "event": { "Say": "hi" } }),
        ],
        misfits: vec![
            json!({ "state": "open" }),
            json!({ "event": "Say" }),
            json!({ "event": { "Say": 1 } }),
            json!({ "size": 256 }),
            json!({ "old_pair": [1] }),
            json!({ "event": { "Quit": null } }),
        ],
    }
}

fn by_hand() -> Case {
    Case {
        name: "by hand: merged objects, OpenAPI's null, several types, keywords without a type",
        json: json!({
            "allOf": [
                { "$ref": "#/$defs/Base" },
                { "properties": { "note": { "type": "string", "nullable": true } }, "required": ["id"] },
            ],
            "unevaluatedProperties": false,
            "$defs": { "Base": { "type": "object", "properties": {
                "id": { "type": ["string", "integer"], "minLength": 2, "minimum": 10 },
                "free": true,
                "bag": { "type": "object" },
                "list": { "items": { "minimum": 0, "exclusiveMinimum": true } },
                "odd": { "$ref": "#/$defs/Short", "pattern": "^a" },
            } }, "Short": { "type": "string", "maxLength": 3 } },
        }),
        fits: vec![
            json!({ "id": "ab", "note": null, "free": [1], "bag": { "x": { "y": 1 } }, "list": [0.5], "odd": "abc" }),
            json!({ "id": 10 }),
        ],
        misfits: vec![
            json!({}),
            json!({ "id": "a" }),
            json!({ "id": 9 }),
            json!({ "id": 10, "x": 1 }),
            json!({ "id": 10, "list": [0] }),
            json!({ "id": 10, "odd": "bbb" }),
            json!({ "id": 10, "odd": "aaaa" }),
        ],
    }
}

fn list() -> Case {
    Case {
        name: "a list at the root, with rules of its own",
        json: json!({ "type": "array", "minItems": 1, "items": { "type": "string", "pattern": "^[a-z]+$" } }),
        fits: vec![json!(["a", "b"])],
        misfits: vec![json!([]), json!(["A"]), json!("a"), json!([1])],
    }
}

fn either() -> Case {
    Case {
        name: "either of two sets of properties",
        json: json!({
            "type": "object",
            "properties": { "a": { "type": "string" }, "b": { "type": "string" } },
            "anyOf": [{ "required": ["a"] }, { "required": ["b"] }],
        }),
        fits: vec![json!({ "a": "x" }), json!({ "b": "x" }), json!({ "a": "x", "b": "y" })],
        misfits: vec![json!({}), json!({ "a": 1 })],
    }
}

#[test]
fn values_fit_as_the_schema_says() {
    for Case { name, json, fits, misfits } in cases() {
        let schema = imported(&json);
        let again = json_schema(schema);
        // OpenAPI's `nullable` and draft 4's bounds are no JSON Schema: what is rendered is.
        let judge = jsonschema::draft202012::new(&again).expect("a JSON Schema");
        for value in &fits {
            assert!(judge.is_valid(value), "{name}: {value}\n{again:#}");
            let aligned = align(&value.to_string(), schema, &Dialect::JSON_SCHEMA)
                .unwrap_or_else(|error| panic!("{name}: {value}: {error}\n{again:#}"));
            assert_eq!(aligned.repairs, [], "{name}: {value}");
        }
        for value in &misfits {
            assert!(!judge.is_valid(value), "{name}: {value}\n{again:#}");
        }
        let twice = import(&again).map(json_schema);
        assert_eq!(twice, Ok(again), "{name}");
    }
}

#[test]
fn every_dialect_says_whether_it_takes_the_schema() {
    for Case { name, json, .. } in cases() {
        let schema = imported(&json);
        for dialect in Dialect::ALL {
            if let Err(error) = rendered(schema, dialect) {
                assert!(error.to_string().starts_with(dialect.name), "{name}: {error}");
            }
        }
        assert!(rendered(schema, &Dialect::TOOL).is_ok(), "{name}");
    }
}

#[test]
fn the_title_is_the_tools_name_and_the_description_its_own() {
    let tool_of = |json: Value| {
        let tool = tool(imported(&json));
        format!("{}: {}", tool.function.name, tool.function.description)
    };
    let object = |title: &str| json!({ "title": title, "type": "object", "properties": {} });
    assert_eq!(tool_of(object("Person")), "Person: Records the Person found in the text.");
    assert_eq!(
        tool_of(object("User Info (v2)")),
        "User_Info_v2: Records the User_Info_v2 found in the text."
    );
    assert_eq!(tool_of(object("漢字")), "Answer: Records the Answer found in the text.");
    let described =
        json!({ "title": "A", "description": "All of it.", "type": "object", "properties": {} });
    assert_eq!(tool_of(described), "A: All of it.");
    let list = json!({ "type": "array", "items": { "$ref": "#/$defs/Line" }, "$defs": { "Line": object("x") } });
    assert_eq!(tool_of(list), "LineList: Records the LineList found in the text.");
}

#[test]
fn a_union_by_name_is_several_tools() {
    let case = pydantic();
    let schema =
        imported(&case.json["properties"]["pet"]["oneOf"].as_array().map_or_else(
            || json!({}),
            |forms| json!({ "oneOf": forms, "$defs": case.json["$defs"] }),
        ));
    let rendered = rendered(schema, &Dialect::OPENAI_STRICT).expect("a union");
    let tools: Vec<&str> = rendered.alternatives.iter().map(|a| a.tool.name.as_str()).collect();
    assert_eq!(tools, ["cat", "dog"]);
    assert!(!rendered.alternatives[0].tool.json.get().contains("kind"));
}

#[test]
fn texts_of_the_schema_reach_the_tool() {
    let json = json!({
        "type": "object",
        "properties": {
            "a": { "type": "string", "description": "First.", "examples": ["x"], "default": "d", "deprecated": true },
            "b": { "type": "string", "format": "hostname" },
        },
        "required": ["b"],
    });
    assert_eq!(json_schema(imported(&json)), json);
    let strict = rendered(imported(&json), &Dialect::OPENAI_STRICT).expect("it fits");
    let text = strict.json.get();
    assert!(text.contains("First. Default: \\\"d\\\". For example: \\\"x\\\"."), "{text}");
    assert!(text.contains(r#""format":"hostname""#), "{text}");
}
