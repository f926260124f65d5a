//! Batch files, batch jobs and crash-safe runs of the `instructor` crate, which re-exports all of it.
//!
//! The modules stand in the order of their layers: each uses only those above it.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::print_stdout))]

pub mod line;
mod row;
pub mod results;
pub mod job;
pub mod provider;
pub mod run;
pub mod output;

pub use job::{BatchJobInfo, BatchStatus};
pub use results::{BatchError, BatchErrorKind, BatchResult, BatchSuccess};
pub use row::{Ask, Row};
pub use run::{Engine, Outcome, Prices, RunResult, RunSettings};
