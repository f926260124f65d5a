//! Watching a question on its way, for users without `tracing`.

use std::fmt;
use std::time::Duration;

use crate::attempt::{Attempt, Attempts};
use crate::error::Error;
use crate::validate::Rejection;

/// Is told what happens, in this order for each attempt: a request, perhaps retries, a response,
/// perhaps a rejection; and `done` at the very end. Every method does nothing by default. They are
/// called while the question is on its way, so they should return at once.
///
/// ```
/// use instructor_core::{Observer, observe};
///
/// struct Log;
///
/// impl Observer for Log {
///     fn retry(&self, event: &observe::Retry<'_>) {
///         eprintln!("{} again in {:?}", event.question.model, event.pause);
///     }
/// }
/// ```
pub trait Observer: Send + Sync {
    /// A request is about to be sent for the first time.
    fn request(&self, event: &Request<'_>) {
        let _ = event;
    }

    /// A reply came, right or wrong.
    fn response(&self, event: &Response<'_>) {
        let _ = event;
    }

    /// The reply was wrong.
    fn rejection(&self, event: &Rejected<'_>) {
        let _ = event;
    }

    /// The same request is sent again after a pause.
    fn retry(&self, event: &Retry<'_>) {
        let _ = event;
    }

    /// The question is answered or given up.
    fn done(&self, event: &Done<'_>) {
        let _ = event;
    }
}

/// Which question an event belongs to.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Question<'a> {
    /// The provider.
    pub provider: &'a str,
    /// The model that is asked.
    pub model: &'a str,
    /// The name of the tool: what is asked for.
    pub tool: &'a str,
}

impl<'a> Question<'a> {
    pub(crate) fn new(provider: &'a str, model: &'a str, tool: &'a str) -> Self {
        Self { provider, model, tool }
    }
}

/// See [`Observer::request`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Request<'a> {
    /// The question.
    pub question: Question<'a>,
    /// The number of the attempt, from 1.
    pub number: usize,
    /// The body, which holds what the user wrote; it never holds a key.
    pub body: &'a [u8],
}

/// See [`Observer::response`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Response<'a> {
    /// The question.
    pub question: Question<'a>,
    /// The number of the attempt, from 1.
    pub number: usize,
    /// The reply, its usage and its latency.
    pub attempt: &'a Attempt,
}

/// See [`Observer::rejection`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rejected<'a> {
    /// The question.
    pub question: Question<'a>,
    /// The number of the attempt, from 1.
    pub number: usize,
    /// What is wrong.
    pub rejection: &'a Rejection,
}

/// See [`Observer::retry`].
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Retry<'a> {
    /// The question.
    pub question: Question<'a>,
    /// The number of the attempt, from 1.
    pub number: usize,
    /// The number of the retry, from 1.
    pub retry: u32,
    /// How long is waited before.
    pub pause: Duration,
    /// What happened.
    pub error: &'a (dyn std::error::Error + Send + Sync),
}

impl fmt::Debug for Retry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("question", &self.question)
            .field("number", &self.number)
            .field("retry", &self.retry)
            .field("pause", &self.pause)
            .field("error", &self.error)
            .finish()
    }
}

/// See [`Observer::done`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Done<'a> {
    /// The question.
    pub question: Question<'a>,
    /// What was sent.
    pub attempts: &'a Attempts,
    /// The error, if no value came out.
    pub error: Option<&'a Error>,
}
