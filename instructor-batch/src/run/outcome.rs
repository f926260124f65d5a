//! How a row ended.

use std::fmt;

use crate::results::BatchErrorKind;

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// It gave a value.
    Succeeded,
    /// Its answer did not fit the type or broke validators.
    Invalid,
    /// The model did not want to answer, or the service held the answer back.
    Refused,
    /// The answer was cut off at the limit of tokens.
    Truncated,
    /// The service reported an error.
    Errored,
    /// The time of its job was over before its turn came.
    Expired,
    /// It was cancelled before its turn came.
    Cancelled,
    /// Nothing came back for it.
    Missing,
}

impl Outcome {
    /// All, in the order of their codes in the ledger.
    pub const ALL: [Self; 8] = [
        Self::Succeeded,
        Self::Invalid,
        Self::Refused,
        Self::Truncated,
        Self::Errored,
        Self::Expired,
        Self::Cancelled,
        Self::Missing,
    ];

    /// The outcome in one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Invalid => "invalid",
            Self::Refused => "refused",
            Self::Truncated => "truncated",
            Self::Errored => "errored",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Missing => "missing",
        }
    }

    /// The outcome of a row whose line gave this error.
    pub fn of(kind: &BatchErrorKind) -> Self {
        match kind {
            BatchErrorKind::Rejected(_) => Self::Invalid,
            BatchErrorKind::Refused(_) | BatchErrorKind::Filtered => Self::Refused,
            BatchErrorKind::Truncated => Self::Truncated,
            BatchErrorKind::Expired => Self::Expired,
            BatchErrorKind::Cancelled => Self::Cancelled,
            BatchErrorKind::Missing => Self::Missing,
            BatchErrorKind::Provider { .. }
            | BatchErrorKind::Unparsable
            | BatchErrorKind::Unreadable => Self::Errored,
        }
    }

    /// Its code in the ledger.
    pub(crate) const fn code(self) -> i64 {
        self as i64
    }

    /// The outcome of this code.
    pub(crate) fn from_code(code: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(code).ok()?).copied()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
