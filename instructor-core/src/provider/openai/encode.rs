//! A request as the body of a chat completion, written in one pass.

use std::borrow::Cow;
use std::mem;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::media::MessageContent;
use super::{Envelope, Quirks, ToolChoice, media, reasoning, takes_parallel_tool_calls};
use crate::prompt;
use crate::provider::said::{self, Said};
use crate::provider::{ProviderError, Service, body};
use crate::request::{Mode, Request};
use crate::schema::Rendered;

/// What would change how the answer is read.
const RESERVED: &[&str] =
    &["tool_choice", "functions", "function_call", "response_format", "stream", "stream_options"];

/// Writes the body.
pub(super) fn body(service: &Service, request: &Request) -> Result<Vec<u8>, ProviderError> {
    media::check(service, request)?;
    reasoning::check(service, request.options.reasoning)?;
    body::write(&Body { request, quirks: &service.quirks }, request, RESERVED)
}

struct Body<'a> {
    request: &'a Request,
    quirks: &'a Quirks,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, quirks } = *self;
        let rendered = request.rendered;
        let options = &request.options;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", &request.model)?;
        map.serialize_entry("messages", &Messages { request, quirks })?;
        match request.mode {
            Mode::Tools | Mode::ToolsStrict | Mode::Parallel => {
                map.serialize_entry("tools", &Tools(request))?;
                if let Some(choice) = choice(request, quirks) {
                    map.serialize_entry("tool_choice", &choice)?;
                }
                if quirks.parallel_tool_calls && takes_parallel_tool_calls(&request.model) {
                    let several = request.mode == Mode::Parallel;
                    map.serialize_entry("parallel_tool_calls", &several)?;
                }
            }
            Mode::JsonSchema => {
                let json_schema = Some(envelope(rendered, quirks.envelope));
                let format = wire::ResponseFormat { kind: "json_schema", json_schema };
                map.serialize_entry("response_format", &format)?;
            }
            Mode::Json => {
                let format = wire::ResponseFormat { kind: "json_object", json_schema: None };
                map.serialize_entry("response_format", &format)?;
            }
            Mode::MarkdownJson => {}
        }
        if let Some(temperature) = options.temperature {
            map.serialize_entry("temperature", &temperature)?;
        }
        if let Some(max_tokens) = options.max_tokens {
            map.serialize_entry(quirks.max_tokens, &max_tokens)?;
        }
        if let (Some(name), Some(seed)) = (quirks.seed, options.seed) {
            map.serialize_entry(name, &seed)?;
        }
        if let Some(reasoning) = options.reasoning {
            reasoning::write(&mut map, quirks.reasoning, reasoning)?;
        }
        map.end()
    }
}

struct Tools<'a>(&'a Request);

impl Serialize for Tools<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.tools().map(Rendered::tool))
    }
}

/// How the model is told to call a tool. The user's own tools may have to be called before ours.
fn choice(request: &Request, quirks: &Quirks) -> Option<wire::Choice<'static>> {
    let only = request.only_tool().filter(|_| !request.options.extra.contains_key("tools"));
    match (quirks.tool_choice, only) {
        (ToolChoice::Named | ToolChoice::NamedOnly, Some(tool)) => {
            let function = wire::Name { name: &tool.name };
            Some(wire::Choice::Named(wire::Typed { kind: "function", function }))
        }
        (ToolChoice::Named | ToolChoice::Required, _) => Some(wire::Choice::Word("required")),
        (ToolChoice::Any, _) => Some(wire::Choice::Word("any")),
        (ToolChoice::NamedOnly | ToolChoice::Auto, _) => None,
    }
}

fn envelope(rendered: &Rendered, form: Envelope) -> wire::JsonSchema<'_> {
    let named = form != Envelope::Bare;
    wire::JsonSchema {
        name: named.then_some(&rendered.name),
        description: named.then_some(&rendered.description),
        schema: &rendered.json,
        strict: match form {
            Envelope::Strict => Some(true),
            Envelope::NotStrict => Some(false),
            Envelope::Named | Envelope::Bare => None,
        },
    }
}

struct Messages<'a> {
    request: &'a Request,
    quirks: &'a Quirks,
}

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, quirks } = *self;
        let first = if quirks.shows_schema { prompt::first } else { prompt::first_unseen };
        let all = said::all(request, first(request)).into_iter();
        serializer.collect_seq(all.map(|said| message(said, quirks)))
    }
}

/// What is received in the service's own words is sent back in them.
fn message<'a>(said: Said<'a>, quirks: &Quirks) -> wire::Said<'a> {
    wire::Said::Ours(match said {
        Said::Text(role, text) => wire::Message::text(role, text),
        Said::Parts(role, parts) => {
            let content = Some(media::content(parts, quirks.media));
            wire::Message { role, content, ..wire::Message::default() }
        }
        Said::Answer { native, content, mut calls } => {
            if let Some(native) = native.and_then(|json| serde_json::from_str(json).ok()) {
                return wire::Said::Native(native);
            }
            for call in &mut calls {
                call.id = fitting(quirks, mem::take(&mut call.id));
            }
            // A message without calls and content is refused, and there may have been none.
            let content = content.or(calls.is_empty().then_some(""));
            let content = content.map(|text| MessageContent::Text(text.into()));
            wire::Message { role: "assistant", content, tool_calls: calls, tool_call_id: None }
        }
        Said::Result { id, text, .. } => {
            let tool_call_id = Some(fitting(quirks, id));
            wire::Message { tool_call_id, ..wire::Message::text("tool", text) }
        }
    })
}

/// The id, or another made of it where the service would refuse it: always the same one.
fn fitting<'a>(quirks: &Quirks, id: Cow<'a, str>) -> Cow<'a, str> {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some(length) = quirks.call_id_length else { return id };
    if id.len() == length && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return id;
    }
    // FNV-1a: ids need no secret.
    let mut hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let digits = (0..length).map(|_| {
        let digit = usize::try_from(hash % 62).unwrap_or_default();
        hash /= 62;
        char::from(DIGITS[digit])
    });
    Cow::Owned(digits.collect())
}

mod wire {
    use std::borrow::Cow;

    use serde::Serialize;
    use serde_json::value::RawValue;

    use crate::provider::openai::media::MessageContent;
    use crate::provider::said::Call;

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Said<'a> {
        Native(&'a RawValue),
        Ours(Message<'a>),
    }

    #[derive(Default, Serialize)]
    pub(super) struct Message<'a> {
        pub(super) role: &'static str,
        pub(super) content: Option<MessageContent<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) tool_calls: Vec<Call<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_call_id: Option<Cow<'a, str>>,
    }

    impl<'a> Message<'a> {
        pub(super) fn text(role: &'static str, text: impl Into<Cow<'a, str>>) -> Self {
            Self { role, content: Some(MessageContent::Text(text.into())), ..Self::default() }
        }
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Choice<'a> {
        Word(&'static str),
        Named(Typed<'a>),
    }

    #[derive(Serialize)]
    pub(super) struct Typed<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        pub(super) function: Name<'a>,
    }

    #[derive(Serialize)]
    pub(super) struct Name<'a> {
        pub(super) name: &'a str,
    }

    #[derive(Serialize)]
    pub(super) struct ResponseFormat<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) json_schema: Option<JsonSchema<'a>>,
    }

    #[derive(Serialize)]
    pub(super) struct JsonSchema<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) name: Option<&'a String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) description: Option<&'a String>,
        pub(super) schema: &'a RawValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) strict: Option<bool>,
    }
}
