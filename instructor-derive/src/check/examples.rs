//! Do the values a user wrote obey the rules beside them?

use darling::Error;

use super::{json, pattern, rules};
use crate::model::{Literal, Number, Rule, RuleKind};

/// Checks one value (`what` is the attribute's name) against each rule.
pub(super) fn obeys(what: &str, literal: &Literal, rules: &[Rule]) -> Result<(), Error> {
    match rules.iter().find_map(|rule| broken(&literal.json, rule)) {
        Some((rule, reason)) => {
            let message = format!("this `{what}` breaks the field's own `{rule}`: {reason}");
            Err(Error::custom(message).with_span(&literal.span))
        }
        None => Ok(()),
    }
}

/// The name of the rule that the value breaks, and how; a value of a kind that the rule does not
/// apply to is judged by its type.
fn broken(json: &str, rule: &Rule) -> Option<(&'static str, String)> {
    if json == "null" {
        return None;
    }
    let text = json::unquote(json);
    let reason = match &rule.kind {
        RuleKind::Length { min, max, .. } => {
            let count = match &text {
                Some(text) => text.chars().count(),
                None => json::elements(json)?.len(),
            };
            let unit = if text.is_some() { "characters" } else { "elements" };
            match (min, max) {
                (Some(min), _) if count < *min => {
                    format!("it has {count} {unit}, at least {min} are needed")
                }
                (_, Some(max)) if count > *max => {
                    format!("it has {count} {unit}, at most {max} are allowed")
                }
                _ => return None,
            }
        }
        RuleKind::Range { min, max, above, below } => {
            let value = json.parse::<f64>().ok()?;
            let bound = |number: &Option<Number>, word: &str, holds: fn(f64, f64) -> bool| {
                let number = (*number)?;
                let is_broken = !holds(value, rules::as_float(number));
                is_broken.then(|| format!("{json} is not {word} {}", rules::show(number)))
            };
            bound(min, "at least", |value, bound| value >= bound)
                .or_else(|| bound(max, "at most", |value, bound| value <= bound))
                .or_else(|| bound(above, "above", |value, bound| value > bound))
                .or_else(|| bound(below, "below", |value, bound| value < bound))?
        }
        RuleKind::Pattern(pattern) => {
            let pattern = pattern.value();
            if pattern::matches(&pattern, &text?)? {
                return None;
            }
            format!("it does not match `{pattern}`")
        }
        RuleKind::Email => {
            let text = text?;
            let (name, host) = text.rsplit_once('@').unwrap_or_default();
            if !name.is_empty() && !host.is_empty() {
                return None;
            }
            "it is no email address".to_owned()
        }
        RuleKind::Url => {
            let text = text?;
            if text
                .split_once("://")
                .is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty())
            {
                return None;
            }
            "it is no URL with a scheme and a host".to_owned()
        }
        RuleKind::Contains(part) => lacks(text?.contains(part.as_str()), "contain", part)?,
        RuleKind::Prefix(part) => lacks(text?.starts_with(part.as_str()), "start with", part)?,
        RuleKind::Suffix(part) => lacks(text?.ends_with(part.as_str()), "end with", part)?,
        RuleKind::Unique => {
            let elements = json::elements(json)?;
            let twice = elements.iter().enumerate().find(|(i, e)| elements[..*i].contains(*e))?.1;
            format!("{twice} stands in it twice")
        }
        RuleKind::OneOf(values) => {
            if values.iter().any(|value| same(&value.json, json)) {
                return None;
            }
            let values: Vec<_> = values.iter().map(|value| value.json.as_str()).collect();
            format!("it is none of {}", values.join(", "))
        }
        RuleKind::Inner(inner) => {
            return json::elements(json)?
                .into_iter()
                .find_map(|element| inner.iter().find_map(|rule| broken(element, rule)));
        }
    };
    Some((rule.kind.name(), reason))
}

fn lacks(holds: bool, what: &str, part: &str) -> Option<String> {
    (!holds).then(|| format!("it does not {what} {part:?}"))
}

#[expect(clippy::float_cmp, reason = "both are literals")]
fn same(one: &str, other: &str) -> bool {
    one == other
        || one.parse::<f64>().is_ok_and(|one| other.parse::<f64>().is_ok_and(|other| one == other))
}
