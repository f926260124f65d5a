//! Files and batches of `OpenAI`, and of those who do almost the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Answer, Asked, Family, Job, Kind, Line, Order, Route, Stored, Wire, answer, below, is_safe,
    lines, seconds, text,
};
use crate::support::state::Phase;

pub(super) struct OpenAi(pub(super) Family);

impl OpenAi {
    fn word(&self, phase: Phase) -> String {
        let phase = match phase {
            // It has no words for them.
            Phase::Finalizing | Phase::Cancelling if self.0 == Family::Together => Phase::Running,
            phase => phase,
        };
        let word = match phase {
            Phase::Validating => "validating",
            Phase::Running => "in_progress",
            Phase::Finalizing => "finalizing",
            Phase::Cancelling => "cancelling",
            Phase::Completed => "completed",
            Phase::Failed => "failed",
            Phase::Expired => "expired",
            Phase::Cancelled => "cancelled",
        };
        match self.0 {
            Family::Together => word.to_uppercase(),
            Family::Azure => word[..1].to_uppercase() + &word[1..],
            _ => word.to_owned(),
        }
    }

    fn together(&self, job: &Job) -> Value {
        let shows = job.shows_results();
        let status = job.odd.map_or_else(|| self.word(job.phase), str::to_owned);
        let error =
            job.problems.first().map(|problem| format!("{}: {}", problem.code, problem.message));
        json!({
            "id": job.id, "user_id": "u1", "input_file_id": job.input,
            "file_size_bytes": 1000, "status": status,
            "job_deadline": text(job.created), "created_at": text(job.created),
            "endpoint": job.endpoint, "progress": if job.phase.is_over() { 100.0 } else { 40.0 },
            "model_id": job.model,
            "output_file_id": job.output.as_ref().filter(|_| shows),
            "error_file_id": job.errors.as_ref().filter(|_| shows),
            "error": error,
            "completed_at": job.phase.is_over().then(|| text(job.created)),
        })
    }
}

impl Wire for OpenAi {
    fn route(&self, asked: &Asked) -> Route {
        let path: Vec<&str> = below(&asked.path, "/v1/").split('/').collect();
        let get = asked.method == "GET";
        match path[..] {
            ["chat", "completions"] | ["responses"] => Route::Single,
            ["files"] if !get => Route::Upload,
            ["files", "upload"] => Route::Upload,
            ["files", id, "content"] => Route::Content(id.to_owned()),
            ["files", id] => Route::File(id.to_owned()),
            ["batches"] if get => Route::List,
            ["batches"] => Route::Create,
            ["batches", id] if get => Route::Status(id.to_owned()),
            ["batches", id, "cancel"] if !get => Route::Cancel(id.to_owned()),
            _ => Route::Unknown,
        }
    }

