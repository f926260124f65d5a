//! One row, asked now: sent until there is a response that says something about the row.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{self, Either};
use instructor_core::provider::{ProviderError, ProviderErrorKind};
use instructor_core::transport::{HttpRequest, HttpResponse, TransportError};
use instructor_core::{
    Advice, Conversation, Extract, Glanced, Limiter, RateLimits, RetryPolicy, Usage,
};

use super::super::collect::{Reading, custom_id};
use super::super::ledger::{Answer, Item};
use super::super::past::token_limit;
use super::super::{Inner, RunError};
use super::keep::Entry;
use super::line::Came;
use crate::line::End;
use crate::results::{BatchError, BatchErrorKind};

/// So many rows in a row that the service failed, however few are under way at a time, are its
/// fault, not theirs.
const FEW: u64 = 20;

/// Asks about rows, many at a time.
pub(super) struct Asker<'a, T> {
    run: &'a Inner<T>,
    limiter: Limiter,
    /// How many rows the model had an answer to.
    answered: AtomicU64,
    /// How many rows the service failed since the last of them.
    failed: AtomicU64,
    /// How many of these end the run.
    patience: u64,
}

/// What became of one request.
enum Sent<T> {
    /// A plain answer that is right.
    Right(HttpResponse, Glanced<T>),
    /// Any other answer, with its tokens.
    Answer(HttpResponse, Option<Usage>),
    /// The service reports an error.
    Refused(HttpResponse, ProviderError),
    /// Nothing came back.
    Lost(TransportError),
}

/// What happens after a request that failed.
enum Then {
    /// It is sent again after this pause, which is nothing if all rows make it.
    Again(Duration),
    /// It is what came back for the row.
    Kept,
    /// The row is left as it was.
    Left,
}

/// How often a row was sent again, and how long that took.
#[derive(Default)]
struct Tries {
    retries: u32,
    limited: u32,
    elapsed: Duration,
}

impl<'a, T: Extract + Send + Sync> Asker<'a, T> {
    pub(super) fn new(run: &'a Arc<Inner<T>>, concurrency: usize, limits: RateLimits) -> Self {
        Self {
            run,
            limiter: Limiter::new(limits),
            answered: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            patience: FEW.max(2 * concurrency as u64),
        }
    }

    /// Asks about a row. Nothing if the run stops before there is an answer; the row waits on then.
    pub(super) async fn ask(&self, item: Item) -> Result<Option<Entry>, RunError> {
        let run = self.run;
        let form = &run.form;
        let sent = item.sent + 1;
        let mut conversation = run.past.conversation(form, &run.ledger, &item, sent).await?;
        let request = form.encode(conversation.request())?;
        let Some((came, right)) = self.exchange(&request).await else { return Ok(None) };
        let id = custom_id(&run.id, item.n, sent);
        let line = came.line(&id);
        let answer = if let Some(found) = right {
            self.heard();
            Reading::<T>::succeeded(&item, None, found.model, found.usage)
        } else {
            let end = came.end();
            let (answer, kind) = judge(run, &item, end, &id, &line, &mut conversation).await?;
            match kind {
                Some(BatchErrorKind::Provider { .. }) => self.missed(&answer),
                _ => self.heard(),
            }
            answer
        };
        Ok(Some(Entry { answer, line }))
    }

    /// Sends a request, and sends it again as long as that may help.
    async fn exchange(&self, request: &HttpRequest) -> Option<(Came, Option<Glanced<T>>)> {
        let estimate = u32::try_from(request.body.len() / 4).unwrap_or(u32::MAX);
        let before = self.answered.load(Ordering::Relaxed);
        let mut tries = Tries::default();
        loop {
            let transport = &**self.run.client.transport();
            self.unless_stopped(self.limiter.ready(estimate, transport)).await?;
            let started = Instant::now();
            let sent = self.send(request).await;
            tries.elapsed += started.elapsed();
            self.settle(estimate, &sent);
            let then = match &sent {
                Sent::Right(..) | Sent::Answer(..) => Then::Kept,
                Sent::Refused(_, error) => self.after_refusal(error, &mut tries, before),
                Sent::Lost(error) => self.after_loss(error, &mut tries),
            };
            match then {
                Then::Again(Duration::ZERO) => {}
                Then::Again(pause) => self.unless_stopped(transport.sleep(pause)).await?,
                Then::Left => return None,
                Then::Kept => {
                    return Some(match sent {
                        Sent::Right(response, found) => (came(response), Some(found)),
                        Sent::Answer(response, _) | Sent::Refused(response, _) => {
                            (came(response), None)
                        }
                        Sent::Lost(error) => (Came::failed(&error), None),
                    });
                }
            }
        }
    }

