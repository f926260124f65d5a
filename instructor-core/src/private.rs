//! What the output of `#[derive(Extract)]` calls; nothing here is for people.

pub use std::any::TypeId;
pub use std::borrow::Cow;
pub use std::option::Option::{None, Some};
pub use std::sync::LazyLock;

pub use regex::Regex;
pub use serde::de::DeserializeOwned;

pub use crate::extract::Extract;
pub use crate::path::Path;
pub use crate::schema::fits::{self, ANY};
pub use crate::schema::limits::assert_openai_strict;
pub use crate::schema::{Data, Field, Number, Presence, Rule, Schema, Shape, Tagging, Variant};
pub use crate::validate::{Probe, Report, Verdict};

/// Compiles a pattern that the derive has parsed already.
///
/// # Panics
/// If the pattern is too large to compile, which shows at its first use.
pub fn regex(pattern: &str) -> Regex {
    match regex::RegexBuilder::new(pattern).size_limit(usize::MAX).build() {
        Ok(regex) => regex,
        Err(error) => panic!("`pattern` cannot be compiled: {error}"),
    }
}

/// The value that `custom = path` is called with: of an `Option` what is in it.
#[derive(Debug)]
pub struct Present<'v, T>(pub &'v T);

impl<'v, T> Present<'v, Option<T>> {
    /// The value in the option.
    pub fn get(self) -> Option<&'v T> {
        self.0.as_ref()
    }
}

/// What any other type has; methods of the type itself come first.
pub trait AlwaysPresent<'v> {
    /// The type.
    type Value;

    /// The value.
    fn get(self) -> Option<&'v Self::Value>;
}

impl<'v, T> AlwaysPresent<'v> for Present<'v, T> {
    type Value = T;

    fn get(self) -> Option<&'v T> {
        Some(self.0)
    }
}

/// A field with `schema_as`, whose own type may or may not be `Extract`.
#[derive(Debug)]
pub struct Perhaps<'v, T>(pub &'v T);

impl<'v, T: Extract> Perhaps<'v, T> {
    /// Validates the value.
    pub fn validate(self, at: Path<'_>, report: &mut Report<'v>) {
        self.0.validate(at, report);
    }
}

/// What a type without `Extract` has.
pub trait PerhapsNot<'v>: Sized {
    /// Nothing to do.
    fn validate(self, at: Path<'_>, report: &mut Report<'v>) {
        let _ = (at, report);
    }
}

impl<'v, T> PerhapsNot<'v> for Perhaps<'v, T> {}

/// The two kinds of function that `validate = path` may name on a type.
///
/// `Kind` only tells them apart for the compiler; it is never named.
#[diagnostic::on_unimplemented(
    message = "`validate` takes `fn(&Type) -> Result<(), E>` or `fn(&Type, Path<'_>, &mut Report<'_>)`",
    label = "has another signature",
    note = "the first may be an `async fn`, and `E` is anything with `Display`"
)]
pub trait Whole<'v, T, Kind> {
    /// Checks the value.
    fn check(self, value: &'v T, at: Path<'_>, report: &mut Report<'v>);
}

impl<'v, T: 'v, F, V, Kind> Whole<'v, T, (V, Kind)> for F
where
    F: FnOnce(&'v T) -> V,
    V: Verdict<'v, Kind>,
{
    fn check(self, value: &'v T, at: Path<'_>, report: &mut Report<'v>) {
        self(value).record(at, "validate", report);
    }
}

/// Marks a function that writes into the report.
#[derive(Debug)]
pub struct WithReport;

impl<'v, T: 'v, F> Whole<'v, T, WithReport> for F
where
    F: FnOnce(&'v T, Path<'_>, &mut Report<'v>),
{
    fn check(self, value: &'v T, at: Path<'_>, report: &mut Report<'v>) {
        self(value, at, report);
    }
}
