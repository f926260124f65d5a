//! Waiting for the end of a job.

use std::time::Duration;

use instructor_core::Advice;

use super::{BatchProcessor, ProcessorError};
use crate::job::{BatchJobInfo, BatchStatus};
use crate::provider::JobError;

/// The longest pause between two looks, unless the service asks for a longer one.
const LONGEST: Duration = Duration::from_secs(5 * 60);

/// How often in a row a job may be unknown to its service.
const UNKNOWN: u32 = 3;

impl<T> BatchProcessor<T> {
    /// Waits for the end of a job, however it ends: looks at it again and again, with pauses that
    /// grow up to five minutes. An unknown state is no end, and neither are calls that fail for a
    /// while.
    ///
    /// # Errors
    /// If the service does not know the job, a call fails for good, or nothing is known of it for
    /// [`patience`](Self::patience).
    pub async fn wait(&self, id: &str) -> Result<BatchJobInfo, ProcessorError> {
        self.wait_with(id, |_| {}).await
    }

    /// The same, and tells what is seen at every look.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    pub async fn wait_with(
        &self,
        id: &str,
        mut look: impl FnMut(&BatchJobInfo),
    ) -> Result<BatchJobInfo, ProcessorError> {
        let mut interval = self.limits.poll;
        let mut unsure = Duration::ZERO;
        let mut missing = 0;
        loop {
            let mut least = Duration::ZERO;
            let problem = match self.provider.status(id).await {
                Ok(job) => {
                    look(&job);
                    missing = 0;
                    match job.status {
                        status if status.is_terminal() => return Ok(job),
                        BatchStatus::Unknown => Some(format!("its state is `{}`", job.raw_status)),
                        _ => None,
                    }
                }
                Err(JobError::NotFound { what, message }) => {
                    missing += 1;
                    if missing >= UNKNOWN {
                        return Err(JobError::NotFound { what, message }.into());
                    }
                    Some(message)
                }
                Err(JobError::Failed { advice: Advice::After(pause), message, .. }) => {
                    least = pause;
                    Some(message)
                }
                Err(JobError::Failed { advice: Advice::Backoff, message, .. }) => Some(message),
                Err(error) => return Err(error.into()),
            };
            let pause = jittered(interval).max(least);
            match problem {
                None => unsure = Duration::ZERO,
                Some(problem) if unsure.saturating_add(pause) > self.patience => {
                    return Err(ProcessorError::Lost {
                        id: id.to_owned(),
                        problem,
                        waited: unsure,
                    });
                }
                Some(problem) => {
                    tracing::debug!(id, problem, "nothing is known of the batch for now");
                    unsure = unsure.saturating_add(pause);
                }
            }
            self.client.transport().sleep(pause).await;
            interval = next(interval, self.limits.poll);
        }
    }
}

/// The interval after this one: half as long again, and not shorter than the service wants.
fn next(interval: Duration, least: Duration) -> Duration {
    interval.mul_f64(1.5).min(LONGEST).max(least)
}

/// A little more, so that many do not come at the same moment.
fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(1.0 + 0.1 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_five_minutes() {
        let second = Duration::from_secs(1);
        let mut interval = 15 * second;
        let mut all = Vec::new();
        for _ in 0..9 {
            all.push(interval.as_secs());
            interval = next(interval, 15 * second);
        }
        assert_eq!(all, [15, 22, 33, 50, 75, 113, 170, 256, 300]);
        assert_eq!(next(600 * second, 600 * second), 600 * second);
        for _ in 0..100 {
            let pause = jittered(60 * second);
            assert!(pause >= 60 * second && pause <= 66 * second);
        }
    }
}
