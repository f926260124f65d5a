//! The types of `std`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::num::{NonZeroI16, NonZeroU8};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use instructor::{Cited, Extract, Maybe};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{agree, agree_but};

#[derive(Deserialize, Extract, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    A,
    #[serde(rename = "bee")]
    B,
}

#[test]
fn scalars() {
    agree::<u8>(&[json!(1)]);
    agree::<i8>(&[json!(-1)]);
    agree::<u16>(&[json!(1)]);
    agree::<i16>(&[json!(-1)]);
    agree::<u32>(&[json!(1), json!(4_294_967_295_u64), json!(4_294_967_296_u64)]);
    agree::<i32>(&[json!(-1), json!(2_147_483_648_i64)]);
    agree::<u64>(&[json!(1)]);
    agree::<i64>(&[json!(-1), json!(i64::MIN)]);
    agree::<f64>(&[json!(1.5)]);
    agree::<f32>(&[json!(1)]);
    agree::<bool>(&[json!(true)]);
    agree::<char>(&[json!("x"), json!("é"), json!("xy")]);
    agree::<String>(&[json!("x")]);
    agree::<()>(&[json!(null)]);
    agree::<NonZeroU8>(&[json!(1), json!(0)]);
    agree::<NonZeroI16>(&[json!(1), json!(0)]);
    agree::<Value>(&[json!({"a": [1, null]})]);
    agree::<PathBuf>(&[json!("/tmp/x")]);
}

#[derive(Deserialize, Extract)]
struct Wide {
    number: i128,
    wrong: u8,
}

#[test]
fn wide_integers_lose_nothing() {
    for text in
        ["170141183460469231731687303715884105727", "-170141183460469231731687303715884105728"]
    {
        assert_eq!(i128::from_json(text).expect(text).to_string(), text);
        let wrapped = format!("{{\"number\": {text}, \"wrong\": \"7\"}}");
        // The careful path must not lose digits either.
        let wide = Wide::from_json(&wrapped).expect(text);
        assert_eq!((wide.number.to_string().as_str(), wide.wrong), (text, 7));
    }
    assert_eq!(u64::from_json("18446744073709551615"), Ok(u64::MAX));
}

#[test]
fn wrappers() {
    agree::<Box<u8>>(&[json!(1)]);
    agree::<Rc<u8>>(&[json!(1)]);
    agree::<Arc<str>>(&[json!("a")]);
    agree::<Cow<'static, str>>(&[json!("a")]);
    agree::<Option<u8>>(&[json!(1), json!(null)]);
    agree::<Option<Key>>(&[json!("A"), json!(null)]);
}

#[test]
fn lists() {
    agree::<Vec<u8>>(&[json!([1, 2])]);
    agree::<VecDeque<Option<u8>>>(&[json!([1, null])]);
    agree::<Box<[u8]>>(&[json!([1])]);
    agree::<[u8; 3]>(&[json!([1, 2, 3])]);
    agree::<[u8; 0]>(&[json!([])]);
    agree::<(u8,)>(&[json!([1])]);
    agree::<(u8, String, bool)>(&[json!([1, "a", true])]);
    // Sets: serde takes an element twice and drops it; the schema asks for unique ones.
    agree_but::<BTreeSet<u8>>(&[json!([1, 2])], |value| *value == json!([2, 2]));
}

#[test]
fn maps() {
    agree::<HashMap<String, u8>>(&[json!({"a": 1})]);
    agree::<BTreeMap<Key, u8>>(&[json!({"A": 1, "bee": 2})]);
    agree::<BTreeMap<char, u8>>(&[json!({"a": 1})]);
    agree::<BTreeMap<bool, u8>>(&[json!({"true": 1})]);
    agree::<BTreeMap<i64, u8>>(&[json!({"-5": 1, "7": 2})]);
}

#[test]
fn others() {
    agree_but::<Duration>(&[json!({"secs": 1, "nanos": 5})], Value::is_array);
    let ip = |value: &Value| value.as_str().is_some_and(|text| text.parse::<IpAddr>().is_err());
    agree_but::<IpAddr>(&[json!("127.0.0.1"), json!("::1")], ip);
    agree_but::<Ipv4Addr>(&[json!("127.0.0.1")], ip);
}

#[test]
fn values_with_a_reason_or_with_quotes() {
    let list = |value: &Value| value.is_array();
    agree_but::<Maybe<u8>>(&[json!({"value": 1, "reason": null}), json!({"reason": "no"})], list);
    agree_but::<Maybe<Vec<Key>>>(&[json!({"value": ["A"], "reason": null})], list);
    agree_but::<Option<Maybe<Key>>>(&[json!({"value": "A"}), json!(null)], list);
    // That there is at least one quote is a rule.
    let none = |value: &Value| list(value) || value["quotes"] == json!([]);
    agree_but::<Cited<u8>>(&[json!({"value": 1, "quotes": ["a", "b"]})], none);
    agree_but::<Cited<Option<u8>>>(&[json!({"value": null, "quotes": ["a"]})], none);
    agree_but::<Vec<Cited<Key>>>(&[json!([{"value": "A", "quotes": ["a"]}])], |value| {
        value.as_array().is_some_and(|list| list.iter().any(none))
    });
}
