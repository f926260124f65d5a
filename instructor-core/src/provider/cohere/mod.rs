//! Cohere's chat, version 2.

use std::sync::Arc;

use super::endpoint::{self, Base};
use super::wired::{Url, Wire, Wired};
use super::{Content, Provider, ProviderError, Service, Setup, compatible};
use crate::schema::Dialect;

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
    connect,
    ..compatible::ANY
}];

static WIRE: Wire = Wire {
    dialect: |_, mode| if mode.is_strict() { &Dialect::COHERE } else { &Dialect::TOOL },
    body: |_, request| encode::body(request),
    reply: decode::reply,
    glance: |_| None,
};

fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Setup { key, base_url, headers, .. } = setup;
    let base_url = endpoint::versioned(base_url.as_deref().unwrap_or(service.base_url), "v2");
    let url = Base::new(&base_url)?.join("/chat");
    let headers = endpoint::bearer(&headers, key.as_ref())?;
    Ok(Arc::new(Wired::new(&WIRE, service, Url::Same(url), headers, key)))
}
