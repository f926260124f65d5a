//! A request as the body of `generateContent`.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use self::wire::{Call, Content, Part, Returned};
use super::media;
use super::thinking::{is_old, thinking};
use crate::prompt;
use crate::provider::{ProviderError, body};
use crate::request::{Example, Exchange, Mode, Part as Said, Request, Role};
use crate::schema::Rendered;

/// Stands for the signature of a call that no Gemini has made.
const UNSIGNED: &str = "skip_thought_signature_validator";

/// Writes the body.
pub(super) fn body(request: &Request) -> Result<Vec<u8>, ProviderError> {
    let contents = contents(request)?;
    body::write(&Body { request, contents: &contents }, request, &[])
}

struct Body<'a> {
    request: &'a Request,
    contents: &'a [Content<'a>],
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, contents } = *self;
        let mut map = serializer.serialize_map(None)?;
        let system = system(request);
        if !system.is_empty() {
            map.serialize_entry("systemInstruction", &wire::System { parts: &system })?;
        }
        map.serialize_entry("contents", contents)?;
        if request.mode.uses_tools() {
            let functions = request.tools().map(declaration).collect();
            map.serialize_entry("tools", &[wire::Tool { function_declarations: functions }])?;
            map.serialize_entry("toolConfig", &tool_config(request))?;
        }
        let config = generation_config(request);
        if !config.is_empty() {
            map.serialize_entry("generationConfig", &config)?;
        }
        map.end()
    }
}

/// What is said apart from the conversation, which has no such role.
fn system(request: &Request) -> Vec<Part<'_>> {
    let messages = request.messages.iter().filter(|message| message.role == Role::System);
    let said = messages.flat_map(|message| &message.parts).filter_map(|part| part.text());
    prompt::first(request).into_iter().chain(said.map(Cow::Borrowed)).map(Part::text).collect()
}

fn declaration(tool: &Rendered) -> wire::Function<'_> {
    let Rendered { name, description, json, .. } = tool;
    wire::Function { name, description, parameters_json_schema: json }
}

/// One of our tools must be called. With tools of the user it must not: search and the like come
/// first, and this mode is the one that goes with them.
fn tool_config(request: &Request) -> wire::ToolConfig<'_> {
    let others = request.options.extra.contains_key("tools");
    let (mode, allowed_function_names) = if others {
        ("VALIDATED", Vec::new())
    } else {
        ("ANY", request.tools().map(|tool| tool.name.as_str()).collect())
    };
    wire::ToolConfig { function_calling_config: wire::Choice { mode, allowed_function_names } }
}

fn generation_config(request: &Request) -> wire::GenerationConfig<'_> {
    let options = &request.options;
    wire::GenerationConfig {
        temperature: options.temperature,
        max_output_tokens: options.max_tokens,
        seed: options.seed,
        response_mime_type: matches!(request.mode, Mode::JsonSchema | Mode::Json)
            .then_some("application/json"),
        response_json_schema: (request.mode == Mode::JsonSchema).then_some(&*request.rendered.json),
        thinking_config: options.reasoning.map(|reasoning| thinking(&request.model, reasoning)),
    }
}

fn contents(request: &Request) -> Result<Vec<Content<'_>>, ProviderError> {
    let mut contents = Vec::new();
    for example in &request.examples {
        push_example(&mut contents, request, example);
    }
    for message in request.messages.iter().filter(|message| message.role != Role::System) {
        let role = if message.role == Role::Assistant { "model" } else { "user" };
        let parts = message.parts.iter().map(|part| match part {
            Said::Text(text) => Ok(Part::text(text)),
            Said::Media(media) => media::part(media).map(Part::Media),
        });
        push(&mut contents, role, parts.collect::<Result<_, _>>()?);
    }
    for exchange in &request.history {
        push_exchange(&mut contents, request, exchange);
    }
    Ok(contents)
}

/// Adds to the turn, or begins a new one. The results of calls are a turn of their own, which
/// follows right after the calls.
fn push<'a>(contents: &mut Vec<Content<'a>>, role: &'static str, parts: Vec<Part<'a>>) {
    let is_result = |part: &Part<'_>| matches!(part, Part::Result { .. });
    match contents.last_mut() {
        Some(Content::Turn { role: last, parts: all })
            if *last == role && !all.iter().chain(&parts).any(is_result) =>
        {
            all.extend(parts);
        }
        _ if parts.is_empty() => {}
        _ => contents.push(Content::Turn { role, parts }),
    }
}

/// A solved example in the form the answer should have.
fn push_example<'a>(contents: &mut Vec<Content<'a>>, request: &Request, example: &'a Example) {
    push(contents, "user", vec![Part::text(&example.input)]);
    let answers = &example.answers;
    if !request.mode.uses_tools() {
        let parts = answers.iter().map(|answer| Part::text(answer.text(request.mode)));
        return push(contents, "model", parts.collect());
    }
    let calls = answers.iter().map(|answer| {
        let function_call = Call { name: answer.tool, args: object(&answer.json) };
        // What comes before the last question needs no signature.
        Part::Call { function_call, thought_signature: None }
    });
    push(contents, "model", calls.collect());
    let results = answers.iter().map(|answer| {
        let response = wire::Outcome::Output("Correct.");
        Part::Result { function_response: Returned { id: None, name: answer.tool, response } }
    });
    push(contents, "user", results.collect());
}

