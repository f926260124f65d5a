//! A crash-safe run over many rows: one directory with a ledger, in which every row ends with exactly
//! one outcome.
//!
//! The format of the directory stands in `docs/run-format.md`.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use instructor_core::{Client, Extract, Form, Mode};

mod outcome;
mod settings;
mod status;
mod error;
mod stop;
mod dir;
mod ledger;
mod rows;
mod past;
mod policy;
mod collect;
mod shard;
mod create;
mod plan;
mod receipt;
mod results;
mod batch;
mod file;
mod online;
mod drive;

pub use error::RunError;
pub use outcome::Outcome;
pub use plan::Plan;
pub use receipt::Receipt;
pub use results::{Order, RunResult, RunResults};
pub use settings::{Engine, Prices, RunSettings};
pub use status::{Outcomes, RunState, RunStatus, ShardState, ShardStatus};

use crate::judge::Judge;
use crate::line::Envelope;
use crate::provider;
use crate::source::Source;
use dir::Dir;
use ledger::Ledger;
use past::Past;
use settings::Kept;
use stop::Stop;

/// A run over many rows, in a directory. Cheap to clone.
///
/// ```no_run
/// use instructor_batch::{Run, RunSettings};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let texts = vec!["Ada, 36".to_owned(), "Charles, 79".to_owned()];
/// let run = Run::<u8>::create("ages", texts, RunSettings::new("openai/gpt-4.1-mini"))?;
/// let receipt = run.execute().await?;
/// println!("{receipt}");
/// for row in run.results() {
///     println!("{}: {:?}", row.key, row.result.map(|found| found.result));
/// }
/// # Ok(())
/// # }
/// ```
pub struct Run<T>(Arc<Inner<T>>);

struct Inner<T> {
    dir: Dir,
    ledger: Ledger,
    past: Past,
    client: Client,
    form: Form<T>,
    /// That of the lines of its engine.
    envelope: &'static Envelope,
    judge: Judge<T>,
    kept: Kept,
    /// What all ids of the run begin with.
    id: String,
    stop: Stop,
}

impl<T: Extract + Send + Sync> Run<T> {
    /// Creates a run: reads all rows, checks them, and keeps them in the directory. Nothing is sent.
    ///
    /// # Errors
    /// If the directory is not empty, a row cannot be read or is too large for the service, two rows
    /// have one key, or the type does not fit the service. The directory is as it was then.
    pub fn create(
        dir: impl AsRef<Path>,
        source: impl Into<Source>,
        settings: RunSettings,
    ) -> Result<Self, RunError> {
        create::create(dir.as_ref(), source.into(), settings)
    }

