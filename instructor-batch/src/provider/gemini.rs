//! Gemini's batches: a file goes up in two calls, and a job is a long-running operation.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method};
use instructor_core::transport::{BoxFuture, HttpRequest};
use serde_json::{Value, json};

use super::blocking::blocking;
use super::calls::{self, Calls};
use super::failure::{CallError, unsent};
use super::place::{Place, escaped};
use super::services::Connection;
use super::told::{self, Words};
use super::{
    BatchProvider, Downloaded, Downloads, JobError, Limits, NewJob, SharedProvider, SubmitError,
    jobs,
};
use crate::job::{BatchCounts, BatchJobInfo, BatchStatus as Status, BatchTimestamps};
use crate::line::Envelope;

/// The words behind `BATCH_STATE_` or `JOB_STATE_`.
const WORDS: Words = &[
    ("queued", Status::Queued),
    ("pending", Status::Queued),
    ("paused", Status::Queued),
    ("running", Status::Running),
    ("updating", Status::Running),
    ("succeeded", Status::Completed),
    ("partiallysucceeded", Status::Completed),
    ("failed", Status::Failed),
    ("cancelling", Status::Cancelling),
    ("cancelled", Status::Cancelled),
    ("expired", Status::Expired),
];

/// Stands for results that are in the job itself.
const INLINE: &str = "inline";

/// The most jobs on a page.
const PAGE: usize = 100;

struct Gemini {
    name: String,
    calls: Calls,
    place: Place,
    limits: Limits,
}

/// Gemini's batches.
pub(super) fn connect(connection: Connection) -> Result<SharedProvider, JobError> {
    let place = Place::before(&connection.url, ":generateContent");
    let Some(place) = place.filter(|place| place.at("").contains("/v1")) else {
        return Err(connection.unsupported());
    };
    let place = place.cut("/models/").cut("/tunedModels/");
    let Connection { name, calls, limits, .. } = connection;
    Ok(Arc::new(Gemini { name, calls, place, limits }))
}

impl BatchProvider for Gemini {
    fn name(&self) -> &str {
        &self.name
    }

    fn envelope(&self) -> &'static Envelope {
        Envelope::GEMINI
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn keeps_labels(&self) -> bool {
        true
    }

    fn submit<'a>(&'a self, job: NewJob<'a>) -> BoxFuture<'a, Result<BatchJobInfo, SubmitError>> {
        Box::pin(async move {
            let file = self.upload(job.file, job.label).await.map_err(unsent)?;
            let url = self.place.at(&format!("/{}:batchGenerateContent", model(job.model)));
            let body = json!({
                "batch": {"displayName": job.label, "inputConfig": {"fileName": file}}
            });
            let told = jobs::create(&self.calls, url, &body).await?;
            self.read(&told).map_err(SubmitError::Unknown)
        })
    }

    fn status<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<BatchJobInfo, JobError>> {
        Box::pin(async move { self.read(&self.told(id).await?) })
    }

