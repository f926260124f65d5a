//! The same question about many texts, several at a time.

use std::fmt;
use std::future::IntoFuture;
use std::mem;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream, Stream, StreamExt};

use super::run::{self, Draft};
use super::settings::{draft_setters, setters};
use super::{Client, Extracted, Settings};
use crate::error::Error;
use crate::extract::Extract;
use crate::rate::{Limiter, RateLimits};
use crate::transport::BoxFuture;

/// What became of one text: its number, from 0, and the value with its report.
type Item<T> = (usize, Result<Extracted<T>, Error>);

/// The same question about many texts, several at a time; made by
/// [`Client::extract_many`](super::Client::extract_many).
///
/// It is a stream of `(number of the text, value or error)`. [`next`](Self::next) gives the items as
/// they finish, each with its report; `.await` gives all values in the order of the texts. An error
/// ends no other question. Retries, wrong answers, fallbacks and observers are as for one question,
/// and when the service asks one question to wait, all wait.
///
/// Nothing happens before the first item is asked for. A text is taken from its source only when its
/// turn has come, so a source may be larger than memory. The questions run inside this value, not in
/// tasks of their own: they go on while it is awaited, and end when it is dropped.
///
/// ```
/// use instructor_core::Client;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let client = Client::offline();
/// let texts = ["Ada was 36.", "", "Grace was 85."];
///
/// let ages = client.extract_many::<u8>(texts).await;
/// assert_eq!(*ages[0].as_ref().unwrap(), 36);
/// assert!(ages[1].is_err()); // there is nothing to ask about
///
/// let mut ages = client.extract_many::<u8>(texts).concurrency(2).requests_per_minute(500);
/// while let Some((number, age)) = ages.next().await {
///     match age {
///         Ok(age) => println!("{}: {} for {}", texts[number], age.value, age.usage()),
///         Err(error) => eprintln!("{}: {error}", texts[number]),
///     }
/// }
/// # }
/// ```
#[must_use = "nothing is asked until this is awaited"]
pub struct Extractions<'t, T> {
    client: Client,
    draft: Draft,
    settings: Settings,
    limits: RateLimits,
    concurrency: usize,
    ordered: bool,
    state: State<'t, T>,
}

enum State<'t, T> {
    /// Nothing is asked yet of these texts.
    Texts(BoxStream<'t, String>),
    Asking(BoxStream<'t, Item<T>>),
}

impl<T> Extractions<'_, T> {
    setters!();
    draft_setters!();

    /// How many questions are under way at a time; 8 by default.
    pub fn concurrency(mut self, questions: usize) -> Self {
        self.concurrency = questions.max(1);
        self
    }

    /// Gives the items in the order of the texts instead of as they finish. An answer waits for those
    /// before it, and counts as under way until then, so that no more are kept than may be asked at a
    /// time.
    pub fn ordered(mut self) -> Self {
        self.ordered = true;
        self
    }

    /// So many requests may begin in any minute, spread evenly; retries and questions after a wrong
    /// answer count as well.
    pub fn requests_per_minute(mut self, requests: u32) -> Self {
        self.limits.requests_per_minute = self.positive(requests, "requests_per_minute");
        self
    }

    /// So many tokens in a minute, a tenth of them at once. A request begins when the tokens of its
    /// text are there, guessed from its bytes; what the service says it had counts afterwards.
    pub fn tokens_per_minute(mut self, tokens: u32) -> Self {
        self.limits.tokens_per_minute = self.positive(tokens, "tokens_per_minute");
        self
    }

    fn positive(&mut self, number: u32, setting: &str) -> Option<NonZeroU32> {
        let number = NonZeroU32::new(number);
        if number.is_none() {
            self.settings.problem = Some(format!("`{setting}` must be at least 1"));
        }
        number
    }
}

impl<'t, T: Extract + Send + Sync> Extractions<'t, T> {
    pub(super) fn new(client: Client, texts: BoxStream<'t, String>) -> Self {
        Self {
            client,
            draft: Draft::default(),
            settings: Settings::default(),
            limits: RateLimits::default(),
            concurrency: 8,
            ordered: false,
            state: State::Texts(texts),
        }
    }

    /// The next text that is over: its number, from 0, and the value with its report or the error.
    /// Nothing when all are.
    pub async fn next(&mut self) -> Option<(usize, Result<Extracted<T>, Error>)> {
        StreamExt::next(self).await
    }

    /// The questions, in the order of the texts, begun when they are taken.
    fn asking(&self, texts: BoxStream<'t, String>) -> BoxStream<'t, Item<T>> {
        let limiter = Arc::new(Limiter::new(self.limits));
        let settings = Settings { limiter: Some(limiter), ..self.settings.clone() };
        let (client, draft) = (self.client.clone(), self.draft.clone());
        let questions = texts.enumerate().map(move |(number, text)| {
            let (client, settings) = (client.clone(), settings.clone());
            let draft = draft.about(text);
            async move { (number, run::run(&client, draft, settings).await) }
        });
        if self.ordered {
            questions.buffered(self.concurrency).boxed()
        } else {
            questions.buffer_unordered(self.concurrency).boxed()
        }
    }
}

impl<T: Extract + Send + Sync> Stream for Extractions<'_, T> {
    type Item = Item<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item<T>>> {
        if let State::Texts(texts) = &mut self.state {
            let texts = mem::replace(texts, stream::empty().boxed());
            self.state = State::Asking(self.asking(texts));
        }
        match &mut self.state {
            State::Asking(asking) => asking.poll_next_unpin(cx),
            State::Texts(_) => Poll::Ready(None),
        }
    }
}

impl<'t, T: Extract + Send + Sync> IntoFuture for Extractions<'t, T> {
    type Output = Vec<Result<T, Error>>;
    type IntoFuture = BoxFuture<'t, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let mut items = self.collect::<Vec<_>>().await;
            items.sort_unstable_by_key(|(number, _)| *number);
            items.into_iter().map(|(_, result)| result.map(|found| found.value)).collect()
        })
    }
}

/// How it is asked, not what.
impl<T> fmt::Debug for Extractions<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extractions")
            .field("client", &self.client)
            .field("type", &std::any::type_name::<T>())
            .field("settings", &self.settings)
            .field("limits", &self.limits)
            .field("concurrency", &self.concurrency)
            .field("ordered", &self.ordered)
            .finish_non_exhaustive()
    }
}
