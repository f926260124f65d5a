//! The exam that the batch API of every service passes, over real HTTP: jobs, their files, their faults.

#[path = "../support/mod.rs"]
mod support;
mod course;
mod ends;
mod failures;
mod lists;
mod processor;

use std::path::PathBuf;
use std::sync::Arc;

use instructor_batch::line::End;
use instructor_batch::provider::{self, Downloads, JobError, NewJob, SharedProvider, SubmitError};
use instructor_batch::{BatchJobInfo, BatchStatus, Lines};
use instructor_core::transport::HttpResponse;
use instructor_core::{ClientBuilder, Form, Judged};
use support::{Answer, Family, Item, Pauses, Person, Server};
use tempfile::TempDir;

/// A service, a client of its batch API, and a folder for files.
struct Exam {
    family: Family,
    server: Server,
    provider: SharedProvider,
    form: Form<Person>,
    lines: Lines<Person>,
    pauses: Arc<Pauses>,
    folder: TempDir,
}

impl Exam {
    fn start(
        family: Family,
        answerer: impl Fn(&Item<'_>) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::with(family, answerer, |builder| builder)
    }

    fn with(
        family: Family,
        answerer: impl Fn(&Item<'_>) -> Answer + Send + Sync + 'static,
        set: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Self {
        let server = Server::start(family, answerer);
        let (builder, pauses) = server.client();
        let client = set(builder).build().unwrap();
        let form = client.extract::<Person>("").form().unwrap();
        let lines = Lines::new(&form).unwrap();
        let provider = provider::connect(&client).unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { family, server, provider, form, lines, pauses, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Creates a job with so many rows.
    async fn submit(&self, label: &str, rows: usize) -> Result<BatchJobInfo, SubmitError> {
        let mut file = Vec::new();
        for row in 0..rows {
            self.lines.push_text(&format!("r{row}"), &Person::text(row), &mut file).unwrap();
        }
        self.submit_file(label, rows, &file).await
    }

    async fn submit_file(
        &self,
        label: &str,
        rows: usize,
        file: &[u8],
    ) -> Result<BatchJobInfo, SubmitError> {
        let path = self.path("requests.jsonl");
        std::fs::write(&path, file).unwrap();
        let (at, model) = (self.lines.path(), self.form.model());
        self.provider.submit(NewJob::new(&path, rows as u64, at, model, label)).await
    }

    async fn submitted(&self, rows: usize) -> BatchJobInfo {
        let job = self.submit("label-1", rows).await;
        job.unwrap_or_else(|error| panic!("{:?}: {error}", self.family))
    }

    /// Looks at a job until it is over.
    async fn over(&self, id: &str) -> BatchJobInfo {
        for _ in 0..20 {
            let job = self.provider.status(id).await;
            let job = job.unwrap_or_else(|error| panic!("{:?}: {error}", self.family));
            if job.status.is_terminal() {
                return job;
            }
        }
        panic!("{:?}: the job is never over", self.family)
    }

    /// What came back, in the order of the files: ids, and what became of them.
    async fn results(&self, job: &BatchJobInfo) -> Vec<(String, String)> {
        self.try_results(job).await.unwrap_or_else(|error| panic!("{:?}: {error}", self.family))
    }

    async fn try_results(&self, job: &BatchJobInfo) -> Result<Vec<(String, String)>, JobError> {
        let (output, errors) = (self.path("output.jsonl"), self.path("errors.jsonl"));
        let into = Downloads { output: &output, errors: &errors };
        let written = self.provider.download(job, into).await?;
        assert_eq!(output.exists(), written.output, "{:?}", self.family);
        assert_eq!(errors.exists(), written.errors, "{:?}", self.family);
        let mut results = Vec::new();
        for path in [output, errors].into_iter().filter(|path| path.exists()) {
            let file = std::fs::read(path).unwrap();
            let lines = file.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
            for line in lines.filter(|line| !line.is_empty()) {
                results.push(self.result(line).await);
            }
        }
        // Nothing else is left behind.
        let mut left = support::files(self.folder.path());
        left.retain(|name| !["requests.jsonl", "output.jsonl", "errors.jsonl"].contains(&&**name));
        assert!(left.is_empty(), "{left:?}");
        Ok(results)
    }

    async fn result(&self, line: &[u8]) -> (String, String) {
        let Some(opened) = self.provider.envelope().open(line) else {
            return (String::new(), "no line".to_owned());
        };
        let id = opened.id.unwrap_or_default().into_owned();
        let what = match opened.end {
            End::Expired => "expired".to_owned(),
            End::Cancelled => "cancelled".to_owned(),
            End::Response { status, body } => {
                let mut response = HttpResponse::new(body.into_owned());
                response.status = http::StatusCode::from_u16(status).unwrap();
                self.judged(&response).await
            }
            // Without a response.
            _ => "failed".to_owned(),
        };
        (id, what)
    }

    async fn judged(&self, response: &HttpResponse) -> String {
        let reply = match self.form.decode(response) {
            Ok(reply) => reply,
            Err(error) => return format!("{} {error}", response.status.as_u16()),
        };
        let judged = self.form.ask("").hear(&reply).await;
        if let Judged::Valid { value, .. } = &judged {
            let usage = reply.usage.unwrap();
            assert_eq!((usage.input_tokens, usage.output_tokens), support::TOKENS);
            return value.name.clone();
        }
        format!("{judged:?}")
    }
}

/// What so many right rows come back as.
fn all_right(rows: usize) -> Vec<(String, String)> {
    (0..rows).map(|row| (format!("r{row}"), Person::of(row).name)).collect()
}

/// Whether two results are the same in any order.
fn assert_same(mut found: Vec<(String, String)>, expected: &[(String, String)], what: &str) {
    found.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    let differs = found.iter().zip(&expected).position(|(found, expected)| found != expected);
    assert_eq!(differs.map(|at| (&found[at], &expected[at])), None, "{what}");
    assert_eq!(found.len(), expected.len(), "{what}");
}

fn owned(results: &[(&str, &str)]) -> Vec<(String, String)> {
    results.iter().map(|(id, what)| ((*id).to_owned(), (*what).to_owned())).collect()
}

fn is_over(job: &BatchJobInfo, status: BatchStatus) {
    assert_eq!(job.status, status, "{}: {}", job.provider, job.raw_status);
}
