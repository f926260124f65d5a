//! A message of the model as a reply.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::cursor::Cursor;
use crate::provider::glance::{Once, inner};
use crate::provider::{ProviderError, ProviderErrorKind as Kind, failure, turns};
use crate::reply::{Call, Choice, Reply, Stop, Usage};
use crate::transport::HttpResponse;

const WHAT: &str = "a message";

/// Reads a response; an error in it is shown without the key.
pub(super) fn reply(response: &HttpResponse, key: &str) -> Result<Reply, ProviderError> {
    failure::check(response, key, kind)?;
    let body = &response.body;
    let message: wire::Message<'_> = failure::parts(body, WHAT)?;
    if let Some(error) = message.error {
        return Err(failure::classify_within(response, error.get(), key, kind));
    }
    let Some(content) = message.content else {
        return Err(failure::invalid(WHAT, "it has no content"));
    };
    let mut choice =
        blocks(content).map_err(|_| failure::invalid(WHAT, "a part of it has the wrong type"))?;
    match message.stop_reason.as_deref() {
        Some("refusal") => refuse(&mut choice, message.stop_details.and_then(|it| it.explanation)),
        reason => choice.stop = stop(reason),
    }
    let mut reply = Reply::new(vec![choice], body.clone());
    reply.id = message.id;
    reply.model = message.model;
    reply.usage = message.usage.map(usage);
    Ok(reply)
}

/// The texts and calls; whatever else there is stays in the native form only: reasoning, and the
/// calls and results of tools that the service runs itself.
fn blocks(content: &RawValue) -> serde_json::Result<Choice> {
    let blocks: Vec<&RawValue> = serde_json::from_str(content.get())?;
    let mut choice = Choice::default();
    let mut text = String::new();
    let mut anonymous = false;
    for block in &blocks {
        match serde_json::from_str::<wire::Kind>(block.get())?.kind.as_deref() {
            Some("text") => {
                let block: wire::Text = serde_json::from_str(block.get())?;
                text.push_str(&block.text.unwrap_or_default());
            }
            Some("tool_use") => {
                let block: wire::ToolUse<'_> = serde_json::from_str(block.get())?;
                let id = block.id.filter(|id| !id.is_empty());
                anonymous |= id.is_none();
                choice.calls.push(Call {
                    id: id.unwrap_or_else(|| format!("call_0_{}", choice.calls.len())),
                    name: block.name.unwrap_or_default(),
                    arguments: turns::arguments(block.input),
                });
            }
            _ => {}
        }
    }
    choice.content = Some(text).filter(|text| !text.is_empty());
    // A result could not name a call without an id.
    choice.native = (!blocks.is_empty() && !anonymous).then(|| content.get().into());
    Ok(choice)
}

/// The service says why the model refuses, or the model does, or nobody.
fn refuse(choice: &mut Choice, explanation: Option<String>) {
    choice.refusal = explanation.filter(|text| !text.is_empty()).or_else(|| choice.content.take());
    choice.stop = match choice.refusal {
        Some(_) => Stop::Other("refusal".into()),
        None => Stop::ContentFilter,
    };
}

fn stop(reason: Option<&str>) -> Stop {
    match reason {
        None | Some("") => Stop::Unknown,
        Some("end_turn" | "stop_sequence") => Stop::End,
        Some("tool_use") => Stop::ToolCalls,
        Some("max_tokens" | "model_context_window_exceeded") => Stop::Length,
        Some(other) => Stop::Other(other.to_owned()),
    }
}

/// The tokens in the property that counts them.
pub(super) fn usage_at(at: &mut Cursor<'_>) -> Option<Usage> {
    let [mut input, mut output, mut created, mut cached]: [Once<u64>; 4] = Default::default();
    let mut thought: Once<Once<u64>> = Once::default();
    at.object(|at, name| match name {
        b"input_tokens" => input.read(at, Cursor::count),
        b"output_tokens" => output.read(at, Cursor::count),
        b"cache_creation_input_tokens" => created.read(at, Cursor::count),
        b"cache_read_input_tokens" => cached.read(at, Cursor::count),
        b"output_tokens_details" => thought.read(at, |at| inner(at, b"thinking_tokens")),
        _ => at.skip(),
    })?;
    Some(usage(wire::Usage {
        input_tokens: input.value,
        output_tokens: output.value,
        cache_creation_input_tokens: created.value,
        cache_read_input_tokens: cached.value,
        output_tokens_details: thought
            .value
            .map(|thought| wire::OutputDetails { thinking_tokens: thought.value }),
    }))
}

/// What was read from the cache or written to it is counted apart.
fn usage(usage: wire::Usage) -> Usage {
    let cached = usage.cache_read_input_tokens.unwrap_or_default();
    let input = usage.input_tokens.unwrap_or_default();
    let written = usage.cache_creation_input_tokens.unwrap_or_default();
    let mut read = Usage::new(
        input.saturating_add(cached).saturating_add(written),
        usage.output_tokens.unwrap_or_default(),
    );
    read.cached_input_tokens = cached;
    let thinking = usage.output_tokens_details.and_then(|details| details.thinking_tokens);
    read.reasoning_tokens = thinking.unwrap_or_default();
    read
}

/// The kind of an error by its `type`.
fn kind(status: u16, error: &Value) -> Option<Kind> {
    let word = |key| error.get(key).and_then(Value::as_str).unwrap_or_default();
    Some(match word("type") {
        "authentication_error" => Kind::Authentication,
        "permission_error" => Kind::PermissionDenied,
        "not_found_error" => Kind::NotFound,
        "rate_limit_error" => Kind::RateLimited,
        "billing_error" => Kind::QuotaExhausted,
        "overloaded_error" => Kind::Unavailable(529),
        "timeout_error" => Kind::Unavailable(504),
        "api_error" => Kind::Unavailable(status.max(500)),
        "request_too_large" => Kind::BadRequest,
        // A spent account is reported like a wrong request.
        "invalid_request_error"
            if ["credit balance is too low", "API usage limits"]
                .iter()
                .any(|words| word("message").contains(words)) =>
        {
            Kind::QuotaExhausted
        }
        "invalid_request_error" if matches!(status, 400 | 413 | 422 | 502) => Kind::BadRequest,
        _ => return None,
    })
}

mod wire {
    use serde::Deserialize;
    use serde_json::value::RawValue;

    #[derive(Deserialize)]
    pub(super) struct Message<'a> {
        pub(super) id: Option<String>,
        pub(super) model: Option<String>,
        #[serde(borrow)]
        pub(super) content: Option<&'a RawValue>,
        pub(super) stop_reason: Option<String>,
        pub(super) stop_details: Option<StopDetails>,
        pub(super) usage: Option<Usage>,
        #[serde(borrow)]
        pub(super) error: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    pub(super) struct StopDetails {
        pub(super) explanation: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct Kind {
        #[serde(rename = "type")]
        pub(super) kind: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct Text {
        pub(super) text: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct ToolUse<'a> {
        pub(super) id: Option<String>,
        pub(super) name: Option<String>,
        #[serde(borrow)]
        pub(super) input: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    pub(super) struct Usage {
        pub(super) input_tokens: Option<u64>,
        pub(super) output_tokens: Option<u64>,
        pub(super) cache_creation_input_tokens: Option<u64>,
        pub(super) cache_read_input_tokens: Option<u64>,
        pub(super) output_tokens_details: Option<OutputDetails>,
    }

    #[derive(Deserialize)]
    pub(super) struct OutputDetails {
        pub(super) thinking_tokens: Option<u64>,
    }
}
