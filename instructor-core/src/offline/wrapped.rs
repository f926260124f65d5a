//! Objects that hold a value and what is said about it: why it is missing, or quotes.

use std::ops::Range;

use serde_json::{Value, json};

use super::facts::Facts;
use super::fill::{Filler, Found, Place, Plan};
use super::view::{Shape, View};

/// What stands beside a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Why there is none.
    Reason,
    /// The passages that support it.
    Quotes,
}

impl Beside {
    /// What the object holds beside its value, if it holds nothing else.
    pub(super) fn of<'s>(root: &'s Value, view: &View<'s>) -> Option<Self> {
        match view.properties()[..] {
            [("value", value), ("reason", reason)] => {
                let (value, reason) = (View::new(root, value), View::new(root, reason));
                let text = reason.nullable && reason.shape() == Shape::Text;
                (value.nullable && text).then_some(Self::Reason)
            }
            [("value", _), ("quotes", quotes)] => {
                let quotes = View::new(root, quotes);
                let items = View::new(root, quotes.get("items")?);
                let texts = quotes.shape() == Shape::List && items.shape() == Shape::Text;
                texts.then_some(Self::Quotes)
            }
            _ => None,
        }
    }
}

/// The schema of the value, if the object holds one and what is said about it.
pub(super) fn value<'s>(root: &'s Value, view: &View<'s>) -> Option<&'s Value> {
    Beside::of(root, view)?;
    view.properties().first().map(|(_, value)| *value)
}

/// The object.
pub(super) fn object<'s>(
    filler: &Filler<'s>,
    beside: Beside,
    view: &View<'s>,
    place: &Place<'s>,
    plan: &Plan,
    used: &[Range<usize>],
) -> Option<Found> {
    let (_, node) = *view.properties().first()?;
    let below = place.value(view);
    let mut found = filler.build(node, &below, beside == Beside::Quotes, plan, used);
    found.value = match beside {
        Beside::Reason if found.value.is_null() => {
            json!({"value": null, "reason": "The text does not say it."})
        }
        Beside::Reason => json!({"value": found.value, "reason": null}),
        Beside::Quotes => {
            let quotes = if found.score > 0.0 {
                quotes(filler.facts, &found.value, plan, &below)
            } else {
                Vec::new()
            };
            json!({"value": found.value, "quotes": quotes})
        }
    };
    Some(found)
}

/// The sentences in which the parts of the value stand, or else the first one.
fn quotes<'s>(facts: &Facts<'s>, value: &Value, plan: &Plan, place: &Place<'_>) -> Vec<&'s str> {
    let scope = &place.scope.range;
    let below = |pointer: &String| {
        let rest = pointer.strip_prefix(&place.pointer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let planned = plan.iter().filter(|(pointer, _)| below(pointer));
    let mut spans: Vec<Range<usize>> = planned.map(|(_, found)| found.span.clone()).collect();
    let text = facts.text.get(scope.clone()).unwrap_or_default();
    if spans.is_empty() {
        let mut written = Vec::new();
        leaves(value, &mut written);
        let found = written.iter().filter_map(|part| Some((text.find(part)?, part.len())));
        spans = found.map(|(at, length)| scope.start + at..scope.start + at + length).collect();
    }
    if spans.is_empty() {
        let start = scope.start + (text.len() - text.trim_start().len());
        spans.push(start..scope.start + text.trim_end().len());
    }
    let mut sentences: Vec<Range<usize>> =
        spans.into_iter().map(|span| sentence(facts, span)).collect();
    sentences.sort_by_key(|sentence| sentence.start);
    sentences.dedup();
    sentences.into_iter().filter_map(|sentence| facts.text.get(sentence)).collect()
}

/// The sentence in which the span begins, or the span alone.
fn sentence(facts: &Facts<'_>, span: Range<usize>) -> Range<usize> {
    let at = facts.sentences.partition_point(|sentence| sentence.end <= span.start);
    match facts.sentences.get(at) {
        Some(sentence) if sentence.start <= span.start => sentence.clone(),
        _ => span,
    }
}

/// The texts and numbers of a value, as they are written.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Array(values) => values.iter().for_each(|value| leaves(value, found)),
        Value::Object(map) => map.values().for_each(|value| leaves(value, found)),
        _ => {}
    }
}
