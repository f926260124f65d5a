//! What the macro prints passes the lints of a strict user.

#![deny(warnings, missing_docs, unused, deprecated, unreachable_pub, unused_qualifications)]
#![deny(missing_debug_implementations, single_use_lifetimes, trivial_casts, let_underscore_drop)]

use instructor::Extract;
use serde::Deserialize;

/// A type with all there is.
#[derive(Debug, Deserialize, Extract)]
#[extract(example(json = r#"{"name": "a", "level": "Low", "list": []}"#), validate = Sample::check_all)]
pub struct Sample {
    /// Text.
    #[extract(custom = check, pattern = "^a")]
    pub name: String,
    /// Perhaps.
    #[extract(custom = check)]
    pub maybe: Option<String>,
    /// A function reads it.
    #[serde(default, deserialize_with = "read")]
    #[extract(schema_as = String)]
    pub read: Vec<u8>,
    /// An enum.
    pub level: Level,
    /// A list.
    #[extract(unique, items(max = 3), inner(range(max = 3)))]
    pub list: Vec<u8>,
}

impl Sample {
    fn check_all(&self) -> Result<(), String> {
        Ok(())
    }
}

/// An enum.
#[derive(Debug, Deserialize, Extract)]
pub enum Level {
    /// A little.
    Low,
    /// Much.
    High {
        /// How much.
        #[extract(range(max = 3))]
        by: u8,
    },
}

fn check(_: &str) -> Result<(), String> {
    Ok(())
}

fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    String::deserialize(deserializer).map(String::into_bytes)
}

fn main() {
    assert!(Sample::from_json(r#"{"name": "a", "level": "Low", "list": [1]}"#).is_ok());
    assert!(Sample::from_json(r#"{"name": "b", "level": {"High": {"by": 4}}, "list": [1, 1]}"#).is_err());
}
