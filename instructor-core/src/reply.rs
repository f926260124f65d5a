//! What came back, in no provider's words.

use std::fmt;
use std::ops::{Add, AddAssign};
use std::sync::Arc;

use bytes::Bytes;

/// A decoded response of a model.
#[derive(Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The provider's id of the response.
    pub id: Option<String>,
    /// The model that answered, often more precise than the one asked for.
    pub model: Option<String>,
    /// The answers, at least one; several if several were asked for.
    pub choices: Vec<Choice>,
    /// The tokens, if the provider counts them.
    pub usage: Option<Usage>,
    /// The body as received.
    pub raw: Bytes,
}

impl Reply {
    /// A reply with these answers, and nothing known beside them.
    pub fn new(choices: Vec<Choice>, raw: Bytes) -> Self {
        Self { id: None, model: None, choices, usage: None, raw }
    }

    /// Why the first answer ended.
    pub fn stop(&self) -> &Stop {
        self.choices.first().map_or(&Stop::Unknown, |choice| &choice.stop)
    }
}

/// Names and counts, never what the model wrote.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("id", &self.id)
            .field("model", &self.model)
            .field("choices", &self.choices.len())
            .field("stop", self.stop())
            .field("usage", &self.usage)
            .field("raw_bytes", &self.raw.len())
            .finish()
    }
}

/// One answer: text, tool calls or a refusal.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The text; never empty.
    pub content: Option<String>,
    /// The tool calls, in the order of the model.
    pub calls: Vec<Call>,
    /// Why the model does not want to answer; never empty.
    pub refusal: Option<String>,
    /// Why the answer ended.
    pub stop: Stop,
    /// The answer in the provider's own words, a JSON text, where it must be sent back unchanged
    /// together with a complaint (signed reasoning).
    pub native: Option<Arc<str>>,
}

/// Counts, never what the model wrote.
impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choice")
            .field("content_bytes", &self.content.as_ref().map(String::len))
            .field("calls", &self.calls)
            .field("refused", &self.refusal.is_some())
            .field("stop", &self.stop)
            .field("native_bytes", &self.native.as_ref().map(|native| native.len()))
            .finish()
    }
}

/// A call of a tool.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// The provider's id of the call, or one of ours if it gave none.
    pub id: String,
    /// The tool's name as the model wrote it.
    pub name: String,
    /// The arguments as received: meant to be JSON.
    pub arguments: String,
}

/// The name and the size, never what the model wrote.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("arguments_bytes", &self.arguments.len())
            .finish()
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The model was done.
    End,
    /// The model called a tool.
    ToolCalls,
    /// The limit of tokens was reached: the answer is cut off.
    Length,
    /// The provider held the answer back.
    ContentFilter,
    /// The provider does not say.
    #[default]
    Unknown,
    /// Another reason, in the provider's word.
    Other(String),
}

impl Stop {
    /// The reason in the word of `OpenAI`'s API; empty if the provider does not say.
    pub fn as_str(&self) -> &str {
        match self {
            Self::End => "stop",
            Self::ToolCalls => "tool_calls",
            Self::Length => "length",
            Self::ContentFilter => "content_filter",
            Self::Unknown => "",
            Self::Other(word) => word,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Tokens, as the provider counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the question, those read from a cache included.
    pub input_tokens: u64,
    /// Tokens of the answer, those of reasoning included.
    pub output_tokens: u64,
    /// Those of the question that came from a cache.
    pub cached_input_tokens: u64,
    /// Those of the answer that were reasoning.
    pub reasoning_tokens: u64,
}

impl Usage {
    /// So many tokens of question and answer.
    pub const fn new(input_tokens: u64, output_tokens: u64) -> Self {
        Self { input_tokens, output_tokens, cached_input_tokens: 0, reasoning_tokens: 0 }
    }

    /// Question and answer together.
    pub const fn total_tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cached_input_tokens: self.cached_input_tokens.saturating_add(other.cached_input_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
        }
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), Add::add)
    }
}

/// "1200 tokens in, 80 out".
impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens in, {} out", self.input_tokens, self.output_tokens)
    }
}
