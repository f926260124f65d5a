//! Formats of text: dates and times, lengths of time, UUIDs, addresses.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::Regex;

use crate::schema::Format;

/// Whether the text has the format.
pub(super) fn has(format: Format, text: &str) -> bool {
    match format {
        Format::Date => is_date(text),
        Format::DateTime => is_date_time(text),
        Format::Time => matches(&TIME, text),
        Format::Duration => {
            matches(&DURATION, text)
                && text.ends_with(|c: char| c.is_ascii_alphabetic() && c != 'T' && c != 'P')
        }
        Format::Uuid => matches(&UUID, text),
        Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
        Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
    }
}

/// What such a text is, after "must be".
pub(super) const fn phrase(format: Format) -> &'static str {
    match format {
        Format::Date => "a date such as 2024-03-12",
        Format::DateTime => "a date and time with its offset, such as 2024-03-12T14:30:00Z",
        Format::Time => "a time such as 14:30:00",
        Format::Duration => "an ISO 8601 duration such as P3DT4H",
        Format::Uuid => "a UUID such as 67e55044-10b1-426f-9247-bb680e5fe0c8",
        Format::Ipv4 => "an IPv4 address such as 192.0.2.1",
        Format::Ipv6 => "an IPv6 address such as 2001:db8::1",
    }
}

macro_rules! clock {
    () => {
        r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
    };
}

macro_rules! offset {
    () => {
        r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
    };
}

type Expression = LazyLock<Option<Regex>>;

static DATE: Expression = LazyLock::new(|| Regex::new(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$").ok());
static TIME: Expression =
    LazyLock::new(|| Regex::new(concat!("^", clock!(), offset!(), "?$")).ok());
static FULL_TIME: Expression =
    LazyLock::new(|| Regex::new(concat!("^", clock!(), offset!(), "$")).ok());
static DURATION: Expression = LazyLock::new(|| {
    let days = "(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+W)?(?:[0-9]+D)?";
    let hours = r"(?:T(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:[.,][0-9]+)?S)?)?";
    Regex::new(&format!("^P{days}{hours}$")).ok()
});
static UUID: Expression =
    LazyLock::new(|| Regex::new("^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$").ok());

fn matches(expression: &Expression, text: &str) -> bool {
    expression.as_ref().is_some_and(|expression| expression.is_match(text))
}

fn is_date(text: &str) -> bool {
    let parts = DATE.as_ref().and_then(|date| date.captures(text));
    let Some((_, [year, month, day])) = parts.map(|parts| parts.extract()) else { return false };
    let number = |digits: &str| digits.parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(year), number(month), number(day));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else { return false };
    let time = time.strip_prefix(['T', 't', ' ']);
    is_date(date) && time.is_some_and(|time| matches(&FULL_TIME, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_takes_what_it_shows_and_refuses_the_rest() {
        let cases: [(Format, &[&str], &[&str]); 7] = [
            (
                Format::Date,
                &["2024-02-29", "2000-02-29", "0001-12-31"],
                &[
                    "",
                    "2023-02-29",
                    "1900-02-29",
                    "2024-13-01",
                    "2024-04-31",
                    "2024-1-1",
                    "12.03.2024",
                ],
            ),
            (
                Format::DateTime,
                &["2024-03-12T14:30:00Z", "2024-03-12t14:30:00.123+05:30", "2024-03-12 23:59:60z"],
                &[
                    "2024-03-12",
                    "2024-03-12T14:30:00",
                    "2024-02-30T14:30:00Z",
                    "ünfzehn Uhr dreißig",
                ],
            ),
            (
                Format::Time,
                &["14:30:00", "00:00:00.5", "14:30:00+01:00"],
                &["14:30", "24:00:00", "2 pm"],
            ),
            (
                Format::Duration,
                &["P3DT4H", "PT0S", "P2W", "P1Y2M", "PT1.5S"],
                &["", "P", "PT", "P1DT", "3 days", "P1H", "PT1D"],
            ),
            (
                Format::Uuid,
                &["67e55044-10b1-426f-9247-bb680e5fe0c8", "67E55044-10B1-426F-9247-BB680E5FE0C8"],
                &["67e5504410b1426f9247bb680e5fe0c8", "67e55044-10b1-426f-9247-bb680e5fe0cg"],
            ),
            (Format::Ipv4, &["192.0.2.1"], &["192.0.2", "256.0.0.1", "192.0.2.01"]),
            (Format::Ipv6, &["2001:db8::1", "::", "::ffff:192.0.2.1"], &["2001:db8", "192.0.2.1"]),
        ];
        assert_eq!(cases.len(), Format::ALL.len());
        for (format, good, bad) in cases {
            let shown = phrase(format).rsplit(' ').next().unwrap_or_default();
            for text in good.iter().chain([&shown]) {
                assert!(has(format, text), "{format:?} {text}");
            }
            for text in bad {
                assert!(!has(format, text), "{format:?} {text}");
            }
        }
    }
}
