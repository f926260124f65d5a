//! Why a call of a batch API failed, and what that means for a job that was to be created.

use std::fmt;
use std::path::Path;

use instructor_core::Advice;
use instructor_core::provider::{Provider, ProviderError, ProviderErrorKind};
use instructor_core::transport::{HttpResponse, TransportError};
use serde_json::Value;

use super::{JobError, SubmitError, told};

/// A call failed.
pub(super) enum CallError {
    /// The service answered that it will not.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The service's code.
        code: Option<String>,
        /// What it means.
        error: ProviderError,
    },
    /// No answer came.
    Silent(TransportError),
    /// An answer of success came that says nothing.
    Unreadable(String),
    /// A file of this machine cannot be read or written.
    File {
        /// The file.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
}

/// What the services say where too much waits already.
const FULL: &[&str] = &[
    "token_limit_exceeded",
    "too_many_tasks",
    "enqueued",
    "batch_limit",
    "too many batch",
    "concurrent batch",
    "processing queue",
    "queue is full",
    "queued",
];

/// What the services say of a file that they have, but do not find yet.
const UNSEEN: &[&str] =
    &["cannot find", "not found", "no such file", "does not exist", "not exist"];

impl CallError {
    /// The error in a response whose status says so.
    pub(super) fn refused(wire: &dyn Provider, response: &HttpResponse) -> Self {
        let status = response.status.as_u16();
        let silent = "the service answers a call of its batch API as if it were a single request";
        let error = wire.decode(response).err().unwrap_or_else(|| {
            ProviderError::new(ProviderErrorKind::InvalidReply, silent, Advice::Never)
        });
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let code = told::error(body.get("error").unwrap_or(&body)).and_then(|error| error.code);
        Self::Refused { status, code, error }
    }

    /// A file cannot be read or written.
    pub(super) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), source }
    }

    /// Whether another try may help.
    pub(super) fn advice(&self) -> Advice {
        match self {
            Self::Refused { error, .. } => error.advice,
            Self::Silent(error) => error.advice(),
            Self::Unreadable(_) | Self::File { .. } => Advice::Never,
        }
    }

    /// Whether it may be that what is asked for is only not there yet.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, .. } => matches!(status, 404 | 409 | 425 | 500..),
            Self::Silent(error) => error.advice() != Advice::Never,
            Self::Unreadable(_) | Self::File { .. } => false,
        }
    }

    /// Whether a job may have been over already when it was to be cancelled.
    pub(super) fn may_be_over(&self) -> bool {
        matches!(self, Self::Refused { status: 400 | 409 | 412 | 422, .. })
    }

    /// Whether a job was refused because its file, just uploaded, is not seen everywhere yet.
    pub(super) fn is_unseen_file(&self) -> bool {
        let Self::Refused { status: 400 | 404 | 422, error, .. } = self else {
            return false;
        };
        let message = error.message.to_ascii_lowercase();
        message.contains("file") && UNSEEN.iter().any(|words| message.contains(words))
    }

    /// The error of a call about `what`.
    pub(super) fn about(self, what: impl fmt::Display) -> JobError {
        match self {
            Self::Refused { status: 404 | 410, error, .. } => {
                JobError::NotFound { what: what.to_string(), message: error.message }
            }
            Self::Refused { error, .. } => JobError::Failed {
                kind: Some(error.kind),
                message: error.message,
                advice: error.advice,
            },
            Self::Silent(error) => {
                let way_out = match error {
                    TransportError::Unreachable { .. } => ": check the network and the base URL",
                    TransportError::Timeout => ": raise the client's `timeout`",
                    _ => "",
                };
                let (message, advice) = (format!("{error}{way_out}"), error.advice());
                JobError::Failed { kind: None, message, advice }
            }
            Self::Unreadable(problem) => JobError::Invalid(problem),
            Self::File { path, source } => JobError::File { path, source },
        }
    }

    /// What it means that the call which creates a job failed like this.
    pub(super) fn of_create(self) -> SubmitError {
        match &self {
            Self::Refused { status: 500.., .. }
            | Self::Unreadable(_)
            | Self::Silent(
                TransportError::Timeout
                | TransportError::Interrupted(_)
                | TransportError::TooLarge { .. },
            ) => SubmitError::Unknown(self.about("the job")),
            Self::Refused { .. } if self.is_full() => SubmitError::Full(self.about("the file")),
            Self::Silent(
                TransportError::Unreachable { .. }
                | TransportError::Invalid(_)
                | TransportError::File(_),
            )
            | Self::Refused { .. }
            | Self::File { .. } => SubmitError::Refused(self.about("the file or the model")),
            // What is not known to be unsent may have been sent.
            Self::Silent(_) => SubmitError::Unknown(self.about("the job")),
        }
    }

    fn is_full(&self) -> bool {
        let Self::Refused { status: 400..=499, code, error } = self else { return false };
        if error.kind == ProviderErrorKind::QuotaExhausted {
            return false;
        }
        let said = format!("{} {}", code.as_deref().unwrap_or_default(), error.message);
        let said = said.to_ascii_lowercase();
        FULL.iter().any(|words| said.contains(words))
    }
}

/// A job cannot be created, and nothing was sent that could have created it.
pub(super) fn unsent(error: CallError) -> SubmitError {
    SubmitError::Refused(error.about("the address for files"))
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, error, .. } => write!(f, "status {status}: {error}"),
            Self::Silent(error) => error.fmt(f),
            Self::Unreadable(problem) => f.write_str(problem),
            Self::File { path, source } => write!(f, "{path}: {source}"),
        }
    }
}
