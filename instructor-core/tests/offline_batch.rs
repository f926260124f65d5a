//! Batches without a key: the life of a job over the calls of `OpenAI`'s API.
#![cfg(feature = "client")]

use std::fs;
use std::path::Path;

use http::Method;
use instructor_core::offline::{Answer, Offline};
use instructor_core::transport::{Files, HttpRequest, HttpResponse, Transport};
use serde_json::{Value, json};

const BASE: &str = "http://offline.invalid/v1";
const HEAD: &str = "--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"lines.jsonl\"\r\n\r\n";
const TAIL: &str = "\r\n--b--\r\n";

fn request(method: Method, path: &str, body: impl Into<bytes::Bytes>) -> HttpRequest {
    let mut request = HttpRequest::json(format!("{BASE}{path}"), body);
    request.method = method;
    request
}

fn form(body: impl Into<bytes::Bytes>) -> HttpRequest {
    let mut request = request(Method::POST, "/files", body);
    let form = "multipart/form-data; boundary=b".parse().unwrap();
    request.headers.insert("content-type", form);
    request
}

async fn send(offline: &Offline, request: HttpRequest) -> (u16, Value) {
    let HttpResponse { status, body, .. } = offline.send(request).await.unwrap();
    (status.as_u16(), serde_json::from_slice(&body).unwrap())
}

async fn get(offline: &Offline, path: &str) -> Value {
    let (status, body) = send(offline, request(Method::GET, path, "")).await;
    assert_eq!(status, 200, "{body}");
    body
}

async fn post(offline: &Offline, path: &str, body: &Value) -> (u16, Value) {
    send(offline, request(Method::POST, path, body.to_string())).await
}

/// A file with this content; its id.
async fn upload(offline: &Offline, content: &str) -> String {
    let (status, file) = send(offline, form(format!("{HEAD}{content}{TAIL}"))).await;
    assert_eq!(status, 200, "{file}");
    assert_eq!(
        (&file["object"], &file["purpose"], &file["filename"], &file["bytes"]),
        (&"file".into(), &"batch".into(), &"lines.jsonl".into(), &content.len().into())
    );
    file["id"].as_str().unwrap().to_owned()
}

/// A job over this content; its id.
async fn create(offline: &Offline, content: &str, label: &str) -> String {
    let file = upload(offline, content).await;
    let (status, job) = post(offline, "/batches", &parameters(&file, label)).await;
    assert_eq!((status, &job["status"]), (200, &"validating".into()), "{job}");
    assert_eq!(job["metadata"]["label"], label);
    assert_eq!(job["input_file_id"], file.as_str());
    job["id"].as_str().unwrap().to_owned()
}

fn parameters(file: &str, label: &str) -> Value {
    json!({
        "input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h",
        "metadata": {"label": label},
    })
}

/// Asks until the job is over; the states that were seen, and the job.
async fn wait(offline: &Offline, id: &str) -> (Vec<String>, Value) {
    let mut states: Vec<String> = Vec::new();
    loop {
        let job = get(offline, &format!("/batches/{id}")).await;
        let state = job["status"].as_str().unwrap().to_owned();
        let over = ["completed", "failed", "cancelled"].contains(&&*state);
        if states.last() != Some(&state) {
            states.push(state);
        }
        if over {
            return (states, job);
        }
    }
}

