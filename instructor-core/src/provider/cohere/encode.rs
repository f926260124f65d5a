//! A request as the body of Cohere's chat.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};

use self::wire::{Content, Message, Part};
use crate::media::{Media, MediaKind};
use crate::prompt;
use crate::provider::said::{self, Said};
use crate::provider::{ProviderError, body};
use crate::request::{self, Mode, Reasoning, Request};
use crate::schema::Rendered;

/// What would change how the answer is read.
const RESERVED: &[&str] = &["tool_choice", "response_format", "stream"];

/// Writes the body.
pub(super) fn body(request: &Request) -> Result<Vec<u8>, ProviderError> {
    let messages = said::all(request, system(request)).into_iter();
    let messages: Vec<_> =
        messages.filter_map(|said| message(said).transpose()).collect::<Result<_, _>>()?;
    body::write(&Body { request, messages: &messages }, request, RESERVED)
}

struct Body<'a> {
    request: &'a Request,
    messages: &'a [Message<'a>],
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, messages } = *self;
        let options = &request.options;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", &request.model)?;
        map.serialize_entry("messages", messages)?;
        match request.mode {
            Mode::Tools | Mode::ToolsStrict | Mode::Parallel => {
                let tools: Vec<_> = request.tools().map(Rendered::tool).collect();
                map.serialize_entry("tools", &tools)?;
                map.serialize_entry("tool_choice", "REQUIRED")?;
                if request.mode == Mode::ToolsStrict {
                    map.serialize_entry("strict_tools", &true)?;
                }
            }
            Mode::JsonSchema | Mode::Json => {
                let schema = (request.mode == Mode::JsonSchema).then_some(&*request.rendered.json);
                let format = wire::Format { kind: "json_object", json_schema: schema };
                map.serialize_entry("response_format", &format)?;
            }
            Mode::MarkdownJson => {}
        }
        if let Some(temperature) = options.temperature {
            map.serialize_entry("temperature", &temperature)?;
        }
        if let Some(max_tokens) = options.max_tokens {
            map.serialize_entry("max_tokens", &max_tokens)?;
        }
        if let Some(seed) = options.seed {
            map.serialize_entry("seed", &seed)?;
        }
        if let Some(reasoning) = options.reasoning {
            map.serialize_entry("thinking", &thinking(reasoning))?;
        }
        map.end()
    }
}

/// Cohere knows on, off and a budget.
fn thinking(reasoning: Reasoning) -> wire::Thinking {
    match reasoning {
        Reasoning::Off | Reasoning::Minimal | Reasoning::Budget(0) => {
            wire::Thinking { kind: "disabled", token_budget: None }
        }
        Reasoning::Low | Reasoning::Medium | Reasoning::High => {
            wire::Thinking { kind: "enabled", token_budget: None }
        }
        Reasoning::Budget(tokens) => wire::Thinking { kind: "enabled", token_budget: Some(tokens) },
    }
}

/// The system text. A model that is not told to write JSON may write blanks without end.
fn system(request: &Request) -> Option<Cow<'_, str>> {
    let system = prompt::first(request);
    if request.mode != Mode::JsonSchema {
        return system;
    }
    let task = format!("{}\nAnswer with one JSON object.", request.rendered.description);
    Some(Cow::Owned(match system {
        Some(system) => format!("{system}\n\n{task}"),
        None => task,
    }))
}

fn message(said: Said<'_>) -> Result<Option<Message<'_>>, ProviderError> {
    Ok(Some(match said {
        Said::Text(role, text) => Message::text(role, text),
        Said::Parts(role, parts) => {
            Message { role, content: Some(content(parts)?), ..Message::default() }
        }
        // A message without content is refused.
        Said::Answer { content, calls, .. } if calls.is_empty() => {
            return Ok(content.map(|text| Message::text("assistant", text)));
        }
        Said::Answer { native, content, calls } => Message {
            role: "assistant",
            content: content.map(|text| Content::Text(text.into())),
            tool_calls: calls,
            tool_plan: native.and_then(plan),
            tool_call_id: None,
        },
        Said::Result { id, text, .. } => {
            Message { tool_call_id: Some(id), ..Message::text("tool", text) }
        }
    }))
}

fn content(parts: &[request::Part]) -> Result<Content<'_>, ProviderError> {
    if let [request::Part::Text(text)] = parts {
        return Ok(Content::Text(text.into()));
    }
    let parts = parts.iter().map(|part| match part {
        request::Part::Text(text) => Ok(Part::Text { text }),
        request::Part::Media(media) => image(media),
    });
    Ok(Content::Parts(parts.collect::<Result<_, _>>()?))
}

fn image(media: &Media) -> Result<Part<'_>, ProviderError> {
    if media.kind != MediaKind::Image {
        let message = format!("Cohere takes images, but no {}", media.kind);
        return Err(ProviderError::encode(&message));
    }
    Ok(Part::ImageUrl { image_url: wire::Url { url: media.url() } })
}

/// What the model said it would do with its tools.
fn plan(native: &str) -> Option<Cow<'_, str>> {
    let native: wire::Native<'_> = serde_json::from_str(native).ok()?;
    native.tool_plan
}

mod wire {
    use std::borrow::Cow;

    use serde::{Deserialize, Serialize};
    use serde_json::value::RawValue;

    use crate::provider::said::Call;

    #[derive(Default, Serialize)]
    pub(super) struct Message<'a> {
        pub(super) role: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) content: Option<Content<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_plan: Option<Cow<'a, str>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) tool_calls: Vec<Call<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_call_id: Option<Cow<'a, str>>,
    }

    impl<'a> Message<'a> {
        pub(super) fn text(role: &'static str, text: impl Into<Cow<'a, str>>) -> Self {
            Self { role, content: Some(Content::Text(text.into())), ..Self::default() }
        }
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Content<'a> {
        Text(Cow<'a, str>),
        Parts(Vec<Part<'a>>),
    }

    #[derive(Serialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub(super) enum Part<'a> {
        Text { text: &'a str },
        ImageUrl { image_url: Url },
    }

    #[derive(Serialize)]
    pub(super) struct Url {
        pub(super) url: String,
    }

    #[derive(Serialize)]
    pub(super) struct Format<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) json_schema: Option<&'a RawValue>,
    }

    #[derive(Serialize)]
    pub(super) struct Thinking {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) token_budget: Option<u32>,
    }

    /// What is kept of an answer in Cohere's own words.
    #[derive(Deserialize)]
    pub(super) struct Native<'a> {
        #[serde(borrow)]
        pub(super) tool_plan: Option<Cow<'a, str>>,
    }
}
