//! The engine of batch APIs: shards become jobs, and jobs become answers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use instructor_core::transport::Transport;
use instructor_core::{Advice, Extract};

use super::ledger::Shard;
use super::shard::{Room, Writer, label};
use super::{Inner, RunError, ShardState, now};
use crate::job::BatchJobInfo;
use crate::provider::{self, BatchProvider, JobError, Limits, NewJob, SubmitError};

mod finish;

/// How often a job is looked for before it is sure that there is none.
const LOOKS: u32 = 5;
/// How many of the latest jobs are searched for one.
const SEARCHED: usize = 1000;
/// How far the clocks of this machine and the service may be apart, in seconds.
const SKEW: u64 = 600;
/// How often a call may fail for reasons that pass before the run stops.
const PATIENCE: u32 = 8;
/// The longest time between two looks at the jobs.
const LONGEST: Duration = Duration::from_secs(300);

/// Does what is left to do.
pub(super) async fn drive<T: Extract + Send + Sync>(run: &Arc<Inner<T>>) -> Result<(), RunError> {
    Driver::new(run)?.drive().await
}

/// Cancels the jobs, and collects what was done.
pub(super) async fn cancel<T: Extract + Send + Sync>(run: &Arc<Inner<T>>) -> Result<(), RunError> {
    Driver::new(run)?.cancel().await
}

struct Driver<'a, T> {
    run: &'a Arc<Inner<T>>,
    provider: Arc<dyn BatchProvider>,
    limits: Limits,
    room: Room,
    /// The path of the address that takes one line's request alone.
    path: String,
    /// How often a shard's job was looked for in vain.
    looks: HashMap<u64, u32>,
    /// Jobs that turned out to be somebody else's.
    strangers: HashSet<String>,
    /// How often files of a shard were fetched and rows were missing.
    fetched: HashMap<u64, u32>,
    /// How often in a row calls failed for reasons that pass.
    failures: u32,
    /// The service has no room for another job at the moment.
    full: bool,
    /// The run is being cancelled: nothing is sent any more.
    cancelling: bool,
}

/// Whether a step changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Done,
    Waits,
}

impl<'a, T: Extract + Send + Sync> Driver<'a, T> {
    fn new(run: &'a Arc<Inner<T>>) -> Result<Self, RunError> {
        let provider = provider::connect(&run.client)?;
        let (mut limits, kept) = (provider.limits(), &run.kept);
        limits.jobs = kept.jobs.unwrap_or(limits.jobs).max(1);
        limits.queued_tokens = kept.queued_tokens.or(limits.queued_tokens);
        let room = Room {
            rows: kept.shard_rows.unwrap_or(u64::MAX).min(limits.lines).max(1),
            // Services count in their own ways.
            bytes: kept.shard_bytes.unwrap_or(u64::MAX).min(limits.bytes / 20 * 19),
            line_bytes: limits.line_bytes,
            tokens: limits.queued_tokens.unwrap_or(u64::MAX),
        };
        let path = Writer::new(&run.form, run.envelope, &run.id)?.path().to_owned();
        Ok(Self {
            run,
            provider,
            limits,
            room,
            path,
            looks: HashMap::new(),
            strangers: HashSet::new(),
            fetched: HashMap::new(),
            failures: 0,
            full: false,
            cancelling: false,
        })
    }

    async fn drive(&mut self) -> Result<(), RunError> {
        let mut pause = self.poll();
        loop {
            let mut step = self.look_at_all().await?;
            if !self.cancelling && self.send_more().await? == Step::Done {
                step = Step::Done;
            }
            let ledger = &self.run.ledger;
            let open = ledger.open_shards()?;
            if open.is_empty() && (self.cancelling || !ledger.has_waiting(false)?) {
                return Ok(());
            }
            if step == Step::Done {
                pause = self.poll();
                continue;
            }
            self.transport().sleep(pause.mul_f64(0.9 + 0.2 * fastrand::f64())).await;
            if self.run.kept.poll_seconds.is_none() {
                pause = pause.mul_f64(1.5).min(LONGEST.max(self.limits.poll));
            }
        }
    }

    async fn cancel(&mut self) -> Result<(), RunError> {
        self.cancelling = true;
        for shard in self.run.ledger.open_shards()? {
            match (&shard.job, shard.state) {
                (_, ShardState::Planned) => self.run.ledger.release(shard.number)?,
                (Some(job), _) => match self.provider.cancel(job).await {
                    // A job that is over already cannot be cancelled.
                    Ok(_)
                    | Err(
                        JobError::Failed { advice: Advice::Never, .. }
                        | JobError::NotFound { .. }
                        | JobError::Unsupported { .. },
                    ) => {}
                    Err(error) => return Err(error.into()),
                },
                (None, _) => {}
            }
        }
        self.drive().await
    }

    /// Looks at every job.
    async fn look_at_all(&mut self) -> Result<Step, RunError> {
        let mut step = Step::Waits;
        for shard in self.run.ledger.open_shards()? {
            let result = match shard.state {
                ShardState::Submitting => self.find(shard).await,
                ShardState::Submitted => self.look(shard).await,
                ShardState::Planned | ShardState::Collected => Ok(Step::Waits),
            };
            if self.passes(result)? == Step::Done {
                step = Step::Done;
            }
        }
        Ok(step)
    }

    /// An error that passes is waited for, for a while.
    fn passes(&mut self, result: Result<Step, RunError>) -> Result<Step, RunError> {
        match result {
            Err(RunError::Job(error)) if self.failures < PATIENCE && is_passing(&error) => {
                self.failures += 1;
                tracing::warn!(%error, "a call of the batch API failed; it is made again");
                Ok(Step::Waits)
            }
            Err(error) => Err(error),
            Ok(step) => {
                self.failures = 0;
                Ok(step)
            }
        }
    }

