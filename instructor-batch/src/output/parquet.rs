//! Results as Parquet.

use std::io;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, NullBufferBuilder, StringBuilder, UInt64Builder,
};
use arrow_array::{ArrayRef, ListArray, RecordBatch, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use serde_json::value::RawValue;

use super::RowError;
use super::atomic::Atomic;
use super::columns::{Column, Columns, Kind, rest};
use super::raw::{self, Object};
use super::record::Record;

/// The most rows of a row group.
const GROUP: usize = 64 * 1024;
/// The most bytes of a row group, which stands in memory until it is full.
const GROUP_BYTES: usize = 16 << 20;
/// So many rows are handed over at a time.
const BATCH: usize = 1024;

/// A Parquet file that is being written.
pub(super) struct Table {
    writer: ArrowWriter<Atomic>,
    schema: Arc<Schema>,
    key: StringBuilder,
    outcome: StringBuilder,
    reason: Option<StringBuilder>,
    values: Vec<Cells>,
    /// The columns are properties of the value, and not the value itself.
    object: bool,
    rows: usize,
}

impl Table {
    pub(super) fn new(file: Atomic, columns: &Columns) -> io::Result<Self> {
        let mut fields = vec![
            Field::new(&columns.key, DataType::Utf8, false),
            Field::new(&columns.outcome, DataType::Utf8, false),
        ];
        fields.extend(columns.reason.as_ref().map(|name| Field::new(name, DataType::Utf8, true)));
        let values: Vec<_> = columns.values.iter().map(Cells::new).collect();
        let mut fields: Vec<FieldRef> = fields.into_iter().map(Arc::new).collect();
        fields.extend(values.iter().map(|cells| Arc::clone(&cells.field)));
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))?;
        Ok(Self {
            writer,
            schema,
            key: StringBuilder::new(),
            outcome: StringBuilder::new(),
            reason: columns.reason.as_ref().map(|_| StringBuilder::new()),
            values,
            object: columns.object,
            rows: 0,
        })
    }

    pub(super) fn row(&mut self, record: &Record<'_>) -> Result<(), RowError> {
        self.key.append_value(record.key);
        self.outcome.append_value(record.outcome);
        if let Some(reason) = &mut self.reason {
            reason.append_option(record.reason);
        }
        let value = record.value.as_deref();
        if self.object {
            group(&mut self.values, value).map_err(RowError::Value)?;
        } else if let [cells] = self.values.as_mut_slice() {
            cells.push(value.and_then(raw::not_null)).map_err(RowError::Value)?;
        }
        self.rows += 1;
        if self.rows == BATCH {
            self.hand_over()?;
        }
        Ok(())
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let mut arrays: Vec<ArrayRef> =
            vec![Arc::new(self.key.finish()), Arc::new(self.outcome.finish())];
        if let Some(reason) = &mut self.reason {
            arrays.push(Arc::new(reason.finish()));
        }
        arrays.extend(self.values.iter_mut().map(Cells::finish));
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(|e| io::Error::other(e.to_string()))?;
        self.rows = 0;
        self.writer.write(&batch)?;
        if self.writer.in_progress_size() > GROUP_BYTES {
            self.writer.flush()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.rows > 0 {
            self.hand_over()?;
        }
        self.writer.into_inner()?.finish()
    }
}

/// A column that is being filled.
struct Cells {
    field: FieldRef,
    data: Builder,
}

enum Builder {
    Text(StringBuilder),
    Bool(BooleanBuilder),
    Signed(Int64Builder),
    Unsigned(UInt64Builder),
    Number(Float64Builder),
    Json(StringBuilder),
    Rest(StringBuilder),
    List { items: Box<Cells>, lengths: Vec<usize>, nulls: NullBufferBuilder },
    Object { fields: Vec<Cells>, nulls: NullBufferBuilder },
}

impl Cells {
    fn new(column: &Column) -> Self {
        let (kind, data) = match &column.kind {
            Kind::Text => (DataType::Utf8, Builder::Text(StringBuilder::new())),
            Kind::Json => (DataType::Utf8, Builder::Json(StringBuilder::new())),
            Kind::Rest => (DataType::Utf8, Builder::Rest(StringBuilder::new())),
            Kind::Bool => (DataType::Boolean, Builder::Bool(BooleanBuilder::new())),
            Kind::Signed => (DataType::Int64, Builder::Signed(Int64Builder::new())),
            Kind::Unsigned => (DataType::UInt64, Builder::Unsigned(UInt64Builder::new())),
            Kind::Number => (DataType::Float64, Builder::Number(Float64Builder::new())),
            Kind::List(items) => {
                let items = Box::new(Self::new(items));
                let kind = DataType::List(Arc::clone(&items.field));
                let nulls = NullBufferBuilder::new(BATCH);
                (kind, Builder::List { items, lengths: Vec::new(), nulls })
            }
            Kind::Object(columns) => {
                let fields: Vec<_> = columns.iter().map(Self::new).collect();
                let kind = DataType::Struct(own(&fields));
                (kind, Builder::Object { fields, nulls: NullBufferBuilder::new(BATCH) })
            }
        };
        let name = if column.name.is_empty() { "element" } else { &column.name };
        Self { field: Arc::new(Field::new(name, kind, column.nullable)), data }
    }

