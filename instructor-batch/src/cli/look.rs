//! What there is to see of a run. None of it needs a key.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use instructor_core::Extract;
use serde::Serialize;
use serde_json::json;

use super::args::{ReportArgs, ResultsArgs, RetryArgs};
use super::exit::{Exit, Failure, program};
use super::say::Say;
use crate::output::{self, Failed, OutputError};
use crate::report;
use crate::run::{Order, Outcome, Receipt, Run, RunState, RunStatus, ShardState};

pub(super) fn status<T: Extract + Send + Sync>(run: &Run<T>, say: Say) -> Result<Exit, Failure> {
    let status = run.status()?;
    let json = json!({"dir": run.dir(), "model": run.model(), "status": status});
    say.result(&json, &words(run, &status))?;
    Ok(Exit::Done)
}

/// A few lines on how far a run is.
fn words<T>(run: &Run<T>, status: &RunStatus) -> String {
    let state = match status.state {
        RunState::Open => "open",
        RunState::Paused => "paused",
        RunState::Cancelled => "cancelled",
        RunState::Done => "done",
    };
    let mut text = format!("state       {state}\nmodel       {}\n", run.model());
    let over = status.outcomes.total();
    let _ = writeln!(text, "rows        {over} of {} are over", status.rows);
    for outcome in Outcome::ALL {
        let rows = status.outcomes.of(outcome);
        if rows > 0 {
            let _ = writeln!(text, "  {:<9} {rows}", outcome.name());
        }
    }
    if status.waiting > 0 {
        let _ = writeln!(text, "waiting     {}", status.waiting);
    }
    let _ = writeln!(text, "round       {}", status.round);
    for shard in &status.shards {
        let state = match shard.state {
            ShardState::Planned => "planned",
            ShardState::Submitting => "being submitted",
            ShardState::Submitted => "submitted",
            ShardState::Collected => "collected",
        };
        let done = shard.done.map(|done| format!("{done} of ")).unwrap_or_default();
        let _ = write!(text, "shard {:<5} {state}, {done}{} rows", shard.number, shard.rows);
        for word in shard.job.iter().chain(&shard.job_status) {
            let _ = write!(text, ", {word}");
        }
        text.push('\n');
    }
    let usage = &status.usage;
    let _ = writeln!(text, "tokens      {} in, {} out", usage.input_tokens, usage.output_tokens);
    if let Some(problem) = &status.problem {
        let _ = writeln!(text, "problem     {problem}");
    }
    text.truncate(text.trim_end().len());
    text
}

pub(super) fn receipt<T: Extract + Send + Sync>(run: &Run<T>, say: Say) -> Result<Exit, Failure> {
    receipt_of(run, &run.receipt()?, say)?;
    Ok(Exit::Done)
}

pub(super) fn receipt_of<T>(run: &Run<T>, receipt: &Receipt, say: Say) -> Result<(), Failure> {
    say.result(&json!({"dir": run.dir(), "model": run.model(), "receipt": receipt}), receipt)
}

pub(super) fn plan<T: Extract + Send + Sync>(run: &Run<T>, say: Say) -> Result<Exit, Failure> {
    let plan = run.plan()?;
    say.result(&json!({"plan": plan}), &plan)?;
    Ok(Exit::Done)
}

pub(super) fn results<T: Extract + Serialize + Send + Sync>(
    run: &Run<T>,
    args: &ResultsArgs,
    say: Say,
) -> Result<Exit, Failure> {
    let results = run.results_in(Order::Source);
    let Some(path) = &args.output else {
        return match output::write_lines(results, io::stdout().lock()) {
            // Whoever reads it has seen enough.
            Err(OutputError::File { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => {
                Ok(Exit::Done)
            }
            written => Ok(written.map(|()| Exit::Done)?),
        };
    };
    let failed = match args.failed.as_str() {
        "beside" => Failed::Beside,
        "among" => Failed::Among,
        "nowhere" => Failed::Dropped,
        file => Failed::At(PathBuf::from(file)),
    };
    let written = output::write(results, path, &failed)?;
    let mut text = format!("{} rows are in {}", written.succeeded, path.display());
    match (&written.failed_path, failed) {
        (Some(path), _) => {
            let _ = write!(text, ", {} that failed in {}", written.failed, path.display());
        }
        (None, Failed::Among) if written.failed > 0 => {
            let _ = write!(text, ", with {} that failed", written.failed);
        }
        _ => {}
    }
    say.result(&written, &text)?;
    let status = run.status()?;
    let open = status.rows.saturating_sub(status.outcomes.total());
    if open > 0 {
        let way = format!("`{} run resume {}` goes on", program(), run.dir().display());
        say.hint(&format!("{open} rows are not over: {way}"));
    }
    Ok(Exit::Done)
}

pub(super) fn report<T: Extract + Serialize + Send + Sync>(
    run: &Run<T>,
    args: &ReportArgs,
    say: Say,
) -> Result<Exit, Failure> {
    let shown = report::write(run, &args.output, args.rows)?;
    let json = json!({"path": args.output, "failed_rows_shown": shown});
    say.result(&json, &format!("the report is {}", args.output.display()))?;
    Ok(Exit::Done)
}

pub(super) fn retry<T: Extract + Send + Sync>(
    run: &Run<T>,
    args: &RetryArgs,
    say: Say,
) -> Result<Exit, Failure> {
    let mut outcomes = Vec::new();
    for name in &args.outcome {
        let known = Outcome::ALL.into_iter().find(|outcome| outcome.name() == name.trim());
        outcomes.push(known.ok_or_else(|| {
            let names: Vec<_> = Outcome::ALL[1..].iter().map(|outcome| outcome.name()).collect();
            Failure::usage(format!("there is no outcome `{name}`: known are {}", names.join(", ")))
        })?);
    }
    if outcomes.is_empty() {
        outcomes.extend(&Outcome::ALL[1..]);
    }
    let rows = run.retry(&outcomes)?;
    let dir = run.dir().display();
    say.result(
        &json!({"dir": run.dir(), "waiting_again": rows}),
        &format!("{rows} rows wait again"),
    )?;
    if rows > 0 {
        say.hint(&format!("`{} run resume {dir}` sends them", program()));
    }
    Ok(Exit::Done)
}
