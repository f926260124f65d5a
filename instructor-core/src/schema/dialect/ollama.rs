//! The grammars of llama.cpp.

use super::{Dialect, Refs};

impl Dialect {
    /// The JSON Schema of Ollama's `format`, which llama.cpp turns into a grammar; see "JSON Schemas"
    /// in its guide to grammars. What it does not know is passed over there, and the model would not
    /// learn of it.
    pub const OLLAMA: Self = Self {
        name: "Ollama",
        tuples: false,
        composition: false,
        refs: Refs::Defs,
        ref_siblings: false,
        largest_count: 2000,
        keywords: Some(&[
            "format",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
        ]),
        formats: Some(&["date", "time", "date-time", "uuid"]),
        ..Self::TOOL
    };
}
