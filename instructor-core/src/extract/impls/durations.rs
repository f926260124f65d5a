//! `Duration` and `SystemTime`: `{"secs": 90, "nanos": 0}`.

use std::any::TypeId;
use std::time::{Duration, SystemTime};

use crate::extract::Extract;
use crate::schema::{Field, Schema, Shape};

impl Extract for Duration {
    const SCHEMA: &'static Schema = &Schema {
        description: "Length of time",
        ..Schema::new(
            TypeId::of::<Self>,
            Shape::Object {
                fields: &[
                    described("secs", "Whole seconds", u64::SCHEMA),
                    described("nanos", "Nanoseconds beyond the whole seconds", u32::SCHEMA),
                ],
                closed: true,
            },
        )
    };
}

impl Extract for SystemTime {
    const SCHEMA: &'static Schema = &Schema {
        description: "Point in time",
        ..Schema::new(
            TypeId::of::<Self>,
            Shape::Object {
                fields: &[
                    described("secs_since_epoch", "Whole seconds since 1970-01-01T00:00:00Z", SECS),
                    described(
                        "nanos_since_epoch",
                        "Nanoseconds beyond the whole seconds",
                        u32::SCHEMA,
                    ),
                ],
                closed: true,
            },
        )
    };
}

const fn described(name: &'static str, text: &'static str, schema: &'static Schema) -> Field {
    Field { description: text, ..Field::new(name, schema) }
}

/// Serde reads a `u64`, and no platform has a `SystemTime` beyond these.
const SECS: &Schema = &Schema::new(
    TypeId::of::<Secs>,
    Shape::Integer { min: 0, max: i64::MAX as u128, nonzero: false },
);

/// Gives [`SECS`] an identity.
struct Secs;
