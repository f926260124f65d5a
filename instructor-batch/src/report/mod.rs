//! One HTML page about a run: outcomes, tokens, failures by kind and by place, and the rows that
//! failed with what was asked and what came back. It needs nothing but itself: no other files, no
//! network, and no script but for its filter.

use std::io::Write;
use std::path::{Path, PathBuf};

use instructor_core::Extract;

use crate::output::{Atomic, OutputError};
use crate::results::{BatchError, BatchErrorKind};
use crate::run::{Order, Receipt, Run, RunError, RunState};

mod asked;
mod html;
mod page;
mod rows;

use asked::Asked;

/// A report cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The run cannot be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The page cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Writes a page about a run, with the first `most` of the rows that failed. Gives how many are
/// shown.
///
/// # Errors
/// If the run cannot be read or the file cannot be written; an older file stays then.
pub fn write<T: Extract + Send + Sync>(
    run: &Run<T>,
    path: &Path,
    most: usize,
) -> Result<usize, ReportError> {
    let facts = gather(run, most)?;
    let mut file = Atomic::create(path)?;
    let failed = |source| OutputError::File { path: path.to_owned(), source };
    file.write_all(page::page(&facts).as_bytes()).map_err(failed)?;
    file.finish().map_err(failed)?;
    Ok(facts.failed.len())
}

/// What the page says.
struct Facts {
    name: String,
    model: String,
    engine: &'static str,
    state: RunState,
    problem: Option<String>,
    receipt: Receipt,
    /// How many rows failed with which kind of error.
    kinds: Vec<(&'static str, u64)>,
    /// What was wrong with answers, the most frequent first.
    places: Vec<Place>,
    /// The first rows that failed.
    failed: Vec<Failed>,
}

/// What is wrong at one place, in how many answers.
struct Place {
    path: String,
    rule: &'static str,
    message: String,
    count: u64,
}

/// A row that failed.
struct Failed {
    key: String,
    outcome: &'static str,
    rounds: u32,
    reason: String,
    refusal: Option<String>,
    violations: Vec<Wrong>,
    asked: String,
    raw: String,
}

/// One thing that is wrong with an answer.
struct Wrong {
    path: String,
    rule: &'static str,
    message: String,
    found: Option<String>,
}

fn gather<T: Extract + Send + Sync>(run: &Run<T>, most: usize) -> Result<Facts, ReportError> {
    let (status, receipt) = (run.status()?, run.receipt()?);
    let mut asked = Asked::open(run.dir())?;
    let mut kinds: Vec<(&'static str, u64)> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    let mut failed = Vec::new();
    // Where nothing failed there is nothing to look for.
    let results = (receipt.outcomes.failed() > 0).then(|| run.results_in(Order::Source));
    for row in results.into_iter().flatten() {
        let Err(error) = row.result else { continue };
        if error.kind == BatchErrorKind::Unreadable && row.key.is_empty() {
            return Err(OutputError::Results(error.message).into());
        }
        count(&mut kinds, error.kind.name());
        for violation in violations(&error) {
            count_place(&mut places, violation);
        }
        if failed.len() < most {
            failed.push(Failed {
                outcome: row.outcome.name(),
                rounds: row.rounds,
                asked: asked.about(row.row)?,
                violations: violations(&error).iter().map(Wrong::of).collect(),
                refusal: match error.kind {
                    BatchErrorKind::Refused(words) => Some(words),
                    _ => None,
                },
                reason: error.message,
                raw: error.raw,
                key: row.key,
            });
        }
    }
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    places.sort_by_key(|place| std::cmp::Reverse(place.count));
    Ok(Facts {
        name: name(run.dir()),
        model: run.model().to_owned(),
        engine: run.engine().name(),
        state: status.state,
        problem: status.problem,
        receipt,
        kinds,
        places,
        failed,
    })
}

fn name(dir: &Path) -> String {
    let whole: PathBuf = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    whole.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn violations(error: &BatchError) -> &[instructor_core::Violation] {
    match &error.kind {
        BatchErrorKind::Rejected(rejection) => rejection.violations(),
        _ => &[],
    }
}

impl Wrong {
    fn of(violation: &instructor_core::Violation) -> Self {
        Self {
            path: violation.path.clone(),
            rule: violation.rule,
            message: violation.message.clone(),
            found: violation.found.clone(),
        }
    }
}

fn count(kinds: &mut Vec<(&'static str, u64)>, kind: &'static str) {
    match kinds.iter_mut().find(|(known, _)| *known == kind) {
        Some((_, count)) => *count += 1,
        None => kinds.push((kind, 1)),
    }
}

/// How many places are told apart; paths with keys of maps in them may be endless.
const PLACES: usize = 1000;

fn count_place(places: &mut Vec<Place>, violation: &instructor_core::Violation) {
    let path = anywhere(&violation.path);
    let same = |place: &&mut Place| place.path == path && place.rule == violation.rule;
    if let Some(place) = places.iter_mut().find(same) {
        place.count += 1;
    } else if places.len() < PLACES {
        let (rule, message) = (violation.rule, violation.message.clone());
        places.push(Place { path, rule, message, count: 1 });
    }
}

/// The same place in all elements of a list: `lines[].price` for `lines[2].price`.
fn anywhere(path: &str) -> String {
    let mut parts = path.split('[');
    let mut general = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let index = digits > 0 && part[digits..].starts_with(']');
        general.push('[');
        general += if index { &part[digits..] } else { part };
    }
    general
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_in_all_elements() {
        for (path, general) in [
            ("a", "a"),
            ("lines[2].price", "lines[].price"),
            ("[0][11]", "[][]"),
            ("rates[\"a b\"][3]", "rates[\"a b\"][]"),
            ("$", "$"),
        ] {
            assert_eq!(anywhere(path), general);
        }
    }
}
