//! Structs and the attributes of their fields.

#![allow(dead_code, reason = "the fields are read by serde alone")]
#![allow(clippy::option_option, reason = "serde reads it, so it is tried")]

use std::collections::BTreeMap;

use instructor::Extract;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{agree, agree_but, has_list};

#[derive(Deserialize, Extract)]
struct Plain {
    name: String,
    age: u8,
    height: f64,
    happy: bool,
}

#[derive(Deserialize, Extract)]
struct Optional {
    a: Option<u8>,
    b: Option<Option<String>>,
    c: Box<Option<u8>>,
}

#[derive(Deserialize, Extract)]
#[serde(rename_all = "camelCase")]
struct Renamed {
    first_name: String,
    _hidden: u8,
    #[serde(rename = "X-1")]
    other: u8,
    r#type: u8,
}

#[derive(Deserialize, Extract)]
#[serde(rename_all(deserialize = "SCREAMING-KEBAB-CASE", serialize = "lowercase"))]
struct Directional {
    first_name: String,
    #[serde(rename(deserialize = "in", serialize = "out"))]
    b: u8,
}

#[derive(Deserialize, Extract)]
struct Aliased {
    #[serde(alias = "n", alias = "nom")]
    name: String,
    #[serde(alias = "o")]
    opt: Option<u8>,
}

#[derive(Deserialize, Extract)]
struct Defaulted {
    #[serde(default)]
    a: u8,
    #[serde(default = "seven")]
    b: u8,
    c: u8,
}

#[derive(Deserialize, Extract)]
#[serde(deny_unknown_fields)]
struct Closed {
    a: u8,
    #[serde(default, alias = "bb")]
    b: u8,
}

#[derive(Deserialize, Extract)]
struct Skipping {
    a: u8,
    #[serde(skip)]
    b: NotExtract,
    #[serde(skip_deserializing)]
    c: u8,
    #[serde(skip_serializing)]
    d: u8,
}

#[derive(Deserialize, Extract)]
struct Inner {
    x: u8,
    y: Option<u8>,
}

#[derive(Deserialize, Extract)]
struct Flat {
    a: u8,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Deserialize, Extract)]
struct FlatMap {
    a: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, u8>,
}

#[derive(Deserialize, Extract)]
struct FlatBoth {
    a: u8,
    #[serde(flatten)]
    inner: Inner,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize, Extract)]
struct FlatValue {
    a: u8,
    #[serde(flatten)]
    rest: Value,
}

#[derive(Deserialize, Extract)]
struct FlatTagged {
    a: u8,
    #[serde(flatten)]
    kind: Tagged,
}

#[derive(Deserialize, Extract)]
struct FlatExternal {
    a: u8,
    #[serde(flatten)]
    kind: External,
}

#[derive(Deserialize, Extract)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Tagged {
    Cat { lives: u8 },
    Dog { good: bool },
}

#[derive(Deserialize, Extract)]
enum External {
    Left { x: u8 },
    Right(u8),
}

#[derive(Deserialize, Extract)]
struct With {
    #[serde(with = "as_text")]
    #[extract(schema_as = String)]
    a: u64,
}

#[derive(Deserialize, Extract)]
struct WithOption {
    #[serde(deserialize_with = "maybe")]
    #[extract(schema_as = Option<u8>)]
    a: Option<u8>,
}

#[derive(Deserialize, Extract)]
struct WithOptionDefault {
    #[serde(default, deserialize_with = "maybe")]
    #[extract(schema_as = Option<u8>)]
    a: Option<u8>,
}

#[derive(Deserialize, Extract)]
#[serde(transparent)]
struct Transparent {
    inner: Option<u8>,
}

#[derive(Deserialize, Extract)]
struct HasTransparent {
    t: Transparent,
    n: Newtype,
}

#[derive(Deserialize, Extract)]
struct Newtype(Option<u8>);

#[derive(Deserialize, Extract)]
struct Pair(u8, String);

#[derive(Deserialize, Extract)]
struct Unit;

#[derive(Deserialize, Extract)]
struct EmptyTuple();

#[derive(Deserialize, Extract)]
struct Empty {}

#[derive(Deserialize, Extract)]
#[serde(deny_unknown_fields)]
struct EmptyClosed {}

#[derive(Deserialize, Extract)]
struct HasUnits {
    a: Unit,
    b: (),
    c: EmptyTuple,
    d: Empty,
}

#[derive(Deserialize, Extract)]
#[serde(from = "Inner")]
struct From1 {
    whatever: NotExtract,
}

#[derive(Deserialize, Extract)]
#[serde(try_from = "Inner")]
struct TryFrom1 {
    whatever: NotExtract,
}

#[derive(Deserialize, Extract)]
struct Node {
    v: u8,
    children: Vec<Node>,
    next: Option<Box<Node>>,
    named: BTreeMap<String, Node>,
}

#[derive(Deserialize, Extract)]
struct Generic<T> {
    one: T,
    many: Vec<T>,
}

#[derive(Deserialize, Extract)]
struct Generics {
    a: Generic<Option<u8>>,
    b: Generic<Plain>,
    c: Generic<String>,
}

#[derive(Deserialize, Extract)]
#[serde(bound = "T: serde::de::DeserializeOwned")]
struct Bounded<T> {
    t: T,
}

#[derive(Deserialize, Extract)]
struct Escapes {
    #[serde(rename = "a\"b\\c/ü")]
    a: u8,
}

#[derive(Deserialize, Extract)]
struct Tree(Vec<Tree>);

#[derive(Deserialize, Extract)]
#[serde(default)]
struct AllDefault {
    a: u8,
    b: String,
}

