//! Bytes, which serde reads from a list of numbers.

use bytes::{Bytes, BytesMut};

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Schema, Shape};
use crate::validate::{List, Probe};

macro_rules! bytes {
    ($($bytes:ty)*) => {
        $(
            impl Extract for $bytes {
                const SCHEMA: &'static Schema = &Schema {
                    description: "Bytes, each a number",
                    ..Schema::new(
                        std::any::TypeId::of::<Self>,
                        Shape::List { items: u8::SCHEMA, min: 0, max: None, unique: false },
                    )
                };

                fn probe(&self) -> Probe<'_> {
                    Probe::List(self)
                }
            }

            impl List for $bytes {
                fn count(&self) -> usize {
                    self.len()
                }

                fn each<'v>(&'v self, at: Path<'_>, visit: &mut dyn FnMut(Path<'_>, Probe<'v>)) {
                    for (index, byte) in self.iter().enumerate() {
                        visit(at.index(index), byte.probe());
                    }
                }
            }
        )*
    };
}

bytes! { Bytes BytesMut }
