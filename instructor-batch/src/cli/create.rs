//! A new run, from the options to its directory.

use std::fs;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use instructor_core::{Client, Extract};

use super::args::{Create, EngineName, Question, RunArgs};
use super::busy::{Count, busy};
use super::client::{client, client_for};
use super::exit::{Exit, Failure};
use super::look;
use super::place;
use super::say::Say;
use super::source::source;
use super::subject::Subject;
use crate::run::{Engine, Prices, Run, RunError, RunSettings};
use crate::source::{Source, SourceError};

/// What a new run is to be.
pub(super) struct New<T> {
    run: RunArgs,
    rows: PathBuf,
    model: String,
    pub(super) create: Create,
    schema: Option<String>,
    of: PhantomData<fn() -> T>,
}

impl<T: Extract + Send + Sync> New<T> {
    /// Looks at what can be wrong without reading the rows.
    pub(super) fn of(
        subject: Subject,
        run: RunArgs,
        rows: PathBuf,
        model: String,
        create: Create,
    ) -> Result<Self, Failure> {
        let schema = subject.load(run.schema.as_deref())?;
        let limited = create.concurrency.is_some() || create.rpm.is_some() || create.tpm.is_some();
        if limited && create.engine != EngineName::Online {
            let message = "--concurrency, --rpm and --tpm limit requests: add `--engine online`";
            return Err(Failure::usage(message));
        }
        if run.dir.file_name().is_none() {
            let (dir, such) = (run.dir.display(), run.dir.join("run"));
            let message = format!(
                "`{dir}` cannot be made a run: name a new directory, such as `{}`",
                such.display()
            );
            return Err(Failure::configuration(message));
        }
        Ok(Self { run, rows, model, create, schema, of: PhantomData })
    }

    /// Creates the run.
    pub(super) async fn make(self, say: Say) -> Result<Run<T>, Failure> {
        let Self { run, rows, model, create, schema, .. } = self;
        let client = client(&model, &run.service)?;
        let dir = run.dir.clone();
        let made =
            busy("reading the rows", say, move |count| read(&dir, rows, client, create, count));
        let made = made.await?;
        place::keep(&run, schema.as_deref(), say)?;
        Ok(made)
    }

    /// Says what the run would take. It is created beside its place and thrown away.
    pub(super) async fn dry(self, say: Say) -> Result<Exit, Failure> {
        let Self { run, rows, model, create, .. } = self;
        if place::is_there(&run.dir) {
            return Err(RunError::Exists { dir: run.dir }.into());
        }
        let client = client_for(&model, &run.service)?;
        let mut name = run.dir.file_name().unwrap_or_default().to_owned();
        name.push(format!(".dry-{}", std::process::id()));
        let draft = Draft(run.dir.with_file_name(name));
        let made = busy("reading the rows", say, move |count| {
            let made = read::<T>(&draft.0, rows, client, create, count)?;
            Ok((made, draft))
        });
        let (made, _draft) = made.await?;
        look::plan::<T>(&made, say)
    }
}

/// Reads all rows into a run.
fn read<T: Extract + Send + Sync>(
    dir: &Path,
    rows: PathBuf,
    client: Client,
    create: Create,
    count: &Arc<Count>,
) -> Result<Run<T>, Failure> {
    let rows = source(rows, &create.columns)?;
    let count = Arc::clone(count);
    let unwanted = || SourceError::Other("nobody wants the rows any more".into());
    let rows = rows.map(move |row| if count.next() { row } else { Err(unwanted()) });
    let settings = settings(create, RunSettings::with_client(client));
    Ok(Run::create(dir, Source::of(rows), settings)?)
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
        settings = settings.shard_rows(rows.get());
    }
    if let (Some(input), Some(output)) = (create.price_in, create.price_out) {
        settings = settings.prices(Prices { input, output, cached_input: None });
    }
    settings.max_rounds(create.max_rounds.get()).canary(create.canary).engine(match create.engine {
        EngineName::Batch => Engine::Batch,
        EngineName::File => Engine::File,
        EngineName::Online => Engine::Online {
            concurrency: create.concurrency.map_or(8, |number| number.get() as usize),
            requests_per_minute: create.rpm,
            tokens_per_minute: create.tpm,
        },
    })
}

/// A folder that is thrown away.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
