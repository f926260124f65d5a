//! Cohere's chat, version 2.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::endpoint::{self, Base};
use super::{
    Content, Provider, ProviderError, ProviderErrorKind as Kind, Service, Setup, compatible,
    failure,
};
use crate::reply::Reply;
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse};

mod decode;
mod encode;

/// Cohere itself.
pub(super) static SERVICES: &[Service] = &[Service {
    name: "cohere",
    title: "Cohere",
    base_url: "https://api.cohere.com/v2",
    base_url_variables: &["CO_API_URL"],
    key_variables: &["COHERE_API_KEY", "CO_API_KEY"],
    needs_key: true,
    content: Content::IMAGES,
    connect: Cohere::connect,
    ..compatible::ANY
}];

/// The provider for `cohere`.
#[derive(Clone)]
pub struct Cohere {
    service: Service,
    url: String,
    /// Complete, the key included; marked sensitive.
    headers: HeaderMap,
    key: Option<SecretString>,
}

impl Cohere {
    /// The service at its own address or at `base_url`; `headers` are sent beside ours and win over
    /// them.
    ///
    /// # Errors
    /// If the base URL is none, or the key cannot stand in a header.
    pub fn new(
        service: &Service,
        base_url: Option<&str>,
        key: Option<SecretString>,
        headers: &HeaderMap,
    ) -> Result<Self, ProviderError> {
        let base_url = base_url.unwrap_or(service.base_url);
        let url = Base::new(&endpoint::versioned(base_url, "v2"))?.join("/chat");
        let bearer = key.as_ref().map(|key| format!("Bearer {}", key.expose_secret().trim()));
        let own = bearer.map(|bearer| ("authorization", bearer));
        let headers = endpoint::headers(headers, own.as_slice())?;
        Ok(Self { service: service.clone(), url, headers, key })
    }

    /// Makes the provider of the service.
    fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
        let Setup { key, base_url, headers, .. } = setup;
        Ok(Arc::new(Self::new(service, base_url.as_deref(), key, &headers)?))
    }
}

/// The service only: addresses and headers may hold keys.
impl fmt::Debug for Cohere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cohere").field("service", &self.service.name).finish_non_exhaustive()
    }
}

impl Provider for Cohere {
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
        if mode.is_strict() { &Dialect::COHERE } else { &Dialect::TOOL }
    }

    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError> {
        Ok(HttpRequest::new(self.url.clone(), self.headers.clone(), encode::body(request)?))
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        let key = self.key.as_ref().map_or("", |key| key.expose_secret().trim());
        if response.status.is_success() {
            decode::reply(response)
        } else {
            Err(failure::classify(response, key, kind))
        }
    }
}

/// What Cohere's words say better than the status: a trial key has a limit for each month, too.
fn kind(status: u16, error: &Value) -> Option<Kind> {
    let message = error["message"].as_str().unwrap_or_default();
    (status == 429 && message.contains("/ month")).then_some(Kind::QuotaExhausted)
}
