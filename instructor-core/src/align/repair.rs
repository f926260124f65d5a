//! The liberties that aligning takes, each with its place.

use std::fmt;

use crate::path::Path;

/// One liberty taken with an answer, and where.
///
/// `Display` names the place and the kind, never the value: "`age`: number from text".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repair {
    /// The place, in the names the model sees: `lines[2].price`; `$` is the whole answer.
    pub path: String,
    /// The same place as a JSON pointer (RFC 6901): `/lines/2/price`.
    pub pointer: String,
    /// What was done.
    pub kind: RepairKind,
}

impl Repair {
    pub(super) fn new(at: Path<'_>, kind: RepairKind) -> Self {
        Self { path: at.to_string(), pointer: at.to_pointer(), kind }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.kind)
    }
}

/// A kind of liberty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RepairKind {
    /// Thinking before the answer was left out.
    Thinking,
    /// The JSON stood in a Markdown code fence.
    Fence,
    /// The JSON stood among other text.
    Prose,
    /// Bare text was taken for the value.
    BareText,
    /// Several values became one list.
    SeveralValues,
    /// The value stood there without its wrapper `{"value": …}`.
    NoWrapper,
    /// The values stood in an echo of the schema: `{"properties": {…}}`.
    SchemaEcho,
    /// The value was written as a tool call: `{"name": …, "arguments": …}`.
    ToolCall,
    /// The value stood under the name of its type: `{"Person": {…}}`.
    TypeName,
    /// A text held the JSON.
    JsonFromText,
    /// "30" for 30.
    NumberFromText,
    /// 5.0 for 5, nothing rounded.
    WholeNumber,
    /// 30 for "30".
    TextFromNumber,
    /// `true` for "true".
    TextFromBool,
    /// "yes" for `true`.
    BoolFromText,
    /// A variant spelled differently: "in progress" for `InProgress`.
    VariantSpelling,
    /// A property spelled differently: `firstName` for `first_name`.
    KeySpelling,
    /// The tag was missing, and only one variant fits the properties.
    MissingTag,
    /// A single value became a list of one.
    ListOfOne,
    /// A list of one became its item.
    OnlyItem,
    /// `null` was taken for a missing property.
    NullDropped,
    /// A property stood there twice with one value.
    Duplicate,
}

impl fmt::Display for RepairKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thinking => "thinking left out",
            Self::Fence => "found in a code fence",
            Self::Prose => "found among other text",
            Self::BareText => "bare text taken for the value",
            Self::SeveralValues => "list from several values",
            Self::NoWrapper => "value without its wrapper",
            Self::SchemaEcho => "taken out of an echoed schema",
            Self::ToolCall => "taken out of a tool call",
            Self::TypeName => "taken out from under the type's name",
            Self::JsonFromText => "JSON from text",
            Self::NumberFromText => "number from text",
            Self::WholeNumber => "whole number from a number with a fraction or exponent",
            Self::TextFromNumber => "text from number",
            Self::TextFromBool => "text from truth value",
            Self::BoolFromText => "truth value from text",
            Self::VariantSpelling => "variant spelled differently",
            Self::KeySpelling => "property spelled differently",
            Self::MissingTag => "variant told by its properties",
            Self::ListOfOne => "list from a single value",
            Self::OnlyItem => "value from a list of one",
            Self::NullDropped => "null taken for a missing property",
            Self::Duplicate => "repeated property left out",
        })
    }
}
