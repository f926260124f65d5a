//! What is wrong with a value: every violation by path, none left out.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::path::Path;
use crate::quote::{Place, Source};
use crate::schema::Rule;

mod custom;
mod formats;
mod probe;
mod rules;

pub use custom::Verdict;
pub use probe::{List, Probe};

/// One thing that is wrong, and where.
///
/// `Display` and `Debug` name the place and the rule, never the value, which may be content of the
/// user; [`Violation::for_model`] adds the value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The place, in the names the model sees: `lines[2].price`; `$` is the whole answer.
    pub path: String,
    /// The same place as a JSON pointer (RFC 6901): `/lines/2/price`.
    pub pointer: String,
    /// The rule in one word: the validator's name (`range`), or `type`, `required`, `unknown`,
    /// `variant`, `duplicate`, `syntax`, `value` for an answer that does not fit the schema, or
    /// `quote` for a quote that is not in the text.
    pub rule: &'static str,
    /// What is asked for: "must be at most 99".
    pub message: String,
    /// What is there instead, shortened; it may be content of the user.
    pub found: Option<String>,
}

impl Violation {
    /// A violation at `at`.
    pub fn new(at: Path<'_>, rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            path: at.to_string(),
            pointer: at.to_pointer(),
            rule,
            message: message.into(),
            found: None,
        }
    }

    /// Adds what was found, cut to 60 characters.
    #[must_use]
    pub fn found(mut self, value: &dyn fmt::Display) -> Self {
        const LIMIT: usize = 60;
        let text = value.to_string();
        self.found = Some(match text.char_indices().nth(LIMIT) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        });
        self
    }

    /// The same violation in a part of the value, without the `steps` before its place; as it was if
    /// it is elsewhere.
    #[cfg(feature = "client")]
    pub(crate) fn below(mut self, steps: Path<'_>) -> Result<Self, Self> {
        if let Some(rest) = self.pointer.strip_prefix(&steps.to_pointer())
            && let Some(path) = self.path.strip_prefix(&steps.to_string())
            && (rest.is_empty() || rest.starts_with('/'))
        {
            let path = path.strip_prefix('.').unwrap_or(path);
            self.path = if path.is_empty() { Path::ROOT.to_string() } else { path.to_owned() };
            self.pointer = rest.to_string();
            return Ok(self);
        }
        Err(self)
    }

    /// The same violation in a value that is a part of another one, at `outer`.
    pub(crate) fn inside(mut self, outer: Path<'_>) -> Self {
        let steps = outer.to_pointer();
        if steps.is_empty() {
            return self;
        }
        let root = self.pointer.is_empty();
        let dot = if root || self.path.starts_with('[') { "" } else { "." };
        let rest = if root { "" } else { &self.path };
        self.path = format!("{outer}{dot}{rest}");
        self.pointer.insert_str(0, &steps);
        self
    }

    /// The sentence for the model that has to mend it: "`lines[2].count`: must be at most 99, but is 900".
    pub fn for_model(&self) -> String {
        match &self.found {
            Some(found) => format!("{self}, but is {found}"),
            None => self.to_string(),
        }
    }
}

/// Like `Display`, it leaves out what was found.
impl fmt::Debug for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Violation")
            .field("path", &self.path)
            .field("rule", &self.rule)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.message)
    }
}

/// Everything that is wrong with a value or an answer; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    violations: Vec<Violation>,
}

impl Rejection {
    /// `Ok` if there is nothing to complain about.
    ///
    /// # Errors
    /// If there is at least one violation.
    pub fn unless_empty(violations: Vec<Violation>) -> Result<(), Self> {
        if violations.is_empty() { Ok(()) } else { Err(Self { violations }) }
    }

    /// Every violation changed.
    #[cfg(feature = "client")]
    pub(crate) fn map(self, change: impl FnMut(Violation) -> Violation) -> Self {
        Self { violations: self.violations.into_iter().map(change).collect() }
    }

    /// The violations, in the order of the value's fields.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The lines for the model that has to mend them, one for each violation, with the values found.
    pub fn for_model(&self) -> String {
        let lines: Vec<_> =
            self.violations.iter().map(|v| format!("- {}", v.for_model())).collect();
        lines.join("\n")
    }
}

impl From<Violation> for Rejection {
    fn from(violation: Violation) -> Self {
        Self { violations: vec![violation] }
    }
}

/// All violations on one line, without the values found.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.violations.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejection {}

type Check<'v> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'v>>;

/// Collects violations while a value is walked; `'v` is the life of the value.
///
/// Async validators are put aside and run by [`Report::finish`].
#[derive(Default)]
pub struct Report<'v> {
    violations: Vec<Violation>,
    pending: Vec<(Violation, Check<'v>)>,
    source: Option<Source<'v>>,
    /// Further texts that a quote may be from.
    beside: Vec<Source<'v>>,
    /// There is more that a quote may be from, such as a picture.
    unseen: bool,
    /// Somebody asked for the source, and there is none.
    misses_source: Cell<bool>,
}

