//! From an open run to its end, whichever engine drives it.

use std::sync::Arc;

use futures_util::future::{self, Either};
use instructor_core::{Extract, RateLimits};

use super::{Engine, Inner, Receipt, RunError, batch, file, now, online, receipt};

/// Does what is left to do.
pub(super) async fn execute<T: Extract + Send + Sync>(
    run: &Arc<Inner<T>>,
) -> Result<Receipt, RunError> {
    let _lock = run.dir.lock()?;
    run.stop.clear();
    run.ledger.set_fact("problem", None)?;
    if run.ledger.fact("started")?.is_none() {
        run.ledger.set_fact("started", Some(&now().to_string()))?;
    }
    let end = drive(run).await;
    if let Err(RunError::Paused { reason }) = &end {
        run.ledger.set_fact("problem", Some(reason))?;
    }
    end?;
    run.finish()
}

async fn drive<T: Extract + Send + Sync>(run: &Arc<Inner<T>>) -> Result<(), RunError> {
    if run.kept.canary && run.ledger.fact("canary")?.is_none() {
        online::canary(run).await?;
        if run.stop.is_set() {
            return Ok(());
        }
        run.ledger.set_fact("canary", Some("sent"))?;
    }
    match run.kept.engine {
        Engine::Batch => unless_stopped(run, batch::drive(run)).await,
        Engine::Online { concurrency, requests_per_minute, tokens_per_minute } => {
            let limits = RateLimits { requests_per_minute, tokens_per_minute };
            online::drive(run, concurrency, limits).await
        }
        Engine::File => unless_stopped(run, file::drive(run)).await,
    }
}

/// An engine that may be left at any point.
async fn unless_stopped<T>(
    run: &Inner<T>,
    engine: impl Future<Output = Result<(), RunError>>,
) -> Result<(), RunError> {
    let (engine, stop) = (std::pin::pin!(engine), std::pin::pin!(run.stop.wait()));
    match future::select(engine, stop).await {
        Either::Left((end, _)) => end,
        Either::Right(_) => run.stop.cause().map_or(Ok(()), Err),
    }
}

/// Ends everything, and collects what was done.
pub(super) async fn cancel<T: Extract + Send + Sync>(
    run: &Arc<Inner<T>>,
) -> Result<Receipt, RunError> {
    let _lock = run.dir.lock()?;
    run.ledger.set_fact("cancelled", Some(&now().to_string()))?;
    match run.kept.engine {
        Engine::Batch => batch::cancel(run).await?,
        Engine::Online { .. } | Engine::File => {
            for shard in run.ledger.open_shards()? {
                run.ledger.release(shard.number)?;
            }
        }
    }
    run.ledger.cancel_waiting()?;
    run.finish()
}

impl<T> Inner<T> {
    fn finish(&self) -> Result<Receipt, RunError> {
        let over = !self.ledger.has_waiting(false)? && self.ledger.open_shards()?.is_empty();
        if over && self.ledger.fact("finished")?.is_none() {
            self.ledger.set_fact("finished", Some(&now().to_string()))?;
        }
        receipt::receipt(&self.ledger, self.kept.prices)
    }
}
