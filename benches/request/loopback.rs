//! The whole client against a server on this machine: CPU for each request, beside hand-written
//! reqwest with serde structs.
//!
//! The server is a process of its own, so that its CPU does not count.

#![expect(clippy::disallowed_types, reason = "the baseline is reqwest by hand")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use cpu_time::ProcessTime;
use futures_util::{StreamExt, stream};
use instructor::schema::{Dialect, rendered};
use instructor::{Client, Extract};
use serde::Deserialize;
use serde_json::json;

use super::{Invoice, invoice};

const TEXT: &str =
    "An invoice for machine parts, hardened. Number INV-2024-0042, from Babbage & Sons.";
const REQUESTS: usize = 4_000;

/// Answers every request with the same invoice; prints its port on the first line.
pub(super) fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("an address").port());
    let arguments = serde_json::to_string(&invoice()).expect("JSON");
    let body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4.1-mini",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {
            "role": "assistant", "content": null, "refusal": null, "tool_calls": [{
                "id": "call_1", "type": "function",
                "function": {"name": "Invoice", "arguments": arguments}
            }]
        }}],
        "usage": {"prompt_tokens": 300, "completion_tokens": 200, "total_tokens": 500}
    })
    .to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
    let response = format!("{head}{}\r\n\r\n{body}", body.len());
    for stream in listener.incoming().flatten() {
        let response = response.clone();
        std::thread::spawn(move || answer(stream, response.as_bytes()));
    }
}

/// Answers the requests of one connection until it closes.
fn answer(stream: TcpStream, response: &[u8]) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body).ok()?;
        writer.write_all(response).ok()?;
    }
}

/// The server process; it ends with this value.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut child = Command::new(program)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server process");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its port");
        let port = line.trim().parse().expect("a port");
        Self { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    tool_calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    arguments: String,
}

/// The request as a program without this library would make it.
async fn by_hand(http: reqwest::Client, url: String, body: bytes::Bytes) -> Invoice {
    let response = http
        .post(url)
        .bearer_auth("sk-not-a-key")
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .expect("a response");
    let bytes = response.bytes().await.expect("a body");
    let completion: Completion = serde_json::from_slice(&bytes).expect("a completion");
    let call = &completion.choices[0].message.tool_calls[0];
    assert_eq!(call.function.name, "Invoice");
    let invoice: Invoice = serde_json::from_str(&call.function.arguments).expect("an invoice");
    assert!(!invoice.lines.is_empty());
    invoice
}

pub(super) fn run() {
    let server = Server::start();
    let base = format!("http://127.0.0.1:{}/v1", server.port);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio");
    let client = Client::builder()
        .model("openai/gpt-4.1-mini")
        .api_key("sk-not-a-key")
        .base_url(&base)
        .build()
        .expect("a client");
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(tls())
        .tcp_nodelay(true)
        .build()
        .expect("a client");
    let schema = rendered(Invoice::SCHEMA, &Dialect::TOOL).expect("a tool");
    for concurrency in [1, 64, 512] {
        let mut ratios = Vec::new();
        let mut micros = Vec::new();
        for round in 0..6 {
            let ours = cpu(&runtime, concurrency, || {
                let client = client.clone();
                async move { Invoice::extract(&client, TEXT).await.expect("an invoice") }
            });
            let theirs = cpu(&runtime, concurrency, || {
                let body = super::pure::body(TEXT, schema);
                by_hand(http.clone(), format!("{base}/chat/completions"), body.into())
            });
            if round > 0 {
                ratios.push(ours / theirs);
                micros.push(ours * 1e6);
            }
        }
        ratios.sort_by(f64::total_cmp);
        micros.sort_by(f64::total_cmp);
        let (ratio, micro) = (ratios[ratios.len() / 2], micros[micros.len() / 2]);
        let name = format!("client, {concurrency} at once, CPU of one request / reqwest by hand");
        println!("{name:<58} {:>9.0} ns   {ratio:>5.2} x", micro * 1e3);
    }
}

/// The same TLS for both sides; nothing is encrypted on loopback.
fn tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

/// CPU seconds of this process for one request.
fn cpu<F: Future<Output = Invoice>>(
    runtime: &tokio::runtime::Runtime,
    concurrency: usize,
    ask: impl Fn() -> F,
) -> f64 {
    let start = ProcessTime::now();
    runtime.block_on(
        stream::iter(0..REQUESTS).map(|_| ask()).buffer_unordered(concurrency).for_each(
            |invoice| {
                std::hint::black_box(invoice);
                std::future::ready(())
            },
        ),
    );
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let requests = REQUESTS as f64;
    start.elapsed().as_secs_f64() / requests
}
