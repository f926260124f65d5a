//! The lines of a job: requests read and checked, responses written.

use std::borrow::Cow;
use std::collections::HashSet;

use bytes::Bytes;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::transport::{HttpResponse, TransportError};

/// The endpoint that jobs can have.
pub(super) const ENDPOINT: &str = "/v1/chat/completions";

/// How many problems of a file are told.
const TOLD: usize = 100;

/// A request.
pub(super) struct Line {
    pub(super) custom_id: String,
    pub(super) body: Bytes,
}

/// What is wrong with the file of a job.
pub(super) struct Problem {
    code: &'static str,
    message: String,
    line: Option<usize>,
    param: Option<&'static str>,
}

impl Problem {
    /// A problem of the whole file.
    pub(super) fn whole(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), line: None, param: None }
    }

    /// The problem as the API shows it.
    pub(super) fn view(&self) -> Value {
        let Self { code, message, line, param } = self;
        json!({"code": code, "message": message, "line": line, "param": param})
    }
}

/// The requests of a file and their model, or everything that is wrong with it.
pub(super) fn read(file: &Bytes) -> Result<(Vec<Line>, String), Vec<Problem>> {
    let mut lines: Vec<Line> = Vec::new();
    let mut problems = Vec::new();
    let mut ids = HashSet::new();
    let mut model: Option<Cow<'_, str>> = None;
    let content = file.strip_suffix(b"\n").unwrap_or(file);
    for (number, line) in (1..).zip(content.split(|byte| *byte == b'\n')) {
        if content.is_empty() || problems.len() == TOLD {
            break;
        }
        let wrong = |(code, message, param)| Problem { code, message, line: Some(number), param };
        match request(line) {
            Ok(wire::Checked { custom_id, body, model: own }) => {
                if model.get_or_insert_with(|| own.clone()) != &own {
                    let message = "the model is not the one of the lines before".to_owned();
                    problems.push(wrong(("model_mismatch", message, Some("body.model"))));
                }
                lines.push(Line {
                    custom_id: custom_id.to_string(),
                    body: file.slice_ref(body.get().as_bytes()),
                });
                if !ids.insert(custom_id) {
                    let message = "another line has this id already".to_owned();
                    problems.push(wrong(("duplicate_custom_id", message, Some("custom_id"))));
                }
            }
            Err(problem) => problems.push(wrong(problem)),
        }
    }
    match model {
        Some(model) if problems.is_empty() => Ok((lines, model.into_owned())),
        _ if problems.is_empty() => {
            Err(vec![Problem::whole("empty_file", "the file has no lines")])
        }
        _ => Err(problems),
    }
}

type Wrong = (&'static str, String, Option<&'static str>);

/// A line, if a service would take it.
fn request(line: &[u8]) -> Result<wire::Checked<'_>, Wrong> {
    let missing = |param: &'static str| {
        ("missing_required_parameter", format!("`{param}` is missing"), Some(param))
    };
    let wire::Line { custom_id, method, url, body } = serde_json::from_slice(line)
        .map_err(|_| ("invalid_json_line", "the line is no JSON of a request".to_owned(), None))?;
    let custom_id = custom_id.ok_or_else(|| missing("custom_id"))?;
    if method.ok_or_else(|| missing("method"))? != "POST" {
        return Err(("invalid_method", "the method is not POST".to_owned(), Some("method")));
    }
    if !is_endpoint(&url.ok_or_else(|| missing("url"))?) {
        let message = "the address is not the endpoint of the batch".to_owned();
        return Err(("url_mismatch", message, Some("url")));
    }
    let body = body.ok_or_else(|| missing("body"))?;
    let wire::Body { model } = serde_json::from_str(body.get()).map_err(|_| {
        ("invalid_request", "the body is none of a request".to_owned(), Some("body"))
    })?;
    let model = model.ok_or_else(|| missing("body.model"))?;
    Ok(wire::Checked { custom_id, body, model })
}

/// Whether this is the endpoint of chat completions, with or without the version.
pub(super) fn is_endpoint(path: &str) -> bool {
    path == ENDPOINT || Some(path) == ENDPOINT.strip_prefix("/v1")
}

/// What became of a line, as a line of the output or the errors.
pub(super) struct Done {
    /// Whether it is a success.
    pub(super) success: bool,
    /// Tokens in and out.
    pub(super) usage: [u64; 2],
    line: String,
}

impl Done {
    /// The line, with its end.
    pub(super) fn line(&self) -> &[u8] {
        self.line.as_bytes()
    }

    /// The line was answered; `id` is its own.
    pub(super) fn answered(
        id: &str,
        custom_id: &str,
        answer: Result<HttpResponse, TransportError>,
    ) -> Self {
        let response = match answer {
            Ok(response) => response,
            Err(TransportError::Timeout) => {
                return Self::failed(id, custom_id, "request_timeout", "the model took too long");
            }
            Err(_) => {
                return Self::failed(id, custom_id, "server_error", "the model did not answer");
            }
        };
        let usage = serde_json::from_slice(&response.body).map(|wire::Usage { usage }| {
            usage.map_or([0; 2], |usage| [usage.prompt_tokens, usage.completion_tokens])
        });
        let body = String::from_utf8_lossy(&response.body);
        // What is no JSON is a text; between the values of JSON, the end of a line is but a space.
        let body = match serde_json::from_str::<&RawValue>(&body) {
            Ok(json) => json.get().replace(['\n', '\r'], " "),
            Err(_) => Value::from(body).to_string(),
        };
        let status = response.status.as_u16();
        let own = Value::from(custom_id);
        let line = format!(
            r#"{{"id":"batch_req_{id}","custom_id":{own},"response":{{"status_code":{status},"request_id":"{id}","body":{body}}},"error":null}}"#
        );
        let success = response.status.is_success();
        Self { success, usage: usage.unwrap_or_default(), line: line + "\n" }
    }

    /// The line has no response.
    pub(super) fn failed(id: &str, custom_id: &str, code: &str, message: &str) -> Self {
        let line = json!({
            "id": format!("batch_req_{id}"),
            "custom_id": custom_id,
            "response": null,
            "error": {"code": code, "message": message},
        });
        Self { success: false, usage: [0; 2], line: format!("{line}\n") }
    }
}

mod wire {
    use std::borrow::Cow;

    use serde::Deserialize;
    use serde_json::value::RawValue;

    #[derive(Deserialize)]
    pub(super) struct Line<'a> {
        #[serde(borrow)]
        pub(super) custom_id: Option<Cow<'a, str>>,
        #[serde(borrow)]
        pub(super) method: Option<Cow<'a, str>>,
        #[serde(borrow)]
        pub(super) url: Option<Cow<'a, str>>,
        #[serde(borrow)]
        pub(super) body: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    pub(super) struct Body<'a> {
        #[serde(borrow)]
        pub(super) model: Option<Cow<'a, str>>,
    }

    pub(super) struct Checked<'a> {
        pub(super) custom_id: Cow<'a, str>,
        pub(super) body: &'a RawValue,
        pub(super) model: Cow<'a, str>,
    }

    #[derive(Deserialize)]
    pub(super) struct Usage {
        pub(super) usage: Option<Tokens>,
    }

    #[derive(Deserialize)]
    pub(super) struct Tokens {
        #[serde(default)]
        pub(super) prompt_tokens: u64,
        #[serde(default)]
        pub(super) completion_tokens: u64,
    }
}
