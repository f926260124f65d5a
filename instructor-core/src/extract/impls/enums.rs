//! `Result` and `Bound`, which serde writes as enums: `{"Ok": …}`.

use std::any::TypeId;
use std::ops::Bound;

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Data, Field, Schema, Shape, Tagging, Variant};
use crate::validate::Report;

impl<T: Extract, E: Extract> Extract for Result<T, E> {
    const SCHEMA: &'static Schema = &Schema::new(
        TypeId::of::<Self>,
        Shape::Enum {
            variants: &[
                Variant::new("Ok", Data::Newtype(&Field::new("", T::SCHEMA))),
                Variant::new("Err", Data::Newtype(&Field::new("", E::SCHEMA))),
            ],
            tagging: Tagging::External,
            closed: false,
        },
    );

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        match self {
            Ok(value) => value.validate(at.field("Ok"), report),
            Err(error) => error.validate(at.field("Err"), report),
        }
    }
}

impl<T: Extract> Extract for Bound<T> {
    const SCHEMA: &'static Schema = &Schema::new(
        TypeId::of::<Self>,
        Shape::Enum {
            variants: &[
                Variant::new("Included", Data::Newtype(&Field::new("", T::SCHEMA))),
                Variant::new("Excluded", Data::Newtype(&Field::new("", T::SCHEMA))),
                Variant::new("Unbounded", Data::Unit),
            ],
            tagging: Tagging::External,
            closed: false,
        },
    );

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        match self {
            Self::Included(value) => value.validate(at.field("Included"), report),
            Self::Excluded(value) => value.validate(at.field("Excluded"), report),
            Self::Unbounded => {}
        }
    }
}
