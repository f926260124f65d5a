//! Files and batch jobs of Mistral.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Answer, Asked, Job, Kind, Line, Order, Route, Stored, Wire, answer, below, lines, seconds,
};
use crate::support::state::Phase;

pub(super) struct Mistral;

impl Wire for Mistral {
    fn route(&self, asked: &Asked) -> Route {
        let path: Vec<&str> = below(&asked.path, "/v1/").split('/').collect();
        match (asked.method.as_str(), &path[..]) {
            ("POST", ["chat", "completions"]) => Route::Single,
            ("POST", ["files"]) => Route::Upload,
            ("GET", ["files", id, "content"]) => Route::Content((*id).to_owned()),
            (_, ["files", id]) => Route::File((*id).to_owned()),
            ("POST", ["batch", "jobs"]) => Route::Create,
            ("GET", ["batch", "jobs"]) => Route::List,
            ("GET", ["batch", "jobs", id]) => Route::Status((*id).to_owned()),
            ("DELETE", ["batch", "jobs", id]) => Route::Delete((*id).to_owned()),
            ("POST", ["batch", "jobs", id, "cancel"]) => Route::Cancel((*id).to_owned()),
            _ => Route::Unknown,
        }
    }

    fn key<'a>(&self, asked: &'a Asked) -> Option<&'a str> {
        asked.header("authorization")?.strip_prefix("Bearer ")
    }

    fn uploaded(&self, asked: &Asked) -> Result<(String, Vec<u8>), &'static str> {
        let parts = asked.form();
        if !parts.iter().any(|(name, _, text)| name == "purpose" && text == b"batch") {
            return Err("The purpose is wrong or missing.");
        }
        let file = parts.into_iter().find(|(name, ..)| name == "file");
        let (_, name, bytes) = file.ok_or("The file is missing.")?;
        Ok((name.ok_or("The file has no name.")?, bytes))
    }

    fn file_id(&self, kind: Kind, number: usize) -> String {
        format!("{number:08x}-0000-4000-8000-00000000000{}", kind as u8)
    }

    fn file(&self, id: &str, name: &str, bytes: usize) -> Value {
        json!({
            "id": id, "object": "file", "bytes": bytes, "created_at": 1_790_000_000,
            "filename": name, "purpose": "batch", "sample_type": "batch_request",
            "source": "upload", "num_lines": null, "mimetype": "application/jsonl",
        })
    }

    fn job_id(&self, number: usize) -> String {
        format!("{number:08x}-0000-4000-9000-000000000000")
    }

    fn order(&self, asked: &Asked, files: &BTreeMap<String, Stored>) -> Result<Order, String> {
        let body = asked.json();
        let input = body["input_files"].as_array().filter(|files| files.len() == 1);
        let input = input.and_then(|files| files[0].as_str()).ok_or("input_files: one file")?;
        let file = files.get(input).ok_or("input_files: no such file")?;
        let word = |key: &str| body[key].as_str().filter(|word| !word.is_empty());
        let (Some(model), Some(endpoint)) = (word("model"), word("endpoint")) else {
            return Err("model and endpoint are needed".to_owned());
        };
        let (lines, problems) = lines(&file.bytes, |line| {
            let id = line["custom_id"].as_str().unwrap_or_default();
            // The model is the job's.
            if !line["body"].is_object() || line["body"].get("model").is_some() {
                return Err(("invalid_request", "body".to_owned()));
            }
            Ok(Line { custom_id: id.to_owned(), body: line["body"].clone() })
        });
        let labels = body["metadata"].as_object();
        let label = labels.and_then(|labels| labels.values().find_map(Value::as_str));
        Ok(Order {
            input: Some(input.to_owned()),
            lines,
            label: label.map(str::to_owned),
            model: model.to_owned(),
            endpoint: endpoint.to_owned(),
            metadata: body["metadata"].clone(),
            problems,
        })
    }

    fn job(&self, job: &Job, _origin: &str) -> Value {
        let word = match job.phase {
            Phase::Validating => "QUEUED",
            Phase::Running | Phase::Finalizing => "RUNNING",
            Phase::Cancelling => "CANCELLATION_REQUESTED",
            Phase::Completed => "SUCCESS",
            Phase::Failed => "FAILED",
            Phase::Expired => "TIMEOUT_EXCEEDED",
            Phase::Cancelled => "CANCELLED",
        };
        let shows = job.shows_results();
        let [good, failed, ..] = job.counts;
        let errors: Vec<_> = job.problems.iter().filter(|_| job.phase == Phase::Failed).collect();
        let errors: Vec<_> = errors.iter().map(|problem| {
            json!({"message": format!("{}: {}", problem.code, problem.message), "count": 1})
        }).collect();
        let at = |is: bool| if is { json!(seconds(job.created)) } else { Value::Null };
        let nothing = if job.plan.empty_error_id { json!("") } else { Value::Null };
        json!({
            "id": job.id, "object": "batch", "input_files": [job.input], "metadata": job.metadata,
            "endpoint": job.endpoint, "model": job.model, "agent_id": null,
            "output_file": job.output.as_ref().filter(|_| shows),
            "error_file": job.errors.as_ref().filter(|_| shows).map_or(nothing, |id| json!(id)),
            "errors": errors, "outputs": null, "status": job.odd.unwrap_or(word),
            "created_at": seconds(job.created),
            "total_requests": job.custom_ids.len(), "completed_requests": good + failed,
            "succeeded_requests": good, "failed_requests": failed,
            "started_at": at(job.phase != Phase::Validating),
            "completed_at": at(job.phase.is_over()),
        })
    }

    fn list(&self, jobs: &[&Job], asked: &Asked, page: usize, origin: &str) -> Value {
        let size = asked.number("page_size").unwrap_or(100).min(page.max(2)).max(1);
        let number = asked.number("page").unwrap_or(0);
        let shown: Vec<_> = jobs.chunks(size).nth(number).unwrap_or_default().iter().collect();
        json!({
            "object": "list", "total": jobs.len(),
            "data": shown.iter().map(|job| self.job(job, origin)).collect::<Vec<_>>(),
        })
    }

    fn line(&self, line: &Line, answer: &Answer) -> Option<(Kind, Value)> {
        let with = |status: u16, body: Value| {
            let response = json!({"status_code": status, "body": body});
            json!({"id": "r1", "custom_id": line.custom_id, "response": response, "error": null})
        };
        if let Some(body) = answer::chat(&line.body, answer) {
            return Some((Kind::Output, with(200, body)));
        }
        Some(match answer {
            Answer::Error(status, code, message) => {
                (Kind::Errors, with(*status, self.error(*status, code, message)))
            }
            Answer::Failed(_, message) => {
                let error = json!({"message": message});
                let line = json!({
                    "id": "r1", "custom_id": line.custom_id, "response": null, "error": error,
                });
                (Kind::Errors, line)
            }
            // What was not done is not there.
            _ => return None,
        })
    }

    fn reply(&self, _asked: &Asked, body: &Value, answer: &Answer) -> Option<Value> {
        answer::chat(body, answer)
    }

    fn error(&self, status: u16, code: &str, message: &str) -> Value {
        let code = if code.is_empty() { Value::Null } else { code.into() };
        json!({
            "object": "error", "message": message, "type": "invalid_request_error",
            "param": null, "code": code, "raw_status_code": status,
        })
    }
}
