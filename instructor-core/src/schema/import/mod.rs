//! A JSON Schema as a [`Schema`], for programs that have no Rust type.
//!
//! [`Importer`] goes through the document by JSON pointer; [`parts`] puts together what the
//! keywords of a place say, `build` and the files beside it make a shape of that.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::OnceLock;

use serde_json::Value;

use super::{Field, Schema};

mod pointer;
mod keywords;
mod parts;
mod shared;
mod build;
mod scalars;
mod lists;
mod objects;
mod unions;
mod cycles;

/// Gives all imported schemas their type's identity; [`Schema::key`] adds their address.
pub(super) struct Imported;

/// So many schemas may stand inside each other, also by way of `$ref`.
const DEPTH: usize = 64;

/// So many schemas are looked at, those that `allOf` repeats counted each time.
const BUDGET: usize = 50_000;

/// What is said of a schema beyond that.
const TOO_LARGE: &str = "the schema is too large; split it, merge less with `allOf`, and say less \
                         beside `$ref`";

/// What keeps a JSON Schema from being imported: every problem, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    problems: Vec<Problem>,
}

impl ImportError {
    /// The problems, each once, in the order in which they were found; never empty.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// One line for each problem.
impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for ImportError {}

/// Something in a JSON Schema that cannot be imported, and the way out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Problem {
    /// The place as a JSON pointer (RFC 6901): `/properties/name`; empty for the whole schema.
    pub pointer: String,
    /// What stands there, and what to write instead.
    pub message: String,
}

/// "`#/properties/name`: …"
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`#{}`: {}", self.pointer, self.message)
    }
}

/// Makes a [`Schema`] of a JSON Schema (draft 2020-12 or draft-07), as Pydantic, zod, schemars and
/// [`json_schema`](super::json_schema) write it.
///
/// The schema is kept for the life of the process: call this once for each document.
///
/// ```
/// use instructor_core::schema::{self, Dialect};
/// use serde_json::json;
///
/// let imported = schema::import(&json!({
///     "title": "Person",
///     "type": "object",
///     "properties": { "name": { "type": "string" }, "age": { "type": "integer", "minimum": 0 } },
///     "required": ["name"],
/// }))?;
/// let tool = schema::rendered(imported, &Dialect::TOOL)?;
/// assert_eq!(tool.name, "Person");
///
/// let error = schema::import(&json!({ "properties": { "name": { "not": {} } } })).unwrap_err();
/// assert_eq!(error.problems()[0].pointer, "/properties/name/not");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// What differs from the letter of the standard: `oneOf` is read as `anyOf`; where `type` is left
/// out, other keywords tell it (`properties` an object); a tuple (`prefixItems`) has all its items,
/// even if `minItems` does not say so; a property of an object that is neither named nor forbidden
/// is passed over; and `format` is checked for dates, times, durations, addresses and UUIDs.
///
/// # Errors
/// If the schema has something that no [`Schema`] can say (`not`, `if`, `patternProperties`, a
/// reference out of the document, …), is no JSON Schema, nests too deeply, or contains itself with
/// nothing in between. All problems are listed.
pub fn import(json: &Value) -> Result<&'static Schema, ImportError> {
    let mut importer = Importer::new(json);
    let schema = importer.target("");
    importer.refuse_endless();
    if importer.problems.is_empty() && schema.is_some_and(cycles::is_too_large) {
        importer.problem("", TOO_LARGE);
    }
    match schema {
        Some(schema) if importer.problems.is_empty() => Ok(schema),
        _ => Err(importer.into_error()),
    }
}

/// Reads one document.
struct Importer<'j> {
    root: &'j Value,
    problems: Vec<Problem>,
    /// What is known of each place, by its pointer.
    places: HashMap<String, Place>,
    /// The places that a `$ref` leads to, and the root, with their names.
    targets: HashMap<String, &'static Schema>,
    /// The schemas that contain themselves, and where.
    links: Vec<(String, &'static Schema)>,
    /// The places whose keywords are being put together.
    merging: Vec<String>,
    depth: usize,
    budget: usize,
}

/// What is known of a place.
enum Place {
    /// It is being read; there is a link once something inside it refers to it.
    Open(Option<&'static OnceLock<&'static Schema>>),
    /// It has been read; nothing if it has a problem.
    Read(Option<Field>),
}

impl<'j> Importer<'j> {
    fn new(root: &'j Value) -> Self {
        Self {
            root,
            problems: Vec::new(),
            places: HashMap::new(),
            targets: HashMap::new(),
            links: Vec::new(),
            merging: Vec::new(),
            depth: 0,
            budget: BUDGET,
        }
    }

    fn problem(&mut self, at: &str, message: impl Into<String>) {
        self.problems.push(Problem { pointer: at.to_owned(), message: message.into() });
    }

    /// Records a problem; nothing can be made of the place.
    fn refuse<T>(&mut self, at: &str, message: impl Into<String>) -> Option<T> {
        self.problem(at, message);
        None
    }

    /// The problems, each once.
    fn into_error(self) -> ImportError {
        let mut seen = HashSet::new();
        let problems = self.problems.into_iter().filter(|problem| seen.insert(problem.clone()));
        ImportError { problems: problems.collect() }
    }
}
