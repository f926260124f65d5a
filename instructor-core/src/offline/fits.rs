//! Whether a value obeys the validation keywords at its place.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;
use serde_json::Value;

use super::view::View;

/// The compiled `pattern`s of a schema.
#[derive(Debug, Default)]
pub(super) struct Patterns(RefCell<HashMap<String, Option<Regex>>>);

impl Patterns {
    /// The expression, or nothing if the `regex` crate does not take it.
    pub(super) fn get(&self, pattern: &str) -> Option<Regex> {
        let mut known = self.0.borrow_mut();
        known.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok()).clone()
    }
}

/// Whether a text or number may stand at the place.
pub(super) fn fits(value: &Value, view: &View<'_>, patterns: &Patterns) -> bool {
    match value {
        Value::String(text) => {
            let length = text.chars().count();
            view.size("minLength").is_none_or(|min| length >= min)
                && view.size("maxLength").is_none_or(|max| length <= max)
                && view
                    .texts("pattern")
                    .all(|pattern| patterns.get(pattern).is_none_or(|regex| regex.is_match(text)))
        }
        Value::Number(number) => {
            let Some(number) = number.as_f64() else { return false };
            let above = view.number("exclusiveMinimum").is_none_or(|min| number > min);
            let below = view.number("exclusiveMaximum").is_none_or(|max| number < max);
            let step = view.number("multipleOf").filter(|step| *step > 0.0);
            view.number("minimum").is_none_or(|min| number >= min)
                && view.number("maximum").is_none_or(|max| number <= max)
                && above
                && below
                && step.is_none_or(|step| {
                    let times = number / step;
                    (times - times.round()).abs() < 1e-9
                })
        }
        _ => true,
    }
}
