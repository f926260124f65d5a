//! What can go wrong with a run as a whole. What goes wrong with a row is its outcome.

use std::io;
use std::path::{Path, PathBuf};

use instructor_core::Error;

use crate::lines::LineError;
use crate::provider::JobError;
use crate::source::SourceError;

/// A run cannot be created, opened or driven. Nothing that came back is lost.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// There is something in the directory already.
    #[error("{} is not empty: open it with `Run::open`, or choose another directory", dir.display())]
    Exists {
        /// The directory.
        dir: PathBuf,
    },
    /// There is no ledger of a run in the directory.
    #[error("{} holds no run: create one with `Run::create`", dir.display())]
    NotARun {
        /// The directory.
        dir: PathBuf,
    },
    /// The ledger is of a later version of this library.
    #[error("{} was written by a newer version (format {found}, this one knows {known}): update", dir.display())]
    TooNew {
        /// The directory.
        dir: PathBuf,
        /// The format of the ledger.
        found: i64,
        /// The latest format that is known here.
        known: i64,
    },
    /// Another process, or another part of this one, drives the run.
    #[error("another process works on {}: wait until it ends, or stop it", dir.display())]
    Locked {
        /// The directory.
        dir: PathBuf,
    },
    /// The type is not the one that the run was created with.
    #[error(
        "the run was created for another type or another version of it (`{expected}`): its rows cannot be read as `{found}`"
    )]
    OtherType {
        /// The name of the tool when the run was created.
        expected: String,
        /// The name of the tool now.
        found: String,
    },
    /// The client is for another model than the run was created with.
    #[error("the run asks `{expected}`, and this client asks `{found}`")]
    OtherModel {
        /// `provider/model` of the run.
        expected: String,
        /// `provider/model` of the client.
        found: String,
    },
    /// Two rows have one key.
    #[error("rows {first} and {second} have the same key: keys must be unique (rows count from 0)")]
    DuplicateKey {
        /// The number of the first, from 0.
        first: u64,
        /// The number of the second, from 0.
        second: u64,
    },
    /// There are no rows.
    #[error("there are no rows to ask about")]
    Empty,
    /// A row is larger than the service takes.
    #[error(
        "row {row} makes a request of {bytes} bytes, and the service takes {limit}: shorten it"
    )]
    RowTooLarge {
        /// The number of the row, from 0.
        row: u64,
        /// The size of its line.
        bytes: u64,
        /// The most bytes of a line or a file.
        limit: u64,
    },
    /// A setting cannot be taken.
    #[error("{0}")]
    Settings(String),
    /// A row cannot be read from its source.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A row cannot be written as a request.
    #[error("row {row}: {source}")]
    Row {
        /// The number of the row, from 0.
        row: u64,
        /// The cause.
        source: LineError,
    },
    /// The client or the type cannot be as it is.
    #[error(transparent)]
    Client(#[from] Error),
    /// The service cannot be reached, or does not do what it should; the run can be resumed.
    #[error("{0}; the run can be resumed")]
    Job(#[from] JobError),
    /// Nothing more will succeed until somebody acts, such as with a new key or money; the run can
    /// be resumed then.
    #[error("the run is paused: {reason}; resume it when that is mended")]
    Paused {
        /// What the service says.
        reason: String,
    },
    /// The ledger cannot be read or written.
    #[error("the ledger cannot be read or written: {0}")]
    Ledger(#[from] rusqlite::Error),
    /// A file of the run cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A file of the run was changed or is damaged.
    #[error("{}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

impl RunError {
    /// An error of a file.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
