//! What every try gave and cost.

use std::ops::Deref;
use std::time::Duration;

use crate::align::Repair;
use crate::reply::{Reply, Stop, Usage};
use crate::validate::Rejection;

/// One question to the model, with the times it had to be sent again.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Attempt {
    /// The provider that was asked.
    pub provider: String,
    /// The model that was asked, in the provider's word.
    pub asked: String,
    /// What came back; nothing if the request failed for good.
    pub reply: Option<Reply>,
    /// From sending to the last byte, of the last of the requests.
    pub latency: Duration,
    /// The size of the request.
    pub request_bytes: usize,
    /// How often the same request was sent again.
    pub retries: u32,
    /// What had to be mended before the answer fitted.
    pub repairs: Vec<Repair>,
    /// The answer was read from the text, although a tool call was asked for.
    pub from_text: bool,
    /// What was wrong with the answer; nothing if it was taken.
    pub rejection: Option<Rejection>,
}

impl Attempt {
    /// A question to this provider and model, with nothing known yet.
    pub(crate) fn of(provider: &str, model: &str) -> Self {
        Self { provider: provider.to_owned(), asked: model.to_owned(), ..Self::default() }
    }

    /// The tokens; nothing if there was no reply or it does not count them.
    pub fn usage(&self) -> Option<Usage> {
        self.reply.as_ref()?.usage
    }

    /// The model that answered.
    pub fn model(&self) -> Option<&str> {
        self.reply.as_ref()?.model.as_deref()
    }

    /// The provider's id of the response.
    pub fn id(&self) -> Option<&str> {
        self.reply.as_ref()?.id.as_deref()
    }

    /// Why the answer ended.
    pub fn finish_reason(&self) -> Option<&Stop> {
        self.reply.as_ref().map(Reply::stop)
    }
}

/// All attempts in their order; reads like a slice.
#[derive(Debug, Clone, Default)]
pub struct Attempts(Vec<Attempt>);

impl Attempts {
    /// None at all.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// All tokens together; a reply that does not count them adds nothing.
    pub fn usage(&self) -> Usage {
        self.iter().filter_map(Attempt::usage).sum()
    }

    /// The time that the model's answers took together, without the pauses before a retry.
    pub fn latency(&self) -> Duration {
        self.iter().map(|attempt| attempt.latency).sum()
    }

    /// How many requests were sent.
    pub fn requests(&self) -> u64 {
        self.iter().map(|attempt| u64::from(attempt.retries) + 1).sum()
    }

    /// Adds the latest.
    pub(crate) fn push(&mut self, attempt: Attempt) {
        self.0.push(attempt);
    }
}

impl Deref for Attempts {
    type Target = [Attempt];

    fn deref(&self) -> &[Attempt] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Attempts {
    type Item = &'a Attempt;
    type IntoIter = std::slice::Iter<'a, Attempt>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Attempts {
    type Item = Attempt;
    type IntoIter = std::vec::IntoIter<Attempt>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
