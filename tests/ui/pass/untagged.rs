//! Untagged variants that only seem to be out of reach.

#![allow(dead_code)]

use instructor::Extract;
use serde::Deserialize;

fn short<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.len() < 9 { Ok(text) } else { Err(serde::de::Error::custom("too long")) }
}

#[derive(Deserialize, Extract)]
struct Short(
    #[serde(deserialize_with = "short")]
    #[extract(schema_as = String)]
    String,
);

#[derive(Deserialize, Extract)]
#[serde(try_from = "u8")]
struct Even(u8);

impl TryFrom<u8> for Even {
    type Error = String;

    fn try_from(value: u8) -> Result<Self, String> {
        if value % 2 == 0 { Ok(Self(value)) } else { Err("must be even".to_owned()) }
    }
}

#[derive(Deserialize, Extract)]
#[serde(untagged)]
enum Sample {
    Short(Short),
    Even(Even),
    Small(u8),
    Large(u64),
    Share(f64),
    #[serde(deserialize_with = "short")]
    #[extract(schema_as = String)]
    Again(String),
    Text(String),
}

#[derive(Deserialize, Extract)]
struct Holder {
    #[extract(length(max = 3))]
    short: Short,
}

fn main() {
    assert!(matches!(Sample::from_json("\"0123456789\""), Ok(Sample::Text(_))));
    assert!(matches!(Sample::from_json("3"), Ok(Sample::Small(3))));
    assert!(Holder::from_json(r#"{"short": "abcd"}"#).is_err());
}
