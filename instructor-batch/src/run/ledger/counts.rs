//! How many rows are where.

use super::{Ledger, outcome, unsigned};
use crate::run::{Outcomes, RunError};

/// How many rows are where.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) rows: u64,
    pub(crate) outcomes: Outcomes,
    pub(crate) waiting: u64,
    pub(crate) in_shards: u64,
    /// The most times a row was sent.
    pub(crate) sent: u32,
    pub(crate) shards: u64,
    pub(crate) faults: u64,
}

impl Ledger {
    /// How many rows are where.
    pub(crate) fn counts(&self) -> Result<Counts, RunError> {
        let connection = self.connection();
        let mut counts = Counts::default();
        let mut query = connection.prepare_cached(
            "SELECT outcome, shard IS NOT NULL, count(*), max(sent) FROM items GROUP BY 1, 2",
        )?;
        let mut groups = query.query([])?;
        while let Some(group) = groups.next()? {
            let (code, in_shard): (Option<i64>, bool) = (group.get(0)?, group.get(1)?);
            let rows = unsigned(group.get(2)?);
            counts.rows += rows;
            counts.sent = counts.sent.max(group.get(3)?);
            match code {
                Some(code) => {
                    let outcome = outcome(code);
                    counts.outcomes.set(outcome, counts.outcomes.of(outcome) + rows);
                }
                None if in_shard => counts.in_shards += rows,
                None => counts.waiting += rows,
            }
        }
        let count = |sql| connection.query_row(sql, [], |row| row.get(0)).map(unsigned);
        counts.shards = count("SELECT count(*) FROM shards")?;
        counts.faults = count("SELECT count(*) FROM faults")?;
        Ok(counts)
    }
}
