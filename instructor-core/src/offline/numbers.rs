//! Numbers as people write them: signs, separators, currencies, percents, and small ones in words.

use std::sync::LazyLock;

use regex::Regex;

use super::facts::{Fact, Kind, Number, Unit, constant};
use super::words::Word;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?i)([$€£¥]|\b(?:usd|eur|gbp|chf|jpy|cad|aud)\s?)?\s?([-−])?([0-9]{1,3}(?:[,.'\u{a0}\u{202f}][0-9]{3})+(?:[.,][0-9]{1,2})?|[0-9]+(?:[.,][0-9]+)?)(?:(\s?%|\s?percent\b)|(\s?(?:k|thousand|m|mn|million|bn|billion)\b))?(\s?(?:[€£$¥]|(?:usd|eur|gbp|chf|jpy|cad|aud|euros?|dollars?|pounds?)\b))?",
    )
});

const WRITTEN: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// Every number of the text that is no part of a word.
pub(super) fn scan(text: &str, words: &[Word], push: &mut dyn FnMut(Fact)) {
    let mut last: Option<(usize, f64)> = None;
    let mut pending: Vec<Fact> = Vec::new();
    for found in NUMBER.captures_iter(text) {
        let (Some(whole), Some(digits)) = (found.get(0), found.get(3)) else { continue };
        let before = text[..digits.start()].chars().next_back();
        let after = text[whole.end()..].chars().next();
        let ordinal =
            ["st", "nd", "rd", "th"].iter().any(|end| text[whole.end()..].starts_with(end));
        let glued =
            before.is_some_and(|c| c.is_alphanumeric() || c == '_') && found.get(1).is_none();
        if glued || ordinal || after.is_some_and(|c| c.is_ascii_digit() || c == '_') {
            continue;
        }
        if after.is_some_and(char::is_alphabetic) && !text[whole.end()..].starts_with(['x', 'X']) {
            continue;
        }
        let plain = plain(digits.as_str());
        let Ok(mut value) = plain.parse::<f64>() else { continue };
        let scale = found.get(5).map_or(1.0, |scale| scale_of(scale.as_str().trim()));
        value *= scale;
        // A minus between two numbers is a range.
        let minus = found.get(2).filter(|minus| {
            !text[..minus.start()].ends_with(|c: char| c.is_alphanumeric() || c == ')')
        });
        if minus.is_some() {
            value = -value;
        }
        let unit = if found.get(4).is_some() {
            Unit::Percent
        } else if found.get(1).is_some() || found.get(6).is_some() {
            Unit::Money
        } else {
            Unit::None
        };
        let mut number = Number { value, unit, low: false, high: false, limit: false, scale };
        let start = whole.end() - whole.as_str().trim_start().len();
        mark_range(text, start, &mut number, last, &mut pending);
        last = Some((whole.end(), value));
        let text = if scale > 1.0 { value.to_string() } else { signed(minus.is_some(), &plain) };
        pending.push(Fact::new(start..whole.end(), Kind::Number(number), text));
    }
    for word in words {
        let spelled = text[word.span.clone()].to_lowercase();
        if let Some(value) = (0_u8..).zip(WRITTEN).find(|(_, name)| *name == spelled) {
            let number = Number { value: f64::from(value.0), ..Number::default() };
            pending.push(Fact::new(word.span.clone(), Kind::Number(number), value.0.to_string()));
        }
    }
    pending.into_iter().for_each(push);
}

/// In "60–75k" the first is the lower end and takes the scale of the second; in "4 out of 5" and
/// "4/5" the second is only the limit.
fn mark_range(
    text: &str,
    start: usize,
    number: &mut Number,
    last: Option<(usize, f64)>,
    pending: &mut [Fact],
) {
    let Some((end, value)) = last.filter(|(end, _)| *end <= start && start - end < 12) else {
        return;
    };
    let between = text[end..start].trim().trim_start_matches("stars").trim();
    let dash = between.is_empty() && text[start..].starts_with(['-', '−']);
    if matches!(between, "/" | "out of" | "of") {
        number.limit = true;
    } else if (dash || matches!(between, "-" | "–" | "—" | "to" | "and" | "up to"))
        && number.value > value
    {
        number.high = true;
        if let Some(Fact { kind: Kind::Number(low), text, .. }) = pending.last_mut() {
            low.low = true;
            if low.unit == Unit::None {
                low.unit = number.unit;
            }
            if low.scale < number.scale && low.value < number.value / number.scale {
                low.value *= number.scale;
                *text = low.value.to_string();
            }
        }
    }
}

fn signed(minus: bool, plain: &str) -> String {
    if minus { format!("-{plain}") } else { plain.to_owned() }
}

fn scale_of(word: &str) -> f64 {
    match word.to_ascii_lowercase().as_str() {
        "k" | "thousand" => 1e3,
        "m" | "mn" | "million" => 1e6,
        _ => 1e9,
    }
}

/// The digits with `.` before the fraction and nothing between thousands.
fn plain(digits: &str) -> String {
    let mut digits: String =
        digits.chars().filter(|c| !matches!(c, '\'' | '\u{a0}' | '\u{202f}')).collect();
    let (comma, point) = (digits.rfind(','), digits.rfind('.'));
    let decimal = match (comma, point) {
        (Some(comma), Some(point)) => Some(comma.max(point)),
        (Some(comma), None) => {
            let thousands = digits.len() - comma == 4 || digits.matches(',').count() > 1;
            (!thousands).then_some(comma)
        }
        (None, Some(point)) => (digits.matches('.').count() == 1).then_some(point),
        (None, None) => None,
    };
    if let Some(at) = decimal {
        let fraction = digits.split_off(at + 1);
        digits.retain(|c| c.is_ascii_digit());
        digits.push('.');
        digits.push_str(&fraction);
    } else {
        digits.retain(|c| c.is_ascii_digit());
    }
    let digits = digits.trim_start_matches('0');
    match digits.chars().next() {
        None => "0".to_owned(),
        Some('.') => format!("0{digits}"),
        Some(_) => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::words::words;

    fn numbers(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        scan(text, &words(text), &mut |fact| found.push(fact.text));
        found
    }

    #[test]
    fn numbers_are_read_in_the_usual_spellings() {
        for (text, expected) in [
            ("1,250.00 and 1.250,00", &["1250.00", "1250.00"][..]),
            ("1,250 or 12,5", &["1250", "12.5"]),
            ("$3.50, 20 %, -4 degrees", &["3.50", "20", "-4"]),
            ("60k", &["60000"]),
            ("60-75k", &["60000", "75000"]),
            ("two people", &["2"]),
            ("a 36-year-old, B2B, 3rd, x_4", &["36"]),
            ("1'000'000", &["1000000"]),
        ] {
            assert_eq!(numbers(text), expected, "{text}");
        }
    }
}
