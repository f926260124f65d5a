//! `instructor run`: creating a run, and working on it.

use std::fs;
use std::path::{Path, PathBuf};

use instructor_core::Extract;
use serde::Serialize;

use super::args::{Create, CreateArgs, EngineName, Question, RunArgs, RunVerb, StartArgs};
use super::client::{client, client_for};
use super::exit::{Exit, Failure, program};
use super::look;
use super::progress::Progress;
use super::say::{Say, note};
use super::signal::Signals;
use super::source::source;
use super::subject::Subject;
use crate::run::{Engine, Prices, Receipt, Run, RunError, RunSettings};

/// The schema of a run, beside its ledger, so that only `create` needs it.
const SCHEMA: &str = "schema.json";

pub(super) async fn run<T: Extract + Serialize + Send + Sync>(
    subject: Subject,
    verb: RunVerb,
    say: Say,
) -> Result<Exit, Failure> {
    match verb {
        RunVerb::Create(CreateArgs { run, source, model, create }) => {
            subject.load(run.schema.as_deref())?;
            if create.dry_run {
                return dry::<T>(&run, source, &model, create, say);
            }
            let made = make::<T>(&run, source, &model, create)?;
            created(&made, say)?;
            Ok(Exit::Done)
        }
        RunVerb::Start(StartArgs { run, source, model, create }) => {
            if is_there(&run.dir) {
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
            subject.load(run.schema.as_deref())?;
            if create.dry_run {
                return dry::<T>(&run, source, &model, create, say);
            }
            work(make::<T>(&run, source, &model, create)?, say).await
        }
        RunVerb::Resume(run) => work(open_to_ask::<T>(subject, &run)?, say).await,
        RunVerb::Cancel(args) => {
            let run = open_to_ask::<T>(subject, &args)?;
            let mut signals = Signals::listen();
            let receipt = tokio::select! {
                receipt = run.cancel() => receipt?,
                () = signals.stopped() => {
                    let way = format!("`{} run cancel {}` goes on", program(), args.dir.display());
                    return Err(Failure::new(Exit::Interrupted, format!("stopped: {way}")));
                }
            };
            look::receipt_of(&run, &receipt, say)?;
            Ok(Exit::Done)
        }
        RunVerb::Status(run) => look::status::<T>(&opened(subject, &run)?, say),
        RunVerb::Receipt(run) => look::receipt::<T>(&opened(subject, &run)?, say),
        RunVerb::Plan(run) => look::plan::<T>(&opened(subject, &run)?, say),
        RunVerb::Results(args) => look::results::<T>(&opened(subject, &args.run)?, &args, say),
        RunVerb::Report(args) => look::report::<T>(&opened(subject, &args.run)?, &args, say),
        RunVerb::Retry(args) => look::retry::<T>(&opened(subject, &args.run)?, &args, say),
    }
}

/// Whether something stands in the directory.
fn is_there(dir: &Path) -> bool {
    fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some())
}

/// Opens a run to work on it; that needs the service's key.
fn open_to_ask<T: Extract + Send + Sync>(
    subject: Subject,
    run: &RunArgs,
) -> Result<Run<T>, Failure> {
    load(subject, run)?;
    Run::open_by(&run.dir, |model| client(model, &run.service))
}

/// Opens a run to look at it.
fn opened<T: Extract + Send + Sync>(subject: Subject, run: &RunArgs) -> Result<Run<T>, Failure> {
    load(subject, run)?;
    Run::open_by(&run.dir, |model| client_for(model, &run.service))
}

/// The schema that was given, or else that which the run was created with.
fn load(subject: Subject, run: &RunArgs) -> Result<(), Failure> {
    let kept = run.dir.join(SCHEMA);
    match &run.schema {
        Some(schema) => subject.load(Some(schema)),
        None if subject == Subject::Type => Ok(()),
        None if !is_there(&run.dir) => Err(RunError::NotARun { dir: run.dir.clone() }.into()),
        None => subject.load(kept.exists().then_some(&kept)),
    }
}

fn make<T: Extract + Send + Sync>(
    run: &RunArgs,
    rows: PathBuf,
    model: &str,
    create: Create,
) -> Result<Run<T>, Failure> {
    let client = client(model, &run.service)?;
    let rows = source(rows, &create.columns)?;
    let made = Run::create(&run.dir, rows, settings(create, RunSettings::with_client(client)))?;
    if let Some(schema) = &run.schema {
        let to = run.dir.join(SCHEMA);
        fs::copy(schema, &to)
            .map_err(|e| Failure::configuration(format!("{}: {e}", to.display())))?;
    }
    Ok(made)
}

