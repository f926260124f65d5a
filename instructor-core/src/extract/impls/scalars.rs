//! Numbers, truth values and nothing.

use std::any::TypeId;
use std::marker::PhantomData;
use std::num::NonZero;

use crate::extract::Extract;
use crate::schema::{Schema, Shape};
use crate::validate::Probe;

impl Extract for bool {
    const SCHEMA: &'static Schema = &Schema::new(TypeId::of::<Self>, Shape::Bool);

    fn probe(&self) -> Probe<'_> {
        Probe::Bool(*self)
    }
}

impl Extract for f64 {
    const SCHEMA: &'static Schema = &Schema::new(TypeId::of::<Self>, Shape::Number);

    fn probe(&self) -> Probe<'_> {
        Probe::Float(*self)
    }
}

impl Extract for f32 {
    const SCHEMA: &'static Schema = &Schema::new(TypeId::of::<Self>, Shape::Number);

    /// The number as it is written: `0.1_f32` obeys `max = 0.1`, though as an `f64` it is above.
    fn probe(&self) -> Probe<'_> {
        Probe::Float(self.to_string().parse().unwrap_or_else(|_| f64::from(*self)))
    }
}

macro_rules! integers {
    (unsigned: $($integer:ty)*) => { $(integers! { $integer, 0, 1, false })* };
    (signed: $($integer:ty)*) => {
        $(integers! { $integer, <$integer>::MIN as i128, <$integer>::MIN as i128, true })*
    };
    ($integer:ty, $min:expr, $min_of_nonzero:expr, $nonzero:literal) => {
        impl Extract for $integer {
            const SCHEMA: &'static Schema = &Schema::new(
                TypeId::of::<Self>,
                Shape::Integer { min: $min, max: <$integer>::MAX as u128, nonzero: false },
            );

            fn probe(&self) -> Probe<'_> {
                integer(*self)
            }
        }

        impl Extract for NonZero<$integer> {
            const SCHEMA: &'static Schema = &Schema::new(
                TypeId::of::<Self>,
                Shape::Integer {
                    min: $min_of_nonzero,
                    max: <$integer>::MAX as u128,
                    nonzero: $nonzero,
                },
            );

            fn probe(&self) -> Probe<'_> {
                integer(self.get())
            }
        }
    };
}

integers! { unsigned: u8 u16 u32 u64 u128 usize }
integers! { signed: i8 i16 i32 i64 i128 isize }

fn integer<N: Copy + TryInto<i128> + TryInto<u128>>(number: N) -> Probe<'static> {
    match (number.try_into(), number.try_into()) {
        (Ok(int), _) => Probe::Int(int),
        (_, Ok(uint)) => Probe::Uint(uint),
        _ => Probe::Other,
    }
}

impl Extract for () {
    const SCHEMA: &'static Schema = &Schema::new(TypeId::of::<Self>, Shape::Null);
}

impl<T: ?Sized + 'static> Extract for PhantomData<T> {
    const SCHEMA: &'static Schema = &Schema::new(TypeId::of::<Self>, Shape::Null);
}
