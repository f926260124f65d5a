//! `OpenAI`'s batches, and those of the services that have the same with small deviations.

use std::fmt;

use instructor_core::transport::BoxFuture;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::failure::{CallError, unsent};
use super::place::{Place, escaped};
use super::services::Connection;
use super::told::{self, Words};
use super::{
    BatchProvider, Downloaded, Downloads, JobError, Limits, NewJob, SharedProvider, SubmitError,
    files, jobs,
};
use crate::job::{
    BatchCounts, BatchJobError, BatchJobInfo, BatchStatus as Status, BatchTimestamps,
};
use crate::line::Envelope;

/// What a service does differently.
#[derive(Debug)]
pub(super) struct Deviations {
    /// Where files are uploaded.
    pub(super) upload: &'static str,
    /// What files are uploaded for.
    pub(super) purpose: &'static str,
    /// The name of the file stands in a field of its own as well, beside its type.
    pub(super) names_file: bool,
    /// A file must be looked at until it is processed.
    pub(super) processes_file: bool,
    /// What stands before the path of a single request where a job names it.
    pub(super) version: &'static str,
    /// The property of the metadata that holds the label, if the service keeps metadata.
    pub(super) label: Option<&'static str>,
}

/// `OpenAI` itself.
pub(super) const OPENAI: Deviations = Deviations {
    upload: "/files",
    purpose: "batch",
    names_file: false,
    processes_file: false,
    version: "/v1",
    label: Some("instructor_label"),
};

pub(super) const AZURE: Deviations = Deviations { processes_file: true, version: "", ..OPENAI };

pub(super) const TOGETHER: Deviations = Deviations {
    upload: "/files/upload",
    purpose: "batch-api",
    names_file: true,
    label: None,
    ..OPENAI
};

/// The name of a job is one of its metadata.
pub(super) const DASHSCOPE: Deviations = Deviations { label: Some("ds_name"), ..OPENAI };

const WORDS: Words = &[
    ("created", Status::Validating),
    ("validating", Status::Validating),
    ("pending", Status::Queued),
    ("queued", Status::Queued),
    ("inprogress", Status::Running),
    ("progress", Status::Running),
    ("running", Status::Running),
    ("processing", Status::Running),
    ("finalizing", Status::Finalizing),
    ("completed", Status::Completed),
    ("failed", Status::Failed),
    ("expired", Status::Expired),
    ("cancelling", Status::Cancelling),
    ("canceling", Status::Cancelling),
    ("cancelled", Status::Cancelled),
    ("canceled", Status::Cancelled),
];

/// The ends of the addresses that take single requests, as far as batches take them.
const ENDS: &[&str] = &["/chat/completions", "/responses"];

/// The most jobs on a page.
const PAGE: usize = 100;

struct OpenAi {
    name: String,
    calls: Calls,
    place: Place,
    limits: Limits,
    deviations: &'static Deviations,
}

/// A service that has batches like `OpenAI`.
pub(super) fn connect(
    connection: Connection,
    deviations: &'static Deviations,
) -> Result<SharedProvider, JobError> {
    let place = ENDS.iter().find_map(|end| Place::before(&connection.url, end));
    let Some(place) = place else { return Err(connection.unsupported()) };
    // Azure's dated addresses hold the deployment, and those of files and batches do not.
    let place = place.cut("/deployments/");
    let Connection { name, calls, limits, .. } = connection;
    Ok(std::sync::Arc::new(OpenAi { name, calls, place, limits, deviations }))
}

impl BatchProvider for OpenAi {
    fn name(&self) -> &str {
        &self.name
    }

    fn envelope(&self) -> &'static Envelope {
        Envelope::OPENAI
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn keeps_labels(&self) -> bool {
        self.deviations.label.is_some()
    }

    fn submit<'a>(&'a self, job: NewJob<'a>) -> BoxFuture<'a, Result<BatchJobInfo, SubmitError>> {
        Box::pin(async move {
            let file = self.upload(&job).await.map_err(unsent)?;
            if self.deviations.processes_file {
                self.processed(&file).await.map_err(SubmitError::Refused)?;
            }
            self.create(&job, &file).await
        })
    }

    fn status<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<BatchJobInfo, JobError>> {
        Box::pin(async move {
            let told = self.calls.get(self.at(id, "")).await;
            self.read(&told.map_err(|error| jobs::about(id, error))?)
        })
    }

