//! What happens to a row after an answer: a function of the answer and of how often it was sent.

use super::Outcome;
use super::ledger::Next;
use crate::results::BatchErrorKind;

/// What is known when it is decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// How often the row was sent, this time included, without the times that do not count.
    pub(crate) rounds: u32,
    /// How often it may be sent.
    pub(crate) max_rounds: u32,
    /// A longer answer can be asked for.
    pub(crate) can_grow: bool,
}

/// What happens to a row whose line gave this error.
pub(crate) fn next(kind: &BatchErrorKind, case: Case) -> Next {
    let again = match kind {
        // Nobody looked at the row, and it is not its fault.
        BatchErrorKind::Provider { account: true, .. } => return Next::Forgiven,
        BatchErrorKind::Provider { retryable, .. } => *retryable,
        BatchErrorKind::Rejected(_)
        | BatchErrorKind::Expired
        | BatchErrorKind::Missing
        | BatchErrorKind::Unparsable
        | BatchErrorKind::Unreadable => true,
        BatchErrorKind::Truncated => case.can_grow,
        // Somebody cancelled the job, and knows why.
        BatchErrorKind::Refused(_) | BatchErrorKind::Filtered | BatchErrorKind::Cancelled => false,
    };
    if again && case.rounds < case.max_rounds { Next::Again } else { Next::Over }
}

/// Of two answers to one question, the one that counts: a value before anything else, then what
/// tells more.
pub(crate) fn is_better(new: Outcome, old: Outcome) -> bool {
    let rank = |outcome| match outcome {
        Outcome::Succeeded => 0,
        Outcome::Invalid => 1,
        Outcome::Truncated => 2,
        Outcome::Refused => 3,
        Outcome::Errored => 4,
        Outcome::Expired | Outcome::Cancelled | Outcome::Missing => 5,
    };
    rank(new) < rank(old)
}

#[cfg(test)]
mod tests {
    use instructor_core::{Path, Violation};

    use super::*;

    #[test]
    fn a_row_is_sent_again_only_where_it_may_help() {
        let rejected = BatchErrorKind::Rejected(Violation::new(Path::ROOT, "type", "").into());
        let provider = |retryable, account| BatchErrorKind::Provider {
            status: 500,
            code: None,
            retryable,
            account,
        };
        for (kind, first, last) in [
            (rejected, Next::Again, Next::Over),
            (provider(true, false), Next::Again, Next::Over),
            (provider(false, false), Next::Over, Next::Over),
            (provider(false, true), Next::Forgiven, Next::Forgiven),
            (BatchErrorKind::Expired, Next::Again, Next::Over),
            (BatchErrorKind::Missing, Next::Again, Next::Over),
            (BatchErrorKind::Cancelled, Next::Over, Next::Over),
            (BatchErrorKind::Truncated, Next::Again, Next::Over),
            (BatchErrorKind::Filtered, Next::Over, Next::Over),
            (BatchErrorKind::Refused(String::new()), Next::Over, Next::Over),
        ] {
            let case = |rounds| Case { rounds, max_rounds: 3, can_grow: true };
            assert_eq!((next(&kind, case(1)), next(&kind, case(3))), (first, last), "{kind:?}");
        }
        let stuck = Case { rounds: 1, max_rounds: 3, can_grow: false };
        assert_eq!(next(&BatchErrorKind::Truncated, stuck), Next::Over);
    }

    #[test]
    fn a_value_counts_before_an_error() {
        for outcome in Outcome::ALL {
            assert!(!is_better(outcome, outcome));
            assert_eq!(is_better(Outcome::Succeeded, outcome), outcome != Outcome::Succeeded);
        }
    }
}
