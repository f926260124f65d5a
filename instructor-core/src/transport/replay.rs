//! A transport that answers from a recording.

use std::fmt;
use std::future::ready;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::cassette::{self, Asked, CassetteError, Exchange};
use super::{
    BoxFuture, FetchError, FetchPolicy, Fetched, HttpRequest, HttpResponse, Transport,
    TransportError,
};

/// Answers from a cassette that a [`Recorder`](super::Recorder) wrote, without a network and without
/// pauses.
///
/// A request is answered if its method, its address and its body were recorded; the order of
/// properties in a JSON body does not count, and headers do not either, so any key will do. The same
/// request asked several times gets its answers in the order of the recording, each once. What was
/// not recorded, or is used up, is an error that says what differs.
///
/// ```
/// use std::sync::Arc;
/// use instructor_core::transport::{Recorder, Replay, Transport};
/// use instructor_core::{Client, Extract, Offline};
/// use serde::Deserialize;
///
/// #[derive(Debug, PartialEq, Deserialize, Extract)]
/// struct Person {
///     name: String,
///     age: u8,
/// }
///
/// fn client(transport: Arc<dyn Transport>) -> Result<Client, instructor_core::Error> {
///     // With a replay, no key is read, but the client wants one.
///     Client::builder().model("openai/gpt-test").api_key("unused").transport(transport).build()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("instructor-replay-{}.jsonl", std::process::id()));
/// let text = "Ada Lovelace is 36 years old.";
/// // Once, with the real service; here it is the model built in.
/// let recorder = client(Arc::new(Recorder::new(Arc::new(Offline::default()), &path)?))?;
/// let recorded = Person::extract(&recorder, text).await?;
/// // In every test from then on.
/// let replay = client(Arc::new(Replay::open(&path)?))?;
/// assert_eq!(Person::extract(&replay, text).await?, recorded);
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
pub struct Replay {
    path: PathBuf,
    exchanges: Vec<Exchange>,
    /// Which of them were played.
    played: Mutex<Vec<bool>>,
}

impl Replay {
    /// Reads a cassette.
    ///
    /// # Errors
    /// If the file cannot be read, is no cassette, was written by a newer version, or has a line
    /// that is cut off.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, CassetteError> {
        let path = path.into();
        let exchanges = cassette::read(path.clone())?;
        let played = Mutex::new(vec![false; exchanges.len()]);
        Ok(Self { path, exchanges, played })
    }

    fn play(&self, request: &HttpRequest) -> Result<HttpResponse, CassetteError> {
        let asked = Asked::new(request);
        let mut played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let mut same = 0_usize;
        for (exchange, played) in self.exchanges.iter().zip(played.iter_mut()) {
            if !is_same_place(&exchange.asked, &asked)
                || exchange.asked.body.difference(&asked.body).is_some()
            {
                continue;
            }
            same += 1;
            if !std::mem::replace(played, true) {
                return Ok(exchange.response.clone());
            }
        }
        let nearest = match same {
            0 => self.nearest(&asked, &played),
            1 => "it is recorded once, and was asked before".into(),
            times => format!("it is recorded {times} times, and was asked as often before"),
        };
        let path = self.path.clone();
        let asked = format!("{} {}", asked.method, asked.url);
        Err(CassetteError::NotRecorded { path, asked, nearest })
    }

    /// What is most like the request: to the same address, if possible one that was not played.
    fn nearest(&self, asked: &Asked, played: &[bool]) -> String {
        let at_place = |unplayed: bool| {
            let mut all = self.exchanges.iter().zip(played);
            all.find(|(each, played)| !(unplayed && **played) && is_same_place(&each.asked, asked))
        };
        if let Some((Exchange { line, asked: recorded, .. }, _)) =
            at_place(true).or_else(|| at_place(false))
        {
            return match recorded.body.difference(&asked.body) {
                Some(at) if !at.is_empty() => format!("the body of line {line} differs at `{at}`"),
                _ => format!("the body of line {line} is another"),
            };
        }
        let common = |other: &&Exchange| {
            let pairs = other.asked.url.bytes().zip(asked.url.bytes());
            pairs.take_while(|(a, b)| a == b).count()
        };
        // The first of the nearest: `max_by_key` takes the last.
        match self.exchanges.iter().rev().max_by_key(common) {
            Some(Exchange { line, asked: Asked { method, url, .. }, .. }) => {
                format!("the nearest address is {method} {url} in line {line}")
            }
            None => "nothing is recorded".into(),
        }
    }
}

fn is_same_place(a: &Asked, b: &Asked) -> bool {
    a.method == b.method && a.url == b.url
}

impl Transport for Replay {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(ready(self.play(&request).map_err(|e| TransportError::Invalid(e.into()))))
    }

    fn fetch<'a>(
        &'a self,
        url: &'a str,
        _: &'a FetchPolicy,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        let played = self.play(&HttpRequest::get(url));
        let fetched = played.map(|response| Fetched::from_response(url, &response));
        Box::pin(ready(fetched.map_err(|e| FetchError::Cassette(e.to_string()))))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}

/// The file and the number of exchanges, never what they say.
impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("path", &self.path)
            .field("exchanges", &self.exchanges.len())
            .finish_non_exhaustive()
    }
}