    fn list(&self, limit: usize) -> BoxFuture<'_, Result<Vec<BatchJobInfo>, JobError>> {
        Box::pin(async move {
            let mut jobs: Vec<BatchJobInfo> = Vec::new();
            while jobs.len() < limit {
                let page = (limit - jobs.len()).min(PAGE).to_string();
                let mut parameters = vec![("limit", page.as_str())];
                let last = jobs.last().map(|job| job.id.clone());
                parameters.extend(last.as_deref().map(|last| ("after", last)));
                let told = self.calls.get(self.place.asking("/batches", &parameters)).await;
                let told = told.map_err(|error| error.about("the list of batches"))?;
                let before = jobs.len();
                for job in listed(&told) {
                    let job = self.read(job)?;
                    // A page that is there twice must not be asked for forever.
                    if !jobs.iter().any(|known| known.id == job.id) {
                        jobs.push(job);
                    }
                }
                if jobs.len() == before || told["has_more"] != Value::Bool(true) {
                    break;
                }
            }
            Ok(jobs::newest(jobs, limit))
        })
    }

    fn download<'a>(
        &'a self,
        job: &'a BatchJobInfo,
        into: Downloads<'a>,
    ) -> BoxFuture<'a, Result<Downloaded, JobError>> {
        Box::pin(async move {
            let job = jobs::settled(self, &self.calls, job, files::is_late).await?;
            files::contents(&self.calls, &self.place, &job, into).await
        })
    }

    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<BatchJobInfo, JobError>> {
        Box::pin(jobs::cancel(self, &self.calls, self.at(id, "/cancel"), id))
    }

    fn delete<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), JobError>> {
        let what = "delete batches: they are gone when their time is over";
        let provider = self.name.clone();
        Box::pin(std::future::ready(Err(JobError::Unsupported { provider, what })))
    }
}

impl OpenAi {
    fn at(&self, id: &str, verb: &str) -> String {
        self.place.at(&format!("/batches/{}{verb}", escaped(id)))
    }

    async fn upload(&self, job: &NewJob<'_>) -> Result<String, CallError> {
        let Deviations { upload, purpose, names_file, .. } = self.deviations;
        let name = files::named(job.label);
        let mut fields = vec![("purpose", *purpose)];
        if *names_file {
            fields.extend([("file_name", name.as_str()), ("file_type", "jsonl")]);
        }
        let url = self.place.at(upload);
        Ok(files::upload(&self.calls, url, job.file, &name, &fields).await?.0)
    }

    /// Waits for a file to be processed.
    async fn processed(&self, file: &str) -> Result<(), JobError> {
        let url = self.place.at(&format!("/files/{}", escaped(file)));
        let mut word = String::new();
        for pause in self.calls.patience().chain(self.calls.patience()) {
            let told = self.calls.get_late(url.clone()).await;
            let told = told.map_err(|error| error.about(format_args!("the file `{file}`")))?;
            word = told::text(&told, "/status").unwrap_or_default().to_ascii_lowercase();
            match word.as_str() {
                "uploaded" | "pending" | "running" | "processing" => self.calls.sleep(pause).await,
                "error" | "failed" | "deleted" => {
                    let details = told::text(&told, "/status_details").map(told::shown);
                    let details = details.unwrap_or_else(|| "it does not say why".to_owned());
                    let message = format!("the service cannot process the file: {details}");
                    return Err(bad_request(message));
                }
                _ => return Ok(()),
            }
        }
        Err(JobError::Failed {
            kind: None,
            message: format!("the service is still busy with the file (`{word}`): try it later"),
            advice: instructor_core::Advice::Backoff,
        })
    }

    async fn create(&self, job: &NewJob<'_>, file: &str) -> Result<BatchJobInfo, SubmitError> {
        let body = creation(self.deviations, job, file);
        let told = jobs::create(&self.calls, self.place.at("/batches"), &body).await?;
        self.read(&told).map_err(SubmitError::Unknown)
    }

    fn read(&self, told: &Value) -> Result<BatchJobInfo, JobError> {
        read(&self.name, self.deviations, told)
    }
}

fn bad_request(message: String) -> JobError {
    JobError::Failed {
        kind: Some(instructor_core::provider::ProviderErrorKind::BadRequest),
        message,
        advice: instructor_core::Advice::Never,
    }
}

