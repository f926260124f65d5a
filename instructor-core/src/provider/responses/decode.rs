//! A response as a reply, tolerant of what is left out.

use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use super::items;
use crate::cursor::Cursor;
use crate::provider::glance::{Once, inner};
use crate::provider::{ProviderError, ProviderErrorKind as Kind, failure};
use crate::reply::{Call, Choice, Reply, Stop, Usage};
use crate::transport::HttpResponse;

const WHAT: &str = "a response of the Responses API";

/// Reads a response; an error in it is shown without the key.
pub(super) fn reply(response: &HttpResponse, key: &str) -> Result<Reply, ProviderError> {
    failure::check(response, key, |_, _| None)?;
    let body: wire::Response<'_> = failure::parts(&response.body, WHAT)?;
    if let Some(error) = body.error {
        return Err(failure::classify_within(response, error.get(), key, kind));
    }
    let stop = match body.status.as_deref() {
        Some("failed") => {
            return Err(failure::classify_within(response, "\"the response failed\"", key, kind));
        }
        Some("queued" | "in_progress" | "cancelled") => {
            return Err(failure::invalid(WHAT, "it is not finished"));
        }
        Some("incomplete") => Some(cut(body.incomplete_details.and_then(|details| details.reason))),
        _ => None,
    };
    let output = body.output.ok_or_else(|| failure::invalid(WHAT, "it has no output"))?;
    let wrong = |_| failure::invalid(WHAT, "a part of it has the wrong type");
    let mut choice = choice(output, body.store != Some(false)).map_err(wrong)?;
    choice.stop = stop.unwrap_or(match (choice.calls.is_empty(), body.status) {
        (false, _) => Stop::ToolCalls,
        (true, Some(_)) => Stop::End,
        (true, None) => Stop::Unknown,
    });
    let mut reply = Reply::new(vec![choice], response.body.clone());
    reply.id = body.id;
    reply.model = body.model;
    reply.usage = body.usage.map(usage);
    Ok(reply)
}

/// What the code of a response that failed means; codes that are a status speak for themselves.
fn kind(_: u16, error: &Value) -> Option<Kind> {
    let code = error["code"].as_str().filter(|code| code.parse::<u16>().is_err())?;
    match code {
        "server_error" | "vector_store_timeout" | "failed_to_download_image" => None,
        "rate_limit_exceeded" => Some(Kind::RateLimited),
        "insufficient_quota" => Some(Kind::QuotaExhausted),
        "content_filter" | "content_policy_violation" | "image_content_policy_violation" => {
            Some(Kind::ContentFiltered)
        }
        _ => Some(Kind::BadRequest),
    }
}

/// Why a response is incomplete.
fn cut(reason: Option<String>) -> Stop {
    match reason.as_deref() {
        Some("max_output_tokens") => Stop::Length,
        Some("content_filter") => Stop::ContentFilter,
        _ => Stop::Other(reason.unwrap_or_else(|| "incomplete".into())),
    }
}

fn choice(output: &RawValue, stored: bool) -> serde_json::Result<Choice> {
    let mut choice = Choice::default();
    let mut ids = true;
    for item in serde_json::from_str::<Vec<wire::Item<'_>>>(output.get())? {
        match item.kind.as_deref().unwrap_or("message") {
            "message" => {
                let (text, refusal) = content(item.content)?;
                // What stands in an earlier message leads up to the last.
                choice.content = non_empty(text).or(choice.content);
                choice.refusal = non_empty(refusal).or(choice.refusal);
            }
            "function_call" => {
                let id = item.call_id.and_then(non_empty);
                ids &= id.is_some();
                choice.calls.push(Call {
                    id: id.unwrap_or_else(|| format!("call_0_{}", choice.calls.len())),
                    name: item.name.unwrap_or_default(),
                    arguments: item.arguments.map_or(Ok(String::new()), text)?,
                });
            }
            _ => {}
        }
    }
    // A call whose id is ours cannot be sent back as it is: its result would name another id.
    if ids {
        choice.native = Some(if stored {
            Arc::from(output.get())
        } else {
            Arc::from(serde_json::to_string(&items::sendable(output.get(), false)?)?)
        });
    }
    Ok(choice)
}

