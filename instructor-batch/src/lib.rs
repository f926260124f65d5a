//! Batch files, batch jobs and crash-safe runs of the `instructor` crate, which re-exports all of it.
