//! Files at a service: what goes up as a form, and the two files that come back.

use std::fmt::Write as _;
use std::path::Path;

use bytes::Bytes;
use http::Method;
use http::header::CONTENT_TYPE;

use super::calls::{Calls, header, json};
use super::failure::CallError;
use super::place::{Place, escaped};
use super::{Downloaded, Downloads, JobError, told};
use crate::job::{BatchJobInfo, BatchStatus};

/// A line of JSON never begins with dashes, so no line is taken for the end; and the same file is the
/// same request, so that a recorded upload is found again.
const BOUNDARY: &str = "instructor-8f1c6b02d94e4a57";

/// Uploads a file as a form with these fields, and gives the service's id of it.
pub(super) async fn upload(
    calls: &Calls,
    url: String,
    file: &Path,
    name: &str,
    fields: &[(&str, &str)],
) -> Result<(String, serde_json::Value), CallError> {
    let (before, after) = form(BOUNDARY, name, fields);
    let mut request = calls.request(Method::POST, url, before);
    if let Some(kind) = header(&format!("multipart/form-data; boundary={BOUNDARY}")) {
        // In place of the one of a single request.
        request.headers.insert(CONTENT_TYPE, kind);
    }
    let answer = json(&calls.upload(request, file, Bytes::from(after)).await?)?;
    let id = told::owned(&answer, "/id").or_else(|| told::owned(&answer, "/data/id"));
    let id = id.ok_or_else(|| CallError::Unreadable("an uploaded file without id".to_owned()))?;
    Ok((id, answer))
}

/// What stands before and behind a file in a form.
fn form(boundary: &str, name: &str, fields: &[(&str, &str)]) -> (String, String) {
    let mut before = String::new();
    for (field, value) in fields {
        // Writing to a string cannot fail.
        let _ = write!(
            before,
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
        );
    }
    let _ = write!(
        before,
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    (before, format!("\r\n--{boundary}--\r\n"))
}

/// The name of a file for a label, with nothing in it that a header cannot hold.
pub(super) fn named(label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = label.chars().map(plain).take(100).collect();
    format!("{}.jsonl", if name.is_empty() { "batch" } else { &name })
}

/// Streams the file of results and that of the failed lines, as far as the job has them.
pub(super) async fn contents(
    calls: &Calls,
    place: &Place,
    job: &BatchJobInfo,
    into: Downloads<'_>,
) -> Result<Downloaded, JobError> {
    let files = [(&job.files.output, into.output), (&job.files.errors, into.errors)];
    let mut written = [false; 2];
    for ((id, path), written) in files.into_iter().zip(&mut written) {
        let Some(id) = id else { continue };
        let url = place.at(&format!("/files/{}/content", escaped(id)));
        let downloaded = calls.download(&url, path).await;
        downloaded.map_err(|error| error.about(format_args!("the file `{id}`")))?;
        *written = true;
    }
    let [output, errors] = written;
    Ok(Downloaded { output, errors })
}

/// Whether a job that is over should name a file that it does not name yet.
pub(super) fn is_late(job: &BatchJobInfo) -> bool {
    if !job.status.is_terminal() || job.status == BatchStatus::Failed {
        return false;
    }
    let (output, errors) = (&job.files.output, &job.files.errors);
    match (job.counts.completed, job.counts.failed) {
        (Some(completed), failed) => {
            completed > 0 && output.is_none() || failed.unwrap_or(0) > 0 && errors.is_none()
        }
        (None, _) => job.status == BatchStatus::Completed && output.is_none() && errors.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_holds_its_fields_and_then_the_file() {
        let (before, after) = form("b", "run.jsonl", &[("purpose", "batch"), ("x", "y")]);
        assert_eq!(
            before,
            "--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
             --b\r\ncontent-disposition: form-data; name=\"x\"\r\n\r\ny\r\n\
             --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"run.jsonl\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        assert_eq!(after, "\r\n--b--\r\n");
        assert_eq!(named("a\"\r\n1"), "a___1.jsonl");
        assert_eq!(named(""), "batch.jsonl");
    }

    #[test]
    fn a_file_is_late_where_the_counts_say_so() {
        let late = |status, completed, failed, output: Option<&str>, errors: Option<&str>| {
            let mut job = BatchJobInfo::new("openai", "b", status, "x");
            (job.counts.completed, job.counts.failed) = (completed, failed);
            job.files.output = output.map(str::to_owned);
            job.files.errors = errors.map(str::to_owned);
            is_late(&job)
        };
        let id = Some("f");
        assert!(late(BatchStatus::Completed, Some(1), Some(0), None, None));
        assert!(late(BatchStatus::Expired, Some(1), None, None, id));
        assert!(late(BatchStatus::Completed, Some(1), Some(1), id, None));
        assert!(late(BatchStatus::Completed, None, None, None, None));
        assert!(!late(BatchStatus::Completed, Some(0), Some(3), None, id));
        assert!(!late(BatchStatus::Completed, None, None, None, id));
        assert!(!late(BatchStatus::Cancelled, None, None, None, None));
        assert!(!late(BatchStatus::Failed, Some(1), None, None, None));
        assert!(!late(BatchStatus::Running, Some(1), None, None, None));
    }
}
