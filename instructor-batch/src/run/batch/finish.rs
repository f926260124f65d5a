//! The end of a job: what it brought, and what happens to its shard.

use std::collections::HashMap;
use std::path::Path;

use instructor_core::Extract;

use super::{Driver, PATIENCE, Step};
use crate::job::{BatchJobInfo, BatchStatus};
use crate::provider::{Downloads, JobError};
use crate::results::{BatchError, BatchErrorKind};
use crate::run::collect::Collected;
use crate::run::ledger::{Answer, Item, Shard};
use crate::run::{Inner, RunError};

/// How often the files of a job are fetched when rows are missing in them.
const FETCHES: u32 = 3;
/// How many jobs a shard gets when they fail as a whole for no known reason.
const TRIES: u32 = 3;

impl<T: Extract + Send + Sync> Driver<'_, T> {
    /// Looks at the job of a shard.
    pub(super) async fn look(&mut self, mut shard: Shard) -> Result<Step, RunError> {
        let Some(id) = shard.job.clone() else { return Ok(Step::Waits) };
        let job = match self.provider.status(&id).await {
            Ok(job) => job,
            Err(JobError::NotFound { .. }) => {
                let looks = self.looks.entry(shard.number).or_default();
                *looks += 1;
                if *looks < super::LOOKS {
                    return Ok(Step::Waits);
                }
                self.looks.remove(&shard.number);
                return self.lose(&shard).map(|()| Step::Done);
            }
            Err(error) => return Err(error.into()),
        };
        self.looks.remove(&shard.number);
        let done = job.counts.completed;
        if shard.job_status.as_deref() != Some(&job.raw_status) || shard.done != done {
            shard.job_status = Some(job.raw_status.clone());
            shard.done = done;
            self.run.ledger.update(&shard)?;
        }
        match job.status {
            BatchStatus::Failed => self.failed(shard, &job).await,
            status if status.is_terminal() => self.ended(shard, &job).await,
            status => {
                if status == BatchStatus::Unknown {
                    tracing::warn!(shard = shard.number, status = job.raw_status, "unknown state");
                }
                Ok(Step::Waits)
            }
        }
    }

    /// The service does not know the job any more: what it did is lost.
    fn lose(&self, shard: &Shard) -> Result<(), RunError> {
        let items = self.run.ledger.items_of(shard.number)?;
        let reading = self.run.reading();
        let nothing = |item| reading.nothing(item, &BatchErrorKind::Missing);
        let answers: Vec<_> = items.iter().map(nothing).collect();
        let fault = (None, None, "the service does not know the job any more".to_owned());
        self.run.ledger.record(Some(shard.number), &answers, &[fault])
    }

    /// Collects what a job brought.
    async fn ended(&mut self, shard: Shard, job: &BatchJobInfo) -> Result<Step, RunError> {
        let rest = match job.status {
            BatchStatus::Expired => BatchErrorKind::Expired,
            BatchStatus::Cancelled => BatchErrorKind::Cancelled,
            _ => BatchErrorKind::Missing,
        };
        let collected = self.collect(&shard, job, rest).await?;
        if shard.guessed && collected.lines == 0 && !collected.faults.is_empty() {
            // The job was taken for the shard's, and all its lines are somebody else's.
            self.strangers.insert(job.id.clone());
            let mut shard = shard;
            shard.state = crate::run::ShardState::Submitting;
            shard.job = None;
            shard.guessed = false;
            self.run.ledger.update(&shard)?;
            return Ok(Step::Done);
        }
        let fetched = self.fetched.entry(shard.number).or_default();
        *fetched += 1;
        if collected.missing > 0 && job.status == BatchStatus::Completed && *fetched < FETCHES {
            // Files may be complete only a while after the job.
            return Ok(Step::Waits);
        }
        self.fetched.remove(&shard.number);
        self.run.ledger.record(Some(shard.number), &collected.answers, &collected.faults)?;
        tracing::debug!(shard = shard.number, rows = collected.answers.len(), "collected");
        match collected.account {
            Some(reason) if !self.cancelling => Err(RunError::Paused { reason }),
            _ => Ok(Step::Done),
        }
    }

    /// Fetches and reads the files of a job.
    async fn collect(
        &self,
        shard: &Shard,
        job: &BatchJobInfo,
        rest: BatchErrorKind,
    ) -> Result<Collected, RunError> {
        let names = ["output", "errors"]
            .map(|kind| format!("{:05}-{}.{kind}.jsonl", shard.number, shard.tries));
        let [output, errors] = names.each_ref().map(|name| self.run.dir.result(name));
        let into = Downloads { output: &output, errors: &errors };
        let there = self.provider.download(job, into).await?;
        let mut files = Vec::new();
        let all =
            [(there.output, &names[0], output.clone()), (there.errors, &names[1], errors.clone())];
        for (_, name, path) in all.into_iter().filter(|(there, ..)| *there) {
            let envelope = self.provider.envelope().name;
            files.push((self.run.ledger.file(name, envelope)?, path));
        }
        self.run.collect(shard.number, files, rest).await
    }

    /// A job failed as a whole: mostly because of its file, or because too much waits already.
    async fn failed(&mut self, mut shard: Shard, job: &BatchJobInfo) -> Result<Step, RunError> {
        let files = &job.files;
        if files.output.is_some() || files.errors.is_some() {
            let collected = self.collect(&shard, job, BatchErrorKind::Missing).await?;
            if collected.lines > 0 {
                self.run.ledger.record(
                    Some(shard.number),
                    &collected.answers,
                    &collected.faults,
                )?;
                return Ok(Step::Done);
            }
        }
        if self.cancelling {
            self.run.ledger.release(shard.number)?;
            return Ok(Step::Done);
        }
        let has = |codes: &[&str]| {
            job.errors.iter().any(|error| {
                let code = error.code.as_deref().unwrap_or_default();
                codes.iter().any(|known| code.eq_ignore_ascii_case(known))
            })
        };
        if has(&["token_limit_exceeded", "rate_limit_exceeded", "too_many_jobs"]) {
            self.again(&mut shard)?;
            self.full = true;
            self.failures = 0;
            return Ok(Step::Waits);
        }
        let reason = job.errors.first().map_or("it does not say why", |error| &error.message);
        if has(&["insufficient_quota", "billing_hard_limit_reached", "invalid_api_key"]) {
            self.again(&mut shard)?;
            return Err(RunError::Paused { reason: reason.to_owned() });
        }
        if self.refuse_lines(&shard, job)? {
            return Ok(Step::Done);
        }
        if shard.tries < TRIES.min(PATIENCE) {
            self.again(&mut shard)?;
            return Ok(Step::Waits);
        }
        self.again(&mut shard)?;
        Err(RunError::Paused {
            reason: format!("the job of shard {} failed: {reason}", shard.number),
        })
    }

    /// Lines that the service names as wrong are over; the others wait again.
    fn refuse_lines(&self, shard: &Shard, job: &BatchJobInfo) -> Result<bool, RunError> {
        let items = self.run.items_in_file(&self.run.dir.shard(shard.number), shard.number)?;
        let reading = self.run.reading();
        let mut answers: Vec<Answer> = Vec::new();
        for error in &job.errors {
            let Some(line) = error.line else { continue };
            let index = usize::try_from(line).unwrap_or(usize::MAX).checked_sub(1);
            let Some(Some(item)) = index.and_then(|index| items.get(index)) else { continue };
            if answers.iter().any(|answer| answer.n == item.n) {
                continue;
            }
            let kind = BatchErrorKind::Provider {
                status: 400,
                code: error.code.clone(),
                retryable: false,
                account: false,
            };
            let refused = BatchError::new("", kind, error.message.clone());
            answers.push(reading.failed(item, &refused, None, false));
        }
        if answers.is_empty() {
            return Ok(false);
        }
        self.run.ledger.record(None, &answers, &[])?;
        self.run.ledger.release(shard.number)?;
        Ok(true)
    }
}

