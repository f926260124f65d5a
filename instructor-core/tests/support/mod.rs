//! A real HTTP server on loopback that answers from a script, and types to ask for.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::any::TypeId;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderMap;
use instructor_core::provider::{Provider, Service, Setup};
use instructor_core::schema::{Field, Schema, Shape};
use instructor_core::transport::{
    BoxFuture, FetchError, FetchPolicy, Fetched, Files, HttpRequest, HttpResponse, Network,
    Reqwest, Transport, TransportError,
};
use instructor_core::{Client, ClientBuilder, Extract, Path, Report};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

pub(crate) const KEY: &str = "sk-test-5ecret5ecret5ecret";

/// The provider of a service, with [`KEY`] and an empty environment.
pub(crate) fn provider(service: &str, base_url: Option<&str>) -> Arc<dyn Provider> {
    let service = Service::find(service).unwrap();
    let setup = Setup {
        key: Some(KEY.into()),
        base_url: base_url.map(str::to_owned),
        headers: HeaderMap::new(),
        variable: &|_| None,
    };
    (service.connect)(service, setup).unwrap()
}

/// What the server does with one request.
#[derive(Clone)]
pub(crate) enum Step {
    /// Sends a whole response.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// Sends nothing and keeps the connection open.
    Silence,
    /// Promises a body, sends half of it and closes the connection.
    Cut,
    /// Goes on when the test gives it a permit.
    Held(Arc<Semaphore>, Box<Step>),
}

/// Which step a request gets.
type Script = Arc<dyn Fn(&Received) -> Step + Send + Sync>;

impl Step {
    pub(crate) fn status(status: u16, body: &Value) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_string() }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_owned() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

/// A completion with these choices and 10 + 5 tokens.
pub(crate) fn completion(choices: &Value) -> Step {
    let usage = json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15});
    let body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-test-2026",
        "choices": choices, "usage": usage,
    });
    Step::status(200, &body)
}

pub(crate) fn choice(message: &Value, finish_reason: &str) -> Value {
    json!({"index": 0, "message": message, "finish_reason": finish_reason})
}

pub(crate) fn tool_call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

/// An answer with one call of a tool.
pub(crate) fn called(name: &str, arguments: &Value) -> Step {
    let call = tool_call("call_1", name, &arguments.to_string());
    completion(&json!([choice(
        &json!({"role": "assistant", "content": null, "tool_calls": [call]}),
        "tool_calls",
    )]))
}

/// An answer in text.
pub(crate) fn said(content: &str) -> Step {
    completion(&json!([choice(&json!({"role": "assistant", "content": content}), "stop")]))
}

/// What the server received.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Received {
    pub(crate) fn messages(&self) -> &[Value] {
        self.body["messages"].as_array().unwrap()
    }
}

pub(crate) struct Server {
    port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// A server that takes one step for each request and then answers 418.
    pub(crate) async fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        let steps = Mutex::new(steps.into_iter().collect::<VecDeque<_>>());
        Self::answering(move |_| steps.lock().unwrap().pop_front().unwrap_or(Step::text(418, "")))
            .await
    }

    /// A server that looks at a request before it takes a step.
    pub(crate) async fn answering(
        script: impl Fn(&Received) -> Step + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let script: Script = Arc::new(script);
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&log)));
            }
        });
        Self { port, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// A client of this server whose pauses are written down instead of made.
    pub(crate) fn client(&self) -> (ClientBuilder, Arc<Pauses>) {
        // One for each test: certificates are read once, and a pool belongs to one runtime.
        thread_local! {
            static NETWORK: Reqwest = {
                let mut network = Network::default();
                network.proxy = false;
                Reqwest::new(&network).unwrap()
            };
        }
        let network = NETWORK.with(Clone::clone);
        let pauses = Arc::new(Pauses { network, made: Mutex::default() });
        let transport = Arc::clone(&pauses);
        let builder = Client::builder()
            .model("openai/gpt-test")
            .api_key(KEY)
            .base_url(self.url())
            .transport(transport);
        (builder, pauses)
    }
}

async fn serve(mut stream: TcpStream, script: Script, log: Arc<Mutex<Vec<Received>>>) {
    while let Some(received) = read(&mut stream).await {
        let mut step = script(&received);
        log.lock().unwrap().push(received);
        while let Step::Held(permits, then) = step {
            permits.acquire().await.unwrap().forget();
            step = *then;
        }
        match step {
            Step::Answer { status, headers, body } => {
                let length = ("content-length", body.len().to_string());
                let headers = headers.iter().chain([&length]);
                let lines: String =
                    headers.flat_map(|(name, value)| [*name, ": ", value, "\r\n"]).collect();
                let response = format!("HTTP/1.1 {status} X\r\n{lines}\r\n{body}");
                if stream.write_all(response.as_bytes()).await.is_err() {
                    return;
                }
            }
            Step::Silence | Step::Held(..) => std::future::pending().await,
            Step::Cut => {
                let half = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"choices\":";
                let _ = stream.write_all(half).await;
                return;
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let mut body = bytes.split_off(end);
    while body.len() < length.unwrap_or(0) {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Received { head, body: serde_json::from_slice(&body).unwrap_or_default() })
}

/// The network, with pauses that are written down instead of made.
#[derive(Debug)]
pub(crate) struct Pauses {
    network: Reqwest,
    made: Mutex<Vec<Duration>>,
}

impl Pauses {
    pub(crate) fn made(&self) -> Vec<Duration> {
        self.made.lock().unwrap().clone()
    }
}

impl Transport for Pauses {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.network.send(request)
    }

    fn transfer<'a>(
        &'a self,
        request: HttpRequest,
        files: Files<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        self.network.transfer(request, files)
    }

    fn fetch<'a>(
        &'a self,
        url: &'a str,
        policy: &'a FetchPolicy,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        self.network.fetch(url, policy)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.made.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

/// A person, written by hand as the derive would, with two rules of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) age: u16,
}

impl Person {
    pub(crate) fn ada() -> Self {
        Self { name: "Ada".into(), age: 36 }
    }
}

impl Extract for Person {
    const SCHEMA: &'static Schema = &Schema {
        name: "Person",
        description: "A person in the text.",
        ..Schema::new(
            TypeId::of::<Self>,
            Shape::Object {
                fields: &[Field::new("name", String::SCHEMA), Field::new("age", u16::SCHEMA)],
                closed: false,
            },
        )
    };

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        if self.name.is_empty() {
            report.violation(at.field("name"), "must not be empty");
        }
        if self.age > 150 {
            report.violation(at.field("age"), "must be at most 150");
        }
    }
}
