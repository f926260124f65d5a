//! What a run took.

use std::fmt;
use std::time::Duration;

use instructor_core::Usage;
use serde::Serialize;

use super::ledger::Ledger;
use super::{Outcome, Outcomes, Prices, RunError, now, status};

/// What a run took so far.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Receipt {
    /// All rows.
    pub rows: u64,
    /// The rows that are over, by outcome.
    pub outcomes: Outcomes,
    /// How often a row was sent at most.
    pub rounds: u32,
    /// How many jobs there were.
    pub jobs: u64,
    /// How many lines came back that belong to no row, or to one that has its answer.
    pub faults: u64,
    /// All tokens, those of wrong answers included.
    #[serde(serialize_with = "status::usage")]
    pub usage: Usage,
    /// What they cost, if prices are known.
    pub cost: Option<f64>,
    /// The seconds from the first start to the end, or to now.
    pub seconds: u64,
}

pub(super) fn receipt(ledger: &Ledger, prices: Option<Prices>) -> Result<Receipt, RunError> {
    let counts = ledger.counts()?;
    let usage = ledger.usage()?;
    let time =
        |name| Ok::<_, RunError>(ledger.fact(name)?.and_then(|time| time.parse::<u64>().ok()));
    let end = time("finished")?.unwrap_or_else(now);
    let start = time("started")?.unwrap_or(end);
    Ok(Receipt {
        rows: counts.rows,
        outcomes: counts.outcomes,
        rounds: counts.sent,
        jobs: counts.shards,
        faults: counts.faults,
        usage,
        cost: prices.map(|prices| prices.of(usage)),
        seconds: end.saturating_sub(start),
    })
}

impl Receipt {
    /// From the first start to the end, or to now.
    pub fn elapsed(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// A few lines for people; only outcomes that occur.
impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "rows        {}", self.rows)?;
        for outcome in Outcome::ALL {
            let rows = self.outcomes.of(outcome);
            if rows > 0 || outcome == Outcome::Succeeded {
                writeln!(f, "  {:<9} {rows}", outcome.name())?;
            }
        }
        let open = self.rows.saturating_sub(self.outcomes.total());
        if open > 0 {
            writeln!(f, "  {:<9} {open}", "not over")?;
        }
        writeln!(f, "rounds      {}", self.rounds)?;
        writeln!(f, "jobs        {}", self.jobs)?;
        if self.faults > 0 {
            writeln!(f, "odd lines   {}", self.faults)?;
        }
        let Usage { input_tokens, output_tokens, .. } = self.usage;
        writeln!(f, "tokens      {input_tokens} in, {output_tokens} out")?;
        if let Some(cost) = self.cost {
            writeln!(f, "cost        {cost:.4}")?;
        }
        let (minutes, seconds) = (self.seconds / 60, self.seconds % 60);
        write!(f, "time        {minutes} min {seconds} s")
    }
}
