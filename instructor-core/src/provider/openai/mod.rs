//! `OpenAI`'s chat completions, and every service that speaks them.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::endpoint::{self, Base};
use super::{Content, Provider, ProviderError, Service, Setup, Takes, compatible, failure};
use crate::reply::{Choice, Reply};
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse};

mod decode;
mod encode;
mod media;
mod native;
mod quirks;
mod reasoning;

pub(super) use media::refuse;
pub use quirks::{Envelope, MediaForm, Quirks, ReasoningForm, ToolChoice};

/// `OpenAI` itself.
pub(super) static SERVICES: &[Service] = &[Service {
    name: "openai",
    title: "OpenAI chat completions",
    base_url: "https://api.openai.com/v1",
    base_url_variables: &["OPENAI_BASE_URL"],
    key_variables: &["OPENAI_API_KEY"],
    needs_key: true,
    content: Content { images: Takes::Both, audio: Takes::Bytes, documents: Takes::Bytes },
    quirks: Quirks {
        // `max_tokens` is refused by its reasoning models.
        max_tokens: "max_completion_tokens",
        parallel_tool_calls: true,
        reasoning: ReasoningForm::OPENAI,
        ..Quirks::COMPATIBLE
    },
    ..compatible::ANY
}];

/// The provider for `openai` and all compatible services.
#[derive(Clone)]
pub struct OpenAi {
    service: Service,
    url: String,
    /// Complete, the key included; marked sensitive.
    headers: HeaderMap,
    key: Option<SecretString>,
}

impl OpenAi {
    /// The service at its own address or at `base_url`; `headers` are sent beside ours and win over
    /// them.
    ///
    /// # Errors
    /// If the base URL is missing or is none, or the key cannot stand in a header.
    pub fn new(
        service: &Service,
        base_url: Option<&str>,
        key: Option<SecretString>,
        headers: &HeaderMap,
    ) -> Result<Self, ProviderError> {
        let base = Base::new(base_url.unwrap_or(service.base_url))?;
        let bearer = key.as_ref().map(|key| format!("Bearer {}", key.expose_secret().trim()));
        let own: Vec<_> = bearer.map(|bearer| ("authorization", bearer)).into_iter().collect();
        let headers = endpoint::headers(headers, &own)?;
        Ok(Self::at(service, base.join(service.quirks.path), headers, key))
    }

    /// The service at this very address, with all headers.
    pub(super) fn at(
        service: &Service,
        url: String,
        headers: HeaderMap,
        key: Option<SecretString>,
    ) -> Self {
        Self { service: service.clone(), url, headers, key }
    }

    /// Makes the provider of a service.
    pub(super) fn connect(
        service: &Service,
        setup: Setup<'_>,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        let Setup { key, base_url, headers, .. } = setup;
        Ok(Arc::new(Self::new(service, base_url.as_deref(), key, &headers)?))
    }

    /// The model built in, which is not asked over the network: it has neither an address nor a key.
    pub(crate) fn offline() -> Self {
        let service = compatible::OFFLINE;
        let HttpRequest { url, headers, .. } =
            HttpRequest::json(format!("{}/chat/completions", service.base_url), "");
        Self { service, url, headers, key: None }
    }
}

/// The service only: addresses and headers may hold keys.
impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi").field("service", &self.service.name).finish_non_exhaustive()
    }
}

impl Provider for OpenAi {
    fn name(&self) -> &str {
        self.service.name
    }

    fn modes(&self) -> &[Mode] {
        self.service.modes
    }

    fn content(&self) -> Content {
        self.service.content
    }

    fn dialect(&self, mode: Mode) -> &'static Dialect {
        if mode.is_strict() { self.service.quirks.strict } else { &Dialect::TOOL }
    }

    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError> {
        let body = encode::body(request, &self.service)?;
        Ok(HttpRequest::new(self.url.clone(), self.headers.clone(), body))
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        let key = self.key.as_ref().map_or("", |key| key.expose_secret().trim());
        if response.status.is_success() {
            decode::reply(response, key)
        } else if let Some(reply) = unread(response) {
            Ok(reply)
        } else {
            Err(failure::classify(response, key, decode::kind))
        }
    }
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
