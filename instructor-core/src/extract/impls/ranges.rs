//! Ranges: `{"start": …, "end": …}`.

use std::any::TypeId;
use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo};

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Field, Presence, Schema, Shape};
use crate::validate::Report;

/// Serde requires both ends, even if they are an `Option`.
const fn end(name: &'static str, description: &'static str, schema: &'static Schema) -> Field {
    Field { description, presence: Presence::Required, ..Field::new(name, schema) }
}

macro_rules! ranges {
    ($($range:ident { $($name:literal $description:literal $get:expr),+ })*) => {
        $(
            impl<T: Extract> Extract for $range<T> {
                const SCHEMA: &'static Schema = &Schema::new(
                    TypeId::of::<Self>,
                    Shape::Object {
                        fields: &[$(end($name, $description, T::SCHEMA)),+],
                        closed: true,
                    },
                );

                fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
                    $(T::validate($get(self), at.field($name), report);)+
                }
            }
        )*
    };
}

ranges! {
    Range {
        "start" "The first value" |range: &'v Self| &range.start,
        "end" "The value after the last" |range: &'v Self| &range.end
    }
    RangeInclusive {
        "start" "The first value" Self::start,
        "end" "The last value" Self::end
    }
    RangeFrom { "start" "The first value" |range: &'v Self| &range.start }
    RangeTo { "end" "The value after the last" |range: &'v Self| &range.end }
}
