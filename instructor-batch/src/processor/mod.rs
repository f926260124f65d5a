//! Batch jobs one at a time: a file of requests, a job, and its results as values.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use instructor_core::{Advice, Client, Error, Extract, Form, Mode};

use crate::file::{self, FileError};
use crate::job::BatchJobInfo;
use crate::line::path_of;
use crate::lines::{LineError, Lines};
use crate::provider::{self, Downloads, JobError, Limits, NewJob, SharedProvider, SubmitError};
use crate::read::BatchReader;
use crate::results::BatchResult;
use crate::row::Row;

mod scratch;
mod input;
mod wait;

pub use input::BatchInput;

use input::Checked;
use scratch::Scratch;

/// How long nothing has to be known of a job before [`wait`](BatchProcessor::wait) gives up.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// How often the list of jobs is looked through for one that may have been created.
const LOOKS: u32 = 5;

/// Batch jobs one at a time. For many rows, or where nothing may be lost when the process ends, there
/// is a [run](crate::run).
///
/// ```no_run
/// use instructor_batch::{BatchProcessor, results};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let batch = BatchProcessor::<u8>::new("openai/gpt-4.1-mini")?.system("How old is the person?");
/// let input = batch.create_batch_from_messages(["Ada, 36", "Alan, 41"], None)?;
/// let job = batch.submit_batch(input, None).await?;
/// batch.wait(&job).await?;
/// for success in results::filter_successful(batch.retrieve_results(&job).await?) {
///     println!("{}: {}", success.custom_id, success.result);
/// }
/// # Ok(())
/// # }
/// ```
pub struct BatchProcessor<T> {
    client: Client,
    provider: SharedProvider,
    limits: Limits,
    custom_id_prefix: String,
    patience: Duration,
    asked: Asked<T>,
}

/// How every text is asked about.
#[derive(Clone)]
struct Asked<T> {
    system: Option<String>,
    mode: Option<Mode>,
    max_tokens: Option<u32>,
    temperature: Option<f64>,
    /// Wins over all of these.
    form: Option<Form<T>>,
}

/// A batch cannot be written, sent, waited for or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessorError {
    /// The client or the question cannot be as it is; nothing was sent.
    #[error(transparent)]
    Client(#[from] Box<Error>),
    /// A request cannot be written.
    #[error("request {index}, counted from 0: {source}")]
    Request {
        /// Which one, from 0.
        index: usize,
        /// The cause.
        source: LineError,
    },
    /// The requests cannot be sent as they are; nothing was sent.
    #[error("{}{problem}", Place(*line))]
    Input {
        /// The number of the line, from 1, if it is one line's fault.
        line: Option<u64>,
        /// What is wrong.
        problem: String,
    },
    /// A file of this machine cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The job could not be created.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// A call about a job failed.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The job is not over, so its results are not there.
    #[error("the batch `{id}` is not over (`{raw_status}`): wait for its end with `wait`")]
    NotOver {
        /// The job.
        id: String,
        /// The service's word for its state.
        raw_status: String,
    },
    /// Nothing is known of the job for too long: its state is a word that nobody knows, or no call
    /// about it succeeded.
    #[error(
        "nothing is known of the batch `{id}` for {} hours ({problem}): look at it with the service, or raise `patience`",
        waited.as_secs() / 3600
    )]
    Lost {
        /// The job.
        id: String,
        /// The state in the service's word, or the last error.
        problem: String,
        /// How long it was waited.
        waited: Duration,
    },
}

impl From<Error> for ProcessorError {
    fn from(error: Error) -> Self {
        Self::Client(Box::new(error))
    }
}

/// The line that an error is about.
struct Place(Option<u64>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, "line {line}: "))
    }
}

impl<T> BatchProcessor<T> {
    /// Batches of `provider/model`; the key comes from the environment.
    ///
    /// # Errors
    /// If there is no such provider, no key, or the provider has no batch API.
    pub fn new(model: &str) -> Result<Self, JobError> {
        Self::with_client(Client::from_env(model)?)
    }

    /// Batches of a client, at its address and with its key.
    ///
    /// # Errors
    /// If its provider has no batch API.
    pub fn with_client(client: Client) -> Result<Self, JobError> {
        let provider = provider::connect(&client)?;
        let limits = provider.limits();
        let asked =
            Asked { system: None, mode: None, max_tokens: None, temperature: None, form: None };
        let custom_id_prefix = "request".to_owned();
        Ok(Self { client, provider, limits, custom_id_prefix, patience: PATIENCE, asked })
    }