    /// Adds a value, or nothing.
    fn push(&mut self, json: Option<&RawValue>) -> Result<(), String> {
        let name = self.field.name();
        let Some(json) = json else {
            if !self.field.is_nullable() {
                return Err(format!("`{name}` is missing"));
            }
            self.push_blank();
            return Ok(());
        };
        let fits = match &mut self.data {
            Builder::Text(cells) => raw::text(json).map(|text| cells.append_value(text)),
            Builder::Bool(cells) => json.get().parse().ok().map(|bool| cells.append_value(bool)),
            Builder::Signed(cells) => json.get().parse().ok().map(|n| cells.append_value(n)),
            Builder::Unsigned(cells) => json.get().parse().ok().map(|n| cells.append_value(n)),
            Builder::Number(cells) => json.get().parse().ok().map(|n| cells.append_value(n)),
            Builder::Json(cells) | Builder::Rest(cells) => {
                cells.append_value(json.get());
                Some(())
            }
            Builder::List { items, lengths, nulls } => match raw::list(json) {
                Some(list) => {
                    lengths.push(list.len());
                    nulls.append_non_null();
                    list.into_iter().try_for_each(|item| items.push(raw::not_null(item)))?;
                    Some(())
                }
                None => None,
            },
            Builder::Object { fields, nulls } => {
                nulls.append_non_null();
                return group(fields, Some(json)).map_err(|e| format!("{e} in `{name}`"));
            }
        };
        fits.ok_or_else(|| format!("`{name}` does not fit its column"))
    }

    /// Adds a place without a value, also where there must be one: below something that is not there.
    fn push_blank(&mut self) {
        let nullable = self.field.is_nullable();
        match &mut self.data {
            Builder::Text(cells) | Builder::Json(cells) | Builder::Rest(cells) => {
                cells.append_option((!nullable).then_some(""));
            }
            Builder::Bool(cells) => cells.append_option((!nullable).then_some(false)),
            Builder::Signed(cells) => cells.append_option((!nullable).then_some(0)),
            Builder::Unsigned(cells) => cells.append_option((!nullable).then_some(0)),
            Builder::Number(cells) => cells.append_option((!nullable).then_some(0.0)),
            Builder::List { lengths, nulls, .. } => {
                lengths.push(0);
                nulls.append(!nullable);
            }
            Builder::Object { fields, nulls } => {
                fields.iter_mut().for_each(Self::push_blank);
                nulls.append(!nullable);
            }
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match &mut self.data {
            Builder::Text(cells) | Builder::Json(cells) | Builder::Rest(cells) => {
                Arc::new(cells.finish())
            }
            Builder::Bool(cells) => Arc::new(cells.finish()),
            Builder::Signed(cells) => Arc::new(cells.finish()),
            Builder::Unsigned(cells) => Arc::new(cells.finish()),
            Builder::Number(cells) => Arc::new(cells.finish()),
            Builder::List { items, lengths, nulls } => {
                let offsets = OffsetBuffer::from_lengths(lengths.drain(..));
                let field = Arc::clone(&items.field);
                Arc::new(ListArray::new(field, offsets, items.finish(), nulls.finish()))
            }
            Builder::Object { fields, nulls } => {
                let arrays = fields.iter_mut().map(Self::finish).collect();
                Arc::new(StructArray::new(own(fields), arrays, nulls.finish()))
            }
        }
    }
}

fn own(cells: &[Cells]) -> Fields {
    cells.iter().map(|cells| Arc::clone(&cells.field)).collect()
}

/// The properties of an object, each into its column; blanks if it is not there.
fn group(columns: &mut [Cells], json: Option<&RawValue>) -> Result<(), String> {
    let Some(json) = json else {
        columns.iter_mut().for_each(Cells::push_blank);
        return Ok(());
    };
    let object = Object::of(json).ok_or("a value is no object")?;
    for i in 0..columns.len() {
        if matches!(columns[i].data, Builder::Rest(_)) {
            let others = others(&object, columns);
            if let Builder::Rest(cells) = &mut columns[i].data {
                cells.append_option(others);
            }
            continue;
        }
        let value = object.get(columns[i].field.name());
        columns[i].push(value)?;
    }
    Ok(())
}

fn others(object: &Object<'_>, columns: &[Cells]) -> Option<String> {
    let known = columns.iter().filter(|cells| !matches!(cells.data, Builder::Rest(_)));
    rest(object, known.map(|cells| cells.field.name().as_str()))
}
