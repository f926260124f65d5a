//! The results of a run as a file: JSON Lines, CSV or Parquet.
//!
//! A file appears when it is complete: it is written under another name and then renamed. What it
//! takes in memory does not depend on the number of rows.
//!
//! Cells of a CSV file are what the model wrote. A spreadsheet takes a text such as `=1+1` for a
//! formula; whoever opens results in one imports the columns as text.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use instructor_core::Extract;
use serde::Serialize;

use crate::results::BatchErrorKind;
use crate::run::RunResult;

mod atomic;
mod record;
mod raw;
mod columns;
mod csv;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(test)]
mod tests;

pub(crate) use atomic::Atomic;
use record::Record;
#[cfg(feature = "cli")]
pub(crate) use record::wire::Tokens;

/// What a file of results is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// A JSON object on each line, with everything that is known of the row.
    Jsonl,
    /// A header and a line for each row; nested objects become columns such as `address.city`,
    /// lists stand there as JSON.
    Csv,
    /// Columns with the types of the schema; needs the feature `parquet`.
    Parquet,
}

impl Format {
    /// The format that a file's name says, `.gz` and `.zst` aside.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
        match plain.rsplit_once('.')?.1 {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "parquet" if plain == name => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// Where the rows go that gave no value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Failed {
    /// Into a file beside the results, in JSON Lines: that of `people.csv` is
    /// `people.csv.failed.jsonl`. If no row failed there is none, and an older one is removed.
    #[default]
    Beside,
    /// Into this file, in JSON Lines.
    At(PathBuf),
    /// Among the results: with their outcome and the reason, and without values.
    Among,
    /// Nowhere.
    Dropped,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Written {
    /// The file of results.
    pub path: PathBuf,
    /// How many rows gave a value.
    pub succeeded: u64,
    /// How many did not.
    pub failed: u64,
    /// The file of rows that did not, if there is one.
    pub failed_path: Option<PathBuf>,
}

/// Results cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The file's name says no format.
    #[error("{0}: the name says no format: end it with `.jsonl`, `.csv` or `.parquet`")]
    Format(PathBuf),
    /// Parquet is not built in.
    #[error("{0}: Parquet is not built in: enable the feature `parquet`, or write CSV")]
    NoParquet(PathBuf),
    /// The file is to be compressed, and that is not built in.
    #[error(
        "{0}: compression is not built in: enable the feature `compression`, or choose a name without `.gz` and `.zst`"
    )]
    NoCompression(PathBuf),
    /// The file cannot be written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A value is not what its type's schema says.
    #[error("row {row}: {message}; JSON Lines take any value")]
    Value {
        /// The number of the row, from 0.
        row: u64,
        /// What is wrong, and where.
        message: String,
    },
    /// The results cannot be read.
    #[error("the results cannot be read: {0}")]
    Results(String),
}

/// Writes results into a file, in the format that its name says. An older file is replaced when all
/// is written; until then, and after an error, it stays.
///
/// # Errors
/// If the name says no format, the ledger cannot be read, a value is not what the schema of its type
/// says, or the file cannot be written.
pub fn write<T: Extract + Serialize>(
    results: impl IntoIterator<Item = RunResult<T>>,
    path: &Path,
    failed: &Failed,
) -> Result<Written, OutputError> {
    let format = Format::of(path).ok_or_else(|| OutputError::Format(path.to_owned()))?;
    let file = |source| OutputError::File { path: path.to_owned(), source };
    let among = *failed == Failed::Among;
    let mut sink = Sink::create::<T>(format, path, among)?;
    let mut beside = Beside::new(path, failed);
    let mut written = Written { path: path.to_owned(), succeeded: 0, failed: 0, failed_path: None };
    for result in results {
        readable(&result)?;
        let record = Record::of(&result).map_err(|e| wrong(result.row, e))?;
        match result.result {
            Ok(_) => written.succeeded += 1,
            Err(_) => written.failed += 1,
        }
        if result.result.is_ok() || among {
            sink.row(&record).map_err(|e| match e {
                RowError::File(source) => file(source),
                RowError::Value(message) => wrong(result.row, message),
            })?;
        } else {
            beside.row(&record)?;
        }
    }
    sink.finish().map_err(file)?;
    written.failed_path = beside.finish()?;
    Ok(written)
}

