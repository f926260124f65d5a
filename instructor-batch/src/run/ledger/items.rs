//! Items: the rows of the source, from the first to the last look at them.

use rusqlite::{OptionalExtension, params};

use super::{Ledger, signed, unsigned};
use crate::run::{Outcome, RunError};

/// A row of the source that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its number, from 0.
    pub(crate) n: u64,
    /// Where it stands in the file of rows.
    pub(crate) at: u64,
    /// How long it is there.
    pub(crate) bytes: u64,
    /// How often it was sent.
    pub(crate) sent: u32,
    /// How many of these times do not count, because nobody looked at the row.
    pub(crate) forgiven: u32,
}

/// Puts the rows of the source into the ledger, many at a time.
pub(crate) struct Loader<'a> {
    ledger: &'a Ledger,
    batch: Vec<(String, u64, u64)>,
    next: u64,
}

/// How many rows go into one transaction.
const AT_ONCE: usize = 10_000;

impl<'a> Loader<'a> {
    pub(crate) fn new(ledger: &'a Ledger) -> Self {
        Self { ledger, batch: Vec::with_capacity(AT_ONCE), next: 0 }
    }

    /// The next row; its number is the key if it has none.
    pub(crate) fn add(&mut self, key: Option<String>, at: u64, bytes: u64) -> Result<(), RunError> {
        let n = self.next + self.batch.len() as u64;
        self.batch.push((key.unwrap_or_else(|| n.to_string()), at, bytes));
        if self.batch.len() >= AT_ONCE { self.flush() } else { Ok(()) }
    }

    /// How many rows there are.
    pub(crate) fn finish(mut self) -> Result<u64, RunError> {
        self.flush()?;
        Ok(self.next)
    }

    fn flush(&mut self) -> Result<(), RunError> {
        let mut connection = self.ledger.connection();
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO items (n, key, at, bytes) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (key) DO NOTHING",
            )?;
            for (key, at, bytes) in self.batch.drain(..) {
                let n = self.next;
                let new = insert.execute(params![signed(n), key, signed(at), signed(bytes)])?;
                if new == 0 {
                    let first: i64 = transaction.query_row(
                        "SELECT n FROM items WHERE key = ?1",
                        [&key],
                        |row| row.get(0),
                    )?;
                    return Err(RunError::DuplicateKey { first: unsigned(first), second: n });
                }
                self.next += 1;
            }
        }
        Ok(transaction.commit()?)
    }
}

impl Ledger {
    /// Rows that wait, from number `from` on: those that were never sent, or all.
    pub(crate) fn waiting(
        &self,
        from: u64,
        fresh_only: bool,
        limit: usize,
    ) -> Result<Vec<Item>, RunError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(
            "SELECT n, at, bytes, sent, forgiven FROM items
             WHERE outcome IS NULL AND shard IS NULL AND n >= ?1 AND (sent = 0 OR NOT ?2)
             ORDER BY n LIMIT ?3",
        )?;
        let rows =
            query.query_map(params![signed(from), fresh_only, signed(limit as u64)], item)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether rows wait: any that was never sent, or any at all.
    pub(crate) fn has_waiting(&self, fresh_only: bool) -> Result<bool, RunError> {
        Ok(!self.waiting(0, fresh_only, 1)?.is_empty())
    }

    /// The row of this number.
    pub(crate) fn item(&self, n: u64) -> Result<Option<Item>, RunError> {
        let connection = self.connection();
        let mut query = connection
            .prepare_cached("SELECT n, at, bytes, sent, forgiven FROM items WHERE n = ?1")?;
        Ok(query.query_row([signed(n)], item).optional()?)
    }

    /// The rows of a shard.
    pub(crate) fn items_of(&self, shard: u64) -> Result<Vec<Item>, RunError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(
            "SELECT n, at, bytes, sent, forgiven FROM items WHERE shard = ?1 ORDER BY n",
        )?;
        let rows = query.query_map([signed(shard)], item)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Rows that are over with one of these outcomes wait again, and may be sent as often as in the
    /// beginning. Gives their number.
    pub(crate) fn reopen(&self, outcomes: &[Outcome]) -> Result<u64, RunError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let mut rows = 0;
        for outcome in outcomes {
            let n = transaction.execute(
                "UPDATE items SET outcome = NULL, forgiven = sent WHERE outcome = ?1",
                [outcome.code()],
            )?;
            rows += n as u64;
        }
        if rows > 0 {
            transaction.execute("DELETE FROM facts WHERE name IN ('cancelled', 'finished')", [])?;
        }
        transaction.commit()?;
        Ok(rows)
    }

    /// Every row that waits is cancelled. Gives their number.
    pub(crate) fn cancel_waiting(&self) -> Result<u64, RunError> {
        let rows = self.connection().execute(
            "UPDATE items SET outcome = ?1 WHERE outcome IS NULL AND shard IS NULL",
            [Outcome::Cancelled.code()],
        )?;
        Ok(rows as u64)
    }
}

fn item(row: &rusqlite::Row<'_>) -> rusqlite::Result<Item> {
    Ok(Item {
        n: unsigned(row.get(0)?),
        at: unsigned(row.get(1)?),
        bytes: unsigned(row.get(2)?),
        sent: row.get(3)?,
        forgiven: row.get(4)?,
    })
}
