//! The results of a run, row by row.

use std::collections::VecDeque;
use std::fmt;

use instructor_core::Extract;

use super::ledger::{Final, Item};
use super::{Outcome, Run, RunError};
use crate::judge::{success, until_ready};
use crate::results::{BatchError, BatchErrorKind, BatchResult};

/// The order of results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// As in the source.
    #[default]
    Source,
    /// As their last answers came. Rows without any answer come last.
    Arrival,
}

/// The result of a row that is over.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunResult<T> {
    /// The number of the row in the source, from 0.
    pub row: u64,
    /// The caller's key; the row's number if it has none.
    pub key: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How often it was sent.
    pub rounds: u32,
    /// The value, or why there is none.
    pub result: BatchResult<T>,
}

/// The results of the rows that are over, read from the ledger and the files of results as they are
/// asked for. What cannot be read is a result of kind [`BatchErrorKind::Unreadable`].
pub struct RunResults<T> {
    run: Run<T>,
    order: Order,
    cursor: u64,
    page: VecDeque<Final>,
    /// Rows without any answer have no arrival.
    answerless: bool,
    over: bool,
}

/// How many rows are looked up at a time.
const AT_ONCE: usize = 1000;

impl<T: Extract + Send + Sync> RunResults<T> {
    pub(super) fn new(run: Run<T>, order: Order) -> Self {
        Self { run, order, cursor: 0, page: VecDeque::new(), answerless: false, over: false }
    }

    fn next_page(&mut self) -> Result<(), RunError> {
        let ledger = &self.run.0.ledger;
        while self.page.is_empty() && !self.over {
            let by_arrival = self.order == Order::Arrival && !self.answerless;
            let page = ledger.finals(self.cursor, by_arrival, AT_ONCE)?;
            match page.last() {
                Some(last) => self.cursor = last.cursor,
                None if by_arrival => (self.cursor, self.answerless) = (0, true),
                None => self.over = true,
            }
            let wanted = |row: &Final| !self.answerless || row.kind.is_none();
            self.page.extend(page.into_iter().filter(wanted));
        }
        Ok(())
    }

    fn read(&self, row: &Final) -> Result<BatchResult<T>, RunError> {
        let inner = &*self.run.0;
        let gone = |kind: BatchErrorKind, message: &str| {
            let mut error = BatchError::new("", kind, message);
            if let Some(place) = row.place {
                let raw = inner.past.line(&inner.ledger, place)?;
                error.raw = String::from_utf8_lossy(&raw).into_owned();
            }
            Ok(Err(error))
        };
        let message = row.message.as_deref().unwrap_or("it was cancelled before its turn came");
        let place = match (row.place, row.outcome) {
            (_, Outcome::Cancelled) => return gone(BatchErrorKind::Cancelled, "it was cancelled"),
            (Some(place), _) => place,
            (None, Outcome::Expired) => return gone(BatchErrorKind::Expired, message),
            (None, Outcome::Missing) => return gone(BatchErrorKind::Missing, message),
            (None, _) => {
                let (status, code) = (0, None);
                let kind =
                    BatchErrorKind::Provider { status, code, retryable: false, account: false };
                return gone(kind, message);
            }
        };
        let line = inner.past.line(&inner.ledger, place)?;
        let envelope = inner.past.results(&inner.ledger, place.file)?.envelope;
        let judge = &inner.judge;
        let Some(opened) = envelope.open(&line) else {
            return gone(BatchErrorKind::Unparsable, "the line is none of a result file any more");
        };
        let id = opened.id.unwrap_or_default();
        if let Some(glanced) = judge.glance(&opened.end) {
            return Ok(Ok(success(id.into_owned(), glanced)));
        }
        let item = Item { n: row.n, at: row.at, bytes: row.bytes, sent: row.sent, forgiven: 0 };
        until_ready(async {
            let past = inner.past.conversation(&inner.form, &inner.ledger, &item, row.sent);
            Ok(judge.hear(opened.end, &id, &line, &mut past.await?).await)
        })
    }
}

impl<T: Extract + Send + Sync> Iterator for RunResults<T> {
    type Item = RunResult<T>;

    fn next(&mut self) -> Option<RunResult<T>> {
        let unreadable = |error: &RunError| {
            Err(BatchError::new("", BatchErrorKind::Unreadable, error.to_string()))
        };
        if let Err(error) = self.next_page() {
            let result = unreadable(&error);
            let ended = self.over;
            self.over = true;
            let outcome = Outcome::Errored;
            let last = RunResult { row: 0, key: String::new(), outcome, rounds: 0, result };
            return (!ended).then_some(last);
        }
        let row = self.page.pop_front()?;
        let mut result = self.read(&row).unwrap_or_else(|error| unreadable(&error));
        if let Err(error) = &mut result {
            error.line = None;
        }
        let Final { n, key, outcome, sent, .. } = row;
        Some(RunResult { row: n, key, outcome, rounds: sent, result })
    }
}

/// How far it is.
impl<T> fmt::Debug for RunResults<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunResults")
            .field("run", &self.run)
            .field("order", &self.order)
            .finish_non_exhaustive()
    }
}
