//! Validators that are data: one fact for the schema and for the check.

use std::fmt;

use regex::Regex;

/// A number that a rule names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
        }
    }
}

/// One validator of a field.
#[derive(Clone, Copy)]
pub enum Rule {
    /// Characters of a text, elements of a list, entries of a map: `minLength`, `minItems`,
    /// `minProperties` and their maxima.
    Length {
        /// At least so many.
        min: Option<usize>,
        /// At most so many.
        max: Option<usize>,
    },
    /// `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`.
    Range {
        /// At least this.
        min: Option<Number>,
        /// At most this.
        max: Option<Number>,
        /// Above this.
        above: Option<Number>,
        /// Below this.
        below: Option<Number>,
    },
    /// The text has a match of this regular expression: `pattern`.
    Pattern {
        /// The expression, in the syntax of the `regex` crate.
        pattern: &'static str,
        /// The compiled expression.
        regex: fn() -> &'static Regex,
    },
    /// An email address: `format: email`.
    Email,
    /// A URL with a scheme and a host: `format: uri`.
    Url,
    /// The text contains this: `pattern`.
    Contains(&'static str),
    /// The text starts with this: `pattern`.
    Prefix(&'static str),
    /// The text ends with this: `pattern`.
    Suffix(&'static str),
    /// No element of the list stands in it twice: `uniqueItems`.
    Unique,
    /// One of these values, each a JSON text: `enum`.
    OneOf(&'static [&'static str]),
    /// Each element of the list, each value of the map obeys these: `items`,
    /// `additionalProperties`.
    Inner(&'static [Rule]),
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { min, max } => {
                f.debug_struct("Length").field("min", min).field("max", max).finish()
            }
            Self::Range { min, max, above, below } => f
                .debug_struct("Range")
                .field("min", min)
                .field("max", max)
                .field("above", above)
                .field("below", below)
                .finish(),
            Self::Pattern { pattern, .. } => f.debug_tuple("Pattern").field(pattern).finish(),
            Self::Email => f.write_str("Email"),
            Self::Url => f.write_str("Url"),
            Self::Contains(text) => f.debug_tuple("Contains").field(text).finish(),
            Self::Prefix(text) => f.debug_tuple("Prefix").field(text).finish(),
            Self::Suffix(text) => f.debug_tuple("Suffix").field(text).finish(),
            Self::Unique => f.write_str("Unique"),
            Self::OneOf(values) => f.debug_tuple("OneOf").field(values).finish(),
            Self::Inner(rules) => f.debug_tuple("Inner").field(rules).finish(),
        }
    }
}
