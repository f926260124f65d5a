//! Other keys and other models, for when one cannot answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Client, Shared};
use crate::error::Error;

/// Clients of one service with keys of their own, asked in turn.
#[derive(Debug)]
pub(super) struct Ring {
    clients: Vec<Client>,
    next: AtomicUsize,
}

/// Whether the client cannot ask this question at all, so that nothing was sent.
pub(super) fn is_misfit(error: &Error) -> bool {
    matches!(
        error,
        Error::Configuration(_)
            | Error::UnsupportedMode { .. }
            | Error::Unsupported(_)
            | Error::Fetch { .. }
    )
}

impl Ring {
    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.clients.len()
    }
}

/// A client that is asked, and who is asked after it.
pub(super) struct Route {
    pub(super) shared: Arc<Shared>,
    /// It differs from the one before by its key only.
    pub(super) same_service: bool,
    pub(super) next: Option<Box<Route>>,
}

/// Whether another client may help after this error; one of the `same_service` has another key.
pub(super) fn helps(error: &Error, same_service: bool) -> bool {
    match error {
        Error::Unreachable { .. }
        | Error::Interrupted { .. }
        | Error::Timeout { .. }
        | Error::Unavailable { .. }
        | Error::RateLimited { .. }
        | Error::QuotaExhausted { .. } => true,
        Error::Authentication { .. } | Error::PermissionDenied { .. } => same_service,
        _ => false,
    }
}

impl Client {
    /// The same client, with another to ask when this one cannot answer: unreachable, overloaded or
    /// failing, rate limited beyond its retries, or out of quota. A wrong key or a bad request is an
    /// error at once, and a wrong answer is asked for again where it was given.
    ///
    /// The other asks from the beginning, with its own model, mode and settings; what the question
    /// itself says ([`Extraction`](crate::Extraction)) holds for both. One that cannot ask it so, for
    /// it lacks the mode or takes no pictures, is passed over. All attempts stand in the report, each
    /// with its provider, and this client's observer is told of all.
    ///
    /// ```no_run
    /// use instructor_core::Client;
    ///
    /// # fn main() -> Result<(), instructor_core::Error> {
    /// let client = Client::from_env("anthropic/claude-sonnet-4-5")?
    ///     .with_fallback(Client::from_env("openai/gpt-4.1-mini")?)
    ///     .with_fallback(Client::from_env("ollama/llama3.2")?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_fallback(mut self, other: Client) -> Self {
        self.fallbacks.push(other);
        self
    }

    /// A client that spreads its questions over several keys: each question begins with the next
    /// key, and goes on to another when one is rate limited, out of quota or refused. Only the last
    /// one is waited for. Fallbacks are added to the whole, not in `build`.
    ///
    /// ```
    /// use instructor_core::Client;
    ///
    /// # fn main() -> Result<(), instructor_core::Error> {
    /// let keys = ["key-1", "key-2"];
    /// let client = Client::for_each(keys, |key| {
    ///     Client::builder().model("openai/gpt-4.1-mini").api_key(key).build()
    /// })?;
    /// assert_eq!(client.provider(), "openai");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no key, or `build` fails for one.
    pub fn for_each<K>(
        keys: impl IntoIterator<Item = K>,
        build: impl FnMut(K) -> Result<Client, Error>,
    ) -> Result<Self, Error> {
        let clients = keys.into_iter().map(build).collect::<Result<Vec<_>, _>>()?;
        let [first, ..] = clients.as_slice() else {
            return Err(Error::Configuration("there is no key: give at least one".into()));
        };
        let shared = Arc::clone(&first.shared);
        let ring = Arc::new(Ring { clients, next: AtomicUsize::new(0) });
        Ok(Self { shared, ring: Some(ring), fallbacks: Vec::new() })
    }

    /// Who is asked, in this order.
    pub(super) fn route(&self) -> Route {
        self.before(None)
    }

    /// This client's keys and fallbacks, before `next`.
    fn before(&self, next: Option<Route>) -> Route {
        let next = self.fallbacks.iter().rev().fold(next, |next, other| Some(other.before(next)));
        let own = |shared: &Arc<Shared>, same_service, next: Option<Route>| Route {
            shared: Arc::clone(shared),
            same_service,
            next: next.map(Box::new),
        };
        let Some(ring) = &self.ring else { return own(&self.shared, false, next) };
        let start = ring.next.fetch_add(1, Ordering::Relaxed) % ring.clients.len();
        let (later, earlier) = ring.clients.split_at(start);
        let mut turns: Vec<_> = earlier.iter().chain(later).collect();
        let first = turns.remove(0);
        let others =
            turns.iter().rev().fold(next, |next, other| Some(own(&other.shared, true, next)));
        own(&first.shared, false, others)
    }
}
