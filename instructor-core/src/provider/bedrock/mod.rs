//! AWS Bedrock's Converse.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use super::endpoint::{self, Base};
use super::{Content, Provider, ProviderError, Service, Setup, Takes, compatible};
use crate::reply::Reply;
use crate::request::{Mode, Request};
use crate::schema::Dialect;
use crate::transport::{HttpRequest, HttpResponse, Sign};

mod decode;
mod encode;
mod family;
mod media;
#[cfg(feature = "sigv4")]
mod sign;

/// The region if none is named; it stands in the address, too.
const REGION: &str = "us-east-1";

/// All models that Converse can ask.
pub(super) static SERVICES: &[Service] = &[Service {
    name: "bedrock",
    title: "AWS Bedrock",
    base_url: "https://bedrock-runtime.us-east-1.amazonaws.com",
    base_url_variables: &["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"],
    key_variables: &["AWS_BEARER_TOKEN_BEDROCK"],
    content: Content { images: Takes::Bytes, audio: Takes::Nothing, documents: Takes::Bytes },
    connect: Bedrock::connect,
    ..compatible::ANY
}];

/// The provider.
struct Bedrock {
    service: Service,
    base: Base,
    /// The bearer key included, if there is one; marked sensitive.
    headers: HeaderMap,
    key: Option<SecretString>,
    signer: Option<Arc<dyn Sign>>,
}

impl Bedrock {
    fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
        let variable = setup.variable;
        let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(variable);
        let region = region.as_deref().unwrap_or(REGION);
        let address = setup.base_url.unwrap_or_else(|| service.base_url.replace(REGION, region));
        let signer = if setup.key.is_some() { None } else { Some(signer(region, variable)?) };
        let bearer = setup.key.as_ref().map(|key| format!("Bearer {}", key.expose_secret().trim()));
        let own: Vec<_> = bearer.map(|bearer| ("authorization", bearer)).into_iter().collect();
        Ok(Arc::new(Self {
            service: service.clone(),
            base: Base::new(&address)?,
            headers: endpoint::headers(&setup.headers, &own)?,
            key: setup.key,
            signer,
        }))
    }
}

/// Who signs in the place of a bearer key.
#[cfg(feature = "sigv4")]
fn signer(
    region: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Arc<dyn Sign>, ProviderError> {
    let signer = sign::Signer::of_environment(region, variable).ok_or_else(|| {
        ProviderError::encode(
            "no credentials for `bedrock`: set AWS_BEARER_TOKEN_BEDROCK or call `api_key`, or set \
             AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    })?;
    Ok(Arc::new(signer))
}

/// Nobody signs in the place of a bearer key.
#[cfg(not(feature = "sigv4"))]
fn signer(
    _region: &str,
    _variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Arc<dyn Sign>, ProviderError> {
    Err(ProviderError::encode(
        "no key for `bedrock`: set AWS_BEARER_TOKEN_BEDROCK or call `api_key`; to sign with \
         AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, enable the cargo feature `sigv4`",
    ))
}

/// The address of a model, whose name may be an ARN with colons and slashes.
fn path(model: &str) -> String {
    let mut path = String::from("/model/");
    for byte in model.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path + "/converse"
}

/// The service only: addresses and headers may hold keys.
impl fmt::Debug for Bedrock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bedrock")
            .field("service", &self.service.name)
            .field("signs", &self.signer.is_some())
            .finish_non_exhaustive()
    }
}

impl Provider for Bedrock {
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
        if mode.is_strict() { &Dialect::BEDROCK_STRICT } else { &Dialect::TOOL }
    }

    fn encode(&self, request: &Request) -> Result<HttpRequest, ProviderError> {
        let body = encode::body(request)?;
        let url = self.base.join(&path(&request.model));
        let mut http = HttpRequest::new(url, self.headers.clone(), body);
        http.signer.clone_from(&self.signer);
        Ok(http)
    }

    fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        let key = self.key.as_ref().map_or("", |key| key.expose_secret().trim());
        if response.status.is_success() {
            decode::reply(response)
        } else {
            Err(decode::error(response, key))
        }
    }
}
