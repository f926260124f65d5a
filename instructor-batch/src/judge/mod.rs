//! What one line of a result file is worth.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::{HeaderMap, StatusCode};
use instructor_core::provider::{Provider, ProviderError, ProviderErrorKind, Service, Setup};
use instructor_core::reply::Reply;
use instructor_core::transport::HttpResponse;
use instructor_core::{
    Advice, Conversation, Error, Extract, Form, Glanced, Judged, Mode, Rejection, Usage,
};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::line::{End, Envelope, Opened, Plain};
use crate::results::{BatchError, BatchErrorKind, BatchResult, BatchSuccess};

mod wait;

/// Reads the lines of one envelope as values of one type. It can be shared between threads.
#[derive(Debug)]
pub(crate) struct Judge<T> {
    envelope: &'static Envelope,
    /// At least one.
    forms: Vec<Form<T>>,
    /// The one that read the last plain answer.
    usual: AtomicUsize,
}

impl<T: Extract + Send + Sync> Judge<T> {
    /// Reads lines that were asked for with a form.
    pub(crate) fn new(envelope: &'static Envelope, form: Form<T>) -> Self {
        Self { envelope, forms: vec![form], usual: AtomicUsize::new(0) }
    }

    /// Reads lines that were asked for in a mode, or in any.
    ///
    /// # Errors
    /// If no service with this envelope has the mode, or can express the type in it.
    pub(crate) fn of(envelope: &'static Envelope, mode: Option<Mode>) -> Result<Self, Error> {
        let mut forms = Vec::new();
        let mut problem = None;
        for service in [Some(envelope.service), envelope.responses].into_iter().flatten() {
            let provider = match connected(service) {
                Ok(provider) => provider,
                Err(error) => {
                    problem.get_or_insert(error);
                    continue;
                }
            };
            let known = forms.len();
            let usual = std::iter::once(mode);
            let others = provider.modes().iter().copied().map(Some).filter(|_| mode.is_none());
            for mode in usual.chain(others) {
                let first: Option<&Form<T>> = forms.get(known);
                // Several calls in one answer are a type of their own, which has no other mode.
                if first.is_some_and(|first| {
                    Some(first.mode()) == mode
                        || [first.mode(), mode.unwrap_or_default()].contains(&Mode::Parallel)
                }) {
                    continue;
                }
                match Form::reading(std::sync::Arc::clone(&provider), mode) {
                    Ok(form) => forms.push(form),
                    Err(error) => {
                        problem.get_or_insert(error);
                    }
                }
            }
        }
        match problem {
            Some(error) if forms.is_empty() => Err(error),
            _ => Ok(Self { envelope, forms, usual: AtomicUsize::new(0) }),
        }
    }

