//! May the same request be sent again?

use std::time::Duration;

/// What an error says about another try with the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// It would fail again.
    Never,
    /// It may help, after a pause.
    Backoff,
    /// It may help, after the pause that the service asks for.
    After(Duration),
}
