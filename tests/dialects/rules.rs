//! What a schema may hold in each dialect, as tables.

use std::fmt::Debug;

use instructor::Extract;
use instructor::schema::Dialect;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Visitor, all, schema_of};

/// The keywords that are no validators; `properties` and `$defs` hold names, not keywords.
const STRICT: [&str; 10] = [
    "type",
    "description",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "anyOf",
    "enum",
    "$ref",
    "$defs",
];

type Check = fn(node: &Map<String, Value>, root: &Value) -> bool;

const FOR_ALL: &[(&str, Check)] = &[
    ("every `$ref` resolves", |node, root| {
        node.get("$ref").is_none_or(|target| {
            let pointer = target.as_str().and_then(|target| target.strip_prefix('#'));
            pointer.and_then(|pointer| root.pointer(pointer)).is_some_and(Value::is_object)
        })
    }),
    ("what is required is a property", |node, _| {
        required(node).iter().all(|name| names(node).contains(name))
    }),
    ("no `enum` is empty or says a thing twice", |node, _| {
        node.get("enum").and_then(Value::as_array).is_none_or(|values| {
            !values.is_empty() && values.iter().enumerate().all(|(i, v)| !values[..i].contains(v))
        })
    }),
    ("`anyOf` has no form twice", |node, _| {
        node.get("anyOf").and_then(Value::as_array).is_none_or(|forms| {
            !forms.is_empty() && forms.iter().enumerate().all(|(i, f)| !forms[..i].contains(f))
        })
    }),
    ("no description is empty", |node, _| {
        node.get("description").is_none_or(|text| text.as_str().is_some_and(|t| !t.is_empty()))
    }),
];

const FOR_STRICT: &[(&str, Check)] = &[
    ("only known keywords", |node, _| {
        let known = Dialect::OPENAI_STRICT.keywords.unwrap_or_default();
        node.keys().all(|key| STRICT.contains(&&**key) || known.contains(&&**key))
    }),
    ("objects are closed", |node, _| {
        !is_object(node) || node.get("additionalProperties") == Some(&Value::Bool(false))
    }),
    ("all properties are required", |node, _| !is_object(node) || names(node) == required(node)),
    ("`$ref` stands alone", |node, _| !node.contains_key("$ref") || node.len() == 1),
    ("only known formats", |node, _| {
        let known = Dialect::OPENAI_STRICT.formats.unwrap_or_default();
        node.get("format").is_none_or(|f| f.as_str().is_some_and(|f| known.contains(&f)))
    }),
    ("`anyOf` has at most a description beside it", |node, _| {
        !node.contains_key("anyOf")
            || node.keys().all(|key| ["anyOf", "description", "$defs"].contains(&&**key))
    }),
    ("every schema says what it is", |node, _| {
        ["type", "anyOf", "$ref"].into_iter().any(|key| node.contains_key(key))
    }),
    ("a list says what its items are", |node, _| {
        !has_type(node, "array") || node.get("items").is_some_and(Value::is_object)
    }),
    ("no number is beyond what a float holds", |node, _| {
        node.values().filter_map(Value::as_f64).all(|number| number.abs() <= 2_f64.powi(53))
    }),
];

fn has_type(node: &Map<String, Value>, name: &str) -> bool {
    match node.get("type") {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    }
}

fn is_object(node: &Map<String, Value>) -> bool {
    has_type(node, "object")
}

fn names(node: &Map<String, Value>) -> Vec<&str> {
    let properties = node.get("properties").and_then(Value::as_object);
    properties.into_iter().flat_map(|p| p.keys().map(String::as_str)).collect()
}

fn required(node: &Map<String, Value>) -> Vec<&str> {
    let names = node.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Calls `visit` with each schema in the schema.
fn walk(node: &Value, visit: &mut dyn FnMut(&Map<String, Value>)) {
    let Value::Object(node) = node else { return };
    visit(node);
    for (key, inner) in node {
        match (&**key, inner) {
            ("properties" | "$defs" | "patternProperties", Value::Object(named)) => {
                for inner in named.values() {
                    walk(inner, visit);
                }
            }
            ("anyOf" | "allOf" | "oneOf" | "prefixItems", Value::Array(list)) => {
                for inner in list {
                    walk(inner, visit);
                }
            }
            ("items" | "additionalProperties" | "propertyNames" | "not", inner) => {
                walk(inner, visit);
            }
            _ => {}
        }
    }
}

struct Rules {
    dialect: &'static Dialect,
    tables: Vec<&'static [(&'static str, Check)]>,
}

impl Visitor for Rules {
    fn visit<T: Extract + Serialize + PartialEq + Debug>(&mut self, _: &[T]) {
        let (rendered, schema) = schema_of::<T>(self.dialect);
        let name = std::any::type_name::<T>();
        assert_eq!(schema["type"], "object", "{name} {schema:#}");
        assert!(schema.get("anyOf").is_none(), "{name} {schema:#}");
        assert!(!rendered.name.is_empty() && rendered.name.len() <= 64, "{}", rendered.name);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        assert!(rendered.name.chars().all(is_plain), "{}", rendered.name);
        walk(&schema, &mut |node| {
            for (rule, check) in self.tables.iter().copied().flatten() {
                let here = serde_json::to_string(node).unwrap_or_default();
                assert!(check(node, &schema), "{rule}: {name}\n{here}\nin {schema:#}");
            }
        });
    }
}

#[test]
fn a_function_tool_takes_one_object() {
    all(&mut Rules { dialect: &Dialect::TOOL, tables: vec![FOR_ALL] });
}

#[test]
fn strict_mode_gets_what_it_supports() {
    all(&mut Rules { dialect: &Dialect::OPENAI_STRICT, tables: vec![FOR_ALL, FOR_STRICT] });
}
