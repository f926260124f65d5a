//! The ledger: one row for each item, one for each answer, one for each shard. Every state that costs
//! money is written before it is entered.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::dir::Dir;
use super::{Outcome, RunError};
use instructor_core::Usage;

mod items;
mod shards;
mod answers;
mod counts;

pub(crate) use answers::{Answer, Final, Next, Place};
pub(crate) use items::{Item, Loader};
pub(crate) use shards::Shard;

/// The format that is written, and the latest that is read.
const FORMAT: i64 = 1;
/// "inst", so that tools can tell a ledger from other databases.
const APPLICATION: i64 = 0x696e_7374;

/// The ledger of a run.
#[derive(Debug)]
pub(crate) struct Ledger(Mutex<Connection>);

impl Ledger {
    /// Makes an empty ledger.
    pub(crate) fn create(dir: &Dir) -> Result<Self, RunError> {
        let connection = Connection::open(dir.ledger())?;
        set_up(&connection)?;
        connection.execute_batch(include_str!("schema.sql"))?;
        connection.pragma_update(None, "application_id", APPLICATION)?;
        connection.pragma_update(None, "user_version", FORMAT)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Opens a ledger that is there.
    pub(crate) fn open(dir: &Dir) -> Result<Self, RunError> {
        let not_a_run = || RunError::NotARun { dir: dir.path().to_owned() };
        if !dir.ledger().is_file() {
            return Err(not_a_run());
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(dir.ledger(), flags)?;
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        if pragma("application_id").map_err(|_| not_a_run())? != APPLICATION {
            return Err(not_a_run());
        }
        let found = pragma("user_version")?;
        if found > FORMAT {
            return Err(RunError::TooNew { dir: dir.path().to_owned(), found, known: FORMAT });
        }
        set_up(&connection)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fact about the run.
    pub(crate) fn fact(&self, name: &str) -> Result<Option<String>, RunError> {
        let connection = self.connection();
        let mut query = connection.prepare_cached("SELECT value FROM facts WHERE name = ?1")?;
        Ok(query.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Writes a fact down, or forgets it.
    pub(crate) fn set_fact(&self, name: &str, value: Option<&str>) -> Result<(), RunError> {
        let connection = self.connection();
        match value {
            Some(value) => connection.execute(
                "INSERT INTO facts (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                params![name, value],
            )?,
            None => connection.execute("DELETE FROM facts WHERE name = ?1", [name])?,
        };
        Ok(())
    }

    /// The number of a file of results.
    pub(crate) fn file(&self, name: &str, envelope: &str) -> Result<i64, RunError> {
        let connection = self.connection();
        connection.execute(
            "INSERT INTO files (name, envelope) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
            params![name, envelope],
        )?;
        Ok(connection
            .query_row("SELECT number FROM files WHERE name = ?1", [name], |row| row.get(0))?)
    }

    /// The name and the envelope of a file of results.
    pub(crate) fn file_of(&self, number: i64) -> Result<(String, String), RunError> {
        let connection = self.connection();
        let mut query =
            connection.prepare_cached("SELECT name, envelope FROM files WHERE number = ?1")?;
        Ok(query.query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }
}

/// Every commit is on the disk when it returns.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(30))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// The numbers in a ledger are signed.
fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The tokens in four columns, the first of which is at `first`.
fn usage(row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<Option<Usage>> {
    let Some(input) = row.get::<_, Option<i64>>(first)? else { return Ok(None) };
    let number =
        |column| row.get::<_, Option<i64>>(column).map(|n| unsigned(n.unwrap_or_default()));
    let mut usage = Usage::new(unsigned(input), number(first + 1)?);
    usage.cached_input_tokens = number(first + 2)?;
    usage.reasoning_tokens = number(first + 3)?;
    Ok(Some(usage))
}

/// The outcome of a code; one that is not known counts as an error of the service.
fn outcome(code: i64) -> Outcome {
    Outcome::from_code(code).unwrap_or(Outcome::Errored)
}
