//! `OpenAI`'s chat completions, and every service that speaks them.

use std::fmt;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::{Provider, ProviderError, ProviderErrorKind, Service};
use crate::advice::Advice;
use crate::reply::Reply;
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse};

mod decode;
mod encode;
mod failure;

/// The provider for `openai` and all compatible services.
#[derive(Clone)]
pub struct OpenAi {
    service: &'static Service,
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
        service: &'static Service,
        base_url: Option<&str>,
        key: Option<SecretString>,
        headers: &HeaderMap,
    ) -> Result<Self, ProviderError> {
        let wrong =
            |message: &str| ProviderError::new(ProviderErrorKind::Encode, message, Advice::Never);
        let url = endpoint(base_url.unwrap_or(service.base_url).trim()).map_err(|e| wrong(&e))?;
        let mut all = HeaderMap::with_capacity(headers.len() + 2);
        all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(key) = &key {
            let value = HeaderValue::try_from(format!("Bearer {}", key.expose_secret().trim()));
            all.insert(
                AUTHORIZATION,
                value.map_err(|_| wrong("the key has characters that no HTTP header can hold"))?,
            );
        }
        for (name, value) in headers {
            all.insert(name, value.clone());
        }
        for value in all.values_mut() {
            value.set_sensitive(true);
        }
        Ok(Self { service, url, headers: all, key })
    }

    /// A service that is not asked over the network: it has neither an address nor a key.
    pub(crate) fn offline(service: &'static Service) -> Self {
        let json = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let url = format!("{}/chat/completions", service.base_url);
        Self { service, url, headers: HeaderMap::from_iter([json]), key: None }
    }
}

/// The address of the chat completions under a base URL.
fn endpoint(base_url: &str) -> Result<String, String> {
    const PATH: &str = "/chat/completions";
    if base_url.is_empty() {
        return Err("the base URL is missing: set it with `base_url`".into());
    }
    let valid = base_url.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
    });
    if !valid {
        return Err("the base URL must look like `https://host/v1`".into());
    }
    let (base, query) = match base_url.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (base_url, String::new()),
    };
    let base = base.trim_end_matches('/');
    Ok(format!("{}{PATH}{query}", base.strip_suffix(PATH).unwrap_or(base)))
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

    fn dialect(&self, mode: Mode) -> &'static Dialect {
        if mode.is_strict() { &Dialect::OPENAI_STRICT } else { &Dialect::TOOL }
    }

    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError> {
        let body = encode::body(request, self.service)?;
        let headers = self.headers.clone();
        Ok(HttpRequest { url: self.url.clone(), headers, body: body.into(), timeout: None })
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        let key = self.key.as_ref().map_or("", |key| key.expose_secret().trim());
        if response.status.is_success() {
            decode::reply(response, key)
        } else if let Some(reply) = failure::unread(response) {
            Ok(reply)
        } else {
            Err(failure::classify(response, key))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn a_base_url_is_taken_however_it_ends() {
        for (base, expected) in [
            ("https://a.b/v1", "https://a.b/v1/chat/completions"),
            ("https://a.b/v1/", "https://a.b/v1/chat/completions"),
            ("https://a.b/v1/chat/completions", "https://a.b/v1/chat/completions"),
            ("http://localhost:8000", "http://localhost:8000/chat/completions"),
            ("https://a.b/d?api-version=1", "https://a.b/d/chat/completions?api-version=1"),
        ] {
            assert_eq!(endpoint(base).as_deref(), Ok(expected));
        }
        for base in ["", "a.b/v1", "ftp://a.b", "https://", "https://a b", "/v1"] {
            assert!(endpoint(base).is_err(), "{base}");
        }
    }
}
