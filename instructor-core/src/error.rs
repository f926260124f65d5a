//! What can go wrong when a client is asked: the small errors, composed.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::advice::Advice;
use crate::attempt::Attempts;
use crate::media::{MediaError, MediaKind};
use crate::provider::{self, ProviderError, ProviderErrorKind};
use crate::reply::Usage;
use crate::request::Mode;
use crate::schema::Unsupported;
use crate::transport::{FetchError, TransportError};
use crate::validate::Rejection;

/// No value came out. Whatever was sent before is in [`attempts`](Self::attempts).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no provider of this name.
    #[error(
        "unknown provider `{provider}`: known are {}; for any other server that speaks OpenAI's API write `compatible/model` and set `base_url`",
        Known
    )]
    UnknownProvider {
        /// The name before the `/`.
        provider: String,
    },
    /// The provider needs a key, and there is none.
    #[error("no key for `{provider}`: set the environment variable {variable}, or call `api_key`")]
    MissingKey {
        /// The provider.
        provider: String,
        /// The environment variable that holds its key.
        variable: &'static str,
    },
    /// The provider does not have the mode that is asked for.
    #[error("`{provider}` does not have the mode `{mode}`: it has {}", Modes(modes))]
    UnsupportedMode {
        /// The provider.
        provider: String,
        /// The mode that is asked for.
        mode: Mode,
        /// The modes it has, its default first.
        modes: Vec<Mode>,
    },
    /// The client or the question cannot be as it is; nothing was sent.
    #[error("{0}")]
    Configuration(String),
    /// An attachment is at an address that the service does not take, and cannot be fetched from it;
    /// nothing was sent.
    #[error(
        "the {} (attachment {number}) cannot be fetched: {reason}; pass its bytes, such as with `Media::from_path`",
        kind.name()
    )]
    Fetch {
        /// Which of all attachments, from 1.
        number: usize,
        /// What it should be.
        kind: MediaKind,
        /// Why it cannot be fetched.
        reason: FetchError,
    },
    /// The mode's JSON Schema cannot express the type; nothing was sent.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// No connection came about: nothing reached the service.
    #[error(
        "no connection to {origin}{}: check the network, the proxy and the base URL",
        Requests(attempts)
    )]
    Unreachable {
        /// Scheme, host and port, such as `http://localhost:11434`.
        origin: String,
        /// The cause.
        source: Box<dyn StdError + Send + Sync>,
        /// What was sent.
        attempts: Attempts,
    },
    /// The connection broke before the answer was complete; it may have been paid for.
    #[error("the connection broke before the answer was complete{}", Requests(attempts))]
    Interrupted {
        /// The cause.
        source: Box<dyn StdError + Send + Sync>,
        /// What was sent.
        attempts: Attempts,
    },
    /// The answer took too long.
    #[error("no answer within the time limit{}: raise `timeout`", Requests(attempts))]
    Timeout {
        /// What was sent.
        attempts: Attempts,
    },
    /// The key is missing or wrong.
    #[error("the service does not know the key: {message}")]
    Authentication {
        /// The service's words.
        message: String,
        /// What was sent.
        attempts: Attempts,
    },
    /// The key may not do this.
    #[error("the service does not permit this: {message}")]
    PermissionDenied {
        /// The service's words.
        message: String,
        /// What was sent.
        attempts: Attempts,
    },
    /// There is no such model, or no such address.
    #[error("the service does not know the model or the address: {message}")]
    NotFound {
        /// The service's words.
        message: String,
        /// What was sent.
        attempts: Attempts,
    },
    /// Too many requests or tokens in a short time.
    #[error("rate limited{}: {message}", Requests(attempts))]
    RateLimited {
        /// The service's words.
        message: String,
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
        /// What was sent.
        attempts: Attempts,
    },
    /// The money or the monthly limit is used up; waiting does not help.
    #[error("the quota is used up, check the plan and the billing: {message}")]
    QuotaExhausted {
        /// The service's words.
        message: String,
        /// What was sent.
        attempts: Attempts,
    },
    /// The service does not take the request.
    #[error("the service refuses the request: {message}")]
    BadRequest {
        /// The service's words.
        message: String,
        /// What was sent.
        attempts: Attempts,
    },
    /// The service fails at the moment.
    #[error("the service fails with status {status}{}: {message}", Requests(attempts))]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// The service's words.
        message: String,
        /// What was sent.
        attempts: Attempts,
    },
    /// The response is none of a model.
    #[error("{message}")]
    InvalidReply {
        /// What is wrong with it.
        message: String,
        /// What was sent.
        attempts: Attempts,
    },
    /// The answer reached the limit of tokens and is cut off.
    #[error("the answer is cut off: raise `max_tokens`, or ask for less at once")]
    Truncated {
        /// What was sent.
        attempts: Attempts,
    },
    /// The model does not want to answer.
    #[error("the model refused to answer")]
    Refused {
        /// The model's words.
        refusal: String,
        /// What was sent.
        attempts: Attempts,
    },
    /// The service holds the question or the answer back because of its content.
    #[error("the service's content filter held the question or the answer back")]
    ContentFiltered {
        /// What was sent.
        attempts: Attempts,
    },
    /// The last answer is wrong too, and no more may be asked for.
    #[error("the answer is wrong after {}: {rejection}", Count(attempts))]
    Rejected {
        /// What is wrong with the last answer.
        rejection: Rejection,
        /// What was sent.
        attempts: Attempts,
    },
    /// The answer is wrong, and the tokens for a better one are spent.
    #[error("the token budget of {budget} is spent after {}: {rejection}", Count(attempts))]
    TokenBudgetExceeded {
        /// The budget.
        budget: u64,
        /// The tokens spent.
        spent: u64,
        /// What is wrong with the last answer.
        rejection: Rejection,
        /// What was sent.
        attempts: Attempts,
    },
}

