//! What the user meant: plain facts, already right.

use proc_macro2::Span;
use syn::{Generics, Ident, LitStr, Member, Path, Type};

/// A type that derives `Extract`.
pub(crate) struct Container {
    /// The path of the crate that has `__private`.
    pub(crate) krate: Path,
    pub(crate) ident: Ident,
    /// With the bounds the impl needs.
    pub(crate) generics: Generics,
    pub(crate) name: String,
    /// The tool's name; empty if it is `name`.
    pub(crate) tool: String,
    pub(crate) description: String,
    pub(crate) examples: Vec<Literal>,
    pub(crate) deprecated: bool,
    /// The word `strict`.
    pub(crate) strict: Option<Span>,
    pub(crate) validate: Option<Path>,
    pub(crate) body: Body,
}

/// What the type is, as serde reads it.
pub(crate) enum Body {
    Unit,
    Newtype {
        field: Box<Field>,
        transparent: bool,
    },
    /// `serde(from)` and `serde(try_from)`: this type is read instead.
    From(Type),
    Tuple(Vec<Field>),
    Object {
        fields: Vec<Field>,
        closed: bool,
    },
    Enum {
        variants: Vec<Variant>,
        tagging: Tagging,
        closed: bool,
        exhaustive: bool,
    },
}

/// A field that serde reads.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Field {
    pub(crate) member: Member,
    /// What messages call it.
    pub(crate) label: String,
    /// The name in JSON; empty in a tuple.
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) description: String,
    pub(crate) ty: Type,
    /// `schema_as`: this type's schema stands for the field's.
    pub(crate) schema_as: Option<Type>,
    /// The edge is lazy.
    pub(crate) recursive: bool,
    /// The type mentions a parameter of the container.
    pub(crate) generic: bool,
    pub(crate) presence: Presence,
    pub(crate) default: Option<Literal>,
    pub(crate) examples: Vec<Literal>,
    pub(crate) rules: Vec<Rule>,
    /// The constant that holds the rules.
    pub(crate) table: Ident,
    pub(crate) custom: Vec<Path>,
    pub(crate) deprecated: bool,
    /// The word `skip`.
    pub(crate) hidden: Option<Span>,
    pub(crate) flatten: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    ByType,
    Defaulted,
    Required,
}

/// A variant that serde reads.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) description: String,
    pub(crate) data: Data,
    pub(crate) other: bool,
    pub(crate) untagged: bool,
    pub(crate) deprecated: bool,
    pub(crate) hidden: bool,
}

pub(crate) enum Data {
    Unit,
    Newtype(Box<Field>),
    Tuple(Vec<Field>),
    Struct(Vec<Field>),
    /// A function reads it; this type's schema stands for it.
    As(Box<Type>),
}

pub(crate) enum Tagging {
    External,
    Internal { tag: String },
    Adjacent { tag: String, content: String },
    Untagged,
}

/// A value that the user wrote, as JSON text.
#[derive(Debug, Clone)]
pub(crate) struct Literal {
    pub(crate) span: Span,
    pub(crate) json: String,
}

/// A rule, at its name.
#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) span: Span,
    pub(crate) kind: RuleKind,
}

#[derive(Clone)]
pub(crate) enum RuleKind {
    /// `length`, and `items` which only lists have.
    Length {
        min: Option<usize>,
        max: Option<usize>,
        items: bool,
    },
    Range {
        min: Option<Number>,
        max: Option<Number>,
        above: Option<Number>,
        below: Option<Number>,
    },
    Pattern(LitStr),
    Email,
    Url,
    Contains(String),
    Prefix(String),
    Suffix(String),
    Unique,
    OneOf(Vec<Literal>),
    Inner(Vec<Rule>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Int(i128),
    Float(f64),
}

impl RuleKind {
    /// The word the user wrote.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Length { items: false, .. } => "length",
            Self::Length { items: true, .. } => "items",
            Self::Range { .. } => "range",
            Self::Pattern(_) => "pattern",
            Self::Email => "email",
            Self::Url => "url",
            Self::Contains(_) => "contains",
            Self::Prefix(_) => "prefix",
            Self::Suffix(_) => "suffix",
            Self::Unique => "unique",
            Self::OneOf(_) => "one_of",
            Self::Inner(_) => "inner",
        }
    }
}
