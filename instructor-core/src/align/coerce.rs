//! The readings of a scalar that leave no doubt: numbers and truth values from text, names by sound.

use std::borrow::Cow;

/// What a number is to an integer type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// A whole number.
    Is {
        /// Below zero.
        negative: bool,
        /// Without its sign.
        magnitude: u128,
    },
    /// It has a fraction.
    Fraction,
    /// No integer type holds it.
    TooLarge,
}

impl Whole {
    /// Whether it stands between the bounds of a type.
    pub(super) fn is_within(self, min: i128, max: u128) -> bool {
        match self {
            Self::Is { negative: true, magnitude } => min < 0 && magnitude <= min.unsigned_abs(),
            Self::Is { negative: false, magnitude } => {
                magnitude <= max && (min <= 0 || magnitude >= min.unsigned_abs())
            }
            Self::Fraction | Self::TooLarge => false,
        }
    }

    /// The digits that every integer type reads.
    pub(super) fn digits(self) -> Option<String> {
        match self {
            Self::Is { negative: true, magnitude } => Some(format!("-{magnitude}")),
            Self::Is { negative: false, magnitude } => Some(magnitude.to_string()),
            Self::Fraction | Self::TooLarge => None,
        }
    }
}

/// The whole number that a JSON number is: `5`, `5.0` and `50e-1` are 5; nothing is rounded.
pub(super) fn whole(number: &str) -> Whole {
    let (negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (units, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [units, fraction].concat();
    let kept = digits.trim_end_matches('0');
    let significant = kept.trim_start_matches('0');
    if significant.is_empty() {
        return Whole::Is { negative: false, magnitude: 0 };
    }
    // An exponent beyond i64 decides by its sign alone.
    let beyond = if exponent.starts_with('-') { Whole::Fraction } else { Whole::TooLarge };
    let Ok(exponent) = exponent.parse::<i64>() else { return beyond };
    let zeros = i64::try_from(digits.len() - kept.len()).unwrap_or(i64::MAX);
    let places = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let scale = exponent.saturating_sub(places).saturating_add(zeros);
    if scale < 0 {
        return Whole::Fraction;
    }
    let power = u32::try_from(scale).ok().and_then(|scale| 10_u128.checked_pow(scale));
    let magnitude = power.zip(significant.parse::<u128>().ok()).and_then(|(p, s)| s.checked_mul(p));
    magnitude.map_or(Whole::TooLarge, |magnitude| Whole::Is { negative, magnitude })
}

/// Whether `f64` holds the JSON number, as `serde_json` sees it.
pub(super) fn is_finite(number: &str) -> bool {
    number.parse::<f64>().is_ok_and(f64::is_finite)
}

/// The JSON number that a text spells: `30`, `+5`, `1,234.50`; nothing else may stand in the text.
///
/// One comma alone (`1,234`) divides thousands only where a whole number is wanted: elsewhere it
/// could be a decimal comma.
pub(super) fn number(text: &str, whole: bool) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let units_end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
    let (grouped, tail) = rest.split_at(units_end);
    if !is_tail(tail) {
        return None;
    }
    let units = if grouped.contains(',') {
        let several = grouped.matches(',').count() > 1 || tail.starts_with('.');
        if !(whole || several) || !has_proper_groups(grouped) {
            return None;
        }
        Cow::Owned(grouped.replace(',', ""))
    } else {
        Cow::Borrowed(grouped)
    };
    if units.is_empty() {
        return None;
    }
    let plain = units.trim_start_matches('0');
    let plain = if plain.is_empty() { "0" } else { plain };
    if sign.len() + plain.len() + tail.len() == text.len() {
        return Some(Cow::Borrowed(text));
    }
    Some(Cow::Owned([sign, plain, tail].concat()))
}

/// Nothing, a fraction, an exponent, or both.
fn is_tail(tail: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (fraction, exponent) = match tail.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, Some(exponent)),
        None => (tail, None),
    };
    let fraction = fraction.is_empty() || fraction.strip_prefix('.').is_some_and(is_digits);
    fraction && exponent.is_none_or(|e| is_digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

fn has_proper_groups(grouped: &str) -> bool {
    grouped.split(',').enumerate().all(|(i, group)| match i {
        0 => (1..=3).contains(&group.len()) && !group.starts_with('0'),
        _ => group.len() == 3,
    })
}

/// The truth value that a word is.
pub(super) fn truth(text: &str) -> Option<bool> {
    let is = |words: [&str; 2]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    if is(["true", "yes"]) {
        Some(true)
    } else if is(["false", "no"]) {
        Some(false)
    } else {
        None
    }
}

/// A name without case, spaces and punctuation: `First-Name` and `firstName` sound alike.
pub(super) fn sound(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_lose_no_digit() {
        let is = |negative, magnitude| Whole::Is { negative, magnitude };
        for (number, expected) in [
            ("0", is(false, 0)),
            ("-0", is(false, 0)),
            ("-0.0e7", is(false, 0)),
            ("5", is(false, 5)),
            ("5.0", is(false, 5)),
            ("50e-1", is(false, 5)),
            ("5E2", is(false, 500)),
            ("-1.5e1", is(true, 15)),
            ("5.5", Whole::Fraction),
            ("5e-1", Whole::Fraction),
            ("1e99999999999999999999", Whole::TooLarge),
            ("1e-99999999999999999999", Whole::Fraction),
            ("0e99999999999999999999", is(false, 0)),
            ("1e39", Whole::TooLarge),
            ("340282366920938463463374607431768211455", is(false, u128::MAX)),
            ("340282366920938463463374607431768211456", Whole::TooLarge),
            ("-170141183460469231731687303715884105728", is(true, 1 << 127)),
        ] {
            assert_eq!(whole(number), expected, "{number}");
        }
        assert!(is(true, 128).is_within(-128, 127));
        assert!(!is(true, 129).is_within(-128, 127));
        assert!(!is(true, 1).is_within(0, 255));
        assert!(is(true, 1 << 127).is_within(i128::MIN, 0));
    }

    #[test]
    fn only_a_number_is_a_number() {
        for (text, whole, expected) in [
            ("30", true, Some("30")),
            (" 30\n", true, Some("30")),
            ("+30", true, Some("30")),
            ("007", true, Some("7")),
            ("000", true, Some("0")),
            ("-5.50", false, Some("-5.50")),
            ("1e3", false, Some("1e3")),
            ("1,234.50", false, Some("1234.50")),
            ("1,234", true, Some("1234")),
            ("1,234", false, None),
            ("1,234,567", false, Some("1234567")),
            ("12,34", true, None),
            ("0,123", true, None),
            ("1,2345", true, None),
            (",123", true, None),
            ("1.234,50", false, None),
            ("5.", false, None),
            (".5", false, None),
            ("1 000", true, None),
            ("$5", true, None),
            ("5%", true, None),
            ("1/2", false, None),
            ("five", true, None),
            ("0x1F", true, None),
            ("NaN", false, None),
            ("inf", false, None),
            ("--5", true, None),
            ("", true, None),
            ("-", true, None),
            ("1e", false, None),
            ("٣", true, None),
        ] {
            assert_eq!(number(text, whole).as_deref(), expected, "{text:?}");
        }
    }
}
