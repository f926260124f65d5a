//! Serde is the judge: it takes all that is aligned, and what it takes needs no repair.

use std::collections::HashMap;
use std::fmt::Debug;

use instructor_core::Schema;
use instructor_core::align::align;
use instructor_core::schema::Dialect;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::laws::{answer, json};
use crate::schemas;

#[derive(Debug, PartialEq, Deserialize)]
struct Person {
    #[serde(alias = "full_name")]
    name: String,
    age: u8,
    email: Option<String>,
    #[serde(default)]
    nick_names: Vec<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    a: u8,
}

#[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mood {
    Happy,
    InProgress,
    #[serde(alias = "blue")]
    Sad,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "kind")]
enum Picture {
    Circle { radius: f64 },
    Square { side: f64, label: Option<String> },
    Nothing,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "kind")]
enum Lenient {
    Circle {
        radius: f64,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "t", content = "c")]
enum Event {
    Say(String),
    Move(u8, u8),
    Quit,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Command {
    Say(String),
    Move(u8, u8),
    Draw { shape: Picture },
    Quit,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Mixed {
    Quit,
    #[serde(untagged)]
    Free(u8),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Id {
    Number(u64),
    Name(String),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Either {
    Flag(bool),
    Person(Person),
    Sized { width: u8, height: u8 },
}

#[derive(Debug, PartialEq, Deserialize)]
struct Flat {
    id: u8,
    #[serde(flatten)]
    picture: Picture,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Open {
    id: u8,
    #[serde(flatten)]
    rates: HashMap<String, f64>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Expression {
    Number(f64),
    Not {
        not: Box<Expression>,
    },
    Minus {
        minus: Box<Expression>,
        #[serde(default)]
        not: Option<Box<Expression>>,
    },
    All(Vec<Expression>),
}

#[derive(Debug, PartialEq, Deserialize)]
struct Order {
    rates: HashMap<String, f64>,
    size: (String, u8),
    at: (f64, f64),
    #[serde(default)]
    count: u8,
    note: Option<String>,
}

/// Serde takes a list for a struct, in the order of its fields; aligning does not.
fn has_list(value: &Value) -> bool {
    match value {
        Value::Array(_) => true,
        Value::Object(entries) => entries.values().any(has_list),
        _ => false,
    }
}

fn judge<T: DeserializeOwned + Debug + PartialEq>(
    schema: &'static Schema,
    answer: &str,
) -> Result<(), TestCaseError> {
    for dialect in [&Dialect::JSON_SCHEMA, &Dialect::TOOL, &Dialect::OPENAI_STRICT] {
        if let Ok(aligned) = align(answer, schema, dialect) {
            let value = serde_json::from_str::<T>(&aligned.json);
            prop_assert!(value.is_ok(), "{} {:?} {}", answer, value, aligned.json);
        }
    }
    let Ok(value) = serde_json::from_str::<T>(answer) else { return Ok(()) };
    if serde_json::from_str(answer).is_ok_and(|value: Value| has_list(&value)) {
        return Ok(());
    }
    let aligned = align(answer, schema, &Dialect::JSON_SCHEMA);
    let aligned = aligned.map_err(|error| TestCaseError::fail(format!("{answer} {error}")))?;
    prop_assert!(aligned.repairs.is_empty(), "{} {:?}", answer, aligned.repairs);
    let again = serde_json::from_str::<T>(&aligned.json).ok();
    prop_assert_eq!(again, Some(value));
    Ok(())
}

fn judge_all(answer: &str) -> Result<(), TestCaseError> {
    judge::<Person>(&schemas::PERSON, answer)?;
    judge::<Closed>(&schemas::CLOSED, answer)?;
    judge::<Mood>(&schemas::MOOD, answer)?;
    judge::<Picture>(&schemas::SHAPE, answer)?;
    judge::<Lenient>(&schemas::LENIENT, answer)?;
    judge::<Event>(&schemas::EVENT, answer)?;
    judge::<Command>(&schemas::COMMAND, answer)?;
    judge::<Mixed>(&schemas::MIXED, answer)?;
    judge::<Id>(&schemas::ID, answer)?;
    judge::<Either>(&schemas::EITHER, answer)?;
    judge::<Flat>(&schemas::FLAT, answer)?;
    judge::<Open>(&schemas::OPEN, answer)?;
    judge::<Tree>(&schemas::TREE, answer)?;
    judge::<Expression>(&schemas::EXPRESSION, answer)?;
    judge::<Order>(&schemas::ORDER, answer)?;
    judge::<Vec<String>>(&schemas::TEXTS, answer)?;
    judge::<[u8; 2]>(&schemas::PAIR_OF_U8, answer)?;
    judge::<(String, u8)>(&schemas::TUPLE, answer)?;
    judge::<HashMap<Mood, u8>>(&schemas::BY_MOOD, answer)?;
    judge::<HashMap<u8, u8>>(&schemas::BY_NUMBER, answer)?;
    judge::<Option<u8>>(&schemas::MAYBE_U8, answer)?;
    judge::<char>(&schemas::CHAR, answer)?;
    judge::<std::num::NonZeroI8>(&schemas::NONZERO, answer)?;
    judge::<i128>(&schemas::I128, answer)?;
    judge::<u128>(&schemas::U128, answer)?;
    judge::<f64>(&schemas::FLOAT, answer)
}

/// Answers that are nearly right, so that most of them are taken.
fn nearly() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        prop::sample::select(vec![
            "1",
            "\"1\"",
            "1.0",
            "300",
            "null",
            "\"Circle\"",
            "\"circle\"",
            "[1, 2]",
            "[\"1\", 2]",
            "\"Move\"",
            "\"Nothing\"",
            "\"x\"",
            "true",
            "{}",
            "[]",
            "{\"kind\":\"Nothing\"}",
            "{\"not\":1}",
            "{\"minus\":{\"not\":2}}",
            "{\"item_0\":1,\"item_1\":2}",
            "[{\"key\":\"a\",\"value\":1}]",
        ])
        .prop_map(String::from),
        json().prop_map(|value| value.to_string()),
    ];
    let keys = prop::sample::select(vec![
        vec!["name", "Name", "full_name", "age", "Age", "email", "nick_names", "nickNames"],
        vec!["a", "A"],
        vec!["kind", "Kind", "radius", "side", "label"],
        vec!["id", "kind", "radius", "side", "eur"],
        vec!["t", "c"],
        vec!["Say", "say", "Move", "Draw", "Quit"],
        vec!["width", "height", "Height"],
        vec!["rates", "size", "at", "count", "note"],
        vec!["name", "children"],
        vec!["not", "minus"],
        vec!["happy", "Happy", "in_progress", "blue"],
        vec!["7", "8"],
    ]);
    keys.prop_flat_map(move |keys| {
        let count = keys.len();
        let keys = prop::sample::subsequence(keys, 0..=count).prop_shuffle();
        (keys, prop::collection::vec(value.clone(), count))
    })
    .prop_map(|(keys, values)| {
        let entries = keys.iter().zip(values).map(|(key, value)| format!("{key:?}:{value}"));
        format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn serde_takes_what_is_aligned(answer in prop_oneof![nearly(), nearly(), answer()]) {
        judge_all(&answer)?;
    }
}

#[test]
fn an_option_of_a_type_that_contains_itself_may_be_null() {
    judge_all(r#"{"not":null,"minus":1.0}"#).unwrap();
}
