//! A response of `generateContent` as a reply.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::cursor::Cursor;
use crate::provider::glance::Once;
use crate::provider::{ProviderError, ProviderErrorKind as Kind, failure};
use crate::reply::{Call, Choice, Reply, Stop, Usage};
use crate::transport::HttpResponse;

const WHAT: &str = "an answer of Gemini";

/// Reads a response; an error in it is shown without the key.
pub(super) fn reply(response: &HttpResponse, key: &str) -> Result<Reply, ProviderError> {
    let response = &*unwrapped(response);
    failure::check(response, key, kind)?;
    let body = &response.body;
    let read: wire::Answer<'_> = failure::parts(body, WHAT)?;
    if let Some(error) = read.error {
        return Err(failure::classify_within(response, error.get(), key, kind));
    }
    let candidates = read.candidates.unwrap_or_default();
    let choices: Result<Vec<_>, _> =
        candidates.into_iter().enumerate().map(|(i, each)| choice(i, each)).collect();
    let mut choices =
        choices.map_err(|_| failure::invalid(WHAT, "a part of it has the wrong type"))?;
    if choices.is_empty() {
        let blocked = read.prompt_feedback.and_then(|feedback| feedback.block_reason).is_some();
        if !blocked && read.usage_metadata.is_none() {
            return Err(failure::invalid(WHAT, "it has no candidates"));
        }
        let stop = if blocked { Stop::ContentFilter } else { Stop::Unknown };
        choices.push(Choice { stop, ..Choice::default() });
    }
    let mut reply = Reply::new(choices, body.clone());
    reply.id = read.response_id;
    reply.model = read.model_version;
    reply.usage = read.usage_metadata.map(usage);
    Ok(reply)
}

/// Some errors arrive as a list with one element.
fn unwrapped(response: &HttpResponse) -> Cow<'_, HttpResponse> {
    match serde_json::from_slice::<Vec<&RawValue>>(&response.body).as_deref() {
        Ok([only]) => {
            let body = response.body.slice_ref(only.get().as_bytes());
            Cow::Owned(HttpResponse { body, ..response.clone() })
        }
        _ => Cow::Borrowed(response),
    }
}

/// What Google's words say better than the status.
fn kind(status: u16, error: &Value) -> Option<Kind> {
    let mut details = error["details"].as_array().into_iter().flatten();
    let wrong_key = details.any(|detail| detail["reason"] == "API_KEY_INVALID");
    let message = error["message"].as_str().unwrap_or_default();
    let spent =
        ["credits are depleted", "spending cap"].iter().any(|words| message.contains(words));
    match status {
        // A wrong key has status 400.
        _ if wrong_key => Some(Kind::Authentication),
        429 if spent => Some(Kind::QuotaExhausted),
        // Also the limit of a minute is called "your current quota".
        429 => Some(Kind::RateLimited),
        _ => None,
    }
}

fn choice(number: usize, candidate: wire::Candidate<'_>) -> serde_json::Result<Choice> {
    let mut read = Choice::default();
    if let Some(parts) = candidate.content.and_then(|content| content.parts) {
        read_parts(number, parts, &mut read)?;
    }
    read.stop = stop(candidate.finish_reason, !read.calls.is_empty());
    Ok(read)
}

