//! The engine that asks now: one request for each row, many at a time.

use std::sync::Arc;

use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use instructor_core::{Extract, RateLimits};

use super::ledger::Item;
use super::{Inner, Outcome, RunError};

mod ask;
mod line;
mod keep;
mod recover;

use ask::Asker;
use keep::Keeper;

/// How many rows are looked up at a time.
const PAGE: usize = 500;

/// Asks about every row that waits, until none does. When the run is stopped, nothing more is sent,
/// and what is under way is waited for and kept.
pub(super) async fn drive<T: Extract + Send + Sync>(
    run: &Arc<Inner<T>>,
    concurrency: usize,
    limits: RateLimits,
) -> Result<(), RunError> {
    recover::recover(run).await?;
    let asker = Asker::new(run, concurrency, limits);
    while !run.stop.is_set() && run.ledger.has_waiting(false)? {
        // Rows that are sent again are found by the next round.
        let keeper = Keeper::start(Arc::clone(run))?;
        let entries = waiting(Arc::clone(run))
            .take_while(|_| std::future::ready(!run.stop.is_set()))
            .map(async |item| asker.ask(item?).await)
            .buffer_unordered(concurrency.max(1));
        let mut entries = std::pin::pin!(entries);
        while let Some(entry) = entries.next().await {
            match entry {
                Ok(Some(entry)) => keeper.keep(entry).await,
                Ok(None) => {}
                Err(error) => run.stop.set(Some(error)),
            }
        }
        keeper.finish()?;
    }
    run.stop.cause().map_or(Ok(()), Err)
}

/// Asks about one row alone; the run does not go on if that fails.
pub(super) async fn canary<T: Extract + Send + Sync>(run: &Arc<Inner<T>>) -> Result<(), RunError> {
    recover::recover(run).await?;
    let Some(item) = run.ledger.waiting(0, true, 1)?.pop() else { return Ok(()) };
    let asker = Asker::new(run, 1, RateLimits::default());
    let Some(entry) = asker.ask(item).await? else {
        return run.stop.cause().map_or(Ok(()), Err);
    };
    let (outcome, message) = (entry.answer.outcome, entry.answer.message.clone());
    let keeper = Keeper::start(Arc::clone(run))?;
    keeper.keep(entry).await;
    keeper.finish()?;
    if outcome == Outcome::Succeeded {
        return Ok(());
    }
    let message = message.unwrap_or_default();
    Err(RunError::Paused {
        reason: format!("the row that was sent first gave no value ({outcome}): {message}"),
    })
}

/// The rows that wait, in their order, looked up as they are asked for.
fn waiting<T: Extract + Send + Sync>(
    run: Arc<Inner<T>>,
) -> impl Stream<Item = Result<Item, RunError>> {
    let pages = stream::try_unfold(0, move |from| {
        let page = run.ledger.waiting(from, false, PAGE);
        std::future::ready(page.map(|page| {
            let next = page.last()?.n + 1;
            Some((stream::iter(page.into_iter().map(Ok)), next))
        }))
    });
    pages.try_flatten()
}
