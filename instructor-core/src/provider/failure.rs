//! What an error of the service means, and whether another try helps.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use serde::Deserialize;
use serde_json::Value;
use serde_json::error::Category;

use super::{ProviderError, ProviderErrorKind as Kind};
use crate::advice::Advice;
use crate::transport::HttpResponse;

/// What a wire format knows better than the status: the kind of an error object.
pub(super) type Kinds = fn(u16, &Value) -> Option<Kind>;

/// Refuses a response whose status says that it is an error.
pub(super) fn check(response: &HttpResponse, key: &str, kinds: Kinds) -> Result<(), ProviderError> {
    if response.status.is_success() { Ok(()) } else { Err(classify(response, key, kinds)) }
}

/// The error of a response whose status says so. The error object is `error` in the body, or the
/// body itself.
pub(super) fn classify(response: &HttpResponse, key: &str, kinds: Kinds) -> ProviderError {
    let body = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    let error = body.get("error").unwrap_or(&body);
    let message = without(key, message(error, &response.body));
    let failed = judge(response.status.as_u16(), error, &message, &response.headers, kinds);
    match without_words(response, &message, failed.kind) {
        Some(message) => ProviderError::new(failed.kind, &message, failed.advice),
        None => failed,
    }
}

/// The error object in a response whose status says that all is well; its code may be a status.
pub(super) fn classify_within(
    response: &HttpResponse,
    error: &str,
    key: &str,
    kinds: Kinds,
) -> ProviderError {
    let error: Value = serde_json::from_str(error).unwrap_or(Value::Null);
    let code = match &error["code"] {
        Value::String(code) => code.parse().ok(),
        code => code.as_u64().and_then(|code| u16::try_from(code).ok()),
    };
    let code = code.filter(|code| (400..600).contains(code));
    let message = Some(message(&error, b"")).filter(|message| !message.is_empty());
    let message = without(key, message.unwrap_or_else(|| SILENT.to_owned()));
    let status = code.unwrap_or(BAD_GATEWAY);
    let mut failed = judge(status, &error, &message, &response.headers, kinds);
    // A status that nobody sent is not shown.
    if code.is_none() && failed.kind == Kind::Unavailable(BAD_GATEWAY) {
        failed.kind = Kind::Unavailable(response.status.as_u16());
    }
    failed
}

/// What an error without a status of its own is taken for.
const BAD_GATEWAY: u16 = 502;

/// Stands for a message that is missing.
const SILENT: &str = "it does not say why";

/// What is said of a response that holds no words of the service.
fn without_words(response: &HttpResponse, message: &str, kind: Kind) -> Option<String> {
    let status = match kind {
        // It is shown beside the message.
        Kind::Unavailable(_) => String::new(),
        _ => format!(" with status {}", response.status.as_u16()),
    };
    if response.status.is_redirection() {
        return Some(format!("it redirects elsewhere{status}; set `base_url` to where it is"));
    }
    if is_page(&response.body) {
        return Some(format!(
            "a web page{status} came instead of an answer; check the base URL or the proxy"
        ));
    }
    match (message, status.as_str()) {
        ("", "") => Some(SILENT.to_owned()),
        ("", _) => Some(format!("an empty answer{status}")),
        _ => None,
    }
}

fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Some services repeat the key they were given; one so short stands in other words too.
fn without(key: &str, message: String) -> String {
    if key.len() < 6 { message } else { message.replace(key, "***") }
}

fn judge(
    status: u16,
    error: &Value,
    message: &str,
    headers: &HeaderMap,
    kinds: Kinds,
) -> ProviderError {
    let kind = kinds(status, error).unwrap_or_else(|| usual(status, error, message));
    ProviderError::new(kind, message, advice(kind, headers, delay(error)))
}

/// The kind by `OpenAI`'s words and the status.
fn usual(status: u16, error: &Value, message: &str) -> Kind {
    let word = |key| error.get(key).and_then(Value::as_str).unwrap_or_default();
    let codes = [word("code"), word("type")];
    let is = |wanted: &[&str]| codes.iter().any(|code| wanted.contains(code));
    match status {
        // A spent quota also has status 429, and waiting does not refill it.
        402 => Kind::QuotaExhausted,
        429 if is(&["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"])
            || message.contains("exceeded your current quota") =>
        {
            Kind::QuotaExhausted
        }
        429 => Kind::RateLimited,
        401 => Kind::Authentication,
        403 => Kind::PermissionDenied,
        404 => Kind::NotFound,
        408 | 409 | 500.. => Kind::Unavailable(status),
        _ if is(&["content_filter", "content_policy_violation"]) => Kind::ContentFiltered,
        _ => Kind::BadRequest,
    }
}

