//! Files and batches of the Gemini API.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Answer, Asked, Job, Kind, Line, Order, Route, Stored, Wire, answer, below, lines, text,
};
use crate::support::plan::End;
use crate::support::state::Phase;

pub(super) struct Gemini;

impl Wire for Gemini {
    fn route(&self, asked: &Asked) -> Route {
        let path = &asked.path;
        if path == "/upload/next" {
            let last = asked.header("x-goog-upload-command") == Some("upload, finalize");
            return if last { Route::Upload } else { Route::Unknown };
        }
        if path.starts_with("/upload/") {
            let first = asked.header("x-goog-upload-command") == Some("start")
                && asked.header("x-goog-upload-protocol") == Some("resumable");
            return if first { Route::Begin } else { Route::Unknown };
        }
        let rest = below(path, "/v1beta/");
        if let Some(model) = rest.strip_prefix("models/") {
            return match model.split_once(':') {
                Some((_, "generateContent")) => Route::Single,
                Some((_, "batchGenerateContent")) => Route::Create,
                _ => Route::Unknown,
            };
        }
        if let Some(id) = rest.strip_suffix(":download") {
            let media = asked.query.get("alt").is_some_and(|alt| alt == "media");
            let right = media && path.starts_with("/download/");
            return if right { Route::Content(id.to_owned()) } else { Route::Unknown };
        }
        match (asked.method.as_str(), rest) {
            ("GET", "batches") => Route::List,
            (_, id) if id.starts_with("files/") => Route::File(id.to_owned()),
            ("GET", id) if id.starts_with("batches/") => Route::Status(id.to_owned()),
            ("DELETE", id) if id.starts_with("batches/") => Route::Delete(id.to_owned()),
            ("POST", id) => match id.strip_suffix(":cancel") {
                Some(id) => Route::Cancel(id.to_owned()),
                None => Route::Unknown,
            },
            _ => Route::Unknown,
        }
    }

