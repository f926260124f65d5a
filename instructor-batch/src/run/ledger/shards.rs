//! Shards: rows that are sent together, and the jobs they become.

use rusqlite::params;

use super::{Ledger, signed, unsigned};
use crate::run::{RunError, ShardState};

/// The rows of one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Its number, from 1.
    pub(crate) number: u64,
    pub(crate) state: ShardState,
    /// How many jobs there were for it, this one included.
    pub(crate) tries: u32,
    /// The label of its job.
    pub(crate) label: String,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// Its tokens, guessed.
    pub(crate) tokens: u64,
    /// When its job was about to be created, in seconds since 1970.
    pub(crate) submitted: Option<u64>,
    pub(crate) job: Option<String>,
    /// The job was told by its size only, and may be somebody else's.
    pub(crate) guessed: bool,
    /// The service's word for the state of its job.
    pub(crate) job_status: Option<String>,
    /// How many rows are done, where the service says so.
    pub(crate) done: Option<u64>,
}

impl ShardState {
    pub(super) const fn code(self) -> i64 {
        match self {
            Self::Planned => 0,
            Self::Submitting => 1,
            Self::Submitted => 2,
            Self::Collected => 3,
        }
    }

    fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Planned,
            1 => Self::Submitting,
            2 => Self::Submitted,
            _ => Self::Collected,
        }
    }
}

const COLUMNS: &str =
    "number, state, tries, label, rows, bytes, tokens, submitted, job, job_status, done, guessed";

impl Ledger {
    /// The number of the next shard.
    pub(crate) fn next_shard(&self) -> Result<u64, RunError> {
        let last: i64 = self.connection().query_row(
            "SELECT coalesce(max(number), 0) FROM shards",
            [],
            |row| row.get(0),
        )?;
        Ok(unsigned(last) + 1)
    }

    /// Puts rows into a new shard.
    pub(crate) fn plan(&self, shard: &Shard, items: &[u64]) -> Result<(), RunError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute(
            "INSERT INTO shards (number, state, tries, label, rows, bytes, tokens)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                signed(shard.number),
                shard.state.code(),
                shard.tries,
                shard.label,
                signed(shard.rows),
                signed(shard.bytes),
                signed(shard.tokens),
            ],
        )?;
        {
            let mut update =
                transaction.prepare_cached("UPDATE items SET shard = ?1 WHERE n = ?2")?;
            for n in items {
                update.execute([signed(shard.number), signed(*n)])?;
            }
        }
        Ok(transaction.commit()?)
    }

    /// The shards that are not collected, in their order.
    pub(crate) fn open_shards(&self) -> Result<Vec<Shard>, RunError> {
        let connection = self.connection();
        let sql = format!("SELECT {COLUMNS} FROM shards WHERE state < 3 ORDER BY number");
        let mut query = connection.prepare_cached(&sql)?;
        let rows = query.query_map([], |row| {
            Ok(Shard {
                number: unsigned(row.get(0)?),
                state: ShardState::from_code(row.get(1)?),
                tries: row.get(2)?,
                label: row.get(3)?,
                rows: unsigned(row.get(4)?),
                bytes: unsigned(row.get(5)?),
                tokens: unsigned(row.get(6)?),
                submitted: row.get::<_, Option<i64>>(7)?.map(unsigned),
                job: row.get(8)?,
                job_status: row.get(9)?,
                done: row.get::<_, Option<i64>>(10)?.map(unsigned),
                guessed: row.get(11)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes down where a shard is now; this is done before it goes there.
    pub(crate) fn update(&self, shard: &Shard) -> Result<(), RunError> {
        let connection = self.connection();
        let mut update = connection.prepare_cached(
            "UPDATE shards SET state = ?2, tries = ?3, label = ?4, submitted = ?5, job = ?6,
             job_status = ?7, done = ?8, guessed = ?9 WHERE number = ?1",
        )?;
        update.execute(params![
            signed(shard.number),
            shard.state.code(),
            shard.tries,
            shard.label,
            shard.submitted.map(signed),
            shard.job,
            shard.job_status,
            shard.done.map(signed),
            shard.guessed,
        ])?;
        Ok(())
    }

    /// The jobs that belong to shards of this run.
    pub(crate) fn known_jobs(&self) -> Result<Vec<String>, RunError> {
        let connection = self.connection();
        let mut query = connection.prepare("SELECT job FROM shards WHERE job IS NOT NULL")?;
        let jobs = query.query_map([], |row| row.get(0))?;
        Ok(jobs.collect::<Result<_, _>>()?)
    }

    /// The rows of a shard wait again as if it had never been, because nothing of it was done.
    pub(crate) fn release(&self, shard: u64) -> Result<(), RunError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute("UPDATE items SET shard = NULL WHERE shard = ?1", [signed(shard)])?;
        transaction.execute(
            "UPDATE shards SET state = ?2 WHERE number = ?1",
            params![signed(shard), ShardState::Collected.code()],
        )?;
        Ok(transaction.commit()?)
    }
}
