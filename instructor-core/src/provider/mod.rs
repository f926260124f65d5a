//! The wire formats: pure functions between [`Request`], HTTP and [`Reply`].

use std::fmt;

use crate::advice::Advice;
use crate::reply::Reply;
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse};

mod message;
mod glance;
mod content;
mod failure;
mod endpoint;
mod body;
mod effort;
mod said;
mod service;
mod wired;
mod compatible;
mod openai;
mod responses;
mod azure;
mod turns;
mod claude;
mod anthropic;
mod bedrock;
mod gemini;
mod cohere;
mod ollama;

pub(crate) use content::must_be_fetched;
pub use content::{Content, Takes};
pub use glance::Glance;
pub use openai::{Envelope, MediaForm, OpenAi, Quirks, ReasoningForm, ToolChoice};
pub use service::{Connect, Service, Setup};

/// The name of the built-in model.
pub(crate) const OFFLINE: &str = compatible::OFFLINE.name;

/// All known services, the best known first. The last, `compatible`, is any other server that
/// speaks `OpenAI`'s chat completions: a base URL, and a key if it wants one.
pub fn services() -> impl Iterator<Item = &'static Service> {
    [
        openai::SERVICES,
        responses::SERVICES,
        azure::SERVICES,
        anthropic::SERVICES,
        bedrock::SERVICES,
        gemini::SERVICES,
        cohere::SERVICES,
        compatible::hosted::SERVICES,
        ollama::SERVICES,
        compatible::local::SERVICES,
        compatible::LAST,
    ]
    .into_iter()
    .flatten()
}

/// One wire format. It has no clock, no network and no state.
pub trait Provider: fmt::Debug + Send + Sync {
    /// The name of the service, as it stands before the `/` of `openai/gpt-4.1-mini`.
    fn name(&self) -> &str;

    /// The modes it has, its default first.
    fn modes(&self) -> &[Mode];

    /// The media that it takes beside text.
    fn content(&self) -> Content {
        Content::TEXT
    }

    /// The JSON Schema that the service takes in this mode.
    fn dialect(&self, mode: Mode) -> &'static Dialect;

    /// Writes the request.
    ///
    /// # Errors
    /// If the service has no words for it, or an extra property is one of ours.
    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError>;

    /// Reads the response.
    ///
    /// # Errors
    /// If the service reports an error, or the body is no response of a model.
    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError>;

    /// Finds the answer in the body of a successful response, if it is a plain one; otherwise, and
    /// by default, nothing: [`decode`](Self::decode) reads any. What it finds is what `decode` would.
    fn glance<'a>(&self, body: &'a [u8]) -> Option<Glance<'a>> {
        let _ = body;
        None
    }
}

/// What went wrong between us and the service, whatever the model would have said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct ProviderError {
    /// What kind of error it is.
    pub kind: ProviderErrorKind,
    /// The service's words without keys, at most 300 characters.
    pub message: String,
    /// Whether the same request may be sent again.
    pub advice: Advice,
}

impl ProviderError {
    /// An error; keys are masked in the message, and it is cut to 300 characters.
    pub fn new(kind: ProviderErrorKind, message: &str, advice: Advice) -> Self {
        Self { kind, message: message::shown(message), advice }
    }

    /// The request cannot be written, or the provider not be made; nothing was sent.
    pub fn encode(message: &str) -> Self {
        Self::new(ProviderErrorKind::Encode, message, Advice::Never)
    }
}

/// The kinds of [`ProviderError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderErrorKind {
    /// The request cannot be written; nothing was sent.
    Encode,
    /// The key is missing or wrong.
    Authentication,
    /// The key may not do this.
    PermissionDenied,
    /// There is no such model, or no such address.
    NotFound,
    /// Too many requests or tokens in a short time.
    RateLimited,
    /// The money or the monthly limit is used up.
    QuotaExhausted,
    /// The service does not take the request.
    BadRequest,
    /// The service does not let this content through.
    ContentFiltered,
    /// The service fails at the moment; the status says how.
    Unavailable(u16),
    /// The body is no response of a model.
    InvalidReply,
}