    /// Opens a run that was created before, with the key from the environment.
    ///
    /// # Errors
    /// If there is no run, it is of a newer version or for another type, or its key is not set.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, RunError> {
        Self::open_by(dir.as_ref(), |model| Client::from_env(model).map_err(RunError::from))
    }

    /// Opens a run that was created before.
    ///
    /// # Errors
    /// If there is no run, or it is of a newer version, for another type or another model.
    pub fn open_with(dir: impl AsRef<Path>, client: Client) -> Result<Self, RunError> {
        Self::open_by(dir.as_ref(), |_| Ok::<_, RunError>(client))
    }

    /// Opens a run with the client that is made for its model.
    pub(crate) fn open_by<E: From<RunError>>(
        path: &Path,
        connect: impl FnOnce(&str) -> Result<Client, E>,
    ) -> Result<Self, E> {
        let dir = Dir::new(path);
        let ledger = Ledger::open(&dir)?;
        let settings = fact(&ledger, &dir, "settings")?;
        let kept: Kept = serde_json::from_str(&settings).map_err(|error| {
            let what = format!("its settings cannot be read: {error}");
            RunError::Damaged { path: dir.ledger(), what }
        })?;
        let client = connect(&kept.model)?;
        Ok(Self::opened(dir, ledger, kept, client)?)
    }

    fn opened(dir: Dir, ledger: Ledger, kept: Kept, client: Client) -> Result<Self, RunError> {
        let fact = |name| fact(&ledger, &dir, name);
        let found = model_of(&client);
        if found != kept.model {
            return Err(RunError::OtherModel { expected: kept.model, found });
        }
        let (form, envelope) = (form::<T>(&client, &kept)?, envelope(&client, &kept)?);
        let rendered = form.rendered();
        if fact("schema")? != rendered.json.get() {
            let (expected, found) = (fact("tool")?, rendered.name.clone());
            return Err(RunError::OtherType { expected, found });
        }
        let (id, past) = (fact("id")?, Past::new(&dir)?);
        let judge = Judge::new(envelope, form.clone());
        Ok(Self(Arc::new(Inner {
            dir,
            ledger,
            past,
            client,
            form,
            envelope,
            judge,
            kept,
            id,
            stop: Stop::default(),
        })))
    }

    /// Does what is left to do, until every row has an outcome. Dropping the future stops the run
    /// where it is, and so does the end of the process: open the directory and execute it again.
    ///
    /// # Errors
    /// If another process works on the run, the service cannot be reached, or somebody must act
    /// before anything more can succeed ([`RunError::Paused`]).
    pub async fn execute(&self) -> Result<Receipt, RunError> {
        drive::execute(&self.0).await
    }

    /// Has [`execute`](Self::execute) end soon, as for Ctrl-C: nothing more is sent, what is under way
    /// is waited for and kept, and the rest can be resumed. Jobs at the service go on.
    pub fn stop(&self) {
        self.0.stop.set(None);
    }

    /// Cancels the run: its jobs are cancelled, what they did before is collected, and every row
    /// that is left is over as [`Outcome::Cancelled`].
    ///
    /// # Errors
    /// If another process works on the run, or the service cannot be reached.
    pub async fn cancel(&self) -> Result<Receipt, RunError> {
        drive::cancel(&self.0).await
    }

    /// Rows that are over with one of these outcomes wait again, for [`execute`](Self::execute).
    /// Gives their number.
    ///
    /// # Errors
    /// If another process works on the run, or successes are meant: they are never sent again.
    pub fn retry(&self, outcomes: &[Outcome]) -> Result<u64, RunError> {
        if outcomes.contains(&Outcome::Succeeded) {
            return Err(RunError::Settings("rows that succeeded are never sent again".into()));
        }
        let _lock = self.0.dir.lock()?;
        self.0.ledger.reopen(outcomes)
    }

    /// What it will take: rows, jobs, bytes, tokens and, with prices, money. Nothing is sent.
    ///
    /// # Errors
    /// If the ledger cannot be read, or the service has no batch API.
    pub fn plan(&self) -> Result<Plan, RunError> {
        plan::plan(&self.0)
    }

    /// How far it is. This can be asked while another process works on it.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn status(&self) -> Result<RunStatus, RunError> {
        status::status(&self.0.ledger)
    }

    /// What it took so far.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn receipt(&self) -> Result<Receipt, RunError> {
        receipt::receipt(&self.0.ledger, self.0.kept.prices)
    }

    /// The results of the rows that are over, in the order of the source.
    pub fn results(&self) -> RunResults<T> {
        self.results_in(Order::Source)
    }

    /// The results of the rows that are over.
    pub fn results_in(&self, order: Order) -> RunResults<T> {
        RunResults::new(self.clone(), order)
    }

    /// The rows that are over without a value.
    pub fn failed(&self) -> impl Iterator<Item = RunResult<T>> {
        self.results_in(Order::Source).filter(|row| row.result.is_err())
    }
}

impl<T> Run<T> {
    /// The directory.
    pub fn dir(&self) -> &Path {
        self.0.dir.path()
    }

    /// The model that is asked, as `provider/model`.
    pub fn model(&self) -> &str {
        &self.0.kept.model
    }

    /// How it reaches the model.
    pub fn engine(&self) -> Engine {
        self.0.kept.engine
    }
}

/// A fact that every run has.
fn fact(ledger: &Ledger, dir: &Dir, name: &str) -> Result<String, RunError> {
    ledger.fact(name)?.ok_or_else(|| RunError::NotARun { dir: dir.path().to_owned() })
}

/// `provider/model`.
fn model_of(client: &Client) -> String {
    format!("{}/{}", client.provider(), client.model())
}

/// The form that the settings describe.
fn form<T: Extract + Send + Sync>(client: &Client, kept: &Kept) -> Result<Form<T>, RunError> {
    let mut asked = client.extract::<T>("");
    if let Some(system) = &kept.system {
        asked = asked.system(system);
    }
    if let Some(name) = &kept.mode {
        let unknown = || RunError::Settings(format!("there is no mode `{name}`"));
        asked = asked.mode(Mode::find(name).ok_or_else(unknown)?);
    }
    if let Some(temperature) = kept.temperature {
        asked = asked.temperature(temperature);
    }
    if let Some(max_tokens) = kept.max_tokens {
        asked = asked.max_tokens(max_tokens);
    }
    if let Some(seed) = kept.seed {
        asked = asked.seed(seed);
    }
    for (input, json) in &kept.examples {
        asked = asked.example_json(input, json);
    }
    if !kept.extra.is_empty() {
        asked = asked.extra(kept.extra.clone().into());
    }
    Ok(asked.form()?)
}

/// The envelope of the lines that the engine takes and gives.
fn envelope(client: &Client, kept: &Kept) -> Result<&'static Envelope, RunError> {
    Ok(match kept.engine {
        Engine::Batch => provider::connect(client)?.envelope(),
        Engine::Online { .. } | Engine::File => Envelope::OPENAI,
    })
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs())
}

impl<T> Clone for Run<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Where it is and whom it asks.
impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("dir", &self.0.dir.path())
            .field("model", &self.0.kept.model)
            .field("engine", &self.0.kept.engine)
            .finish_non_exhaustive()
    }
}
