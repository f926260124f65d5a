//! What became of the lines of a batch.

use std::collections::HashMap;
use std::fmt;

use instructor_core::reply::Stop;
use instructor_core::{Rejection, Repair, Usage};

/// What became of one line.
pub type BatchResult<T> = Result<BatchSuccess<T>, BatchError>;

/// A line that gave a value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BatchSuccess<T> {
    /// The id of the line.
    pub custom_id: String,
    /// The value, validated.
    pub result: T,
    /// The tokens, if the service counts them.
    pub usage: Option<Usage>,
    /// The model that answered, if the service says so.
    pub model: Option<String>,
    /// Why the answer ended.
    pub finish: Stop,
    /// What had to be mended before the answer fitted.
    pub repairs: Vec<Repair>,
}

/// A line that gave none.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct BatchError {
    /// The id of the line; empty if it names none or is missing.
    pub custom_id: String,
    /// Why.
    pub kind: BatchErrorKind,
    /// The same in words, without anything that the model or the user wrote.
    pub message: String,
    /// The line as received, invalid UTF-8 replaced; empty for a line that is missing.
    pub raw: String,
    /// The number of the line in its file, from 1, if it is from one.
    pub line: Option<u64>,
    /// The tokens that were paid for nothing, if the service counts them.
    pub usage: Option<Usage>,
}

/// Why a line gave no value.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum BatchErrorKind {
    /// The answer does not fit the type or breaks validators: every violation by path.
    Rejected(Rejection),
    /// The model does not want to answer; its words.
    Refused(String),
    /// The service held the answer back.
    Filtered,
    /// The answer was cut off at the limit of tokens.
    Truncated,
    /// The service reports an error.
    Provider {
        /// The HTTP status that a single request would have had; 0 if it is not known.
        status: u16,
        /// The service's code, if it has one.
        code: Option<String>,
        /// Whether the same request may succeed later.
        retryable: bool,
        /// Nothing will succeed until somebody acts: the key, the rights or the money.
        account: bool,
    },
    /// The time of the batch was over before its turn came.
    Expired,
    /// The batch was cancelled before its turn came.
    Cancelled,
    /// No line came back for it.
    Missing,
    /// The line is none of a result file.
    Unparsable,
    /// The file cannot be read any further.
    Unreadable,
}

impl BatchErrorKind {
    /// The kind in one word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rejected(_) => "rejected",
            Self::Refused(_) => "refused",
            Self::Filtered => "filtered",
            Self::Truncated => "truncated",
            Self::Provider { .. } => "provider",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Missing => "missing",
            Self::Unparsable => "unparsable",
            Self::Unreadable => "unreadable",
        }
    }
}

impl BatchError {
    /// An error of a line.
    pub(crate) fn new(custom_id: &str, kind: BatchErrorKind, message: impl Into<String>) -> Self {
        Self {
            custom_id: custom_id.to_owned(),
            kind,
            message: message.into(),
            raw: String::new(),
            line: None,
            usage: None,
        }
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.custom_id, self.line) {
            (id, _) if !id.is_empty() => write!(f, "{id}: {}", self.message),
            (_, Some(line)) => write!(f, "line {line}: {}", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for BatchError {}

/// Neither the line nor what the model wrote.
impl fmt::Debug for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchError")
            .field("custom_id", &self.custom_id)
            .field("kind", &self.kind.name())
            .field("message", &self.message)
            .field("line", &self.line)
            .field("raw_bytes", &self.raw.len())
            .finish_non_exhaustive()
    }
}

/// The successes, in their order.
pub fn filter_successful<T>(
    results: impl IntoIterator<Item = BatchResult<T>>,
) -> Vec<BatchSuccess<T>> {
    results.into_iter().filter_map(Result::ok).collect()
}

/// The errors, in their order.
pub fn filter_errors<T>(results: impl IntoIterator<Item = BatchResult<T>>) -> Vec<BatchError> {
    results.into_iter().filter_map(Result::err).collect()
}

/// The values, in their order.
pub fn extract_results<T>(results: impl IntoIterator<Item = BatchResult<T>>) -> Vec<T> {
    results.into_iter().filter_map(Result::ok).map(|success| success.result).collect()
}

/// The results by id, as [`results_by_custom_id`] finds them.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ById<T> {
    /// One result for each id: the first success, or else the first error.
    pub results: HashMap<String, BatchResult<T>>,
    /// Further results of ids that are in `results` already, in their order.
    pub duplicates: Vec<BatchResult<T>>,
    /// Results of lines that name no id.
    pub nameless: Vec<BatchResult<T>>,
}

impl<T> Default for ById<T> {
    fn default() -> Self {
        Self { results: HashMap::new(), duplicates: Vec::new(), nameless: Vec::new() }
    }
}

/// The results by the id of their line. Of several with one id, a success counts more than an error,
/// and then the first; the others are in [`ById::duplicates`].
pub fn results_by_custom_id<T>(results: impl IntoIterator<Item = BatchResult<T>>) -> ById<T> {
    let mut by_id = ById::default();
    for result in results {
        let id = custom_id(&result);
        if id.is_empty() {
            by_id.nameless.push(result);
            continue;
        }
        match by_id.results.get_mut(id) {
            Some(known) if known.is_err() && result.is_ok() => {
                by_id.duplicates.push(std::mem::replace(known, result));
            }
            Some(_) => by_id.duplicates.push(result),
            None => {
                by_id.results.insert(id.to_owned(), result);
            }
        }
    }
    by_id
}

/// The id of a result's line; empty if it names none.
pub fn custom_id<T>(result: &BatchResult<T>) -> &str {
    match result {
        Ok(success) => &success.custom_id,
        Err(error) => &error.custom_id,
    }
}

/// The same filters for an iterator of results, such as a [`BatchReader`](crate::BatchReader).
///
/// ```
/// use instructor_batch::{BatchReader, BatchResults};
///
/// let file = "{\"custom_id\":\"a\",\"response\":{\"body\":{\"choices\":[{\"message\":\
///     {\"content\":\"36\"},\"finish_reason\":\"stop\"}]}}}\n";
/// let ages: Vec<u8> = BatchReader::from_text(file).values().collect();
/// assert_eq!(ages, [36]);
/// ```
pub trait BatchResults<T>: Iterator<Item = BatchResult<T>> + Sized {
    /// The successes.
    fn successful(self) -> impl Iterator<Item = BatchSuccess<T>> {
        self.filter_map(Result::ok)
    }

    /// The errors.
    fn errors(self) -> impl Iterator<Item = BatchError> {
        self.filter_map(Result::err)
    }

    /// The values.
    fn values(self) -> impl Iterator<Item = T> {
        self.successful().map(|success| success.result)
    }
}

impl<T, I: Iterator<Item = BatchResult<T>>> BatchResults<T> for I {}