    async fn send(&self, request: &HttpRequest) -> Sent<T> {
        let form = &self.run.form;
        let response = match self.run.client.transport().send(request.clone()).await {
            Ok(response) => response,
            Err(error) => return Sent::Lost(error),
        };
        if response.status.is_success()
            && let Some(found) = form.glance(&response.body)
        {
            return Sent::Right(response, found);
        }
        match form.decode(&response) {
            Ok(reply) => Sent::Answer(response, reply.usage),
            Err(error) => Sent::Refused(response, error),
        }
    }

    fn after_refusal(&self, error: &ProviderError, tries: &mut Tries, before: u64) -> Then {
        match error.kind {
            // No other row would get through.
            ProviderErrorKind::Authentication
            | ProviderErrorKind::PermissionDenied
            | ProviderErrorKind::QuotaExhausted
            | ProviderErrorKind::NotFound => {
                self.pause_run(error.to_string());
                Then::Left
            }
            // The row has no part in it, so its tries are not counted.
            ProviderErrorKind::RateLimited => {
                let patient = RetryPolicy { max_retries: u32::MAX, ..self.policy().clone() };
                let pause = patient.next(tries.limited, error.advice, tries.elapsed);
                tries.limited += 1;
                let Some(pause) = pause else {
                    if self.answered.load(Ordering::Relaxed) == before {
                        self.pause_run(format!("rate limited, and it does not end: {error}"));
                    }
                    return Then::Left;
                };
                self.hold(pause, tries)
            }
            _ => self.again(error.advice, tries),
        }
    }

    fn after_loss(&self, error: &TransportError, tries: &mut Tries) -> Then {
        match self.again(error.advice(), tries) {
            Then::Kept if matches!(error, TransportError::Unreachable { .. }) => {
                self.pause_run(error.to_string());
                Then::Left
            }
            then => then,
        }
    }

    /// As the policy says for one row.
    fn again(&self, advice: Advice, tries: &mut Tries) -> Then {
        let Some(pause) = self.policy().next(tries.retries, advice, tries.elapsed) else {
            return Then::Kept;
        };
        tries.retries += 1;
        tracing::debug!(retry = tries.retries, ?pause, "sending again");
        if let Advice::After(_) = advice {
            return self.hold(pause, tries);
        }
        tries.elapsed = tries.elapsed.saturating_add(pause);
        Then::Again(pause)
    }

    /// All rows make the pause, so that none is left for this one.
    fn hold(&self, pause: Duration, tries: &mut Tries) -> Then {
        self.limiter.hold(pause);
        tries.elapsed = tries.elapsed.saturating_add(pause);
        Then::Again(Duration::ZERO)
    }

    fn policy(&self) -> &RetryPolicy {
        self.run.client.retry()
    }

    fn settle(&self, estimate: u32, sent: &Sent<T>) {
        match sent {
            Sent::Right(_, Glanced { usage: Some(usage), .. }) | Sent::Answer(_, Some(usage)) => {
                self.limiter.settle(estimate, usage.total_tokens());
            }
            // A request that was turned away costs no tokens.
            Sent::Refused(..) => self.limiter.settle(estimate, 0),
            Sent::Right(..) | Sent::Answer(..) | Sent::Lost(_) => {}
        }
    }

    /// The model had an answer.
    fn heard(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        self.failed.store(0, Ordering::Relaxed);
    }

    /// The service had none.
    fn missed(&self, answer: &Answer) {
        let failed = self.failed.fetch_add(1, Ordering::Relaxed) + 1;
        if failed >= self.patience {
            let last = answer.message.as_deref().unwrap_or_default();
            self.pause_run(format!("{failed} rows in a row failed, the last one so: {last}"));
        }
    }

    fn pause_run(&self, reason: String) {
        self.run.stop.set(Some(RunError::Paused { reason }));
    }

    /// Nothing if the run stops first.
    async fn unless_stopped(&self, wait: impl Future<Output = ()>) -> Option<()> {
        if self.run.stop.is_set() {
            return None;
        }
        let (wait, stop) = (std::pin::pin!(wait), std::pin::pin!(self.run.stop.wait()));
        match future::select(wait, stop).await {
            Either::Left(_) => Some(()),
            Either::Right(_) => None,
        }
    }
}

fn came(response: HttpResponse) -> Came {
    Came::response(response.status, response.body)
}

/// The answer of a row, and the kind of error if it is one.
pub(super) async fn judge<T: Extract + Send + Sync>(
    run: &Inner<T>,
    item: &Item,
    end: End<'_>,
    id: &str,
    line: &[u8],
    conversation: &mut Conversation<T>,
) -> Result<(Answer, Option<BatchErrorKind>), RunError> {
    let judged = run.judge.hear(end, id, line, conversation).await;
    let error: BatchError = match judged {
        Ok(found) => {
            let answer = Reading::<T>::succeeded(item, None, found.model, found.usage);
            return Ok((answer, None));
        }
        Err(error) => error,
    };
    let can_grow =
        error.kind == BatchErrorKind::Truncated && token_limit(&run.form, conversation)?.is_some();
    Ok((run.reading().failed(item, &error, None, can_grow), Some(error.kind)))
}