impl<'v> Report<'v> {
    /// An empty report.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty report on a value that was found in this text.
    pub fn with_source(source: &'v str) -> Self {
        Self { source: Some(Source::new(source)), ..Self::default() }
    }

    /// The text in which the value was found, if it is known.
    pub fn source(&self) -> Option<&'v str> {
        self.misses_source.set(self.misses_source.get() || self.source.is_none());
        self.source.as_ref().map(Source::text)
    }

    /// Whether the text in which the value was found was asked for, and it is not known.
    #[cfg(feature = "client")]
    pub(crate) fn misses_source(&self) -> bool {
        self.misses_source.get()
    }

    /// A quote may also be from these texts or, if there is something `unseen`, from there; it has no
    /// place in the source then.
    #[cfg(feature = "client")]
    pub(crate) fn beside(mut self, texts: impl IntoIterator<Item = &'v str>, unseen: bool) -> Self {
        self.beside = texts.into_iter().map(Source::new).collect();
        self.unseen = unseen;
        self
    }

    /// Where the quote stands in the source; `Err` if it stands nowhere.
    pub(crate) fn locate(&self, quote: &str) -> Result<Option<Place>, ()> {
        let place = self.source.as_ref().and_then(|source| source.find(quote));
        let elsewhere = || self.unseen || self.beside.iter().any(|text| text.find(quote).is_some());
        if place.is_some() || elsewhere() { Ok(place) } else { Err(()) }
    }

    /// Adds a violation.
    pub fn push(&mut self, violation: Violation) {
        self.violations.push(violation);
    }

    /// Says that the value at `at` is wrong: "must be …". For `validate = path` on a type, with
    /// `at.field("name")` for one field.
    pub fn violation(&mut self, at: Path<'_>, message: impl Into<String>) {
        self.push(Violation::new(at, "validate", message));
    }

    /// Whether nothing is wrong so far and no async validator waits.
    pub fn is_empty(&self) -> bool {
        self.violations.is_empty() && self.pending.is_empty()
    }

    /// Checks `probe` against `rules`.
    pub fn apply(&mut self, rules: &'static [Rule], probe: &Probe<'v>, at: Path<'_>) {
        for rule in rules {
            rules::apply(rule, probe, &at, self);
        }
    }

    /// How many violations and waiting checks there are.
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.violations.len(), self.pending.len())
    }

    /// Sorts what came after `mark` by the keys of the map at `at`, whose own order is by chance.
    pub(crate) fn sort_entries(&mut self, (violations, pending): (usize, usize), at: Path<'_>) {
        let (new, waiting) = (&mut self.violations[violations..], &mut self.pending[pending..]);
        if new.is_empty() && waiting.is_empty() {
            return;
        }
        let prefix = at.to_pointer().len() + 1;
        let key = |violation: &Violation| {
            let below = violation.pointer.get(prefix..).unwrap_or_default();
            below.split('/').next().unwrap_or_default().to_owned()
        };
        new.sort_by_cached_key(key);
        waiting.sort_by_cached_key(|(violation, _)| key(violation));
    }

    /// Puts an async check aside.
    pub(crate) fn defer(&mut self, at: Path<'_>, rule: &'static str, check: Check<'v>) {
        self.pending.push((Violation::new(at, rule, String::new()), check));
    }

    /// The result without waiting: an async check that is not ready at once counts as violated,
    /// and the message says so.
    ///
    /// # Errors
    /// If there is a violation.
    pub fn finish_now(mut self) -> Result<(), Rejection> {
        let mut context = Context::from_waker(Waker::noop());
        for (mut violation, mut check) in self.pending {
            violation.message = match check.as_mut().poll(&mut context) {
                Poll::Ready(Ok(())) => continue,
                Poll::Ready(Err(message)) => message,
                Poll::Pending => "is checked by an async validator: call `check_async`".into(),
            };
            self.violations.push(violation);
        }
        Rejection::unless_empty(self.violations)
    }

    /// What is violated for sure, whatever the async checks would say.
    ///
    /// # Errors
    /// If there is a violation.
    #[cfg(feature = "client")]
    pub(crate) fn finish_sync(self) -> Result<(), Rejection> {
        Rejection::unless_empty(self.violations)
    }

    /// The result after all async checks, which run one after the other.
    ///
    /// # Errors
    /// If there is a violation.
    pub async fn finish(mut self) -> Result<(), Rejection> {
        for (mut violation, check) in self.pending {
            if let Err(message) = check.await {
                violation.message = message;
                self.violations.push(violation);
            }
        }
        Rejection::unless_empty(self.violations)
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("violations", &self.violations)
            .field("pending", &self.pending.len())
            .finish()
    }
}
