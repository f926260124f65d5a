//! The columns of a table, out of the schema of a type.

use instructor_core::Schema;
use instructor_core::schema::{Data, Field, Shape, Tagging};

/// The columns of a table: ours, then those of the type.
pub(super) struct Columns {
    /// The column of keys; `row.key` if the type has a property `key`.
    pub(super) key: String,
    /// The column of outcomes.
    pub(super) outcome: String,
    /// The column of reasons, if failed rows are in the table.
    pub(super) reason: Option<String>,
    /// The properties of the type, or one column `value` if it is no object.
    pub(super) values: Vec<Column>,
    /// The columns are properties of the value, and not the value itself.
    pub(super) object: bool,
}

/// A column, or a group of them.
pub(super) struct Column {
    /// The name of the property; empty for what a list holds.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// It may be `null` or missing.
    pub(super) nullable: bool,
}

/// What stands in a column.
pub(super) enum Kind {
    Text,
    Bool,
    Signed,
    Unsigned,
    Number,
    /// In CSV it is JSON, whatever is in it.
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only Parquet looks inside"))]
    List(Box<Column>),
    Object(Vec<Column>),
    /// Maps, unions, tuples and anything: as JSON.
    Json,
    /// The properties that no other column has, as a JSON object.
    Rest,
}

impl Columns {
    /// The columns for a type; `among`: failed rows are in the table, too.
    pub(super) fn of(schema: &'static Schema, among: bool) -> Self {
        let root = column("value", schema, &mut Vec::new());
        let (object, mut values) = match root.kind {
            Kind::Object(fields) if !root.nullable => (true, fields),
            kind => (false, vec![Column { kind, ..root }]),
        };
        for value in &mut values {
            value.nullable |= among;
        }
        let own = |name: &str| {
            let taken = values.iter().any(|column| column.name == name);
            if taken { format!("row.{name}") } else { name.to_owned() }
        };
        let (key, outcome, reason) = (own("key"), own("outcome"), among.then(|| own("reason")));
        Self { key, outcome, reason, values, object }
    }
}

/// What nests deeper becomes JSON.
const DEPTH: usize = 32;

/// `above`: the types that it stands in, so that one which contains itself becomes JSON.
fn column(name: &str, schema: &'static Schema, above: &mut Vec<&'static Schema>) -> Column {
    let schema = schema.resolve();
    let made = |kind| Column { name: name.to_owned(), kind, nullable: false };
    match schema.shape {
        Shape::Option(inner) => Column { nullable: true, ..column(name, inner, above) },
        Shape::Newtype { field, .. } => column(name, field.schema, above),
        Shape::Bool => made(Kind::Bool),
        Shape::Number => made(Kind::Number),
        Shape::Text(_) => made(Kind::Text),
        Shape::Integer { min, max, .. } => {
            let least = min >= i128::from(i64::MIN);
            made(if least && max <= i64::MAX.unsigned_abs().into() {
                Kind::Signed
            } else if min >= 0 && max <= u64::MAX.into() {
                Kind::Unsigned
            } else {
                Kind::Json
            })
        }
        Shape::List { items, .. } => {
            let inside = entered(schema, above, |above| column("", items, above));
            made(inside.map_or(Kind::Json, |items| Kind::List(Box::new(items))))
        }
        Shape::Object { fields, .. } => {
            let inside = entered(schema, above, |above| {
                let mut columns = Vec::new();
                properties(fields, above, false, &mut columns);
                columns
            });
            // An object without properties has no columns.
            made(match inside {
                Some(columns) if !columns.is_empty() => Kind::Object(columns),
                _ => Kind::Json,
            })
        }
        Shape::Enum { variants, tagging: Tagging::External, .. }
            if variants.iter().all(|v| matches!(v.data, Data::Unit) && !v.untagged) =>
        {
            made(Kind::Text)
        }
        Shape::Tuple(_) | Shape::Map { .. } => made(Kind::Json),
        Shape::Enum { tagging, .. } if tagging != Tagging::Untagged => made(Kind::Json),
        // Of these, `null` may be a value.
        Shape::Null
        | Shape::Any
        | Shape::AnyOf(_)
        | Shape::Enum { .. }
        | Shape::Recursive(_)
        | Shape::Linked(_) => Column { nullable: true, ..made(Kind::Json) },
    }
}

fn entered<C>(
    schema: &'static Schema,
    above: &mut Vec<&'static Schema>,
    inside: impl FnOnce(&mut Vec<&'static Schema>) -> C,
) -> Option<C> {
    if above.len() > DEPTH || above.iter().any(|other| std::ptr::eq(*other, schema)) {
        return None;
    }
    above.push(schema);
    let made = inside(above);
    above.pop();
    Some(made)
}

/// The columns of these fields; `optional`: the object that they are flattened from may be missing.
fn properties(
    fields: &'static [Field],
    above: &mut Vec<&'static Schema>,
    optional: bool,
    columns: &mut Vec<Column>,
) {
    for field in fields.iter().filter(|field| !field.hidden) {
        if field.flatten {
            flattened(field, field.schema, above, optional, columns);
            continue;
        }
        let column = column(field.name, field.schema, above);
        let nullable = column.nullable || optional || !field.is_required();
        columns.push(Column { nullable, ..column });
    }
}

fn flattened(
    field: &'static Field,
    schema: &'static Schema,
    above: &mut Vec<&'static Schema>,
    optional: bool,
    columns: &mut Vec<Column>,
) {
    let schema = schema.resolve();
    match schema.shape {
        Shape::Option(inner) => flattened(field, inner, above, true, columns),
        Shape::Newtype { field: inner, .. } => {
            flattened(field, inner.schema, above, optional, columns);
        }
        Shape::Object { fields, .. } => {
            let _ = entered(schema, above, |above| properties(fields, above, optional, columns));
        }
        _ => {
            if !columns.iter().any(|column| matches!(column.kind, Kind::Rest)) {
                let name = if field.name.is_empty() { "rest" } else { field.name };
                columns.push(Column { name: name.to_owned(), kind: Kind::Rest, nullable: true });
            }
        }
    }
}

/// The properties that are none of the known ones, as a JSON object; nothing if there are none.
pub(super) fn rest<'a>(
    object: &super::raw::Object<'_>,
    known: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let known: Vec<_> = known.collect();
    let others: Vec<_> =
        object.0.iter().filter(|(key, _)| !known.contains(&key.as_ref())).collect();
    if others.is_empty() {
        return None;
    }
    let mut json = String::from("{");
    for (i, (key, value)) in others.into_iter().enumerate() {
        if i > 0 {
            json.push(',');
        }
        json += &serde_json::Value::from(key.as_ref()).to_string();
        json.push(':');
        json += value.get();
    }
    json.push('}');
    Some(json)
}
