//! A look at a value that rules understand, whatever its type.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Number, Value};

use crate::path::Path;

/// What a value is, as far as rules care.
#[derive(Clone)]
pub enum Probe<'v> {
    /// `None`: no rule applies.
    Absent,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A whole number above `i128::MAX`.
    Uint(u128),
    /// A number.
    Float(f64),
    /// Text, or a type that is written as text.
    Text(Cow<'v, str>),
    /// A list, a tuple or the values of a map.
    List(&'v dyn List),
    /// Something that no rule looks into.
    Other,
}

/// A list, a set, a tuple, or the values of a map.
pub trait List {
    /// The number of elements.
    fn count(&self) -> usize;

    /// Calls `visit` for each element with its place below `at`.
    fn each<'v>(&'v self, at: Path<'_>, visit: &mut dyn FnMut(Path<'_>, Probe<'v>));
}

/// As JSON, with long text cut; lists and other values in a word.
impl fmt::Display for Probe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Uint(value) => value.fmt(f),
            Self::Float(value) => match Number::from_f64(*value) {
                Some(number) => number.fmt(f),
                None => value.fmt(f),
            },
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(list) => write!(f, "a list of {}", list.count()),
            Self::Other => f.write_str("a value"),
        }
    }
}

impl fmt::Debug for Probe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A JSON string of at most 100 characters.
fn quoted(text: &str) -> String {
    const LIMIT: usize = 100;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => Value::from(format!("{}…", &text[..end])).to_string(),
        None => Value::from(text).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_print_as_json() {
        let list = vec![1_u8, 2];
        for (probe, printed) in [
            (Probe::Absent, "null"),
            (Probe::Bool(true), "true"),
            (Probe::Int(-3), "-3"),
            (Probe::Uint(u128::MAX), "340282366920938463463374607431768211455"),
            (Probe::Float(1.0), "1.0"),
            (Probe::Float(0.1), "0.1"),
            (Probe::Float(1e300), "1e+300"),
            (Probe::Float(f64::NAN), "NaN"),
            (Probe::Text("a \"b\"\n\u{1}é".into()), "\"a \\\"b\\\"\\n\\u0001é\""),
            (Probe::List(&list), "a list of 2"),
            (Probe::Other, "a value"),
        ] {
            assert_eq!(probe.to_string(), printed);
        }
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let printed = Probe::Text("é".repeat(1_000_000).into()).to_string();
        assert_eq!(printed, format!("\"{}…\"", "é".repeat(100)));
    }
}
