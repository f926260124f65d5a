//! The dialects: what their schemas hold, and the way down and back of values.

mod laws;
mod refused;
mod rules;
mod structs;
mod types;

use std::fmt::Debug;

use instructor::Extract;
use instructor::schema::{Dialect, Rendered, rendered};
use serde::Serialize;
use serde_json::Value;

/// Something that is done with each type and its sample values.
trait Visitor {
    fn visit<T: Extract + Serialize + PartialEq + Debug>(&mut self, samples: &[T]);
}

/// Every type that both dialects can express.
fn all(visitor: &mut impl Visitor) {
    types::all(visitor);
    structs::all(visitor);
}

fn schema_of<T: Extract>(dialect: &'static Dialect) -> (&'static Rendered, Value) {
    let rendered = rendered(T::SCHEMA, dialect)
        .unwrap_or_else(|error| panic!("{}: {error}", std::any::type_name::<T>()));
    let json = serde_json::from_str(rendered.json.get()).expect("a schema is JSON");
    (rendered, json)
}
