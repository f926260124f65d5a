//! The law: a value goes down, fits the schema, and comes back without a repair.

use std::collections::BTreeMap;
use std::fmt::Debug;

use instructor::Extract;
use instructor::align::{align, lower};
use instructor::schema::{Data, Dialect, Field, Schema, Shape};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Visitor, all, schema_of};

struct ThereAndBack {
    dialect: &'static Dialect,
    types: usize,
}

impl Visitor for ThereAndBack {
    fn visit<T: Extract + Serialize + PartialEq + Debug>(&mut self, samples: &[T]) {
        let Some((_, schema)) = schema_of::<T>(self.dialect) else { return };
        self.types += 1;
        let validator = jsonschema::draft202012::new(&plain(&schema))
            .unwrap_or_else(|error| panic!("{schema:#} is no schema: {error}"));
        assert!(!samples.is_empty());
        for sample in samples {
            let json = serde_json::to_string(sample).expect("samples are JSON");
            let scene = format!("{} {json} {schema:#}", self.dialect.name);
            let lowered = lower(&json, T::SCHEMA, self.dialect)
                .unwrap_or_else(|error| panic!("{error}\n{scene}"));
            let value: Value = serde_json::from_str(&lowered).expect("it is JSON");
            if let Err(error) = validator.validate(&value) {
                panic!("{lowered}: {error}\n{scene}");
            }
            let aligned = align(&lowered, T::SCHEMA, self.dialect)
                .unwrap_or_else(|error| panic!("{lowered}: {error}\n{scene}"));
            assert_eq!(aligned.repairs, [], "{lowered}\n{scene}");
            let again: T = serde_json::from_str(&aligned.json)
                .unwrap_or_else(|error| panic!("{}: {error}\n{scene}", aligned.json));
            assert_eq!(again, *sample, "{lowered}\n{scene}");
            let twice = serde_json::to_string(&again).expect("samples are JSON");
            let twice = lower(&twice, T::SCHEMA, self.dialect);
            assert_eq!(twice.as_deref(), Ok(&*lowered), "{scene}");
        }
    }
}

/// The schema in the words of JSON Schema, whatever the dialect's are.
fn plain(schema: &Value) -> Value {
    let Value::Object(node) = schema else {
        return match schema {
            Value::Array(list) => list.iter().map(plain).collect(),
            other => other.clone(),
        };
    };
    let mut node: serde_json::Map<_, _> =
        node.iter().map(|(key, inner)| (key.clone(), plain(inner))).collect();
    if let Some(Value::String(kind)) = node.get_mut("type") {
        kind.make_ascii_lowercase();
    }
    if node.get("nullable") == Some(&Value::Bool(true)) {
        node.remove("nullable");
        return json!({ "anyOf": [node, { "type": "null" }] });
    }
    node.into()
}

#[test]
fn a_value_comes_back_as_it_went() {
    for dialect in Dialect::ALL {
        let mut visitor = ThereAndBack { dialect, types: 0 };
        all(&mut visitor);
        let least = if dialect.unions { 60 } else { 45 };
        assert!(visitor.types >= least, "{}: {} types", dialect.name, visitor.types);
    }
}

struct Told(&'static Dialect);

impl Visitor for Told {
    fn visit<T: Extract + Serialize + PartialEq + Debug>(&mut self, _: &[T]) {
        let Some((rendered, _)) = schema_of::<T>(self.0) else { return };
        let mut texts = Vec::new();
        descriptions(T::SCHEMA, 4, &mut texts);
        for text in texts {
            let quoted = json!(text).to_string();
            let json = rendered.json.get();
            assert!(json.contains(quoted.trim_matches('"')), "{}: {quoted} in {json}", self.0.name);
        }
    }
}

/// What is said of the fields in the type, so many levels deep.
fn descriptions(schema: &'static Schema, depth: usize, texts: &mut Vec<&'static str>) {
    let mut fields = |all: &'static [Field]| {
        for field in all.iter().filter(|field| !field.hidden && depth > 0) {
            if !field.flatten && !field.description.is_empty() {
                texts.push(field.description);
            }
            descriptions(field.schema, depth - 1, texts);
        }
    };
    match schema.resolve().shape {
        Shape::Object { fields: all, .. } | Shape::Tuple(all) => fields(all),
        Shape::Newtype { field, .. } => fields(std::slice::from_ref(field)),
        Shape::Enum { variants, .. } => {
            for variant in variants.iter().filter(|variant| !variant.hidden) {
                match variant.data {
                    Data::Unit => {}
                    Data::Newtype(field) => fields(std::slice::from_ref(field)),
                    Data::Tuple(all) | Data::Struct(all) => fields(all),
                }
            }
        }
        Shape::Option(inner)
        | Shape::List { items: inner, .. }
        | Shape::Map { values: inner, .. } => descriptions(inner, depth, texts),
        _ => {}
    }
}

#[test]
fn what_is_said_of_a_field_is_said_in_every_dialect() {
    for dialect in Dialect::ALL {
        all(&mut Told(dialect));
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Branch {
    name: String,
    branches: Vec<Branch>,
    by_name: BTreeMap<String, Branch>,
    others: Vec<u8>,
}

#[test]
fn a_list_that_need_not_be_written_is_empty() {
    let answer = r#"{"name":"a","others":[],"branches":[{"name":"b","others":[1]}]}"#;
    let aligned = align(answer, Branch::SCHEMA, &Dialect::GEMINI).expect("it fits");
    assert_eq!(aligned.repairs, []);
    let branch = |name: &str, others, branches| Branch {
        name: name.into(),
        branches,
        by_name: BTreeMap::new(),
        others,
    };
    let expected = branch("a", vec![], vec![branch("b", vec![1], vec![])]);
    assert_eq!(serde_json::from_str::<Branch>(&aligned.json).expect("it fits"), expected);
    // Where the schema asked for them, they are missing; so is a list that no cycle goes through.
    align(answer, Branch::SCHEMA, &Dialect::TOOL).expect_err("three are missing");
    let answer = r#"{"name":"a"}"#;
    let rejection = align(answer, Branch::SCHEMA, &Dialect::GEMINI).expect_err("one is missing");
    assert_eq!(rejection.to_string().matches("is missing").count(), 1, "{rejection}");
    assert!(rejection.to_string().contains("`others`"), "{rejection}");
}
