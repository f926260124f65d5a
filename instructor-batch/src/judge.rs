//! From a line of a result file to a value, or to the reason why there is none.

use std::future::Future;

use bytes::Bytes;
use futures_util::FutureExt;
use http::StatusCode;
use instructor_core::provider::ProviderErrorKind;
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Conversation, Extract, Form, Judged};

use crate::line::{End, Envelope, Opened};
use crate::results::{BatchError, BatchErrorKind, BatchResult, BatchSuccess};

/// Reads result lines of one envelope, with one form.
#[derive(Debug)]
pub(crate) struct Judge<T> {
    envelope: &'static Envelope,
    form: Form<T>,
}

impl<T: Extract + Send + Sync> Judge<T> {
    pub(crate) fn new(envelope: &'static Envelope, form: Form<T>) -> Self {
        Self { envelope, form }
    }

    pub(crate) fn form(&self) -> &Form<T> {
        &self.form
    }

    pub(crate) fn envelope(&self) -> &'static Envelope {
        self.envelope
    }

    pub(crate) fn open<'a>(&self, line: &'a [u8], number: u64) -> Result<Opened<'a>, BatchError> {
        self.envelope.open(line).ok_or_else(|| {
            let mut error = BatchError::new("", BatchErrorKind::Unparsable, "no result line");
            error.line = Some(number);
            error
        })
    }

    pub(crate) fn glance(&self, end: &End<'_>) -> Option<BatchSuccess<T>> {
        let End::Response { status: 200..=299, body } = end else { return None };
        let found = self.form.glance(body)?;
        Some(BatchSuccess {
            custom_id: String::new(),
            result: found.value,
            usage: found.usage,
            model: found.model,
            finish: found.stop,
            repairs: Vec::new(),
        })
    }

    pub(crate) async fn hear(
        &self,
        end: End<'_>,
        id: &str,
        raw: &[u8],
        conversation: &mut Conversation<T>,
    ) -> BatchResult<T> {
        let fail = |kind, message: &str, usage| {
            let mut error = BatchError::new(id, kind, message);
            error.raw = String::from_utf8_lossy(raw).into_owned();
            error.usage = usage;
            Err(error)
        };
        let (status, body) = match end {
            End::Response { status, body } => (status, body),
            End::Expired => return fail(BatchErrorKind::Expired, "expired", None),
            End::Cancelled => return fail(BatchErrorKind::Cancelled, "cancelled", None),
            End::Failed { code, message } => {
                let kind =
                    BatchErrorKind::Provider { status: 0, code, retryable: true, account: false };
                return fail(kind, &message, None);
            }
        };
        let mut response = HttpResponse::new(Bytes::from(body.into_owned()));
        response.status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        let reply = match self.form.decode(&response) {
            Ok(reply) => reply,
            Err(error) => {
                let account = matches!(
                    error.kind,
                    ProviderErrorKind::Authentication
                        | ProviderErrorKind::QuotaExhausted
                        | ProviderErrorKind::PermissionDenied
                );
                let retryable = error.advice != Advice::Never;
                let kind = BatchErrorKind::Provider { status, code: None, retryable, account };
                return fail(kind, &error.message, None);
            }
        };
        match conversation.hear(&reply).await {
            Judged::Valid { value, repairs, .. } => Ok(BatchSuccess {
                custom_id: id.to_owned(),
                result: value,
                usage: reply.usage,
                model: reply.model.clone(),
                finish: reply.stop().clone(),
                repairs,
            }),
            Judged::Rejected(rejection) => {
                let message = rejection.to_string();
                fail(BatchErrorKind::Rejected(rejection), &message, reply.usage)
            }
            Judged::Truncated => fail(BatchErrorKind::Truncated, "cut off", reply.usage),
            Judged::Refused(words) => fail(BatchErrorKind::Refused(words), "refused", reply.usage),
            _ => fail(BatchErrorKind::Filtered, "filtered", reply.usage),
        }
    }
}

pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    future.as_mut().now_or_never().unwrap_or_else(|| futures_executor(future))
}

fn futures_executor<F: Future>(future: F) -> F::Output {
    match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime.block_on(future),
        Err(_) => unreachable!(),
    }
}