    /// Opens a line of this number.
    ///
    /// # Errors
    /// If it is no line of a result file, or names no id.
    pub(crate) fn open<'a>(&self, line: &'a [u8], number: u64) -> BatchResultOf<Opened<'a>> {
        let Some(opened) = self.envelope.open(line) else {
            return Err(unparsable("", line, Some(number)));
        };
        if opened.id.is_none() {
            let mut error = unparsable("", line, Some(number));
            error.message = format!("the line names no id: it has no `{}`", self.envelope.id);
            return Err(error);
        }
        Ok(opened)
    }

    /// Reads a line of this number without the text that was asked about.
    pub(crate) fn read(&self, line: &[u8], number: u64) -> BatchResult<T> {
        // Most lines are plain, and then nothing is read twice.
        let plain = self.envelope.plain(line);
        if let Some(Plain { id, body }) = &plain
            && let Some(glanced) = self.usual().and_then(|form| form.glance(body))
        {
            return Ok(success(id.clone().into_owned(), glanced));
        }
        let Opened { id, end } = self.open(line, number)?;
        let id = id.unwrap_or_default();
        let seen = matches!((&plain, &end), (Some(plain), End::Response { body, .. }) if body.len() == plain.body.len());
        let glanced = if seen { None } else { self.glance(&end) };
        let result = match glanced {
            Some(glanced) => Ok(success(id.into_owned(), glanced)),
            None => wait::until_ready(self.read_end(end, &id, line)),
        };
        result.map_err(|error| BatchError { line: Some(number), ..error })
    }

    fn usual(&self) -> Option<&Form<T>> {
        self.forms.get(self.usual.load(Ordering::Relaxed))
    }

    /// The plain answer in a response, if it is right whatever the text was.
    pub(crate) fn glance(&self, end: &End<'_>) -> Option<Glanced<T>> {
        match end {
            End::Response { status: 200..=299, body } => self.usual()?.glance(body),
            _ => None,
        }
    }

    /// Reads what became of the request of a conversation, which then holds a wrong answer to be
    /// asked again. `raw` is the whole line.
    pub(crate) async fn hear(
        &self,
        end: End<'_>,
        id: &str,
        raw: &[u8],
        conversation: &mut Conversation<T>,
    ) -> BatchResult<T> {
        let Some(form) = self.forms.first() else { return Err(unparsable(id, raw, None)) };
        let reply = decoded(form.provider().as_ref(), end, id, raw)?;
        worth(conversation.hear(&reply).await, &reply, id, raw)
    }

    /// The same without a text, with every form that may have asked.
    async fn read_end(&self, end: End<'_>, id: &str, raw: &[u8]) -> BatchResult<T> {
        let service = match &end {
            End::Response { body, .. } => self.envelope.service_of(body),
            _ => self.envelope.service,
        };
        let of_service = |form: &&Form<T>| form.provider().name() == service;
        let asker = self.forms.iter().find(of_service).or(self.forms.first());
        let Some(asker) = asker else { return Err(unparsable(id, raw, None)) };
        let reply = decoded(asker.provider().as_ref(), end, id, raw)?;
        let calls = reply.choices.iter().any(|choice| !choice.calls.is_empty());
        let mut best: Option<(bool, Judged<T>)> = None;
        for (number, form) in self.forms.iter().enumerate() {
            if form.provider().name() != asker.provider().name()
                || form.mode().uses_tools() != calls
            {
                continue;
            }
            // What is exact in one mode may look as if it could be mended in another.
            let judged = form.ask_with([]).hear(&reply).await;
            let valid = match &judged {
                Judged::Valid { repairs, .. } if repairs.is_empty() => {
                    self.usual.store(number, Ordering::Relaxed);
                    return worth(judged, &reply, id, raw);
                }
                Judged::Valid { .. } => true,
                Judged::Rejected(rejection) if fits(rejection) => {
                    return worth(judged, &reply, id, raw);
                }
                Judged::Rejected(_) => false,
                _ => return worth(judged, &reply, id, raw),
            };
            if best.as_ref().is_none_or(|(known, _)| valid && !known) {
                best = Some((valid, judged));
            }
        }
        let judged = match best {
            Some((_, judged)) => judged,
            None => asker.ask_with([]).hear(&reply).await,
        };
        worth(judged, &reply, id, raw)
    }
}

type BatchResultOf<T> = Result<T, BatchError>;

/// Whether the answer is of the right form, and only breaks validators: no other mode would read it
/// differently.
fn fits(rejection: &Rejection) -> bool {
    const FORM: [&str; 8] =
        ["type", "required", "unknown", "variant", "duplicate", "syntax", "value", "tool"];
    rejection.violations().iter().all(|violation| !FORM.contains(&violation.rule))
}

/// A service that only reads, without a key.
fn connected(name: &str) -> Result<std::sync::Arc<dyn Provider>, Error> {
    let Some(service) = Service::find(name) else {
        return Err(Error::Configuration(format!("there is no service `{name}`")));
    };
    let setup = Setup { key: None, base_url: None, headers: HeaderMap::new(), variable: &|_| None };
    (service.connect)(service, setup)
        .map_err(|error| Error::Configuration(format!("`{name}` cannot be read: {error}")))
}

pub(crate) fn success<T>(custom_id: String, glanced: Glanced<T>) -> BatchSuccess<T> {
    BatchSuccess {
        custom_id,
        result: glanced.value,
        usage: glanced.usage,
        model: glanced.model,
        finish: glanced.stop,
        repairs: Vec::new(),
    }
}

/// The reply in a response; without one, why.
fn decoded(provider: &dyn Provider, end: End<'_>, id: &str, raw: &[u8]) -> BatchResultOf<Reply> {
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
fn worth<T>(judged: Judged<T>, reply: &Reply, id: &str, raw: &[u8]) -> BatchResult<T> {
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
        Ok(_) => "the line is none of a result file",
    };
    BatchError { line: number, ..error(id, BatchErrorKind::Unparsable, message, raw) }
}

fn error(id: &str, kind: BatchErrorKind, message: impl Into<String>, raw: &[u8]) -> BatchError {
    let raw = String::from_utf8_lossy(raw).into_owned();
    BatchError { raw, ..BatchError::new(id, kind, message) }
}
