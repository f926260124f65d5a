//! Answers: what came back for a row each time it was sent.

use instructor_core::Usage;
use rusqlite::{Transaction, params};

use super::{Ledger, outcome, signed, unsigned, usage};
use crate::run::{Outcome, RunError, ShardState};

/// What came back for a row once it was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) n: u64,
    /// Which time it was sent, from 1.
    pub(crate) sent: u32,
    pub(crate) outcome: Outcome,
    /// The kind of error in one word; `succeeded` for a value.
    pub(crate) kind: String,
    /// The error in words, without anything that the model or the user wrote.
    pub(crate) message: Option<String>,
    /// Where the line stands; nothing if none came back.
    pub(crate) place: Option<Place>,
    pub(crate) model: Option<String>,
    pub(crate) usage: Option<Usage>,
    /// What happens to the row now.
    pub(crate) next: Next,
}

/// Where a line stands in the files of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The number of the file.
    pub(crate) file: i64,
    pub(crate) at: u64,
    pub(crate) bytes: u64,
}

/// What happens to a row after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is over.
    Over,
    /// It is sent again.
    Again,
    /// It is sent again, and this time does not count.
    Forgiven,
}

/// A row that is over, with its last answer.
#[derive(Debug, Clone)]
pub(crate) struct Final {
    pub(crate) n: u64,
    pub(crate) key: String,
    pub(crate) at: u64,
    pub(crate) bytes: u64,
    pub(crate) sent: u32,
    pub(crate) outcome: Outcome,
    pub(crate) kind: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) place: Option<Place>,
    /// Where the next page begins after this row.
    pub(crate) cursor: u64,
}

impl Ledger {
    /// Writes answers down and sends their rows on, all at once. With a shard, it is collected.
    pub(crate) fn record(
        &self,
        shard: Option<u64>,
        answers: &[Answer],
        faults: &[(Option<i64>, Option<u64>, String)],
    ) -> Result<(), RunError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        write(&transaction, answers)?;
        for (file, line, what) in faults {
            transaction.execute(
                "INSERT INTO faults (shard, file, line, what) VALUES (?1, ?2, ?3, ?4)",
                params![shard.map(signed), file, line.map(signed), what],
            )?;
        }
        if let Some(shard) = shard {
            transaction.execute(
                "UPDATE shards SET state = ?2 WHERE number = ?1",
                params![signed(shard), ShardState::Collected.code()],
            )?;
        }
        Ok(transaction.commit()?)
    }

    /// What came back for a row so far, in the order in which it was sent.
    pub(crate) fn answers(&self, n: u64) -> Result<Vec<(Outcome, Option<Place>)>, RunError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached(
            "SELECT outcome, file, at, bytes FROM answers WHERE n = ?1 ORDER BY sent",
        )?;
        let rows =
            query.query_map([signed(n)], |row| Ok((outcome(row.get(0)?), place(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A page of rows that are over: in the order of the source, or in which their last answers
    /// came.
    pub(crate) fn finals(
        &self,
        cursor: u64,
        by_arrival: bool,
        limit: usize,
    ) -> Result<Vec<Final>, RunError> {
        const COLUMNS: &str = "i.n, i.key, i.at, i.bytes, i.sent, i.outcome, a.kind, a.message,
             a.file, a.at, a.bytes";
        let connection = self.connection();
        let sql = if by_arrival {
            // Rows without any answer, those that were cancelled while they waited, have no arrival.
            format!(
                "SELECT {COLUMNS}, a.rowid FROM answers a JOIN items i ON i.n = a.n AND i.sent = a.sent
                 WHERE i.outcome IS NOT NULL AND a.rowid > ?1 ORDER BY a.rowid LIMIT ?2"
            )
        } else {
            format!(
                "SELECT {COLUMNS}, i.n + 1 FROM items i LEFT JOIN answers a ON a.n = i.n AND a.sent = i.sent
                 WHERE i.outcome IS NOT NULL AND i.n >= ?1 ORDER BY i.n LIMIT ?2"
            )
        };
        let mut query = connection.prepare_cached(&sql)?;
        let rows = query.query_map(params![signed(cursor), signed(limit as u64)], |row| {
            Ok(Final {
                n: unsigned(row.get(0)?),
                key: row.get(1)?,
                at: unsigned(row.get(2)?),
                bytes: unsigned(row.get(3)?),
                sent: row.get(4)?,
                outcome: outcome(row.get(5)?),
                kind: row.get(6)?,
                message: row.get(7)?,
                place: place(row, 8)?,
                cursor: unsigned(row.get(11)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Where the last line of a file of results ends that is known here.
    pub(crate) fn known_until(&self, file: i64) -> Result<u64, RunError> {
        let connection = self.connection();
        let end = connection.query_row(
            "SELECT coalesce(max(at + bytes + 1), 0) FROM answers WHERE file = ?1",
            [file],
            |row| row.get(0),
        )?;
        Ok(unsigned(end))
    }

    /// All tokens so far.
    pub(crate) fn usage(&self) -> Result<Usage, RunError> {
        let connection = self.connection();
        let total = connection.query_row(
            "SELECT coalesce(sum(input_tokens), 0), sum(output_tokens), sum(cached_tokens),
             sum(reasoning_tokens) FROM answers",
            [],
            |row| usage(row, 0),
        )?;
        Ok(total.unwrap_or_default())
    }
}

fn write(transaction: &Transaction<'_>, answers: &[Answer]) -> Result<(), RunError> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO answers (n, sent, outcome, kind, message, file, at, bytes, model,
         input_tokens, output_tokens, cached_tokens, reasoning_tokens)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    let mut update = transaction.prepare_cached(
        "UPDATE items SET shard = NULL, sent = ?2, outcome = ?3, forgiven = forgiven + ?4 WHERE n = ?1",
    )?;
    for answer in answers {
        let tokens = answer.usage;
        insert.execute(params![
            signed(answer.n),
            answer.sent,
            answer.outcome.code(),
            answer.kind,
            answer.message,
            answer.place.map(|place| place.file),
            answer.place.map(|place| signed(place.at)),
            answer.place.map(|place| signed(place.bytes)),
            answer.model,
            tokens.map(|usage| signed(usage.input_tokens)),
            tokens.map(|usage| signed(usage.output_tokens)),
            tokens.map(|usage| signed(usage.cached_input_tokens)),
            tokens.map(|usage| signed(usage.reasoning_tokens)),
        ])?;
        let over = (answer.next == Next::Over).then(|| answer.outcome.code());
        let forgiven = u32::from(answer.next == Next::Forgiven);
        update.execute(params![signed(answer.n), answer.sent, over, forgiven])?;
    }
    Ok(())
}

fn place(row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<Option<Place>> {
    let Some(file) = row.get(first)? else { return Ok(None) };
    let number =
        |column| row.get::<_, Option<i64>>(column).map(|n| unsigned(n.unwrap_or_default()));
    Ok(Some(Place { file, at: number(first + 1)?, bytes: number(first + 2)? }))
}
