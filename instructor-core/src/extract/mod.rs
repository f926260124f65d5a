//! The trait that `#[derive(Extract)]` implements.

use serde::de::DeserializeOwned;

use crate::align::Target;
use crate::answer;
use crate::path::Path;
use crate::schema::{self, Schema, Tool};
use crate::validate::{Probe, Rejection, Report};

mod impls;

/// A type that can be extracted from text: derived for structs and enums, implemented for the types
/// of `std`.
///
/// The schema says what serde accepts; [`validate`](Self::validate) checks what a schema cannot say.
#[diagnostic::on_unimplemented(
    message = "the type `{Self}` cannot be extracted",
    label = "does not implement `Extract`",
    note = "for a type of your own, add `#[derive(Extract)]` beside `#[derive(Deserialize)]`",
    note = "for a type of another crate, enable its feature (chrono, time, jiff, uuid, url, rust_decimal, bytes, indexmap, either), or say what it looks like with `#[extract(schema_as = Type)]` on the field, or wrap it in a newtype that derives `Extract`"
)]
pub trait Extract: DeserializeOwned + 'static {
    /// What the type looks like as JSON.
    const SCHEMA: &'static Schema;

    /// Checks the value and all it contains, and puts every violation into the report.
    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        let _ = (at, report);
    }

    /// What rules see of the value.
    #[doc(hidden)]
    fn probe(&self) -> Probe<'_> {
        Probe::Other
    }

    /// Takes the ids of the tool calls that gave its values.
    #[doc(hidden)]
    fn name_calls(&mut self, ids: Vec<String>) {
        let _ = ids;
    }

    /// Reads a JSON text, mends only what is unambiguous, and checks it.
    ///
    /// # Errors
    /// If the text is no JSON, does not fit the type or breaks a validator; the rejection lists
    /// every mismatch and every violation by path. An async validator that is not ready at once is
    /// reported as violated.
    fn from_json(text: &str) -> Result<Self, Rejection> {
        let read = answer::read::<Self>(text, Target::plain(Self::SCHEMA))?;
        read.value.check()?;
        Ok(read.value)
    }

    /// Checks a value that is already there.
    ///
    /// # Errors
    /// If a validator is violated; the rejection lists all of them. An async validator that is not
    /// ready at once is reported as violated: use [`check_async`](Self::check_async).
    fn check(&self) -> Result<(), Rejection> {
        let mut report = Report::new();
        self.validate(Path::ROOT, &mut report);
        report.finish_now()
    }

    /// Checks a value with its async validators.
    ///
    /// # Errors
    /// If a validator is violated; the rejection lists all of them.
    fn check_async(&self) -> impl Future<Output = Result<(), Rejection>> + Send
    where
        Self: Sync,
    {
        let mut report = Report::new();
        self.validate(Path::ROOT, &mut report);
        report.finish()
    }

    /// Checks a value that was found in `source`: as [`check`](Self::check), and the quotes of each
    /// [`Cited`](crate::Cited) must stand in the text.
    ///
    /// # Errors
    /// If a validator is violated or a quote is not in the text; the rejection lists all of them.
    /// An async validator that is not ready at once is reported as violated: use
    /// [`check_against_async`](Self::check_against_async).
    fn check_against(&self, source: &str) -> Result<(), Rejection> {
        let mut report = Report::with_source(source);
        self.validate(Path::ROOT, &mut report);
        report.finish_now()
    }

    /// Checks a value that was found in `source`, with its async validators.
    ///
    /// # Errors
    /// If a validator is violated or a quote is not in the text; the rejection lists all of them.
    fn check_against_async<'v>(
        &'v self,
        source: &'v str,
    ) -> impl Future<Output = Result<(), Rejection>> + Send
    where
        Self: Sync,
    {
        let mut report = Report::with_source(source);
        self.validate(Path::ROOT, &mut report);
        report.finish()
    }

    /// The JSON Schema (draft 2020-12) of what serde accepts, in the order of the fields.
    fn json_schema() -> serde_json::Value {
        schema::json_schema(Self::SCHEMA)
    }

    /// The function tool that a model must call, as OpenAI's API spells it.
    fn tool() -> Tool {
        schema::tool(Self::SCHEMA)
    }

    /// Asks `client` for a value of this type found in `text`.
    ///
    /// Ends with `.await` (the value) or `.send().await` (the value with its report).
    fn extract<C: Extractor>(client: &C, text: impl Into<String>) -> C::Extraction<Self>
    where
        Self: Send + Sync,
    {
        client.extract(text.into())
    }

    /// Asks `client` for a value of this type in each text, several at a time.
    ///
    /// Ends with `.await` (all values, in the order of the texts), or `.next().await` until there is
    /// none (each value with the number of its text and its report, as soon as it is there).
    fn extract_many<'t, C, I>(client: &C, texts: I) -> C::Extractions<'t, Self>
    where
        Self: Send + Sync,
        C: Extractor,
        I: IntoIterator<Item: Into<String>, IntoIter: Send + 't>,
    {
        client.extract_many(texts)
    }
}

/// What can be asked for values: a client.
pub trait Extractor {
    /// A question that is not sent yet.
    type Extraction<T: Extract + Send + Sync>;

    /// Prepares the question for a `T` in `text`.
    fn extract<T: Extract + Send + Sync>(&self, text: String) -> Self::Extraction<T>;

    /// Many questions that are not sent yet, about texts that live for `'t`.
    type Extractions<'t, T: Extract + Send + Sync>;

    /// Prepares the questions for a `T` in each of the texts.
    fn extract_many<'t, T, I>(&self, texts: I) -> Self::Extractions<'t, T>
    where
        T: Extract + Send + Sync,
        I: IntoIterator<Item: Into<String>, IntoIter: Send + 't>;
}
