//! Dates and times of the `chrono` crate.

use std::any::TypeId;

use chrono::{DateTime, Month, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Weekday};
use serde::de::DeserializeOwned;

use crate::extract::Extract;
use crate::extract::impls::calendar::{fraction, hour_minute, month_day};
use crate::extract::impls::text::{self, format, pattern, written};
use crate::schema::{Data, Field, Schema, Shape, Tagging, Variant};
use crate::validate::Probe;

/// The minute may also have a leap second.
macro_rules! time {
    () => {
        concat!(hour_minute!(), ":(?:[0-5][0-9]|60)(?:", fraction!(), ")?")
    };
}

written! {
    NaiveDate: format("date"), "Date, ISO 8601: 2024-03-12";
    NaiveTime: pattern(concat!("^", time!(), "$")), "Time of day: 14:30:00";
    NaiveDateTime: pattern(concat!(
        "^(?:[0-9]{4}|[-+][0-9]{4,6})-", month_day!(), "T", time!(), "$",
    )), "Date and time without time zone: 2024-03-12T14:30:00";
}

/// For `Utc`, `FixedOffset` and, with chrono's feature `clock`, `Local`.
impl<Tz: TimeZone + 'static> Extract for DateTime<Tz>
where
    Self: DeserializeOwned,
{
    const SCHEMA: &'static Schema = &Schema {
        description: "Date and time, RFC 3339: 2024-03-12T14:30:00Z",
        ..Schema::new(TypeId::of::<Self>, Shape::Text(format("date-time")))
    };

    fn probe(&self) -> Probe<'_> {
        text::probe(self)
    }
}

impl Extract for TimeDelta {
    const SCHEMA: &'static Schema = &Schema {
        description: "Length of time",
        ..Schema::new(
            TypeId::of::<Self>,
            Shape::Tuple(&[
                Field { description: "Whole seconds", ..Field::new("", SECS) },
                Field {
                    description: "Nanoseconds beyond the whole seconds",
                    ..Field::new("", NANOS)
                },
            ]),
        )
    };
}

/// A `TimeDelta` is counted in milliseconds.
const SECS: &Schema = &Schema::new(
    TypeId::of::<Secs>,
    Shape::Integer {
        min: -(i64::MAX as i128 / 1000) - 1,
        max: i64::MAX as u128 / 1000,
        nonzero: false,
    },
);

/// Gives [`SECS`] an identity.
struct Secs;

const NANOS: &Schema =
    &Schema::new(TypeId::of::<Nanos>, Shape::Integer { min: 0, max: 999_999_999, nonzero: false });

/// Gives [`NANOS`] an identity.
struct Nanos;

macro_rules! names {
    ($($type:ident: $($name:literal $(or $alias:literal)?)+;)*) => {
        $(
            impl Extract for $type {
                const SCHEMA: &'static Schema = &Schema {
                    name: stringify!($type),
                    ..Schema::new(
                        TypeId::of::<Self>,
                        Shape::Enum {
                            variants: &[$(Variant {
                                $(aliases: &[$alias],)?
                                ..Variant::new($name, Data::Unit)
                            }),+],
                            tagging: Tagging::External,
                            closed: false,
                        },
                    )
                };

                fn probe(&self) -> Probe<'_> {
                    text::probe(self)
                }
            }
        )*
    };
}

names! {
    Weekday:
        "Mon" or "Monday"
        "Tue" or "Tuesday"
        "Wed" or "Wednesday"
        "Thu" or "Thursday"
        "Fri" or "Friday"
        "Sat" or "Saturday"
        "Sun" or "Sunday";
    Month:
        "January" or "Jan"
        "February" or "Feb"
        "March" or "Mar"
        "April" or "Apr"
        "May"
        "June" or "Jun"
        "July" or "Jul"
        "August" or "Aug"
        "September" or "Sep"
        "October" or "Oct"
        "November" or "Nov"
        "December" or "Dec";
}
