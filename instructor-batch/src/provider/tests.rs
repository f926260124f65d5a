//! What services do that no server of ours does, told by a script.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use instructor_core::transport::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};
use instructor_core::{Client, RetryPolicy};
use serde_json::{Value, json};

use super::{Downloads, NewJob, SharedProvider, SubmitError, connect};
use crate::job::{BatchJobInfo, BatchStatus};

/// Gives these answers, one after the other, and remembers what was asked.
#[derive(Debug, Default)]
struct Script {
    answers: Mutex<VecDeque<HttpResponse>>,
    asked: Mutex<Vec<HttpRequest>>,
}

impl Script {
    fn new(answers: impl IntoIterator<Item = HttpResponse>) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
        })
    }

    fn asked(&self) -> Vec<HttpRequest> {
        self.asked.lock().unwrap().clone()
    }

    /// The methods and addresses, without what all have in common.
    fn calls(&self) -> Vec<String> {
        let asked = self.asked();
        let call = |request: &HttpRequest| {
            let url = request.url.trim_start_matches("https://host.test");
            format!("{} {url}", request.method)
        };
        asked.iter().map(call).collect()
    }
}

impl Transport for Script {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        self.asked.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front();
        let over = || TransportError::Invalid(io::Error::other("the script is over").into());
        Box::pin(std::future::ready(answer.ok_or_else(over)))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

fn ok(body: &Value) -> HttpResponse {
    HttpResponse::new(body.to_string())
}

fn with_status(status: u16, body: &Value) -> HttpResponse {
    HttpResponse { status: StatusCode::from_u16(status).unwrap(), ..ok(body) }
}

fn to(place: &str) -> HttpResponse {
    let location = (HeaderName::from_static("location"), HeaderValue::from_str(place).unwrap());
    HttpResponse {
        status: StatusCode::FOUND,
        headers: HeaderMap::from_iter([location]),
        body: Bytes::new(),
    }
}

fn service(model: &str, path: &str, script: &Arc<Script>) -> SharedProvider {
    let client = Client::builder()
        .model(model)
        .api_key("sk-test-5ecret5ecret5ecret")
        .base_url(format!("https://host.test{path}"))
        .retry(RetryPolicy::never())
        .transport(Arc::<Script>::clone(script) as Arc<dyn Transport>);
    connect(&client.build().unwrap()).unwrap()
}

async fn submit(provider: &SharedProvider) -> Result<BatchJobInfo, SubmitError> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("lines.jsonl");
    std::fs::write(&file, "{}\n").unwrap();
    provider.submit(NewJob::new(&file, 1, "/v1/chat/completions", "m", "label-1")).await
}

#[tokio::test]
async fn a_file_with_another_host_comes_without_our_key() {
    let script = Script::new([
        to("/v1/elsewhere?x=1"),
        to("https://files.test/signed?y=2"),
        HttpResponse::new("line\n"),
    ]);
    let provider = service("openai/m", "/v1", &script);
    let mut job = BatchJobInfo::new("openai", "b", BatchStatus::Completed, "completed");
    job.files.output = Some("file-1".to_owned());
    (job.counts.completed, job.counts.failed) = (Some(1), Some(0));
    let directory = tempfile::tempdir().unwrap();
    let (output, errors) = (directory.path().join("output"), directory.path().join("errors"));
    let into = Downloads { output: &output, errors: &errors };
    let written = provider.download(&job, into).await.unwrap();
    assert!(written.output && !written.errors);
    assert_eq!(std::fs::read_to_string(&output).unwrap(), "line\n");
    assert_eq!(
        script.calls(),
        [
            "GET /v1/files/file-1/content",
            "GET /v1/elsewhere?x=1",
            "GET https://files.test/signed?y=2"
        ]
    );
    let asked = script.asked();
    let keys = asked.iter().map(|request| request.headers.contains_key(AUTHORIZATION));
    assert_eq!(keys.collect::<Vec<_>>(), [true, true, false]);
}

