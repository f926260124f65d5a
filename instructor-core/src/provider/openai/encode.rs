//! A request as the body of a chat completion, written in one pass.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Quirks, ToolChoice};
use crate::prompt;
use crate::provider::{ProviderError, body};
use crate::reply::Call;
use crate::request::{Example, ExampleAnswer, Exchange, Mode, Part, Request, Role};
use crate::schema::Rendered;

/// What would change how the answer is read.
const RESERVED: &[&str] =
    &["tool_choice", "functions", "function_call", "response_format", "stream", "stream_options"];

/// Writes the body.
pub(super) fn body(request: &Request, quirks: &Quirks) -> Result<Vec<u8>, ProviderError> {
    body::write(&Body { request, quirks }, request, RESERVED)
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
        map.serialize_entry("messages", &Messages(request))?;
        match request.mode {
            Mode::Tools | Mode::ToolsStrict | Mode::Parallel => {
                map.serialize_entry("tools", &Tools(request))?;
                map.serialize_entry("tool_choice", &choice(request, quirks))?;
                if quirks.parallel_tool_calls {
                    let several = request.mode == Mode::Parallel;
                    map.serialize_entry("parallel_tool_calls", &several)?;
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
            map.serialize_entry(quirks.max_tokens, &max_tokens)?;
        }
        if let Some(seed) = options.seed {
            map.serialize_entry(quirks.seed, &seed)?;
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
fn choice(request: &Request, quirks: &Quirks) -> wire::Choice<'static> {
    let only = request.only_tool().filter(|_| !request.options.extra.contains_key("tools"));
    match (quirks.tool_choice, only) {
        (ToolChoice::Named, Some(tool)) => {
            let function = wire::Name { name: &tool.name };
            wire::Choice::Named(wire::Typed { kind: "function", function })
        }
        (ToolChoice::Named | ToolChoice::Required, _) => wire::Choice::Word("required"),
        (ToolChoice::Any, _) => wire::Choice::Word("any"),
        (ToolChoice::Auto, _) => wire::Choice::Word("auto"),
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
            parts
                .iter()
                .filter_map(|part| Some(wire::TextPart { kind: "text", text: part.text()? }))
                .collect(),
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
        let ids: Vec<_> =
            (0..example.answers.len()).map(|i| format!("call_example_{number}_{i}")).collect();
        let calls = ids.iter().zip(&example.answers).map(|(id, answer)| {
            let function = wire::Function { name: answer.tool, arguments: &answer.json };
            wire::ToolCall { id, kind: "function", function }
        });
        seq.serialize_element(&wire::Message::calls(None, calls.collect()))?;
        for id in &ids {
            seq.serialize_element(&wire::Message::result(id, "Correct."))?;
        }
        return Ok(());
    }
    for ExampleAnswer { json, .. } in &example.answers {
        let fenced = format!("```json\n{json}\n```");
        let text = if request.mode == Mode::MarkdownJson { &fenced } else { json };
        seq.serialize_element(&wire::Message::text("assistant", text))?;
    }
    Ok(())
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
    for (call, result) in answer.calls.iter().zip(&exchange.results) {
        seq.serialize_element(&wire::Message::result(&call.id, &result.text))?;
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
        pub(super) name: &'a str,
        pub(super) description: &'a str,
        pub(super) schema: &'a RawValue,
        pub(super) strict: bool,
    }
}
