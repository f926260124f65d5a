//! The engine of files: shards are written for another engine, and what it wrote is collected.

use std::sync::Arc;

use instructor_core::Extract;

use super::ledger::Shard;
use super::shard::Room;
use super::{Inner, RunError, ShardState};
use crate::line::Envelope;
use crate::results::BatchErrorKind;

/// The most rows of a file, if the settings do not say.
const ROWS: u64 = 50_000;

/// Collects what is there, and writes files for what waits. It does not wait for the other engine:
/// execute the run again when its files are there.
pub(super) async fn drive<T: Extract + Send + Sync>(run: &Arc<Inner<T>>) -> Result<(), RunError> {
    let kept = &run.kept;
    let room = Room {
        rows: kept.shard_rows.unwrap_or(ROWS),
        bytes: kept.shard_bytes.unwrap_or(u64::MAX),
        line_bytes: u64::MAX,
        tokens: u64::MAX,
    };
    for shard in run.ledger.open_shards()? {
        match &shard.job {
            Some(name) if run.dir.result(name).is_file() => collect(run, &shard, name).await?,
            Some(_) => {}
            // The process ended between the file and its name.
            None => named(run, shard)?,
        }
    }
    // What is sent again waits until everything is there.
    while let Some(shard) = run.plan_shard(!run.ledger.open_shards()?.is_empty(), room).await? {
        named(run, shard)?;
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
