//! A request as the body of a chat completion, written in one pass.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::advice::Advice;
use crate::prompt;
use crate::provider::{ProviderError, ProviderErrorKind, Service};
use crate::reply::Call;
use crate::request::{Example, Exchange, Message, Mode, Part, Request, Role};

/// What the request says itself; an extra property of the same name would say it twice.
const OURS: &[&str] = &[
    "model",
    "messages",
    "tools",
    "tool_choice",
    "functions",
    "function_call",
    "response_format",
    "stream",
    "stream_options",
];

/// Writes the body.
pub(super) fn body(request: &Request, service: &Service) -> Result<Vec<u8>, ProviderError> {
    let refuse =
        |message: &str| ProviderError::new(ProviderErrorKind::Encode, message, Advice::Never);
    if let Some(key) = request.options.extra.keys().find(|key| is_ours(key, request, service)) {
        return Err(refuse(&format!(
            "`{key}` cannot be set with `extra`: the request sets it itself"
        )));
    }
    let mut body = Vec::with_capacity(size(request));
    serde_json::to_writer(&mut body, &Body { request, service })
        .map_err(|e| refuse(&format!("the request cannot be written: {e}")))?;
    Ok(body)
}

fn is_ours(key: &str, request: &Request, service: &Service) -> bool {
    let options = &request.options;
    OURS.contains(&key)
        || (key == "temperature" && options.temperature.is_some())
        || (key == service.max_tokens && options.max_tokens.is_some())
        || (key == "seed" && options.seed.is_some())
        || (key == "parallel_tool_calls" && sends_parallel_tool_calls(request, service))
}

fn sends_parallel_tool_calls(request: &Request, service: &Service) -> bool {
    service.parallel_tool_calls && request.mode.uses_tools()
}

/// Roughly the size of the body, so that the buffer seldom grows.
fn size(request: &Request) -> usize {
    let text = |message: &Message| -> usize {
        message.parts.iter().map(|Part::Text(text)| text.len() + text.len() / 16 + 48).sum()
    };
    let answer = |exchange: &Exchange| -> usize {
        let calls = exchange.answer.calls.iter().map(|call| call.arguments.len() * 5 / 4 + 256);
        let content = exchange.answer.content.as_ref().map_or(0, |content| content.len() * 5 / 4);
        calls.sum::<usize>() + content + exchange.complaint.len() * 5 / 4 + 256
    };
    let example = |e: &Example| e.input.len() + e.answer.len() * 5 / 4 + 320;
    request.rendered.json.get().len() * 5 / 4
        + request.rendered.description.len()
        + request.system.as_ref().map_or(0, String::len)
        + request.messages.iter().map(text).sum::<usize>()
        + request.examples.iter().map(example).sum::<usize>()
        + request.history.iter().map(answer).sum::<usize>()
        + 512
}

struct Body<'a> {
    request: &'a Request,
    service: &'a Service,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, service } = *self;
        let rendered = request.rendered;
        let options = &request.options;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", &request.model)?;
        map.serialize_entry("messages", &Messages(request))?;
        match request.mode {
            Mode::Tools | Mode::ToolsStrict => {
                map.serialize_entry("tools", &[rendered.tool()])?;
                map.serialize_entry("tool_choice", &ToolChoice(&rendered.name))?;
                if sends_parallel_tool_calls(request, service) {
                    map.serialize_entry("parallel_tool_calls", &false)?;
                }
            }
            Mode::JsonSchema => {
                let json_schema = wire::JsonSchema {
                    name: &rendered.name,
                    description: &rendered.description,
                    schema: &rendered.json,
                    strict: true,
                };
                let kind = "json_schema";
                let format = wire::ResponseFormat { kind, json_schema: Some(json_schema) };
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
            map.serialize_entry(service.max_tokens, &max_tokens)?;
        }
        if let Some(seed) = options.seed {
            map.serialize_entry("seed", &seed)?;
        }
        for (key, value) in &options.extra {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

struct ToolChoice<'a>(&'a str);

impl Serialize for ToolChoice<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let function = wire::Name { name: self.0 };
        wire::Typed { kind: "function", function }.serialize(serializer)
    }
}

