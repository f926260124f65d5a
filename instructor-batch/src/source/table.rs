//! A file with columns, before it is read.

use std::iter;
use std::path::{Path, PathBuf};

use super::pick::{Asked, Pick};
use super::prompt::Prompt;
use super::{PromptError, Source, SourceError, csv, jsonl};
use crate::file;
use crate::row::Row;

/// A file with columns, before it is read. If nothing is said, the text is in `text` or the
/// conversation in `messages`, and the key in `custom_id`, `key` or `id`, if there is such a column.
///
/// ```no_run
/// use instructor_batch::Source;
///
/// let rows = Source::csv("articles.csv.gz").key("id").prompt("Title: {title}\n\n{body}");
/// for row in rows {
///     println!("{:?}", row?.key);
/// }
/// # Ok::<(), instructor_batch::SourceError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is read until rows are asked for"]
pub struct Table {
    path: PathBuf,
    format: Format,
    pick: Pick,
    separator: Option<u8>,
    problem: Option<PromptError>,
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jsonl,
    Csv,
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Format {
    /// The form that the name of a file says.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = file::plain_name(path);
        match name.extension()?.to_ascii_lowercase().to_str()? {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" | "tsv" => Some(Self::Csv),
            #[cfg(feature = "parquet")]
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

impl Table {
    pub(super) fn new(path: PathBuf, format: Format) -> Self {
        Self { path, format, pick: Pick::default(), separator: None, problem: None }
    }

    /// The column with the keys of the rows. None may be empty.
    pub fn key(mut self, column: impl Into<String>) -> Self {
        self.pick.key = Some(column.into());
        self
    }

    /// The column with the texts that are asked about.
    pub fn text(mut self, column: impl Into<String>) -> Self {
        self.pick.ask = Asked::Text(column.into());
        self
    }

    /// A text made of columns: `{column}` stands for a column, `{{` and `}}` for braces. A column
    /// that is empty in a row is an empty text there; one that is not in the file is an error.
    pub fn prompt(mut self, prompt: &str) -> Self {
        match Prompt::new(prompt) {
            Ok(prompt) => self.pick.ask = Asked::Prompt(prompt),
            Err(error) => self.problem = Some(error),
        }
        self
    }

    /// The column with conversations: lists in JSON of objects with `role` and `content`.
    pub fn messages(mut self, column: impl Into<String>) -> Self {
        self.pick.ask = Asked::Messages(column.into());
        self
    }

    /// What stands between the fields of a CSV file, if it is no comma: `b';'`.
    pub fn separator(mut self, separator: u8) -> Self {
        self.separator = Some(separator);
        self
    }

    /// Opens the file.
    ///
    /// # Errors
    /// If it cannot be opened, or the prompt cannot be read. What is wrong with a row is an error in
    /// its place.
    pub fn open(self) -> Result<Source, SourceError> {
        if let Some(problem) = self.problem {
            return Err(problem.into());
        }
        match self.format {
            Format::Jsonl => jsonl::rows(self.path, self.pick),
            Format::Csv => {
                let tabs = file::plain_name(&self.path).extension().is_some_and(|it| it == "tsv");
                let separator = self.separator.unwrap_or(if tabs { b'\t' } else { b',' });
                csv::rows(self.path, self.pick, separator)
            }
            #[cfg(feature = "parquet")]
            Format::Parquet => super::parquet::rows(self.path, self.pick),
        }
    }
}

/// A file that cannot be opened has one row: the error.
impl From<Table> for Source {
    fn from(table: Table) -> Self {
        table.open().unwrap_or_else(|error| Self::of(iter::once(Err(error))))
    }
}

impl IntoIterator for Table {
    type Item = Result<Row, SourceError>;
    type IntoIter = Source;

    fn into_iter(self) -> Source {
        self.into()
    }
}
