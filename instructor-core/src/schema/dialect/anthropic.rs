//! The structured outputs of Anthropic, and of Bedrock which follows them.

use super::{Dialect, Recursion};

impl Dialect {
    /// The subset of Anthropic's structured outputs (`output_config.format`, and tools with
    /// `strict`), see "JSON Schema limitations" and "Schema complexity limits" in its guide.
    pub const ANTHROPIC_STRICT: Self = Self {
        name: "Anthropic strict",
        // A property that is left out costs one of many; one that may be `null` costs one of few.
        all_required: false,
        optional_null: false,
        recursion: Recursion::Refused,
        largest_count: 1,
        keywords: Some(&["pattern", "format", "default", "minItems"]),
        formats: Some(&[
            "date-time",
            "time",
            "date",
            "duration",
            "email",
            "hostname",
            "uri",
            "ipv4",
            "ipv6",
            "uuid",
        ]),
        foreign_patterns: &["(?=", "(?!", "(?<", r"\b", r"\B", r"\p", r"\P"],
        most_optional: 24,
        most_unions: 16,
        most_tools: 20,
        ..Self::OPENAI_STRICT
    };

    /// The subset of Bedrock's structured outputs (Converse): Anthropic's, without a stated number of
    /// optional properties and unions.
    pub const BEDROCK_STRICT: Self = Self {
        name: "Bedrock strict",
        most_optional: usize::MAX,
        most_unions: usize::MAX,
        ..Self::ANTHROPIC_STRICT
    };
}
