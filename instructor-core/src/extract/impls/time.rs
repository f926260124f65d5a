//! Dates and times of the `time` crate, whose text is its own and not RFC 3339.

use std::any::TypeId;

use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset, Weekday};

use crate::extract::Extract;
use crate::extract::impls::calendar::{fraction, hour_minute, month_day};
use crate::extract::impls::text::{self, format, pattern, written};
use crate::schema::{Data, Schema, Shape, Tagging, Variant};
use crate::validate::Probe;

macro_rules! date {
    () => {
        concat!("-?[0-9]{4}-", month_day!())
    };
}

macro_rules! clock {
    () => {
        concat!(hour_minute!(), ":[0-5][0-9]", fraction!())
    };
}

macro_rules! offset {
    () => {
        "[-+](?:[01][0-9]|2[0-5]):[0-5][0-9]:[0-5][0-9]"
    };
}

written! {
    OffsetDateTime: pattern(concat!("^", date!(), " ", clock!(), " ", offset!(), "$")),
        "Date and time: 2024-03-12 14:30:00.0 +00:00:00, always with a fraction and an offset";
    PrimitiveDateTime: pattern(concat!("^", date!(), " ", clock!(), "$")),
        "Date and time without time zone: 2024-03-12 14:30:00.0, always with a fraction";
    Date: format("date"), "Date, ISO 8601: 2024-03-12";
    Time: pattern(concat!("^", clock!(), "$")),
        "Time of day: 14:30:00.0, always with a fraction";
    UtcOffset: pattern(concat!("^", offset!(), "$")), "Offset from UTC: +01:00:00";
    Duration: pattern("^-?[0-9]{1,19}\\.[0-9]+$"), "Length of time in seconds: \"90.0\"";
}

macro_rules! names {
    ($($type:ident: $($name:ident)+;)*) => {
        $(
            impl Extract for $type {
                const SCHEMA: &'static Schema = &Schema {
                    name: stringify!($type),
                    ..Schema::new(
                        TypeId::of::<Self>,
                        Shape::Enum {
                            variants: &[$(Variant::new(stringify!($name), Data::Unit)),+],
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
    Weekday: Monday Tuesday Wednesday Thursday Friday Saturday Sunday;
    Month:
        January February March April May June July August September October November December;
}