    /// Looks for the job of a shard of which it is not known whether it was created.
    async fn find(&mut self, mut shard: Shard) -> Result<Step, RunError> {
        let jobs = self.provider.list(SEARCHED).await?;
        let found = if self.provider.keeps_labels() {
            jobs.into_iter().find(|job| job.label.as_ref() == Some(&shard.label))
        } else {
            let known: HashSet<_> = self.run.ledger.known_jobs()?.into_iter().collect();
            let free =
                |job: &BatchJobInfo| !known.contains(&job.id) && !self.strangers.contains(&job.id);
            jobs.into_iter().find(|job| free(job) && could_be(job, &shard))
        };
        if let Some(job) = found {
            self.looks.remove(&shard.number);
            shard.guessed = !self.provider.keeps_labels();
            return self.submitted(shard, &job).map(|()| Step::Done);
        }
        let looks = self.looks.entry(shard.number).or_default();
        *looks += 1;
        if *looks < LOOKS {
            return Ok(Step::Waits);
        }
        self.looks.remove(&shard.number);
        if self.cancelling {
            self.run.ledger.release(shard.number)?;
        } else {
            self.again(&mut shard)?;
        }
        Ok(Step::Done)
    }

    /// The job of a shard is known.
    fn submitted(&self, mut shard: Shard, job: &BatchJobInfo) -> Result<(), RunError> {
        shard.state = ShardState::Submitted;
        shard.job = Some(job.id.clone());
        shard.job_status = Some(job.raw_status.clone());
        self.run.ledger.update(&shard)
    }

    /// A shard gets another job; the one before did nothing.
    fn again(&self, shard: &mut Shard) -> Result<(), RunError> {
        shard.state = ShardState::Planned;
        shard.tries += 1;
        shard.label = label(&self.run.id, shard.number, shard.tries);
        shard.job = None;
        shard.guessed = false;
        shard.job_status = None;
        shard.done = None;
        self.run.ledger.update(shard)
    }

    /// Sends shards as long as there is room.
    async fn send_more(&mut self) -> Result<Step, RunError> {
        let mut step = Step::Waits;
        // Whatever is tried now would be refused.
        if std::mem::take(&mut self.full) {
            return Ok(step);
        }
        while !self.full {
            let open = self.run.ledger.open_shards()?;
            // Two of them could not be told apart where jobs have no labels.
            if open.iter().any(|shard| shard.state == ShardState::Submitting) {
                break;
            }
            let planned = open.iter().find(|shard| shard.state == ShardState::Planned).cloned();
            let shard = match planned {
                Some(shard) => shard,
                None if open.len() >= self.limits.jobs => break,
                // What is sent again waits until it fills a job of its own.
                None => match self.run.plan_shard(!open.is_empty(), self.room).await? {
                    Some(shard) => shard,
                    None => break,
                },
            };
            let queued: u64 = open
                .iter()
                .filter(|shard| shard.state == ShardState::Submitted)
                .map(|shard| shard.tokens)
                .sum();
            if queued > 0 && queued.saturating_add(shard.tokens) > self.room.tokens {
                break;
            }
            let result = self.submit(shard).await;
            if self.passes(result)? == Step::Waits {
                break;
            }
            step = Step::Done;
        }
        Ok(step)
    }

    /// Creates the job of a shard.
    async fn submit(&mut self, mut shard: Shard) -> Result<Step, RunError> {
        shard.state = ShardState::Submitting;
        shard.submitted = Some(now());
        self.run.ledger.update(&shard)?;
        let path = self.run.dir.shard(shard.number);
        let model = self.run.form.model();
        let job = NewJob::new(&path, shard.rows, &self.path, model, &shard.label);
        let error = match self.provider.submit(job).await {
            Ok(job) => return self.submitted(shard, &job).map(|()| Step::Done),
            Err(SubmitError::Unknown(error)) => {
                tracing::warn!(%error, "it is not known whether the job was created");
                return Ok(Step::Waits);
            }
            Err(SubmitError::Full(error)) => {
                tracing::debug!(%error, "the service has no room");
                self.full = true;
                None
            }
            Err(SubmitError::Refused(error)) => Some(error),
        };
        shard.state = ShardState::Planned;
        self.run.ledger.update(&shard)?;
        match error {
            None => Ok(Step::Waits),
            Some(error) if is_passing(&error) => Err(error.into()),
            // Every other shard would be refused as well.
            Some(error) => Err(RunError::Paused { reason: error.to_string() }),
        }
    }

    fn poll(&self) -> Duration {
        self.run.kept.poll_seconds.map_or(self.limits.poll, Duration::from_secs_f64)
    }

    fn transport(&self) -> &dyn Transport {
        &**self.run.client.transport()
    }
}

/// Whether the same call may work later.
fn is_passing(error: &JobError) -> bool {
    matches!(error, JobError::Failed { advice: Advice::Backoff | Advice::After(_), .. })
}

/// Whether a job without a label may be that of a shard: of the same size, and not older.
fn could_be(job: &BatchJobInfo, shard: &Shard) -> bool {
    let submitted = shard.submitted.unwrap_or_default().saturating_sub(SKEW);
    let since = UNIX_EPOCH + Duration::from_secs(submitted);
    let young = job.timestamps.created.is_none_or(|created: SystemTime| created >= since);
    young && job.counts.total.is_none_or(|total| total == shard.rows)
}