impl Default for AllDefault {
    fn default() -> Self {
        Self { a: 1, b: "b".into() }
    }
}

#[derive(Default)]
struct NotExtract;

impl From<Inner> for From1 {
    fn from(_: Inner) -> Self {
        Self { whatever: NotExtract }
    }
}

impl TryFrom<Inner> for TryFrom1 {
    type Error = String;

    fn try_from(_: Inner) -> Result<Self, String> {
        Ok(Self { whatever: NotExtract })
    }
}

fn seven() -> u8 {
    7
}

mod as_text {
    use super::{Deserialize, Deserializer};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
        Ok(String::deserialize(d)?.len() as u64)
    }
}

fn maybe<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u8>, D::Error> {
    Option::deserialize(d)
}

/// A struct that serde would also read from a list.
fn objects<T: Extract>(samples: &[Value]) {
    agree_but::<T>(samples, has_list);
}

#[test]
fn plain_structs() {
    objects::<Plain>(&[json!({"name": "a", "age": 3, "height": 1.5, "happy": true})]);
    objects::<Optional>(&[json!({}), json!({"a": 1, "b": "x", "c": 2})]);
    objects::<Empty>(&[json!({})]);
    objects::<EmptyClosed>(&[json!({})]);
    agree::<Pair>(&[json!([1, "a"])]);
    agree::<Unit>(&[json!(null)]);
    agree::<EmptyTuple>(&[json!([])]);
    agree::<Newtype>(&[json!(1)]);
    agree::<Transparent>(&[json!(1)]);
    agree_but::<HasUnits>(&[json!({"a": null, "b": null, "c": [], "d": {}})], |value| {
        value.is_array() || value["d"].is_array()
    });
    objects::<HasTransparent>(&[json!({"t": 1, "n": 2})]);
}

#[test]
fn names() {
    objects::<Renamed>(&[json!({"firstName": "a", "hidden": 1, "X-1": 2, "type": 3})]);
    objects::<Directional>(&[json!({"FIRST-NAME": "a", "in": 1})]);
    objects::<Aliased>(&[
        json!({"name": "a"}),
        json!({"nom": "a", "o": 1}),
        json!({"name": "a", "nom": "b"}),
        json!({"name": "a", "o": 1, "opt": 2}),
    ]);
    objects::<Escapes>(&[json!({"a\"b\\c/ü": 1})]);
}

#[test]
fn presence() {
    objects::<Defaulted>(&[json!({"a": 1, "b": 2, "c": 3})]);
    objects::<AllDefault>(&[json!({}), json!({"a": 1, "b": "x"})]);
    objects::<Skipping>(&[json!({"a": 1, "d": 2})]);
    objects::<With>(&[json!({"a": "x"})]);
    objects::<WithOption>(&[json!({"a": 1}), json!({})]);
    objects::<WithOptionDefault>(&[json!({"a": 1}), json!({})]);
    objects::<Closed>(&[json!({"a": 1, "bb": 2})]);
}

#[test]
fn flattened() {
    objects::<Flat>(&[json!({"a": 1, "x": 2, "y": 3})]);
    agree_but::<FlatMap>(&[json!({"a": 1, "p": 2})], Value::is_array);
    agree_but::<FlatBoth>(&[json!({"a": 1, "x": 2, "y": 3, "p": "q"})], Value::is_array);
    agree_but::<FlatValue>(&[json!({"a": 1, "p": [2]})], Value::is_array);
    objects::<FlatTagged>(&[
        json!({"a": 1, "kind": "cat", "lives": 9}),
        json!({"a": 1, "kind": "dog", "good": true}),
    ]);
    objects::<FlatExternal>(&[
        json!({"a": 1, "Left": {"x": 2}}),
        json!({"a": 1, "Right": 2}),
        json!({"a": 1}),
    ]);
}

#[test]
fn conversions() {
    objects::<From1>(&[json!({"x": 1})]);
    objects::<TryFrom1>(&[json!({"x": 1, "y": 2})]);
}

#[test]
fn recursion_and_generics() {
    agree_but::<Node>(
        &[json!({
            "v": 1,
            "children": [{"v": 2, "children": [], "named": {}}],
            "next": {"v": 3, "children": [], "named": {}},
            "named": {"a": {"v": 4, "children": [], "named": {}}}
        })],
        has_list_node,
    );
    agree::<Tree>(&[json!([[], [[]]])]);
    objects::<Bounded<u8>>(&[json!({"t": 1})]);
    agree_but::<Generics>(
        &[json!({
            "a": {"one": null, "many": [1, null]},
            "b": {
                "one": {"name": "a", "age": 3, "height": 1.5, "happy": true},
                "many": [{"name": "a", "age": 3, "height": 1.5, "happy": true}]
            },
            "c": {"one": "x", "many": []}
        })],
        |value| {
            let is_list = |pointer: &str| value.pointer(pointer).is_some_and(Value::is_array);
            let items = value.pointer("/b/many").and_then(Value::as_array);
            ["", "/a", "/b", "/c", "/b/one"].into_iter().any(is_list)
                || items.is_some_and(|items| items.iter().any(Value::is_array))
        },
    );
}

/// Whether a list stands where a `Node` may.
fn has_list_node(value: &Value) -> bool {
    match value {
        Value::Array(_) => true,
        Value::Object(map) => map.iter().any(|(key, inner)| match (key.as_str(), inner) {
            ("children", Value::Array(list)) => list.iter().any(has_list_node),
            ("named", Value::Object(map)) => map.values().any(has_list_node),
            ("next", inner) => has_list_node(inner),
            _ => false,
        }),
        _ => false,
    }
}