/// The lines of a file that a job names.
async fn lines(offline: &Offline, file: &Value) -> Vec<Value> {
    let path = format!("/files/{}/content", file.as_str().unwrap());
    let response = offline.send(request(Method::GET, &path, "")).await.unwrap();
    assert_eq!(response.status, 200);
    let text = std::str::from_utf8(&response.body).unwrap();
    assert!(text.ends_with('\n'), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn question(text: &str) -> Value {
    let schema =
        json!({"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]});
    json!({
        "model": "offline",
        "messages": [{"role": "user", "content": text}],
        "tools": [{"type": "function", "function": {"name": "Person", "parameters": schema}}],
    })
}

fn line(id: &str, body: &Value) -> String {
    json!({"custom_id": id, "method": "POST", "url": "/v1/chat/completions", "body": body})
        .to_string()
}

fn ages(numbers: std::ops::Range<usize>) -> String {
    let lines = numbers.map(|n| line(&format!("row-{n}"), &question(&format!("aged {n}"))));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[tokio::test]
async fn a_job_ends_with_what_single_requests_give() {
    let offline = Offline::default();
    let id = create(&offline, &ages(10..510), "all").await;
    let (states, job) = wait(&offline.clone(), &id).await;
    assert_eq!(states, ["in_progress", "finalizing", "completed"]);
    assert_eq!(job["request_counts"], json!({"total": 500, "completed": 500, "failed": 0}));
    assert_eq!((&job["model"], &job["errors"]), (&"offline".into(), &Value::Null));
    assert_eq!(job["error_file_id"], Value::Null);
    for time in ["created_at", "in_progress_at", "finalizing_at", "completed_at", "expires_at"] {
        assert!(job[time].is_u64(), "{time}");
    }

    let mut tokens = [0, 0];
    let output = lines(&offline, &job["output_file_id"]).await;
    for (n, line) in (10..).zip(&output) {
        let response = &line["response"];
        assert_eq!(line["custom_id"], format!("row-{n}"));
        assert_eq!((&response["status_code"], &line["error"]), (&200.into(), &Value::Null));
        let alone = question(&format!("aged {n}"));
        assert_eq!(
            post(&Offline::default(), "/chat/completions", &alone).await.1,
            response["body"]
        );
        let usage = &response["body"]["usage"];
        tokens[0] += usage["prompt_tokens"].as_u64().unwrap();
        tokens[1] += usage["completion_tokens"].as_u64().unwrap();
    }
    assert_eq!(output.len(), 500);
    for id in ["/id", "/response/request_id"] {
        let mut ids: Vec<_> =
            output.iter().map(|line| line.pointer(id).unwrap().as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 500, "{id}");
    }
    assert_eq!(job["usage"]["input_tokens"], tokens[0]);
    assert_eq!(job["usage"]["output_tokens"], tokens[1]);
    assert_eq!(job["usage"]["total_tokens"], tokens[0] + tokens[1]);

    // The same calls give the same bytes, and what is over stays as it is.
    let again = Offline::default();
    assert_eq!(create(&again, &ages(10..510), "all").await, id);
    let (_, same) = wait(&again, &id).await;
    assert_eq!(lines(&again, &same["output_file_id"]).await, output);
    assert_eq!(get(&offline, &format!("/batches/{id}")).await, job);
    assert_ne!(create(&again, &ages(10..510), "all").await, id);
}

#[tokio::test]
async fn the_progress_of_a_job_is_seen() {
    let offline = Offline::default();
    let id = create(&offline, &ages(0..1000), "slow").await;
    let mut done = Vec::new();
    loop {
        let job = get(&offline, &format!("/batches/{id}")).await;
        if job["status"] != "in_progress" {
            break;
        }
        assert_eq!(job["output_file_id"], Value::Null);
        done.push(job["request_counts"]["completed"].as_u64().unwrap());
    }
    assert!(done.len() > 4 && done.is_sorted(), "{done:?}");
    assert_eq!(done[..2], [0, 125]);
}

#[tokio::test]
async fn each_line_has_its_own_end() {
    let offline = Offline::default().answers([
        Answer::json(json!({"age": 900})),
        Answer::status(429),
        Answer::refusal("no"),
        Answer::timeout(),
        Answer::cut(),
        Answer::response(500, "<html>\n"),
        Answer::response(200, "{\n\"choices\": []\n}"),
        Answer::truncated("{\"ag"),
    ]);
    let mut content = ages(0..8);
    content.push_str(&line("no-schema", &json!({"model": "offline", "messages": []})));
    let id = create(&offline, &content, "script").await;
    assert!(offline.requests().is_empty());
    let (_, job) = wait(&offline, &id).await;
    assert_eq!(job["request_counts"], json!({"total": 9, "completed": 4, "failed": 5}));
    assert_eq!(offline.requests().len(), 9);
    assert_eq!(offline.requests()[3], question("aged 3"));

    let output = lines(&offline, &job["output_file_id"]).await;
    let ids: Vec<_> = output.iter().map(|line| line["custom_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["row-0", "row-2", "row-6", "row-7"]);
    let message = |at: usize| &output[at]["response"]["body"]["choices"][0]["message"];
    assert_eq!(message(0)["tool_calls"][0]["function"]["arguments"], "{\"age\":900}");
    assert_eq!(message(1)["refusal"], "no");
    assert_eq!(output[3]["response"]["body"]["choices"][0]["finish_reason"], "length");

    let errors = lines(&offline, &job["error_file_id"]).await;
    let ends: Vec<_> = errors
        .iter()
        .map(|line| (&line["custom_id"], &line["response"]["status_code"], &line["error"]["code"]))
        .map(|(id, status, code)| format!("{id} {status} {code}").replace('"', ""))
        .collect();
    assert_eq!(
        ends,
        [
            "row-1 429 null",
            "row-3 null request_timeout",
            "row-4 null server_error",
            "row-5 500 null",
            "no-schema 400 null",
        ]
    );
    assert_eq!(errors[0]["response"]["body"]["error"]["code"], "rate_limit_exceeded");
    assert_eq!(errors[3]["response"]["body"], "<html>\n");
    let said = errors[4]["response"]["body"]["error"]["message"].as_str().unwrap();
    assert!(said.contains("JSON Schema"), "{said}");
}

#[tokio::test]
async fn a_file_that_is_wrong_fails_the_job() {
    let good = line("a", &question("x"));
    let other = |name: &str, value: Value| {
        let mut line: Value = serde_json::from_str(&good).unwrap();
        line[name] = value;
        line.to_string()
    };
    let mut model = question("x");
    model["model"] = "another".into();
    for (content, expected) in [
        (String::new(), "empty_file null null"),
        ("\n".into(), "empty_file null null"),
        (format!("{good}\n{good}"), "duplicate_custom_id 2 custom_id"),
        (format!("{good}\n{{\"custom_id\":\n"), "invalid_json_line 2 null"),
        (format!("\u{feff}{good}"), "invalid_json_line 1 null"),
        (format!("{good}\n\n{}", line("b", &question("x"))), "invalid_json_line 2 null"),
        ("[]".into(), "invalid_json_line 1 null"),
        ("{}".into(), "missing_required_parameter 1 custom_id"),
        (other("custom_id", 7.into()), "invalid_json_line 1 null"),
        (other("method", "GET".into()), "invalid_method 1 method"),
        (other("url", "/v1/responses".into()), "url_mismatch 1 url"),
        (other("body", Value::Null), "missing_required_parameter 1 body"),
        (other("body", json!({"messages": []})), "missing_required_parameter 1 body.model"),
        (other("body", json!("text")), "invalid_request 1 body"),
        (format!("{good}\n{}", line("b", &model)), "model_mismatch 2 body.model"),
    ] {
        let offline = Offline::default();
        let id = create(&offline, &content, "wrong").await;
        let (states, job) = wait(&offline, &id).await;
        assert_eq!(states, ["failed"], "{content}");
        let problems = job["errors"]["data"].as_array().unwrap();
        assert_eq!(problems.len(), 1, "{content} {job}");
        let told = ["code", "line", "param"].map(|name| problems[0][name].to_string()).join(" ");
        assert_eq!(told.replace('"', ""), expected, "{content}");
        assert_eq!(job["request_counts"]["total"], 0);
        assert!(job["failed_at"].is_u64() && job["output_file_id"].is_null());
        assert!(offline.requests().is_empty());
    }

    let offline = Offline::default();
    let (_, job) = post(&offline, "/batches", &parameters("file-none", "x")).await;
    let (states, job) = wait(&offline, job["id"].as_str().unwrap()).await;
    assert_eq!(
        (&*states, &job["errors"]["data"][0]["code"]),
        (&["failed".into()][..], &"file_not_found".into())
    );

    let id = create(&offline, &format!("{good}\n").repeat(1000), "wrong").await;
    let (_, job) = wait(&offline, &id).await;
    assert_eq!(job["errors"]["data"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn a_job_can_be_cancelled_and_keeps_what_was_done() {
    let offline = Offline::default();
    let id = create(&offline, &ages(0..1000), "early").await;
    let path = format!("/batches/{id}/cancel");
    for expected in [(200, "cancelling"), (200, "cancelling")] {
        let (status, job) = post(&offline, &path, &Value::Null).await;
        assert_eq!((status, job["status"].as_str().unwrap()), expected);
    }
    let (states, job) = wait(&offline, &id).await;
    assert_eq!(states, ["cancelled"]);
    assert!(job["output_file_id"].is_null() && job["error_file_id"].is_null());
    assert!(job["cancelling_at"].is_u64() && job["cancelled_at"].is_u64());
    let (refused, error) = post(&offline, &path, &Value::Null).await;
    assert_eq!(refused, 409);
    assert!(error["error"]["message"].as_str().unwrap().contains("cancelled"), "{error}");

    let id = create(&offline, &ages(0..1000), "late").await;
    for _ in 0..3 {
        get(&offline, &format!("/batches/{id}")).await;
    }
    post(&offline, &format!("/batches/{id}/cancel"), &json!({})).await;
    let (states, job) = wait(&offline, &id).await;
    assert_eq!(states, ["cancelled"]);
    assert_eq!(job["request_counts"], json!({"total": 1000, "completed": 250, "failed": 0}));
    let output = lines(&offline, &job["output_file_id"]).await;
    let errors = lines(&offline, &job["error_file_id"]).await;
    assert_eq!((output.len(), errors.len()), (250, 750));
    assert_eq!(output[249]["custom_id"], "row-249");
    assert_eq!(errors[0]["custom_id"], "row-250");
    assert_eq!(
        (&errors[0]["response"], &errors[0]["error"]["code"]),
        (&Value::Null, &"batch_cancelled".into())
    );
}

#[tokio::test]
async fn jobs_are_listed_by_pages_and_go_on_meanwhile() {
    let offline = Offline::default();
    let none = get(&offline, "/batches").await;
    assert_eq!(
        none,
        json!({"object": "list", "first_id": null, "last_id": null, "has_more": false, "data": []})
    );
    for n in 0..25 {
        create(&offline, &ages(0..2), &format!("job-{n}")).await;
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = get(&offline, &format!("/batches?limit=10{after}")).await;
        let jobs = page["data"].as_array().unwrap();
        assert_eq!(page["first_id"], jobs[0]["id"]);
        assert_eq!(page["last_id"], jobs.last().unwrap()["id"]);
        seen.extend(jobs.iter().map(|job| job["metadata"]["label"].as_str().unwrap().to_owned()));
        if page["has_more"] == false {
            break;
        }
        after = format!("&after={}", page["last_id"].as_str().unwrap());
    }
    let newest_first: Vec<_> = (0..25).rev().map(|n| format!("job-{n}")).collect();
    assert_eq!(seen, newest_first);
    for _ in 0..2 {
        get(&offline, "/batches?limit=100").await;
    }
    let page = get(&offline, "/batches").await;
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (20, &true.into()));
    assert_eq!(page["data"][0]["status"], "completed");

    for path in ["/batches?limit=0", "/batches?limit=101", "/batches?limit=x"] {
        assert_eq!(send(&offline, request(Method::GET, path, "")).await.0, 400, "{path}");
    }
    let gone = request(Method::GET, "/batches?after=batch_x", "");
    assert_eq!(send(&offline, gone).await.0, 404);
}

#[tokio::test]
async fn files_come_and_go() {
    let offline = Offline::default();
    let (file, same) = (upload(&offline, "a\nb\n").await, upload(&offline, "a\nb\n").await);
    assert_ne!(file, same);
    let path = format!("/files/{file}");
    assert_eq!(get(&offline, &path).await["status"], "processed");
    let content = request(Method::GET, &format!("{path}/content"), "");
    assert_eq!(offline.send(content.clone()).await.unwrap().body, "a\nb\n");
    let (status, deleted) = send(&offline, request(Method::DELETE, &path, "")).await;
    assert_eq!((status, &deleted["deleted"], &deleted["id"]), (200, &true.into(), &file.into()));
    for gone in [
        request(Method::GET, &path, ""),
        request(Method::DELETE, &path, ""),
        content,
        request(Method::GET, "/batches/batch_x", ""),
        request(Method::POST, "/batches/batch_x/cancel", ""),
    ] {
        let (status, body) = send(&offline, gone).await;
        assert_eq!(status, 404);
        assert_eq!(body["error"]["type"], "invalid_request_error");
    }
    assert!(offline.requests().is_empty());
}

#[tokio::test]
async fn a_call_that_is_wrong_is_refused() {
    let offline = Offline::default();
    let other = |name: &str, value: Value| {
        let mut parameters = parameters("file-1", "x");
        parameters[name] = value;
        request(Method::POST, "/batches", parameters.to_string())
    };
    let many: serde_json::Map<_, _> = (0..17).map(|n| (n.to_string(), "x".into())).collect();
    for (wrong, status, param) in [
        (request(Method::POST, "/batches", "no JSON"), 400, Value::Null),
        (other("input_file_id", Value::Null), 400, "input_file_id".into()),
        (other("endpoint", "/v1/embeddings".into()), 400, "endpoint".into()),
        (other("completion_window", "7d".into()), 400, "completion_window".into()),
        (other("metadata", json!({"label": 1})), 400, "metadata".into()),
        (other("metadata", json!({"label": "x".repeat(513)})), 400, "metadata".into()),
        (other("metadata", many.into()), 400, "metadata".into()),
        (form("no form"), 400, Value::Null),
        (form("--b--"), 400, "purpose".into()),
        (form(format!("{HEAD}{TAIL}").replace("batch", "fine-tune")), 400, "purpose".into()),
        (form(format!("{HEAD}{TAIL}").replace("\"file\"", "\"other\"")), 400, "file".into()),
        (request(Method::POST, "/files", "{}"), 400, Value::Null),
        (request(Method::GET, "/files", ""), 405, Value::Null),
        (request(Method::DELETE, "/batches/batch_x", ""), 405, Value::Null),
        (request(Method::GET, "/batches/batch_x/content", ""), 405, Value::Null),
    ] {
        let place = format!("{} {}", wrong.method, wrong.url);
        let (answered, body) = send(&offline, wrong).await;
        assert_eq!((answered, &body["error"]["param"]), (status, &param), "{place} {body}");
    }
    assert_eq!(get(&offline, "/batches").await["data"], json!([]));
}

#[tokio::test]
async fn files_of_this_machine_go_up_and_come_down() {
    let folder = std::env::temp_dir().join(format!("instructor-offline-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (up, down) = (folder.join("up.jsonl"), folder.join("down.jsonl"));
    fs::write(&up, ages(0..3)).unwrap();
    let offline = Offline::default();
    let uploaded = offline.transfer(form(HEAD), Files::upload(&up, TAIL)).await.unwrap();
    let file: Value = serde_json::from_slice(&uploaded.body).unwrap();
    let parameters = parameters(file["id"].as_str().unwrap(), "files");
    let (_, job) = post(&offline, "/batches", &parameters).await;
    let (_, job) = wait(&offline, job["id"].as_str().unwrap()).await;
    let content = |id: &str| request(Method::GET, &format!("/files/{id}/content"), "");
    let output = content(job["output_file_id"].as_str().unwrap());
    let answer = offline.transfer(output, Files::download(&down)).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert_eq!(fs::read_to_string(&down).unwrap().lines().count(), 3);

    let nowhere = folder.join("nowhere.jsonl");
    let answer = offline.transfer(content("file-x"), Files::download(&nowhere)).await.unwrap();
    assert!(answer.status == 404 && !answer.body.is_empty() && !Path::new(&nowhere).exists());
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn no_runtime_is_needed() {
    let offline = Offline::default();
    let id = futures_util::FutureExt::now_or_never(create(&offline, &ages(0..3), "none")).unwrap();
    let (states, _) = futures_util::FutureExt::now_or_never(wait(&offline, &id)).unwrap();
    assert_eq!(states.last().unwrap(), "completed");
}