/// Writes results as JSON Lines.
///
/// # Errors
/// If a result cannot be read or written.
pub fn write_lines<T: Serialize>(
    results: impl IntoIterator<Item = RunResult<T>>,
    mut writer: impl Write,
) -> Result<(), OutputError> {
    let file = |source| OutputError::File { path: PathBuf::from("-"), source };
    for result in results {
        readable(&result)?;
        let record = Record::of(&result).map_err(|e| wrong(result.row, e))?;
        record.write(&mut writer).map_err(file)?;
    }
    writer.flush().map_err(file)
}

/// An error if this is no row's result: the results end here, because the ledger cannot be read.
fn readable<T>(result: &RunResult<T>) -> Result<(), OutputError> {
    match &result.result {
        Err(error) if error.kind == BatchErrorKind::Unreadable && result.key.is_empty() => {
            Err(OutputError::Results(error.message.clone()))
        }
        _ => Ok(()),
    }
}

fn wrong(row: u64, message: impl fmt::Display) -> OutputError {
    OutputError::Value { row, message: message.to_string() }
}

/// A row cannot be written.
enum RowError {
    File(io::Error),
    Value(String),
}

impl From<io::Error> for RowError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

/// A file of results that is being written.
enum Sink {
    Jsonl(Atomic),
    Csv(Box<csv::Table>),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::Table>),
}

impl Sink {
    fn create<T: Extract>(format: Format, path: &Path, among: bool) -> Result<Self, OutputError> {
        #[cfg(not(feature = "parquet"))]
        if format == Format::Parquet {
            return Err(OutputError::NoParquet(path.to_owned()));
        }
        let failed = |source| OutputError::File { path: path.to_owned(), source };
        let file = Atomic::create(path)?;
        let columns = || columns::Columns::of(T::SCHEMA, among);
        match format {
            Format::Jsonl => Ok(Self::Jsonl(file)),
            Format::Csv => {
                let table = csv::Table::new(file, columns()).map_err(failed)?;
                Ok(Self::Csv(Box::new(table)))
            }
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                let table = parquet::Table::new(file, &columns()).map_err(failed)?;
                Ok(Self::Parquet(Box::new(table)))
            }
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => Err(OutputError::NoParquet(path.to_owned())),
        }
    }

    fn row(&mut self, record: &Record<'_>) -> Result<(), RowError> {
        match self {
            Self::Jsonl(file) => Ok(record.write(file)?),
            Self::Csv(table) => table.row(record),
            #[cfg(feature = "parquet")]
            Self::Parquet(table) => table.row(record),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Jsonl(file) => file.finish(),
            Self::Csv(table) => table.finish(),
            #[cfg(feature = "parquet")]
            Self::Parquet(table) => table.finish(),
        }
    }
}

/// The file of failed rows, which is begun with the first of them.
struct Beside {
    path: Option<PathBuf>,
    file: Option<Atomic>,
}

impl Beside {
    fn new(path: &Path, failed: &Failed) -> Self {
        let path = match failed {
            Failed::Beside => {
                let mut name = path.as_os_str().to_owned();
                name.push(".failed.jsonl");
                Some(PathBuf::from(name))
            }
            Failed::At(path) => Some(path.clone()),
            Failed::Among | Failed::Dropped => None,
        };
        Self { path, file: None }
    }

    fn row(&mut self, record: &Record<'_>) -> Result<(), OutputError> {
        let Some(path) = &self.path else { return Ok(()) };
        let failed = |source| OutputError::File { path: path.clone(), source };
        if self.file.is_none() {
            self.file = Some(Atomic::create(path)?);
        }
        match &mut self.file {
            Some(file) => record.write(file).map_err(failed),
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<Option<PathBuf>, OutputError> {
        let Some(path) = self.path else { return Ok(None) };
        let failed = |source| OutputError::File { path: path.clone(), source };
        if let Some(file) = self.file {
            file.finish().map_err(failed)?;
            return Ok(Some(path));
        }
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(None),
        }
    }
}
