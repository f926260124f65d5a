//! Batch files, batch jobs and crash-safe runs of the `instructor` crate, which re-exports all of it.
//!
//! The modules stand in the order of their layers: each uses only those above it.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::print_stdout))]

mod file;
pub mod line;
mod template;
mod row;
pub mod source;
mod lines;
mod write;
pub mod request;
pub mod results;
mod judge;
mod read;
mod legacy;
pub mod job;
pub mod provider;
mod processor;
pub mod run;
pub mod output;
pub mod report;
#[cfg(feature = "cli")]
pub mod cli;

pub use file::FileError;
pub use job::{BatchJobInfo, BatchStatus};
pub use legacy::BatchJob;
pub use line::Envelope;
pub use lines::{LineError, Lines};
pub use processor::{BatchInput, BatchProcessor, ProcessorError};
pub use read::BatchReader;
pub use request::{BatchRequest, RequestBody};
pub use results::{
    BatchError, BatchErrorKind, BatchResult, BatchResults, BatchSuccess, ById, extract_results,
    filter_errors, filter_successful, results_by_custom_id,
};
pub use row::{Ask, Row, RowError};
pub use run::{
    Engine, Order, Outcome, Outcomes, Plan, Prices, Receipt, Run, RunError, RunResult, RunResults,
    RunSettings, RunState, RunStatus,
};
pub use source::{Source, SourceError, Table};
pub use write::{BatchWriter, WriteError, Written};
