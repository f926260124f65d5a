//! A JSON value as it was written: numbers keep their digits, objects their order and duplicates.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use crate::path::Path;
use crate::validate::{List, Probe};

/// A JSON value that borrows from the text where it can.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// The digits, as JSON spells them.
    Number(Cow<'a, str>),
    /// The text without quotes and escapes.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// An object.
    Object(Vec<Entry<'a>>),
}

/// A property of an object.
pub(crate) type Entry<'a> = (Cow<'a, str>, Node<'a>);

impl<'a> Node<'a> {
    /// The same value, borrowing all text.
    pub(crate) fn view(&'a self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Bool(value) => Self::Bool(*value),
            Self::Number(digits) => Self::Number(Cow::Borrowed(digits)),
            Self::Text(text) => Self::Text(Cow::Borrowed(text)),
            Self::List(items) => Self::List(items.iter().map(Node::view).collect()),
            Self::Object(entries) => Self::Object(
                entries.iter().map(|(key, value)| (Cow::Borrowed(&**key), value.view())).collect(),
            ),
        }
    }

    /// The same value, borrowing nothing.
    pub(crate) fn into_owned(self) -> Node<'static> {
        match self {
            Self::Null => Node::Null,
            Self::Bool(value) => Node::Bool(value),
            Self::Number(digits) => Node::Number(Cow::Owned(digits.into_owned())),
            Self::Text(text) => Node::Text(Cow::Owned(text.into_owned())),
            Self::List(items) => Node::List(items.into_iter().map(Node::into_owned).collect()),
            Self::Object(entries) => Node::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }

    /// The value of the first property `name`, if this is an object that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => {
                entries.iter().find(|(key, _)| key == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// What rules see of the value; a mismatch stands in the tree as null, which no rule looks at.
    pub(crate) fn probe(&self) -> Probe<'_> {
        match self {
            Self::Null => Probe::Absent,
            Self::Bool(value) => Probe::Bool(*value),
            Self::Number(digits) => number_probe(digits),
            Self::Text(text) => Probe::Text(Cow::Borrowed(text)),
            Self::List(_) | Self::Object(_) => Probe::List(self),
        }
    }

    /// The value in a few words, for a message.
    pub(crate) fn brief(&self) -> Brief<'_> {
        Brief(self)
    }
}

fn number_probe(digits: &str) -> Probe<'_> {
    let whole = digits.parse().map(Probe::Int).or_else(|_| digits.parse().map(Probe::Uint));
    whole.unwrap_or_else(|_| digits.parse().map_or(Probe::Other, Probe::Float))
}

impl List for Node<'_> {
    fn count(&self) -> usize {
        match self {
            Self::List(items) => items.len(),
            Self::Object(entries) => entries.len(),
            _ => 0,
        }
    }

    fn each<'v>(&'v self, at: Path<'_>, visit: &mut dyn FnMut(Path<'_>, Probe<'v>)) {
        match self {
            Self::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    visit(at.index(i), item.probe());
                }
            }
            Self::Object(entries) => {
                for (key, value) in entries {
                    visit(at.key(key), value.probe());
                }
            }
            _ => {}
        }
    }
}

/// As JSON without spaces.
impl fmt::Display for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(digits) => f.write_str(digits),
            Self::Text(text) => write_text(f, text),
            Self::List(items) => {
                f.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_char(',')?;
                    }
                    item.fmt(f)?;
                }
                f.write_char(']')
            }
            Self::Object(entries) => {
                f.write_char('{')?;
                for (i, (key, value)) in entries.iter().enumerate() {
                    if i > 0 {
                        f.write_char(',')?;
                    }
                    write_text(f, key)?;
                    f.write_char(':')?;
                    value.fmt(f)?;
                }
                f.write_char('}')
            }
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    let mut written = 0;
    for (i, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        f.write_str(&text[written..i])?;
        written = i + 1;
        match byte {
            b'"' => f.write_str("\\\"")?,
            b'\\' => f.write_str("\\\\")?,
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b'\t' => f.write_str("\\t")?,
            _ => write!(f, "\\u{byte:04x}")?,
        }
    }
    f.write_str(&text[written..])?;
    f.write_char('"')
}

/// Prints scalars as JSON, lists and objects in a word.
pub(crate) struct Brief<'a>(&'a Node<'a>);

impl fmt::Display for Brief<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Node::List(items) => write!(f, "a list of {}", items.len()),
            Node::Object(_) => f.write_str("an object"),
            Node::Text(text) => {
                // Enough for any message, and little enough to copy.
                let end = text.char_indices().nth(80).map_or(text.len(), |(end, _)| end);
                write_text(f, &text[..end])
            }
            scalar => scalar.fmt(f),
        }
    }
}
