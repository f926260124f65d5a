//! `Extract` for types that are written as text: the schema and serde agree on samples.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::path::PathBuf;

use instructor_core::Extract;
use instructor_core::schema::Shape;
use instructor_core::validate::Probe;
use regex::Regex;
use serde::Serialize;
use serde_json::Value;
#[cfg(any(feature = "chrono", feature = "time", feature = "jiff"))]
use serde_json::json;

/// Values are written in a form that the schema accepts; serde and the schema agree on texts.
fn written<T: Extract + Serialize + PartialEq>(values: &[T], good: &[&str], bad: &[&str]) {
    let texts = |shape| match shape {
        Shape::Text(text) => vec![text],
        Shape::AnyOf(schemas) => schemas
            .iter()
            .map(|schema| match schema.shape {
                Shape::Text(text) => text,
                other => panic!("{other:?}"),
            })
            .collect(),
        other => panic!("{other:?}"),
    };
    let texts = texts(T::SCHEMA.shape);
    assert!(!T::SCHEMA.description.is_empty());
    let known = texts.iter().any(|text| text.pattern.is_empty());
    let fits = |json: &str| {
        texts.iter().any(|text| Regex::new(text.pattern).expect("valid").is_match(json))
    };
    let read = |text: &str| serde_json::from_value::<T>(text.into());
    for value in values {
        let Value::String(json) = serde_json::to_value(value).expect("can be written") else {
            panic!("is not written as text");
        };
        assert!(fits(&json), "{json}");
        assert!(read(&json).is_ok_and(|read| read == *value), "{json}");
        assert!(matches!(value.probe(), Probe::Text(text) if text == json), "{json}");
    }
    for text in good {
        assert!(read(text).is_ok(), "serde refuses {text}");
        assert!(fits(text), "the schema refuses {text}");
    }
    for text in bad {
        assert!(read(text).is_err(), "serde accepts {text}");
        assert!(known || !fits(text), "the schema accepts {text}");
    }
}

/// Every name and alias of an enum is read, and the name is written.
#[cfg(any(feature = "chrono", feature = "time"))]
fn names<T: Extract + Serialize + PartialEq>(count: usize) {
    let Shape::Enum { variants, .. } = T::SCHEMA.shape else { panic!("no enum") };
    assert_eq!(variants.len(), count);
    for variant in variants {
        for name in [variant.name].iter().chain(variant.aliases) {
            let read = serde_json::from_value::<T>(json!(name)).expect("can be read");
            assert_eq!(serde_json::to_value(&read).expect("can be written"), variant.name);
            assert!(matches!(read.probe(), Probe::Text(text) if text == variant.name));
        }
    }
}

#[test]
fn addresses() {
    let (v4, v6) = (Ipv4Addr::new(192, 0, 2, 1), Ipv6Addr::LOCALHOST);
    written(&[v4], &["0.0.0.0"], &["256.0.0.1", "1.2.3"]);
    written(&[v6], &["2001:db8::1", "::ffff:192.0.2.1"], &["1::2::3"]);
    written(&[IpAddr::from(v4), IpAddr::from(v6)], &["::"], &["localhost"]);
    let (s4, s6) = (SocketAddrV4::new(v4, 443), SocketAddrV6::new(v6, 65_535, 0, 7));
    written(
        &[s4],
        &["0.0.0.0:0", "255.249.199.99:65535"],
        &["1.2.3.4", "1.2.3.4:65536", "1.2.3.256:1", "1.2.3:1", "01.2.3.4:1", "1.2.3.4:"],
    );
    written(&[s6], &["[::1]:80", "[2001:db8::1]:0"], &["::1:80", "[::1]", "[::1]:65536", "[]:1"]);
    written(
        &[SocketAddr::from(s4), SocketAddr::from(s6)],
        &["1.2.3.4:80"],
        &["localhost:80", "1.2.3.4"],
    );
}

#[test]
fn paths() {
    written(&[PathBuf::from("/a/b.txt")], &["", "a b", "C:\\a"], &[]);
}

