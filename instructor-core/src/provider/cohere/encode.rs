//! A request as the body of Cohere's chat.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};

use self::wire::{Content, Function, Message, Part, ToolCall};
use crate::media::{Media, MediaKind};
use crate::prompt;
use crate::provider::{ProviderError, body};
use crate::reply::Choice;
use crate::request::{Example, Exchange, Mode, Part as Said, Reasoning, Request, Role};
use crate::schema::Rendered;

/// What would change how the answer is read.
const RESERVED: &[&str] = &["tool_choice", "response_format", "stream"];

/// Writes the body.
pub(super) fn body(request: &Request) -> Result<Vec<u8>, ProviderError> {
    let messages = messages(request)?;
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
                let tools: Vec<_> = request.tools().map(tool).collect();
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

fn tool(tool: &Rendered) -> wire::Tool<'_> {
    let Rendered { name, description, json, .. } = tool;
    wire::Tool {
        kind: "function",
        function: wire::Declared { name, description, parameters: json },
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

fn messages(request: &Request) -> Result<Vec<Message<'_>>, ProviderError> {
    let mut messages = Vec::new();
    messages.extend(system(request).map(|text| Message::text("system", text)));
    for (i, example) in request.examples.iter().enumerate() {
        push_example(&mut messages, request, example, i);
    }
    for message in &request.messages {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        let content = Some(content(&message.parts)?);
        messages.push(Message { role, content, ..Message::default() });
    }
    for exchange in &request.history {
        push_exchange(&mut messages, exchange);
    }
    Ok(messages)
}

fn content(parts: &[Said]) -> Result<Content<'_>, ProviderError> {
    if let [Said::Text(text)] = parts {
        return Ok(Content::Text(text.into()));
    }
    let parts = parts.iter().map(|part| match part {
        Said::Text(text) => Ok(Part::Text { text }),
        Said::Media(media) => image(media),
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

/// A solved example in the form the answer should have.
fn push_example<'a>(
    messages: &mut Vec<Message<'a>>,
    request: &Request,
    example: &'a Example,
    number: usize,
) {
    messages.push(Message::text("user", &example.input));
    if !request.mode.uses_tools() {
        messages.extend(example.answers.iter().map(|answer| match request.mode {
            Mode::MarkdownJson => {
                Message::text("assistant", format!("```json\n{}\n```", answer.json))
            }
            _ => Message::text("assistant", &answer.json),
        }));
        return;
    }
    let id = |i| Cow::from(format!("call_example_{number}_{i}"));
    let calls = example.answers.iter().enumerate().map(|(i, answer)| {
        let function = Function { name: answer.tool, arguments: &answer.json };
        ToolCall { id: id(i), kind: "function", function }
    });
    let tool_calls = calls.collect();
    messages.push(Message { role: "assistant", tool_calls, ..Message::default() });
    let results = (0..example.answers.len()).map(|i| Message::result(id(i), "Correct."));
    messages.extend(results);
}

/// The wrong answer as it was received, and the complaint: one result for each call, or a turn of
/// the user.
fn push_exchange<'a>(messages: &mut Vec<Message<'a>>, exchange: &'a Exchange) {
    let answer = &exchange.answer;
    if answer.calls.is_empty() {
        // A message without content is refused.
        if let Some(content) = &answer.content {
            messages.push(Message::text("assistant", content));
        }
        messages.push(Message::text("user", &exchange.complaint));
        return;
    }
    let calls = answer.calls.iter().map(|call| {
        let function = Function { name: &call.name, arguments: &call.arguments };
        ToolCall { id: Cow::from(&call.id), kind: "function", function }
    });
    messages.push(Message {
        role: "assistant",
        content: answer.content.as_ref().map(|text| Content::Text(text.into())),
        tool_calls: calls.collect(),
        tool_plan: plan(answer),
        tool_call_id: None,
    });
    let results = answer.calls.iter().zip(&exchange.results);
    messages
        .extend(results.map(|(call, result)| Message::result(Cow::from(&call.id), &result.text)));
}

/// What the model said it would do with its tools.
fn plan(answer: &Choice) -> Option<Cow<'_, str>> {
    let native: wire::Native<'_> = serde_json::from_str(answer.native.as_deref()?).ok()?;
    native.tool_plan
}

mod wire {
    use std::borrow::Cow;

    use serde::{Deserialize, Serialize};
    use serde_json::value::RawValue;

    #[derive(Default, Serialize)]
    pub(super) struct Message<'a> {
        pub(super) role: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) content: Option<Content<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_plan: Option<Cow<'a, str>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) tool_calls: Vec<ToolCall<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_call_id: Option<Cow<'a, str>>,
    }

    impl<'a> Message<'a> {
        pub(super) fn text(role: &'static str, text: impl Into<Cow<'a, str>>) -> Self {
            Self { role, content: Some(Content::Text(text.into())), ..Self::default() }
        }

        pub(super) fn result(id: Cow<'a, str>, text: &'a str) -> Self {
            Self { tool_call_id: Some(id), ..Self::text("tool", text) }
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
    pub(super) struct ToolCall<'a> {
        pub(super) id: Cow<'a, str>,
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        pub(super) function: Function<'a>,
    }

    #[derive(Serialize)]
    pub(super) struct Function<'a> {
        pub(super) name: &'a str,
        pub(super) arguments: &'a str,
    }

    #[derive(Serialize)]
    pub(super) struct Tool<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        pub(super) function: Declared<'a>,
    }

    #[derive(Serialize)]
    pub(super) struct Declared<'a> {
        pub(super) name: &'a str,
        pub(super) description: &'a str,
        pub(super) parameters: &'a RawValue,
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
