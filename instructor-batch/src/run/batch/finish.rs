//! The end of a job: what it brought, and what happens to its shard.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use instructor_core::{Advice, Extract};

use super::{Driver, Step};
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
                return if *looks < super::LOOKS { Ok(Step::Waits) } else { self.gone(shard, id) };
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
                if self.cancelling && status != BatchStatus::Cancelling && !shard.guessed {
                    self.end(id).await?;
                }
                Ok(Step::Waits)
            }
        }
    }

    /// Asks the service to end a job, once.
    async fn end(&mut self, id: String) -> Result<(), RunError> {
        if self.asked_to_end.contains(&id) {
            return Ok(());
        }
        match self.provider.cancel(&id).await {
            // A job that is over by now cannot be cancelled.
            Ok(_)
            | Err(
                JobError::Failed { advice: Advice::Never, .. }
                | JobError::NotFound { .. }
                | JobError::Unsupported { .. },
            ) => {}
            Err(error) => return Err(error.into()),
        }
        self.asked_to_end.insert(id);
        Ok(())
    }

    /// The service does not know the job or its results any more: what it did is lost.
    fn gone(&mut self, shard: Shard, job: String) -> Result<Step, RunError> {
        self.looks.remove(&shard.number);
        self.fetched.remove(&shard.number);
        if shard.guessed {
            return self.mistook(shard, job);
        }
        let items = self.run.ledger.items_of(shard.number)?;
        let reading = self.run.reading();
        let nothing = |item| reading.nothing(item, &BatchErrorKind::Missing);
        let answers: Vec<_> = items.iter().map(nothing).collect();
        let fault = (None, None, "the service does not know the job or its results".to_owned());
        self.run.ledger.record(Some(shard.number), &answers, &[fault])?;
        Ok(Step::Done)
    }

    /// Collects what a job brought.
    async fn ended(&mut self, shard: Shard, job: &BatchJobInfo) -> Result<Step, RunError> {
        let rest = match job.status {
            BatchStatus::Expired => BatchErrorKind::Expired,
            BatchStatus::Cancelled => BatchErrorKind::Cancelled,
            _ => BatchErrorKind::Missing,
        };
        let collected = self.collect(&shard, job, rest).await;
        let fetched = self.fetched.entry(shard.number).or_default();
        *fetched += 1;
        let collected = match collected {
            Err(RunError::Job(JobError::NotFound { .. })) if *fetched < super::LOOKS => {
                return Ok(Step::Waits);
            }
            Err(RunError::Job(JobError::NotFound { .. })) => {
                return self.gone(shard, job.id.clone());
            }
            collected => collected?,
        };
        // Files may be complete only a while after the job.
        let told = job.counts.completed.unwrap_or_default();
        let missing = collected.missing > 0 && job.status == BatchStatus::Completed;
        if (missing || (collected.lines as u64) < told) && *fetched < FETCHES {
            return Ok(Step::Waits);
        }
        self.fetched.remove(&shard.number);
        if shard.guessed && collected.lines == 0 {
            return self.mistook(shard, job.id.clone());
        }
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
            let collected = match self.collect(&shard, job, BatchErrorKind::Missing).await {
                Err(RunError::Job(JobError::NotFound { .. })) => Collected::default(),
                collected => collected?,
            };
            if collected.lines > 0 {
                self.run.ledger.record(
                    Some(shard.number),
                    &collected.answers,
                    &collected.faults,
                )?;
                return Ok(Step::Done);
            }
        }
        if shard.guessed {
            return self.mistook(shard, job.id.clone());
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
        if has(&[super::FULL, "rate_limit_exceeded", "too_many_jobs"]) {
            self.again(&mut shard, Some(super::FULL))?;
            self.full = true;
            self.failures = 0;
            return Ok(Step::Waits);
        }
        let reason = job.errors.first().map_or("it does not say why", |error| &error.message);
        if has(&["insufficient_quota", "billing_hard_limit_reached", "invalid_api_key"]) {
            self.again(&mut shard, None)?;
            return Err(RunError::Paused { reason: reason.to_owned() });
        }
        if self.refuse_lines(&shard, job)? {
            return Ok(Step::Done);
        }
        let last = shard.tries >= TRIES;
        self.again(&mut shard, None)?;
        if !last {
            return Ok(Step::Waits);
        }
        Err(RunError::Paused {
            reason: format!("the job of shard {} failed: {reason}", shard.number),
        })
    }

    /// Lines that the service names as wrong are over; the others wait again.
    fn refuse_lines(&self, shard: &Shard, job: &BatchJobInfo) -> Result<bool, RunError> {
        if job.errors.iter().all(|error| error.line.is_none()) {
            return Ok(false);
        }
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
        self.run.ledger.record(Some(shard.number), &answers, &[])?;
        Ok(true)
    }
}

impl<T: Extract + Send + Sync> Inner<T> {
    /// The rows of a shard in the order of its file.
    fn items_in_file(&self, path: &Path, shard: u64) -> Result<Vec<Option<Item>>, RunError> {
        let file = File::open(path).map_err(RunError::file(path))?;
        let items = self.ledger.items_of(shard)?.into_iter();
        let items: HashMap<_, _> = items.map(|item| (item.n, item)).collect();
        let envelope = self.envelope;
        let of_line = |line: &[u8]| {
            let id = envelope.asked(line)?.id?;
            let (n, _) = crate::run::collect::parse_id(&self.id, &id)?;
            items.get(&n).copied()
        };
        let lines = BufReader::with_capacity(1 << 18, file).split(b'\n');
        let of_line = |line: io::Result<Vec<u8>>| line.map(|line| of_line(&line));
        lines.map(of_line).collect::<io::Result<_>>().map_err(RunError::file(path))
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
