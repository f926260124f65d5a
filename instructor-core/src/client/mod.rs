//! What users hold: a client, a question that is not sent yet, and its answer.

use std::fmt;
use std::sync::Arc;

use futures_util::stream::{self, Stream, StreamExt};

use crate::error::Error;
use crate::extract::{Extract, Extractor};
use crate::observe::Observer;
use crate::offline::{Answer, Offline};
use crate::provider::{self, OpenAi, Provider};
use crate::retry::RetryPolicy;
use crate::transport::{FetchPolicy, Sign, Transport};

mod settings;
mod builder;
mod extracted;
mod examples;
mod verdict;
mod read;
mod calls;
mod judge;
mod route;
mod send;
mod media;
mod conversation;
mod run;
mod form;
mod extraction;
mod many;

pub use builder::ClientBuilder;
pub use conversation::{Conversation, Judged};
pub use extracted::Extracted;
pub use extraction::Extraction;
pub use form::{Form, Glanced};
pub use many::Extractions;

use route::Ring;
use settings::Settings;

/// Asks a model for values. Cheap to clone; all clones share one pool of connections.
///
/// ```no_run
/// use instructor_core::{Client, Message, Mode};
///
/// # async fn run() -> Result<(), instructor_core::Error> {
/// let client = Client::from_env("openai/gpt-4.1-mini")?; // reads OPENAI_API_KEY
/// let age: u8 = client.extract::<u8>("Ada Lovelace died at the age of 36.").await?;
/// let report = client
///     .extract::<Vec<String>>("Ada Lovelace wrote to Charles Babbage.")
///     .system("List the people in the text.")
///     .temperature(0.0)
///     .max_reasks(1)
///     .send()
///     .await?;
/// println!("{:?}, {}", report.value, report.usage());
/// # let _ = age;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// Other keys for the same service, this client's own among them.
    ring: Option<Arc<Ring>>,
    /// Who is asked when this one cannot answer.
    fallbacks: Vec<Client>,
}

#[derive(Clone)]
struct Shared {
    provider: Arc<dyn Provider>,
    model: String,
    transport: Arc<dyn Transport>,
    signer: Option<Arc<dyn Sign>>,
    retry: RetryPolicy,
    fetch: FetchPolicy,
    settings: Settings,
    observer: Option<Arc<dyn Observer>>,
    trace_content: bool,
}

impl Client {
    /// A client for `provider/model`, such as `openai/gpt-4.1-mini`, with the key from the
    /// environment (`OPENAI_API_KEY`); `offline` needs none.
    ///
    /// # Errors
    /// If the provider is unknown, its key is not set, or no connection can be prepared.
    pub fn from_env(model: &str) -> Result<Self, Error> {
        Self::builder().model(model).build()
    }

    /// A client whose every part can be set.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client for the model built in, which needs no key and no network.
    pub fn offline() -> Self {
        Self::with_transport(Arc::new(Offline::default()))
    }

    /// A client that sends everything to `transport`, in the format of `OpenAI`'s chat completions:
    /// for tests, and for scripts of [`Offline`] answers.
    pub fn with_transport(transport: Arc<dyn Transport>) -> Self {
        let provider = Arc::new(OpenAi::offline());
        Self::from(Shared {
            provider,
            model: provider::OFFLINE.to_owned(),
            transport,
            signer: None,
            retry: RetryPolicy::default(),
            fetch: FetchPolicy::default(),
            settings: Settings::default(),
            observer: None,
            trace_content: false,
        })
    }

    /// The same client, but answered by a script: for tests of what happens after a wrong answer or
    /// an error. When the script ends, the model built in goes on. Nothing is sent anywhere.
    ///
    /// ```
    /// use instructor_core::Client;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), instructor_core::Error> {
    /// let client = Client::offline().answers([r#"{"value": "many"}"#, r#"{"value": 7}"#]);
    /// let found = client.extract::<u8>("How many wonders are there?").send().await?;
    /// assert_eq!((found.value, found.attempts.len()), (7, 2));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn answers<A: Into<Answer>>(self, answers: impl IntoIterator<Item = A>) -> Self {
        let transport = Arc::new(Offline::default().answers(answers));
        Self::from(Shared { transport, ..Shared::clone(&self.shared) })
    }

    /// The name of the provider.
    pub fn provider(&self) -> &str {
        self.shared.provider.name()
    }

    /// The model that is asked, in the provider's word.
    pub fn model(&self) -> &str {
        &self.shared.model
    }

    /// How it reaches the service.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.shared.transport
    }

    /// When a request that failed is sent again.
    pub fn retry(&self) -> &RetryPolicy {
        &self.shared.retry
    }

    /// Prepares the question for a `T` in `text`.
    ///
    /// Ends with `.await` (the value) or `.send().await` (the value with its report).
    pub fn extract<T: Extract + Send + Sync>(&self, text: impl Into<String>) -> Extraction<T> {
        Extraction::new(self.clone(), text.into())
    }

    /// Prepares the questions for a `T` in each of the texts, several of which are asked at a time.
    ///
    /// Ends with `.await` (all values, in the order of the texts), or `.next().await` until there is
    /// none (each value with the number of its text and its report, as soon as it is there).
    pub fn extract_many<'t, T: Extract + Send + Sync>(
        &self,
        texts: impl IntoIterator<Item: Into<String>, IntoIter: Send + 't>,
    ) -> Extractions<'t, T> {
        self.extract_many_from(stream::iter(texts))
    }

    /// The same for texts that come in by and by, such as from a channel or a socket.
    pub fn extract_many_from<'t, T: Extract + Send + Sync>(
        &self,
        texts: impl Stream<Item: Into<String>> + Send + 't,
    ) -> Extractions<'t, T> {
        Extractions::new(self.clone(), texts.map(Into::into).boxed())
    }
}

impl From<Shared> for Client {
    fn from(shared: Shared) -> Self {
        Self { shared: Arc::new(shared), ring: None, fallbacks: Vec::new() }
    }
}

/// A client for this offline model, which keeps its script and its record of requests.
impl From<Offline> for Client {
    fn from(offline: Offline) -> Self {
        Self::with_transport(Arc::new(offline))
    }
}

impl Extractor for Client {
    type Extraction<T: Extract + Send + Sync> = Extraction<T>;

    fn extract<T: Extract + Send + Sync>(&self, text: String) -> Extraction<T> {
        Extraction::new(self.clone(), text)
    }

    type Extractions<'t, T: Extract + Send + Sync> = Extractions<'t, T>;

    fn extract_many<'t, T, I>(&self, texts: I) -> Extractions<'t, T>
    where
        T: Extract + Send + Sync,
        I: IntoIterator<Item: Into<String>, IntoIter: Send + 't>,
    {
        self.extract_many(texts)
    }
}

/// Names the provider and the model, never a key.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("provider", &self.shared.provider)
            .field("model", &self.shared.model)
            .field("transport", &self.shared.transport)
            .field("retry", &self.shared.retry)
            .field("fetch", &self.shared.fetch)
            .field("settings", &self.shared.settings)
            .field("keys", &self.ring.as_ref().map_or(1, |ring| ring.len()))
            .field("fallbacks", &self.fallbacks)
            .finish_non_exhaustive()
    }
}
