//! How far a run is.

use instructor_core::Usage;
use serde::Serialize;

use super::ledger::Ledger;
use super::{Outcome, RunError};

/// How far a run is.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RunStatus {
    /// Whether it is over.
    pub state: RunState,
    /// All rows.
    pub rows: u64,
    /// The rows that are over, by outcome.
    pub outcomes: Outcomes,
    /// Rows that wait to be put into a shard.
    pub waiting: u64,
    /// Rows that are in a shard.
    pub in_shards: u64,
    /// How often a row was sent at most; 0 before anything came back.
    pub round: u32,
    /// The shards that are not collected.
    pub shards: Vec<ShardStatus>,
    /// How many shards there were in all.
    pub shards_total: u64,
    /// How many lines came back that belong to no row, or to one that has its answer.
    pub faults: u64,
    /// The tokens so far, those of wrong answers included.
    #[serde(serialize_with = "usage")]
    pub usage: Usage,
    /// Why it is paused.
    pub problem: Option<String>,
}

/// How far the run of this ledger is.
pub(super) fn status(ledger: &Ledger) -> Result<RunStatus, RunError> {
    let counts = ledger.counts()?;
    let problem = ledger.fact("problem")?;
    let over = counts.waiting == 0 && counts.in_shards == 0;
    let state = match (over, &problem) {
        (true, _) if ledger.fact("cancelled")?.is_some() => RunState::Cancelled,
        (true, _) => RunState::Done,
        (false, Some(_)) => RunState::Paused,
        (false, None) => RunState::Open,
    };
    let shards = ledger.open_shards()?.into_iter().map(|shard| ShardStatus {
        number: shard.number,
        state: shard.state,
        rows: shard.rows,
        label: shard.label,
        job: shard.job,
        job_status: shard.job_status,
        done: shard.done,
    });
    Ok(RunStatus {
        state,
        rows: counts.rows,
        outcomes: counts.outcomes,
        waiting: counts.waiting,
        in_shards: counts.in_shards,
        round: counts.sent,
        shards: shards.collect(),
        shards_total: counts.shards,
        faults: counts.faults,
        usage: ledger.usage()?,
        problem: problem.filter(|_| !over),
    })
}

/// Whether a run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunState {
    /// There is more to do, whether somebody does it at the moment or not.
    Open,
    /// It waits for somebody to act, such as to pay.
    Paused,
    /// It was cancelled; every row has an outcome.
    Cancelled,
    /// Every row has an outcome.
    Done,
}

/// How many rows ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[expect(missing_docs, reason = "as in `Outcome`")]
pub struct Outcomes {
    pub succeeded: u64,
    pub invalid: u64,
    pub refused: u64,
    pub truncated: u64,
    pub errored: u64,
    pub expired: u64,
    pub cancelled: u64,
    pub missing: u64,
}

impl Outcomes {
    /// All together.
    pub fn total(&self) -> u64 {
        Outcome::ALL.iter().map(|outcome| self.of(*outcome)).sum()
    }

    /// All but the successes.
    pub fn failed(&self) -> u64 {
        self.total() - self.succeeded
    }

    /// How many ended like this.
    pub fn of(&self, outcome: Outcome) -> u64 {
        match outcome {
            Outcome::Succeeded => self.succeeded,
            Outcome::Invalid => self.invalid,
            Outcome::Refused => self.refused,
            Outcome::Truncated => self.truncated,
            Outcome::Errored => self.errored,
            Outcome::Expired => self.expired,
            Outcome::Cancelled => self.cancelled,
            Outcome::Missing => self.missing,
        }
    }

    pub(crate) fn set(&mut self, outcome: Outcome, rows: u64) {
        *match outcome {
            Outcome::Succeeded => &mut self.succeeded,
            Outcome::Invalid => &mut self.invalid,
            Outcome::Refused => &mut self.refused,
            Outcome::Truncated => &mut self.truncated,
            Outcome::Errored => &mut self.errored,
            Outcome::Expired => &mut self.expired,
            Outcome::Cancelled => &mut self.cancelled,
            Outcome::Missing => &mut self.missing,
        } = rows;
    }
}

/// A shard: the rows of one job.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ShardStatus {
    /// Its number, from 1.
    pub number: u64,
    /// Where it is on its way.
    pub state: ShardState,
    /// How many rows it has.
    pub rows: u64,
    /// The label of its job.
    pub label: String,
    /// The service's id of its job.
    pub job: Option<String>,
    /// The service's word for the state of its job.
    pub job_status: Option<String>,
    /// How many rows are done, where the service says so.
    pub done: Option<u64>,
}

/// Where a shard is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ShardState {
    /// Its file is written.
    Planned,
    /// Its job is being created, or was when the process ended.
    Submitting,
    /// Its job is at the service.
    Submitted,
    /// Every row has what came back.
    Collected,
}

pub(super) fn usage<S: serde::Serializer>(usage: &Usage, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Counted {
        #[serde(rename = "input_tokens")]
        input: u64,
        #[serde(rename = "output_tokens")]
        output: u64,
        #[serde(rename = "cached_input_tokens")]
        cached_input: u64,
        #[serde(rename = "reasoning_tokens")]
        reasoning: u64,
    }
    Counted {
        input: usage.input_tokens,
        output: usage.output_tokens,
        cached_input: usage.cached_input_tokens,
        reasoning: usage.reasoning_tokens,
    }
    .serialize(serializer)
}
