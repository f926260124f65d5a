//! What a dialect cannot express is refused with its place; a function tool takes it.

#![allow(dead_code, reason = "only the schemas count")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use instructor::Extract;
use instructor::schema::{Dialect, Unsupported, rendered};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Visitor, all};

/// What these dialects refuse for one reason.
struct Refusal {
    dialects: &'static [&'static Dialect],
    /// A part of what is said of it.
    what: &'static str,
    /// The types, and the places in them.
    types: &'static [(&'static str, &'static str)],
}

/// Which of the types that are tried in every dialect are refused.
const REFUSED: &[Refusal] = &[
    Refusal {
        dialects: &[
            &Dialect::CEREBRAS_STRICT,
            &Dialect::XAI_STRICT,
            &Dialect::ANTHROPIC_STRICT,
            &Dialect::BEDROCK_STRICT,
            &Dialect::GEMINI_OPENAPI,
            &Dialect::COHERE,
        ],
        what: "contains itself; limit",
        types: &[
            ("Tree", "$"),
            ("Expression", "$"),
            ("Folder", "folders[]"),
            ("Vec<Folder>", "[]"),
            ("Left", "right.left[]"),
            ("AllOptional", "inner"),
            ("Ancestor", "mother"),
            ("Archive", "first"),
        ],
    },
    Refusal {
        dialects: &[&Dialect::GEMINI_OPENAPI, &Dialect::COHERE],
        what: "an object without properties",
        types: &[("External", "Nothing"), ("Empty", "$")],
    },
    Refusal {
        dialects: &[&Dialect::ANTHROPIC_STRICT],
        what: "more than 24 optional",
        types: &[("Thrice", "third.h")],
    },
    Refusal {
        dialects: &[&Dialect::ANTHROPIC_STRICT],
        what: "only 16 are taken",
        types: &[("Unions", "$")],
    },
    Refusal {
        dialects: &[&Dialect::GEMINI],
        what: "contains itself; give",
        types: &[("Expression", "$")],
    },
    Refusal {
        dialects: &[&Dialect::COHERE],
        what: "`null`",
        types: &[
            ("()", "$"),
            ("Option<u8>", "$"),
            ("Option<String>", "$"),
            ("Vec<Option<u8>>", "[]"),
            ("((u8, String), Option<(bool, i64)>, Vec<(f64, String)>)", "[1]"),
            ("Vec<BTreeMap<String, Option<(u8, String)>>>", "[]{}"),
            ("Option<BTreeMap<String, String>>", "$"),
            ("Untagged", "$"),
            ("Option<Mood>", "$"),
            ("Unit", "$"),
            ("Transparent", "$"),
            ("Defaulted", "pair"),
            ("Journey", "stops[]"),
            ("Limits", "digits[]"),
            ("Unions", "[0][]"),
        ],
    },
    Refusal {
        dialects: &[&Dialect::COHERE],
        what: "a value of several forms",
        types: &[
            ("Result<u8, String>", "$"),
            ("Internal", "$"),
            ("Wrapping", "$"),
            ("Adjacent", "$"),
            ("Mixed", "$"),
            ("Option<Internal>", "$"),
            ("Flat", "$"),
            ("FlatOption", "$"),
            ("Drawing", "main"),
        ],
    },
    Refusal {
        dialects: &[&Dialect::COHERE],
        what: "optional properties only",
        types: &[
            ("Sparse", "$"),
            ("Twice", "left"),
            ("Thrice", "first"),
            ("Maybe<u8>", "$"),
            ("Maybe<BTreeMap<String, u8>>", "$"),
            ("Option<Maybe<Vec<Mood>>>", "$"),
        ],
    },
];

/// The name of the type without the path to it.
pub(crate) fn name<T>() -> String {
    let mut name = String::new();
    let mut word = String::new();
    for c in std::any::type_name::<T>().chars() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else if c == ':' {
            word.clear();
        } else {
            name.push_str(&std::mem::take(&mut word));
            name.push(c);
        }
    }
    name + &word
}

/// Whether the refusal is in the table.
pub(crate) fn is_known<T>(error: &Unsupported) -> bool {
    let name = name::<T>();
    REFUSED.iter().any(|refusal| {
        refusal.dialects.iter().any(|dialect| dialect.name == error.dialect)
            && error.what.contains(refusal.what)
            && refusal.types.contains(&(&name, &error.path))
    })
}

/// Collects the types that a dialect refuses.
struct Refused {
    dialect: &'static Dialect,
    names: BTreeSet<String>,
}

impl Visitor for Refused {
    fn visit<T: Extract + Serialize + PartialEq + Debug>(&mut self, _: &[T]) {
        if rendered(T::SCHEMA, self.dialect).is_err() {
            self.names.insert(name::<T>());
        }
    }
}

#[test]
fn the_table_says_no_more_than_is_true() {
    for dialect in Dialect::ALL {
        let mut visitor = Refused { dialect, names: BTreeSet::new() };
        all(&mut visitor);
        let told = REFUSED.iter().filter(|refusal| refusal.dialects.contains(dialect));
        let told: BTreeSet<_> =
            told.flat_map(|r| r.types).map(|(name, _)| (*name).into()).collect();
        assert_eq!(visitor.names, told, "{}", dialect.name);
    }
}

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

/// The dialects that take no values of any type, and no map among other properties.
const CLOSED: [&Dialect; 8] = [
    &Dialect::OPENAI_STRICT,
    &Dialect::MISTRAL_STRICT,
    &Dialect::CEREBRAS_STRICT,
    &Dialect::XAI_STRICT,
    &Dialect::ANTHROPIC_STRICT,
    &Dialect::BEDROCK_STRICT,
    &Dialect::GEMINI_OPENAPI,
    &Dialect::COHERE,
];

fn refused<T: Extract>(path: &str, what: &str) {
    let name = std::any::type_name::<T>();
    for dialect in CLOSED {
        let error = rendered(T::SCHEMA, dialect).expect_err(name);
        // Several forms are refused before what stands in one of them, or after.
        if dialect.unions || error.what.contains(what) {
            assert_eq!(error.path, path, "{name} {error}");
            assert!(error.what.contains(what), "{name}: {error}");
        }
        assert_eq!(error.dialect, dialect.name);
    }
    for dialect in [&Dialect::TOOL, &Dialect::GEMINI, &Dialect::OLLAMA] {
        let json = rendered(T::SCHEMA, dialect).map(|rendered| rendered.json.get());
        assert!(json.is_ok_and(|json| json.starts_with(r#"{"type":"object""#)), "{name}");
    }
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
