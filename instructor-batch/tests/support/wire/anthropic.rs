//! Anthropic's message batches.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::{
    Answer, Asked, Job, Kind, Line, Order, Route, Stored, Wire, answer, below, is_safe, text,
};
use crate::support::state::Phase;

pub(super) struct Anthropic;

impl Wire for Anthropic {
    fn route(&self, asked: &Asked) -> Route {
        let path: Vec<&str> = below(&asked.path, "/v1/").split('/').collect();
        match (asked.method.as_str(), &path[..]) {
            ("POST", ["messages"]) => Route::Single,
            ("POST", ["messages", "batches"]) => Route::Create,
            ("GET", ["messages", "batches"]) => Route::List,
            ("GET", ["messages", "batches", id]) => Route::Status((*id).to_owned()),
            ("DELETE", ["messages", "batches", id]) => Route::Delete((*id).to_owned()),
            ("POST", ["messages", "batches", id, "cancel"]) => Route::Cancel((*id).to_owned()),
            ("GET", ["messages", "batches", id, "results"]) => {
                Route::Content(format!("{id}-results"))
            }
            _ => Route::Unknown,
        }
    }

    fn key<'a>(&self, asked: &'a Asked) -> Option<&'a str> {
        asked.header("anthropic-version")?;
        asked.header("x-api-key")
    }

    fn uploaded(&self, _asked: &Asked) -> Result<(String, Vec<u8>), &'static str> {
        Err("There are no files.")
    }

    fn file_id(&self, _kind: Kind, number: usize) -> String {
        format!("{}-results", self.job_id(number))
    }

    fn file(&self, _id: &str, _name: &str, _bytes: usize) -> Value {
        Value::Null
    }

    fn job_id(&self, number: usize) -> String {
        format!("msgbatch_{number}")
    }

    fn order(&self, asked: &Asked, _files: &BTreeMap<String, Stored>) -> Result<Order, String> {
        let body: Value = serde_json::from_slice(&asked.body).map_err(|e| e.to_string())?;
        let requests = body["requests"].as_array().ok_or("requests: Field required")?;
        if requests.is_empty() || body.as_object().is_none_or(|body| body.len() != 1) {
            return Err("requests: at least one, and nothing else".to_owned());
        }
        let mut ids = HashSet::new();
        let lines = requests.iter().map(|request| {
            let id = request["custom_id"].as_str().unwrap_or_default();
            if !is_safe(id) || !ids.insert(id) {
                return Err(format!("custom_id: `{id}` is wrong or comes twice"));
            }
            let params = request["params"].as_object().ok_or("params: Field required")?;
            if params.contains_key("stream") || !params.contains_key("max_tokens") {
                return Err("params: no stream, and max_tokens".to_owned());
            }
            Ok(Line { custom_id: id.to_owned(), body: request["params"].clone() })
        });
        let lines = lines.collect::<Result<_, String>>()?;
        Ok(Order { lines, ..Order::default() })
    }

    /// The counts are all zero, except of those that are not done, until the batch has ended.
    fn job(&self, job: &Job, origin: &str) -> Value {
        let total = job.custom_ids.len();
        let over = job.phase.is_over();
        let status = match job.phase {
            Phase::Cancelling => "canceling",
            _ if over => "ended",
            _ => "in_progress",
        };
        let at = |is: bool| if is { json!(text(job.created)) } else { Value::Null };
        let shows = job.shows_results() && job.output.is_some();
        let results = format!("{origin}/v1/messages/batches/{}/results", job.id);
        let [good, failed, expired, cancelled] = job.counts;
        json!({
            "id": job.id, "type": "message_batch",
            "processing_status": job.odd.unwrap_or(status),
            "request_counts": {
                "processing": if over { 0 } else { total }, "succeeded": good, "errored": failed,
                "canceled": cancelled, "expired": expired,
            },
            "created_at": text(job.created), "expires_at": text(job.created),
            "ended_at": at(over), "archived_at": null,
            "cancel_initiated_at": at(matches!(job.phase, Phase::Cancelling | Phase::Cancelled)),
            "results_url": if shows { json!(results) } else { Value::Null },
        })
    }

    fn list(&self, jobs: &[&Job], asked: &Asked, page: usize, origin: &str) -> Value {
        let after = asked.query.get("after_id");
        let start = after.and_then(|id| jobs.iter().position(|job| job.id == *id));
        let rest = &jobs[start.map_or(0, |at| at + 1)..];
        let shown = &rest[..rest.len().min(page).min(asked.number("limit").unwrap_or(20))];
        json!({
            "data": shown.iter().map(|job| self.job(job, origin)).collect::<Vec<_>>(),
            "first_id": shown.first().map(|job| &job.id),
            "last_id": shown.last().map(|job| &job.id),
            "has_more": shown.len() < rest.len(),
        })
    }

    fn line(&self, line: &Line, answer: &Answer) -> Option<(Kind, Value)> {
        let result = match (answer::message(&line.body, answer), answer) {
            (Some(message), _) => json!({"type": "succeeded", "message": message}),
            (None, &Answer::Error(status, code, message)) => {
                json!({"type": "errored", "error": self.error(status, code, message)})
            }
            (None, Answer::Failed(_, message)) => {
                json!({"type": "errored", "error": self.error(500, "", message)})
            }
            (None, Answer::Expired) => json!({"type": "expired"}),
            (None, Answer::Cancelled) => json!({"type": "canceled"}),
            _ => return None,
        };
        Some((Kind::Output, json!({"custom_id": line.custom_id, "result": result})))
    }

    fn reply(&self, _asked: &Asked, body: &Value, answer: &Answer) -> Option<Value> {
        answer::message(body, answer)
    }

    fn error(&self, status: u16, _code: &str, message: &str) -> Value {
        let kind = match status {
            400 => "invalid_request_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            529 => "overloaded_error",
            _ => "api_error",
        };
        let error = json!({"type": kind, "message": message, "details": null});
        json!({"type": "error", "error": error, "request_id": "req_1"})
    }

    fn streams(&self) -> bool {
        true
    }
}
