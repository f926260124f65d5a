//! The wire format of Anthropic's messages: what is written, and what is read.

#[path = "../support/mod.rs"]
mod support;
mod decode;
mod encode;

use std::sync::Arc;

use instructor_core::Advice;
use instructor_core::Extract;
use instructor_core::provider::{Provider, ProviderErrorKind as Kind};
use instructor_core::request::{Message, Mode, Request};
use instructor_core::schema::rendered;
use serde_json::Value;
use support::Person;

fn connect(base_url: Option<&str>) -> Arc<dyn Provider> {
    support::provider("claude", base_url)
}

fn provider() -> Arc<dyn Provider> {
    connect(None)
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

fn refused(request: &Request) -> String {
    let error = provider().encode(request).unwrap_err();
    assert_eq!((error.kind, error.advice), (Kind::Encode, Advice::Never));
    error.to_string()
}

const MODEL: &str = "claude-sonnet-4-5";