/// The body of the call that creates a job.
fn creation(deviations: &Deviations, job: &NewJob<'_>, file: &str) -> Value {
    let end = ENDS.iter().find(|end| job.path.ends_with(**end));
    let endpoint =
        end.map_or_else(|| job.path.to_owned(), |end| deviations.version.to_owned() + end);
    let mut body = json!({
        "input_file_id": file,
        "endpoint": endpoint,
        "completion_window": "24h",
    });
    if let Some(label) = deviations.label {
        body["metadata"] = Map::from_iter([(label.to_owned(), job.label.into())]).into();
    }
    body
}

/// The jobs of a page: in `data`, or the page itself.
fn listed(page: &Value) -> &[Value] {
    page.as_array().or_else(|| page.get("data")?.as_array()).map_or(&[], Vec::as_slice)
}

/// Reads a job, which may be wrapped where it is created.
fn read(name: &str, deviations: &Deviations, told: &Value) -> Result<BatchJobInfo, JobError> {
    let told = told.get("job").filter(|job| job.is_object()).unwrap_or(told);
    let id = told::text(told, "/id").ok_or_else(jobs::nameless)?;
    let word = told::text(told, "/status").unwrap_or_default();
    let mut job = BatchJobInfo::new(name, id, told::status(WORDS, word), word);
    job.counts = BatchCounts {
        total: told::count(told, "/request_counts/total"),
        completed: told::count(told, "/request_counts/completed"),
        failed: told::count(told, "/request_counts/failed"),
        ..BatchCounts::default()
    };
    job.timestamps = BatchTimestamps {
        created: told::time(told, &["/created_at"]),
        started: told::time(told, &["/in_progress_at"]),
        ended: told::time(told, &["/completed_at", "/failed_at", "/expired_at", "/cancelled_at"]),
        expires: told::time(told, &["/expires_at", "/job_deadline"]),
    };
    job.files.input = told::owned(told, "/input_file_id");
    job.files.output = told::owned(told, "/output_file_id");
    job.files.errors = told::owned(told, "/error_file_id");
    job.errors = errors(told);
    job.label = deviations.label.and_then(|label| told::owned(told, &format!("/metadata/{label}")));
    job.model = told::owned(told, "/model").or_else(|| told::owned(told, "/model_id"));
    Ok(job)
}

