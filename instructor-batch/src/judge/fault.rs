//! What is wrong with a line, told apart.

use http::{HeaderMap, StatusCode};
use instructor_core::provider::{Provider, ProviderError, ProviderErrorKind};
use instructor_core::reply::Reply;
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Judged, Usage};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::line::{End, Envelope};
use crate::results::{BatchError, BatchErrorKind, BatchResult, BatchSuccess};

/// The reply in a response; without one, why.
pub(super) fn decoded(
    provider: &dyn Provider,
    end: End<'_>,
    id: &str,
    raw: &[u8],
) -> Result<Reply, BatchError> {
    let (status, body) = match end {
        End::Response { status, body } => (status, body),
        End::Expired => {
            let message = "its batch expired before its turn came; it can be sent again";
            return Err(error(id, BatchErrorKind::Expired, message, raw));
        }
        End::Cancelled => {
            let message = "its batch was cancelled before its turn came; it can be sent again";
            return Err(error(id, BatchErrorKind::Cancelled, message, raw));
        }
        End::Failed { code, message } => return Err(without_response(id, code, &message, raw)),
    };
    let response = HttpResponse {
        status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
        headers: HeaderMap::new(),
        body: body.into_owned().into(),
    };
    provider.decode(&response).map_err(|failed| {
        let invalid = failed.kind == ProviderErrorKind::InvalidReply;
        if invalid && !is_json(raw) {
            return unparsable(id, raw, None);
        }
        let code = code(&response.body);
        failure(id, status, code, &failed, raw)
    })
}

fn is_json(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| serde_json::from_str::<IgnoredAny>(line).is_ok())
}

/// The service's code in the body of an error.
fn code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let error = body.get("error").filter(|error| error.is_object()).unwrap_or(&body);
    let word = |name: &str| error.get(name)?.as_str().filter(|word| !word.is_empty());
    let word = ["code", "status", "type"].into_iter().find_map(word);
    word.map(str::to_owned).or_else(|| error.get("code")?.as_i64().map(|code| code.to_string()))
}

/// The service reports an error in the place of an answer.
fn failure(
    id: &str,
    status: u16,
    code: Option<String>,
    failed: &ProviderError,
    raw: &[u8],
) -> BatchError {
    use ProviderErrorKind as Kind;
    let kind = match failed.kind {
        Kind::ContentFiltered => BatchErrorKind::Filtered,
        kind => BatchErrorKind::Provider {
            status,
            code,
            retryable: failed.advice != Advice::Never,
            account: matches!(
                kind,
                Kind::Authentication | Kind::PermissionDenied | Kind::QuotaExhausted
            ),
        },
    };
    let message = match failed.kind {
        Kind::InvalidReply => failed.message.clone(),
        _ => format!("the service reports an error: {}", failed.message),
    };
    error(id, kind, message, raw)
}

/// There was no response, and nobody knows a status: a request that never got one may be sent again,
/// unless the code says that something is wrong with it or with the account.
fn without_response(id: &str, code: Option<String>, message: &str, raw: &[u8]) -> BatchError {
    let word = code.as_deref().unwrap_or_default();
    let account = matches!(
        word,
        "insufficient_quota"
            | "billing_hard_limit_reached"
            | "billing_not_active"
            | "invalid_api_key"
            | "permission_denied"
    );
    let wrong = word.starts_with("invalid_") || word.ends_with("_not_found") || account;
    let kind = BatchErrorKind::Provider { status: 0, code, retryable: !wrong, account };
    error(id, kind, format!("the service reports an error: {message}"), raw)
}

/// What an answer is worth, with the tokens that were paid for it.
pub(super) fn worth<T>(judged: Judged<T>, reply: &Reply, id: &str, raw: &[u8]) -> BatchResult<T> {
    let (kind, message) = match judged {
        Judged::Valid { value, repairs, .. } => {
            return Ok(BatchSuccess {
                custom_id: id.to_owned(),
                result: value,
                usage: reply.usage,
                model: reply.model.clone(),
                finish: reply.stop().clone(),
                repairs,
            });
        }
        Judged::Rejected(rejection) => {
            let message = format!("the answer does not fit: {rejection}");
            (BatchErrorKind::Rejected(rejection), message)
        }
        Judged::Refused(words) => {
            (BatchErrorKind::Refused(words), "the model does not want to answer".to_owned())
        }
        Judged::Filtered => {
            (BatchErrorKind::Filtered, "the service held the answer back".to_owned())
        }
        Judged::Truncated => (
            BatchErrorKind::Truncated,
            "the answer was cut off at the limit of tokens; allow more of them".to_owned(),
        ),
        _ => return Err(unparsable(id, raw, None)),
    };
    let usage: Option<Usage> = reply.usage;
    Err(BatchError { usage, ..error(id, kind, message, raw) })
}

/// The line is none of a result file.
pub(crate) fn unparsable(id: &str, raw: &[u8], number: Option<u64>) -> BatchError {
    let message = match std::str::from_utf8(raw) {
        Err(_) => "the line is not UTF-8",
        Ok(line) if serde_json::from_str::<IgnoredAny>(line).is_err() => "the line is no JSON",
        Ok(_) if Envelope::of_requests(raw).is_some() => {
            "the line is a request: read the file of results"
        }
        Ok(_) => "the line is none of a result file",
    };
    BatchError { line: number, ..error(id, BatchErrorKind::Unparsable, message, raw) }
}

fn error(id: &str, kind: BatchErrorKind, message: impl Into<String>, raw: &[u8]) -> BatchError {
    let raw = String::from_utf8_lossy(raw).into_owned();
    BatchError { raw, ..BatchError::new(id, kind, message) }
}
