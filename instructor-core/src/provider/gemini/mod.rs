//! Gemini's `generateContent`, at Google AI Studio and at Vertex AI.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::wired::{Wire, Wired};
use super::{Content, Provider, ProviderError, Service, Setup, Takes, compatible, endpoint};
use crate::request::Mode;
use crate::schema::Dialect;

mod address;
mod decode;
mod encode;
mod glance;
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

/// Google's services.
pub(super) static SERVICES: &[Service] = &[
    Service {
        name: "google",
        aliases: &["gemini"],
        title: "Google Gemini",
        base_url: "https://generativelanguage.googleapis.com/v1beta",
        base_url_variables: &["GOOGLE_GEMINI_BASE_URL"],
        key_variables: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        connect,
        ..GEMINI
    },
    Service {
        name: "vertex",
        aliases: &["vertexai"],
        title: "Google Vertex AI",
        base_url: "https://aiplatform.googleapis.com/v1",
        base_url_variables: &["GOOGLE_VERTEX_BASE_URL"],
        key_variables: &["VERTEX_ACCESS_TOKEN", "GOOGLE_ACCESS_TOKEN"],
        connect: connect_vertex,
        ..GEMINI
    },
    Service {
        name: "vertex-express",
        title: "Google Vertex AI in express mode",
        base_url: "https://aiplatform.googleapis.com/v1/publishers/google",
        key_variables: &["VERTEX_API_KEY", "GOOGLE_API_KEY"],
        connect,
        ..GEMINI
    },
];

static WIRE: Wire = Wire {
    // The other modes only show the schema to the model.
    dialect: |_, mode| {
        if mode.uses_tools() || mode.is_strict() { &Dialect::GEMINI } else { &Dialect::TOOL }
    },
    body: |_, request| encode::body(request),
    reply: decode::reply,
    glance: glance::glance,
};

/// A service that takes an API key.
fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Setup { key, base_url, headers, .. } = setup;
    let url = Address::new(base_url.as_deref().unwrap_or(service.base_url))?.url();
    let own = key.as_ref().map(|key| ("x-goog-api-key", key.expose_secret().to_owned()));
    let headers = endpoint::headers(&headers, own.as_slice())?;
    Ok(Arc::new(Wired::new(&WIRE, service, url, headers, key)))
}

/// Vertex AI takes an access token, such as `gcloud auth print-access-token` prints. It lasts
/// about an hour.
fn connect_vertex(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Setup { key, base_url, headers, variable } = setup;
    let project = variable("GOOGLE_CLOUD_PROJECT");
    let location = variable("GOOGLE_CLOUD_LOCATION");
    let address = Address::vertex(
        service.base_url,
        base_url.as_deref(),
        project.as_deref(),
        location.as_deref().unwrap_or("global"),
    )?;
    let headers = endpoint::bearer(&headers, key.as_ref())?;
    Ok(Arc::new(Wired::new(&WIRE, service, address.url(), headers, key)))
}
