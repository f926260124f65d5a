//! The dialects: what their schemas hold, and the way down and back of values.

mod imported;
mod laws;
mod providers;
mod refused;
mod rules;
mod shared;
mod structs;
mod tools;
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

/// Every type; what a dialect cannot express is in the table of [`refused`].
fn all(visitor: &mut impl Visitor) {
    types::all(visitor);
    structs::all(visitor);
    shared::all(visitor);
}

/// The schema of the type, or `None` if it is one of those that the dialect refuses.
fn schema_of<T: Extract>(dialect: &'static Dialect) -> Option<(&'static Rendered, Value)> {
    match rendered(T::SCHEMA, dialect) {
        Ok(rendered) => {
            let json = serde_json::from_str(rendered.json.get()).expect("a schema is JSON");
            Some((rendered, json))
        }
        Err(error) => {
            assert!(refused::is_known::<T>(&error), "{}: {error}", refused::name::<T>());
            None
        }
    }
}
