//! What services that speak `OpenAI`'s chat completions do differently, as data.

use crate::schema::Dialect;

/// What a service does differently from others that speak the same wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// The property that limits the length of the answer.
    pub max_tokens: &'static str,
    /// The property that holds the seed.
    pub seed: &'static str,
    /// How it is told that the model must call a tool.
    pub tool_choice: ToolChoice,
    /// It knows `parallel_tool_calls`.
    pub parallel_tool_calls: bool,
    /// The JSON Schema that its strict modes take.
    pub strict: &'static Dialect,
}

impl Quirks {
    /// What most services that are not `OpenAI` understand.
    pub const COMPATIBLE: Self = Self {
        max_tokens: "max_tokens",
        seed: "seed",
        tool_choice: ToolChoice::Named,
        parallel_tool_calls: false,
        strict: &Dialect::OPENAI_STRICT,
    };
}

/// How a service is told that the model must call a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolChoice {
    /// By the tool's name; `"required"` where there are several.
    Named,
    /// `"required"`.
    Required,
    /// `"any"`.
    Any,
    /// It cannot be told: `"auto"`.
    Auto,
}