impl Error {
    /// What was sent before this error, the failed request included; empty if nothing was.
    pub fn attempts(&self) -> &Attempts {
        static NONE: Attempts = Attempts::NONE;
        match self {
            Self::UnknownProvider { .. }
            | Self::MissingKey { .. }
            | Self::UnsupportedMode { .. }
            | Self::Configuration(_)
            | Self::Fetch { .. }
            | Self::Unsupported(_) => &NONE,
            Self::Unreachable { attempts, .. }
            | Self::Interrupted { attempts, .. }
            | Self::Timeout { attempts }
            | Self::Authentication { attempts, .. }
            | Self::PermissionDenied { attempts, .. }
            | Self::NotFound { attempts, .. }
            | Self::RateLimited { attempts, .. }
            | Self::QuotaExhausted { attempts, .. }
            | Self::BadRequest { attempts, .. }
            | Self::Unavailable { attempts, .. }
            | Self::InvalidReply { attempts, .. }
            | Self::Truncated { attempts }
            | Self::Refused { attempts, .. }
            | Self::ContentFiltered { attempts }
            | Self::Rejected { attempts, .. }
            | Self::TokenBudgetExceeded { attempts, .. } => attempts,
        }
    }

    /// The tokens that were spent nevertheless.
    pub fn usage(&self) -> Usage {
        self.attempts().usage()
    }