    /// What the model is told before every text.
    #[must_use]
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.asked.system = Some(text.into());
        self
    }

    /// How the answer is asked for; how the type is best asked for by default.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.asked.mode = Some(mode);
        self
    }

    /// The longest answer, in tokens.
    #[must_use]
    pub fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.asked.max_tokens = Some(max_tokens);
        self
    }

    /// How freely the model chooses its words.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.asked.temperature = Some(temperature);
        self
    }

    /// Asks with this form, whatever else was set: for examples, seeds and all else that a client
    /// can be told. Made by `client.extract::<T>("").….form()`.
    #[must_use]
    pub fn form(mut self, form: Form<T>) -> Self {
        self.asked.form = Some(form);
        self
    }

    /// What the ids begin with: `request` gives `request-0`, `request-1` and so on.
    #[must_use]
    pub fn custom_id_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.custom_id_prefix = prefix.into();
        self
    }

    /// What the service takes, where it takes other than is known: change a copy of
    /// [`limits`](Self::limits).
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// How long nothing has to be known of a job before [`wait`](Self::wait) gives up; a day by
    /// default.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// What the service takes.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The batch API.
    pub fn provider(&self) -> &SharedProvider {
        &self.provider
    }

    /// Checks the requests, uploads them and creates a job; gives its id.
    ///
    /// A prefix is put before all ids that do not have it, so that the results of several batches
    /// can be told apart; the job's label begins with it, too. Nothing is sent if a line cannot be
    /// read, an id comes twice or is of another form than services take, lines are of several models,
    /// or there is more than the service takes.
    ///
    /// # Errors
    /// If the requests cannot be sent as they are, or the service does not take them.
    pub async fn submit_batch(
        &self,
        requests: impl Into<BatchInput>,
        custom_id_prefix: Option<&str>,
    ) -> Result<String, ProcessorError> {
        let scratch = Scratch::new()?;
        let prefix = custom_id_prefix.map(str::to_owned);
        let (envelope, limits) = (self.provider.envelope(), self.limits);
        let (requests, file) = (requests.into(), scratch.file("requests.jsonl"));
        let checked = {
            let file = file.clone();
            input::blocking(move || input::check(requests, prefix, envelope, &limits, &file))
                .await?
        };
        let Checked { lines, path, model } = checked;
        let path = match path {
            Some(path) => path,
            None => self.path()?,
        };
        let model = model.as_deref().unwrap_or(self.client.model());
        let label = label(custom_id_prefix);
        let job = NewJob::new(&file, lines, &path, model, &label);
        Ok(self.submit(job).await?.id)
    }

    /// What the service says about a job.
    ///
    /// # Errors
    /// If there is no such job, or the call fails.
    pub async fn get_batch_status(&self, id: &str) -> Result<BatchJobInfo, JobError> {
        self.provider.status(id).await
    }

    /// The latest jobs, the newest first.
    ///
    /// # Errors
    /// If the call fails.
    pub async fn list_batches(&self, limit: usize) -> Result<Vec<BatchJobInfo>, JobError> {
        self.provider.list(limit).await
    }

    /// Asks for the end of a job. What was done is there when it is over.
    ///
    /// # Errors
    /// If there is no such job, or the call fails.
    pub async fn cancel_batch(&self, id: &str) -> Result<BatchJobInfo, JobError> {
        self.provider.cancel(id).await
    }

    /// Deletes a job, where the service can.
    ///
    /// # Errors
    /// If it cannot, there is no such job, or the call fails.
    pub async fn delete_batch(&self, id: &str) -> Result<(), JobError> {
        self.provider.delete(id).await
    }

    /// Streams what came back into files of this directory, as it came: the results, and the lines
    /// that failed where the service keeps them apart. Gives those that there are; they are named
    /// after the job.
    ///
    /// # Errors
    /// If a call fails, or a file cannot be written.
    pub async fn download_results(
        &self,
        id: &str,
        directory: impl AsRef<Path>,
    ) -> Result<Vec<PathBuf>, JobError> {
        let job = self.provider.status(id).await?;
        self.download(&job, directory.as_ref()).await
    }

    async fn download(
        &self,
        job: &BatchJobInfo,
        directory: &Path,
    ) -> Result<Vec<PathBuf>, JobError> {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let name: String = job.id.chars().map(plain).collect();
        let output = directory.join(format!("{name}.output.jsonl"));
        let errors = directory.join(format!("{name}.errors.jsonl"));
        let into = Downloads { output: &output, errors: &errors };
        let downloaded = self.provider.download(job, into).await?;
        let files = [(downloaded.output, output), (downloaded.errors, errors)];
        Ok(files.into_iter().filter_map(|(is, path)| is.then_some(path)).collect())
    }

    /// Creates a job, again where it surely was not created and may be the next time.
    async fn submit(&self, job: NewJob<'_>) -> Result<BatchJobInfo, SubmitError> {
        let mut retries = 0;
        let mut elapsed = Duration::ZERO;
        loop {
            let started = Instant::now();
            let error = match self.provider.submit(job).await {
                Ok(created) => return Ok(created),
                Err(error) => error,
            };
            elapsed = elapsed.saturating_add(started.elapsed());
            let advice = match &error {
                SubmitError::Unknown(_) => return self.find(job.label).await.ok_or(error),
                SubmitError::Refused(JobError::Failed { advice, .. }) => *advice,
                SubmitError::Refused(_) | SubmitError::Full(_) => Advice::Never,
            };
            let Some(pause) = self.client.retry().next(retries, advice, elapsed) else {
                return Err(error);
            };
            retries += 1;
            self.client.transport().sleep(pause).await;
            elapsed = elapsed.saturating_add(pause);
        }
    }

    /// The job of a label, which may have been created a moment ago.
    async fn find(&self, label: &str) -> Option<BatchJobInfo> {
        if !self.provider.keeps_labels() {
            return None;
        }
        for look in 0..LOOKS {
            if look > 0 {
                let pause = self.client.retry().base.saturating_mul(1 << look);
                self.client.transport().sleep(pause).await;
            }
            let jobs = self.provider.list(100).await.ok()?;
            let found = jobs.into_iter().find(|job| job.label.as_deref() == Some(label));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The path of the address that takes a single request.
    fn path(&self) -> Result<String, Error> {
        let form = self.client.extract::<String>("").form()?;
        Ok(path_of(&form.encode(form.ask("").request())?.url).into_owned())
    }
}

impl<T: Extract + Send + Sync> BatchProcessor<T> {
    /// Writes a request about each text or conversation: into a file, which is compressed if its
    /// name ends with `.gz` or `.zst`, or into memory. A row's key is its id; the ids of rows without
    /// a key are `request-0`, `request-1` and so on, or begin as
    /// [`custom_id_prefix`](Self::custom_id_prefix) says.
    ///
    /// # Errors
    /// If the service has no words for the question, or the file cannot be written.
    pub fn create_batch_from_messages<R: Into<Row>>(
        &self,
        messages_list: impl IntoIterator<Item = R>,
        path: Option<&Path>,
    ) -> Result<BatchInput, ProcessorError> {
        use std::io::Write;

        let lines = Lines::new(&self.asked()?);
        let lines = lines.map_err(|source| ProcessorError::Request { index: 0, source })?;
        let mut writer = path.map(file::create).transpose()?;
        let mut out = Vec::new();
        for (index, row) in messages_list.into_iter().enumerate() {
            let Row { key, ask, .. } = row.into();
            let id = key.unwrap_or_else(|| format!("{}-{index}", self.custom_id_prefix));
            let pushed = lines.push(&id, &ask, &mut out);
            pushed.map_err(|source| ProcessorError::Request { index, source })?;
            if let (Some(writer), Some(path)) = (&mut writer, path) {
                writer.write_all(&out).map_err(|error| FileError::io(path, error))?;
                out.clear();
            }
        }
        let (Some(writer), Some(path)) = (writer, path) else { return Ok(BatchInput::Bytes(out)) };
        let written = writer.finish().and_then(|file| file.sync_all());
        written.map_err(|error| FileError::io(path, error))?;
        Ok(BatchInput::File(path.to_owned()))
    }

    /// How every text is asked about.
    fn asked(&self) -> Result<Form<T>, Error> {
        let Asked { system, mode, max_tokens, temperature, form } = &self.asked;
        if let Some(form) = form {
            return Ok(form.clone());
        }
        let mut asked = self.client.extract::<T>("");
        if let Some(system) = system {
            asked = asked.system(system);
        }
        if let Some(mode) = mode {
            asked = asked.mode(*mode);
        }
        if let Some(max_tokens) = max_tokens {
            asked = asked.max_tokens(*max_tokens);
        }
        if let Some(temperature) = temperature {
            asked = asked.temperature(*temperature);
        }
        asked.form()
    }
}

impl<T: Extract + Send + Sync + 'static> BatchProcessor<T> {
    /// The results of a job that is over, however it ended: everything that came back, in the order
    /// of the service's files, which are streamed to the disk first. Rows of which nothing came back
    /// are not among them.
    ///
    /// # Errors
    /// If the job is not over, a call fails, or the disk is full.
    pub async fn retrieve_results(&self, id: &str) -> Result<Vec<BatchResult<T>>, ProcessorError> {
        let job = self.provider.status(id).await?;
        if !job.status.is_terminal() {
            let BatchJobInfo { id, raw_status, .. } = job;
            return Err(ProcessorError::NotOver { id, raw_status });
        }
        let scratch = Scratch::new()?;
        let files = self.download(&job, scratch.path()).await?;
        let (envelope, form) = (self.provider.envelope(), self.asked.form.clone());
        input::blocking(move || {
            let mut results = Vec::new();
            for file in &files {
                let mut reader = BatchReader::open(file)?.envelope(envelope);
                if let Some(form) = form.clone() {
                    reader = reader.form(form);
                }
                results.extend(reader);
            }
            drop(scratch);
            Ok(results)
        })
        .await
    }
}

/// A name by which a job can be found again.
fn label(prefix: Option<&str>) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let prefix: String = prefix.unwrap_or("instructor").chars().filter(plain).take(40).collect();
    format!("{prefix}-{:016x}", fastrand::u64(..))
}

/// Where it asks, never a key.
impl<T> fmt::Debug for BatchProcessor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchProcessor")
            .field("provider", &self.provider)
            .field("model", &self.client.model())
            .field("limits", &self.limits)
            .field("type", &std::any::type_name::<T>())
            .finish_non_exhaustive()
    }
}