impl<T: Extract + Send + Sync> Inner<T> {
    /// The rows of a shard in the order of its file.
    fn items_in_file(&self, path: &Path, shard: u64) -> Result<Vec<Option<Item>>, RunError> {
        let text = std::fs::read(path).map_err(RunError::file(path))?;
        let items = self.ledger.items_of(shard)?.into_iter();
        let items: HashMap<_, _> = items.map(|item| (item.n, item)).collect();
        let envelope = self.envelope;
        let of_line = |line: &[u8]| {
            let id = envelope.asked(line)?.id?;
            let (n, _) = crate::run::collect::parse_id(&self.id, &id)?;
            items.get(&n).copied()
        };
        Ok(text.split(|byte| *byte == b'\n').map(of_line).collect())
    }

    /// Rows whose requests grew larger than the service takes are over.
    pub(crate) fn refuse_too_large(&self, items: &[Item]) -> Result<(), RunError> {
        let reading = self.reading();
        let kind = BatchErrorKind::Provider {
            status: 413,
            code: Some("request_too_large".to_owned()),
            retryable: false,
            account: false,
        };
        let message = "with its wrong answers, the request is larger than the service takes";
        let error = BatchError::new("", kind, message);
        let refused = |item| reading.failed(item, &error, None, false);
        let answers: Vec<_> = items.iter().map(refused).collect();
        self.ledger.record(None, &answers, &[])
    }
}
