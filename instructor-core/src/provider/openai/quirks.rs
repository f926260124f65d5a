//! What services that speak `OpenAI`'s chat completions do differently, as data.

use crate::schema::Dialect;

/// What a service does differently from others that speak the same wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// Where completions are made, below the base URL.
    pub path: &'static str,
    /// The property that limits the length of the answer.
    pub max_tokens: &'static str,
    /// The property that holds the seed; without one, no seed is sent.
    pub seed: Option<&'static str>,
    /// How it is told that the model must call a tool.
    pub tool_choice: ToolChoice,
    /// It knows `parallel_tool_calls`.
    pub parallel_tool_calls: bool,
    /// It takes only ids of calls that are so many ASCII letters and digits.
    pub call_id_length: Option<usize>,
    /// The JSON Schema that its strict modes take.
    pub strict: &'static Dialect,
    /// What stands around the schema in `response_format`.
    pub envelope: Envelope,
    /// Its models are shown the schema of `response_format`. Where it only bounds what they write, the
    /// system text tells them.
    pub shows_schema: bool,
    /// How it is told how much to reason.
    pub reasoning: ReasoningForm,
    /// How sound and documents are written.
    pub media: MediaForm,
    /// The formats of sound that it takes, in its words.
    pub audio_formats: &'static [&'static str],
}

impl Quirks {
    /// What most services that are not `OpenAI` understand.
    pub const COMPATIBLE: Self = Self {
        path: "/chat/completions",
        max_tokens: "max_tokens",
        seed: Some("seed"),
        tool_choice: ToolChoice::Named,
        parallel_tool_calls: false,
        call_id_length: None,
        strict: &Dialect::OPENAI_STRICT,
        envelope: Envelope::Strict,
        shows_schema: true,
        reasoning: ReasoningForm::Nothing,
        media: MediaForm::OpenAi,
        audio_formats: &["wav", "mp3"],
    };
}

/// How a service is told that the model must call a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolChoice {
    /// By the tool's name; `"required"` where there are several.
    Named,
    /// By the tool's name; it cannot be told where there are several.
    NamedOnly,
    /// `"required"`.
    Required,
    /// `"any"`.
    Any,
    /// It cannot be told, or is refused by models that reason: nothing is sent, and the model is
    /// free to answer in words.
    Auto,
}

/// What stands around the schema in `response_format.json_schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Envelope {
    /// The name, the description and `strict: true`.
    Strict,
    /// The name, the description and `strict: false`, because `true` is refused.
    NotStrict,
    /// The name and the description, because `strict` is not known.
    Named,
    /// Nothing.
    Bare,
}

/// How a service is told how much to reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningForm {
    /// There is no word for it: asking for it is an error.
    Nothing,
    /// `reasoning_effort` with one of these words of `OpenAI`'s scale `none`, `minimal`, `low`,
    /// `medium`, `high`.
    Effort(&'static [&'static str]),
    /// `thinking: {"type": "enabled"}` or `"disabled"`; where it is enabled, also `reasoning_effort`
    /// with one of these words.
    Thinking(&'static [&'static str]),
    /// `enable_thinking`, and `thinking_budget` for a number of tokens.
    EnableThinking,
}

impl ReasoningForm {
    /// All words of `OpenAI`'s scale.
    pub const OPENAI: Self = Self::Effort(&["none", "minimal", "low", "medium", "high"]);
}

/// How sound and documents are written into a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaForm {
    /// `input_audio: {"data", "format"}` and `file: {"filename", "file_data"}`.
    OpenAi,
    /// `input_audio: "…"` and `document_url: "…"`.
    Mistral,
}
