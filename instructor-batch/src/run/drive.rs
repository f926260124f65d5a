//! From an open run to its end, whichever engine drives it.

use std::sync::Arc;

use instructor_core::Extract;

use super::{Engine, Inner, Receipt, RunError, batch, file, now, receipt};

/// Does what is left to do.
pub(super) async fn execute<T: Extract + Send + Sync>(
    run: &Arc<Inner<T>>,
) -> Result<Receipt, RunError> {
    let _lock = run.dir.lock()?;
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
        return Err(RunError::Empty);
        run.ledger.set_fact("canary", Some("sent"))?;
    }
    match run.kept.engine {
        Engine::Batch => batch::drive(run).await,
        Engine::Online { concurrency, requests_per_minute, tokens_per_minute } => {
            let _ = (concurrency, requests_per_minute, tokens_per_minute);
            Ok(())
        }
        Engine::File => file::drive(run).await,
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
