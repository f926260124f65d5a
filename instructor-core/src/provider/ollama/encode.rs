//! A request as the body of Ollama's chat API.

use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::value::RawValue;

use crate::media::MediaKind;
use crate::prompt;
use crate::provider::effort::level;
use crate::provider::{ProviderError, Service, body, openai};
use crate::request::{Example, ExampleAnswer, Exchange, Mode, Part, Reasoning, Request, Role};
use crate::schema::Rendered;

/// What would change how the answer is read.
const RESERVED: &[&str] = &["stream", "format"];

/// Writes the body.
pub(super) fn body(service: &Service, request: &Request) -> Result<Vec<u8>, ProviderError> {
    openai::refuse(service.name, service.content, request)?;
    let options = &request.options;
    let (temperature, num_predict, seed) = (options.temperature, options.max_tokens, options.seed);
    let some = temperature.is_some() || num_predict.is_some() || seed.is_some();
    let tools = request.mode.uses_tools().then(|| request.tools().map(Rendered::tool).collect());
    let body = wire::Body {
        model: &request.model,
        messages: Messages(request),
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
            let role = match message.role {
                Role::System => "system",
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            let texts: Vec<_> = message.parts.iter().filter_map(Part::text).collect();
            let mut turn = wire::Message::text(role, "");
            turn.content = texts.join("\n\n").into();
            turn.images = message.parts.iter().filter_map(image).collect();
            seq.serialize_element(&turn)?;
        }
        for exchange in &request.history {
            write_exchange(&mut seq, exchange)?;
        }
        seq.end()
    }
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
        let calls = ids.iter().zip(&example.answers);
        let calls = calls.map(|(id, answer)| wire::Call::new(id, answer.tool, &answer.json));
        let mut turn = wire::Message::text("assistant", "");
        turn.tool_calls = calls.collect();
        seq.serialize_element(&turn)?;
        for (id, answer) in ids.iter().zip(&example.answers) {
            seq.serialize_element(&wire::Message::result(id, answer.tool, "Correct."))?;
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

/// The wrong answer as it was received, with its thinking, and the complaint: one result for each
/// call, or a turn of the user.
fn write_exchange<S: SerializeSeq>(seq: &mut S, exchange: &Exchange) -> Result<(), S::Error> {
    let answer = &exchange.answer;
    let native = answer.native.as_deref().and_then(|json| serde_json::from_str(json).ok());
    if let Some(native) = native {
        seq.serialize_element::<RawValue>(native)?;
    } else {
        let calls = answer.calls.iter();
        let calls = calls.map(|call| wire::Call::new(&call.id, &call.name, &call.arguments));
        let mut turn =
            wire::Message::text("assistant", answer.content.as_deref().unwrap_or_default());
        turn.tool_calls = calls.collect();
        seq.serialize_element(&turn)?;
    }
    if answer.calls.is_empty() {
        return seq.serialize_element(&wire::Message::text("user", &exchange.complaint));
    }
    for (call, result) in answer.calls.iter().zip(&exchange.results) {
        seq.serialize_element(&wire::Message::result(&call.id, &call.name, &result.text))?;
    }
    Ok(())
}

mod wire {
    use std::borrow::Cow;

    use serde::Serialize;
    use serde_json::value::RawValue;

    use crate::schema::Tool;

    #[derive(Serialize)]
    pub(super) struct Body<'a> {
        pub(super) model: &'a str,
        pub(super) messages: super::Messages<'a>,
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
        pub(super) tool_call_id: Option<&'a str>,
    }

    impl<'a> Message<'a> {
        pub(super) fn text(role: &'static str, text: &'a str) -> Self {
            Self { role, content: text.into(), ..Self::default() }
        }

        pub(super) fn result(id: &'a str, name: &'a str, text: &'a str) -> Self {
            Self { tool_name: Some(name), tool_call_id: Some(id), ..Self::text("tool", text) }
        }
    }

    /// The id is known to newer servers, and ignored by older ones.
    #[derive(Serialize)]
    pub(super) struct Call<'a> {
        id: &'a str,
        function: Function<'a>,
    }

    #[derive(Serialize)]
    struct Function<'a> {
        name: &'a str,
        arguments: Option<&'a RawValue>,
    }

    impl<'a> Call<'a> {
        /// Arguments must be an object here; what is none is not sent back.
        pub(super) fn new(id: &'a str, name: &'a str, arguments: &'a str) -> Self {
            let is_object = arguments.trim_start().starts_with('{');
            let object = serde_json::from_str(arguments).ok().filter(|_| is_object);
            let arguments = object.or_else(|| serde_json::from_str("{}").ok());
            Self { id, function: Function { name, arguments } }
        }
    }
}
