//! The lines of a shard: first questions, and questions with the wrong answers so far.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use instructor_core::{Conversation, Extract, Form};

use super::collect::custom_id;
use super::ledger::{Item, Shard};
use super::{Inner, RunError, ShardState};
use crate::line::Envelope;
use crate::lines::{LineError, Lines};
use crate::row::Ask;

/// Writes the lines of a run.
pub(crate) struct Writer<'a, T> {
    lines: Lines<T>,
    id: &'a str,
}

impl<'a, T: Extract + Send + Sync> Writer<'a, T> {
    pub(crate) fn new(
        form: &Form<T>,
        envelope: &'static Envelope,
        id: &'a str,
    ) -> Result<Self, RunError> {
        let lines = Lines::in_envelope(form, envelope);
        Ok(Self { lines: lines.map_err(|source| RunError::Row { row: 0, source })?, id })
    }

    /// The path of the address that takes one line's request alone.
    pub(crate) fn path(&self) -> &str {
        self.lines.path()
    }

    /// Adds the first question about a row.
    pub(crate) fn first(&self, n: u64, ask: &Ask, out: &mut Vec<u8>) -> Result<(), LineError> {
        self.lines.push(&custom_id(self.id, n, 1), ask, out)
    }

    /// Adds a question with what was said before.
    pub(crate) fn again(
        &self,
        item: &Item,
        conversation: &Conversation<T>,
        out: &mut Vec<u8>,
    ) -> Result<(), LineError> {
        let id = custom_id(self.id, item.n, item.sent + 1);
        self.lines.push_request(&id, conversation.request(), out)
    }
}

/// What a shard may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) line_bytes: u64,
    pub(crate) tokens: u64,
}

/// A shard whose file is written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The rows in it.
    pub(crate) items: Vec<u64>,
    pub(crate) bytes: u64,
    pub(crate) tokens: u64,
    /// Rows whose line is larger than the service takes: with what was said before, it grew.
    pub(crate) too_large: Vec<Item>,
}

/// How many rows are looked up at a time.
const AT_ONCE: usize = 2000;

impl<T: Extract + Send + Sync> Inner<T> {
    /// Puts waiting rows into a new shard, if there are any.
    pub(crate) async fn plan_shard(
        &self,
        fresh_only: bool,
        room: Room,
    ) -> Result<Option<Shard>, RunError> {
        if !self.ledger.has_waiting(fresh_only)? {
            return Ok(None);
        }
        let number = self.ledger.next_shard()?;
        let written = self.write_shard(&self.dir.shard(number), fresh_only, room).await?;
        if !written.too_large.is_empty() {
            self.refuse_too_large(&written.too_large)?;
        }
        if written.items.is_empty() {
            return Ok(None);
        }
        let shard = Shard {
            number,
            state: ShardState::Planned,
            tries: 1,
            label: label(&self.id, number, 1),
            rows: written.items.len() as u64,
            bytes: written.bytes,
            tokens: written.tokens,
            submitted: None,
            job: None,
            guessed: false,
            job_status: None,
            done: None,
        };
        tracing::debug!(shard = number, rows = shard.rows, "planned");
        self.ledger.plan(&shard, &written.items)?;
        Ok(Some(shard))
    }

    /// Writes waiting rows into the file of a shard until it is full.
    async fn write_shard(
        &self,
        path: &Path,
        fresh_only: bool,
        room: Room,
    ) -> Result<Written, RunError> {
        let file_error = || RunError::file(path);
        let mut file = BufWriter::new(File::create(path).map_err(file_error())?);
        let writer = Writer::new(&self.form, self.envelope, &self.id)?;
        let (mut written, mut line) = (Written::default(), Vec::new());
        let mut from = 0;
        'full: loop {
            let items = self.ledger.waiting(from, fresh_only, AT_ONCE)?;
            let Some(last) = items.last() else { break };
            from = last.n + 1;
            for item in &items {
                line.clear();
                self.write_line(&writer, item, &mut line).await?;
                let bytes = line.len() as u64;
                if bytes > room.line_bytes.min(room.bytes) {
                    written.too_large.push(*item);
                    continue;
                }
                let tokens = tokens(bytes);
                let first = written.items.is_empty();
                let full = written.items.len() as u64 >= room.rows
                    || written.bytes + bytes > room.bytes
                    || written.tokens + tokens > room.tokens;
                if full && !first {
                    break 'full;
                }
                file.write_all(&line).map_err(file_error())?;
                written.items.push(item.n);
                written.bytes += bytes;
                written.tokens += tokens;
            }
        }
        let file = file.into_inner().map_err(|error| file_error()(error.into_error()))?;
        file.sync_all().map_err(file_error())?;
        Ok(written)
    }

    async fn write_line(
        &self,
        writer: &Writer<'_, T>,
        item: &Item,
        line: &mut Vec<u8>,
    ) -> Result<(), RunError> {
        let written = if item.sent == 0 {
            writer.first(item.n, &self.past.ask(item.at, item.bytes)?, line)
        } else {
            let form = &self.form;
            let past = self.past.conversation(form, &self.ledger, item, item.sent + 1);
            writer.again(item, &past.await?, line)
        };
        written.map_err(|source| RunError::Row { row: item.n, source })
    }
}

/// The name of the job of a shard, by which it is found again.
pub(crate) fn label(run_id: &str, shard: u64, tries: u32) -> String {
    format!("instructor-{run_id}-{shard}-{tries}")
}

/// The tokens of so many bytes, guessed: four bytes each.
pub(crate) const fn tokens(bytes: u64) -> u64 {
    bytes.div_ceil(4)
}
