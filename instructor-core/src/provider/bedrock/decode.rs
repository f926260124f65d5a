//! An output of Converse as a reply.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::provider::{ProviderError, ProviderErrorKind as Kind, failure, turns};
use crate::reply::{Call, Choice, Reply, Stop, Usage};
use crate::transport::HttpResponse;

const WHAT: &str = "an output of Converse";

/// Reads a response; an error in it is shown without the key.
pub(super) fn reply(response: &HttpResponse, key: &str) -> Result<Reply, ProviderError> {
    if !response.status.is_success() {
        return Err(error(response, key));
    }
    let body = &response.body;
    let converse: wire::Converse<'_> = failure::parts(body, WHAT)?;
    let content = converse.output.and_then(|output| output.message?.content);
    let Some(content) = content else {
        return Err(failure::invalid(WHAT, "it has no content"));
    };
    let mut choice =
        blocks(content).map_err(|_| failure::invalid(WHAT, "a part of it has the wrong type"))?;
    choice.stop = stop(converse.stop_reason.as_deref());
    let mut reply = Reply::new(vec![choice], body.clone());
    let id = response.headers.get("x-amzn-requestid").and_then(|id| id.to_str().ok());
    reply.id = id.map(str::to_owned);
    reply.usage = converse.usage.as_ref().map(usage);
    Ok(reply)
}

/// The texts and calls; reasoning stays in the native form only.
fn blocks(content: &RawValue) -> serde_json::Result<Choice> {
    let blocks: Vec<wire::Block<'_>> = serde_json::from_str(content.get())?;
    let mut choice = Choice::default();
    let mut text = String::new();
    let mut anonymous = false;
    let is_empty = blocks.is_empty();
    for block in blocks {
        text.push_str(&block.text.unwrap_or_default());
        let Some(call) = block.tool_use else { continue };
        let id = call.id.filter(|id| !id.is_empty());
        anonymous |= id.is_none();
        choice.calls.push(Call {
            id: id.unwrap_or_else(|| format!("call_0_{}", choice.calls.len())),
            name: call.name.unwrap_or_default(),
            arguments: turns::arguments(call.input),
        });
    }
    choice.content = Some(text).filter(|text| !text.is_empty());
    // A result could not name a call without an id.
    choice.native = (!is_empty && !anonymous).then(|| content.get().into());
    Ok(choice)
}

fn stop(reason: Option<&str>) -> Stop {
    match reason {
        None | Some("") => Stop::Unknown,
        Some("end_turn" | "stop_sequence") => Stop::End,
        Some("tool_use") => Stop::ToolCalls,
        Some("max_tokens" | "model_context_window_exceeded") => Stop::Length,
        Some("guardrail_intervened" | "content_filtered" | "refusal") => Stop::ContentFilter,
        Some(other) => Stop::Other(other.to_owned()),
    }
}

/// What was read from the cache or written to it is counted apart.
fn usage(usage: &wire::Usage) -> Usage {
    let cached = usage.cache_read.unwrap_or_default();
    let input = usage.input.unwrap_or_default();
    let written = usage.cache_write.unwrap_or_default();
    let mut read = Usage::new(
        input.saturating_add(cached).saturating_add(written),
        usage.output.unwrap_or_default(),
    );
    read.cached_input_tokens = cached;
    read
}

/// The error of a response whose status says so. Its name stands in a header or in the body.
fn error(response: &HttpResponse, key: &str) -> ProviderError {
    let header = response.headers.get("x-amzn-errortype").and_then(|name| name.to_str().ok());
    let mut body: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    let written = body.get("__type").and_then(Value::as_str);
    let name = header.or(written).map(|name| {
        // `ValidationException:http://…`, `com.amazon.coral.service#AccessDeniedException`
        let name = name.split(':').next().unwrap_or_default();
        name.rsplit('#').next().unwrap_or_default().trim().to_owned()
    });
    let Some(name) = name else { return failure::classify(response, key, kind) };
    let message = ["message", "Message"].iter().find_map(|key| body.get(key)?.as_str());
    body =
        serde_json::json!({ "message": message.map_or(&*name, without_request), "__type": name });
    let named = HttpResponse { body: body.to_string().into(), ..response.clone() };
    failure::classify(&named, key, kind)
}

/// A wrong signature is answered with a copy of what should have been signed, tokens included.
fn without_request(message: &str) -> &str {
    let copies = ["The Canonical String", "Authorization="];
    let end = copies.iter().filter_map(|copy| message.find(copy)).min();
    message[..end.unwrap_or(message.len())].trim()
}

/// The kind of an error by its name.
fn kind(status: u16, error: &Value) -> Option<Kind> {
    let word = |key| error.get(key).and_then(Value::as_str).unwrap_or_default();
    let says = |words| word("message").contains(words);
    Some(match word("__type") {
        "ThrottlingException" | "TooManyRequestsException" if says("tokens per day") => {
            Kind::QuotaExhausted
        }
        "ThrottlingException" | "TooManyRequestsException" => Kind::RateLimited,
        "ServiceQuotaExceededException" => Kind::QuotaExhausted,
        "AccessDeniedException" if says("API Key is valid") => Kind::Authentication,
        "AccessDeniedException" => Kind::PermissionDenied,
        "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "ExpiredTokenException"
        | "MissingAuthenticationTokenException"
        | "InvalidClientTokenId" => Kind::Authentication,
        "ResourceNotFoundException" => Kind::NotFound,
        "ValidationException" | "SerializationException" => Kind::BadRequest,
        "ModelNotReadyException"
        | "ModelTimeoutException"
        | "ModelErrorException"
        | "InternalServerException"
        | "ServiceUnavailableException" => Kind::Unavailable(status),
        _ => return None,
    })
}

mod wire {
    use serde::Deserialize;
    use serde_json::value::RawValue;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Converse<'a> {
        #[serde(borrow)]
        pub(super) output: Option<Output<'a>>,
        pub(super) stop_reason: Option<String>,
        pub(super) usage: Option<Usage>,
    }

    #[derive(Deserialize)]
    pub(super) struct Output<'a> {
        #[serde(borrow)]
        pub(super) message: Option<Message<'a>>,
    }

    #[derive(Deserialize)]
    pub(super) struct Message<'a> {
        #[serde(borrow)]
        pub(super) content: Option<&'a RawValue>,
    }

    /// Other kinds of blocks have neither.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Block<'a> {
        pub(super) text: Option<String>,
        #[serde(borrow)]
        pub(super) tool_use: Option<ToolUse<'a>>,
    }

    #[derive(Deserialize)]
    pub(super) struct ToolUse<'a> {
        #[serde(rename = "toolUseId")]
        pub(super) id: Option<String>,
        pub(super) name: Option<String>,
        #[serde(borrow)]
        pub(super) input: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    pub(super) struct Usage {
        #[serde(rename = "inputTokens")]
        pub(super) input: Option<u64>,
        #[serde(rename = "outputTokens")]
        pub(super) output: Option<u64>,
        #[serde(rename = "cacheReadInputTokens")]
        pub(super) cache_read: Option<u64>,
        #[serde(rename = "cacheWriteInputTokens")]
        pub(super) cache_write: Option<u64>,
    }
}
