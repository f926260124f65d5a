//! Anthropic's messages.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::endpoint::{self, Base};
use super::wired::{Url, Wire, Wired};
use super::{Content, Provider, ProviderError, Service, Setup, Takes, compatible};
use crate::schema::Dialect;

mod decode;
mod encode;
mod glance;

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
    connect,
    ..compatible::ANY
}];

static WIRE: Wire = Wire {
    dialect: |_, mode| if mode.is_strict() { &Dialect::ANTHROPIC_STRICT } else { &Dialect::TOOL },
    body: |_, request| encode::body(request),
    reply: decode::reply,
    glance: glance::glance,
};

fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Setup { key, base_url, headers, .. } = setup;
    let base = Base::new(base_url.as_deref().unwrap_or(service.base_url))?;
    let mut own = vec![("anthropic-version", VERSION.to_owned())];
    own.extend(key.as_ref().map(|key| ("x-api-key", key.expose_secret().to_owned())));
    let headers = endpoint::headers(&headers, &own)?;
    Ok(Arc::new(Wired::new(&WIRE, service, Url::Same(url(&base)), headers, key)))
}

/// Anthropic's own libraries put `/v1` behind `ANTHROPIC_BASE_URL`, so it may be missing there.
fn url(base: &Base) -> String {
    match base.path() {
        path if path.ends_with("/v1") || path.ends_with("/messages") => base.join("/messages"),
        _ => base.join("/v1/messages"),
    }
}
