//! The two kinds of function that `custom = path` may name.

use std::fmt;
use std::future::Future;

use super::{Report, Violation};
use crate::path::Path;

/// What a custom validator returns: a `Result<(), E>` with `E: Display`, or a future of one.
///
/// `Kind` only tells the two apart for the compiler; it is never named.
#[diagnostic::on_unimplemented(
    message = "a custom validator returns `Result<(), E>` with `E: Display`, not `{Self}`",
    label = "returns something else",
    note = "an `async fn` that returns such a `Result` works too, if its future is `Send`"
)]
pub trait Verdict<'v, Kind> {
    /// Puts the verdict into the report.
    fn record(self, at: Path<'_>, rule: &'static str, report: &mut Report<'v>);
}

/// Marks a verdict that is there at once.
#[derive(Debug)]
pub struct Now;

/// Marks a verdict that comes later.
#[derive(Debug)]
pub struct Later;

impl<'v, E: fmt::Display> Verdict<'v, Now> for Result<(), E> {
    fn record(self, at: Path<'_>, rule: &'static str, report: &mut Report<'v>) {
        if let Err(error) = self {
            report.push(Violation::new(at, rule, error.to_string()));
        }
    }
}

impl<'v, F, E> Verdict<'v, Later> for F
where
    F: Future<Output = Result<(), E>> + Send + 'v,
    E: fmt::Display,
{
    fn record(self, at: Path<'_>, rule: &'static str, report: &mut Report<'v>) {
        report.defer(at, rule, Box::pin(async move { self.await.map_err(|e| e.to_string()) }));
    }
}