/// The pause that Google's APIs write into the error: `{"details": [{"retryDelay": "31s"}]}`.
fn delay(error: &Value) -> Option<Duration> {
    let details = error.get("details")?.as_array()?;
    let told = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    Duration::try_from_secs_f64(told.strip_suffix('s')?.parse().ok()?).ok()
}

/// The service's words: `{"error": {"message"}}`, `{"error": "…"}`, `{"message"}`, `{"detail"}`, and
/// `{"detail": [{"loc", "msg"}]}`, which may stand in `message`.
fn message(error: &Value, body: &[u8]) -> String {
    let inner = error.pointer("/message/detail");
    let found = [inner, error.get("message"), error.get("detail"), Some(error)]
        .into_iter()
        .flatten()
        .find_map(|value| value.as_str().map(str::to_owned).or_else(|| details(value)));
    found.unwrap_or_else(|| {
        let start = &body[..body.len().min(64 * 1024)];
        String::from_utf8_lossy(start).trim().to_owned()
    })
}

/// What is wrong and where, without the input that is repeated beside it: "body.seed: not a number".
fn details(list: &Value) -> Option<String> {
    let details = list.as_array()?.iter().filter_map(|detail| {
        let told = detail.get("msg")?.as_str()?;
        let places = detail.get("loc").and_then(Value::as_array).into_iter().flatten();
        let places: Vec<_> = places
            .map(|place| place.as_str().map_or_else(|| place.to_string(), str::to_owned))
            .collect();
        let place = places.join(".");
        Some(if place.is_empty() { told.to_owned() } else { format!("{place}: {told}") })
    });
    let details: Vec<_> = details.collect();
    (!details.is_empty()).then(|| details.join("; "))
}

fn advice(kind: Kind, headers: &HeaderMap, delay: Option<Duration>) -> Advice {
    let told = headers.get("x-should-retry").and_then(|value| value.to_str().ok());
    let retry = match (kind, told) {
        (Kind::QuotaExhausted, _) | (_, Some("false")) => false,
        (_, Some("true")) | (Kind::RateLimited | Kind::Unavailable(_), _) => true,
        _ => false,
    };
    match (retry, pause(headers).or(delay)) {
        (false, _) => Advice::Never,
        (true, None) => Advice::Backoff,
        (true, Some(pause)) => Advice::After(pause),
    }
}

/// How long the service asks to wait: milliseconds, seconds, or until a date, which is read against
/// the date of the response, because a provider has no clock.
fn pause(headers: &HeaderMap) -> Option<Duration> {
    let header = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let seconds = |text: &str| Duration::try_from_secs_f64(text.parse().ok()?).ok();
    if let Some(pause) = header("retry-after-ms").and_then(seconds) {
        return Some(pause / 1000);
    }
    let told = header(RETRY_AFTER.as_str())?;
    seconds(told).or_else(|| {
        let date = |text| httpdate::parse_http_date(text).ok();
        let (now, then): (SystemTime, _) = (date(header(DATE.as_str())?)?, date(told)?);
        Some(then.duration_since(now).unwrap_or_default())
    })
}

/// The parts of a JSON body; `what` is what it should be, such as "a chat completion".
pub(super) fn parts<'a, T: Deserialize<'a>>(
    body: &'a [u8],
    what: &str,
) -> Result<T, ProviderError> {
    serde_json::from_slice(body).map_err(|error| {
        // Serde's own words may repeat what the model wrote.
        let problem = match error.classify() {
            Category::Data => "a part of it has the wrong type",
            Category::Eof if body.is_empty() => "the body is empty",
            _ if is_page(body) => "it is a web page; check the base URL",
            _ => "the body is no JSON",
        };
        invalid(what, problem)
    })
}

/// The body is not what it should be.
pub(super) fn invalid(what: &str, problem: &str) -> ProviderError {
    let message = format!("the service did not send {what}: {problem}");
    ProviderError::new(Kind::InvalidReply, &message, Advice::Never)
}
