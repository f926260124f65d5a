//! Why a batch cannot be written, sent, waited for or read.

use std::fmt;
use std::time::Duration;

use instructor_core::Error;

use crate::file::FileError;
use crate::lines::LineError;
use crate::provider::{JobError, SubmitError};

/// A batch cannot be written, sent, waited for or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessorError {
    /// The client or the question cannot be as it is; nothing was sent.
    #[error(transparent)]
    Client(#[from] Box<Error>),
    /// A request cannot be written.
    #[error("request {index}, counted from 0: {source}")]
    Request {
        /// Which one, from 0.
        index: usize,
        /// The cause.
        source: LineError,
    },
    /// The requests cannot be sent as they are; nothing was sent.
    #[error("{}{problem}", Place(*line))]
    Input {
        /// The number of the line, from 1, if it is one line's fault.
        line: Option<u64>,
        /// What is wrong.
        problem: String,
    },
    /// A file of this machine cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The job could not be created.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// A call about a job failed.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The job is not over, so its results are not there.
    #[error("the batch `{id}` is not over (`{raw_status}`): wait for its end with `wait`")]
    NotOver {
        /// The job.
        id: String,
        /// The service's word for its state.
        raw_status: String,
    },
    /// Nothing is known of the job for too long: its state is a word that nobody knows, or no call
    /// about it succeeded.
    #[error(
        "nothing is known of the batch `{id}` for {} hours ({problem}): look at it with the service, or raise `patience`",
        waited.as_secs() / 3600
    )]
    Lost {
        /// The job.
        id: String,
        /// The state in the service's word, or the last error.
        problem: String,
        /// How long it was waited.
        waited: Duration,
    },
}

impl From<Error> for ProcessorError {
    fn from(error: Error) -> Self {
        Self::Client(Box::new(error))
    }
}

/// The line that an error is about.
struct Place(Option<u64>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, "line {line}: "))
    }
}
