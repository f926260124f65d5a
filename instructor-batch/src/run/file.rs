//! The engine of files: shards are written for another engine, and what it wrote is collected.

use std::sync::Arc;

use instructor_core::Extract;

use super::ledger::Shard;
use super::shard::Room;
use super::{Inner, RunError, ShardState};
use crate::line::Envelope;
use crate::results::BatchErrorKind;

/// Collects what is there, and writes files for what waits. It does not wait for the other engine:
/// execute the run again when its files are there.
pub(super) async fn drive<T: Extract + Send + Sync>(run: &Arc<Inner<T>>) -> Result<(), RunError> {
    let room = Room::of_file(&run.kept);
    collect_all(run).await?;
    for shard in run.ledger.open_shards()?.into_iter().filter(|shard| shard.job.is_none()) {
        // The process ended between the file and its name.
        named(run, shard)?;
    }
    // What is sent again waits until everything is there.
    while let Some(shard) = run.plan_shard(!run.ledger.open_shards()?.is_empty(), room).await? {
        named(run, shard)?;
    }
    Ok(())
}

/// Collects what is there, and gives up the rest.
pub(super) async fn cancel<T: Extract + Send + Sync>(run: &Arc<Inner<T>>) -> Result<(), RunError> {
    collect_all(run).await?;
    run.ledger.open_shards()?.iter().try_for_each(|shard| run.ledger.release(shard.number))
}

/// Collects the files that are there. An empty one was only begun.
async fn collect_all<T: Extract + Send + Sync>(run: &Arc<Inner<T>>) -> Result<(), RunError> {
    for shard in run.ledger.open_shards()? {
        let Some(name) = &shard.job else { continue };
        let there = run.dir.result(name).metadata();
        if there.is_ok_and(|file| file.is_file() && file.len() > 0) {
            collect(run, &shard, name).await?;
        }
    }
    Ok(())
}

/// Says where the results of a shard are looked for.
fn named<T: Extract + Send + Sync>(run: &Inner<T>, mut shard: Shard) -> Result<(), RunError> {
    shard.state = ShardState::Submitted;
    shard.job = Some(format!("{:05}.output.jsonl", shard.number));
    run.ledger.update(&shard)
}

async fn collect<T: Extract + Send + Sync>(
    run: &Arc<Inner<T>>,
    shard: &Shard,
    name: &str,
) -> Result<(), RunError> {
    let file = run.ledger.file(name, Envelope::OPENAI.name)?;
    let files = vec![(file, run.dir.result(name))];
    let collected = run.collect(shard.number, files, BatchErrorKind::Missing).await?;
    run.ledger.record(Some(shard.number), &collected.answers, &collected.faults)
}