    /// What is wrong with the last answer, if there was one that could be read.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected { rejection, .. } | Self::TokenBudgetExceeded { rejection, .. } => {
                Some(rejection)
            }
            _ => None,
        }
    }

    /// The kind in one word, for logs and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UnknownProvider { .. } => "unknown_provider",
            Self::MissingKey { .. } => "missing_key",
            Self::UnsupportedMode { .. } => "unsupported_mode",
            Self::Configuration(_) => "configuration",
            Self::Fetch { .. } => "fetch",
            Self::Unsupported(_) => "unsupported",
            Self::Unreachable { .. } => "unreachable",
            Self::Interrupted { .. } => "interrupted",
            Self::Timeout { .. } => "timeout",
            Self::Authentication { .. } => "authentication",
            Self::PermissionDenied { .. } => "permission_denied",
            Self::NotFound { .. } => "not_found",
            Self::RateLimited { .. } => "rate_limited",
            Self::QuotaExhausted { .. } => "quota_exhausted",
            Self::BadRequest { .. } => "bad_request",
            Self::Unavailable { .. } => "unavailable",
            Self::InvalidReply { .. } => "invalid_reply",
            Self::Truncated { .. } => "truncated",
            Self::Refused { .. } => "refused",
            Self::ContentFiltered { .. } => "content_filtered",
            Self::Rejected { .. } => "rejected",
            Self::TokenBudgetExceeded { .. } => "token_budget_exceeded",
        }
    }

    /// The error of a request that failed for good.
    pub(crate) fn failed(failure: Failure, attempts: Attempts) -> Self {
        match failure {
            Failure::Transport(error) => Self::from_transport(error, attempts),
            Failure::Provider(error) => Self::from_provider(error, attempts),
        }
    }

    fn from_transport(error: TransportError, attempts: Attempts) -> Self {
        let message = error.to_string();
        match error {
            TransportError::Timeout => Self::Timeout { attempts },
            TransportError::Unreachable { origin, source } => {
                Self::Unreachable { origin, source, attempts }
            }
            TransportError::Interrupted(source) => Self::Interrupted { source, attempts },
            TransportError::Invalid(source) => Self::Configuration(format!("{message}: {source}")),
            TransportError::File(source) => Self::Configuration(format!("{message}: {source}")),
            TransportError::TooLarge { .. } => Self::InvalidReply { message, attempts },
        }
    }

    fn from_provider(error: ProviderError, attempts: Attempts) -> Self {
        let ProviderError { kind, message, advice } = error;
        let retry_after = if let Advice::After(pause) = advice { Some(pause) } else { None };
        match kind {
            ProviderErrorKind::Encode => Self::Configuration(message),
            ProviderErrorKind::Authentication => Self::Authentication { message, attempts },
            ProviderErrorKind::PermissionDenied => Self::PermissionDenied { message, attempts },
            ProviderErrorKind::NotFound => Self::NotFound { message, attempts },
            ProviderErrorKind::RateLimited => Self::RateLimited { message, retry_after, attempts },
            ProviderErrorKind::QuotaExhausted => Self::QuotaExhausted { message, attempts },
            ProviderErrorKind::BadRequest => Self::BadRequest { message, attempts },
            ProviderErrorKind::ContentFiltered => Self::ContentFiltered { attempts },
            ProviderErrorKind::Unavailable(status) => {
                Self::Unavailable { status, message, attempts }
            }
            ProviderErrorKind::InvalidReply => Self::InvalidReply { message, attempts },
        }
    }
}

/// So that `Media::from_path(…)?` stands among questions.
impl From<MediaError> for Error {
    fn from(error: MediaError) -> Self {
        let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
        Self::Configuration(format!("{error}{cause}"))
    }
}

/// A request that failed, before it is known whether it is sent again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    Provider(#[from] ProviderError),
}

impl Failure {
    /// Whether another try may help.
    pub(crate) fn advice(&self) -> Advice {
        match self {
            Self::Transport(error) => error.advice(),
            Self::Provider(error) => error.advice,
        }
    }

    /// The kind in one word; the same as that of the error it becomes.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Transport(error) => match error {
                TransportError::Unreachable { .. } => "unreachable",
                TransportError::Interrupted(_) => "interrupted",
                TransportError::Timeout => "timeout",
                TransportError::Invalid(_) | TransportError::File(_) => "configuration",
                TransportError::TooLarge { .. } => "invalid_reply",
            },
            Self::Provider(error) => match error.kind {
                ProviderErrorKind::Encode => "configuration",
                ProviderErrorKind::Authentication => "authentication",
                ProviderErrorKind::PermissionDenied => "permission_denied",
                ProviderErrorKind::NotFound => "not_found",
                ProviderErrorKind::RateLimited => "rate_limited",
                ProviderErrorKind::QuotaExhausted => "quota_exhausted",
                ProviderErrorKind::BadRequest => "bad_request",
                ProviderErrorKind::ContentFiltered => "content_filtered",
                ProviderErrorKind::Unavailable(_) => "unavailable",
                ProviderErrorKind::InvalidReply => "invalid_reply",
            },
        }
    }
}

/// The names of the known providers.
struct Known;

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, service) in provider::services().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}`{}`", service.name)?;
        }
        Ok(())
    }
}

/// "`Tools`, `Json`".
struct Modes<'a>(&'a [Mode]);

impl fmt::Display for Modes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mode) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}`{mode}`")?;
        }
        Ok(())
    }
}

/// " after 3 requests", if the last question was sent more than once.
struct Requests<'a>(&'a Attempts);

impl fmt::Display for Requests<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.last() {
            Some(last) if last.retries > 0 => write!(f, " after {} requests", last.retries + 1),
            _ => Ok(()),
        }
    }
}

/// "1 attempt", "3 attempts".
struct Count<'a>(&'a Attempts);

impl fmt::Display for Count<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("1 attempt"),
            n => write!(f, "{n} attempts"),
        }
    }
}
