//! Which JSON Schema a reader understands, as data.

mod anthropic;
mod cohere;
mod google;
mod ollama;
mod openai;

/// The subset of JSON Schema that a reader takes. Rendering lowers a [`Schema`](super::Schema) into
/// it, and aligning knows the way back.
///
/// What a dialect cannot say goes into a description as a sentence, or is refused with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the reader")]
pub struct Dialect {
    /// The name, which also is the key of the cache: one name, one dialect.
    pub name: &'static str,
    /// Further names (`serde(alias)`) are properties too.
    pub aliases: bool,
    /// The root must be an object; any other root is wrapped: `{"value": …}`.
    pub object_root: bool,
    /// Every property is required; an optional one becomes nullable, and its `null` means absent.
    pub all_required: bool,
    /// An optional property may be `null` as well; otherwise it is left out.
    pub optional_null: bool,
    /// What `additionalProperties` says of properties that the type does not know.
    pub unknown: Unknown,
    /// What an object must have at least; others are refused.
    pub least: Least,
    /// The root names its properties even if it has none: `"properties": {}`.
    pub empty_properties: bool,
    /// The order of the properties is written too: `propertyOrdering`.
    pub ordering: bool,
    /// Maps are taken; otherwise they become a list of `{"key": …, "value": …}`.
    pub maps: bool,
    /// `prefixItems` is taken; otherwise a tuple becomes an object `{"item_0": …}`.
    pub tuples: bool,
    /// `false` is taken as a schema, so that a tuple can say where it ends.
    pub false_schema: bool,
    /// Values of any type are taken; otherwise they are refused.
    pub free_form: bool,
    /// `anyOf` is taken; otherwise types of several forms are refused.
    pub unions: bool,
    /// A description may stand beside `anyOf`; otherwise each form has it.
    pub described_unions: bool,
    /// `allOf` and `not` are taken, and keywords beside `anyOf`; otherwise only `anyOf` itself is.
    pub composition: bool,
    /// How `null` is said.
    pub null: Null,
    /// Where a type stands that is used twice.
    pub refs: Refs,
    /// `$ref` may stand beside other keywords.
    pub ref_siblings: bool,
    /// Which recursive types are taken.
    pub recursion: Recursion,
    /// The types whose values may stand in `enum`, or `None` for all; others go into descriptions.
    pub enums: Option<&'static [&'static str]>,
    /// The names of types are in capitals: `STRING`.
    pub capitals: bool,
    /// The bounds of 64-bit types are written; readers that keep numbers as floats refuse them, and
    /// no model needs them.
    pub wide_integers: bool,
    /// The greatest number of `minItems`, `maxLength` and their kind; a greater one goes into the
    /// description.
    pub largest_count: usize,
    /// The validation keywords that are taken, or `None` for all; the others go into descriptions.
    pub keywords: Option<&'static [&'static str]>,
    /// The values of `format` that are taken, or `None` for all; the others go into descriptions.
    pub formats: Option<&'static [&'static str]>,
    /// A pattern that holds one of these goes into the description.
    pub foreign_patterns: &'static [&'static str],
    /// So many properties may be optional, in all objects together.
    pub most_optional: usize,
    /// So many schemas may have several types or forms.
    pub most_unions: usize,
    /// So many tools may stand in a request; a type of more variants is one tool.
    pub most_tools: usize,
}

/// What `additionalProperties` says of properties that a type does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// `false` where the type refuses them.
    AsDeclared,
    /// Always `false`.
    Refused,
    /// Nothing: the keyword is not taken.
    Unsaid,
}

/// What an object must have at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// Nothing.
    Nothing,
    /// A property.
    Property,
    /// A required property.
    Required,
}

/// How `null` is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Null {
    /// In the list of types where there is one: `"type": ["string", "null"]`.
    TypeList,
    /// As a form of its own: `"anyOf": [{"type": "string"}, {"type": "null"}]`.
    Form,
    /// `"nullable": true`.
    Keyword,
    /// Not at all.
    Refused,
}

/// Where a type stands that is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refs {
    /// In `$defs`; the root is `#`.
    Root,
    /// In `$defs`, also the root.
    Defs,
    /// In place each time; a type that contains itself cannot.
    Inlined,
}

/// Which recursive types are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recursion {
    /// All.
    Taken,
    /// Those that contain themselves in properties only; these are not required, and a list that is
    /// left out is empty.
    Optional,
    /// None.
    Refused,
}

impl Dialect {
    /// JSON Schema, draft 2020-12: exactly what serde accepts.
    pub const JSON_SCHEMA: Self = Self {
        name: "JSON Schema",
        aliases: true,
        object_root: false,
        all_required: false,
        optional_null: true,
        unknown: Unknown::AsDeclared,
        least: Least::Nothing,
        empty_properties: false,
        ordering: false,
        maps: true,
        tuples: true,
        false_schema: true,
        free_form: true,
        unions: true,
        described_unions: true,
        composition: true,
        null: Null::TypeList,
        refs: Refs::Root,
        ref_siblings: true,
        recursion: Recursion::Taken,
        enums: None,
        capitals: false,
        wide_integers: true,
        largest_count: usize::MAX,
        keywords: None,
        formats: None,
        foreign_patterns: &[],
        most_optional: usize::MAX,
        most_unions: usize::MAX,
        most_tools: 128,
    };

    /// The parameters of a function tool: what the model should write.
    pub const TOOL: Self = Self {
        name: "function tool",
        aliases: false,
        object_root: true,
        empty_properties: true,
        wide_integers: false,
        ..Self::JSON_SCHEMA
    };

    /// Every dialect.
    pub const ALL: &'static [&'static Self] = &[
        &Self::JSON_SCHEMA,
        &Self::TOOL,
        &Self::OPENAI_STRICT,
        &Self::MISTRAL_STRICT,
        &Self::CEREBRAS_STRICT,
        &Self::XAI_STRICT,
        &Self::ANTHROPIC_STRICT,
        &Self::BEDROCK_STRICT,
        &Self::GEMINI,
        &Self::GEMINI_OPENAPI,
        &Self::COHERE,
        &Self::OLLAMA,
    ];

    /// Whether the validation keyword is taken.
    pub fn takes_keyword(&self, keyword: &str) -> bool {
        self.keywords.is_none_or(|list| list.contains(&keyword))
    }

    /// Whether this value of `format` is taken.
    pub fn takes_format(&self, format: &str) -> bool {
        self.takes_keyword("format") && self.formats.is_none_or(|list| list.contains(&format))
    }

    /// Whether values of this type may stand in `enum`.
    pub fn takes_enum(&self, of: &str) -> bool {
        self.enums.is_none_or(|list| list.contains(&of))
    }

    /// Whether this pattern is taken.
    pub fn takes_pattern(&self, pattern: &str) -> bool {
        self.takes_keyword("pattern")
            && !self.foreign_patterns.iter().any(|part| pattern.contains(part))
    }
}
