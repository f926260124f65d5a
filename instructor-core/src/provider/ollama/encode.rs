//! A request as the body of Ollama's chat API.

use crate::media::MediaKind;
use crate::prompt;
use crate::provider::effort::level;
use crate::provider::said::{self, Said};
use crate::provider::{ProviderError, body};
use crate::request::{Mode, Part, Reasoning, Request};
use crate::schema::Rendered;

/// What would change how the answer is read.
const RESERVED: &[&str] = &["stream", "format"];

/// Writes the body.
pub(super) fn body(request: &Request) -> Result<Vec<u8>, ProviderError> {
    let options = &request.options;
    let (temperature, num_predict, seed) = (options.temperature, options.max_tokens, options.seed);
    let some = temperature.is_some() || num_predict.is_some() || seed.is_some();
    let tools = request.mode.uses_tools().then(|| request.tools().map(Rendered::tool).collect());
    let messages = said::all(request, prompt::first_unseen(request)).into_iter();
    let body = wire::Body {
        model: &request.model,
        messages: messages.map(message).collect(),
        stream: false,
        tools,
        format: match request.mode {
            Mode::JsonSchema => Some(wire::Format::Schema(&request.rendered.json)),
            Mode::Json => Some(wire::Format::Word("json")),
            Mode::Tools | Mode::ToolsStrict | Mode::MarkdownJson | Mode::Parallel => None,
        },
        options: some.then_some(wire::Options { temperature, num_predict, seed }),
        think: options.reasoning.map(think),
    };
    body::write(&body, request, RESERVED)
}

fn think(reasoning: Reasoning) -> wire::Think {
    match level(reasoning) {
        0 => wire::Think::Flag(false),
        1 | 2 => wire::Think::Word("low"),
        3 => wire::Think::Word("medium"),
        _ => wire::Think::Word("high"),
    }
}

/// What is received in the service's own words, with its thinking, is sent back in them.
fn message(said: Said<'_>) -> wire::Said<'_> {
    wire::Said::Ours(match said {
        Said::Text(role, text) => wire::Message::text(role, text),
        Said::Parts(role, parts) => {
            let texts: Vec<_> = parts.iter().filter_map(Part::text).collect();
            let images = parts.iter().filter_map(image).collect();
            wire::Message { images, ..wire::Message::text(role, texts.join("\n\n")) }
        }
        Said::Answer { native, content, calls } => {
            if let Some(native) = native.and_then(|json| serde_json::from_str(json).ok()) {
                return wire::Said::Native(native);
            }
            let tool_calls = calls.into_iter().map(wire::Call::new).collect();
            let text = content.unwrap_or_default();
            wire::Message { tool_calls, ..wire::Message::text("assistant", text) }
        }
        Said::Result { id, name, text } => wire::Message {
            tool_name: Some(name),
            tool_call_id: Some(id),
            ..wire::Message::text("tool", text)
        },
    })
}

/// The bytes in base64, also those in a `data:` URL.
fn image(part: &Part) -> Option<String> {
    match part {
        Part::Media(media) if media.kind == MediaKind::Image => media.base64().or_else(|| {
            let url = media.url();
            url.split_once(";base64,").map(|(_, data)| data.to_owned())
        }),
        Part::Media(_) | Part::Text(_) => None,
    }
}

mod wire {
    use std::borrow::Cow;

    use serde::Serialize;
    use serde_json::value::RawValue;

    use crate::provider::said;
    use crate::schema::Tool;

    #[derive(Serialize)]
    pub(super) struct Body<'a> {
        pub(super) model: &'a str,
        pub(super) messages: Vec<Said<'a>>,
        pub(super) stream: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tools: Option<Vec<Tool>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) format: Option<Format<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) options: Option<Options>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) think: Option<Think>,
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Format<'a> {
        Schema(&'a RawValue),
        Word(&'static str),
    }

    #[derive(Serialize)]
    pub(super) struct Options {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) temperature: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) num_predict: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) seed: Option<i64>,
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Think {
        Flag(bool),
        Word(&'static str),
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Said<'a> {
        Native(&'a RawValue),
        Ours(Message<'a>),
    }

    #[derive(Default, Serialize)]
    pub(super) struct Message<'a> {
        pub(super) role: &'static str,
        pub(super) content: Cow<'a, str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) images: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) tool_calls: Vec<Call<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_name: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_call_id: Option<Cow<'a, str>>,
    }

    impl<'a> Message<'a> {
        pub(super) fn text(role: &'static str, text: impl Into<Cow<'a, str>>) -> Self {
            Self { role, content: text.into(), ..Self::default() }
        }
    }

    /// The id is known to newer servers, and ignored by older ones.
    #[derive(Serialize)]
    pub(super) struct Call<'a> {
        id: Cow<'a, str>,
        function: Function<'a>,
    }

    #[derive(Serialize)]
    struct Function<'a> {
        name: &'a str,
        arguments: Option<&'a RawValue>,
    }

    impl<'a> Call<'a> {
        /// Arguments must be an object here; what is none is not sent back.
        pub(super) fn new(call: said::Call<'a>) -> Self {
            let said::Function { name, arguments } = call.function;
            let is_object = arguments.trim_start().starts_with('{');
            let object = serde_json::from_str(arguments).ok().filter(|_| is_object);
            let arguments = object.or_else(|| serde_json::from_str("{}").ok());
            Self { id: call.id, function: Function { name, arguments } }
        }
    }
}
