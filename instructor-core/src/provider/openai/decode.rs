//! A chat completion as a reply, tolerant of what compatible services leave out.

use http::StatusCode;
use serde_json::Value;

use super::native;
use crate::cursor::Cursor;
use crate::provider::glance::{Once, inner};
use crate::provider::{ProviderError, ProviderErrorKind, failure};
use crate::reply::{Call, Choice, Reply, Stop, Usage};
use crate::transport::HttpResponse;

/// Reads a response; an error in it is shown without the key.
pub(super) fn reply(response: &HttpResponse, key: &str) -> Result<Reply, ProviderError> {
    const WHAT: &str = "a chat completion";
    if let Some(reply) = unread(response) {
        return Ok(reply);
    }
    failure::check(response, key, kind)?;
    let body = &response.body;
    let completion: wire::Completion<'_> = failure::parts(body, WHAT)?;
    // Gateways report errors of the service behind them with status 200.
    if let Some(error) = completion.error {
        return Err(failure::classify_within(response, error.get(), key, kind));
    }
    let choices = completion.choices.unwrap_or_default();
    if let Some(error) = choices.first().and_then(|choice| choice.error) {
        return Err(failure::classify_within(response, error.get(), key, kind));
    }
    let choices: Result<Vec<_>, _> =
        choices.into_iter().enumerate().map(|(i, each)| choice(i, each, body)).collect();
    let choices = choices.map_err(|_| failure::invalid(WHAT, "a part of it has the wrong type"))?;
    if choices.is_empty() {
        return Err(failure::invalid(WHAT, "it has no choices"));
    }
    let mut reply = Reply::new(choices, body.clone());
    reply.id = completion.id;
    reply.model = completion.model;
    reply.usage = completion.usage.map(usage);
    Ok(reply)
}

/// The answer in an error that says that the service could not read it: Groq sends status 400 with
/// `failed_generation`. The model can be asked for a better one.
fn unread(response: &HttpResponse) -> Option<Reply> {
    if response.status != StatusCode::BAD_REQUEST {
        return None;
    }
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    let answer = body["error"]["failed_generation"].as_str().filter(|text| !text.is_empty())?;
    let choice = Choice { content: Some(answer.to_owned()), ..Choice::default() };
    Some(Reply::new(vec![choice], response.body.clone()))
}

/// What the error object says more exactly than the status and `OpenAI`'s words.
fn kind(status: u16, error: &Value) -> Option<ProviderErrorKind> {
    // Azure's filter, where the outer code is missing or general.
    let inner = ["innererror", "inner_error"].iter().find_map(|key| error.get(key));
    let code = inner.and_then(|inner| inner.get("code")?.as_str()).unwrap_or_default();
    (status == 400 && code.eq_ignore_ascii_case("ResponsibleAIPolicyViolation"))
        .then_some(ProviderErrorKind::ContentFiltered)
}

/// The answer of this number; its words are looked up in the body where they must be kept.
fn choice(number: usize, choice: wire::Choice<'_>, body: &[u8]) -> serde_json::Result<Choice> {
    let mut read = Choice { stop: stop(choice.finish_reason), ..Choice::default() };
    let Some(message) = choice.message else { return Ok(read) };
    if let Some(content) = message.content {
        let (text, refusal) = content_of(content.get())?;
        read.content = non_empty(text);
        read.refusal = non_empty(refusal);
    }
    read.refusal = message.refusal.and_then(non_empty).or(read.refusal);
    let calls = message.tool_calls.unwrap_or_default().into_iter();
    let mut signed = false;
    let modern = calls.filter_map(|call| {
        signed |= call.extra_content.is_some();
        call.function.map(|function| (call.id, function))
    });
    let legacy = message.function_call.map(|function| (None, function));
    for (i, (id, function)) in modern.chain(legacy).enumerate() {
        read.calls.push(Call {
            id: id.and_then(non_empty).unwrap_or_else(|| format!("call_{number}_{i}")),
            name: function.name.unwrap_or_default(),
            arguments: function.arguments.map_or(Ok(String::new()), |raw| text(raw.get()))?,
        });
    }
    let thought = message.reasoning_content.is_some() && !read.calls.is_empty();
    let chunks = message.content.is_some_and(|content| native::has_thinking(content.get()));
    if signed || thought || chunks || message.reasoning_details.is_some() {
        read.native = native::message(body, number, &read.calls);
    }
    Ok(read)
}

/// The text of a string; of anything else, its JSON: some services send arguments as an object.
fn text(json: &str) -> serde_json::Result<String> {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json),
        Some(b'n') => Ok(String::new()),
        _ => Ok(json.to_owned()),
    }
}

