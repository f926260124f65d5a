//! `OpenAI`'s chat completions, and every service that speaks them.

use std::sync::Arc;

use http::HeaderMap;
use secrecy::SecretString;

use super::endpoint::{self, Base};
use super::wired::{Url, Wire, Wired};
use super::{Content, Glance, Provider, ProviderError, Service, Setup, Takes, compatible};
use crate::reply::Reply;
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse};

mod decode;
mod encode;
mod glance;
mod media;
mod native;
mod quirks;
mod reasoning;

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

/// Chat completions.
pub(super) static WIRE: Wire =
    Wire { dialect, body: encode::body, reply: decode::reply, glance: glance::glance };

/// `OpenAI`'s own facts where a schema is enforced, whichever of its APIs is asked.
pub(super) fn dialect(service: &Service, mode: Mode) -> &'static Dialect {
    if mode.is_strict() { service.quirks.strict } else { &Dialect::TOOL }
}

/// Whether the model may be told how many tools to call: the o-series (`o3`, `ft:o4-mini:…`) calls
/// one at a time and refuses the word for it.
pub(super) fn takes_parallel_tool_calls(model: &str) -> bool {
    let name = model.trim().rsplit('/').next().unwrap_or_default();
    let name = name.strip_prefix("ft:").unwrap_or(name);
    let version = name.strip_prefix('o').and_then(|rest| rest.bytes().next());
    !version.is_some_and(|first| first.is_ascii_digit())
}

/// The provider for `openai` and all compatible services.
#[derive(Debug, Clone)]
pub struct OpenAi(Wired);

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
        let url = Base::new(base_url.unwrap_or(service.base_url))?.join(service.quirks.path);
        let headers = endpoint::bearer(headers, key.as_ref())?;
        Ok(Self(Wired::new(&WIRE, service, Url::Same(url), headers, key)))
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
        Self(Wired::new(&WIRE, &service, Url::Same(url), headers, None))
    }
}

impl Provider for OpenAi {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn modes(&self) -> &[Mode] {
        self.0.modes()
    }

    fn content(&self) -> Content {
        self.0.content()
    }

    fn dialect(&self, mode: Mode) -> &'static Dialect {
        self.0.dialect(mode)
    }

    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError> {
        self.0.encode(request)
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        self.0.decode(response)
    }

    fn glance<'a>(&self, body: &'a [u8]) -> Option<Glance<'a>> {
        self.0.glance(body)
    }
}
