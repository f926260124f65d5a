//! One question with the wrong answers to it so far: what is asked next, and what an answer is worth.

use std::fmt;
use std::marker::PhantomData;

use super::calls::Calls;
use super::judge::judge;
use super::verdict::{Verdict, Wrong};
use crate::align::Repair;
use crate::extract::Extract;
use crate::prompt;
use crate::reply::Reply;
use crate::request::Request;
use crate::validate::Rejection;

/// One question with the wrong answers to it so far. It sends nothing: [`request`](Self::request) is
/// what to ask next, and [`hear`](Self::hear) reads the answer. Made by [`Form::ask`](super::Form::ask).
pub struct Conversation<T> {
    request: Request,
    calls: Calls,
    keep_last_attempt_only: bool,
    marker: PhantomData<fn() -> T>,
}

/// What an answer is worth.
#[derive(Clone)]
#[non_exhaustive]
pub enum Judged<T> {
    /// A value.
    Valid {
        /// The value.
        value: T,
        /// What had to be mended before the answer fitted.
        repairs: Vec<Repair>,
        /// It stood in the text although a tool call was asked for.
        from_text: bool,
    },
    /// It is wrong; the conversation now holds it with the complaints, to be asked again.
    Rejected(Rejection),
    /// It was cut off at the limit of tokens.
    Truncated,
    /// The model does not want to answer; its words.
    Refused(String),
    /// The service held the answer back.
    Filtered,
}

impl<T: Extract + Send + Sync> Conversation<T> {
    pub(super) fn new(request: Request, keep_last_attempt_only: bool) -> Self {
        let calls = Calls::default();
        Self { request, calls, keep_last_attempt_only, marker: PhantomData }
    }

    /// What to ask next: the question, or the question with the wrong answers and what is said to
    /// them.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// From now on the answer may have so many tokens.
    pub fn set_max_tokens(&mut self, max_tokens: u32) {
        self.request.options.max_tokens = Some(max_tokens);
    }

    /// Reads an answer; a wrong one is remembered, and [`request`](Self::request) asks again.
    pub async fn hear(&mut self, reply: &Reply) -> Judged<T> {
        let wrong = match judge::<T>(reply, &self.request, &mut self.calls).await {
            Verdict::Valid { read, from_text } => {
                return Judged::Valid { value: read.value, repairs: read.repairs, from_text };
            }
            Verdict::Wrong(wrong) => wrong,
            Verdict::Truncated => return Judged::Truncated,
            Verdict::Refused(refusal) => return Judged::Refused(refusal),
            Verdict::Filtered => return Judged::Filtered,
        };
        let answer = reply.choices.get(wrong.choice).cloned().unwrap_or_default();
        let Wrong { rejection, calls, .. } = wrong;
        if self.keep_last_attempt_only {
            self.request.history.clear();
        }
        let still = self.calls.still_wrong();
        let again = prompt::again(&answer, &calls, &rejection, &still, &self.request);
        self.request.history.push(again);
        Judged::Rejected(rejection)
    }
}

/// How it is asked, not what.
impl<T> fmt::Debug for Conversation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation")
            .field("model", &self.request.model)
            .field("mode", &self.request.mode)
            .field("messages", &self.request.messages.len())
            .field("wrong_answers", &self.request.history.len())
            .finish_non_exhaustive()
    }
}

/// What kind of answer it is, never what it says.
impl<T> fmt::Debug for Judged<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid { repairs, from_text, .. } => f
                .debug_struct("Valid")
                .field("repairs", repairs)
                .field("from_text", from_text)
                .finish_non_exhaustive(),
            Self::Rejected(rejection) => f.debug_tuple("Rejected").field(rejection).finish(),
            Self::Truncated => f.write_str("Truncated"),
            Self::Refused(_) => f.write_str("Refused(…)"),
            Self::Filtered => f.write_str("Filtered"),
        }
    }
}
