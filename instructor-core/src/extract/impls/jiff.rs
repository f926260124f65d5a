//! Dates and times of the `jiff` crate.

use jiff::civil::{Date, DateTime, ISOWeekDate, Time};
use jiff::{SignedDuration, Span, Timestamp, Zoned};

use crate::extract::impls::calendar::{fraction, hour_minute, month_day};
use crate::extract::impls::text::{format, pattern, written};

macro_rules! date {
    () => {
        concat!("(?:[0-9]{4}|-[0-9]{6})-", month_day!())
    };
}

/// A leap second is read as the second before it.
macro_rules! time {
    () => {
        concat!(hour_minute!(), "(?::(?:[0-5][0-9]|60)(?:", fraction!(), ")?)?")
    };
}

written! {
    Timestamp: format("date-time"), "Date and time, RFC 3339: 2024-03-12T14:30:00Z";
    Zoned: pattern(concat!(
        "^", date!(), "T", time!(), "(?:Z|[-+][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?\\[[^\\[\\]]+\\]$",
    )), "Date and time with time zone: 2024-03-12T14:30:00+01:00[Europe/Berlin]";
    Date: format("date"), "Date, ISO 8601: 2024-03-12";
    Time: pattern(concat!("^", time!(), "$")), "Time of day: 14:30:00";
    DateTime: pattern(concat!("^", date!(), "T", time!(), "$")),
        "Date and time without time zone: 2024-03-12T14:30:00";
    ISOWeekDate: pattern("^(?:[0-9]{4}|-[0-9]{6})-W(?:0[1-9]|[1-4][0-9]|5[0-3])-[1-7]$"),
        "Week date, ISO 8601: 2024-W11-2";
    Span: pattern(concat!(
        "^-?P(?:(?:[0-9]+[YMWD])+(?:T(?:[0-9]+[HM])*[0-9]+(?:", fraction!(), ")?[HMS])?",
        "|T(?:[0-9]+[HM])*[0-9]+(?:", fraction!(), ")?[HMS])$",
    )), "Length of time, ISO 8601: P1Y2M3DT4H5M6S";
    SignedDuration: pattern(concat!("^-?PT(?:[0-9]+[HM])*[0-9]+(?:", fraction!(), ")?[HMS]$")),
        "Length of time, ISO 8601: PT1H30M";
}
