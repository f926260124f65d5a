//! Which columns make a row.

use std::borrow::Cow;

use super::Problem;
use super::prompt::{Piece, Prompt};
use crate::row::{Ask, Row, messages};

/// What a file has at one place: columns with values.
pub(super) trait Record {
    /// The value; nothing if there is no such column.
    ///
    /// # Errors
    /// If it is none that is taken.
    fn cell(&self, column: &str) -> Result<Option<Cell<'_>>, Problem>;

    /// All columns.
    fn columns(&self) -> Vec<String>;
}

/// A value: a text, or as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    Null,
    Text(Cow<'a, str>),
}

/// The columns that make a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Pick {
    pub(super) key: Option<String>,
    pub(super) ask: Asked,
}

/// What is asked about.
#[derive(Debug, Clone, Default)]
pub(super) enum Asked {
    /// The column `text` or `messages`.
    #[default]
    Usual,
    Text(String),
    Prompt(Prompt),
    Messages(String),
}

/// The columns that are taken for keys if none is chosen.
const KEYS: [&str; 3] = ["custom_id", "key", "id"];

impl Pick {
    /// Whether nobody chose a column.
    pub(super) fn is_usual(&self) -> bool {
        self.key.is_none() && matches!(self.ask, Asked::Usual)
    }

    /// The row of a record.
    pub(super) fn row(&self, record: &dyn Record) -> Result<Row, Problem> {
        Ok(Row { key: self.key(record)?, ask: self.ask(record)? })
    }

    fn key(&self, record: &dyn Record) -> Result<Option<String>, Problem> {
        if let Some(column) = &self.key {
            let key = filled(record, column)?.into_owned();
            return if key.is_empty() { Err(empty(column)) } else { Ok(Some(key)) };
        }
        for column in KEYS {
            if let Some(Cell::Text(key)) = record.cell(column)?
                && !key.is_empty()
            {
                return Ok(Some(key.into_owned()));
            }
        }
        Ok(None)
    }

    fn ask(&self, record: &dyn Record) -> Result<Ask, Problem> {
        let text = |column| Ok(Ask::Text(filled(record, column)?.into_owned()));
        let said = |column| Ok(Ask::Messages(messages(filled(record, column)?.as_bytes())?));
        match &self.ask {
            Asked::Text(column) => text(column),
            Asked::Messages(column) => said(column),
            Asked::Prompt(Prompt(pieces)) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(plain) => text.push_str(plain),
                        Piece::Column(column) => match there(record, column)? {
                            Cell::Null => {}
                            Cell::Text(value) => text.push_str(&value),
                        },
                    }
                }
                Ok(Ask::Text(text))
            }
            Asked::Usual => match (record.cell("text")?, record.cell("messages")?) {
                (Some(Cell::Text(_)), _) | (Some(Cell::Null), None | Some(Cell::Null)) => {
                    text("text")
                }
                (_, Some(_)) => said("messages"),
                (None, None) => Err(Problem::Unchosen { known: record.columns() }),
            },
        }
    }
}

fn there<'a>(record: &'a dyn Record, column: &str) -> Result<Cell<'a>, Problem> {
    let unknown = || Problem::Unknown { column: column.to_owned(), known: record.columns() };
    record.cell(column)?.ok_or_else(unknown)
}

fn filled<'a>(record: &'a dyn Record, column: &str) -> Result<Cow<'a, str>, Problem> {
    match there(record, column)? {
        Cell::Null => Err(empty(column)),
        Cell::Text(text) => Ok(text),
    }
}

fn empty(column: &str) -> Problem {
    Problem::Empty { column: column.to_owned() }
}
