//! A response of Cohere's chat as a reply.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::advice::Advice;
use crate::provider::{ProviderError, ProviderErrorKind as Kind, failure};
use crate::reply::{Call, Choice, Reply, Stop, Usage};
use crate::transport::HttpResponse;

/// Reads a response; an error in it is shown without the key.
pub(super) fn reply(response: &HttpResponse, key: &str) -> Result<Reply, ProviderError> {
    const WHAT: &str = "a chat response";
    failure::check(response, key, kind)?;
    let body = &response.body;
    let read: wire::Response = failure::parts(body, WHAT)?;
    let failed = match read.finish_reason.as_deref() {
        Some("ERROR") => Some((500, "the generation failed within the service")),
        Some("TIMEOUT") => Some((504, "the generation took the service too long")),
        _ => None,
    };
    if let Some((status, message)) = failed {
        return Err(ProviderError::new(Kind::Unavailable(status), message, Advice::Backoff));
    }
    let Some(message) = read.message else {
        return Err(failure::invalid(WHAT, "it has no message"));
    };
    let choice = choice(message, stop(read.finish_reason));
    let mut reply = Reply::new(vec![choice], body.clone());
    reply.id = read.id;
    reply.usage = read.usage.map(usage);
    Ok(reply)
}

/// What Cohere's words say better than the status: a trial key has a limit for each month, too.
fn kind(status: u16, error: &Value) -> Option<Kind> {
    let message = error["message"].as_str().unwrap_or_default();
    (status == 429 && message.contains("/ month")).then_some(Kind::QuotaExhausted)
}

fn choice(message: wire::Message, stop: Stop) -> Choice {
    let mut read = Choice { stop, ..Choice::default() };
    let content: String = match message.content {
        None => String::new(),
        Some(wire::Content::Text(text)) => text,
        // What the model thinks has no `text`.
        Some(wire::Content::Parts(parts)) => {
            parts.into_iter().filter_map(|part| part.text).collect()
        }
    };
    read.content = (!content.is_empty()).then_some(content);
    let calls = message.tool_calls.unwrap_or_default().into_iter();
    let functions = calls.filter_map(|call| call.function.map(|function| (call.id, function)));
    for (i, (id, function)) in functions.enumerate() {
        read.calls.push(Call {
            id: id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_0_{i}")),
            name: function.name.unwrap_or_default(),
            arguments: function.arguments.unwrap_or_default(),
        });
    }
    // Only this is lost otherwise.
    read.native = message
        .tool_plan
        .filter(|plan| !plan.is_empty())
        .map(|plan| Arc::from(json!({"tool_plan": plan}).to_string()));
    read
}

fn stop(reason: Option<String>) -> Stop {
    match reason.as_deref() {
        None | Some("") => Stop::Unknown,
        Some("COMPLETE" | "STOP_SEQUENCE") => Stop::End,
        Some("TOOL_CALL") => Stop::ToolCalls,
        Some("MAX_TOKENS" | "ERROR_LIMIT") => Stop::Length,
        Some("ERROR_TOXIC") => Stop::ContentFilter,
        Some(_) => Stop::Other(reason.unwrap_or_default()),
    }
}

/// All tokens where they are told, otherwise those that are paid.
fn usage(usage: wire::Usage) -> Usage {
    let counted = usage.tokens.or(usage.billed_units).unwrap_or_default();
    let mut read = Usage::new(whole(counted.input_tokens), whole(counted.output_tokens));
    read.cached_input_tokens = whole(usage.cached_tokens);
    read
}

/// Counts are numbers of any kind, such as `12.0`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
fn whole(count: Option<f64>) -> u64 {
    count.unwrap_or_default() as u64
}

mod wire {
    use serde::Deserialize;

    #[derive(Deserialize)]
    pub(super) struct Response {
        pub(super) id: Option<String>,
        pub(super) finish_reason: Option<String>,
        pub(super) message: Option<Message>,
        pub(super) usage: Option<Usage>,
    }

    #[derive(Deserialize)]
    pub(super) struct Message {
        pub(super) content: Option<Content>,
        pub(super) tool_plan: Option<String>,
        pub(super) tool_calls: Option<Vec<ToolCall>>,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    pub(super) enum Content {
        Text(String),
        Parts(Vec<Part>),
    }

    #[derive(Deserialize)]
    pub(super) struct Part {
        pub(super) text: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct ToolCall {
        pub(super) id: Option<String>,
        pub(super) function: Option<Function>,
    }

    #[derive(Deserialize)]
    pub(super) struct Function {
        pub(super) name: Option<String>,
        pub(super) arguments: Option<String>,
    }

    #[derive(Clone, Copy, Deserialize)]
    pub(super) struct Usage {
        pub(super) tokens: Option<Tokens>,
        pub(super) billed_units: Option<Tokens>,
        pub(super) cached_tokens: Option<f64>,
    }

    #[derive(Clone, Copy, Default, Deserialize)]
    pub(super) struct Tokens {
        pub(super) input_tokens: Option<f64>,
        pub(super) output_tokens: Option<f64>,
    }
}
