//! What became of one row.

use super::Outcome;
use crate::results::BatchResult;

/// What became of one row of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunResult<T> {
    /// The number of the row in its source, from 0.
    pub row: u64,
    /// The key of the row: the caller's own, or the row's number.
    pub key: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How often it was sent.
    pub rounds: u32,
    /// The value, or why there is none.
    pub result: BatchResult<T>,
}
