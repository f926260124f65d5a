//! The records of a CSV file.

use std::borrow::Cow;
use std::io::Read;
use std::path::PathBuf;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::pick::{Cell, Pick, Record};
use super::{Place, Problem, Source, SourceError, at};
use crate::file;
use crate::row::Row;

/// Opens the file and reads its first line.
pub(super) fn rows(path: PathBuf, pick: Pick, separator: u8) -> Result<Source, SourceError> {
    let file = file::open(&path)?;
    let mut reader = ReaderBuilder::new().delimiter(separator).from_reader(file);
    let names = match reader.headers() {
        Ok(names) => names.clone(),
        Err(error) => return Err(failed(&path, error)),
    };
    let record = StringRecord::new();
    Ok(Source::of(Records { path, pick, reader, names, record, over: false }))
}

struct Records {
    path: PathBuf,
    pick: Pick,
    reader: Reader<Box<dyn Read + Send>>,
    names: StringRecord,
    record: StringRecord,
    over: bool,
}

impl Iterator for Records {
    type Item = Result<Row, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        match self.reader.read_record(&mut self.record) {
            Ok(false) => {
                self.over = true;
                None
            }
            Ok(true) => {
                let row = self.record.position().map_or(0, csv::Position::record);
                let columns = Columns { names: &self.names, values: &self.record };
                Some(self.pick.row(&columns).map_err(at(&self.path, Place::Row(row))))
            }
            Err(error) => {
                self.over = error.is_io_error();
                Some(Err(failed(&self.path, error)))
            }
        }
    }
}

fn failed(path: &std::path::Path, error: csv::Error) -> SourceError {
    let place = error.position().map(|position| Place::Row(position.record()));
    let problem = match error.into_kind() {
        ErrorKind::Utf8 { .. } => Problem::Encoding,
        ErrorKind::UnequalLengths { expected_len: expected, len: found, .. } => {
            Problem::Fields { expected, found }
        }
        ErrorKind::Io(error) => Problem::Read(error.into()),
        _ => Problem::Read("it is no CSV".into()),
    };
    at(path, place.unwrap_or(Place::File))(problem)
}

struct Columns<'a> {
    names: &'a StringRecord,
    values: &'a StringRecord,
}

impl Record for Columns<'_> {
    fn cell(&self, column: &str) -> Result<Option<Cell<'_>>, Problem> {
        let place = self.names.iter().position(|name| name == column);
        let value = place.and_then(|place| self.values.get(place));
        Ok(value.map(|value| Cell::Text(Cow::Borrowed(value))))
    }

    fn columns(&self) -> Vec<String> {
        self.names.iter().map(str::to_owned).collect()
    }
}
