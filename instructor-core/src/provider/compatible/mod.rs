//! The services that speak `OpenAI`'s chat completions, as data.

use super::{Content, OpenAi, Quirks, ReasoningForm, Service};
use crate::request::Mode;

pub(super) mod hosted;
pub(super) mod local;

/// What a row without a word of its own says.
pub(super) const ANY: Service = Service {
    name: "compatible",
    aliases: &[],
    title: "Any other server",
    base_url: "",
    base_url_variables: &[],
    key_variables: &[],
    needs_key: false,
    modes: &[
        Mode::Tools,
        Mode::ToolsStrict,
        Mode::JsonSchema,
        Mode::Json,
        Mode::MarkdownJson,
        Mode::Parallel,
    ],
    content: Content::IMAGES,
    quirks: Quirks { reasoning: ReasoningForm::OPENAI, ..Quirks::COMPATIBLE },
    connect: OpenAi::connect,
};

/// All modes but strict tools, which the service does not know or does not enforce.
const LOOSE_TOOLS: &[Mode] =
    &[Mode::Tools, Mode::JsonSchema, Mode::Json, Mode::MarkdownJson, Mode::Parallel];

/// The same where a schema is surer than a tool that the model cannot be made to call.
const SCHEMA_FIRST: &[Mode] =
    &[Mode::JsonSchema, Mode::Tools, Mode::Json, Mode::MarkdownJson, Mode::Parallel];

/// The model built in: nothing is sent to its address.
pub(super) const OFFLINE: Service = Service {
    name: "offline",
    title: "The built-in model",
    base_url: "http://offline.invalid/v1",
    content: Content::TEXT,
    quirks: Quirks { parallel_tool_calls: true, ..ANY.quirks },
    ..ANY
};

/// What stands behind all others.
pub(super) static LAST: &[Service] = &[OFFLINE, ANY];
