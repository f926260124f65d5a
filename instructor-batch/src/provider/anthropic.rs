//! Anthropic's message batches: all lines stand in the call that creates the job.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use instructor_core::transport::BoxFuture;
use serde_json::Value;

use super::blocking::blocking;
use super::calls::Calls;
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

const WORDS: Words = &[
    ("created", Status::Queued),
    ("inprogress", Status::Running),
    ("canceling", Status::Cancelling),
    ("ended", Status::Completed),
];

/// The most jobs on a page.
const PAGE: usize = 100;

struct Anthropic {
    name: String,
    calls: Calls,
    place: Place,
    limits: Limits,
}

/// Anthropic's batches.
pub(super) fn connect(connection: Connection) -> Result<SharedProvider, JobError> {
    let Some(place) = Place::before(&connection.url, "/messages") else {
        return Err(connection.unsupported());
    };
    let Connection { name, calls, limits, .. } = connection;
    Ok(Arc::new(Anthropic { name, calls, place, limits }))
}

impl BatchProvider for Anthropic {
    fn name(&self) -> &str {
        &self.name
    }

    fn envelope(&self) -> &'static Envelope {
        Envelope::ANTHROPIC
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn keeps_labels(&self) -> bool {
        false
    }

    fn submit<'a>(&'a self, job: NewJob<'a>) -> BoxFuture<'a, Result<BatchJobInfo, SubmitError>> {
        Box::pin(async move {
            let body = Body(beside(job.file));
            let (lines, into) = (job.file.to_owned(), body.0.clone());
            let written = blocking(move || write_body(&lines, &into)).await;
            written.map_err(|source| unsent(CallError::file(&body.0, source)))?;
            let told = self.calls.create_from(self.place.at("/messages/batches"), &body.0).await;
            self.read(&told.map_err(CallError::of_create)?).map_err(SubmitError::Unknown)
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
            let mut last: Option<String> = None;
            while jobs.len() < limit {
                let page = (limit - jobs.len()).min(PAGE).to_string();
                let mut parameters = vec![("limit", page.as_str())];
                parameters.extend(last.as_deref().map(|last| ("after_id", last)));
                let url = self.place.asking("/messages/batches", &parameters);
                let told = self.calls.get(url).await;
                let told = told.map_err(|error| error.about("the list of batches"))?;
                for job in told["data"].as_array().into_iter().flatten() {
                    jobs.push(self.read(job)?);
                }
                let next = told::owned(&told, "/last_id");
                if told["has_more"] != Value::Bool(true) || next.is_none() || next == last {
                    break;
                }
                last = next;
            }
            jobs.truncate(limit);
            Ok(jobs)
        })
    }

    fn download<'a>(
        &'a self,
        job: &'a BatchJobInfo,
        into: Downloads<'a>,
    ) -> BoxFuture<'a, Result<Downloaded, JobError>> {
        Box::pin(async move {
            if !job.status.is_terminal() && job.files.output.is_none() {
                return Ok(Downloaded::default());
            }
            // The address that the service names may lead around a proxy, or to another host.
            let named = job.files.output.as_deref().filter(|url| self.place.holds(url));
            let url = named.map_or_else(|| self.at(&job.id, "/results"), str::to_owned);
            let downloaded = self.calls.download(&url, into.output).await;
            downloaded.map_err(|error| {
                error.about(format_args!("the results of the batch `{}`", job.id))
            })?;
            Ok(Downloaded { output: true, errors: false })
        })
    }

    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<BatchJobInfo, JobError>> {
        Box::pin(jobs::cancel(self, &self.calls, self.at(id, "/cancel"), id))
    }

    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), JobError>> {
        Box::pin(jobs::delete(&self.calls, self.at(id, ""), id))
    }
}

impl Anthropic {
    fn at(&self, id: &str, verb: &str) -> String {
        self.place.at(&format!("/messages/batches/{}{verb}", escaped(id)))
    }

    fn read(&self, told: &Value) -> Result<BatchJobInfo, JobError> {
        read(&self.name, told)
    }
}

/// Where the body of the call is put together.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".body");
    PathBuf::from(name)
}

/// The body of the call on the disk, which is there only as long as the call.
struct Body(PathBuf);

