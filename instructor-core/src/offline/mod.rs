//! A model that needs no key: rules instead of a language model, on the same wire.
//!
//! [`Offline`] is a [`Transport`] that answers `OpenAI`'s chat completions without any network. It
//! reads the JSON Schema that the request asks for, finds facts in the user's text (addresses,
//! dates, numbers, names, `key: value` lines, enumerations) and gives each property the fact whose
//! neighbours speak of it. The same request gets the same answer, always.
//!
//! # It is not a language model
//!
//! It is there for the first five minutes, for tests and for dry runs. Its limits:
//!
//! - It does not understand the text. It compares words: of a property's name and description, of
//!   its type's name, of the variants of an enum and their descriptions, with the words near a fact.
//!   Good names and descriptions help it as they help a real model; instructions (`system`) it does
//!   not read.
//! - It knows English words, and the usual spellings of dates and numbers. A date without a year, or
//!   one with two readings (03/04/2024), is none. A moment without a zone is taken as UTC.
//! - It never invents: an optional property without a fact is left out or `null`; a required one
//!   gets a value that says nothing (an empty text, 0 or the bound nearest to it, `false`, the first
//!   variant, an empty list), which a validator may well refuse.
//! - It translates, counts, computes and concludes nothing; a summary is a sentence of the text.
//! - Asked again, it gives up the values that were complained about and takes the next best; it does
//!   not read what the complaint says.
//! - Types that contain themselves are answered one level deep.
//! - Of several tools it calls the one of which most stands in the text, by the tools' names and
//!   descriptions and by what their properties find; where several calls are wanted, one for each
//!   line, sentence or item that gives a call something, in their order, and always at least one.
//!   Asked again, it repeats only the calls that were complained about.
//! - The quotes of a [`Cited`](crate::Cited) are the sentences in which it found the value; the reason
//!   of a [`Maybe`](crate::Maybe) is always the same sentence.
//! - It does not stream yet, sees and hears nothing (pictures, sound and documents are passed over;
//!   only text is read), and knows no other wire than chat completions.
//! - Tokens are estimated: four bytes each.
//!
//! # Batches
//!
//! It takes `OpenAI`'s calls for files and batches, too, and answers the lines of a job as if each had
//! come alone, the script included. The calls themselves take nothing from the script.
//!
//! - Jobs and files live in this process, in an [`Offline`] and its clones; another process does not
//!   find them.
//! - Nothing runs in the background: a job goes on a step whenever its state is asked for, by its id
//!   or in the list. So its progress can be seen, and it is never long in coming.
//! - It has no limits of lines or bytes, and no other window than `24h`. Files of lines may be gone
//!   some time after their job, as they are at a service.
//! - The ids are always the same; the times are those of the clock.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde_json::Value;

use crate::transport::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError, blocking};

mod words;
mod facts;
mod dates;
mod numbers;
mod layout;
mod names;
mod view;
mod ask;
mod fits;
mod choose;
mod addresses;
mod phrases;
mod enumerate;
mod reask;
mod fill;
mod neutral;
mod wrapped;
mod closed;
mod lists;
mod maps;
mod tools;
mod conversation;
mod script;
mod wire;
mod batch;

pub use script::Answer;

use batch::{Batches, Call};
use script::Kind;
use wire::{Question, Unanswerable};

/// The built-in model, and a script of answers for tests; see the [module](self) for its limits.
///
/// Clones share the script, the record of requests, and the files and jobs of batches.
///
/// ```
/// use instructor_core::offline::{Answer, Offline};
/// use serde_json::json;
///
/// // The second request gets a 429, the third and all further ones an answer by rules.
/// let offline = Offline::default()
///     .answers([Answer::json(json!({"age": 900})), Answer::status(429).retry_after(1)]);
/// assert!(offline.requests().is_empty());
/// ```
#[derive(Clone, Default)]
pub struct Offline {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    script: Mutex<VecDeque<Answer>>,
    requests: Mutex<VecDeque<Bytes>>,
    batches: Batches,
}

/// How many requests are remembered.
const RECORDED: usize = 1000;

