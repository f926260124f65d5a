//! The rows of a Parquet file.

use std::borrow::Cow;
use std::fs::File;
use std::path::PathBuf;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use super::pick::{Cell, Pick, Record};
use super::{Place, Problem, Source, SourceError, at};
use crate::file::FileError;
use crate::row::Row;

/// How many rows are in memory at a time.
const BATCH: usize = 256;

/// Opens the file and reads what it holds.
pub(super) fn rows(path: PathBuf, pick: Pick) -> Result<Source, SourceError> {
    let file = File::open(&path).map_err(|error| FileError::io(&path, error))?;
    // What a library of Arrow's has written beside it would only bring more types.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let reader = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .and_then(|builder| builder.with_batch_size(BATCH).build())
        .map_err(|error| at(&path, Place::File)(Problem::Read(error.into())))?;
    Ok(Source::of(Rows { path, pick, reader, batch: None, at: 0, number: 0, over: false }))
}

struct Rows {
    path: PathBuf,
    pick: Pick,
    reader: ParquetRecordBatchReader,
    batch: Option<RecordBatch>,
    /// The next row in the batch.
    at: usize,
    /// How many rows there were before.
    number: u64,
    over: bool,
}

impl Iterator for Rows {
    type Item = Result<Row, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            if let Some(batch) = self.batch.as_ref().filter(|batch| self.at < batch.num_rows()) {
                let row = self.pick.row(&Columns { batch, row: self.at });
                self.at += 1;
                self.number += 1;
                return Some(row.map_err(at(&self.path, Place::Row(self.number))));
            }
            self.at = 0;
            match self.reader.next() {
                Some(Ok(batch)) => self.batch = Some(batch),
                Some(Err(error)) => {
                    self.over = true;
                    let place = Place::Row(self.number + 1);
                    return Some(Err(at(&self.path, place)(Problem::Read(error.into()))));
                }
                None => self.over = true,
            }
        }
        None
    }
}

struct Columns<'a> {
    batch: &'a RecordBatch,
    row: usize,
}

impl Record for Columns<'_> {
    fn cell(&self, column: &str) -> Result<Option<Cell<'_>>, Problem> {
        let Some(values) = self.batch.column_by_name(column) else { return Ok(None) };
        if values.is_null(self.row) {
            return Ok(Some(Cell::Null));
        }
        match value(values, self.row) {
            Some(text) => Ok(Some(Cell::Text(text))),
            None => Err(Problem::Type {
                column: column.to_owned(),
                kind: values.data_type().to_string(),
            }),
        }
    }

    fn columns(&self) -> Vec<String> {
        let schema = self.batch.schema();
        schema.fields().iter().map(|field| field.name().clone()).collect()
    }
}

/// A value as a text; nothing if it is of another type.
fn value(values: &dyn Array, row: usize) -> Option<Cow<'_, str>> {
    Some(match values.data_type() {
        DataType::Utf8 => Cow::Borrowed(values.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Cow::Borrowed(values.as_string::<i64>().value(row)),
        DataType::Utf8View => Cow::Borrowed(values.as_string_view().value(row)),
        DataType::Boolean => values.as_boolean().value(row).to_string().into(),
        DataType::Int8 => number::<Int8Type>(values, row),
        DataType::Int16 => number::<Int16Type>(values, row),
        DataType::Int32 => number::<Int32Type>(values, row),
        DataType::Int64 => number::<Int64Type>(values, row),
        DataType::UInt8 => number::<UInt8Type>(values, row),
        DataType::UInt16 => number::<UInt16Type>(values, row),
        DataType::UInt32 => number::<UInt32Type>(values, row),
        DataType::UInt64 => number::<UInt64Type>(values, row),
        DataType::Float32 => number::<Float32Type>(values, row),
        DataType::Float64 => number::<Float64Type>(values, row),
        _ => return None,
    })
}

fn number<T: ArrowPrimitiveType<Native: ToString>>(
    values: &dyn Array,
    row: usize,
) -> Cow<'static, str> {
    values.as_primitive::<T>().value(row).to_string().into()
}
