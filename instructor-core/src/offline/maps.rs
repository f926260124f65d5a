//! Maps out of `key: value` labels, as objects or as lists of pairs.

use std::collections::HashSet;
use std::ops::Range;

use serde_json::{Map, Value, json};

use super::choose::{Scope, json_number};
use super::facts::{Facts, Kind};
use super::fill::{Filler, Found, Place, overlaps};
use super::fits::fits;
use super::view::{Shape, View};
use super::words::one_line;
use super::{enumerate, phrases};

/// The schema of the values if the elements of a list are `{"key", "value"}`, as maps are where a
/// service knows no maps.
pub(super) fn pair_values<'s>(items: &View<'s>) -> Option<&'s Value> {
    match items.properties()[..] {
        [("key", _), ("value", values)] | [("value", values), ("key", _)] => Some(values),
        _ => None,
    }
}

/// The map as a list of pairs.
pub(super) fn pairs<'s>(
    filler: &Filler<'s>,
    values: &'s Value,
    items: &View<'s>,
    place: &Place<'s>,
    used: &[Range<usize>],
) -> Found {
    let (entries, score) = entries(filler, values, items, place, used);
    let pairs = entries.into_iter().map(|(key, value)| json!({"key": key, "value": value}));
    Found::new(Value::Array(pairs.collect()), score)
}

/// The map as an object.
pub(super) fn object<'s>(
    filler: &Filler<'s>,
    values: &'s Value,
    view: &View<'s>,
    place: &Place<'s>,
    used: &[Range<usize>],
) -> Found {
    let (entries, score) = entries(filler, values, view, place, used);
    Found::new(Value::Object(entries.into_iter().collect::<Map<_, _>>()), score)
}

/// The labels below the one that the map is named after, or else all that no other question used.
fn entries<'s>(
    filler: &Filler<'s>,
    values: &'s Value,
    view: &View<'s>,
    place: &Place<'s>,
    used: &[Range<usize>],
) -> (Vec<(String, Value)>, f32) {
    let facts = filler.facts;
    let ask = filler.ask(values, view, "", place);
    let inside = |range: &Range<usize>| {
        range.start >= place.scope.range.start && range.end <= place.scope.range.end
    };
    let block = facts.labels_in(&place.scope.range).iter().find(|label| {
        label.block
            && inside(&label.value)
            && label.stems.iter().any(|stem| ask.weight(stem) >= 1.2)
    });
    let inner = View::new(filler.root, values);
    let number = matches!(inner.shape(), Shape::Integer | Shape::Number);
    let mut found: Vec<(String, Value)> = Vec::new();
    for label in facts
        .labels_in(&place.scope.range)
        .iter()
        .filter(|label| inside(&label.value) && !label.block)
    {
        let own = block.is_none_or(|block| block.value.contains(&label.key.start));
        if !own || label.value.is_empty() || overlaps(used, &label.value) || !filler.spend(32) {
            continue;
        }
        let key = one_line(&facts.text[label.key.clone()]);
        if number {
            if let Some(value) = only_number(filler, &inner, &label.value) {
                found.push((key, value));
            }
            continue;
        }
        let mut below = place.child(&key, &key, view);
        below.scope = Scope { range: label.value.clone(), element: true };
        let entry = filler.tree(values, &below, &[]);
        if entry.score > 0.0 {
            found.push((key, entry.value));
        }
    }
    if found.is_empty() && number {
        for part in parts(facts, &place.scope.range).into_iter().filter(|p| !overlaps(used, p)) {
            if !filler.spend(32) {
                break;
            }
            let value = only_number(filler, &inner, &part);
            if let Some((key, value)) = phrases::rest(facts, &part, false).zip(value) {
                found.push((one_line(&facts.text[key]), value));
            }
        }
    }
    let mut seen = HashSet::new();
    found.retain(|(key, _)| seen.insert(key.clone()));
    #[expect(clippy::cast_precision_loss, reason = "a weight")]
    let score = found.len() as f32 * 0.5;
    (found, score)
}

/// The lines of a text that has several, or else what is between the commas of its sentences.
fn parts(facts: &Facts<'_>, range: &Range<usize>) -> Vec<Range<usize>> {
    let lines = facts.lines_in(range);
    if lines.len() > 1 {
        return lines.iter().map(|line| line.span.clone()).collect();
    }
    let sentences = facts.sentences_in(range).iter();
    sentences.flat_map(|sentence| enumerate::split(facts.text, sentence)).collect()
}

/// The number of a range that has one number and fits.
fn only_number(filler: &Filler<'_>, view: &View<'_>, range: &Range<usize>) -> Option<Value> {
    let mut numbers = filler.facts.within(range).filter_map(|fact| match &fact.kind {
        Kind::Number(number) => Some((number, &fact.text)),
        _ => None,
    });
    let ((number, text), None) = (numbers.next()?, numbers.next()) else { return None };
    let value = Value::Number(json_number(view.shape(), text, number.value)?);
    fits(&value, view, &filler.patterns).then_some(value)
}
