//! A value with its report.

use std::time::Duration;

use crate::align::Repair;
use crate::attempt::{Attempt, Attempts};
use crate::reply::{Reply, Stop, Usage};

/// A value, and how it came about.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Extracted<T> {
    /// The value.
    pub value: T,
    /// Every attempt, the last of which gave the value.
    pub attempts: Attempts,
}

impl<T> Extracted<T> {
    /// All tokens together, those of the wrong answers included.
    pub fn usage(&self) -> Usage {
        self.attempts.usage()
    }

    /// What had to be mended before the answer fitted.
    pub fn repairs(&self) -> &[Repair] {
        self.last().map_or(&[], |attempt| &attempt.repairs)
    }

    /// The reply that gave the value, with the body as received.
    pub fn reply(&self) -> Option<&Reply> {
        self.last()?.reply.as_ref()
    }

    /// The model that answered, if the provider says so.
    pub fn model(&self) -> Option<&str> {
        self.last()?.model()
    }

    /// The provider's id of the response.
    pub fn id(&self) -> Option<&str> {
        self.last()?.id()
    }

    /// Why the answer ended.
    pub fn finish_reason(&self) -> Option<&Stop> {
        self.last()?.finish_reason()
    }

    /// The time that all attempts took together, without the pauses before a retry.
    pub fn latency(&self) -> Duration {
        self.attempts.latency()
    }

    /// The same report with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Extracted<U> {
        Extracted { value: f(self.value), attempts: self.attempts }
    }

    fn last(&self) -> Option<&Attempt> {
        self.attempts.last()
    }
}
