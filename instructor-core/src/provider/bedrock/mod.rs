//! AWS Bedrock's Converse.

use std::sync::Arc;

use super::endpoint::{self, Base};
use super::wired::{Url, Wire, Wired};
use super::{Content, Provider, ProviderError, Service, Setup, Takes, compatible};
use crate::schema::Dialect;
use crate::transport::Sign;

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
    connect,
    ..compatible::ANY
}];

static WIRE: Wire = Wire {
    dialect: |_, mode| if mode.is_strict() { &Dialect::BEDROCK_STRICT } else { &Dialect::TOOL },
    body: |_, request| encode::body(request),
    reply: decode::reply,
    glance: |_| None,
};

fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Setup { key, base_url, headers, variable } = setup;
    let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(variable);
    let region = region.as_deref().unwrap_or(REGION);
    let base_url = base_url.unwrap_or_else(|| service.base_url.replace(REGION, region));
    let signer = if key.is_some() { None } else { Some(signer(region, variable)?) };
    let base = Base::new(&base_url)?;
    let headers = endpoint::bearer(&headers, key.as_ref())?;
    // A model's name may be an ARN with colons and slashes.
    let path = |model: &str| format!("/model/{}/converse", endpoint::escaped(model, b""));
    let url = Url::Own(Arc::new(move |model| Ok(base.join(&path(model)))));
    let mut wired = Wired::new(&WIRE, service, url, headers, key);
    wired.signer = signer;
    Ok(Arc::new(wired))
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
