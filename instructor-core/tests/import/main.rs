//! JSON Schemas become schemas: what other tools write, what is refused and where, and the laws.

mod accepted;
mod laws;
mod refused;

use instructor_core::schema::{Schema, import};
use serde_json::Value;

/// The schema, which has no problem.
fn imported(json: &Value) -> &'static Schema {
    import(json).unwrap_or_else(|error| panic!("{error}\n{json:#}"))
}
