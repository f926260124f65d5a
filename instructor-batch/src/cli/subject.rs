//! What is extracted: a type of the program, or what a JSON Schema file says.

use std::fs;
use std::path::Path;

use instructor_core::{Dynamic, schema};
use serde_json::Value;

use super::exit::Failure;

/// What is extracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// A type of the program.
    Type,
    /// What a file says: a `Dynamic`.
    File,
}

impl Subject {
    /// Makes the schema known, before anything else is done with the type.
    pub(super) fn load(self, file: Option<&Path>) -> Result<(), Failure> {
        match (self, file) {
            (Self::Type, None) => Ok(()),
            (Self::Type, Some(_)) => {
                Err(Failure::usage("`--schema` is not taken: this program extracts its own type"))
            }
            (Self::File, None) => {
                Err(Failure::usage("no schema is given: add `--schema FILE` with a JSON Schema"))
            }
            (Self::File, Some(path)) => load(path),
        }
    }
}

fn load(path: &Path) -> Result<(), Failure> {
    let failed = |what: String| Failure::configuration(format!("{}: {what}", path.display()));
    let text = fs::read_to_string(path).map_err(|e| failed(e.to_string()))?;
    let json: Value = serde_json::from_str(&text).map_err(|e| failed(format!("no JSON: {e}")))?;
    let schema = schema::import(&json).map_err(|e| failed(e.to_string()))?;
    Dynamic::set_schema(schema).map_err(|e| failed(e.to_string()))
}
