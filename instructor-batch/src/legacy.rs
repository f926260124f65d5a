//! The older pair of functions: the values of a file, and its errors as JSON.

use std::path::Path;

use instructor_core::Extract;
use serde_json::{Value, json};

use crate::file::FileError;
use crate::read::BatchReader;
use crate::results::{BatchError, BatchErrorKind};

/// Reads whole files at once, without ids and usage. [`BatchReader`] has them, and needs less
/// memory.
#[derive(Debug, Clone, Copy)]
pub struct BatchJob;

impl BatchJob {
    /// The values of a result file in the order of its lines, and what is wrong with its other
    /// lines. Tool calls, text and text in code fences are read, of `OpenAI` as of Anthropic.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn parse_from_file<T: Extract + Send + Sync + 'static>(
        path: impl AsRef<Path>,
    ) -> Result<(Vec<T>, Vec<Value>), FileError> {
        BatchReader::open(path).map(parse)
    }

    /// The same for the text of such a file.
    ///
    /// ```
    /// use instructor_batch::BatchJob;
    ///
    /// let (ages, errors) = BatchJob::parse_from_string::<u8>("not JSON\n");
    /// assert!(ages.is_empty());
    /// assert_eq!(errors[0]["kind"], "unparsable");
    /// ```
    pub fn parse_from_string<T: Extract + Send + Sync + 'static>(
        text: &str,
    ) -> (Vec<T>, Vec<Value>) {
        parse(BatchReader::from_text(text))
    }
}

fn parse<T: Extract + Send + Sync + 'static>(reader: BatchReader<T>) -> (Vec<T>, Vec<Value>) {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for result in reader {
        match result {
            Ok(success) => values.push(success.result),
            Err(error) => errors.push(told(&error)),
        }
    }
    (values, errors)
}

fn told(error: &BatchError) -> Value {
    let violations = match &error.kind {
        BatchErrorKind::Rejected(rejection) => {
            rejection.violations().iter().map(ToString::to_string).collect()
        }
        _ => Vec::new(),
    };
    json!({
        "custom_id": error.custom_id,
        "kind": error.kind.name(),
        "message": error.message,
        "violations": violations,
        "line": error.line,
        "raw": error.raw,
    })
}
