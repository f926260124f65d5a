//! `OpenAI`'s Responses API: items instead of messages, and the service's own tools beside ours.
//!
//! What it has and chat completions have not is reached through `extra`: `tools` such as
//! `web_search`, `store`, `include`, `metadata`, `service_tier`, `text.verbosity` and
//! `previous_response_id`. The last goes with every request of one question: it names the response
//! before the first of them, and answers that were wrong are sent back as items, so nothing stands
//! in the conversation twice.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use super::endpoint::{self, Base};
use super::{Content, Provider, ProviderError, Service, Setup, Takes, compatible, failure};
use crate::reply::Reply;
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse};

mod items;
mod encode;
mod decode;

/// The Responses API of `OpenAI`.
pub(super) static SERVICES: &[Service] = &[Service {
    name: "openai-responses",
    aliases: &["responses"],
    title: "OpenAI Responses",
    base_url: "https://api.openai.com/v1",
    base_url_variables: &["OPENAI_BASE_URL"],
    key_variables: &["OPENAI_API_KEY"],
    needs_key: true,
    // The schema is kept to while the model writes, and no tool of the user is shut out by ours.
    modes: &[
        Mode::JsonSchema,
        Mode::ToolsStrict,
        Mode::Tools,
        Mode::Json,
        Mode::MarkdownJson,
        Mode::Parallel,
    ],
    content: Content { images: Takes::Both, audio: Takes::Nothing, documents: Takes::Both },
    connect: Responses::connect,
    ..compatible::ANY
}];

/// The provider for `openai-responses`, and for any server that speaks the same wire.
#[derive(Clone)]
pub struct Responses {
    service: Service,
    url: String,
    /// Complete, the key included; marked sensitive.
    headers: HeaderMap,
    key: Option<SecretString>,
}

impl Responses {
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
        Ok(Self { service: service.clone(), url: base.join("/responses"), headers, key })
    }

    /// Makes the provider of a service.
    fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
        let Setup { key, base_url, headers, .. } = setup;
        Ok(Arc::new(Self::new(service, base_url.as_deref(), key, &headers)?))
    }
}

/// The service only: addresses and headers may hold keys.
impl fmt::Debug for Responses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responses").field("service", &self.service.name).finish_non_exhaustive()
    }
}

impl Provider for Responses {
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
        let body = encode::body(request)?;
        Ok(HttpRequest::new(self.url.clone(), self.headers.clone(), body))
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        let key = self.key.as_ref().map_or("", |key| key.expose_secret().trim());
        if response.status.is_success() {
            decode::reply(response, key)
        } else {
            Err(failure::classify(response, key, |_, _| None))
        }
    }
}