impl Offline {
    /// Adds answers to the script. Each request takes the next one; when there are none left, the
    /// rules answer again.
    #[must_use]
    pub fn answers<I, A>(self, answers: I) -> Self
    where
        I: IntoIterator<Item = A>,
        A: Into<Answer>,
    {
        lock(&self.shared.script).extend(answers.into_iter().map(Into::into));
        self
    }

    /// The bodies of the last 1000 requests, oldest first; one that is no JSON is `null`. The lines
    /// of batches are among them once they were answered.
    pub fn requests(&self) -> Vec<Value> {
        let requests = lock(&self.shared.requests);
        requests.iter().map(|body| serde_json::from_slice(body).unwrap_or_default()).collect()
    }

    /// Answers the body of a question.
    fn answer(&self, body: Bytes) -> Result<HttpResponse, TransportError> {
        let scripted = lock(&self.shared.script).pop_front();
        let question = serde_json::from_slice(&body)
            .map_err(|_| Unanswerable::Malformed)
            .and_then(|parsed: Value| Question::read(&parsed, body.len()));

        let mut requests = lock(&self.shared.requests);
        if requests.len() == RECORDED {
            requests.pop_front();
        }
        requests.push_back(body);
        drop(requests);

        match scripted {
            Some(answer) => play(answer, question),
            None => Ok(question.map_or_else(refuse, |question| ok(&question.completion()))),
        }
    }
}

/// A scripted answer as a response.
fn play(
    answer: Answer,
    question: Result<Question, Unanswerable>,
) -> Result<HttpResponse, TransportError> {
    let mut response = match (answer.kind, question) {
        (Kind::Cut, _) => {
            let cut = io::Error::from(io::ErrorKind::ConnectionReset);
            return Err(TransportError::Interrupted(Box::new(cut)));
        }
        (Kind::Timeout, _) => return Err(TransportError::Timeout),
        (Kind::Status { status, body: Some(body) }, _) => respond(status, body),
        (Kind::Status { status, body: None }, _) => {
            let message = status.canonical_reason().unwrap_or("a scripted error");
            respond(status, wire::error(status.as_u16(), message).to_string())
        }
        (_, Err(unanswerable)) => refuse(unanswerable),
        (Kind::Arguments(text), Ok(question)) => ok(&question.arguments(&text, None)),
        (Kind::Calls(calls), Ok(question)) => ok(&question.calls(&calls, None)),
        (Kind::Text(text), Ok(question)) => ok(&question.content(&text, None)),
        (Kind::Refusal(reason), Ok(question)) => ok(&question.refusal(&reason)),
        (Kind::Truncated(text), Ok(question)) => ok(&question.arguments(&text, Some("length"))),
        (Kind::Filtered, Ok(question)) => ok(&question.filtered()),
    };
    response.headers.extend(answer.headers);
    Ok(response)
}

fn ok(body: &Value) -> HttpResponse {
    respond(StatusCode::OK, body.to_string())
}

fn refuse(unanswerable: Unanswerable) -> HttpResponse {
    respond(StatusCode::BAD_REQUEST, wire::error(400, &unanswerable.to_string()).to_string())
}

fn respond(status: StatusCode, body: String) -> HttpResponse {
    let mut response = HttpResponse::new(body);
    response.status = status;
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A poisoned lock only means that some other thread panicked; the queues are whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Transport for Offline {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let Some(call) = Call::of(&request) else {
            return Box::pin(async move { self.answer(request.body) });
        };
        let offline = self.clone();
        let work = move || {
            // A copy, or one remembered line would keep its whole file.
            let answers = |body: &[u8]| offline.answer(Bytes::copy_from_slice(body));
            Ok(offline.shared.batches.respond(call, &request, &answers))
        };
        Box::pin(async { blocking(work).await.map_err(|e| TransportError::Interrupted(e.into())) })
    }

    /// Returns at once: nobody waits for rules.
    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Counts answers and requests; shows no content.
impl fmt::Debug for Offline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offline")
            .field("answers_left", &lock(&self.shared.script).len())
            .field("requests", &lock(&self.shared.requests).len())
            .finish()
    }
}
