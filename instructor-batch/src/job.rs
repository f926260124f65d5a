//! A batch job at a service, in no service's words.

use std::fmt;
use std::time::SystemTime;

/// The state of a job. Services have many words for few states; the word itself is in
/// [`BatchJobInfo::raw_status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BatchStatus {
    /// The service checks the file.
    Validating,
    /// It waits for its turn.
    Queued,
    /// It runs.
    Running,
    /// It ran, and its results are being written.
    Finalizing,
    /// It is about to be cancelled; some of it may still run.
    Cancelling,
    /// It is done; single lines may have failed.
    Completed,
    /// It failed as a whole, mostly because of its file.
    Failed,
    /// Its time is over; what was done is there.
    Expired,
    /// It was cancelled; what was done is there.
    Cancelled,
    /// A word that is not known: it may go on or be over.
    Unknown,
}

impl BatchStatus {
    /// Whether nothing more will happen. An unknown state may go on.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Expired | Self::Cancelled)
    }

    /// The state in one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Validating => "validating",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Finalizing => "finalizing",
            Self::Cancelling => "cancelling",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for BatchStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a service says about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchJobInfo {
    /// The service's id of the job.
    pub id: String,
    /// The name of the service.
    pub provider: String,
    /// Its state.
    pub status: BatchStatus,
    /// The service's word for the state.
    pub raw_status: String,
    /// How many lines are where.
    pub counts: BatchCounts,
    /// When what happened.
    pub timestamps: BatchTimestamps,
    /// Where the lines and the results are.
    pub files: BatchFiles,
    /// What is wrong with the file or its lines, if the job failed.
    pub errors: Vec<BatchJobError>,
    /// The label that was given to it when it was created, if the service keeps one.
    pub label: Option<String>,
    /// The model, if the service says so.
    pub model: Option<String>,
}

/// How many lines of a job are where; nothing where the service does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchCounts {
    /// All lines.
    pub total: Option<u64>,
    /// Those with a response of success.
    pub completed: Option<u64>,
    /// Those that failed.
    pub failed: Option<u64>,
    /// Those whose time was over.
    pub expired: Option<u64>,
    /// Those that were cancelled.
    pub cancelled: Option<u64>,
    /// Those that are not done.
    pub pending: Option<u64>,
}

/// When what happened, as far as the service says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchTimestamps {
    /// It was created.
    pub created: Option<SystemTime>,
    /// It began to run.
    pub started: Option<SystemTime>,
    /// It was over, however it ended.
    pub ended: Option<SystemTime>,
    /// Its time will be over.
    pub expires: Option<SystemTime>,
}

/// Where the lines and the results of a job are, in the words of its service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchFiles {
    /// The file of requests.
    pub input: Option<String>,
    /// The file of results, or their address.
    pub output: Option<String>,
    /// The file of the lines that failed, where it is another one.
    pub errors: Option<String>,
}

/// What is wrong with a job or one of its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchJobError {
    /// The service's code.
    pub code: Option<String>,
    /// The service's words, shortened and without keys.
    pub message: String,
    /// The number of the line, from 1, if it is about one.
    pub line: Option<u64>,
}

impl BatchJobInfo {
    /// A job of which only this is known.
    pub(crate) fn new(provider: &str, id: &str, status: BatchStatus, raw_status: &str) -> Self {
        Self {
            id: id.to_owned(),
            provider: provider.to_owned(),
            status,
            raw_status: raw_status.to_owned(),
            counts: BatchCounts::default(),
            timestamps: BatchTimestamps::default(),
            files: BatchFiles::default(),
            errors: Vec::new(),
            label: None,
            model: None,
        }
    }
}
