//! How a run asks, and how far it goes.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use instructor_core::{Client, Extract, Mode, Usage};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::RunError;

/// How a run reaches the model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Engine {
    /// Through the service's batch API.
    #[default]
    Batch,
    /// One request for each row, now.
    Online {
        /// How many requests are under way at a time.
        concurrency: usize,
        /// How many may begin in a minute, if that is limited.
        requests_per_minute: Option<NonZeroU32>,
        /// How many tokens they may have in a minute, if that is limited.
        tokens_per_minute: Option<NonZeroU32>,
    },
    /// Through files that another engine takes, such as `vllm run-batch`. Executing the run writes
    /// `shards/00001.jsonl` and so on; executing it again collects `results/00001.output.jsonl` and
    /// so on, as soon as such a file is there. A row that is missing in its file counts as not
    /// answered, so let a file be written elsewhere and move it there when it is complete.
    File,
}

impl Engine {
    /// The name: `batch`, `online` or `file`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Online { .. } => "online",
            Self::File => "file",
        }
    }
}

/// What a million tokens cost, in any currency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    /// Of the question.
    pub input: f64,
    /// Of the answer, reasoning included.
    pub output: f64,
    /// Of the part of the question that came from a cache; as `input` if it is not said.
    pub cached_input: Option<f64>,
}

/// How a run asks, and how far it goes. It is kept in the ledger, but for the client.
#[derive(Clone)]
#[must_use = "a run begins with `Run::create`"]
pub struct RunSettings {
    pub(crate) kept: Kept,
    pub(crate) client: Option<Client>,
}

/// The settings as the ledger keeps them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    pub(crate) model: String,
    pub(crate) system: Option<String>,
    pub(crate) mode: Option<String>,
    pub(crate) temperature: Option<f64>,
    pub(crate) max_tokens: Option<u32>,
    pub(crate) seed: Option<i64>,
    pub(crate) extra: Map<String, Value>,
    /// Texts and values, the values as JSON.
    pub(crate) examples: Vec<(String, String)>,
    pub(crate) engine: Engine,
    pub(crate) max_rounds: u32,
    pub(crate) canary: bool,
    pub(crate) shard_rows: Option<u64>,
    pub(crate) shard_bytes: Option<u64>,
    pub(crate) queued_tokens: Option<u64>,
    pub(crate) jobs: Option<usize>,
    /// The seconds between two looks at a job; the service's usual if it is not set.
    pub(crate) poll_seconds: Option<f64>,
    pub(crate) prices: Option<Prices>,
}

impl Prices {
    /// What so many tokens cost.
    pub fn of(&self, usage: Usage) -> f64 {
        let fresh = usage.input_tokens.saturating_sub(usage.cached_input_tokens);
        let cached = self.cached_input.unwrap_or(self.input);
        (million(fresh) * self.input)
            + (million(usage.cached_input_tokens) * cached)
            + (million(usage.output_tokens) * self.output)
    }
}

#[expect(clippy::cast_precision_loss, reason = "money is not counted in single tokens")]
fn million(tokens: u64) -> f64 {
    tokens as f64 / 1e6
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            model: String::new(),
            system: None,
            mode: None,
            temperature: None,
            max_tokens: None,
            seed: None,
            extra: Map::new(),
            examples: Vec::new(),
            engine: Engine::Batch,
            max_rounds: 3,
            canary: false,
            shard_rows: None,
            shard_bytes: None,
            queued_tokens: None,
            jobs: None,
            poll_seconds: None,
            prices: None,
        }
    }
}

impl RunSettings {
    /// The usual settings for `provider/model`; the key comes from the environment.
    pub fn new(model: impl Into<String>) -> Self {
        Self { kept: Kept { model: model.into(), ..Kept::default() }, client: None }
    }

    /// The usual settings for a client, whose own settings hold where these say nothing. Whoever
    /// opens the run again gives it a client as well, because keys are not kept.
    pub fn with_client(client: Client) -> Self {
        let model = format!("{}/{}", client.provider(), client.model());
        Self { client: Some(client), ..Self::new(model) }
    }

    /// What the model is told before everything else.
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.kept.system = Some(text.into());
        self
    }

    /// How the answer is asked for.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.kept.mode = Some(mode.name().to_owned());
        self
    }

    /// How freely the model chooses its words.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.kept.temperature = Some(temperature);
        self
    }

    /// The longest answer, in tokens. A row whose answer is cut off gets twice as many in its next
    /// round.
    pub fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.kept.max_tokens = Some(max_tokens);
        self
    }

    /// How the run reaches the model; by the service's batch API by default.
    pub fn engine(mut self, engine: Engine) -> Self {
        self.kept.engine = engine;
        self
    }

    /// How often a row is sent at most; 3 by default. A wrong answer is asked for again with all that
    /// is wrong with it, a row that failed or expired is sent again.
    pub fn max_rounds(mut self, rounds: u32) -> Self {
        self.kept.max_rounds = rounds.max(1);
        self
    }

    /// Sends one row alone before all others, and stops if it fails.
    pub fn canary(mut self, on: bool) -> Self {
        self.kept.canary = on;
        self
    }

    /// The most rows of a job, if less than the service takes.
    pub fn shard_rows(mut self, rows: u64) -> Self {
        self.kept.shard_rows = Some(rows.max(1));
        self
    }

    /// The most bytes of a job's file, if less than the service takes.
    pub fn shard_bytes(mut self, bytes: u64) -> Self {
        self.kept.shard_bytes = Some(bytes.max(1));
        self
    }

    /// The most tokens that may wait at the service at a time.
    pub fn queued_tokens(mut self, tokens: u64) -> Self {
        self.kept.queued_tokens = Some(tokens);
        self
    }

    /// The most jobs at a time.
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.kept.jobs = Some(jobs.max(1));
        self
    }

    /// The time between two looks at the jobs, instead of the service's usual one that grows.
    pub fn poll(mut self, pause: Duration) -> Self {
        self.kept.poll_seconds = Some(pause.as_secs_f64());
        self
    }

    /// The same seed asks for the same answer, as far as the service can.
    pub fn seed(mut self, seed: i64) -> Self {
        self.kept.seed = Some(seed);
        self
    }

    /// Anything else the service takes: the properties of this object are put into the body.
    pub fn extra(mut self, properties: Map<String, Value>) -> Self {
        self.kept.extra.extend(properties);
        self
    }

    /// A solved example: a text, and the value that stands in it.
    ///
    /// # Errors
    /// If the value cannot be written as JSON.
    pub fn example<T: Extract + Serialize>(
        mut self,
        input: impl Into<String>,
        value: &T,
    ) -> Result<Self, RunError> {
        let json = serde_json::to_string(value).map_err(|error| {
            RunError::Settings(format!("an example cannot be written as JSON: {error}"))
        })?;
        self.kept.examples.push((input.into(), json));
        Ok(self)
    }

    /// What tokens cost, for the plan and the receipt.
    pub fn prices(mut self, prices: Prices) -> Self {
        self.kept.prices = Some(prices);
        self
    }
}

/// Whom it asks and how far it goes, not what it says: instructions and examples may be secret.
impl fmt::Debug for RunSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunSettings")
            .field("model", &self.kept.model)
            .field("engine", &self.kept.engine)
            .field("max_rounds", &self.kept.max_rounds)
            .finish_non_exhaustive()
    }
}