/// The text and the refusal in a content, which is a string or a list of parts.
fn content_of(json: &str) -> serde_json::Result<(String, String)> {
    if !json.starts_with('[') {
        return Ok((text(json)?, String::new()));
    }
    let (mut content, mut refusal) = (String::new(), String::new());
    for part in serde_json::from_str::<Vec<wire::Part>>(json)? {
        content.push_str(&part.text.unwrap_or_default());
        refusal.push_str(&part.refusal.unwrap_or_default());
    }
    Ok((content, refusal))
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn stop(reason: Option<String>) -> Stop {
    match reason.as_deref() {
        None | Some("") => Stop::Unknown,
        Some("stop") => Stop::End,
        Some("tool_calls" | "function_call") => Stop::ToolCalls,
        Some("length") => Stop::Length,
        Some("content_filter") => Stop::ContentFilter,
        Some(_) => Stop::Other(reason.unwrap_or_default()),
    }
}

/// The tokens in the property that counts them.
pub(super) fn usage_at(at: &mut Cursor<'_>) -> Option<Usage> {
    let [mut prompt, mut completion, mut total, mut hit, mut place, mut reasoning]: [Once<u64>; 6] =
        Default::default();
    let [mut cached, mut reasoned]: [Once<Once<u64>>; 2] = Default::default();
    at.object(|at, name| match name {
        b"prompt_tokens" => prompt.read(at, Cursor::count),
        b"completion_tokens" => completion.read(at, Cursor::count),
        b"total_tokens" => total.read(at, Cursor::count),
        b"prompt_tokens_details" | b"prompt_token_details" => {
            cached.read(at, |at| inner(at, b"cached_tokens"))
        }
        b"completion_tokens_details" | b"completion_token_details" => {
            reasoned.read(at, |at| inner(at, b"reasoning_tokens"))
        }
        b"prompt_cache_hit_tokens" => hit.read(at, Cursor::count),
        b"cached_tokens" => place.read(at, Cursor::count),
        b"reasoning_tokens" => reasoning.read(at, Cursor::count),
        _ => at.skip(),
    })?;
    Some(usage(wire::Usage {
        prompt_tokens: prompt.value,
        completion_tokens: completion.value,
        total_tokens: total.value,
        prompt_tokens_details: cached
            .value
            .map(|cached| wire::PromptDetails { cached_tokens: cached.value }),
        completion_tokens_details: reasoned
            .value
            .map(|reasoned| wire::CompletionDetails { reasoning_tokens: reasoned.value }),
        prompt_cache_hit_tokens: hit.value,
        cached_tokens: place.value,
        reasoning_tokens: reasoning.value,
    }))
}

fn usage(usage: wire::Usage) -> Usage {
    let input = usage.prompt_tokens.unwrap_or_default();
    let mut output = usage.completion_tokens.unwrap_or_default();
    let details = usage.completion_tokens_details.and_then(|details| details.reasoning_tokens);
    let reasoning = details.or(usage.reasoning_tokens).unwrap_or_default();
    // Some services count reasoning apart from the answer; the total tells.
    let apart = input.saturating_add(output).saturating_add(reasoning);
    if reasoning > output || usage.total_tokens == Some(apart) {
        output = output.saturating_add(reasoning);
    }
    let cached = usage.prompt_tokens_details.and_then(|details| details.cached_tokens);
    let cached = cached.or(usage.prompt_cache_hit_tokens).or(usage.cached_tokens);
    let mut read = Usage::new(input, output);
    read.cached_input_tokens = cached.unwrap_or_default();
    read.reasoning_tokens = reasoning;
    read
}

mod wire {
    use serde::Deserialize;
    use serde::de::IgnoredAny;
    use serde_json::value::RawValue;

    #[derive(Deserialize)]
    pub(super) struct Completion<'a> {
        pub(super) id: Option<String>,
        pub(super) model: Option<String>,
        #[serde(borrow)]
        pub(super) choices: Option<Vec<Choice<'a>>>,
        pub(super) usage: Option<Usage>,
        #[serde(borrow)]
        pub(super) error: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    pub(super) struct Choice<'a> {
        #[serde(borrow)]
        pub(super) message: Option<Message<'a>>,
        pub(super) finish_reason: Option<String>,
        #[serde(borrow)]
        pub(super) error: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    pub(super) struct Message<'a> {
        #[serde(borrow)]
        pub(super) content: Option<&'a RawValue>,
        pub(super) refusal: Option<String>,
        #[serde(borrow)]
        pub(super) tool_calls: Option<Vec<ToolCall<'a>>>,
        #[serde(borrow)]
        pub(super) function_call: Option<Function<'a>>,
        pub(super) reasoning_content: Option<IgnoredAny>,
        pub(super) reasoning_details: Option<IgnoredAny>,
    }

    #[derive(Deserialize)]
    pub(super) struct Part {
        pub(super) text: Option<String>,
        pub(super) refusal: Option<String>,
    }

    #[derive(Deserialize)]
    pub(super) struct ToolCall<'a> {
        pub(super) id: Option<String>,
        #[serde(borrow)]
        pub(super) function: Option<Function<'a>>,
        /// Where Gemini's compatible endpoint keeps the signature of a thought.
        pub(super) extra_content: Option<IgnoredAny>,
    }

    #[derive(Deserialize)]
    pub(super) struct Function<'a> {
        pub(super) name: Option<String>,
        #[serde(borrow)]
        pub(super) arguments: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    pub(super) struct Usage {
        pub(super) prompt_tokens: Option<u64>,
        pub(super) completion_tokens: Option<u64>,
        pub(super) total_tokens: Option<u64>,
        #[serde(alias = "prompt_token_details")]
        pub(super) prompt_tokens_details: Option<PromptDetails>,
        #[serde(alias = "completion_token_details")]
        pub(super) completion_tokens_details: Option<CompletionDetails>,
        /// `DeepSeek`'s word.
        pub(super) prompt_cache_hit_tokens: Option<u64>,
        /// Moonshot's place.
        pub(super) cached_tokens: Option<u64>,
        /// Perplexity's place.
        pub(super) reasoning_tokens: Option<u64>,
    }

    #[derive(Deserialize)]
    pub(super) struct PromptDetails {
        pub(super) cached_tokens: Option<u64>,
    }

    #[derive(Deserialize)]
    pub(super) struct CompletionDetails {
        pub(super) reasoning_tokens: Option<u64>,
    }
}
