//! Azure `OpenAI`: chat completions at a resource of one's own.

use std::fmt;
use std::sync::Arc;

use secrecy::ExposeSecret;

use super::endpoint::{self, Base};
use super::{
    Content, OpenAi, Provider, ProviderError, Quirks, ReasoningForm, Service, Setup, Takes,
    compatible,
};
use crate::reply::Reply;
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse};

/// The variable that holds a token of Entra ID, which is sent in another header than a key.
const TOKEN: &str = "AZURE_OPENAI_AD_TOKEN";

/// One row: all resources speak alike.
pub(super) static SERVICES: &[Service] = &[Service {
    name: "azure",
    aliases: &["azure-openai"],
    title: "Azure OpenAI",
    base_url_variables: &["AZURE_OPENAI_ENDPOINT"],
    key_variables: &["AZURE_OPENAI_API_KEY", TOKEN],
    needs_key: true,
    content: Content { images: Takes::Both, audio: Takes::Bytes, documents: Takes::Nothing },
    quirks: Quirks {
        max_tokens: "max_completion_tokens",
        parallel_tool_calls: true,
        reasoning: ReasoningForm::OPENAI,
        ..Quirks::COMPATIBLE
    },
    connect,
    ..compatible::ANY
}];

/// `OpenAI`'s wire at a resource.
struct Azure {
    wire: OpenAi,
    /// Before and after the name of the deployment, which is the model; nothing where the model
    /// stands in the body only.
    deployments: Option<(String, String)>,
}

fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Setup { key, base_url, headers, variable } = setup;
    let Some(base_url) = base_url else {
        return Err(ProviderError::encode(
            "the address of the resource is missing: set AZURE_OPENAI_ENDPOINT or `base_url`",
        ));
    };
    let base = Base::new(&endpoint::completed(&base_url, "https", ""))?;
    let own = key.as_ref().map(|key| {
        let key = key.expose_secret().trim();
        // A token is a JSON Web Token, and a key never looks like one.
        if key.starts_with("eyJ") || variable(TOKEN).as_deref() == Some(key) {
            ("authorization", format!("Bearer {key}"))
        } else {
            ("api-key", key.to_owned())
        }
    });
    let own: Vec<_> = own.into_iter().collect();
    let headers = endpoint::headers(&headers, &own)?;
    let version = ["AZURE_OPENAI_API_VERSION", "OPENAI_API_VERSION"];
    let version = version.iter().find_map(|name| variable(name));
    let (url, deployments) = address(&base, version.as_deref(), service.quirks.path);
    let wire = OpenAi::at(service, url, headers, key);
    Ok(Arc::new(Azure { wire, deployments }))
}

/// Where completions are made: at the version-1 path, or, where a dated version is asked for, below
/// the deployment.
fn address(base: &Base, version: Option<&str>, path: &str) -> (String, Option<(String, String)>) {
    // Whole addresses are taken as they are.
    if ["/openai/v1", "/deployments/"].iter().any(|form| base.path().contains(form)) {
        let dated = base.path().contains("/deployments/") && base.query().is_empty();
        return match version.filter(|_| dated) {
            Some(version) => (format!("{}?api-version={version}", base.join(path)), None),
            None => (base.join(path), None),
        };
    }
    let resource = base.path().trim_end_matches("/openai");
    let mut pairs = base.query().trim_start_matches('?').split('&');
    let asked = pairs.find_map(|pair| pair.strip_prefix("api-version="));
    match asked.or(version) {
        Some(version) if version.starts_with(|c: char| c.is_ascii_digit()) => {
            let before = format!("{resource}/openai/deployments/");
            let after = match base.query() {
                query if asked.is_some() => format!("{path}{query}"),
                _ => format!("{path}?api-version={version}"),
            };
            (String::new(), Some((before, after)))
        }
        // `preview` and `v1` name forms of the version-1 path.
        _ => (format!("{resource}/openai/v1{path}{}", base.query()), None),
    }
}

/// A deployment's name as a piece of a path.
fn escaped(name: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut escaped = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)]));
            escaped.push('%');
            escaped.extend(digits);
        }
    }
    escaped
}

/// Neither the address nor a header.
impl fmt::Debug for Azure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Azure").finish_non_exhaustive()
    }
}

impl Provider for Azure {
    fn name(&self) -> &str {
        self.wire.name()
    }

    fn modes(&self) -> &[Mode] {
        self.wire.modes()
    }

    fn content(&self) -> Content {
        self.wire.content()
    }

    fn dialect(&self, mode: Mode) -> &'static Dialect {
        self.wire.dialect(mode)
    }

    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError> {
        let mut http = self.wire.encode(request)?;
        if let Some((before, after)) = &self.deployments {
            http.url = format!("{before}{}{after}", escaped(&request.model));
        }
        Ok(http)
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        self.wire.decode(response)
    }
}
