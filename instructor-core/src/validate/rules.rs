//! One function for each rule.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::Value;

use super::{Probe, Report, Violation, formats};
use crate::path::Path;
use crate::schema::{Number, Rule};

/// Checks one rule; a rule that does not apply to the probe's kind is passed over, because the
/// derive has refused it already.
pub(super) fn apply<'v>(
    rule: &'static Rule,
    probe: &Probe<'v>,
    // Not copied for each rule: all of them together take no longer than such copies.
    at: &Path<'_>,
    report: &mut Report<'v>,
) {
    let broken = match (rule, probe) {
        (Rule::Inner(rules), Probe::List(list)) => {
            list.each(*at, &mut |at, probe| report.apply(rules, &probe, at));
            None
        }
        (Rule::Unique, Probe::List(list)) => {
            let mut seen = HashSet::new();
            list.each(*at, &mut |at, probe| {
                if key(&probe).is_some_and(|key| !seen.insert(key)) {
                    let message = "must not stand in the list twice";
                    report.push(Violation::new(at, "unique", message).found(&probe));
                }
            });
            None
        }
        (Rule::Length { min, max }, Probe::Text(text)) => {
            characters(text, *min, *max).map(|told| ("length", told))
        }
        (Rule::Length { min, max }, Probe::List(list)) => {
            length(list.count(), *min, *max, "item").map(|told| ("length", told))
        }
        (
            Rule::Range { min, max, above, below },
            Probe::Int(_) | Probe::Uint(_) | Probe::Float(_),
        ) => range(probe, [min, max, above, below]).map(|told| ("range", told)),
        (
            Rule::OneOf(values),
            Probe::Bool(_) | Probe::Int(_) | Probe::Uint(_) | Probe::Float(_) | Probe::Text(_),
        ) => {
            let found = values.iter().any(|value| is_literal(probe, value));
            (!found).then(|| ("one_of", format!("must be one of {}", values.join(", "))))
        }
        (Rule::MultipleOf(factor), Probe::Int(_) | Probe::Uint(_) | Probe::Float(_)) => {
            let told = || ("multiple_of", format!("must be a multiple of {}", shown(*factor)));
            (!is_multiple(probe, *factor)).then(told)
        }
        (_, Probe::Text(text)) => text_rule(rule, text),
        _ => None,
    };
    if let Some((name, message)) = broken {
        report.push(Violation::new(*at, name, message).found(probe));
    }
}

/// What makes two elements the same one: JSON knows only one kind of number, so `1` is `1.0`.
#[derive(PartialEq, Eq, Hash)]
enum Key<'v> {
    Null,
    Bool(bool),
    Int(i128),
    Uint(u128),
    Float(u64),
    Text(Cow<'v, str>),
    List(Vec<(String, Key<'v>)>),
}

/// `None` for what equals nothing (`NaN`) and for what cannot be looked into.
#[expect(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "the cast is exact, because the number is whole and within the bounds"
)]
fn key<'v>(probe: &Probe<'v>) -> Option<Key<'v>> {
    Some(match probe {
        Probe::Absent => Key::Null,
        Probe::Bool(value) => Key::Bool(*value),
        Probe::Int(value) => Key::Int(*value),
        Probe::Uint(value) => Key::Uint(*value),
        Probe::Float(value) if value.is_nan() => return None,
        Probe::Float(value) if value.trunc() == *value && value.abs() < I128_LIMIT => {
            Key::Int(*value as i128)
        }
        Probe::Float(value) => Key::Float(value.to_bits()),
        Probe::Text(text) => Key::Text(text.clone()),
        Probe::List(list) => {
            let mut keys = Some(Vec::with_capacity(list.count()));
            list.each(Path::ROOT, &mut |at, probe| match (&mut keys, key(&probe)) {
                (Some(known), Some(key)) => known.push((at.to_string(), key)),
                _ => keys = None,
            });
            let mut keys = keys?;
            // The entries of a map have no order.
            keys.sort_by(|(a, _), (b, _)| a.cmp(b));
            Key::List(keys)
        }
        Probe::Other => return None,
    })
}

/// Counts only where the number of bytes leaves a doubt: a character has one to four.
fn characters(text: &str, min: Option<usize>, max: Option<usize>) -> Option<String> {
    let (least, most) = (text.len().div_ceil(4), text.len());
    if min.is_none_or(|min| least >= min) && max.is_none_or(|max| most <= max) {
        return None;
    }
    length(text.chars().count(), min, max, "character")
}

fn length(count: usize, min: Option<usize>, max: Option<usize>, unit: &str) -> Option<String> {
    let s = |n| if n == 1 { "" } else { "s" };
    match (min, max) {
        (Some(n), Some(m)) if n == m && count != n => {
            Some(format!("must have exactly {n} {unit}{}", s(n)))
        }
        (Some(n), _) if count < n => Some(format!("must have at least {n} {unit}{}", s(n))),
        (_, Some(m)) if count > m => Some(format!("must have at most {m} {unit}{}", s(m))),
        _ => None,
    }
}

/// The first bound that does not hold.
fn range(probe: &Probe<'_>, [min, max, above, below]: [&Option<Number>; 4]) -> Option<String> {
    let breaks = |bound: &Option<Number>, holds: fn(Ordering) -> bool| {
        bound.filter(|bound| !compare(probe, *bound).is_some_and(holds))
    };
    let told = |words: &str, bound| Some(format!("must be {words} {}", shown(bound)));
    if let Some(bound) = breaks(min, Ordering::is_ge) {
        told("at least", bound)
    } else if let Some(bound) = breaks(max, Ordering::is_le) {
        told("at most", bound)
    } else if let Some(bound) = breaks(above, Ordering::is_gt) {
        told("above", bound)
    } else if let Some(bound) = breaks(below, Ordering::is_lt) {
        told("below", bound)
    } else {
        None
    }
}

