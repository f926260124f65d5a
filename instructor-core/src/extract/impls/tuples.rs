//! Tuples of up to twelve values.

use std::any::TypeId;

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Field, Schema, Shape};
use crate::validate::{List, Probe, Report};

macro_rules! tuples {
    ($(($($index:tt $type:ident)+))*) => {
        $(
            impl<$($type: Extract),+> Extract for ($($type,)+) {
                const SCHEMA: &'static Schema = &Schema::new(
                    TypeId::of::<Self>,
                    Shape::Tuple(&[$(Field::new("", $type::SCHEMA)),+]),
                );

                fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
                    $(self.$index.validate(at.index($index), report);)+
                }

                fn probe(&self) -> Probe<'_> {
                    Probe::List(self)
                }
            }

            impl<$($type: Extract),+> List for ($($type,)+) {
                fn count(&self) -> usize {
                    [$($index),+].len()
                }

                fn each<'v>(&'v self, at: Path<'_>, visit: &mut dyn FnMut(Path<'_>, Probe<'v>)) {
                    $(visit(at.index($index), self.$index.probe());)+
                }
            }
        )*
    };
}

tuples! {
    (0 A)
    (0 A 1 B)
    (0 A 1 B 2 C)
    (0 A 1 B 2 C 3 D)
    (0 A 1 B 2 C 3 D 4 E)
    (0 A 1 B 2 C 3 D 4 E 5 F)
    (0 A 1 B 2 C 3 D 4 E 5 F 6 G)
    (0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H)
    (0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I)
    (0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J)
    (0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K)
    (0 A 1 B 2 C 3 D 4 E 5 F 6 G 7 H 8 I 9 J 10 K 11 L)
}