fn read_parts(number: usize, json: &RawValue, read: &mut Choice) -> serde_json::Result<()> {
    let parts: Option<Vec<wire::Part<'_>>> = serde_json::from_str(json.get())?;
    let parts = parts.unwrap_or_default();
    if parts.is_empty() {
        return Ok(());
    }
    // Sent back to the letter, because parts may be signed.
    read.native = Some(Arc::from(format!(r#"{{"role":"model","parts":{json}}}"#)));
    let mut content = String::new();
    for part in parts {
        if let Some(call) = part.function_call {
            let id = call.id.filter(|id| !id.is_empty());
            read.calls.push(Call {
                id: id.unwrap_or_else(|| format!("call_{number}_{}", read.calls.len())),
                name: call.name.unwrap_or_default(),
                arguments: call.args.map_or("{}", RawValue::get).to_owned(),
            });
        }
        if part.thought != Some(true) {
            content.push_str(&part.text.unwrap_or_default());
        }
    }
    read.content = (!content.is_empty()).then_some(content);
    Ok(())
}

fn stop(reason: Option<String>, has_calls: bool) -> Stop {
    match reason.as_deref() {
        None | Some("" | "FINISH_REASON_UNSPECIFIED") => Stop::Unknown,
        Some("STOP") if has_calls => Stop::ToolCalls,
        Some("STOP") => Stop::End,
        Some("MAX_TOKENS") => Stop::Length,
        Some(
            "SAFETY"
            | "RECITATION"
            | "BLOCKLIST"
            | "PROHIBITED_CONTENT"
            | "SPII"
            | "IMAGE_SAFETY"
            | "IMAGE_PROHIBITED_CONTENT"
            | "IMAGE_RECITATION",
        ) => Stop::ContentFilter,
        // A malformed or unexpected call among them: the model can be asked again.
        Some(_) => Stop::Other(reason.unwrap_or_default()),
    }
}

/// The tokens in the property that counts them.
pub(super) fn usage_at(at: &mut Cursor<'_>) -> Option<Usage> {
    let [mut prompt, mut tools, mut candidates, mut thoughts, mut cached]: [Once<u64>; 5] =
        Default::default();
    at.object(|at, name| match name {
        b"promptTokenCount" => prompt.read(at, Cursor::count),
        b"toolUsePromptTokenCount" => tools.read(at, Cursor::count),
        b"candidatesTokenCount" => candidates.read(at, Cursor::count),
        b"thoughtsTokenCount" => thoughts.read(at, Cursor::count),
        b"cachedContentTokenCount" => cached.read(at, Cursor::count),
        _ => at.skip(),
    })?;
    Some(usage(wire::Usage {
        prompt: prompt.value,
        tool_results: tools.value,
        candidates: candidates.value,
        thoughts: thoughts.value,
        cached: cached.value,
    }))
}

fn usage(usage: wire::Usage) -> Usage {
    let sum = |a: Option<u64>, b: Option<u64>| {
        a.unwrap_or_default().saturating_add(b.unwrap_or_default())
    };
    let mut read =
        Usage::new(sum(usage.prompt, usage.tool_results), sum(usage.candidates, usage.thoughts));
    read.cached_input_tokens = usage.cached.unwrap_or_default();
    read.reasoning_tokens = usage.thoughts.unwrap_or_default();
    read
}

mod wire {
    use serde::Deserialize;
    use serde_json::value::RawValue;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Answer<'a> {
        pub(super) response_id: Option<String>,
        pub(super) model_version: Option<String>,
        #[serde(borrow)]
        pub(super) candidates: Option<Vec<Candidate<'a>>>,
        pub(super) prompt_feedback: Option<Feedback>,
        pub(super) usage_metadata: Option<Usage>,
        #[serde(borrow)]
        pub(super) error: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Feedback {
        pub(super) block_reason: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Candidate<'a> {
        #[serde(borrow)]
        pub(super) content: Option<Content<'a>>,
        pub(super) finish_reason: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct Content<'a> {
        #[serde(borrow)]
        pub(super) parts: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Part<'a> {
        pub(super) text: Option<String>,
        pub(super) thought: Option<bool>,
        #[serde(borrow)]
        pub(super) function_call: Option<FunctionCall<'a>>,
    }

    #[derive(Deserialize)]
    pub(super) struct FunctionCall<'a> {
        pub(super) id: Option<String>,
        pub(super) name: Option<String>,
        #[serde(borrow)]
        pub(super) args: Option<&'a RawValue>,
    }

    #[derive(Clone, Copy, Deserialize)]
    pub(super) struct Usage {
        #[serde(rename = "promptTokenCount")]
        pub(super) prompt: Option<u64>,
        #[serde(rename = "toolUsePromptTokenCount")]
        pub(super) tool_results: Option<u64>,
        #[serde(rename = "candidatesTokenCount")]
        pub(super) candidates: Option<u64>,
        #[serde(rename = "thoughtsTokenCount")]
        pub(super) thoughts: Option<u64>,
        #[serde(rename = "cachedContentTokenCount")]
        pub(super) cached: Option<u64>,
    }
}
