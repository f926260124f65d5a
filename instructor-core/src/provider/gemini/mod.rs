//! Gemini's `generateContent`, at Google AI Studio and at Vertex AI.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use serde_json::value::RawValue;

use super::endpoint;
use super::{
    Content, Provider, ProviderError, ProviderErrorKind as Kind, Service, Setup, Takes, compatible,
    failure,
};
use crate::reply::Reply;
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse};

mod address;
mod decode;
mod encode;
mod media;
mod thinking;

use address::Address;

/// What all three have in common.
const GEMINI: Service = Service {
    needs_key: true,
    // A forced call keeps to the schema anyway, so there is no stricter mode with tools.
    modes: &[Mode::Tools, Mode::JsonSchema, Mode::Json, Mode::MarkdownJson, Mode::Parallel],
    content: Content { images: Takes::Both, audio: Takes::Both, documents: Takes::Both },
    ..compatible::ANY
};

/// Vertex AI, with a project, a location and an access token.
const VERTEX: Service = Service {
    name: "vertex",
    aliases: &["vertexai"],
    title: "Google Vertex AI",
    base_url: "https://aiplatform.googleapis.com/v1",
    base_url_variables: &["GOOGLE_VERTEX_BASE_URL"],
    key_variables: &["VERTEX_ACCESS_TOKEN", "GOOGLE_ACCESS_TOKEN"],
    connect: Gemini::connect_vertex,
    ..GEMINI
};

/// Google's services.
pub(super) static SERVICES: &[Service] = &[
    Service {
        name: "google",
        aliases: &["gemini"],
        title: "Google Gemini",
        base_url: "https://generativelanguage.googleapis.com/v1beta",
        base_url_variables: &["GOOGLE_GEMINI_BASE_URL"],
        key_variables: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        connect: Gemini::connect,
        ..GEMINI
    },
    VERTEX,
    Service {
        name: "vertex-express",
        title: "Google Vertex AI in express mode",
        base_url: "https://aiplatform.googleapis.com/v1/publishers/google",
        key_variables: &["VERTEX_API_KEY", "GOOGLE_API_KEY"],
        connect: Gemini::connect,
        ..GEMINI
    },
];

/// The provider for `google`, `vertex` and `vertex-express`.
#[derive(Clone)]
pub struct Gemini {
    service: Service,
    address: Address,
    /// Complete, the key included; marked sensitive.
    headers: HeaderMap,
    key: Option<SecretString>,
}

impl Gemini {
    /// A service that takes an API key, at its own address or at `base_url`; `headers` are sent
    /// beside ours and win over them.
    ///
    /// # Errors
    /// If the base URL is none, or the key cannot stand in a header.
    pub fn new(
        service: &Service,
        base_url: Option<&str>,
        key: Option<SecretString>,
        headers: &HeaderMap,
    ) -> Result<Self, ProviderError> {
        let address = Address::new(base_url.unwrap_or(service.base_url))?;
        let own = key.as_ref().map(|key| ("x-goog-api-key", key.expose_secret().to_owned()));
        Self::with(service, address, key, headers, own.as_slice())
    }

    /// Vertex AI with an access token, such as `gcloud auth print-access-token` prints. It lasts
    /// about an hour; make a new provider then. The location `global` is fine for most.
    ///
    /// # Errors
    /// If the project or the location is none, or the token cannot stand in a header.
    pub fn vertex(
        project: &str,
        location: &str,
        token: SecretString,
        headers: &HeaderMap,
    ) -> Result<Self, ProviderError> {
        let address = Address::vertex(VERTEX.base_url, None, Some(project), location)?;
        Self::with_token(&VERTEX, address, Some(token), headers)
    }

    /// Makes the provider of a service that takes an API key.
    fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
        let Setup { key, base_url, headers, .. } = setup;
        Ok(Arc::new(Self::new(service, base_url.as_deref(), key, &headers)?))
    }

    /// Makes the provider of Vertex AI.
    fn connect_vertex(
        service: &Service,
        setup: Setup<'_>,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        let Setup { key, base_url, headers, variable } = setup;
        let project = variable("GOOGLE_CLOUD_PROJECT");
        let location = variable("GOOGLE_CLOUD_LOCATION");
        let address = Address::vertex(
            service.base_url,
            base_url.as_deref(),
            project.as_deref(),
            location.as_deref().unwrap_or("global"),
        )?;
        Ok(Arc::new(Self::with_token(service, address, key, &headers)?))
    }

    fn with_token(
        service: &Service,
        address: Address,
        token: Option<SecretString>,
        headers: &HeaderMap,
    ) -> Result<Self, ProviderError> {
        let bearer = token.as_ref().map(|token| format!("Bearer {}", token.expose_secret().trim()));
        let own = bearer.map(|bearer| ("authorization", bearer));
        Self::with(service, address, token, headers, own.as_slice())
    }

    fn with(
        service: &Service,
        address: Address,
        key: Option<SecretString>,
        headers: &HeaderMap,
        own: &[(&'static str, String)],
    ) -> Result<Self, ProviderError> {
        let headers = endpoint::headers(headers, own)?;
        Ok(Self { service: service.clone(), address, headers, key })
    }
}

/// The service only: addresses and headers may hold keys.
impl fmt::Debug for Gemini {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gemini").field("service", &self.service.name).finish_non_exhaustive()
    }
}

impl Provider for Gemini {
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
        // The others only show the schema to the model.
        if mode.uses_tools() || mode.is_strict() { &Dialect::GEMINI } else { &Dialect::TOOL }
    }

    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError> {
        let url = self.address.of(&request.model)?;
        Ok(HttpRequest::new(url, self.headers.clone(), encode::body(request)?))
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        let key = self.key.as_ref().map_or("", |key| key.expose_secret().trim());
        let response = unwrapped(response);
        if response.status.is_success() {
            decode::reply(&response, key)
        } else {
            Err(failure::classify(&response, key, kind))
        }
    }
}

/// Some errors arrive as a list with one element.
fn unwrapped(response: &HttpResponse) -> Cow<'_, HttpResponse> {
    match serde_json::from_slice::<Vec<&RawValue>>(&response.body).as_deref() {
        Ok([only]) => {
            let body = response.body.slice_ref(only.get().as_bytes());
            Cow::Owned(HttpResponse { body, ..response.clone() })
        }
        _ => Cow::Borrowed(response),
    }
}

/// What Google's words say better than the status.
fn kind(status: u16, error: &Value) -> Option<Kind> {
    let mut details = error["details"].as_array().into_iter().flatten();
    let wrong_key = details.any(|detail| detail["reason"] == "API_KEY_INVALID");
    let message = error["message"].as_str().unwrap_or_default();
    let spent =
        ["credits are depleted", "spending cap"].iter().any(|words| message.contains(words));
    match status {
        // A wrong key has status 400.
        _ if wrong_key => Some(Kind::Authentication),
        429 if spent => Some(Kind::QuotaExhausted),
        // Also the limit of a minute is called "your current quota".
        429 => Some(Kind::RateLimited),
        _ => None,
    }
}