/// A float with a great exponent is not written out.
fn shown(number: Number) -> String {
    match number {
        Number::Float(value) if value.abs() >= 1e16 => Probe::Float(value).to_string(),
        number => number.to_string(),
    }
}

/// Compares without losing a digit; `NaN` compares with nothing.
fn compare(probe: &Probe<'_>, bound: Number) -> Option<Ordering> {
    match (probe, bound) {
        (Probe::Int(value), Number::Int(bound)) => Some(value.cmp(&bound)),
        (Probe::Int(value), Number::Float(bound)) => compare_int(*value, bound),
        (Probe::Float(value), Number::Int(bound)) => {
            compare_int(bound, *value).map(Ordering::reverse)
        }
        (Probe::Float(value), Number::Float(bound)) => value.partial_cmp(&bound),
        (Probe::Uint(_), Number::Int(_)) => Some(Ordering::Greater),
        (Probe::Uint(value), Number::Float(bound)) => compare_uint(*value, bound),
        _ => None,
    }
}

/// 2^127, the first float above `i128::MAX`.
const I128_LIMIT: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;

#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before")]
fn compare_int(int: i128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        None
    } else if float >= I128_LIMIT {
        Some(Ordering::Less)
    } else if float < -I128_LIMIT {
        Some(Ordering::Greater)
    } else {
        Some(int.cmp(&(float.trunc() as i128)).then(0.0.partial_cmp(&float.fract())?))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the bounds are checked before"
)]
fn compare_uint(uint: u128, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        None
    } else if float >= 2.0 * I128_LIMIT {
        Some(Ordering::Less)
    } else if float < 0.0 {
        Some(Ordering::Greater)
    } else {
        Some(uint.cmp(&(float.trunc() as u128)).then(0.0.partial_cmp(&float.fract())?))
    }
}

/// Whether the number is a whole multiple; a float, as near as floats are.
#[expect(clippy::cast_precision_loss, reason = "a float is compared with what a float holds")]
fn is_multiple(probe: &Probe<'_>, factor: Number) -> bool {
    let as_float = |number: Number| match number {
        Number::Int(value) => value as f64,
        Number::Float(value) => value,
    };
    let value = match (probe, factor) {
        (_, Number::Int(0)) => return true,
        (Probe::Int(value), Number::Int(factor)) => return value.checked_rem(factor) == Some(0),
        (Probe::Uint(value), Number::Int(factor)) => {
            return value.checked_rem(factor.unsigned_abs()) == Some(0);
        }
        (Probe::Int(value), _) => *value as f64,
        (Probe::Uint(value), _) => *value as f64,
        (Probe::Float(value), _) => *value,
        _ => return true,
    };
    let times = value / as_float(factor);
    !times.is_finite() || (times - times.round()).abs() <= 1e-9 * times.abs().max(1.0)
}

fn is_literal(probe: &Probe<'_>, literal: &str) -> bool {
    let number = || {
        let int = literal.parse().map(Number::Int);
        int.or_else(|_| literal.parse().map(Number::Float)).ok()
    };
    match probe {
        Probe::Text(text) => {
            serde_json::from_str::<Cow<'_, str>>(literal).is_ok_and(|l| l == *text)
        }
        Probe::Uint(value) if literal.parse() == Ok(*value) => true,
        Probe::Int(_) | Probe::Uint(_) | Probe::Float(_) => {
            number().and_then(|number| compare(probe, number)) == Some(Ordering::Equal)
        }
        other => other.to_string() == literal,
    }
}

fn text_rule(rule: &Rule, text: &str) -> Option<(&'static str, String)> {
    let quoted = |part: &str| Value::from(part).to_string();
    match *rule {
        Rule::Pattern { pattern, regex } if !regex().is_match(text) => {
            Some(("pattern", format!("must match `{pattern}`")))
        }
        Rule::Matches { pattern, regex } if !regex.is_match(text) => {
            Some(("pattern", format!("must match `{pattern}`")))
        }
        Rule::Format(format) if !formats::has(format, text) => {
            Some(("format", format!("must be {}", formats::phrase(format))))
        }
        Rule::Email if !is_email(text) => Some(("email", "must be an email address".into())),
        Rule::Url if !is_url(text) => {
            Some(("url", "must be a URL with a scheme and a host".into()))
        }
        Rule::Contains(part) if !text.contains(part) => {
            Some(("contains", format!("must contain {}", quoted(part))))
        }
        Rule::Prefix(part) if !text.starts_with(part) => {
            Some(("prefix", format!("must start with {}", quoted(part))))
        }
        Rule::Suffix(part) if !text.ends_with(part) => {
            Some(("suffix", format!("must end with {}", quoted(part))))
        }
        _ => None,
    }
}

/// An address as people write it: no display name, and a domain that has a dot.
fn is_email(text: &str) -> bool {
    let options = email_address::Options::default()
        .with_required_tld()
        .without_domain_literal()
        .without_display_text();
    email_address::EmailAddress::parse_with_options(text, options).is_ok()
}

fn is_url(text: &str) -> bool {
    fluent_uri::Iri::parse(text)
        .is_ok_and(|url| url.authority().is_some_and(|authority| !authority.host().is_empty()))
}