struct Messages<'a>(&'a Request);

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request = self.0;
        let mut seq = serializer.serialize_seq(None)?;
        if let Some(system) = prompt::first(request) {
            seq.serialize_element(&wire::Message::text("system", &system))?;
        }
        for (i, example) in request.examples.iter().enumerate() {
            write_example(&mut seq, request, example, i)?;
        }
        for message in &request.messages {
            seq.serialize_element(&wire::Message {
                role: role(message.role),
                content: Some(content(&message.parts)),
                ..wire::Message::default()
            })?;
        }
        for exchange in &request.history {
            write_exchange(&mut seq, exchange)?;
        }
        seq.end()
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

fn content(parts: &[Part]) -> wire::Content<'_> {
    match parts {
        [Part::Text(text)] => wire::Content::Text(text),
        parts => wire::Content::Parts(
            parts.iter().map(|Part::Text(text)| wire::TextPart { kind: "text", text }).collect(),
        ),
    }
}

/// A solved example in the form the answer should have.
fn write_example<S: SerializeSeq>(
    seq: &mut S,
    request: &Request,
    example: &Example,
    number: usize,
) -> Result<(), S::Error> {
    seq.serialize_element(&wire::Message::text("user", &example.input))?;
    if request.mode.uses_tools() {
        let id = format!("call_example_{number}");
        let name = &request.rendered.name;
        let function = wire::Function { name, arguments: &example.answer };
        let call = wire::ToolCall { id: &id, kind: "function", function };
        seq.serialize_element(&wire::Message::calls(None, vec![call]))?;
        seq.serialize_element(&wire::Message::result(&id, "Correct."))
    } else if request.mode == Mode::MarkdownJson {
        let fenced = format!("```json\n{}\n```", example.answer);
        seq.serialize_element(&wire::Message::text("assistant", &fenced))
    } else {
        seq.serialize_element(&wire::Message::text("assistant", &example.answer))
    }
}

/// The wrong answer as it was received, and the complaint: one tool result for each call, because
/// the API refuses a call without a result, or a turn of the user.
fn write_exchange<S: SerializeSeq>(seq: &mut S, exchange: &Exchange) -> Result<(), S::Error> {
    let answer = &exchange.answer;
    let content = answer.content.as_deref();
    if answer.calls.is_empty() {
        // A message without content is refused, and there may have been none.
        seq.serialize_element(&wire::Message::text("assistant", content.unwrap_or_default()))?;
        return seq.serialize_element(&wire::Message::text("user", &exchange.complaint));
    }
    let calls = answer.calls.iter().map(call).collect();
    seq.serialize_element(&wire::Message::calls(content, calls))?;
    for (i, call) in answer.calls.iter().enumerate() {
        let complaint = if i == exchange.about { &exchange.complaint } else { &exchange.ignored };
        seq.serialize_element(&wire::Message::result(&call.id, complaint))?;
    }
    Ok(())
}

fn call(call: &Call) -> wire::ToolCall<'_> {
    let function = wire::Function { name: &call.name, arguments: &call.arguments };
    wire::ToolCall { id: &call.id, kind: "function", function }
}

mod wire {
    use serde::Serialize;
    use serde_json::value::RawValue;

    #[derive(Default, Serialize)]
    pub(super) struct Message<'a> {
        pub(super) role: &'static str,
        pub(super) content: Option<Content<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) tool_calls: Vec<ToolCall<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_call_id: Option<&'a str>,
    }

    impl<'a> Message<'a> {
        pub(super) fn text(role: &'static str, text: &'a str) -> Self {
            Self { role, content: Some(Content::Text(text)), ..Self::default() }
        }

        pub(super) fn calls(text: Option<&'a str>, tool_calls: Vec<ToolCall<'a>>) -> Self {
            let content = text.map(Content::Text);
            Self { role: "assistant", content, tool_calls, tool_call_id: None }
        }

        pub(super) fn result(id: &'a str, text: &'a str) -> Self {
            Self { tool_call_id: Some(id), ..Self::text("tool", text) }
        }
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Content<'a> {
        Text(&'a str),
        Parts(Vec<TextPart<'a>>),
    }

    #[derive(Serialize)]
    pub(super) struct TextPart<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        pub(super) text: &'a str,
    }

    #[derive(Serialize)]
    pub(super) struct ToolCall<'a> {
        pub(super) id: &'a str,
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
        pub(super) name: &'a str,
        pub(super) description: &'a str,
        pub(super) schema: &'a RawValue,
        pub(super) strict: bool,
    }
}