    /// An address that was given for an upload needs none.
    fn key<'a>(&self, asked: &'a Asked) -> Option<&'a str> {
        let given = asked.path == "/upload/next";
        asked.header("x-goog-api-key").or(given.then_some(crate::support::KEY))
    }

    fn uploaded(&self, asked: &Asked) -> Result<(String, Vec<u8>), &'static str> {
        match asked.header("x-goog-upload-offset") {
            Some("0") => Ok(("rows.jsonl".to_owned(), asked.body.clone())),
            _ => Err("The offset is wrong."),
        }
    }

    fn file_id(&self, kind: Kind, number: usize) -> String {
        match kind {
            Kind::Input => format!("files/in{number}"),
            _ => format!("files/batch-out{number}"),
        }
    }

    fn file(&self, id: &str, name: &str, bytes: usize) -> Value {
        json!({
            "name": id, "displayName": name, "mimeType": "application/jsonl",
            "sizeBytes": bytes.to_string(), "state": "ACTIVE",
            "uri": format!("https://generativelanguage.googleapis.com/v1beta/{id}"),
        })
    }

    fn after_upload(&self, file: Value) -> Value {
        json!({"file": file})
    }

    fn job_id(&self, number: usize) -> String {
        format!("batches/job{number}")
    }

    fn order(&self, asked: &Asked, files: &BTreeMap<String, Stored>) -> Result<Order, String> {
        let body = asked.json();
        let batch = &body["batch"];
        let input = batch.pointer("/inputConfig/fileName").and_then(Value::as_str);
        let input = input.ok_or("inputConfig.fileName is missing")?;
        let file = files.get(input).ok_or("The file does not exist.")?;
        let (lines, problems) = lines(&file.bytes, |line| {
            let id = line["key"].as_str().filter(|id| !id.is_empty());
            let id = id.ok_or(("INVALID_ARGUMENT", "key".to_owned()))?;
            if !line["request"]["contents"].is_array() {
                return Err(("INVALID_ARGUMENT", "request.contents".to_owned()));
            }
            Ok(Line { custom_id: id.to_owned(), body: line["request"].clone() })
        });
        let model = below(&asked.path, "/v1beta/").split(':').next().unwrap_or_default();
        Ok(Order {
            input: Some(input.to_owned()),
            lines,
            label: batch["displayName"].as_str().map(str::to_owned),
            model: model.to_owned(),
            problems,
            ..Order::default()
        })
    }

    fn job(&self, job: &Job, _origin: &str) -> Value {
        let word = match job.phase {
            Phase::Validating => "BATCH_STATE_PENDING",
            Phase::Running | Phase::Finalizing | Phase::Cancelling => "BATCH_STATE_RUNNING",
            Phase::Completed => "BATCH_STATE_SUCCEEDED",
            Phase::Failed => "BATCH_STATE_FAILED",
            Phase::Expired => "BATCH_STATE_EXPIRED",
            Phase::Cancelled => "BATCH_STATE_CANCELLED",
        };
        let (total, [good, failed, ..]) = (job.custom_ids.len(), job.counts);
        let mut metadata = json!({
            "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
            "model": job.model, "displayName": job.label, "name": job.id,
            "state": job.odd.unwrap_or(word),
            "createTime": text(job.created), "updateTime": text(job.created),
            "inputConfig": {"fileName": job.input},
            "batchStats": {
                "requestCount": total.to_string(), "successfulRequestCount": good.to_string(),
                "failedRequestCount": failed.to_string(),
                "pendingRequestCount": (if job.phase.is_over() { 0 } else { total }).to_string(),
            },
        });
        let mut operation = json!({"name": job.id});
        if job.phase.is_over() && job.odd.is_none() {
            metadata["endTime"] = text(job.created).into();
            operation["done"] = true.into();
            match job.phase {
                Phase::Completed => {}
                Phase::Failed => {
                    let problem = job.problems.first();
                    let limit = problem.is_some_and(|p| p.code == "token_limit_exceeded");
                    let message = problem.map(|problem| problem.message.as_str());
                    let code = if limit { 8 } else { 3 };
                    operation["error"] = json!({"code": code, "message": message});
                }
                _ => operation["error"] = json!({"code": 1, "message": "The batch has ended."}),
            }
        }
        if let Some(output) = job.output.as_ref().filter(|_| job.shows_results()) {
            metadata["output"] = json!({"responsesFile": output});
            operation["response"] = json!({
                "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatchOutput",
                "responsesFile": output,
            });
        }
        operation["metadata"] = metadata;
        operation
    }

    fn cancelled(&self, _job: &Job, _origin: &str) -> Value {
        json!({})
    }

    fn list(&self, jobs: &[&Job], asked: &Asked, page: usize, origin: &str) -> Value {
        let start = asked.number("pageToken").unwrap_or(0).min(jobs.len());
        let rest = &jobs[start..];
        let shown = &rest[..rest.len().min(page).min(asked.number("pageSize").unwrap_or(20))];
        let operations: Vec<_> = shown.iter().map(|job| self.job(job, origin)).collect();
        if shown.len() < rest.len() {
            let next = (start + shown.len()).to_string();
            return json!({"operations": operations, "nextPageToken": next});
        }
        // An empty list is not there at all.
        if operations.is_empty() { json!({}) } else { json!({"operations": operations}) }
    }

    fn line(&self, line: &Line, answer: &Answer) -> Option<(Kind, Value)> {
        let line = match (answer::generated(&line.body, answer), answer) {
            (Some(response), _) => json!({"key": line.custom_id, "response": response}),
            (None, Answer::Error(status, _, message)) => {
                let code = match status {
                    400 => 3,
                    429 => 8,
                    503 => 14,
                    _ => 13,
                };
                json!({"key": line.custom_id, "error": {"code": code, "message": message}})
            }
            (None, Answer::Failed(_, message)) => {
                json!({"key": line.custom_id, "error": {"code": 13, "message": message}})
            }
            _ => return None,
        };
        Some((Kind::Output, line))
    }

    fn reply(&self, _asked: &Asked, body: &Value, answer: &Answer) -> Option<Value> {
        answer::generated(body, answer)
    }

    fn error(&self, status: u16, _code: &str, message: &str) -> Value {
        let word = match status {
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            500.. => "UNAVAILABLE",
            _ => "INVALID_ARGUMENT",
        };
        json!({"error": {"code": status, "message": message, "status": word}})
    }

    /// What was not done in time is gone with all that was.
    fn keeps_results(&self, end: &End) -> bool {
        *end == End::Completed
    }
}
