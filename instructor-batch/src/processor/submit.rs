//! From checked requests to a job.

use std::time::{Duration, Instant};

use instructor_core::{Advice, Error};

use super::input::{self, BatchInput, Checked};
use super::scratch::Scratch;
use super::{BatchProcessor, ProcessorError};
use crate::job::BatchJobInfo;
use crate::line::path_of;
use crate::provider::{JobError, NewJob, SubmitError};

/// How often the list of jobs is looked through for one that may have been created.
const LOOKS: u32 = 5;

impl<T> BatchProcessor<T> {
    /// Checks the requests, uploads them and creates a job; gives its id.
    ///
    /// A prefix is put before all ids that do not have it, so that the results of several batches
    /// can be told apart; the job's label begins with it, too. Nothing is sent if a line cannot be
    /// read, an id comes twice or is of another form than services take, lines are of several models,
    /// or there is more than the service takes.
    ///
    /// # Errors
    /// If the requests cannot be sent as they are, or the service does not take them.
    pub async fn submit_batch(
        &self,
        requests: impl Into<BatchInput>,
        custom_id_prefix: Option<&str>,
    ) -> Result<String, ProcessorError> {
        let scratch = Scratch::new()?;
        let prefix = custom_id_prefix.map(str::to_owned);
        let (envelope, limits) = (self.provider.envelope(), self.limits);
        let (requests, file) = (requests.into(), scratch.file("requests.jsonl"));
        let checked = {
            let file = file.clone();
            input::blocking(move || input::check(requests, prefix, envelope, &limits, &file))
                .await?
        };
        let Checked { lines, path, model } = checked;
        let path = match path {
            Some(path) => path,
            None => self.path()?,
        };
        let model = model.as_deref().unwrap_or(self.client.model());
        let label = label(custom_id_prefix);
        let job = NewJob::new(&file, lines, &path, model, &label);
        Ok(self.submit(job).await?.id)
    }

    /// Creates a job, again where it surely was not created and may be the next time.
    async fn submit(&self, job: NewJob<'_>) -> Result<BatchJobInfo, SubmitError> {
        let mut retries = 0;
        let mut elapsed = Duration::ZERO;
        loop {
            let started = Instant::now();
            let error = match self.provider.submit(job).await {
                Ok(created) => return Ok(created),
                Err(error) => error,
            };
            elapsed = elapsed.saturating_add(started.elapsed());
            let advice = match &error {
                SubmitError::Unknown(_) => return self.find(job.label).await.ok_or(error),
                SubmitError::Refused(JobError::Failed { advice, .. }) => *advice,
                SubmitError::Refused(_) | SubmitError::Full(_) => Advice::Never,
            };
            let Some(pause) = self.client.retry().next(retries, advice, elapsed) else {
                return Err(error);
            };
            retries += 1;
            self.client.transport().sleep(pause).await;
            elapsed = elapsed.saturating_add(pause);
        }
    }

    /// The job of a label, which may have been created a moment ago.
    async fn find(&self, label: &str) -> Option<BatchJobInfo> {
        if !self.provider.keeps_labels() {
            return None;
        }
        for look in 0..LOOKS {
            if look > 0 {
                let pause = self.client.retry().base.saturating_mul(1 << look);
                self.client.transport().sleep(pause).await;
            }
            let jobs = self.provider.list(100).await.ok()?;
            let found = jobs.into_iter().find(|job| job.label.as_deref() == Some(label));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The path of the address that takes a single request.
    fn path(&self) -> Result<String, Error> {
        let form = self.client.extract::<String>("").form()?;
        Ok(path_of(&form.encode(form.ask("").request())?.url).into_owned())
    }
}

/// A name by which a job can be found again.
fn label(prefix: Option<&str>) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let prefix: String = prefix.unwrap_or("instructor").chars().filter(plain).take(40).collect();
    format!("{prefix}-{:016x}", fastrand::u64(..))
}
