//! What strict mode cannot express is refused with its place; a function tool takes it.

#![allow(dead_code, reason = "only the schemas count")]

use std::collections::BTreeMap;

use instructor::Extract;
use instructor::schema::{Dialect, rendered};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize, Extract)]
struct Holder<T> {
    id: u8,
    inner: T,
}

#[derive(Deserialize, Extract)]
struct Open<T> {
    id: u8,
    #[serde(flatten)]
    rest: BTreeMap<String, T>,
}

#[derive(Deserialize, Extract)]
enum Message {
    Text(String),
    Raw(Value),
    Form { title: String, fields: Vec<Value> },
}

#[derive(Deserialize, Extract)]
#[serde(tag = "kind")]
enum Tagged {
    Plain,
    Open(BTreeMap<String, u8>),
}

fn refused<T: Extract>(path: &str, what: &str) {
    let name = std::any::type_name::<T>();
    let error = rendered(T::SCHEMA, &Dialect::OPENAI_STRICT).expect_err(name);
    assert_eq!(error.path, path, "{name}");
    assert!(error.what.contains(what), "{name}: {error}");
    assert_eq!(error.dialect, Dialect::OPENAI_STRICT.name);
    let tool = rendered(T::SCHEMA, &Dialect::TOOL).map(|rendered| rendered.json.get());
    assert!(tool.is_ok_and(|json| json.starts_with(r#"{"type":"object""#)), "{name}");
}

#[test]
fn the_place_is_named() {
    let any = "a value of any type";
    refused::<Value>("$", any);
    refused::<Vec<Value>>("[]", any);
    refused::<BTreeMap<String, Value>>("{}", any);
    refused::<Holder<Value>>("inner", any);
    refused::<Holder<Option<Value>>>("inner", any);
    refused::<Holder<Holder<Value>>>("inner.inner", any);
    refused::<Holder<(u8, Value)>>("inner[1]", any);
    refused::<Holder<Vec<Holder<Value>>>>("inner[].inner", any);
    refused::<Message>("Raw", any);
    let map = "a map among other properties";
    refused::<Open<u8>>("$", map);
    refused::<Holder<Open<u8>>>("inner", map);
    refused::<Holder<Tagged>>("inner", map);
}
