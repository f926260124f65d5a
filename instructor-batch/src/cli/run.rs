//! `instructor run`: creating a run, and working on it.

use instructor_core::Extract;
use serde::Serialize;
use serde_json::json;

use super::args::{CreateArgs, RunArgs, RunVerb, StartArgs};
use super::client::{client, client_for};
use super::create::New;
use super::exit::{Exit, Failure, program};
use super::look;
use super::place;
use super::progress::Progress;
use super::say::{Say, named, quoted};
use super::signal::Signals;
use super::subject::Subject;
use crate::run::{Engine, Receipt, Run};

pub(super) async fn run<T: Extract + Serialize + Send + Sync>(
    subject: Subject,
    verb: RunVerb,
    say: Say,
) -> Result<Exit, Failure> {
    match verb {
        RunVerb::Create(CreateArgs { run, source, model, create }) => {
            let new = New::<T>::of(subject, run, source, model, create)?;
            if new.create.dry_run {
                return new.dry(say).await;
            }
            created(&new.make(say).await?, say)?;
            Ok(Exit::Done)
        }
        RunVerb::Start(StartArgs { run, source, model, create }) => {
            if place::is_there(&run.dir) {
                if source.is_some() && !create.dry_run {
                    let dir = run.dir.display();
                    say.hint(&format!("{dir} is there: it goes on as it was created"));
                }
                if create.dry_run {
                    return look::plan::<T>(&opened(subject, &run)?, say);
                }
                return work(open_to_ask::<T>(subject, &run)?, say).await;
            }
            let (Some(source), Some(model)) = (source, model) else {
                let dir = run.dir.display();
                let message =
                    format!("{dir} holds no run: add `--source` and `--model` to create one");
                return Err(Failure::usage(message));
            };
            let new = New::<T>::of(subject, run, source, model, create)?;
            if new.create.dry_run {
                return new.dry(say).await;
            }
            work(new.make(say).await?, say).await
        }
        RunVerb::Resume(run) => work(open_to_ask::<T>(subject, &run)?, say).await,
        RunVerb::Cancel(args) => {
            let run = open_to_ask::<T>(subject, &args)?;
            let mut signals = Signals::listen();
            let receipt = tokio::select! {
                receipt = run.cancel() => receipt?,
                () = signals.stopped() => {
                    let way = format!("`{} run cancel {}` goes on", program(), quoted(&args.dir));
                    return Err(Failure::new(Exit::Interrupted, format!("stopped: {way}")));
                }
            };
            look::receipt_of(&run, &receipt, say)?;
            Ok(Exit::Done)
        }
        RunVerb::Status(run) => look::status::<T>(&opened(subject, &run)?, say),
        RunVerb::Receipt(run) => look::receipt::<T>(&opened(subject, &run)?, say),
        RunVerb::Plan(run) => look::plan::<T>(&opened(subject, &run)?, say),
        RunVerb::Results(args) => look::results::<T>(&opened(subject, &args.run)?, args, say).await,
        RunVerb::Report(args) => look::report::<T>(opened(subject, &args.run)?, args, say).await,
        RunVerb::Retry(args) => look::retry::<T>(&opened(subject, &args.run)?, &args, say),
    }
}

/// Opens a run to work on it; that needs the service's key.
fn open_to_ask<T: Extract + Send + Sync>(
    subject: Subject,
    run: &RunArgs,
) -> Result<Run<T>, Failure> {
    place::load(subject, run)?;
    let service = place::service(run)?;
    Run::open_by(&run.dir, |model| client(model, &service))
}

/// Opens a run to look at it.
fn opened<T: Extract + Send + Sync>(subject: Subject, run: &RunArgs) -> Result<Run<T>, Failure> {
    place::load(subject, run)?;
    let service = place::service(run)?;
    Run::open_by(&run.dir, |model| client_for(model, &service))
}

fn created<T: Extract + Send + Sync>(run: &Run<T>, say: Say) -> Result<(), Failure> {
    let plan = run.plan()?;
    say.result(&json!({"dir": named(run.dir()), "plan": plan}), &plan)?;
    let way = format!("`{} run start {}` sends it", program(), quoted(run.dir()));
    say.hint(&format!("created {}: {way}", run.dir().display()));
    Ok(())
}

/// Works on a run until it is over or somebody stops it.
async fn work<T: Extract + Send + Sync>(run: Run<T>, say: Say) -> Result<Exit, Failure> {
    let dir = quoted(run.dir());
    if loses_jobs(&run)? {
        say.hint(
            &"the jobs of the offline model ended with the process that sent them: their rows are \
              sent again",
        );
    }
    let progress = Progress::begin(&run, say);
    let ended = execute(&run, &progress).await;
    progress.end().await;
    let Some(receipt) = ended? else {
        let way = format!("nothing is lost, and `{} run resume {dir}` goes on", program());
        return Err(Failure::new(Exit::Interrupted, format!("stopped: {way}")));
    };
    look::receipt_of(&run, &receipt, say)?;
    let open = receipt.rows.saturating_sub(receipt.outcomes.total());
    if open > 0 && run.engine() == Engine::File {
        let number = run.status()?.shards.first().map_or(1, |shard| shard.number);
        let asked = quoted(&run.dir().join(format!("shards/{number:05}.jsonl")));
        let answered = quoted(&run.dir().join(format!("results/{number:05}.output.jsonl")));
        say.hint(&format!(
            "{open} rows wait for the engine, which turns {asked} into {answered} and so on; \
             `{} run resume {dir}` collects them",
            program()
        ));
    } else {
        say.hint(&format!("results: `{} run results {dir} -o results.jsonl`", program()));
    }
    let failed = receipt.outcomes.failed();
    if failed > 0 {
        let report = format!("`{} run report {dir} -o report.html` shows why", program());
        let retry = format!("`{} run retry {dir}` lets them wait again", program());
        say.hint(&format!("{failed} rows failed: {report}, {retry}"));
    }
    Ok(if failed > 0 { Exit::RowsFailed } else { Exit::Done })
}

/// Whether jobs were sent to the offline model, which another process does not know.
fn loses_jobs<T: Extract + Send + Sync>(run: &Run<T>) -> Result<bool, Failure> {
    let is_offline = run.model().starts_with("offline/") && run.engine() == Engine::Batch;
    Ok(is_offline && run.status()?.shards.iter().any(|shard| shard.job.is_some()))
}

/// The receipt, or nothing if somebody stopped it before its end. A task of its own works on the run,
/// so that signals and progress do not wait for it.
async fn execute<T: Extract + Send + Sync>(
    run: &Run<T>,
    progress: &Progress,
) -> Result<Option<Receipt>, Failure> {
    let mut signals = Signals::listen();
    let mut task = tokio::spawn({
        let run = run.clone();
        async move { run.execute().await }
    });
    let (ended, is_stopped) = tokio::select! {
        ended = &mut task => (ended, false),
        () = signals.stopped() => {
            run.stop();
            progress.note("stopping: what is under way is waited for; a second Ctrl-C does not wait");
            tokio::select! {
                ended = &mut task => (ended, true),
                () = signals.stopped() => {
                    task.abort();
                    return Ok(None);
                }
            }
        }
    };
    match ended {
        Ok(receipt) => {
            let receipt = receipt?;
            let over = receipt.outcomes.total() == receipt.rows;
            Ok((over || !is_stopped).then_some(receipt))
        }
        Err(error) => Err(Failure::new(Exit::Service, format!("the run broke off: {error}"))),
    }
}
