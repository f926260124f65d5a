//! How many rows are where. Counts are kept up to date, because a run of a million rows is asked how far
//! it is while it goes.

use rusqlite::{Connection, Transaction, params};

use super::{Answer, Ledger, Next, signed, unsigned};
use crate::run::{Outcome, Outcomes, RunError};
use instructor_core::Usage;

/// How many rows are where, and what they took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) rows: u64,
    /// The rows that are over.
    pub(crate) outcomes: Outcomes,
    pub(crate) waiting: u64,
    pub(crate) in_shards: u64,
    /// The most times a row was sent.
    pub(crate) sent: u32,
    pub(crate) shards: u64,
    pub(crate) faults: u64,
    /// Of all answers.
    pub(crate) usage: Usage,
}

impl Ledger {
    /// How many rows are where, and what they took.
    pub(crate) fn counts(&self) -> Result<Counts, RunError> {
        let mut connection = self.connection();
        // All of them at one moment.
        let transaction = connection.transaction()?;
        let mut counts = Counts::default();
        {
            let mut query = transaction.prepare_cached("SELECT name, value FROM totals")?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let (name, value): (String, _) = (row.get(0)?, unsigned(row.get(1)?));
                counts.set(&name, value);
            }
        }
        let number = |sql| transaction.query_row(sql, [], |row| row.get(0)).map(unsigned);
        // All rows of a shard leave it at once.
        counts.in_shards = number("SELECT coalesce(sum(rows), 0) FROM shards WHERE state < 3")?;
        counts.shards = number("SELECT count(*) FROM shards")?;
        counts.faults = number("SELECT coalesce(max(rowid), 0) FROM faults")?;
        counts.waiting =
            counts.rows.saturating_sub(counts.outcomes.total()).saturating_sub(counts.in_shards);
        Ok(counts)
    }
}

impl Counts {
    fn set(&mut self, name: &str, value: u64) {
        match name {
            "rows" => self.rows = value,
            "sent" => self.sent = u32::try_from(value).unwrap_or(u32::MAX),
            "input_tokens" => self.usage.input_tokens = value,
            "output_tokens" => self.usage.output_tokens = value,
            "cached_tokens" => self.usage.cached_input_tokens = value,
            "reasoning_tokens" => self.usage.reasoning_tokens = value,
            _ => {
                let named = |outcome: &&Outcome| outcome.name() == name;
                if let Some(outcome) = Outcome::ALL.iter().find(named) {
                    self.outcomes.set(*outcome, value);
                }
            }
        }
    }
}

/// More of a total.
pub(super) fn add(connection: &Connection, name: &str, more: u64) -> Result<(), RunError> {
    if more > 0 {
        let mut add = connection.prepare_cached(
            "INSERT INTO totals (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        )?;
        add.execute(params![name, signed(more)])?;
    }
    Ok(())
}

/// Adds answers to the totals.
pub(super) fn answered(transaction: &Transaction<'_>, answers: &[Answer]) -> Result<(), RunError> {
    let mut over = Outcomes::default();
    let (mut sent, mut tokens) = (0, Usage::default());
    for answer in answers {
        sent = sent.max(answer.sent);
        if answer.next == Next::Over {
            over.set(answer.outcome, over.of(answer.outcome) + 1);
        }
        if let Some(usage) = answer.usage {
            tokens += usage;
        }
    }
    for outcome in Outcome::ALL {
        add(transaction, outcome.name(), over.of(outcome))?;
    }
    for (name, more) in [
        ("input_tokens", tokens.input_tokens),
        ("output_tokens", tokens.output_tokens),
        ("cached_tokens", tokens.cached_input_tokens),
        ("reasoning_tokens", tokens.reasoning_tokens),
    ] {
        add(transaction, name, more)?;
    }
    let mut most = transaction.prepare_cached(
        "INSERT INTO totals (name, value) VALUES ('sent', ?1)
         ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)",
    )?;
    most.execute([sent])?;
    Ok(())
}
