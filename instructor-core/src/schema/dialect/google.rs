//! Gemini's two ways to write a schema.

use super::{Dialect, Least, Null, Recursion, Refs, Unknown};

impl Dialect {
    /// The JSON Schema of Gemini (`parametersJsonSchema`, `responseJsonSchema`), see
    /// `GenerationConfig` in its reference. A list of types becomes an `anyOf` there, and `anyOf`
    /// stands alone.
    pub const GEMINI: Self = Self {
        name: "Gemini",
        optional_null: false,
        // An object whose properties are said to be none is refused where a schema becomes its own.
        empty_properties: false,
        ordering: true,
        false_schema: false,
        described_unions: false,
        composition: false,
        null: Null::Form,
        refs: Refs::Defs,
        ref_siblings: false,
        recursion: Recursion::Optional,
        enums: Some(&["string", "integer", "number"]),
        keywords: Some(&["format", "minItems", "maxItems", "minimum", "maximum"]),
        formats: Some(&["date-time", "date", "time"]),
        ..Self::TOOL
    };

    /// The `Schema` of Gemini (`parameters`, `responseSchema`): a subset of `OpenAPI` 3.0.
    pub const GEMINI_OPENAPI: Self = Self {
        name: "Gemini OpenAPI",
        unknown: Unknown::Unsaid,
        least: Least::Property,
        maps: false,
        tuples: false,
        free_form: false,
        null: Null::Keyword,
        refs: Refs::Inlined,
        recursion: Recursion::Refused,
        enums: Some(&["string"]),
        capitals: true,
        keywords: Some(&[
            "format",
            "pattern",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minimum",
            "maximum",
        ]),
        formats: Some(&["date-time"]),
        ..Self::GEMINI
    };
}
