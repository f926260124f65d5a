//! What is asked: messages, options and the schema, in no provider's words.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use crate::media::{Media, Source};
use crate::reply::Choice;
use crate::schema::{Alternative, Rendered};

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
    /// Function tools of which the model may call several in one answer, one for each value: for
    /// [`Parallel`](crate::Parallel), whose default it is.
    Parallel,
}

impl Mode {
    /// Whether the answer is a tool call.
    pub const fn uses_tools(self) -> bool {
        matches!(self, Self::Tools | Self::ToolsStrict | Self::Parallel)
    }

    /// Whether the provider is told of the schema to the letter.
    pub const fn is_strict(self) -> bool {
        matches!(self, Self::ToolsStrict | Self::JsonSchema)
    }

    /// The mode of this name, as [`name`](Self::name) gives it.
    pub fn find(name: &str) -> Option<Self> {
        const ALL: [Mode; 6] = [
            Mode::Tools,
            Mode::ToolsStrict,
            Mode::JsonSchema,
            Mode::Json,
            Mode::MarkdownJson,
            Mode::Parallel,
        ];
        ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The name, as in the code.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tools => "Tools",
            Self::ToolsStrict => "ToolsStrict",
            Self::JsonSchema => "JsonSchema",
            Self::Json => "Json",
            Self::MarkdownJson => "MarkdownJson",
            Self::Parallel => "Parallel",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
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
    /// A picture, sound or a document.
    Media(Media),
}

impl Part {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Media(_) => None,
        }
    }

    /// The text, or that of a document that is plain text.
    fn written(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Media(Media { source: Source::Bytes(bytes), mime, .. })
                if mime.starts_with("text/") =>
            {
                std::str::from_utf8(bytes).ok()
            }
            Self::Media(_) => None,
        }
    }
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

    /// The same turn with a picture, sound or a document.
    #[must_use]
    pub fn attach(mut self, media: Media) -> Self {
        self.parts.push(Part::Media(media));
        self
    }
}

/// A solved example that the model is shown before the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The text.
    pub input: String,
    /// The answer: one, or several in [`Mode::Parallel`].
    pub answers: Vec<ExampleAnswer>,
}

/// An answer of an [`Example`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleAnswer {
    /// The tool that is called, in a mode with tools.
    pub tool: &'static str,
    /// The answer as the model should write it: JSON in the form of the rendered schema.
    pub json: String,
}

impl ExampleAnswer {
    /// The answer as a text, in a mode without tools.
    pub(crate) fn text(&self, mode: Mode) -> Cow<'_, str> {
        match mode {
            Mode::MarkdownJson => Cow::Owned(format!("```json\n{}\n```", self.json)),
            _ => Cow::Borrowed(&self.json),
        }
    }
}

/// An answer that was wrong, and what the model is told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The answer as received.
    pub answer: Choice,
    /// What each of its tool calls is answered with, in their order.
    pub results: Vec<CallResult>,
    /// What the user says about an answer without tool calls.
    pub complaint: String,
}

/// What a tool call is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallResult {
    /// The answer.
    pub text: String,
    /// Whether the call has failed.
    pub is_error: bool,
}

/// How much the model reasons before it answers. What a service has no word for is told by the
/// nearest one it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reasoning {
    /// Not at all, as far as the model can do without.
    Off,
    /// As little as possible.
    Minimal,
    /// A little.
    Low,
    /// As usual.
    Medium,
    /// Much.
    High,
    /// At most so many tokens.
    Budget(u32),
}

/// What a model may take into account beside the messages.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// How freely the model chooses its words.
    pub temperature: Option<f64>,
    /// The longest answer, in tokens, reasoning included.
    pub max_tokens: Option<u32>,
    /// The same seed asks for the same answer; a service that knows no seeds is not told.
    pub seed: Option<i64>,
    /// How much the model reasons.
    pub reasoning: Option<Reasoning>,
    /// The instructions and the tools are kept in the service's cache, where it must be told so.
    pub cache: bool,
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

    /// The tools that the model may call: one, or one for each variant of a union.
    pub fn tools(&self) -> impl ExactSizeIterator<Item = &'static Rendered> + Clone {
        let (rendered, several) = (self.rendered, self.alternatives());
        (0..several.len().max(1))
            .map(move |i| several.get(i).map_or(rendered, |alternative| &alternative.tool))
    }

    /// The tool that the model must call, and once; `None` if it may choose or call several.
    pub fn only_tool(&self) -> Option<&'static Rendered> {
        (self.alternatives().is_empty() && self.mode != Mode::Parallel).then_some(self.rendered)
    }

    /// The texts that are asked about, those of the user, the latest first.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &str> {
        let users = self.messages.iter().rev().filter(|message| message.role == Role::User);
        let parts = users.flat_map(|message| &message.parts);
        parts.filter_map(Part::written).filter(|text| !text.is_empty())
    }

    /// Whether something is asked about that is no text.
    pub(crate) fn has_unread_media(&self) -> bool {
        let mut parts = self.messages.iter().flat_map(|message| &message.parts);
        parts.any(|part| part.written().is_none())
    }

    /// The tools that stand for the variants of a union or the elements of a list of calls.
    pub(crate) fn alternatives(&self) -> &'static [Alternative] {
        let calls = self.rendered.schema.calls;
        let apart = self.mode.uses_tools() && calls == (self.mode == Mode::Parallel);
        if apart { &self.rendered.alternatives } else { &[] }
    }
}
