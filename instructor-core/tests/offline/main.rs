//! The offline model on the wire: requests written by hand, answers over the example texts.
#![cfg(feature = "client")]

use instructor_core::offline::Offline;
use instructor_core::transport::{HttpRequest, HttpResponse, Transport, TransportError};
use serde_json::{Value, json};

mod derived;
mod laws;
mod schemas;
mod several;
mod texts;
mod wire;

const BIOGRAPHY: &str = include_str!("../../../examples/data/biography.txt");
const INVOICE: &str = include_str!("../../../examples/data/invoice.txt");
const JOB_AD: &str = include_str!("../../../examples/data/job_ad.txt");
const TICKET: &str = include_str!("../../../examples/data/ticket.txt");
const MEETING: &str = include_str!("../../../examples/data/meeting.txt");
const REVIEW: &str = include_str!("../../../examples/data/review.txt");

async fn send(offline: &Offline, body: &Value) -> Result<HttpResponse, TransportError> {
    offline
        .send(HttpRequest::json("https://offline.invalid/v1/chat/completions", body.to_string()))
        .await
}

async fn reply(offline: &Offline, body: &Value) -> Value {
    let response = send(offline, body).await.expect("a response");
    serde_json::from_slice(&response.body).expect("JSON")
}

fn tools(schema: &Value, messages: &Value) -> Value {
    json!({
        "model": "offline",
        "messages": messages,
        "tools": [{"type": "function", "function": {"name": "Answer", "description": "", "parameters": schema}}],
        "tool_choice": {"type": "function", "function": {"name": "Answer"}},
    })
}

fn arguments(reply: &Value) -> Value {
    let text = reply["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"].as_str();
    serde_json::from_str(text.expect("a tool call")).expect("arguments")
}

async fn extract(schema: &Value, text: &str) -> Value {
    let body = tools(schema, &json!([{"role": "user", "content": text}]));
    arguments(&reply(&Offline::default(), &body).await)
}

/// An object schema; a name that ends in `?` is optional.
fn object(properties: Value) -> Value {
    let Value::Object(properties) = properties else { unreachable!() };
    let required: Vec<_> = properties.keys().filter(|name| !name.ends_with('?')).cloned().collect();
    let properties: serde_json::Map<_, _> = properties
        .into_iter()
        .map(|(name, node)| (name.trim_end_matches('?').to_owned(), node))
        .collect();
    json!({"type": "object", "properties": properties, "required": required})
}
