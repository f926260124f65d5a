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

/// A format of text that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A day of the calendar: `2024-03-12`.
    Date,
    /// A day and a time with its offset from UTC, RFC 3339: `2024-03-12T14:30:00Z`.
    DateTime,
    /// A time of day, with or without an offset from UTC: `14:30:00`.
    Time,
    /// A length of time, ISO 8601: `P3DT4H`.
    Duration,
    /// A UUID: `67e55044-10b1-426f-9247-bb680e5fe0c8`.
    Uuid,
    /// An IPv4 address: `192.0.2.1`.
    Ipv4,
    /// An IPv6 address: `2001:db8::1`.
    Ipv6,
}

impl Format {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Date,
        Self::DateTime,
        Self::Time,
        Self::Duration,
        Self::Uuid,
        Self::Ipv4,
        Self::Ipv6,
    ];

    /// The value of `format` in JSON Schema.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::DateTime => "date-time",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Uuid => "uuid",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
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
    /// The same with an expression that is compiled already.
    Matches {
        /// The expression as the schema has it.
        pattern: &'static str,
        /// The compiled expression.
        regex: &'static Regex,
    },
    /// A whole multiple of this: `multipleOf`.
    MultipleOf(Number),
    /// Text of this format: `format`.
    Format(Format),
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
            Self::Pattern { pattern, .. } | Self::Matches { pattern, .. } => {
                f.debug_tuple("Pattern").field(pattern).finish()
            }
            Self::MultipleOf(number) => f.debug_tuple("MultipleOf").field(number).finish(),
            Self::Format(format) => f.debug_tuple("Format").field(format).finish(),
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
