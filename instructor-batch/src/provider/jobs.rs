//! What is done with jobs in the same way everywhere.

use std::fmt;

use serde_json::Value;

use super::calls::Calls;
use super::failure::CallError;
use super::{BatchProvider, JobError, SubmitError};
use crate::job::{BatchJobInfo, BatchStatus};

/// The error of a call about a job.
pub(super) fn about(id: &str, error: CallError) -> JobError {
    error.about(format_args!("the batch `{id}`"))
}

/// A job without what it is told by.
pub(super) fn nameless() -> JobError {
    JobError::Invalid("a batch without id".to_owned())
}

/// Creates a job of a file that was just uploaded. That it is not seen everywhere yet is the one
/// reason to try again: nothing was created, for sure.
pub(super) async fn create(calls: &Calls, url: String, body: &Value) -> Result<Value, SubmitError> {
    let mut patience = calls.patience();
    loop {
        let error = match calls.create(url.clone(), body).await {
            Ok(told) => return Ok(told),
            Err(error) => error,
        };
        let Some(pause) = patience.next().filter(|_| error.is_unseen_file()) else {
            return Err(error.of_create());
        };
        calls.sleep(pause).await;
    }
}

/// Asks for the end of a job. One that is over, or about to be, is as it should be.
pub(super) async fn cancel(
    provider: &dyn BatchProvider,
    calls: &Calls,
    url: String,
    id: &str,
) -> Result<BatchJobInfo, JobError> {
    let refusal = match calls.post(url).await {
        Ok(_) => None,
        Err(error) if error.may_be_over() => Some(error),
        Err(error) => return Err(about(id, error)),
    };
    let job = provider.status(id).await?;
    match refusal {
        Some(error) if !job.status.is_terminal() && job.status != BatchStatus::Cancelling => {
            Err(about(id, error))
        }
        _ => Ok(job),
    }
}

/// Deletes a job.
pub(super) async fn delete(calls: &Calls, url: String, id: &str) -> Result<(), JobError> {
    calls.delete(url).await.map(drop).map_err(|error| about(id, error))
}

/// The latest jobs, the newest first.
pub(super) fn newest(mut jobs: Vec<BatchJobInfo>, limit: usize) -> Vec<BatchJobInfo> {
    jobs.sort_by_key(|job| std::cmp::Reverse(job.timestamps.created));
    jobs.truncate(limit);
    jobs
}

/// Looks at a job again while something is missing that should be there soon.
pub(super) async fn settled(
    provider: &dyn BatchProvider,
    calls: &Calls,
    job: &BatchJobInfo,
    is_late: impl Fn(&BatchJobInfo) -> bool,
) -> Result<BatchJobInfo, JobError> {
    let mut latest = job.clone();
    let mut patience = calls.patience();
    while is_late(&latest) {
        let Some(pause) = patience.next() else { break };
        calls.sleep(pause).await;
        latest = provider.status(&job.id).await?;
    }
    Ok(latest)
}

/// Prints a service without what it is called with.
pub(super) fn debug(
    f: &mut fmt::Formatter<'_>,
    wire: &str,
    provider: &dyn BatchProvider,
) -> fmt::Result {
    f.debug_struct(wire)
        .field("name", &provider.name())
        .field("limits", &provider.limits())
        .finish_non_exhaustive()
}
