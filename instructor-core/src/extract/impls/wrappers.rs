//! Types that look like the one they hold: `Box`, `Rc`, `Arc`, `Cow`, `Reverse`; and `Option`.

use std::any::TypeId;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::rc::Rc;
use std::sync::Arc;

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Schema, Shape};
use crate::validate::{Probe, Report};

impl<T: Extract> Extract for Option<T> {
    const SCHEMA: &'static Schema = &Schema::new(TypeId::of::<Self>, Shape::Option(T::SCHEMA));

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        if let Some(value) = self {
            value.validate(at, report);
        }
    }

    fn probe(&self) -> Probe<'_> {
        self.as_ref().map_or(Probe::Absent, T::probe)
    }
}

macro_rules! pointers {
    ($($pointer:ty $(where T: $bound:ident)?;)*) => {
        $(
            impl<T: Extract $(+ $bound)?> Extract for $pointer {
                const SCHEMA: &'static Schema = T::SCHEMA;

                fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
                    T::validate(self, at, report);
                }

                fn probe(&self) -> Probe<'_> {
                    T::probe(self)
                }
            }
        )*
    };
}

pointers! {
    Box<T>;
    Rc<T>;
    Arc<T>;
    Cow<'static, T> where T: Clone;
}

impl<T: Extract> Extract for Reverse<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        self.0.validate(at, report);
    }

    fn probe(&self) -> Probe<'_> {
        self.0.probe()
    }
}
