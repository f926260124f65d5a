//! Mistral's batches: files as with `OpenAI`, and jobs of its own form.

use std::fmt;
use std::sync::Arc;

use instructor_core::transport::BoxFuture;
use serde_json::{Value, json};

use super::calls::Calls;
use super::failure::unsent;
use super::place::{Place, escaped};
use super::services::Connection;
use super::told::{self, Words};
use super::{
    BatchProvider, Downloaded, Downloads, JobError, Limits, NewJob, SharedProvider, SubmitError,
    files, jobs,
};
use crate::job::{BatchCounts, BatchJobInfo, BatchStatus as Status, BatchTimestamps};
use crate::line::Envelope;

const WORDS: Words = &[
    ("queued", Status::Queued),
    ("running", Status::Running),
    ("success", Status::Completed),
    ("failed", Status::Failed),
    ("timeoutexceeded", Status::Expired),
    ("cancellationrequested", Status::Cancelling),
    ("cancelled", Status::Cancelled),
];

/// The property of the metadata that holds the label.
const LABEL: &str = "instructor_label";

/// The most jobs on a page.
const PAGE: usize = 100;

struct Mistral {
    name: String,
    calls: Calls,
    place: Place,
    limits: Limits,
}

/// Mistral's batches.
pub(super) fn connect(connection: Connection) -> Result<SharedProvider, JobError> {
    let Some(place) = Place::before(&connection.url, "/chat/completions") else {
        return Err(connection.unsupported());
    };
    let Connection { name, calls, limits, .. } = connection;
    Ok(Arc::new(Mistral { name, calls, place, limits }))
}

impl BatchProvider for Mistral {
    fn name(&self) -> &str {
        &self.name
    }

    fn envelope(&self) -> &'static Envelope {
        Envelope::MISTRAL
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn keeps_labels(&self) -> bool {
        true
    }

    fn submit<'a>(&'a self, job: NewJob<'a>) -> BoxFuture<'a, Result<BatchJobInfo, SubmitError>> {
        Box::pin(async move {
            let (url, name) = (self.place.at("/files"), files::named(job.label));
            let fields = [("purpose", "batch")];
            let uploaded = files::upload(&self.calls, url, job.file, &name, &fields).await;
            let (file, _) = uploaded.map_err(unsent)?;
            let body = json!({
                "input_files": [file],
                "model": job.model,
                "endpoint": job.path,
                "metadata": {LABEL: job.label},
                "timeout_hours": 24,
            });
            let url = self.place.at("/batch/jobs");
            let told = jobs::create(&self.calls, url, &body).await?;
            self.read(&told).map_err(SubmitError::Unknown)
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
            let size = limit.clamp(1, PAGE);
            let mut jobs: Vec<BatchJobInfo> = Vec::new();
            for page in 0_usize.. {
                let (number, size_text) = (page.to_string(), size.to_string());
                let parameters = [("page", number.as_str()), ("page_size", size_text.as_str())];
                let told = self.calls.get(self.place.asking("/batch/jobs", &parameters)).await;
                let told = told.map_err(|error| error.about("the list of batches"))?;
                let found = told["data"].as_array().map_or(&[][..], Vec::as_slice);
                let before = jobs.len();
                for job in found {
                    let job = self.read(job)?;
                    // Pages move while jobs are created.
                    if !jobs.iter().any(|known| known.id == job.id) {
                        jobs.push(job);
                    }
                }
                // A page may be shorter than was asked for.
                let all = told::count(&told, "/total");
                let over = all.map_or(found.len() < size, |all| jobs.len() as u64 >= all);
                if over || jobs.len() == before || jobs.len() >= limit {
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

    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), JobError>> {
        Box::pin(jobs::delete(&self.calls, self.at(id, ""), id))
    }
}

impl Mistral {
    fn at(&self, id: &str, verb: &str) -> String {
        self.place.at(&format!("/batch/jobs/{}{verb}", escaped(id)))
    }

    fn read(&self, told: &Value) -> Result<BatchJobInfo, JobError> {
        read(&self.name, told)
    }
}

fn read(name: &str, told: &Value) -> Result<BatchJobInfo, JobError> {
    let id = told::text(told, "/id").ok_or_else(jobs::nameless)?;
    let word = told::text(told, "/status").unwrap_or_default();
    let mut job = BatchJobInfo::new(name, id, told::status(WORDS, word), word);
    job.counts = BatchCounts {
        total: told::count(told, "/total_requests"),
        completed: told::count(told, "/succeeded_requests"),
        failed: told::count(told, "/failed_requests"),
        ..BatchCounts::default()
    };
    job.timestamps = BatchTimestamps {
        created: told::time(told, &["/created_at"]),
        started: told::time(told, &["/started_at"]),
        ended: told::time(told, &["/completed_at"]),
        expires: None,
    };
    job.files.input = told::owned(told, "/input_files/0");
    job.files.output = told::owned(told, "/output_file");
    job.files.errors = told::owned(told, "/error_file");
    job.errors = told::errors(told.get("errors"));
    job.label = told::owned(told, &format!("/metadata/{LABEL}"));
    job.model = told::owned(told, "/model");
    Ok(job)
}

impl fmt::Debug for Mistral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        jobs::debug(f, "Mistral", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_read_whole() {
        let job = read(
            "mistral",
            &json!({
                "id": "0b5f3e1a", "object": "batch", "input_files": ["f-in"],
                "metadata": {LABEL: "r1-s1"}, "endpoint": "/v1/chat/completions",
                "model": "mistral-x", "agent_id": null, "output_file": "f-out", "error_file": null,
                "errors": [{"message": "too long", "count": 2}], "status": "SUCCESS",
                "created_at": 1_722_279_906, "total_requests": 10, "completed_requests": 10,
                "succeeded_requests": 8, "failed_requests": 2, "started_at": 1_722_279_908,
                "completed_at": 1_722_279_941
            }),
        )
        .unwrap();
        assert_eq!(job.status, Status::Completed);
        assert_eq!(
            (job.counts.total, job.counts.completed, job.counts.failed),
            (Some(10), Some(8), Some(2))
        );
        assert_eq!((job.files.output.as_deref(), job.files.errors), (Some("f-out"), None));
        assert_eq!(job.files.input.as_deref(), Some("f-in"));
        assert_eq!(job.errors[0].message, "too long");
        assert_eq!(
            (job.label.as_deref(), job.model.as_deref()),
            (Some("r1-s1"), Some("mistral-x"))
        );
        assert!(job.timestamps.ended > job.timestamps.started);
    }

    #[test]
    fn every_state_is_known() {
        for (word, expected) in [
            ("QUEUED", Status::Queued),
            ("RUNNING", Status::Running),
            ("SUCCESS", Status::Completed),
            ("FAILED", Status::Failed),
            ("TIMEOUT_EXCEEDED", Status::Expired),
            ("CANCELLATION_REQUESTED", Status::Cancelling),
            ("CANCELLED", Status::Cancelled),
            ("SOMETHING_NEW", Status::Unknown),
        ] {
            let job = read("mistral", &json!({"id": "1", "status": word})).unwrap();
            assert_eq!((job.status, job.raw_status.as_str()), (expected, word));
        }
    }
}
