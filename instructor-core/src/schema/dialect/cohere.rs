//! The structured outputs of Cohere.

use super::{Dialect, Least, Null, Recursion, Refs, Unknown};

impl Dialect {
    /// The JSON Schema of Cohere's `response_format` and of its strict tools, see "Unsupported schema
    /// features" and "Schema constraints" in its guide. Patterns are not taken, because those of JSON
    /// Schema need `^` and `$` to say the same to all readers.
    pub const COHERE: Self = Self {
        name: "Cohere",
        optional_null: false,
        unknown: Unknown::Unsaid,
        least: Least::Required,
        maps: false,
        tuples: false,
        false_schema: false,
        free_form: false,
        unions: false,
        described_unions: false,
        composition: false,
        null: Null::Refused,
        refs: Refs::Inlined,
        ref_siblings: false,
        recursion: Recursion::Refused,
        keywords: Some(&["format"]),
        formats: Some(&["date-time", "uuid", "date", "time"]),
        ..Self::TOOL
    };
}
