//! `Either`, which serde writes as an enum: `{"Left": …}`.

use std::any::TypeId;

use either::Either;

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Data, Field, Schema, Shape, Tagging, Variant};
use crate::validate::Report;

impl<L: Extract, R: Extract> Extract for Either<L, R> {
    const SCHEMA: &'static Schema = &Schema::new(
        TypeId::of::<Self>,
        Shape::Enum {
            variants: &[
                Variant::new("Left", Data::Newtype(&Field::new("", L::SCHEMA))),
                Variant::new("Right", Data::Newtype(&Field::new("", R::SCHEMA))),
            ],
            tagging: Tagging::External,
            closed: false,
        },
    );

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        match self {
            Self::Left(value) => value.validate(at.field("Left"), report),
            Self::Right(value) => value.validate(at.field("Right"), report),
        }
    }
}