impl Drop for Body {
    fn drop(&mut self) {
        // It is only a copy; what is left of it does no harm.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Makes one body of all lines, one at a time.
fn write_body(lines: &Path, body: &Path) -> io::Result<()> {
    let mut lines = BufReader::with_capacity(1 << 18, File::open(lines)?);
    let mut out = BufWriter::with_capacity(1 << 18, File::create(body)?);
    let mut line = Vec::new();
    let mut between: &[u8] = b"";
    out.write_all(b"{\"requests\":[")?;
    while lines.read_until(b'\n', &mut line)? > 0 {
        let request = line.trim_ascii();
        if !request.is_empty() {
            out.write_all(between)?;
            out.write_all(request)?;
            between = b",";
        }
        line.clear();
    }
    out.write_all(b"]}")?;
    out.flush()
}

fn read(name: &str, told: &Value) -> Result<BatchJobInfo, JobError> {
    let id = told::text(told, "/id").ok_or_else(jobs::nameless)?;
    let word = told::text(told, "/processing_status").unwrap_or_default();
    let count = |name| told::count(told, &format!("/request_counts/{name}"));
    let named = ["processing", "succeeded", "errored", "canceled", "expired"];
    let [pending, completed, failed, cancelled, expired] = named.map(count);
    let mut status = told::status(WORDS, word);
    // One word stands for all ends; the counts say which it is.
    if status == Status::Completed {
        let some = |count: Option<u64>| count.is_some_and(|count| count > 0);
        if some(cancelled) {
            status = Status::Cancelled;
        } else if some(expired) {
            status = Status::Expired;
        }
    }
    let mut job = BatchJobInfo::new(name, id, status, word);
    // Until the end all but one are zero, whatever has been done.
    let ended = |count: Option<u64>| count.filter(|_| status.is_terminal());
    job.counts = BatchCounts {
        total: named.map(count).into_iter().sum(),
        completed: ended(completed),
        failed: ended(failed),
        expired: ended(expired),
        cancelled: ended(cancelled),
        pending: pending.filter(|_| status.is_terminal()),
    };
    job.timestamps = BatchTimestamps {
        created: told::time(told, &["/created_at"]),
        started: None,
        ended: told::time(told, &["/ended_at"]),
        expires: told::time(told, &["/expires_at"]),
    };
    job.files.output = told::owned(told, "/results_url");
    Ok(job)
}

impl fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        jobs::debug(f, "Anthropic", self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn job(word: &str, counts: [u64; 5]) -> BatchJobInfo {
        let [processing, succeeded, errored, canceled, expired] = counts;
        let told = json!({
            "id": "msgbatch_1", "type": "message_batch", "processing_status": word,
            "request_counts": {
                "processing": processing, "succeeded": succeeded, "errored": errored,
                "canceled": canceled, "expired": expired
            },
            "ended_at": null, "created_at": "2024-08-20T18:37:24.100435Z",
            "expires_at": "2024-08-21T18:37:24.100435Z", "archived_at": null,
            "cancel_initiated_at": null,
            "results_url": "https://api.anthropic.com/v1/messages/batches/msgbatch_1/results"
        });
        read("anthropic", &told).unwrap()
    }

    #[test]
    fn the_counts_say_how_a_batch_ended() {
        for (word, counts, expected) in [
            ("in_progress", [100, 0, 0, 0, 0], Status::Running),
            ("canceling", [100, 0, 0, 0, 0], Status::Cancelling),
            ("ended", [0, 95, 5, 0, 0], Status::Completed),
            ("ended", [0, 0, 5, 0, 0], Status::Completed),
            ("ended", [0, 50, 0, 50, 0], Status::Cancelled),
            ("ended", [0, 50, 0, 0, 50], Status::Expired),
            ("archived", [0, 0, 0, 0, 0], Status::Unknown),
        ] {
            assert_eq!(job(word, counts).status, expected, "{word} {counts:?}");
        }
    }

    #[test]
    fn counts_are_not_believed_before_the_end() {
        let running = job("in_progress", [100, 0, 0, 0, 0]).counts;
        assert_eq!((running.total, running.completed), (Some(100), None));
        let ended = job("ended", [0, 95, 5, 0, 0]).counts;
        assert_eq!((ended.total, ended.completed, ended.failed), (Some(100), Some(95), Some(5)));
        let silent = read("anthropic", &json!({"id": "m", "processing_status": "ended"})).unwrap();
        assert_eq!((silent.status, silent.counts.total), (Status::Completed, None));
    }

    #[test]
    fn all_lines_become_one_body() {
        let directory = tempfile::tempdir().unwrap();
        for (lines, expected) in [
            ("", "{\"requests\":[]}"),
            (
                "{\"a\":1}\n{\"b\":\"\u{2028}\"}\n",
                "{\"requests\":[{\"a\":1},{\"b\":\"\u{2028}\"}]}",
            ),
            ("{\"a\":1}\r\n\n{\"b\":2}", "{\"requests\":[{\"a\":1},{\"b\":2}]}"),
        ] {
            let file = directory.path().join("lines.jsonl");
            std::fs::write(&file, lines).unwrap();
            write_body(&file, &beside(&file)).unwrap();
            assert_eq!(std::fs::read_to_string(beside(&file)).unwrap(), expected);
        }
    }
}
