//! The page below is the README, and its programs are tests.
#![doc = include_str!("../README.md")]

// The derive prints `::instructor` paths, also in this crate's own tests.
extern crate self as instructor;

#[cfg(feature = "batch")]
pub use instructor_batch as batch;
#[cfg(feature = "batch")]
pub use instructor_batch::{
    BatchError, BatchErrorKind, BatchJob, BatchJobInfo, BatchProcessor, BatchReader, BatchRequest,
    BatchResult, BatchResults, BatchStatus, BatchSuccess, BatchWriter, Engine, Outcome, Prices,
    Row, Run, RunError, RunSettings, Source, extract_results, filter_errors, filter_successful,
    results_by_custom_id,
};
pub use instructor_core::*;

/// The programs of the pages in `docs/` are tests as well.
#[cfg(all(doctest, feature = "client"))]
mod pages {
    #[doc = include_str!("../docs/cassettes.md")]
    mod cassettes {}
}
