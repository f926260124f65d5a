//! A service at its address: what all wire formats have in common, and what differs as functions.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use super::{Content, Glance, Provider, ProviderError, Service, content};
use crate::reply::Reply;
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse, Sign};

/// What differs from wire to wire.
pub(super) struct Wire {
    /// The JSON Schema that it takes in this mode.
    pub(super) dialect: fn(&Service, Mode) -> &'static Dialect,
    /// Writes the body.
    pub(super) body: fn(&Service, &Request) -> Result<Vec<u8>, ProviderError>,
    /// Reads a response of any status; an error in it is shown without the key.
    pub(super) reply: fn(&HttpResponse, &str) -> Result<Reply, ProviderError>,
    /// Finds a plain answer without reading the rest.
    pub(super) glance: fn(&[u8]) -> Option<Glance<'_>>,
}

/// Where a model is asked.
#[derive(Clone)]
pub(super) enum Url {
    /// Every model at the same address.
    Same(String),
    /// Each at its own.
    Own(Arc<UrlOf>),
}

type UrlOf = dyn Fn(&str) -> Result<String, ProviderError> + Send + Sync;

/// A service that speaks a wire. It is printed as the service only: addresses and headers may hold
/// keys.
#[derive(Clone)]
pub(super) struct Wired {
    wire: &'static Wire,
    service: Service,
    url: Url,
    /// Complete, the key included; marked sensitive.
    headers: HeaderMap,
    key: Option<SecretString>,
    /// Who signs in the place of a key.
    pub(super) signer: Option<Arc<dyn Sign>>,
}

impl Wired {
    /// A service that nobody signs for.
    pub(super) fn new(
        wire: &'static Wire,
        service: &Service,
        url: Url,
        headers: HeaderMap,
        key: Option<SecretString>,
    ) -> Self {
        Self { wire, service: service.clone(), url, headers, key, signer: None }
    }
}

impl fmt::Debug for Wired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wired").field("service", &self.service.name).finish_non_exhaustive()
    }
}

impl Provider for Wired {
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
        (self.wire.dialect)(&self.service, mode)
    }

    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError> {
        content::check(&self.service, request)?;
        let url = match &self.url {
            Url::Same(url) => url.clone(),
            Url::Own(url) => url(&request.model)?,
        };
        let body = (self.wire.body)(&self.service, request)?;
        let mut http = HttpRequest::new(url, self.headers.clone(), body);
        http.signer.clone_from(&self.signer);
        Ok(http)
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        let key = self.key.as_ref().map_or("", |key| key.expose_secret().trim());
        (self.wire.reply)(response, key)
    }

    fn glance<'a>(&self, body: &'a [u8]) -> Option<Glance<'a>> {
        (self.wire.glance)(body)
    }
}