    fn list(&self, limit: usize) -> BoxFuture<'_, Result<Vec<BatchJobInfo>, JobError>> {
        Box::pin(async move {
            let mut jobs: Vec<BatchJobInfo> = Vec::new();
            let mut token: Option<String> = None;
            while jobs.len() < limit {
                let page = (limit - jobs.len()).min(PAGE).to_string();
                let mut parameters = vec![("pageSize", page.as_str())];
                parameters.extend(token.as_deref().map(|token| ("pageToken", token)));
                let told = self.calls.get(self.place.asking("/batches", &parameters)).await;
                let told = told.map_err(|error| error.about("the list of batches"))?;
                let page = told.get("operations").or_else(|| told.get("batches"));
                for job in page.and_then(Value::as_array).into_iter().flatten() {
                    jobs.push(self.read(job)?);
                }
                let next = told::owned(&told, "/nextPageToken");
                if next.is_none() || next == token {
                    break;
                }
                token = next;
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
            let is_late =
                |job: &BatchJobInfo| job.status == Status::Completed && job.files.output.is_none();
            let output = jobs::settled(self, &self.calls, job, is_late).await?.files.output;
            let Some(output) = output else { return Ok(Downloaded::default()) };
            if output == INLINE {
                let told = self.told(&job.id).await?;
                let lines = inlined(&told).map(|results| lines(results)).unwrap_or_default();
                let path = into.output.to_owned();
                let written = blocking(move || std::fs::write(path, lines)).await;
                written
                    .map_err(|error| CallError::file(into.output, error).about("the results"))?;
            } else {
                let path = format!("/{}:download", name(&output, "files"));
                let url = self.place.within("download").asking(&path, &[("alt", "media")]);
                let downloaded = self.calls.download(&url, into.output).await;
                downloaded.map_err(|error| error.about(format_args!("the file `{output}`")))?;
            }
            Ok(Downloaded { output: true, errors: false })
        })
    }

    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<BatchJobInfo, JobError>> {
        Box::pin(jobs::cancel(self, &self.calls, self.at(id, ":cancel"), id))
    }

    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), JobError>> {
        Box::pin(jobs::delete(&self.calls, self.at(id, ""), id))
    }
}

impl Gemini {
    fn at(&self, id: &str, verb: &str) -> String {
        self.place.at(&format!("/{}{verb}", name(id, "batches")))
    }

    async fn told(&self, id: &str) -> Result<Value, JobError> {
        self.calls.get(self.at(id, "")).await.map_err(|error| jobs::about(id, error))
    }

    /// Uploads a file: one call says what will come and gives an address, the other sends it there.
    async fn upload(&self, file: &Path, label: &str) -> Result<String, CallError> {
        let bytes =
            tokio::fs::metadata(file).await.map_err(|error| CallError::file(file, error))?;
        let url = self.place.within("upload").at("/files");
        let about = json!({"file": {"displayName": label}});
        let mut start = self.calls.request(Method::POST, url, about.to_string());
        say(&mut start, "x-goog-upload-protocol", "resumable");
        say(&mut start, "x-goog-upload-command", "start");
        say(&mut start, "x-goog-upload-header-content-length", &bytes.len().to_string());
        say(&mut start, "x-goog-upload-header-content-type", "application/jsonl");
        let started = self.calls.send(start).await?;
        let address = started.headers.get("x-goog-upload-url").and_then(|url| url.to_str().ok());
        let address = address
            .filter(|url| url.starts_with("http"))
            .ok_or_else(|| CallError::Unreadable("no address for the file came back".to_owned()))?;
        let mut send = self.calls.request(Method::POST, address.to_owned(), Bytes::new());
        if !self.place.holds(address) {
            send.headers.clear();
            send.signer = None;
        }
        send.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
        say(&mut send, "x-goog-upload-command", "upload, finalize");
        say(&mut send, "x-goog-upload-offset", "0");
        let told = calls::json(&self.calls.upload(send, file, Bytes::new()).await?)?;
        let told = told.get("file").unwrap_or(&told);
        let file = told::owned(told, "/name")
            .ok_or_else(|| CallError::Unreadable("an uploaded file without name".to_owned()))?;
        self.processed(told, &file).await?;
        Ok(file)
    }

    /// Waits for a file to be processed, for a while: the job says it best if it never is.
    async fn processed(&self, told: &Value, file: &str) -> Result<(), CallError> {
        let mut busy = told["state"] == "PROCESSING";
        let mut patience = self.calls.patience();
        while busy && let Some(pause) = patience.next() {
            self.calls.sleep(pause).await;
            let told =
                self.calls.get_late(self.place.at(&format!("/{}", name(file, "files")))).await?;
            busy = told["state"] == "PROCESSING";
        }
        Ok(())
    }

    fn read(&self, told: &Value) -> Result<BatchJobInfo, JobError> {
        read(&self.name, told)
    }
}

