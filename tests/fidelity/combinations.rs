//! Attributes together.

#![allow(dead_code, reason = "the fields are read by serde alone")]

use std::collections::BTreeMap;

use instructor::Extract;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{agree, agree_but};

#[derive(Deserialize, Extract)]
#[serde(rename_all = "camelCase", default)]
struct DefaultedCamel {
    #[serde(alias = "first", rename = "FIRST")]
    first_name: String,
    last_name: Option<String>,
    #[serde(flatten)]
    more: More,
}

impl Default for DefaultedCamel {
    fn default() -> Self {
        Self { first_name: String::new(), last_name: None, more: More { depth: None } }
    }
}

#[derive(Deserialize, Extract, Default)]
#[serde(rename_all = "UPPERCASE")]
struct More {
    depth: Option<u8>,
}

#[derive(Deserialize, Extract)]
struct FlatOptional {
    a: u8,
    #[serde(flatten)]
    more: Option<More>,
}

#[derive(Deserialize, Extract)]
struct FlatTwice {
    #[serde(flatten)]
    outer: FlatOnce,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize, Extract)]
struct FlatOnce {
    a: u8,
    #[serde(flatten)]
    kind: Adjacent,
}

#[derive(Deserialize, Extract)]
#[serde(tag = "t", content = "c", rename_all = "snake_case", rename_all_fields = "kebab-case")]
enum Adjacent {
    FirstKind,
    SecondForm(Vec<u8>),
    ThirdWay {
        some_field: u8,
        #[serde(default)]
        other_field: u8,
    },
}

#[derive(Deserialize, Extract)]
#[serde(tag = "t", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Internal<T> {
    Generic(Wrap<T>),
    #[serde(rename_all = "UPPERCASE")]
    Shouting {
        some_field: T,
        #[serde(flatten)]
        more: More,
    },
    Boxed(Box<Wrap<T>>),
    Nested(Nested),
    #[serde(skip)]
    Never(u8),
    #[serde(other)]
    Rest,
}

#[derive(Deserialize, Extract)]
struct Wrap<T> {
    wrapped: T,
}

#[derive(Deserialize, Extract)]
#[serde(tag = "sub")]
enum Nested {
    A { x: u8 },
    B { y: u8 },
}

#[derive(Deserialize, Extract)]
#[serde(untagged, rename_all_fields = "camelCase", deny_unknown_fields)]
enum Untagged {
    Point { x_pos: u8, y_pos: u8 },
    Line { from_pos: u8 },
    Many(Vec<Untagged>),
}

#[derive(Deserialize, Extract)]
#[serde(transparent)]
struct Meters {
    #[serde(skip)]
    unit: (),
    value: f64,
}

#[derive(Deserialize, Extract)]
#[serde(deny_unknown_fields)]
struct Tight {
    #[serde(rename = "type")]
    kind: Option<Color>,
    by_color: BTreeMap<Color, Meters>,
    pair: (Color, Option<Meters>),
}

#[derive(Deserialize, Extract, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Color {
    DarkRed,
    #[serde(alias = "azure")]
    LightBlue,
}

#[test]
fn defaults_names_and_flatten() {
    agree_but::<DefaultedCamel>(
        &[json!({}), json!({"FIRST": "a", "lastName": "b", "DEPTH": 1}), json!({"first": "a"})],
        Value::is_array,
    );
}

#[test]
fn flatten_in_flatten() {
    let listed =
        |value: &Value| value.is_array() || value["c"].is_array() && value["t"] == "third_way";
    agree_but::<FlatTwice>(
        &[
            json!({"a": 1, "t": "first_kind", "z": [1]}),
            json!({"a": 1, "t": "second_form", "c": [1, 2]}),
            json!({"a": 1, "t": "third_way", "c": {"some-field": 1}}),
        ],
        listed,
    );
    // A flattened option is `None` whenever its fields do not fit.
    agree_but::<FlatOptional>(&[json!({"a": 1}), json!({"a": 1, "DEPTH": 2})], Value::is_array);
}

#[test]
fn tagged_with_everything() {
    agree_but::<Internal<u8>>(
        &[
            json!({"t": "generic", "wrapped": 1}),
            json!({"t": "shouting", "SOME_FIELD": 1, "DEPTH": 2}),
            json!({"t": "boxed", "wrapped": 1}),
            json!({"t": "nested", "sub": "A", "x": 1}),
            json!({"t": "nested", "sub": "B", "y": 1}),
            json!({"t": "never"}),
            json!({"t": "anything"}),
        ],
        Value::is_array,
    );
    agree_but::<Internal<Option<String>>>(
        &[json!({"t": "generic"}), json!({"t": "shouting"})],
        Value::is_array,
    );
}

#[test]
fn untagged_and_closed() {
    agree_but::<Untagged>(
        &[json!({"xPos": 1, "yPos": 2}), json!([{"fromPos": 1}, []]), json!({"fromPos": 1})],
        // Serde reads a struct variant from a list of its values, too.
        has_numbers_listed,
    );
    agree::<Meters>(&[json!(1.5), json!(2)]);
    agree_but::<Tight>(
        &[json!({
            "type": null,
            "by_color": {"DARK_RED": 1, "azure": 2},
            "pair": ["LIGHT_BLUE", null]
        })],
        Value::is_array,
    );
}

fn has_numbers_listed(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(|v| v.is_number() || has_numbers_listed(v)),
        _ => false,
    }
}