/// The wrong answer as it was received, and the complaint: one result for each call, or a turn of
/// the user.
fn push_exchange<'a>(contents: &mut Vec<Content<'a>>, request: &Request, exchange: &'a Exchange) {
    let answer = &exchange.answer;
    let native = answer.native.as_deref().and_then(|json| {
        // An answer of another service is native elsewhere.
        let native: wire::Native<'_> = serde_json::from_str(json).ok()?;
        Some((serde_json::from_str(json).ok()?, native))
    });
    let mut ids = Vec::new();
    match native {
        Some((content, native)) => {
            let calls = native.parts.into_iter().filter_map(|part| part.function_call);
            ids.extend(calls.map(|call| call.id));
            contents.push(Content::Native(content));
        }
        None => push(contents, "model", rebuilt(request, exchange)),
    }
    if answer.calls.is_empty() {
        return push(contents, "user", vec![Part::text(&exchange.complaint)]);
    }
    let ids = ids.into_iter().chain(std::iter::repeat(None));
    let results = answer.calls.iter().zip(&exchange.results).zip(ids);
    let results = results.map(|((call, result), id)| {
        let text = &result.text;
        let response =
            if result.is_error { wire::Outcome::Error(text) } else { wire::Outcome::Output(text) };
        Part::Result { function_response: Returned { id, name: &call.name, response } }
    });
    push(contents, "user", results.collect());
}

/// The answer in our words, where its own are not known.
fn rebuilt<'a>(request: &Request, exchange: &'a Exchange) -> Vec<Part<'a>> {
    let answer = &exchange.answer;
    let text = answer.content.as_deref().into_iter().map(Part::text);
    let calls = answer.calls.iter().enumerate().map(|(i, call)| {
        // The first call of a turn is the one that is signed.
        let thought_signature = (i == 0 && !is_old(&request.model)).then_some(UNSIGNED);
        let function_call = Call { name: &call.name, args: object(&call.arguments) };
        Part::Call { function_call, thought_signature }
    });
    text.chain(calls).collect()
}

/// The arguments of a call, which can only be an object.
fn object(json: &str) -> Option<&RawValue> {
    serde_json::from_str::<&RawValue>(json).ok().filter(|raw| raw.get().starts_with('{'))
}

mod wire {
    use std::borrow::Cow;

    use serde::{Deserialize, Serialize};
    use serde_json::value::RawValue;

    use crate::provider::gemini::media;
    use crate::provider::gemini::thinking::Thinking;

    #[derive(Serialize)]
    pub(super) struct System<'a> {
        pub(super) parts: &'a [Part<'a>],
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Content<'a> {
        Native(&'a RawValue),
        Turn { role: &'static str, parts: Vec<Part<'a>> },
    }

    #[derive(Serialize)]
    #[serde(untagged, rename_all_fields = "camelCase")]
    pub(super) enum Part<'a> {
        Text {
            text: Cow<'a, str>,
        },
        Media(media::Part<'a>),
        Call {
            function_call: Call<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            thought_signature: Option<&'static str>,
        },
        Result {
            function_response: Returned<'a>,
        },
    }

    impl<'a> Part<'a> {
        pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
            Self::Text { text: text.into() }
        }
    }

    #[derive(Serialize)]
    pub(super) struct Call<'a> {
        pub(super) name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) args: Option<&'a RawValue>,
    }

    #[derive(Serialize)]
    pub(super) struct Returned<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) id: Option<Cow<'a, str>>,
        pub(super) name: &'a str,
        pub(super) response: Outcome<'a>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) enum Outcome<'a> {
        Output(&'a str),
        Error(&'a str),
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Tool<'a> {
        pub(super) function_declarations: Vec<Function<'a>>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Function<'a> {
        pub(super) name: &'a str,
        pub(super) description: &'a str,
        pub(super) parameters_json_schema: &'a RawValue,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct ToolConfig<'a> {
        pub(super) function_calling_config: Choice<'a>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Choice<'a> {
        pub(super) mode: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) allowed_function_names: Vec<&'a str>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct GenerationConfig<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) temperature: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) max_output_tokens: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) seed: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) response_mime_type: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) response_json_schema: Option<&'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) thinking_config: Option<Thinking>,
    }

    impl GenerationConfig<'_> {
        pub(super) fn is_empty(&self) -> bool {
            self.temperature.is_none()
                && self.max_output_tokens.is_none()
                && self.seed.is_none()
                && self.response_mime_type.is_none()
                && self.response_json_schema.is_none()
                && self.thinking_config.is_none()
        }
    }

    /// An answer as Gemini wrote it: where its calls have ids, their results need them.
    #[derive(Deserialize)]
    pub(super) struct Native<'a> {
        #[serde(borrow)]
        pub(super) parts: Vec<NativePart<'a>>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct NativePart<'a> {
        #[serde(borrow)]
        pub(super) function_call: Option<NativeCall<'a>>,
    }

    #[derive(Deserialize)]
    pub(super) struct NativeCall<'a> {
        #[serde(borrow)]
        pub(super) id: Option<Cow<'a, str>>,
    }
}
