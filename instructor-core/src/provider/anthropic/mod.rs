//! Anthropic's messages.

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

mod decode;
mod encode;

/// The version of the API that is spoken.
const VERSION: &str = "2023-06-01";

/// Anthropic itself.
pub(super) static SERVICES: &[Service] = &[Service {
    name: "anthropic",
    aliases: &["claude"],
    title: "Anthropic",
    base_url: "https://api.anthropic.com/v1",
    base_url_variables: &["ANTHROPIC_BASE_URL"],
    key_variables: &["ANTHROPIC_API_KEY"],
    needs_key: true,
    content: Content { images: Takes::Both, audio: Takes::Nothing, documents: Takes::Both },
    connect: Anthropic::connect,
    ..compatible::ANY
}];

/// The provider.
struct Anthropic {
    service: Service,
    url: String,
    /// Complete, the key included; marked sensitive.
    headers: HeaderMap,
    key: Option<SecretString>,
}

impl Anthropic {
    fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
        let Setup { key, base_url, headers, .. } = setup;
        let base = Base::new(base_url.as_deref().unwrap_or(service.base_url))?;
        let mut own = vec![("anthropic-version", VERSION.to_owned())];
        own.extend(key.as_ref().map(|key| ("x-api-key", key.expose_secret().to_owned())));
        let headers = endpoint::headers(&headers, &own)?;
        let url = url(&base);
        Ok(Arc::new(Self { service: service.clone(), url, headers, key }))
    }
}

/// Anthropic's own libraries put `/v1` behind `ANTHROPIC_BASE_URL`, so it may be missing there.
fn url(base: &Base) -> String {
    match base.path() {
        path if path.ends_with("/v1") || path.ends_with("/messages") => base.join("/messages"),
        _ => base.join("/v1/messages"),
    }
}

/// The service only: addresses and headers may hold keys.
impl fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Anthropic").field("service", &self.service.name).finish_non_exhaustive()
    }
}

impl Provider for Anthropic {
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
        if mode.is_strict() { &Dialect::ANTHROPIC_STRICT } else { &Dialect::TOOL }
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
            Err(failure::classify(response, key, decode::kind))
        }
    }
}
