//! The batch APIs of the services: one file each, behind [`BatchProvider`].

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use instructor_core::provider::ProviderErrorKind;
use instructor_core::transport::BoxFuture;
use instructor_core::{Advice, Error};

use crate::job::BatchJobInfo;
use crate::line::Envelope;

mod blocking;
mod told;
mod place;
mod failure;
mod calls;
mod jobs;
mod files;
mod openai;
mod anthropic;
mod gemini;
mod mistral;
mod services;
#[cfg(test)]
mod tests;

pub(crate) use blocking::blocking;
pub use services::connect;

/// A batch API at its address: the envelope of its lines, its limits, and the calls of a job. All
/// calls retry what may be sent again; creating a job never is.
pub trait BatchProvider: fmt::Debug + Send + Sync {
    /// The name of the service.
    fn name(&self) -> &str;

    /// How it wraps lines.
    fn envelope(&self) -> &'static Envelope;

    /// What it takes.
    fn limits(&self) -> Limits;

    /// Whether it keeps the label of a job, so that the job can be found by it.
    fn keeps_labels(&self) -> bool;

    /// Uploads the file and creates a job.
    fn submit<'a>(&'a self, job: NewJob<'a>) -> BoxFuture<'a, Result<BatchJobInfo, SubmitError>>;

    /// Asks for the state of a job.
    fn status<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<BatchJobInfo, JobError>>;

    /// The latest jobs, the newest first: at most `limit`, over as many pages as it takes.
    fn list(&self, limit: usize) -> BoxFuture<'_, Result<Vec<BatchJobInfo>, JobError>>;

    /// Streams everything that came back into these files, whatever the state: the results, and the
    /// lines that failed where the service keeps them apart. A file that the service does not have
    /// is not written. Says which were.
    fn download<'a>(
        &'a self,
        job: &'a BatchJobInfo,
        into: Downloads<'a>,
    ) -> BoxFuture<'a, Result<Downloaded, JobError>>;

    /// Asks the service to end a job.
    fn cancel<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<BatchJobInfo, JobError>>;

    /// Deletes a job, where the service can.
    fn delete<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), JobError>>;
}

/// A job that is to be created.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct NewJob<'a> {
    /// The file of lines, uncompressed.
    pub file: &'a Path,
    /// How many lines it has.
    pub lines: u64,
    /// The path of the address that takes one line's request alone: `/v1/chat/completions`.
    pub path: &'a str,
    /// The model of all lines.
    pub model: &'a str,
    /// A name by which the job can be found again, of the form `[a-zA-Z0-9_-]{1,64}`.
    pub label: &'a str,
}

impl<'a> NewJob<'a> {
    /// A job with the lines of a file.
    pub fn new(file: &'a Path, lines: u64, path: &'a str, model: &'a str, label: &'a str) -> Self {
        Self { file, lines, path, model, label }
    }
}

/// Where results go.
#[derive(Debug, Clone, Copy)]
pub struct Downloads<'a> {
    /// For the results.
    pub output: &'a Path,
    /// For the lines that failed.
    pub errors: &'a Path,
}

/// Which files were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Downloaded {
    /// There are results.
    pub output: bool,
    /// There are lines that failed.
    pub errors: bool,
}

/// What a batch API takes. Every number can be changed, because services change them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most lines of a job.
    pub lines: u64,
    /// The most bytes of a file.
    pub bytes: u64,
    /// The most bytes of a line.
    pub line_bytes: u64,
    /// The most tokens that may wait in all jobs of a model together, if there is such a limit.
    pub queued_tokens: Option<u64>,
    /// The most jobs at a time.
    pub jobs: usize,
    /// The shortest time between two questions for the state of a job.
    pub poll: Duration,
}

/// A call of a batch API failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The client cannot be as it is, or the service has no batch API; nothing was sent.
    #[error(transparent)]
    Client(#[from] Error),
    /// The service has no such call.
    #[error("{provider} cannot {what}")]
    Unsupported {
        /// The service.
        provider: String,
        /// What it cannot do.
        what: &'static str,
    },
    /// There is no such job or file.
    #[error("{what} is not there any more, or never was: {message}")]
    NotFound {
        /// What was asked for.
        what: String,
        /// The service's words.
        message: String,
    },
    /// The service reports another error, or cannot be reached, after all retries.
    #[error("{message}")]
    Failed {
        /// What kind of error it is; nothing if no answer came.
        kind: Option<ProviderErrorKind>,
        /// The service's words without keys, or why no answer came.
        message: String,
        /// Whether it may work later.
        advice: Advice,
    },
    /// A file of this machine cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// What came back is not what the service's reference says.
    #[error("the service's answer cannot be read: {0}")]
    Invalid(String),
}

/// A job could not be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// No job was created, for sure.
    #[error(transparent)]
    Refused(JobError),
    /// Nobody knows whether a job was created: the call was sent, and its answer did not come.
    /// Look for the label before anything is sent again.
    #[error("it is not known whether the job was created: {0}")]
    Unknown(JobError),
    /// No job was created because too much waits already: the same file may be sent later.
    #[error("too much waits already: {0}")]
    Full(JobError),
}

/// A batch provider that can be shared.
pub type SharedProvider = Arc<dyn BatchProvider>;
