//! A row of results as a line of JSON.

use std::io::{self, Write};

use instructor_core::{Usage, Violation};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::results::{BatchError, BatchErrorKind};
use crate::run::RunResult;

/// A row of results as a line of JSON: what docs/cli.md calls a result.
#[derive(Debug, Serialize)]
pub(super) struct Record<'a> {
    /// The key of the row.
    pub(super) key: &'a str,
    /// How it ended.
    pub(super) outcome: &'static str,
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Box<RawValue>>,
    /// The kind of error in one word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'static str>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
    /// What is wrong with the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) violations: Vec<wire::Violation<'a>>,
    /// What the model said instead of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<&'a str>,
    /// What had to be mended before the answer fitted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) repairs: Vec<String>,
    /// How often the row was sent.
    pub(super) rounds: u32,
    /// The tokens of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usage: Option<wire::Tokens>,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<&'a str>,
    /// What came back, if it gave no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raw: Option<&'a str>,
}

impl<'a> Record<'a> {
    /// What is known of a row.
    ///
    /// # Errors
    /// If the value cannot be written as JSON.
    pub(super) fn of<T: Serialize>(row: &'a RunResult<T>) -> Result<Self, serde_json::Error> {
        let blank = Self {
            key: &row.key,
            outcome: row.outcome.name(),
            value: None,
            kind: None,
            reason: None,
            violations: Vec::new(),
            refusal: None,
            repairs: Vec::new(),
            rounds: row.rounds,
            usage: None,
            model: None,
            raw: None,
        };
        Ok(match &row.result {
            Ok(success) => Self {
                value: Some(to_raw_value(&success.result)?),
                repairs: success.repairs.iter().map(ToString::to_string).collect(),
                usage: success.usage.map(Into::into),
                model: success.model.as_deref(),
                ..blank
            },
            Err(error) => Self {
                kind: Some(error.kind.name()),
                reason: Some(&error.message),
                violations: violations(error).iter().map(Into::into).collect(),
                refusal: match &error.kind {
                    BatchErrorKind::Refused(words) => Some(words),
                    _ => None,
                },
                usage: error.usage.map(Into::into),
                raw: (!error.raw.is_empty()).then_some(error.raw.as_str()),
                ..blank
            },
        })
    }

    /// Writes it as a line.
    pub(super) fn write(&self, writer: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *writer, self)?;
        writer.write_all(b"\n")
    }
}

/// What is wrong with the answer, if that is why there is no value.
fn violations(error: &BatchError) -> &[Violation] {
    match &error.kind {
        BatchErrorKind::Rejected(rejection) => rejection.violations(),
        _ => &[],
    }
}

impl<'a> From<&'a Violation> for wire::Violation<'a> {
    fn from(violation: &'a Violation) -> Self {
        Self {
            path: &violation.path,
            pointer: &violation.pointer,
            rule: violation.rule,
            message: &violation.message,
            found: violation.found.as_deref(),
        }
    }
}

impl From<Usage> for wire::Tokens {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cached_input_tokens: usage.cached_input_tokens,
            reasoning_tokens: usage.reasoning_tokens,
        }
    }
}

pub(super) mod wire {

    use serde::Serialize;

    /// One thing that is wrong with an answer.
    #[derive(Debug, Clone, Copy, Serialize)]
    pub(crate) struct Violation<'a> {
        pub(crate) path: &'a str,
        pub(crate) pointer: &'a str,
        pub(crate) rule: &'a str,
        pub(crate) message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(crate) found: Option<&'a str>,
    }

    /// Tokens, as the service counts them.
    #[derive(Debug, Clone, Copy, Serialize)]
    #[expect(clippy::struct_field_names, reason = "as in `Usage`")]
    pub(crate) struct Tokens {
        pub(crate) input_tokens: u64,
        pub(crate) output_tokens: u64,
        pub(crate) cached_input_tokens: u64,
        pub(crate) reasoning_tokens: u64,
    }
}
