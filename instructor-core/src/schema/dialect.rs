//! Which JSON Schema a reader understands, as data.

/// The subset of JSON Schema that a reader takes. Rendering lowers a [`Schema`](super::Schema) into
/// it, and aligning knows the way back.
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
    /// Every object has `additionalProperties: false`.
    pub closed: bool,
    /// Maps are taken; otherwise they become a list of `{"key": …, "value": …}`.
    pub maps: bool,
    /// `prefixItems` is taken; otherwise a tuple becomes an object `{"item_0": …}`.
    pub tuples: bool,
    /// Values of any type are taken; otherwise they are refused.
    pub free_form: bool,
    /// `allOf` and `not` are taken, and keywords beside `anyOf`; otherwise only `anyOf` itself is.
    pub composition: bool,
    /// `$ref` may stand beside other keywords.
    pub ref_siblings: bool,
    /// Recursive types are taken; otherwise they are refused.
    pub recursion: bool,
    /// The bounds of 64-bit types are written; readers that keep numbers as floats refuse them, and
    /// no model needs them.
    pub wide_integers: bool,
    /// The validation keywords that are taken, or `None` for all; the others go into descriptions.
    pub keywords: Option<&'static [&'static str]>,
    /// The values of `format` that are taken, or `None` for all; the others go into descriptions.
    pub formats: Option<&'static [&'static str]>,
}

impl Dialect {
    /// JSON Schema, draft 2020-12: exactly what serde accepts.
    pub const JSON_SCHEMA: Self = Self {
        name: "JSON Schema",
        aliases: true,
        object_root: false,
        all_required: false,
        closed: false,
        maps: true,
        tuples: true,
        free_form: true,
        composition: true,
        ref_siblings: true,
        recursion: true,
        wide_integers: true,
        keywords: None,
        formats: None,
    };

    /// The parameters of a function tool: what the model should write.
    pub const TOOL: Self = Self {
        name: "function tool",
        aliases: false,
        object_root: true,
        wide_integers: false,
        ..Self::JSON_SCHEMA
    };

    /// The subset of `OpenAI`'s structured outputs (`strict: true`), see "Supported schemas" in its
    /// guide.
    pub const OPENAI_STRICT: Self = Self {
        name: "OpenAI strict",
        aliases: false,
        object_root: true,
        all_required: true,
        closed: true,
        maps: false,
        tuples: false,
        free_form: false,
        composition: false,
        ref_siblings: false,
        recursion: true,
        wide_integers: false,
        keywords: Some(&[
            "pattern",
            "format",
            "multipleOf",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "minItems",
            "maxItems",
        ]),
        formats: Some(&[
            "date-time",
            "time",
            "date",
            "duration",
            "email",
            "hostname",
            "ipv4",
            "ipv6",
            "uuid",
        ]),
    };

    /// The subset of Anthropic's structured outputs (`output_format`, and tools with `strict`).
    pub const ANTHROPIC_STRICT: Self =
        Self { name: "Anthropic strict", recursion: false, ..Self::OPENAI_STRICT };

    /// The subset of Bedrock's structured outputs (Converse).
    pub const BEDROCK_STRICT: Self = Self { name: "Bedrock strict", ..Self::ANTHROPIC_STRICT };

    /// The JSON Schema of Gemini (`parametersJsonSchema`, `responseJsonSchema`).
    pub const GEMINI: Self = Self { name: "Gemini", ref_siblings: false, ..Self::TOOL };

    /// The JSON Schema of Cohere's `response_format` and strict tools.
    pub const COHERE: Self = Self { name: "Cohere", ..Self::TOOL };

    /// The JSON Schema of Mistral's strict modes.
    pub const MISTRAL_STRICT: Self = Self { name: "Mistral strict", ..Self::OPENAI_STRICT };

    /// The JSON Schema of Ollama's `format`, which llama.cpp turns into a grammar.
    pub const OLLAMA: Self = Self { name: "Ollama", ..Self::TOOL };

    /// Whether the validation keyword is taken.
    pub fn takes_keyword(&self, keyword: &str) -> bool {
        self.keywords.is_none_or(|list| list.contains(&keyword))
    }

    /// Whether this value of `format` is taken.
    pub fn takes_format(&self, format: &str) -> bool {
        self.takes_keyword("format") && self.formats.is_none_or(|list| list.contains(&format))
    }
}
