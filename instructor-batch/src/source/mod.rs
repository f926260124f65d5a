//! Where rows come from: memory, or columns of a JSON Lines, CSV or Parquet file.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::file::FileError;
use crate::row::{Row, RowError};

mod prompt;
mod pick;
mod table;
mod jsonl;
mod csv;
#[cfg(feature = "parquet")]
mod parquet;

pub use prompt::PromptError;
pub use table::Table;

/// Rows, one after the other. What is in memory becomes a source by `into`; files are opened by
/// [`jsonl`](Self::jsonl), [`csv`](Self::csv) and [`parquet`](Self::parquet), and read as far as rows
/// are asked for.
///
/// ```
/// use instructor_batch::{Row, Source};
///
/// let texts: Source = vec!["Ada, 36", "Alan, 41"].into();
/// assert_eq!(texts.count(), 2);
///
/// let keyed = Source::new([("p1", "Ada, 36"), ("p2", "Alan, 41")]);
/// let rows: Result<Vec<Row>, _> = keyed.collect();
/// assert_eq!(rows.unwrap()[1], Row::keyed("p2", "Alan, 41"));
/// ```
#[must_use = "rows are read when they are asked for"]
pub struct Source(Box<dyn Iterator<Item = Result<Row, SourceError>> + Send>);

impl Source {
    /// Rows that are there: texts, pairs of a key and a text, messages, or rows.
    pub fn new<I>(rows: I) -> Self
    where
        I: IntoIterator<Item: Into<Row>, IntoIter: Send + 'static>,
    {
        Self(Box::new(rows.into_iter().map(|row| Ok(row.into()))))
    }

    /// Rows from somewhere that can fail. Whoever reads the source decides whether it goes on.
    pub fn fallible<I, R, E>(rows: I) -> Self
    where
        I: IntoIterator<Item = Result<R, E>, IntoIter: Send + 'static>,
        R: Into<Row>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let rows = rows.into_iter();
        Self(Box::new(rows.map(|row| match row {
            Ok(row) => Ok(row.into()),
            Err(error) => Err(SourceError::Other(error.into())),
        })))
    }

    /// The lines of a JSON Lines file: objects, of whose properties columns are chosen, or texts, or
    /// lists of messages.
    pub fn jsonl(path: impl Into<PathBuf>) -> Table {
        Table::new(path.into(), table::Format::Jsonl)
    }

    /// The records of a CSV file, whose first line names the columns. In a file whose name ends with
    /// `.tsv` they are separated by tabs.
    pub fn csv(path: impl Into<PathBuf>) -> Table {
        Table::new(path.into(), table::Format::Csv)
    }

    /// The rows of a Parquet file, with columns of texts, numbers and truth values.
    #[cfg(feature = "parquet")]
    pub fn parquet(path: impl Into<PathBuf>) -> Table {
        Table::new(path.into(), table::Format::Parquet)
    }

    /// The rows of a file that says by its name what it is: `.jsonl`, `.ndjson`, `.csv`, `.tsv` or
    /// `.parquet`, the first four also with `.gz` or `.zst` behind.
    ///
    /// # Errors
    /// If its name says something else.
    pub fn file(path: impl Into<PathBuf>) -> Result<Table, SourceError> {
        let path = path.into();
        match table::Format::of(&path) {
            Some(format) => Ok(Table::new(path, format)),
            None => Err(SourceError::Format { path }),
        }
    }

    pub(crate) fn of(
        rows: impl Iterator<Item = Result<Row, SourceError>> + Send + 'static,
    ) -> Self {
        Self(Box::new(rows))
    }
}

impl Iterator for Source {
    type Item = Result<Row, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<R: Into<Row> + Send + 'static> From<Vec<R>> for Source {
    fn from(rows: Vec<R>) -> Self {
        Self::new(rows)
    }
}

impl<R: Into<Row> + Send + 'static, const N: usize> From<[R; N]> for Source {
    fn from(rows: [R; N]) -> Self {
        Self::new(rows)
    }
}

/// Not the rows.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

/// A row cannot be had. Nothing of what stands in it is repeated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file cannot be opened.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file does not say by its name what it is.
    #[error(
        "{}: the name says no format; use `Source::jsonl`, `Source::csv` or `Source::parquet`{}",
        path.display(),
        if cfg!(feature = "parquet") { "" } else { ", the last with the feature `parquet`" }
    )]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The prompt cannot be read.
    #[error("the prompt: {0}")]
    Prompt(#[from] PromptError),
    /// A place in a file is wrong.
    #[error("{}{at}: {problem}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Where in it.
        at: Place,
        /// What is wrong.
        problem: Problem,
    },
    /// An error of the caller's own rows.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The whole file.
    File,
    /// A line, from 1.
    Line(u64),
    /// A row, from 1; the first line of a CSV file, which names the columns, is none.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Line(number) => write!(f, ", line {number}"),
            Self::Row(number) => write!(f, ", row {number}"),
        }
    }
}

/// What is wrong with a row of a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// There is no such column.
    #[error("there is no column `{column}`; there are {}", Names(known))]
    Unknown {
        /// The column that was asked for.
        column: String,
        /// The columns that are there.
        known: Vec<String>,
    },
    /// Nobody said which column to ask about.
    #[error(
        "there is no column `text` or `messages`; choose one of {} with `text`, `prompt` or `messages`",
        Names(known)
    )]
    Unchosen {
        /// The columns that are there.
        known: Vec<String>,
    },
    /// The column is empty in this row.
    #[error("the column `{column}` is empty here")]
    Empty {
        /// The column.
        column: String,
    },
    /// The column holds what is no text.
    #[error(
        "the column `{column}` is of the type {kind}; texts, numbers and truth values are taken"
    )]
    Type {
        /// The column.
        column: String,
        /// Its type.
        kind: String,
    },
    /// The line is neither an object with columns nor what stands for a whole row.
    #[error("the line is no JSON object{}", if *chosen { ", and columns are chosen" } else { ", text or list of messages" })]
    Line {
        /// Columns are chosen, so that only objects are taken.
        chosen: bool,
    },
    /// It is not UTF-8.
    #[error("it is not UTF-8; convert the file first")]
    Encoding,
    /// It has more or fewer fields than the first line.
    #[error(
        "it has {found} fields, and the first line names {expected}; quote fields that hold the separator"
    )]
    Fields {
        /// How many the first line names.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// It is no JSON, or its messages are none.
    #[error(transparent)]
    Json(#[from] RowError),
    /// It cannot be read any further.
    #[error("it cannot be read: {0}")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Names of columns, as many as one likes to read.
struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (i, name) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}`{name}`", if i == 0 { "" } else { ", " })?;
        }
        if self.0.len() > SHOWN { write!(f, " and {} more", self.0.len() - SHOWN) } else { Ok(()) }
    }
}

/// Adds to a problem where it is.
fn at(path: &Path, at: Place) -> impl FnOnce(Problem) -> SourceError {
    let path = path.to_owned();
    move |problem| SourceError::Row { path, at, problem }
}