#[tokio::test]
async fn a_file_at_azure_is_looked_at_until_it_is_processed() {
    let file = |status| json!({"id": "file-1", "status": status});
    let script = Script::new([
        ok(&file("pending")),
        with_status(404, &json!({"error": {"message": "not yet"}})),
        ok(&file("running")),
        ok(&file("processed")),
        ok(&json!({"id": "batch_1", "status": "Validating"})),
    ]);
    let path = "/openai/deployments/d/chat/completions?api-version=2024-10-21";
    let job = submit(&service("azure/d", path, &script)).await.unwrap();
    assert_eq!(job.status, BatchStatus::Validating);
    assert_eq!(
        script.calls(),
        [
            "POST /openai/files?api-version=2024-10-21",
            "GET /openai/files/file-1?api-version=2024-10-21",
            "GET /openai/files/file-1?api-version=2024-10-21",
            "GET /openai/files/file-1?api-version=2024-10-21",
            "POST /openai/batches?api-version=2024-10-21"
        ]
    );
    let script = Script::new([
        ok(&file("pending")),
        ok(&json!({"id": "file-1", "status": "error", "status_details": "no JSON"})),
    ]);
    let error = submit(&service("azure/d", path, &script)).await.unwrap_err();
    assert!(matches!(error, SubmitError::Refused(_)));
    assert_eq!(error.to_string(), "the service cannot process the file: no JSON");
}

#[tokio::test]
async fn a_file_that_is_not_seen_yet_is_the_one_reason_to_create_again() {
    let unseen = json!({"error": {"message": "Cannot find file file-1.", "type": "invalid"}});
    let script = Script::new([
        ok(&json!({"id": "file-1"})),
        with_status(400, &unseen),
        with_status(400, &unseen),
        ok(&json!({"id": "batch_1", "status": "validating"})),
    ]);
    submit(&service("openai/m", "/v1", &script)).await.unwrap();
    assert_eq!(script.calls()[1..], ["POST /v1/batches"; 3]);

    let wrong = json!({"error": {"message": "The endpoint is wrong."}});
    let script = Script::new([ok(&json!({"id": "file-1"})), with_status(400, &wrong)]);
    let error = submit(&service("openai/m", "/v1", &script)).await.unwrap_err();
    assert!(matches!(error, SubmitError::Refused(_)), "{error}");
}

#[tokio::test]
async fn what_a_failed_create_means() {
    let said = |message: &str, code: &str| json!({"error": {"message": message, "code": code}});
    for (status, body, expected) in [
        (400, said("Enqueued token limit reached for m", "token_limit_exceeded"), "full"),
        (429, said("Too many tasks", "too_many_tasks"), "full"),
        (429, said("Slow down", "rate_limit_exceeded"), "refused"),
        (429, said("You exceeded your current quota", "insufficient_quota"), "refused"),
        (401, said("Wrong key", "invalid_api_key"), "refused"),
        (413, said("Too large", ""), "refused"),
        (500, said("Oops", "server_error"), "unknown"),
        (503, said("Busy", ""), "unknown"),
        (200, json!({"object": "batch"}), "unknown"),
        (200, json!("ok"), "unknown"),
    ] {
        let script = Script::new([ok(&json!({"id": "file-1"})), with_status(status, &body)]);
        let meaning = match submit(&service("openai/m", "/v1", &script)).await.unwrap_err() {
            SubmitError::Refused(_) => "refused",
            SubmitError::Unknown(_) => "unknown",
            SubmitError::Full(_) => "full",
        };
        assert_eq!(meaning, expected, "{status} {body}");
        assert_eq!(script.calls().len(), 2, "{status} {body}");
    }
}

#[tokio::test]
async fn together_is_told_the_name_of_the_file() {
    let script = Script::new([
        ok(&json!({"id": "file-1"})),
        ok(&json!({"job": {"id": "j", "status": "VALIDATING"}, "warning": ""})),
    ]);
    let job = submit(&service("together/m", "/v1", &script)).await.unwrap();
    assert_eq!((job.id.as_str(), job.status), ("j", BatchStatus::Validating));
    assert_eq!(script.calls(), ["POST /v1/files/upload", "POST /v1/batches"]);
    let form = String::from_utf8(script.asked()[0].body.to_vec()).unwrap();
    for part in ["\r\n\r\nbatch-api\r\n", "\r\n\r\nlabel-1.jsonl\r\n", "\r\n\r\njsonl\r\n", "{}\n"]
    {
        assert!(form.contains(part), "{part:?}");
    }
}