/// The text and the refusal in the content of a message.
fn content(content: Option<&RawValue>) -> serde_json::Result<(String, String)> {
    let Some(content) = content else { return Ok(Default::default()) };
    if !content.get().starts_with('[') {
        return Ok((text(content)?, String::new()));
    }
    let (mut said, mut refusal) = (String::new(), String::new());
    for part in serde_json::from_str::<Vec<wire::Part>>(content.get())? {
        said.push_str(&part.text.unwrap_or_default());
        refusal.push_str(&part.refusal.unwrap_or_default());
    }
    Ok((said, refusal))
}

/// The text of a string; of anything else, its JSON: some servers send arguments as an object.
fn text(json: &RawValue) -> serde_json::Result<String> {
    match json.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(json.get()),
        Some(b'n') => Ok(String::new()),
        _ => Ok(json.get().to_owned()),
    }
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The tokens in the property that counts them.
pub(super) fn usage_at(at: &mut Cursor<'_>) -> Option<Usage> {
    let [mut input, mut output]: [Once<u64>; 2] = Default::default();
    let [mut cached, mut reasoned]: [Once<Once<u64>>; 2] = Default::default();
    at.object(|at, name| match name {
        b"input_tokens" => input.read(at, Cursor::count),
        b"output_tokens" => output.read(at, Cursor::count),
        b"input_tokens_details" => cached.read(at, |at| inner(at, b"cached_tokens")),
        b"output_tokens_details" => reasoned.read(at, |at| inner(at, b"reasoning_tokens")),
        _ => at.skip(),
    })?;
    Some(usage(wire::Usage {
        input_tokens: input.value,
        output_tokens: output.value,
        input_tokens_details: cached
            .value
            .map(|cached| wire::InputDetails { cached_tokens: cached.value }),
        output_tokens_details: reasoned
            .value
            .map(|reasoned| wire::OutputDetails { reasoning_tokens: reasoned.value }),
    }))
}

fn usage(usage: wire::Usage) -> Usage {
    let mut read =
        Usage::new(usage.input_tokens.unwrap_or_default(), usage.output_tokens.unwrap_or_default());
    let cached = usage.input_tokens_details.and_then(|details| details.cached_tokens);
    read.cached_input_tokens = cached.unwrap_or_default();
    let reasoning = usage.output_tokens_details.and_then(|details| details.reasoning_tokens);
    read.reasoning_tokens = reasoning.unwrap_or_default();
    read
}

mod wire {
    use serde::Deserialize;
    use serde_json::value::RawValue;

    #[derive(Deserialize)]
    pub(super) struct Response<'a> {
        pub(super) id: Option<String>,
        pub(super) model: Option<String>,
        pub(super) status: Option<String>,
        pub(super) store: Option<bool>,
        pub(super) incomplete_details: Option<Incomplete>,
        #[serde(borrow)]
        pub(super) error: Option<&'a RawValue>,
        #[serde(borrow)]
        pub(super) output: Option<&'a RawValue>,
        pub(super) usage: Option<Usage>,
    }

    #[derive(Deserialize)]
    pub(super) struct Incomplete {
        pub(super) reason: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct Item<'a> {
        #[serde(rename = "type")]
        pub(super) kind: Option<String>,
        #[serde(borrow)]
        pub(super) content: Option<&'a RawValue>,
        pub(super) call_id: Option<String>,
        pub(super) name: Option<String>,
        #[serde(borrow)]
        pub(super) arguments: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    pub(super) struct Part {
        pub(super) text: Option<String>,
        pub(super) refusal: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct Usage {
        pub(super) input_tokens: Option<u64>,
        pub(super) output_tokens: Option<u64>,
        pub(super) input_tokens_details: Option<InputDetails>,
        pub(super) output_tokens_details: Option<OutputDetails>,
    }

    #[derive(Deserialize)]
    pub(super) struct InputDetails {
        pub(super) cached_tokens: Option<u64>,
    }

    #[derive(Deserialize)]
    pub(super) struct OutputDetails {
        pub(super) reasoning_tokens: Option<u64>,
    }
}