fn settings(create: Create, mut settings: RunSettings) -> RunSettings {
    let Question { system, mode, temperature, max_tokens } = create.question;
    if let Some(system) = system {
        settings = settings.system(system);
    }
    if let Some(mode) = mode {
        settings = settings.mode(mode);
    }
    if let Some(temperature) = temperature {
        settings = settings.temperature(temperature);
    }
    if let Some(max_tokens) = max_tokens {
        settings = settings.max_tokens(max_tokens);
    }
    if let Some(rows) = create.shard_rows {
        settings = settings.shard_rows(rows);
    }
    if let (Some(input), Some(output)) = (create.price_in, create.price_out) {
        settings = settings.prices(Prices { input, output, cached_input: None });
    }
    settings.max_rounds(create.max_rounds).canary(create.canary).engine(match create.engine {
        EngineName::Batch => Engine::Batch,
        EngineName::File => Engine::File,
        EngineName::Online => Engine::Online {
            concurrency: create.concurrency.max(1) as usize,
            requests_per_minute: create.rpm,
            tokens_per_minute: create.tpm,
        },
    })
}

/// What a new run would take. It is created beside its place and thrown away.
fn dry<T: Extract + Send + Sync>(
    run: &RunArgs,
    rows: PathBuf,
    model: &str,
    create: Create,
    say: Say,
) -> Result<Exit, Failure> {
    if is_there(&run.dir) {
        return Err(RunError::Exists { dir: run.dir.clone() }.into());
    }
    let mut name = run.dir.file_name().unwrap_or_default().to_owned();
    name.push(format!(".dry-{}", std::process::id()));
    let draft = Draft(run.dir.with_file_name(name));
    let client = client_for(model, &run.service)?;
    let rows = source(rows, &create.columns)?;
    let settings = settings(create, RunSettings::with_client(client));
    look::plan::<T>(&Run::create(&draft.0, rows, settings)?, say)
}

/// A folder that is thrown away.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn created<T: Extract + Send + Sync>(run: &Run<T>, say: Say) -> Result<(), Failure> {
    let plan = run.plan()?;
    let dir = run.dir().display();
    say.result(&serde_json::json!({"dir": run.dir(), "plan": plan}), &plan)?;
    say.hint(&format!("created {dir}: `{} run start {dir}` sends it", program()));
    Ok(())
}

/// Works on a run until it is over or somebody stops it.
async fn work<T: Extract + Send + Sync>(run: Run<T>, say: Say) -> Result<Exit, Failure> {
    let progress = Progress::begin(&run, say);
    let ended = execute(&run).await;
    progress.end().await;
    let dir = run.dir().display();
    let Some(receipt) = ended? else {
        let way = format!("nothing is lost, and `{} run resume {dir}` goes on", program());
        return Err(Failure::new(Exit::Interrupted, format!("stopped: {way}")));
    };
    look::receipt_of(&run, &receipt, say)?;
    let open = receipt.rows.saturating_sub(receipt.outcomes.total());
    if open > 0 && run.engine() == Engine::File {
        let folder = run.dir().join("shards");
        let way = format!("`{} run resume {dir}` collects what the engine wrote", program());
        say.hint(&format!("{open} rows wait in {}: {way}", folder.display()));
    } else {
        say.hint(&format!("results: `{} run results {dir} -o results.jsonl`", program()));
    }
    Ok(if receipt.outcomes.failed() > 0 { Exit::RowsFailed } else { Exit::Done })
}

/// The receipt, or nothing if somebody stopped it before its end. A task of its own works on the run,
/// so that signals and progress do not wait for it.
async fn execute<T: Extract + Send + Sync>(run: &Run<T>) -> Result<Option<Receipt>, Failure> {
    let mut signals = Signals::listen();
    let mut task = tokio::spawn({
        let run = run.clone();
        async move { run.execute().await }
    });
    let (ended, is_stopped) = tokio::select! {
        ended = &mut task => (ended, false),
        () = signals.stopped() => {
            run.stop();
            note(&"stopping: what is under way is waited for; once more, and nothing is");
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
