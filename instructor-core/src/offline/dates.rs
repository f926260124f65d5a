//! Dates and times as people write them, turned into ISO 8601.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::facts::{Fact, Kind, constant};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const MONTH: &str = "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?\b",
    )
});
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    constant(&format!(
        r"(?i)\b([0-9]{{1,2}})(?:st|nd|rd|th)?\.?(?:\s+of)?\s+{MONTH}\.?,?\s+([0-9]{{4}})\b"
    ))
});
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    constant(&format!(r"(?i)\b{MONTH}\.?\s+([0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+([0-9]{{4}})\b"))
});
static DOTTED: LazyLock<Regex> =
    LazyLock::new(|| constant(r"\b([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})\b"));
static SLASHED: LazyLock<Regex> =
    LazyLock::new(|| constant(r"\b([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\b"));
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?i)\b([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?:\s*([ap])\.?m\b\.?)?|\b([0-9]{1,2})\s*([ap])\.?m\b",
    )
});

/// Every complete date and time of day in the text. A date without a year, or with two readings
/// (03/04/2024), is none.
pub(super) fn scan(text: &str, push: &mut dyn FnMut(Fact)) {
    for found in ISO.captures_iter(text) {
        if let Some(date) = iso_date(number(&found, 1), number(&found, 2), number(&found, 3)) {
            let time = clock(number(&found, 4), number(&found, 5), number(&found, 6));
            let zone = found.get(7).map(|zone| zone.as_str().to_owned());
            push(Fact::new(span(&found), Kind::Date { time, zone }, date));
        }
    }
    let plain = |push: &mut dyn FnMut(Fact), found: &Captures<'_>, y, m, d| {
        if let Some(date) = iso_date(y, m, d) {
            push(Fact::new(span(found), Kind::Date { time: None, zone: None }, date));
        }
    };
    for found in DAY_FIRST.captures_iter(text) {
        plain(push, &found, number(&found, 3), month(&found, 2), number(&found, 1));
    }
    for found in MONTH_FIRST.captures_iter(text) {
        plain(push, &found, number(&found, 3), month(&found, 1), number(&found, 2));
    }
    for found in DOTTED.captures_iter(text) {
        plain(push, &found, number(&found, 3), number(&found, 2), number(&found, 1));
    }
    for found in SLASHED.captures_iter(text) {
        let (first, second) = (number(&found, 1), number(&found, 2));
        let (day, month) = match (first > Some(12), second > Some(12)) {
            (true, false) => (first, second),
            (false, true) => (second, first),
            _ if first == second => (first, second),
            _ => continue,
        };
        plain(push, &found, number(&found, 3), month, day);
    }
    for found in TIME.captures_iter(text) {
        let hour = number(&found, 1).or_else(|| number(&found, 5));
        let half = found.get(4).or_else(|| found.get(6)).map(|half| half.as_str());
        let hour = match (hour, half) {
            (Some(12), Some("a" | "A")) => Some(0),
            (Some(hour @ 1..=11), Some("p" | "P")) => Some(hour + 12),
            (Some(13..), Some(_)) => None,
            (hour, _) => hour,
        };
        if let Some(time) = clock(hour, number(&found, 2).or(Some(0)), number(&found, 3)) {
            push(Fact::new(span(&found), Kind::Time, time));
        }
    }
}

fn span(found: &Captures<'_>) -> Range<usize> {
    found.get(0).map_or(0..0, |whole| whole.range())
}

fn number(found: &Captures<'_>, group: usize) -> Option<u32> {
    found.get(group)?.as_str().parse().ok()
}

fn month(found: &Captures<'_>, group: usize) -> Option<u32> {
    let name = found.get(group)?.as_str().to_ascii_lowercase();
    (1..).zip(MONTHS).find(|(_, month)| name.starts_with(month)).map(|(number, _)| number)
}

fn iso_date(year: Option<u32>, month: Option<u32>, day: Option<u32>) -> Option<String> {
    let (year, month, day) = (year?, month?, day?);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&day).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn clock(hour: Option<u32>, minute: Option<u32>, second: Option<u32>) -> Option<String> {
    let (hour, minute, second) = (hour?, minute?, second.unwrap_or(0));
    (hour < 24 && minute < 60 && second < 60).then(|| format!("{hour:02}:{minute:02}:{second:02}"))
}

/// Whether the word is the name of a month or a weekday, which are no names of people or places.
pub(super) fn is_calendar_word(word: &str) -> bool {
    const DAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    static NAME: LazyLock<Regex> = LazyLock::new(|| constant(&format!("(?i)^{MONTH}$")));
    DAYS.iter().any(|day| day.eq_ignore_ascii_case(word)) || NAME.is_match(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        scan(text, &mut |fact| found.push(fact.text));
        found
    }

    #[test]
    fn dates_become_iso_dates() {
        for (text, iso) in [
            ("on 2024-03-12.", "2024-03-12"),
            ("12 March 2024", "2024-03-12"),
            ("the 12th of March, 2024", "2024-03-12"),
            ("March 12, 2024", "2024-03-12"),
            ("Sept. 1st 2023", "2023-09-01"),
            ("12.03.2024", "2024-03-12"),
            ("25/12/2024", "2024-12-25"),
            ("12/25/2024", "2024-12-25"),
            ("at 3:05 pm", "15:05:00"),
            ("at 12am", "00:00:00"),
        ] {
            assert_eq!(dates(text), [iso], "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["2024-02-30", "31 April 2024", "03/04/2024", "March 12", "2024-13-01", "99:99"]
        {
            assert_eq!(dates(text), [""; 0], "{text}");
        }
    }
}