#[cfg(feature = "chrono")]
#[test]
fn chrono_types() {
    use chrono::{DateTime, FixedOffset, Month, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
    use chrono::{Utc, Weekday};

    let utc: DateTime<Utc> = "2024-03-12T14:30:00.5Z".parse().expect("valid");
    let east = FixedOffset::east_opt(5 * 3600 + 45 * 60).expect("valid");
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).expect("valid");
    let early = NaiveDate::from_ymd_opt(-44, 3, 15).expect("valid");
    let late = NaiveDate::from_ymd_opt(12_345, 3, 15).expect("valid");
    let time = NaiveTime::from_hms_nano_opt(23, 59, 59, 123_456_789).expect("valid");
    let leap = NaiveTime::from_hms_milli_opt(23, 59, 59, 1_500).expect("valid");
    written(&[utc], &["2024-03-12T14:30:00+01:00"], &["2024-03-12", "2024-03-12T14:30:00"]);
    written(&[utc.with_timezone(&east)], &["2024-03-12T14:30:00Z"], &["2024-03-12"]);
    written(&[date], &["2024-02-29"], &["2023-02-29", "12.03.2024", "2024-03-12T00:00:00Z"]);
    written(
        &[NaiveTime::MIN, time, leap],
        &["14:30:00", "14:30:00.5"],
        &["24:00:00", "14:60:00", "14:30:00Z", "2:30 pm"],
    );
    written(
        &[date.and_time(time), early.and_time(leap), late.and_time(NaiveTime::MIN)],
        &["2024-03-12T14:30:00"],
        &["2024-03-12", "2024-13-12T14:30:00", "2024-03-12T14:30:00Z"],
    );
    assert_eq!(NaiveDateTime::SCHEMA.name, "");

    names::<Weekday>(7);
    names::<Month>(12);
    assert!(matches!(<std::collections::HashMap<Weekday, u8>>::SCHEMA.shape, Shape::Map { .. }));
    assert!(
        serde_json::from_str::<std::collections::HashMap<Weekday, u8>>(r#"{"Mon": 1}"#).is_ok()
    );

    let Shape::Tuple([secs, nanos]) = TimeDelta::SCHEMA.shape else { panic!("no tuple") };
    let Shape::Integer { min, max, .. } = secs.schema.shape else { panic!("no integer") };
    assert!(matches!(nanos.schema.shape, Shape::Integer { min: 0, max: 999_999_999, .. }));
    let read = |secs: i128| {
        let secs = i64::try_from(secs).expect("in range");
        serde_json::from_value::<TimeDelta>(json!([secs, 500_000_000])).is_ok()
    };
    assert!(read(min) && read(max.try_into().expect("in range")));
    assert!(!read(min - 1) && !read(i128::try_from(max).expect("in range") + 1));
}

#[cfg(feature = "time")]
#[test]
fn time_types() {
    use time::macros::{date, datetime, offset, time};
    use time::{Duration, Month, Weekday};

    written(
        &[datetime!(2024-03-12 1:02:03.5 +5:45), datetime!(-0044-03-15 0:00 UTC)],
        &["2024-03-12 14:30:00.0 +00:00:00", "2024-03-12 14:30:00.123456789 -09:30:00"],
        &[
            "2024-03-12T14:30:00Z",
            "2024-03-12 14:30:00 +00:00:00",
            "2024-03-12 14:30:00.0 +00:00",
            "2024-03-12 14:30:00.0",
        ],
    );
    written(
        &[datetime!(2024-03-12 1:02:03.5), datetime!(2024-12-31 0:00)],
        &["2024-03-12 14:30:00.0"],
        &["2024-03-12T14:30:00.0", "2024-03-12 14:30:00", "2024-3-12 14:30:00.0"],
    );
    written(&[date!(2024 - 02 - 29)], &["2024-03-12"], &["2023-02-29", "12.03.2024"]);
    written(&[time!(1:02:03), time!(23:59:59.999)], &["14:30:00.0"], &["14:30:00", "1:02:03.0"]);
    written(&[offset!(+1), offset!(-9:30)], &["+00:00:00"], &["+01:00", "01:00:00", "Z"]);
    written(
        &[Duration::seconds(90), Duration::milliseconds(-500), Duration::MIN, Duration::MAX],
        &["90.0", "0.5"],
        &["90", "90.", ".5", "1h"],
    );

    names::<Weekday>(7);
    names::<Month>(12);
}

#[cfg(feature = "jiff")]
#[test]
fn jiff_types() {
    use jiff::civil::{self, Date, DateTime, ISOWeekDate, Time};
    use jiff::tz::{Offset, TimeZone};
    use jiff::{SignedDuration, Span, Timestamp, ToSpan};

    let stamp: Timestamp = "2024-03-12T14:30:00.5Z".parse().expect("valid");
    // Names of zones need jiff's own features.
    let fixed = TimeZone::fixed(Offset::constant(-9));
    written(&[stamp], &["2024-03-12T14:30:00+01:00"], &["2024-03-12T14:30:00"]);
    written(
        &[stamp.to_zoned(fixed)],
        &["2024-03-12T14:30:00+01:00[+01:00]", "2024-03-12T14:30:00[-05:30]"],
        &["2024-03-12T14:30:00Z", "2024-03-12T14:30:00+00:00", "2024-03-12[UTC"],
    );
    written(&[civil::date(2024, 2, 29)], &["2024-03-12"], &["2023-02-29", "12.03.2024"]);
    written(
        &[Time::MIN, Time::MAX],
        &["14:30:00", "14:30", "14:30:00.5", "23:59:60"],
        &["24:00:00", "14:60:00", "2:30 pm"],
    );
    written(
        &[DateTime::MIN, DateTime::MAX, civil::datetime(2024, 3, 12, 14, 30, 0, 0)],
        &["2024-03-12T14:30:00"],
        &["2024-13-12T14:30:00", "2024-03-12T14:30:00Z"],
    );
    written(
        &[ISOWeekDate::MIN, ISOWeekDate::MAX, Date::constant(2024, 3, 12).iso_week_date()],
        &["2024-W11-2"],
        &["2024-W54-1", "2024-W11-8", "2024-03-12"],
    );
    let spans = [
        1.year().months(2).weeks(1).days(3).hours(4).minutes(5).seconds(6),
        Span::new(),
        -(1.hour().milliseconds(5)),
        3.weeks(),
        2.hours(),
    ];
    let bad = ["", "P", "PT", "P1H", "1:30", "P1DT", "90"];
    let read = |text: &str| serde_json::from_value::<Span>(text.into());
    written::<Fieldwise>(&spans.map(Fieldwise), &["P1DT2H", "PT1.5S", "P2W"], &bad);
    assert!(read("1h 30m").is_ok(), "the friendly form is not in the schema");
    written(
        &[SignedDuration::MIN, SignedDuration::MAX, SignedDuration::ZERO],
        &["PT1H30M", "-PT0.5S"],
        &["", "PT", "P1D", "P1Y", "90"],
    );
}

#[cfg(feature = "uuid")]
#[test]
fn uuids() {
    use uuid::{NonNilUuid, Uuid};

    let uuid = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
    written(&[Uuid::nil(), uuid], &["67e55044-10b1-426f-9247-bb680e5fe0c8"], &["", "67e55044"]);
    written(&[NonNilUuid::new(uuid).expect("not nil")], &[], &["x"]);
}

#[cfg(feature = "url")]
#[test]
fn urls() {
    let url: url::Url = "https://de.wikipedia.org/wiki/Köln".parse().expect("valid");
    written(&[url], &["https://example.org", "mailto:a@b.c"], &["www.example.org", "/a"]);
}

#[cfg(feature = "rust_decimal")]
#[test]
fn decimals() {
    use rust_decimal::Decimal;

    written(
        &[Decimal::MIN, Decimal::MAX, Decimal::new(1250, 2), Decimal::new(1, 28), Decimal::ZERO],
        &["12.50", "-0.1", "7"],
        &["", "12,50", "$5", "1.2.3"],
    );
}

/// A `Span` with the equality of its fields.
#[cfg(feature = "jiff")]
#[derive(Debug, Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Fieldwise(jiff::Span);

#[cfg(feature = "jiff")]
impl PartialEq for Fieldwise {
    fn eq(&self, other: &Self) -> bool {
        self.0.fieldwise() == other.0.fieldwise()
    }
}

#[cfg(feature = "jiff")]
impl Extract for Fieldwise {
    const SCHEMA: &'static instructor_core::Schema = jiff::Span::SCHEMA;

    fn probe(&self) -> Probe<'_> {
        self.0.probe()
    }
}
