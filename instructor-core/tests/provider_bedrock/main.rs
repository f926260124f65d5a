//! The wire format of Bedrock's Converse: what is written, and what is read.

#[path = "../support/mod.rs"]
mod support;
mod decode;
mod encode;
#[cfg(feature = "sigv4")]
mod signature;

use std::sync::Arc;

use http::HeaderMap;
use instructor_core::Extract;
use instructor_core::provider::{Provider, ProviderError, Service, Setup};
use instructor_core::request::{Message, Mode, Request};
use instructor_core::schema::rendered;
use serde_json::Value;
use support::{KEY, Person};

type Variables = &'static [(&'static str, &'static str)];

fn connect(
    key: Option<&str>,
    base_url: Option<&str>,
    variables: Variables,
) -> Result<Arc<dyn Provider>, ProviderError> {
    let service = Service::find("bedrock").unwrap();
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let setup = Setup {
        key: key.map(Into::into),
        base_url: base_url.map(str::to_owned),
        headers: HeaderMap::new(),
        variable: &variable,
    };
    (service.connect)(service, setup)
}

fn provider() -> Arc<dyn Provider> {
    connect(Some(KEY), None, &[]).unwrap()
}

fn request(model: &str, mode: Mode) -> Request {
    let rendered = rendered(Person::SCHEMA, provider().dialect(mode)).unwrap();
    let mut request = Request::new(model, rendered, mode);
    request.messages.push(Message::user("Ada is 36."));
    request
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&provider().encode(request).unwrap().body).unwrap()
}

const MODEL: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA: &str = "amazon.nova-pro-v1:0";
const LLAMA: &str = "us.meta.llama3-3-70b-instruct-v1:0";