/// What is wrong with the job: a list of objects, or one text.
fn errors(told: &Value) -> Vec<BatchJobError> {
    let mut errors = told::errors(told.pointer("/errors/data").or_else(|| told.get("errors")));
    errors.extend(told.get("error").and_then(told::error));
    errors
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        jobs::debug(f, "OpenAi", self)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn check(deviations: &Deviations, told: &Value) -> BatchJobInfo {
        read("openai", deviations, told).unwrap()
    }

    #[test]
    fn a_job_of_openai_is_read_whole() {
        let job = check(
            &OPENAI,
            &json!({
                "id": "batch_1", "object": "batch", "endpoint": "/v1/chat/completions",
                "model": "gpt-x", "errors": null, "input_file_id": "file-i",
                "completion_window": "24h", "status": "completed", "output_file_id": "file-o",
                "error_file_id": "", "created_at": 1_711_471_533, "in_progress_at": 1_711_471_538,
                "expires_at": 1_711_557_933, "finalizing_at": 1_711_493_133,
                "completed_at": 1_711_493_163, "failed_at": null, "expired_at": null,
                "cancelling_at": null, "cancelled_at": null,
                "request_counts": {"total": 100, "completed": 95, "failed": 5},
                "metadata": {"instructor_label": "r1-s1"}
            }),
        );
        let at = |seconds| Some(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(job.status, Status::Completed);
        assert_eq!(
            (job.counts.total, job.counts.completed, job.counts.failed),
            (Some(100), Some(95), Some(5))
        );
        assert_eq!(job.timestamps.created, at(1_711_471_533));
        assert_eq!(job.timestamps.started, at(1_711_471_538));
        assert_eq!(job.timestamps.ended, at(1_711_493_163));
        assert_eq!(job.timestamps.expires, at(1_711_557_933));
        assert_eq!(job.files.output.as_deref(), Some("file-o"));
        assert_eq!(job.files.errors, None);
        assert_eq!(job.label.as_deref(), Some("r1-s1"));
        assert_eq!(job.model.as_deref(), Some("gpt-x"));
        assert!(job.errors.is_empty());
    }

    #[test]
    fn a_failed_job_names_its_lines() {
        let job = check(
            &OPENAI,
            &json!({"id": "b", "status": "failed", "errors": {"object": "list", "data": [
                {"code": "invalid_json_line", "line": 2, "message": "not JSON", "param": null},
                {"code": "token_limit_exceeded", "line": null, "message": "Enqueued token limit"},
            ]}}),
        );
        assert_eq!(job.status, Status::Failed);
        let told: Vec<_> =
            job.errors.iter().map(|error| (error.code.as_deref(), error.line)).collect();
        assert_eq!(
            told,
            [(Some("invalid_json_line"), Some(2)), (Some("token_limit_exceeded"), None)]
        );
    }

    #[test]
    fn azure_and_together_are_read_as_well() {
        let azure = check(
            &AZURE,
            &json!({
                "id": "batch_a", "status": "Validating", "created_at": "2024-07-19T17:13:57.2491382+00:00",
                "request_counts": {"total": null, "completed": null, "failed": null},
                "error_file_id": null, "output_file_id": ""
            }),
        );
        assert_eq!((azure.status, azure.raw_status.as_str()), (Status::Validating, "Validating"));
        assert!(azure.timestamps.created.is_some());
        assert_eq!((azure.counts.total, azure.files.output), (None, None));

        let together = check(
            &TOGETHER,
            &json!({"job": {
                "id": "b-1", "status": "IN_PROGRESS", "progress": 12.5, "model_id": "m",
                "created_at": "2025-01-02T03:04:05.678Z", "job_deadline": "2025-01-03T03:04:05Z",
                "completed_at": "0001-01-01T00:00:00Z", "error": "it is too large"
            }, "warning": ""}),
        );
        assert_eq!(together.status, Status::Running);
        assert_eq!(together.timestamps.ended, None);
        assert!(together.timestamps.expires.is_some());
        assert_eq!(together.errors[0].message, "it is too large");
        assert_eq!((together.label, together.model.as_deref()), (None, Some("m")));
    }

    #[test]
    fn every_word_is_known_or_unknown_but_never_the_end() {
        for (word, expected) in [
            ("validating", Status::Validating),
            ("InProgress", Status::Running),
            ("PROGRESS", Status::Running),
            ("finalizing", Status::Finalizing),
            ("Completed", Status::Completed),
            ("EXPIRED", Status::Expired),
            ("cancelling", Status::Cancelling),
            ("canceled", Status::Cancelled),
            ("hibernating", Status::Unknown),
            ("", Status::Unknown),
        ] {
            let job = check(&OPENAI, &json!({"id": "b", "status": word}));
            assert_eq!((job.status, job.raw_status.as_str()), (expected, word));
        }
        assert_eq!(check(&OPENAI, &json!({"id": "b", "status": 7})).status, Status::Unknown);
        assert!(read("openai", &OPENAI, &json!({"status": "completed"})).is_err());
    }

    #[test]
    fn each_service_is_told_of_a_job_in_its_own_way() {
        let path = "/openai/v1/chat/completions";
        let job = NewJob::new(Path::new("f"), 1, path, "m", "label-1");
        for (deviations, endpoint, metadata) in [
            (&OPENAI, "/v1/chat/completions", json!({"instructor_label": "label-1"})),
            (&AZURE, "/chat/completions", json!({"instructor_label": "label-1"})),
            (&TOGETHER, "/v1/chat/completions", Value::Null),
            (&DASHSCOPE, "/v1/chat/completions", json!({"ds_name": "label-1"})),
        ] {
            let body = creation(deviations, &job, "file-1");
            assert_eq!(body["endpoint"], endpoint);
            assert_eq!(body["metadata"], metadata);
            assert_eq!(body["input_file_id"], "file-1");
        }
        let job = NewJob { path: "/v1/responses", ..job };
        assert_eq!(creation(&OPENAI, &job, "f")["endpoint"], "/v1/responses");
    }

    #[test]
    fn a_page_is_a_list_or_holds_one() {
        assert_eq!(listed(&json!([1, 2])).len(), 2);
        assert_eq!(listed(&json!({"data": [1], "has_more": false})).len(), 1);
        assert!(listed(&json!({"data": null})).is_empty());
    }
}
