//! `OpenAI`'s strict mode, and those who follow it.

use super::{Dialect, Null, Recursion, Unknown};

impl Dialect {
    /// The subset of `OpenAI`'s structured outputs (`strict: true`), see "Supported schemas" in its
    /// guide. Groq and Fireworks take the same.
    pub const OPENAI_STRICT: Self = Self {
        name: "OpenAI strict",
        aliases: false,
        object_root: true,
        all_required: true,
        unknown: Unknown::Refused,
        empty_properties: true,
        maps: false,
        tuples: false,
        false_schema: false,
        free_form: false,
        composition: false,
        ref_siblings: false,
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
        ..Self::JSON_SCHEMA
    };

    /// Mistral's `json_schema` with `strict`; its guide names no limits, and shows schemas like
    /// `OpenAI`'s.
    pub const MISTRAL_STRICT: Self = Self { name: "Mistral strict", ..Self::OPENAI_STRICT };

    /// Cerebras' `json_schema` with `strict`: no recursion, no list of types, and nothing that is
    /// no check; see "Schema limitations" in its guide.
    pub const CEREBRAS_STRICT: Self = Self {
        name: "Cerebras strict",
        recursion: Recursion::Refused,
        null: Null::Form,
        ..Self::OPENAI_STRICT
    };

    /// What xAI guarantees in `json_schema` and in every tool, which it always takes as strict; see
    /// "JSON Schema support" in its guide.
    pub const XAI_STRICT: Self = Self {
        name: "xAI strict",
        recursion: Recursion::Refused,
        largest_count: 256,
        keywords: Some(&[
            "format",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
        ]),
        formats: Some(&["date", "time", "date-time", "email", "uuid", "ipv4", "ipv6", "uri"]),
        ..Self::OPENAI_STRICT
    };
}
