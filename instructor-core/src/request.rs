//! What is asked: messages, options and the schema, in no provider's words.

use serde_json::{Map, Value};

use crate::reply::Choice;
use crate::schema::Rendered;

/// How the answer is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// A function tool that the model must call.
    #[default]
    Tools,
    /// A function tool whose schema the provider enforces while the model writes.
    ToolsStrict,
    /// Text in a JSON Schema that the provider enforces while the model writes.
    JsonSchema,
    /// Text that the provider keeps to JSON; the schema stands in the system message.
    Json,
    /// Text with JSON in a code fence, for models without any support; the schema stands in the
    /// system message.
    MarkdownJson,
}

impl Mode {
    /// Whether the answer is a tool call.
    pub const fn uses_tools(self) -> bool {
        matches!(self, Self::Tools | Self::ToolsStrict)
    }

    /// Whether the provider is told of the schema to the letter.
    pub const fn is_strict(self) -> bool {
        matches!(self, Self::ToolsStrict | Self::JsonSchema)
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Whoever set the model up.
    System,
    /// Whoever asks.
    User,
    /// The model.
    Assistant,
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Text.
    Text(String),
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub parts: Vec<Part>,
}

impl Message {
    /// A turn with one piece of text.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self { role, parts: vec![Part::Text(text.into())] }
    }

    /// An instruction.
    pub fn system(text: impl Into<String>) -> Self {
        Self::new(Role::System, text)
    }

    /// A turn of the user.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new(Role::User, text)
    }

    /// A turn of the model.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new(Role::Assistant, text)
    }
}

/// A solved example that the model is shown before the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The text.
    pub input: String,
    /// The answer as the model should write it: JSON in the form of the rendered schema.
    pub answer: String,
}

/// An answer that was wrong, and what the model is told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The answer as received.
    pub answer: Choice,
    /// Which of its tool calls the complaint is about; 0 if it has none.
    pub about: usize,
    /// What is wrong.
    pub complaint: String,
    /// What the other tool calls are answered with.
    pub ignored: String,
}

/// What a model may take into account beside the messages.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// How freely the model chooses its words.
    pub temperature: Option<f64>,
    /// The longest answer, in tokens, reasoning included.
    pub max_tokens: Option<u32>,
    /// The same seed asks for the same answer.
    pub seed: Option<i64>,
    /// Anything else the provider takes, put into the body as it is.
    pub extra: Map<String, Value>,
}

/// Everything one request says. A provider encodes it, and nothing changes it but a new
/// [`Exchange`] at the end of `history`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Request {
    /// The model, in the provider's word.
    pub model: String,
    /// The instruction of the caller.
    pub system: Option<String>,
    /// Solved examples.
    pub examples: Vec<Example>,
    /// The conversation of the caller, the text last.
    pub messages: Vec<Message>,
    /// Wrong answers so far, with the complaints.
    pub history: Vec<Exchange>,
    /// What is asked for.
    pub rendered: &'static Rendered,
    /// How it is asked for.
    pub mode: Mode,
    /// Everything else.
    pub options: Options,
}

impl Request {
    /// A question without any message.
    pub fn new(model: impl Into<String>, rendered: &'static Rendered, mode: Mode) -> Self {
        Self {
            model: model.into(),
            system: None,
            examples: Vec::new(),
            messages: Vec::new(),
            history: Vec::new(),
            rendered,
            mode,
            options: Options::default(),
        }
    }
}
