//! What was said about a row so far, put together again from the files of results.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::StatusCode;
use instructor_core::scan::Entries;
use instructor_core::transport::HttpResponse;
use instructor_core::{Conversation, Extract, Form};

use super::dir::Dir;
use super::ledger::{Item, Ledger, Place};
use super::rows::Pieces;
use super::{Outcome, RunError};
use crate::line::{End, Envelope};
use crate::row::{Ask, Row};

/// What was said about the rows of a run so far.
#[derive(Debug)]
pub(crate) struct Past {
    dir: Dir,
    rows: Pieces,
    results: Mutex<HashMap<i64, Arc<Results>>>,
}

/// A file of results.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) pieces: Pieces,
    pub(crate) envelope: &'static Envelope,
}

impl Past {
    pub(crate) fn new(dir: &Dir) -> Result<Self, RunError> {
        let (rows, results) = (Pieces::rows(dir)?, Mutex::default());
        Ok(Self { dir: dir.clone(), rows, results })
    }

    /// What is asked about.
    pub(crate) fn ask(&self, at: u64, bytes: u64) -> Result<Ask, RunError> {
        let line = self.rows.read(at, bytes)?;
        let row = Row::read(&line).map_err(|error| self.rows.damaged(error.to_string()))?;
        Ok(row.ask)
    }

    /// A file of results.
    pub(crate) fn results(&self, ledger: &Ledger, file: i64) -> Result<Arc<Results>, RunError> {
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = results.get(&file) {
            return Ok(Arc::clone(known));
        }
        let (name, envelope) = ledger.file_of(file)?;
        let pieces = Pieces::open(self.dir.result(&name))?;
        let envelope = Envelope::find(&envelope)
            .ok_or_else(|| pieces.damaged(format!("its envelope `{envelope}` is not known")))?;
        let opened = Arc::new(Results { pieces, envelope });
        results.insert(file, Arc::clone(&opened));
        Ok(opened)
    }

    /// The line at a place of a file of results.
    pub(crate) fn line(&self, ledger: &Ledger, place: Place) -> Result<Vec<u8>, RunError> {
        self.results(ledger, place.file)?.pieces.read(place.at, place.bytes)
    }

    /// The question about a row, with the wrong answers to it before the time `until`.
    pub(crate) async fn conversation<T: Extract + Send + Sync>(
        &self,
        form: &Form<T>,
        ledger: &Ledger,
        item: &Item,
        until: u32,
    ) -> Result<Conversation<T>, RunError> {
        let mut conversation = match self.ask(item.at, item.bytes)? {
            Ask::Text(text) => form.ask(text),
            Ask::Messages(messages) => form.ask_with(messages),
        };
        if until <= 1 {
            return Ok(conversation);
        }
        let answers = ledger.answers(item.n)?;
        for (outcome, place) in answers.into_iter().take(until as usize - 1) {
            match (outcome, place) {
                (Outcome::Truncated, _) => {
                    if let Some(limit) = token_limit(form, &conversation)? {
                        conversation.set_max_tokens(limit.saturating_mul(2));
                    }
                }
                (Outcome::Invalid, Some(place)) => {
                    let line = self.line(ledger, place)?;
                    let envelope = self.results(ledger, place.file)?.envelope;
                    let Some(opened) = envelope.open(&line) else { continue };
                    let End::Response { status, body } = opened.end else { continue };
                    let mut response = HttpResponse::new(Bytes::from(body.into_owned()));
                    response.status = StatusCode::from_u16(status).unwrap_or_default();
                    if let Ok(reply) = form.decode(&response) {
                        // It is known to be wrong; now the conversation knows as well.
                        let _ = conversation.hear(&reply).await;
                    }
                }
                _ => {}
            }
        }
        Ok(conversation)
    }
}

/// The longest answer that the next request allows, in tokens.
pub(crate) fn token_limit<T: Extract + Send + Sync>(
    form: &Form<T>,
    conversation: &Conversation<T>,
) -> Result<Option<u32>, RunError> {
    let set = conversation.request().options.max_tokens;
    if set.is_some() {
        return Ok(set);
    }
    // Some services have to be told, so their providers say something anyway.
    Ok(limit_in(&form.encode(conversation.request())?.body))
}

fn limit_in(body: &[u8]) -> Option<u32> {
    let (_, limit) = Entries::new(body)?.find(|(name, _)| *name == b"max_tokens")?;
    std::str::from_utf8(limit).ok()?.parse().ok()
}
