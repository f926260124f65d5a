//! Rendering, encoding and reading, without any network.

use http::HeaderMap;
use instructor::provider::{OpenAi, Provider, Service};
use instructor::request::Request;
use instructor::schema::{Dialect, Rendered, rendered};
use instructor::{Extract, Message, Mode};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Invoice, compare, invoice};

/// The finished body, as a program that does nothing else would write it.
#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: [Turn<'a>; 1],
    tools: [Tool<'a>; 1],
    tool_choice: Choice<'a>,
    parallel_tool_calls: bool,
}

#[derive(Serialize)]
struct Turn<'a> {
    role: &'a str,
    content: &'a str,
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'a str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a RawValue,
}

#[derive(Serialize)]
struct Choice<'a> {
    r#type: &'a str,
    function: Named<'a>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

pub(super) fn run() {
    let schema = rendered(Invoice::SCHEMA, &Dialect::TOOL).expect("a tool");
    compare(
        "schema of a type, after the first call / its bytes cloned",
        100_000,
        || rendered(Invoice::SCHEMA, &Dialect::TOOL).expect("a tool").json.get().len(),
        || schema.json.get().to_owned(),
    );

    let text = "An invoice for machine parts, hardened. ".repeat(51);
    let service = Service::find("openai").expect("a service");
    let key = Some(String::from("sk-not-a-key").into());
    let provider = OpenAi::new(service, None, key, &HeaderMap::new()).expect("a provider");
    let mut request = Request::new("gpt-4.1-mini", schema, Mode::Tools);
    request.messages.push(Message::user(text.clone()));
    compare(
        "encode a request of 2 kB / serde_json::to_vec of its body",
        5_000,
        || provider.encode(&request).expect("a body"),
        || body(&text, schema),
    );

    let answer = serde_json::to_string(&invoice()).expect("JSON");
    let pattern = regex::Regex::new("^[A-Z0-9-]+$").expect("a pattern");
    compare(
        "read and validate an answer / from_str and checks by hand",
        2_000,
        || Invoice::from_json(&answer).expect("an invoice"),
        || by_hand(&answer, &pattern),
    );
}

/// The body of the request by hand.
pub(super) fn body(text: &str, schema: &Rendered) -> Vec<u8> {
    let body = Body {
        model: "gpt-4.1-mini",
        messages: [Turn { role: "user", content: text }],
        tools: [Tool {
            r#type: "function",
            function: Function {
                name: &schema.name,
                description: &schema.description,
                parameters: &schema.json,
            },
        }],
        tool_choice: Choice { r#type: "function", function: Named { name: &schema.name } },
        parallel_tool_calls: false,
    };
    serde_json::to_vec(&body).expect("a body")
}

/// The same checks, written out.
fn by_hand(answer: &str, pattern: &regex::Regex) -> Invoice {
    let invoice: Invoice = serde_json::from_str(answer).expect("an invoice");
    assert!(!invoice.number.is_empty() && pattern.is_match(&invoice.number));
    let email = |text: &String| email_address::EmailAddress::is_valid(text);
    assert!(invoice.contact.as_ref().is_none_or(email));
    assert!(!invoice.lines.is_empty());
    for line in &invoice.lines {
        assert!((1..=200).contains(&line.item.chars().count()));
        assert!((1..=10_000).contains(&line.quantity));
        assert!(line.price >= 0.0);
    }
    invoice
}
