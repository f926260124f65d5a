//! Results as CSV.

use std::borrow::Cow;
use std::io;

use serde_json::value::RawValue;

use super::RowError;
use super::atomic::Atomic;
use super::columns::{Column, Columns, Kind, rest};
use super::raw::{self, Object};
use super::record::Record;

/// A CSV file that is being written.
pub(super) struct Table {
    writer: ::csv::Writer<Atomic>,
    columns: Columns,
}

impl Table {
    /// Writes the header.
    pub(super) fn new(file: Atomic, columns: Columns) -> io::Result<Self> {
        let mut header = vec![columns.key.clone(), columns.outcome.clone()];
        header.extend(columns.reason.clone());
        names(&columns.values, "", &mut header);
        let mut writer = ::csv::Writer::from_writer(file);
        writer.write_record(&header)?;
        Ok(Self { writer, columns })
    }

    pub(super) fn row(&mut self, record: &Record<'_>) -> Result<(), RowError> {
        let Self { writer, columns } = self;
        let mut cells = vec![Cow::Borrowed(record.key), Cow::Borrowed(record.outcome)];
        if columns.reason.is_some() {
            cells.push(Cow::Borrowed(record.reason.unwrap_or_default()));
        }
        let value = record.value.as_deref();
        if columns.object {
            group(&columns.values, value, &mut cells).map_err(RowError::Value)?;
        } else if let [column] = columns.values.as_slice() {
            cell(column, value.and_then(raw::not_null), &mut cells).map_err(RowError::Value)?;
        }
        writer.write_record(cells.iter().map(|cell| cell.as_bytes())).map_err(io::Error::from)?;
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.writer.into_inner().map_err(::csv::IntoInnerError::into_error)?.finish()
    }
}

/// The names of the columns, those of an object behind its own and a dot.
fn names(columns: &[Column], before: &str, header: &mut Vec<String>) {
    for column in columns {
        let name = format!("{before}{}", column.name);
        match &column.kind {
            Kind::Object(inner) => names(inner, &format!("{name}."), header),
            _ => header.push(name),
        }
    }
}

/// The cells of an object; empty ones if it is not there.
fn group<'a>(
    columns: &[Column],
    json: Option<&'a RawValue>,
    cells: &mut Vec<Cow<'a, str>>,
) -> Result<(), String> {
    let object = match json {
        Some(json) => Some(Object::of(json).ok_or("a value is no object")?),
        None => None,
    };
    for column in columns {
        match (&object, &column.kind) {
            (Some(object), Kind::Rest) => {
                let known = columns.iter().filter(|column| !matches!(column.kind, Kind::Rest));
                let others = rest(object, known.map(|column| column.name.as_str()));
                cells.push(others.unwrap_or_default().into());
            }
            (Some(object), _) => cell(column, object.get(&column.name), cells)?,
            (None, _) => cell(column, None, cells)?,
        }
    }
    Ok(())
}

fn cell<'a>(
    column: &Column,
    json: Option<&'a RawValue>,
    cells: &mut Vec<Cow<'a, str>>,
) -> Result<(), String> {
    cells.push(match (&column.kind, json) {
        (Kind::Object(inner), _) => {
            return group(inner, json, cells)
                .map_err(|_| format!("`{}` is no object", column.name));
        }
        (_, None) => Cow::Borrowed(""),
        (Kind::Text, Some(json)) => raw::text(json).unwrap_or(Cow::Borrowed(json.get())),
        (_, Some(json)) => Cow::Borrowed(json.get()),
    });
    Ok(())
}
