//! Batch jobs one at a time: a file of requests, a job, and its results as values.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use instructor_core::{Client, Error, Extract, Form, Mode};

use crate::file::{self, FileError};
use crate::job::BatchJobInfo;
use crate::lines::Lines;
use crate::provider::{self, Downloads, JobError, Limits, SharedProvider};
use crate::read::BatchReader;
use crate::results::BatchResult;
use crate::row::Row;

mod error;
mod scratch;
mod input;
mod submit;
mod wait;

pub use error::ProcessorError;
pub use input::BatchInput;

use scratch::Scratch;

/// How long nothing has to be known of a job before [`wait`](BatchProcessor::wait) gives up.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Batch jobs one at a time. For many rows, or where nothing may be lost when the process ends, there
/// is a [run](crate::run).
///
/// ```no_run
/// use instructor_batch::{BatchProcessor, Row, filter_successful};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let batch = BatchProcessor::<u8>::new("openai/gpt-4.1-mini")?.system("How old is the person?");
/// let input = batch.create_batch_from_messages(["Ada, 36", "Alan, 41"].map(Row::text), None)?;
/// let job = batch.submit_batch(input, None).await?;
/// batch.wait(&job).await?;
/// for success in filter_successful(batch.retrieve_results(&job).await?) {
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