    fn key<'a>(&self, asked: &'a Asked) -> Option<&'a str> {
        match self.0 {
            Family::Azure => asked.header("api-key"),
            _ => asked.header("authorization")?.strip_prefix("Bearer "),
        }
    }

    fn uploaded(&self, asked: &Asked) -> Result<(String, Vec<u8>), &'static str> {
        let parts = asked.form();
        let purpose = parts.iter().find(|(name, ..)| name == "purpose").map(|part| &part.2[..]);
        let wanted: &[u8] = if self.0 == Family::Together { b"batch-api" } else { b"batch" };
        if purpose != Some(wanted) {
            return Err("The purpose is wrong or missing.");
        }
        let file = parts.into_iter().find(|(name, ..)| name == "file");
        let (_, name, bytes) = file.ok_or("The file is missing.")?;
        Ok((name.ok_or("The file has no name.")?, bytes))
    }

    fn file_id(&self, kind: Kind, number: usize) -> String {
        match kind {
            Kind::Input => format!("file-in{number}"),
            Kind::Output => format!("file-out{number}"),
            Kind::Errors => format!("file-err{number}"),
        }
    }

    fn file(&self, id: &str, name: &str, bytes: usize) -> Value {
        json!({
            "id": id, "object": "file", "bytes": bytes, "created_at": 1_790_000_000,
            "filename": name, "purpose": "batch", "status": "processed",
        })
    }

    fn job_id(&self, number: usize) -> String {
        format!("batch_{number}")
    }

    fn order(&self, asked: &Asked, files: &BTreeMap<String, Stored>) -> Result<Order, String> {
        let body = asked.json();
        let word = |key: &str| body[key].as_str().unwrap_or_default();
        let Some(file) = files.get(word("input_file_id")) else {
            return Err("Cannot find file.".to_owned());
        };
        let endpoint = word("endpoint");
        let together = self.0 == Family::Together;
        if word("completion_window") != "24h" && !together || endpoint.is_empty() {
            return Err("completion_window and endpoint are needed.".to_owned());
        }
        let mut model = None;
        let (lines, problems) = lines(&file.bytes, |line| {
            let id = line["custom_id"].as_str().unwrap_or_default();
            if !is_safe(id) {
                return Err(("invalid_request", "custom_id".to_owned()));
            }
            let url = line["url"].as_str().unwrap_or_default();
            let azure = self.0 == Family::Azure && url.strip_prefix("/v1") == Some(endpoint);
            let whole = line["method"] == "POST" && (url == endpoint || azure);
            if !whole && !together {
                return Err(("url_mismatch", "method and url".to_owned()));
            }
            let named = line["body"]["model"].clone();
            if !named.is_string() || *model.get_or_insert_with(|| named.clone()) != named {
                return Err(("model_mismatch", "one model for a file".to_owned()));
            }
            Ok(Line { custom_id: id.to_owned(), body: line["body"].clone() })
        });
        let labels = body["metadata"].as_object().filter(|_| !together);
        let label = labels.and_then(|labels| labels.values().find_map(Value::as_str));
        Ok(Order {
            input: Some(word("input_file_id").to_owned()),
            lines,
            label: label.map(str::to_owned),
            model: model.and_then(|model| model.as_str().map(str::to_owned)).unwrap_or_default(),
            endpoint: endpoint.to_owned(),
            metadata: if together { Value::Null } else { body["metadata"].clone() },
            problems,
        })
    }

    fn job(&self, job: &Job, _origin: &str) -> Value {
        if self.0 == Family::Together {
            return self.together(job);
        }
        let azure = self.0 == Family::Azure;
        let created: Value =
            if azure { text(job.created).into() } else { seconds(job.created).into() };
        let at = |is: bool| if is { created.clone() } else { Value::Null };
        let problems: Vec<_> = job.problems.iter().filter(|_| job.phase == Phase::Failed).collect();
        let problems: Vec<_> = problems.iter().map(|problem| json!({
            "code": problem.code, "message": problem.message, "line": problem.line, "param": null,
        })).collect();
        let errors = json!({"object": "list", "data": problems});
        let shows = job.shows_results();
        let nothing = if job.plan.empty_error_id { json!("") } else { Value::Null };
        let [good, failed, ..] = job.counts;
        let counts = json!({"total": job.custom_ids.len(), "completed": good, "failed": failed});
        let no_counts = json!({"total": null, "completed": null, "failed": null});
        json!({
            "id": job.id, "object": "batch", "endpoint": job.endpoint, "model": job.model,
            "errors": if problems.is_empty() { Value::Null } else { errors },
            "input_file_id": job.input, "completion_window": "24h",
            "status": job.odd.map_or_else(|| self.word(job.phase), str::to_owned),
            "output_file_id": job.output.as_ref().filter(|_| shows),
            "error_file_id": job.errors.as_ref().filter(|_| shows).map_or(nothing, |id| json!(id)),
            "created_at": created, "in_progress_at": at(job.phase != Phase::Validating),
            "expires_at": created, "finalizing_at": at(job.phase == Phase::Finalizing),
            "completed_at": at(job.phase == Phase::Completed),
            "failed_at": at(job.phase == Phase::Failed),
            "expired_at": at(job.phase == Phase::Expired),
            "cancelling_at": at(job.phase == Phase::Cancelling),
            "cancelled_at": at(job.phase == Phase::Cancelled),
            "request_counts": if azure && !job.phase.is_over() { no_counts } else { counts },
            "metadata": job.metadata,
        })
    }

    fn created(&self, job: &Job, origin: &str) -> Value {
        let job = self.job(job, origin);
        if self.0 == Family::Together { json!({"job": job, "warning": null}) } else { job }
    }

    fn list(&self, jobs: &[&Job], asked: &Asked, page: usize, origin: &str) -> Value {
        if self.0 == Family::Together {
            return jobs.iter().map(|job| self.job(job, origin)).collect();
        }
        let after = asked.query.get("after");
        let start = after.and_then(|id| jobs.iter().position(|job| job.id == *id));
        let rest = &jobs[start.map_or(0, |at| at + 1)..];
        let shown = &rest[..rest.len().min(page).min(asked.number("limit").unwrap_or(20))];
        json!({
            "object": "list",
            "data": shown.iter().map(|job| self.job(job, origin)).collect::<Vec<_>>(),
            "first_id": shown.first().map(|job| &job.id),
            "last_id": shown.last().map(|job| &job.id),
            "has_more": shown.len() < rest.len(),
        })
    }

    fn line(&self, line: &Line, answer: &Answer) -> Option<(Kind, Value)> {
        let together = self.0 == Family::Together;
        let with = |status: u16, body: Value| {
            let response = json!({"status_code": status, "request_id": "req_1", "body": body});
            let whole = json!({
                "id": "batch_req_1", "custom_id": line.custom_id, "response": response,
                "error": null,
            });
            let short = json!({
                "custom_id": line.custom_id,
                "response": {"status_code": status, "body": response["body"]},
            });
            if together { short } else { whole }
        };
        let failed = |code: &str, message: &str| {
            let error = json!({"code": code, "message": message});
            let whole = json!({
                "id": "batch_req_1", "custom_id": line.custom_id, "response": null, "error": error,
            });
            let short = json!({"custom_id": line.custom_id, "error": error});
            (Kind::Errors, if together { short } else { whole })
        };
        if let Some(body) = respond(&line.body, answer) {
            return Some((Kind::Output, with(200, body)));
        }
        Some(match answer {
            Answer::Error(status, code, message) if together => {
                failed(if code.is_empty() { "error" } else { code }, &format!("{status} {message}"))
            }
            Answer::Error(status, code, message) => {
                (Kind::Errors, with(*status, self.error(*status, code, message)))
            }
            Answer::Failed(code, message) => failed(code, message),
            Answer::Expired => failed(
                "batch_expired",
                "This request could not be executed before the completion window expired.",
            ),
            Answer::Cancelled => failed("batch_cancelled", "The batch was cancelled."),
            _ => return None,
        })
    }

    fn writes_empty_errors(&self) -> bool {
        self.0 == Family::Azure
    }

    fn reply(&self, _asked: &Asked, body: &Value, answer: &Answer) -> Option<Value> {
        respond(body, answer)
    }

    fn error(&self, status: u16, code: &str, message: &str) -> Value {
        let code = if code.is_empty() { Value::Null } else { code.into() };
        let kind = if status == 429 { "requests" } else { "invalid_request_error" };
        json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
    }
}

/// The response of a line or of a request alone.
fn respond(body: &Value, answer: &Answer) -> Option<Value> {
    let responses = body.get("input").is_some();
    if responses { answer::response(body, answer) } else { answer::chat(body, answer) }
}
