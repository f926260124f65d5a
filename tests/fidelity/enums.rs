//! Enums in serde's four representations, and the attributes of their variants.

#![allow(dead_code, reason = "the fields are read by serde alone")]

use instructor::Extract;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{agree, agree_but, has_list};

#[derive(Deserialize, Extract)]
enum Units {
    Red,
    #[serde(rename = "GREEN")]
    Green,
    #[serde(alias = "navy", alias = "azure")]
    Blue,
    #[serde(skip)]
    Hidden,
}

#[derive(Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
enum Other {
    HighRisk,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize, Extract)]
enum External {
    Unit,
    Newtype(u8),
    Tuple(u8, String),
    Struct { a: u8, b: Option<u8> },
    Nothing(),
    Braces {},
    Opt(Option<u8>),
}

#[derive(Deserialize, Extract)]
#[serde(deny_unknown_fields)]
enum ExternalClosed {
    Unit,
    Struct { a: u8 },
}

#[derive(Deserialize, Extract)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Cases {
    FirstThing {
        some_field: u8,
    },
    #[serde(rename_all = "UPPERCASE")]
    SecondPlace {
        some_field: u8,
    },
    #[serde(alias = "third")]
    ThirdTime,
}

#[derive(Deserialize, Extract)]
struct Point {
    x: u8,
    y: u8,
}

#[derive(Deserialize, Extract)]
#[serde(deny_unknown_fields)]
struct ClosedPoint {
    x: u8,
}

#[derive(Deserialize, Extract)]
#[serde(tag = "t")]
enum Internal {
    Unit,
    Struct {
        a: u8,
    },
    Newtype(Point),
    Map(std::collections::BTreeMap<String, u8>),
    Closed(ClosedPoint),
    #[serde(alias = "alt")]
    Named {
        b: u8,
    },
}

#[derive(Deserialize, Extract)]
#[serde(tag = "t", deny_unknown_fields)]
enum InternalClosed {
    Struct { a: u8 },
}

#[derive(Deserialize, Extract)]
#[serde(tag = "t")]
enum InternalOther {
    A {
        a: u8,
    },
    #[serde(other)]
    Rest,
}

#[derive(Deserialize, Extract)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { a: u8 },
    Opt(Option<u8>),
}

#[derive(Deserialize, Extract)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
enum AdjacentClosed {
    Newtype(u8),
    Struct { a: u8 },
}

#[derive(Deserialize, Extract)]
#[serde(untagged)]
enum Untagged {
    Null,
    Num(u8),
    Text(String),
    Pair(u8, u8),
    Obj { a: u8 },
    Nested(Point),
}

#[derive(Deserialize, Extract)]
#[serde(untagged)]
enum UntaggedUnits {
    Only,
}

#[derive(Deserialize, Extract)]
enum Mixed {
    A,
    B(u8),
    #[serde(untagged)]
    Rest {
        free: u8,
    },
    #[serde(untagged)]
    Number(u8),
}

#[derive(Deserialize, Extract)]
enum Recursive {
    Leaf(u8),
    Many(Vec<Recursive>),
    Pair(Box<Recursive>, Box<Recursive>),
}

#[derive(Deserialize, Extract)]
struct Holds {
    u: Units,
    o: Option<Units>,
    e: External,
    many: Vec<Units>,
}

/// `{"A": null}`, which serde reads for the variants without data.
fn null_variant(value: &Value, units: &[&str]) -> bool {
    match value {
        Value::Object(map) => {
            (map.len() == 1 && map.iter().any(|(k, v)| v.is_null() && units.contains(&k.as_str())))
                || map.values().any(|v| null_variant(v, units))
        }
        Value::Array(list) => list.iter().any(|v| null_variant(v, units)),
        _ => false,
    }
}

fn struct_as_list(value: &Value, pointers: &[&str]) -> bool {
    pointers.iter().any(|pointer| value.pointer(pointer).is_some_and(Value::is_array))
}

#[test]
fn units() {
    agree::<Units>(&[json!("Red"), json!("GREEN"), json!("navy"), json!("Green"), json!("Hidden")]);
    agree_but::<Other>(&[json!("high_risk"), json!("anything")], |value| {
        value.as_object().is_some_and(|map| map.len() == 1)
    });
    agree_but::<Holds>(
        &[json!({"u": "Red", "o": null, "e": "Unit", "many": ["Red", "azure"]})],
        |value| value.is_array() || null_variant(value, &["Unit"]),
    );
}

#[test]
fn external() {
    agree_but::<External>(
        &[
            json!("Unit"),
            json!({"Newtype": 1}),
            json!({"Tuple": [1, "a"]}),
            json!({"Struct": {"a": 1, "b": 2}}),
            json!({"Nothing": []}),
            json!({"Braces": {}}),
            json!({"Opt": null}),
            json!("Nothing"),
            json!("Braces"),
        ],
        |value| null_variant(value, &["Unit"]) || struct_as_list(value, &["/Struct", "/Braces"]),
    );
    agree_but::<ExternalClosed>(&[json!("Unit"), json!({"Struct": {"a": 1}})], |value| {
        null_variant(value, &["Unit"]) || has_list(value)
    });
    agree_but::<Cases>(
        &[
            json!({"first-thing": {"someField": 1}}),
            json!({"second-place": {"SOME_FIELD": 1}}),
            json!("third"),
        ],
        |value| null_variant(value, &["third", "third-time"]) || has_list(value),
    );
}

#[test]
fn internal() {
    agree_but::<Internal>(
        &[
            json!({"t": "Unit"}),
            json!({"t": "Struct", "a": 1}),
            json!({"t": "Newtype", "x": 1, "y": 2}),
            json!({"t": "Map", "x": 1, "y": 2}),
            json!({"t": "Closed", "x": 1}),
            json!({"t": "alt", "b": 1}),
        ],
        Value::is_array,
    );
    agree_but::<InternalClosed>(&[json!({"t": "Struct", "a": 1})], Value::is_array);
    agree_but::<InternalOther>(
        &[json!({"t": "A", "a": 1}), json!({"t": "whatever", "b": 2}), json!({"t": "A"})],
        Value::is_array,
    );
}

#[test]
fn adjacent() {
    agree_but::<Adjacent>(
        &[
            json!({"t": "Unit"}),
            json!({"t": "Newtype", "c": 1}),
            json!({"t": "Tuple", "c": [1, 2]}),
            json!({"t": "Struct", "c": {"a": 1}}),
            json!({"t": "Opt", "c": null}),
        ],
        |value| value.is_array() || value["t"] == "Struct" && value["c"].is_array(),
    );
    agree_but::<AdjacentClosed>(
        &[json!({"t": "Newtype", "c": 1}), json!({"t": "Struct", "c": {"a": 1}})],
        |value| value.is_array() || value["c"].is_array(),
    );
}

#[test]
fn untagged() {
    agree_but::<Untagged>(
        &[
            json!(null),
            json!(1),
            json!("a"),
            json!([1, 2]),
            json!({"a": 1}),
            json!({"x": 1, "y": 2}),
        ],
        |_| false,
    );
    agree::<UntaggedUnits>(&[json!(null)]);
    agree_but::<Mixed>(&[json!("A"), json!({"B": 1}), json!({"free": 1}), json!(5)], |value| {
        null_variant(value, &["A"]) || value.is_array()
    });
}

#[test]
fn recursive() {
    agree::<Recursive>(&[
        json!({"Leaf": 1}),
        json!({"Many": [{"Leaf": 1}, {"Pair": [{"Leaf": 1}, {"Leaf": 2}]}]}),
    ]);
}