fn say(request: &mut HttpRequest, name: &'static str, value: &str) {
    let value = calls::header(value);
    request.headers.extend(value.map(|value| (HeaderName::from_static(name), value)));
}

/// The path of a thing of this kind, however its id is written: `batches/1` or `1`.
fn name(id: &str, kind: &str) -> String {
    let own = id.strip_prefix(kind).and_then(|id| id.strip_prefix('/')).unwrap_or(id);
    format!("{kind}/{}", escaped(own))
}

/// The path of a model: `models/…`, unless it names another kind.
fn model(model: &str) -> String {
    match model.split_once('/') {
        Some((kind @ ("models" | "tunedModels"), own)) => format!("{kind}/{}", escaped(own)),
        _ => format!("models/{}", escaped(model)),
    }
}

/// The results that stand in the job itself.
fn inlined(told: &Value) -> Option<&Vec<Value>> {
    ["/response", "/metadata/output"].iter().find_map(|at| {
        let held = told.pointer(at)?.get("inlinedResponses")?;
        held.as_array().or_else(|| held.get("inlinedResponses")?.as_array())
    })
}

/// The same as the lines of a file. Where a result does not say what it answers, it is told by its
/// place.
fn lines(results: &[Value]) -> String {
    let mut lines = String::new();
    for (index, result) in results.iter().enumerate() {
        let key = told::owned(result, "/metadata/key").or_else(|| told::owned(result, "/key"));
        let mut line = json!({"key": key.unwrap_or_else(|| index.to_string())});
        for part in ["response", "error"] {
            if let Some(value) = result.get(part) {
                line[part] = value.clone();
            }
        }
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines
}

fn read(provider: &str, told: &Value) -> Result<BatchJobInfo, JobError> {
    let id = told::text(told, "/name").or_else(|| told::text(told, "/metadata/name"));
    let id = id.ok_or_else(jobs::nameless)?;
    let job = told.get("metadata").filter(|job| job.is_object()).unwrap_or(told);
    let word = told::text(job, "/state").unwrap_or_default();
    let mut status = told::status(WORDS, word.rsplit("_STATE_").next().unwrap_or_default());
    let error = told.get("error").and_then(told::error);
    if status == Status::Unknown && word.is_empty() && told["done"] == Value::Bool(true) {
        status = if error.is_some() { Status::Failed } else { Status::Completed };
    }
    let mut info = BatchJobInfo::new(provider, id, status, word);
    let count = |name| told::count(job, &format!("/batchStats/{name}"));
    info.counts = BatchCounts {
        total: count("requestCount"),
        completed: count("successfulRequestCount"),
        failed: count("failedRequestCount"),
        pending: count("pendingRequestCount"),
        ..BatchCounts::default()
    };
    info.timestamps = BatchTimestamps {
        created: told::time(job, &["/createTime"]),
        started: told::time(job, &["/startTime"]),
        ended: told::time(job, &["/endTime"]),
        expires: None,
    };
    info.files.input = told::owned(job, "/inputConfig/fileName");
    let at = ["/response/responsesFile", "/metadata/output/responsesFile", "/output/responsesFile"];
    info.files.output = at.iter().find_map(|at| told::owned(told, at));
    if info.files.output.is_none() && inlined(told).is_some() {
        info.files.output = Some(INLINE.to_owned());
    }
    info.errors.extend(error);
    info.label = told::owned(job, "/displayName");
    info.model = told::text(job, "/model").map(|model| model.trim_start_matches("models/").into());
    Ok(info)
}

impl fmt::Debug for Gemini {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        jobs::debug(f, "Gemini", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_read_whole() {
        let told = json!({
            "name": "batches/abc",
            "metadata": {
                "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
                "model": "models/gemini-x", "displayName": "r1-s1",
                "inputConfig": {"fileName": "files/in"},
                "output": {"responsesFile": "files/batch-abc"},
                "createTime": "2025-07-10T22:25:14.089180463Z",
                "endTime": "2025-07-10T22:26:11.236441425Z",
                "updateTime": "2025-07-10T22:26:11.236441425Z",
                "batchStats": {"requestCount": "10", "successfulRequestCount": "9", "failedRequestCount": "1"},
                "state": "BATCH_STATE_SUCCEEDED", "name": "batches/abc"
            },
            "done": true,
            "response": {"responsesFile": "files/batch-abc"}
        });
        let job = read("google", &told).unwrap();
        assert_eq!((job.id.as_str(), job.status), ("batches/abc", Status::Completed));
        assert_eq!(job.raw_status, "BATCH_STATE_SUCCEEDED");
        assert_eq!(
            (job.counts.total, job.counts.completed, job.counts.failed),
            (Some(10), Some(9), Some(1))
        );
        assert_eq!(job.files.output.as_deref(), Some("files/batch-abc"));
        assert_eq!(job.files.input.as_deref(), Some("files/in"));
        assert_eq!((job.label.as_deref(), job.model.as_deref()), (Some("r1-s1"), Some("gemini-x")));
        assert!(job.timestamps.created.is_some() && job.timestamps.ended.is_some());
    }

    #[test]
    fn both_spellings_of_the_states_are_known() {
        for (word, expected) in [
            ("BATCH_STATE_PENDING", Status::Queued),
            ("JOB_STATE_PENDING", Status::Queued),
            ("JOB_STATE_QUEUED", Status::Queued),
            ("BATCH_STATE_RUNNING", Status::Running),
            ("JOB_STATE_SUCCEEDED", Status::Completed),
            ("JOB_STATE_PARTIALLY_SUCCEEDED", Status::Completed),
            ("BATCH_STATE_FAILED", Status::Failed),
            ("BATCH_STATE_CANCELLED", Status::Cancelled),
            ("JOB_STATE_CANCELLING", Status::Cancelling),
            ("BATCH_STATE_EXPIRED", Status::Expired),
            ("JOB_STATE_PAUSED", Status::Queued),
            ("BATCH_STATE_UNSPECIFIED", Status::Unknown),
            ("BATCH_STATE_DREAMING", Status::Unknown),
            ("", Status::Unknown),
        ] {
            let job = read("google", &json!({"name": "batches/1", "metadata": {"state": word}}));
            assert_eq!(job.unwrap().status, expected, "{word}");
        }
        let error = json!({"name": "b", "done": true, "error": {"code": 3, "message": "bad file"}});
        let job = read("google", &error).unwrap();
        assert_eq!((job.status, job.errors[0].code.as_deref()), (Status::Failed, Some("3")));
    }

    #[test]
    fn results_in_the_job_become_lines() {
        let results = json!([
            {"response": {"candidates": []}, "metadata": {"key": "a"}},
            {"error": {"code": 8, "message": "no"}},
        ]);
        let told =
            json!({"name": "b", "response": {"inlinedResponses": {"inlinedResponses": results}}});
        assert_eq!(read("google", &told).unwrap().files.output.as_deref(), Some(INLINE));
        assert_eq!(
            lines(inlined(&told).unwrap()),
            "{\"key\":\"a\",\"response\":{\"candidates\":[]}}\n\
             {\"key\":\"1\",\"error\":{\"code\":8,\"message\":\"no\"}}\n"
        );
    }

    #[test]
    fn names_are_taken_with_and_without_their_kind() {
        assert_eq!(name("batches/a", "batches"), "batches/a");
        assert_eq!(name("a", "batches"), "batches/a");
        assert_eq!(name("batches/../files/a", "batches"), "batches/..%2Ffiles%2Fa");
        assert_eq!(model("gemini-x"), "models/gemini-x");
        assert_eq!(model("models/gemini-x"), "models/gemini-x");
        assert_eq!(model("tunedModels/t"), "tunedModels/t");
    }
}
