//! Lists: enumerations and bullets of texts, and one object for each line, sentence or name.

use std::ops::Range;

use serde_json::Value;

use super::ask::{Ask, Wanted};
use super::choose::{Candidate, Scope};
use super::enumerate;
use super::facts::{Facts, Kind};
use super::fill::{Filler, Found, Place, overlaps};
use super::layout::Line;
use super::view::{Shape, View};
use super::{closed, maps, wrapped};

/// The elements of a list, or nothing if there are none.
pub(super) fn list<'s>(
    filler: &Filler<'s>,
    node: &'s Value,
    view: &View<'s>,
    place: &Place<'s>,
    used: &[Range<usize>],
) -> Option<Found> {
    let items = view.get("items")?;
    let inner = View::new(filler.root, items);
    if let Some(values) = maps::pair_values(&inner) {
        return some(maps::pairs(filler, values, &inner, place, used), view);
    }
    let scalar = matches!(inner.shape(), Shape::Text | Shape::Integer | Shape::Number);
    let values = if let Some(options) = inner.options(filler.root) {
        let described = view.texts("description").next().unwrap_or_default();
        let ask = filler.ask(node, &inner, described, place);
        let scores = closed::scores(filler, &ask, &options, place);
        let named = options.iter().zip(scores).filter(|(_, score)| *score >= 1.0);
        named.map(|((value, _), _)| (*value).clone()).collect()
    } else if scalar && inner.alternatives.is_empty() {
        scalars(filler, node, view, &inner, place)
    } else {
        return some(objects(filler, items, view, place, used), view);
    };
    let below = |value: &Value| {
        // The places of a rejected list are those of its elements then.
        !(0..values.len()).any(|at| filler.avoid.has(&format!("{}/{at}", place.pointer), value))
    };
    let kept: Vec<Value> = values.iter().filter(|value| below(value)).cloned().collect();
    #[expect(clippy::cast_precision_loss, reason = "a weight")]
    let score = kept.len() as f32 * 0.5;
    some(Found::new(Value::Array(kept), score), view)
}

/// Without doubles, not too long; too short is not found.
fn some(mut found: Found, view: &View<'_>) -> Option<Found> {
    if let Value::Array(values) = &mut found.value {
        let mut seen = std::collections::HashSet::new();
        values.retain(|value| seen.insert(value.to_string()));
        if let Some(most) = view.size("maxItems") {
            values.truncate(most);
        }
        if values.is_empty() || view.size("minItems").is_some_and(|least| values.len() < least) {
            return None;
        }
    }
    Some(found)
}

fn scalars<'s>(
    filler: &Filler<'s>,
    node: &'s Value,
    view: &View<'s>,
    inner: &View<'s>,
    place: &Place<'s>,
) -> Vec<Value> {
    let facts = filler.facts;
    let described = view.texts("description").next().unwrap_or_default();
    let ask = filler.ask(node, inner, described, place);
    let fact_like =
        !matches!(ask.wanted, Wanted::Prose | Wanted::Phrase | Wanted::Title | Wanted::Thing)
            || ask.shape != Shape::Text;
    let (mut ranked, _) = filler.ranked(&ask, inner, &place.pointer, &place.scope);
    if fact_like {
        ranked.retain(|candidate| candidate.claims && is_fact(facts, candidate));
        let best = ranked.first().map_or(0.0, |candidate| candidate.score);
        let block = ranked.first().filter(|_| best >= 2.5).and_then(|first| {
            let label = facts.label_at(first.span.start)?;
            label.stems.iter().any(|stem| ask.weight(stem) >= 1.2).then(|| label.value.clone())
        });
        ranked.retain(|candidate| match &block {
            Some(block) => block.contains(&candidate.span.start),
            None => candidate.score >= (best - 2.0).max(0.9),
        });
        ranked.sort_by_key(|candidate| candidate.span.start);
        let names: Vec<String> =
            ranked.iter().filter_map(|c| c.value.as_str().map(str::to_owned)).collect();
        // "Ada" is "Ada Lovelace" again.
        let part = |value: &Value| {
            let Some(name) = value.as_str() else { return false };
            names
                .iter()
                .any(|other| other.len() > name.len() && other.split(' ').any(|word| word == name))
        };
        let mut spans: Vec<Range<usize>> = Vec::new();
        let mut values = Vec::new();
        for candidate in &ranked {
            if !part(&candidate.value)
                && !overlaps(&spans[spans.len().saturating_sub(4)..], &candidate.span)
            {
                spans.push(candidate.span.clone());
                values.push(candidate.value.clone());
            }
        }
        if !values.is_empty() {
            return values;
        }
    }
    if ask.shape != Shape::Text {
        return Vec::new();
    }
    let mut parts = enumerate::parts(&ask, facts, &place.scope);
    if parts.is_empty() && ask.wanted == Wanted::Prose {
        ranked.retain(|c| {
            c.score >= 1.9
                && facts.sentences.binary_search_by_key(&c.span.start, |s| s.start).is_ok()
        });
        ranked.sort_by_key(|candidate| candidate.span.start);
        parts = ranked.into_iter().filter_map(|c| c.value.as_str().map(str::to_owned)).collect();
    }
    let values = parts.into_iter().map(Value::String);
    values.filter(|value| super::fits::fits(value, inner, &filler.patterns)).collect()
}

fn is_fact(facts: &Facts<'_>, candidate: &Candidate) -> bool {
    facts
        .within(&candidate.span)
        .any(|fact| fact.span == candidate.span && fact.kind != Kind::Quote)
}

/// One object for each element; of several ways to cut the text, the one with the fullest objects.
fn objects<'s>(
    filler: &Filler<'s>,
    items: &'s Value,
    view: &View<'s>,
    place: &Place<'s>,
    used: &[Range<usize>],
) -> Found {
    let inner = View::new(filler.root, items);
    let inner =
        wrapped::value(filler.root, &inner).map_or(inner, |value| View::new(filler.root, value));
    let mut named = place.child("0", &place.name, view);
    // "Action items:" names the list of the type `ActionItem`.
    named.context.extend(type_names(&inner));
    let ask =
        filler.ask(items, &inner, view.texts("description").next().unwrap_or_default(), &named);
    let mut best: Option<(f32, Vec<Found>)> = None;
    let cuts = cuts(filler, &inner, &ask, &place.scope, used);
    for Cut { segments, sure, named } in cuts {
        let least = if named { 0.25 } else { 0.9 };
        let mut rank = 0.0;
        let mut elements: Vec<Found> = Vec::new();
        for segment in segments {
            if !filler.spend(32) {
                break;
            }
            let mut below = place.child(&elements.len().to_string(), &place.name, view);
            // What is left of a line is the name of a thing, but not of one of several kinds.
            below.scope = Scope { range: segment, element: inner.alternatives.is_empty() };
            let found = filler.tree(items, &below, &[]);
            #[expect(clippy::cast_precision_loss, reason = "a weight")]
            let missing = found.missing as f32;
            if found.score >= least
                && missing <= found.score
                && !filler.avoid.has(&below.pointer, &found.value)
            {
                // A poor element is better than none.
                rank += (found.score - missing).max(0.0) + 0.3;
                elements.push(found);
            }
        }
        if !elements.is_empty() && best.as_ref().is_none_or(|(known, _)| rank > *known) {
            best = Some((rank, elements));
        }
        if sure && best.as_ref().is_some_and(|(_, known)| known.len() > 1) {
            break;
        }
    }
    let elements = best.map(|(_, elements)| elements).unwrap_or_default();
    let score = elements.iter().map(|element| element.score).sum();
    Found::new(Value::Array(elements.into_iter().map(|element| element.value).collect()), score)
}

/// A way to cut the scope into elements.
struct Cut {
    segments: Vec<Range<usize>>,
    /// If it gives elements, no other way is tried.
    sure: bool,
    /// It is what the list is named after, so that little is enough for an element.
    named: bool,
}

/// The ways to cut the scope into elements.
fn cuts(
    filler: &Filler<'_>,
    inner: &View<'_>,
    ask: &Ask,
    scope: &Scope,
    used: &[Range<usize>],
) -> Vec<Cut> {
    let facts = filler.facts;
    let inside =
        |range: &Range<usize>| range.start >= scope.range.start && range.end <= scope.range.end;
    let free = |range: &Range<usize>| inside(range) && !overlaps(used, range);
    let maybe = |segments: Vec<Range<usize>>| Cut { segments, sure: false, named: false };
    let spans = |lines: &[&Line]| lines.iter().map(|line| line.span.clone()).collect::<Vec<_>>();
    // Below the label that the list is named after, if there is one, and nowhere else.
    let block = facts.labels_in(&scope.range).iter().find(|label| {
        let weights = label.stems.iter().map(|stem| ask.weight(stem));
        let best = weights.clone().fold(0.0_f32, f32::max);
        let own = best >= 1.2 || (label.block && weights.sum::<f32>() >= 1.2);
        own && inside(&label.value) && !label.value.is_empty()
    });
    // "Total 7.77" is no element of a bill.
    let sums = |range: &Range<usize>| {
        let first = facts.words_in(range).first();
        first.is_some_and(|word| {
            matches!(word.stem.as_str(), "total" | "subtotal" | "sum" | "vat" | "tax")
        })
    };
    let lines = facts.lines_in(&scope.range).iter();
    let mut cuts: Vec<Cut> = Vec::new();
    if let Some(block) = block {
        let own = lines.clone().filter(|line| block.value.contains(&line.span.start));
        let segments = if block.block {
            spans(&own.collect::<Vec<_>>())
        } else {
            enumerate::split(facts.text, &block.value)
        };
        let several = segments.len() > 1;
        cuts.push(Cut { segments, sure: true, named: true });
        if several {
            return cuts;
        }
    }
    let (bullets, plain): (Vec<_>, Vec<_>) =
        lines.filter(|line| free(&line.span) && !sums(&line.span)).partition(|line| line.bullet);
    // Where there are bullets, the other lines are hardly elements.
    cuts.push(Cut { segments: spans(&bullets), sure: bullets.len() > 1, named: false });
    cuts.push(maybe(spans(&plain)));
    cuts.extend(anchors(facts, inner, scope).map(maybe));
    let sentences = facts.sentences_in(&scope.range);
    cuts.push(maybe(sentences.to_vec()));
    cuts.push(maybe(facts.paragraphs.iter().filter(|range| inside(range)).cloned().collect()));
    // "Our offers: a lamp for $30, a chair for $90".
    let only = match (facts.labels_in(&scope.range), sentences) {
        ([label], _) if !label.block => [Some(&label.value), None],
        (_, [sentence]) => [None, Some(sentence)],
        _ => [None, None],
    };
    for range in only.into_iter().flatten().filter(|range| inside(range)) {
        let mut parts = enumerate::split(facts.text, range);
        parts.retain(|part| free(part) && !sums(part));
        cuts.push(maybe(parts));
    }
    cuts
}

/// From each new name to the next, for elements that have a name of that kind.
fn anchors(facts: &Facts<'_>, inner: &View<'_>, scope: &Scope) -> Option<Vec<Range<usize>>> {
    let context = type_names(inner);
    let wanted = inner.properties().into_iter().take(3).find_map(|(name, node)| {
        let view = View::new(node, node);
        let ask = Ask::new(name, &view, "", &context);
        let wanted = match ask.wanted {
            Wanted::FirstName | Wanted::LastName => Wanted::Person,
            wanted => wanted,
        };
        let named = matches!(wanted, Wanted::Person | Wanted::Company | Wanted::Name);
        (named && view.shape() == Shape::Text).then_some(wanted)
    })?;
    let mut seen: Vec<&str> = Vec::new();
    let mut starts: Vec<usize> = Vec::new();
    for fact in facts.within(&scope.range) {
        let Kind::Name(like) = &fact.kind else { continue };
        let likely = match wanted {
            Wanted::Company => like.company >= 1.5,
            Wanted::Person => like.person >= 1.5 && like.person > like.place && like.company < 3.0,
            _ => like.person.max(like.company) >= 1.5 && like.place < 2.0,
        };
        let known = seen
            .iter()
            .any(|name| name.split(' ').any(|word| fact.text.split(' ').any(|w| w == word)));
        if likely && !known {
            starts.push(fact.span.start);
            seen.push(&fact.text);
            if seen.len() > 500 {
                break;
            }
        }
    }
    let ends = starts.iter().skip(1).copied().chain([scope.range.end]);
    Some(starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect())
}

/// What the type at a place is called.
fn type_names(view: &View<'_>) -> Vec<String> {
    let typed = view.refs.last().and_then(|reference| reference.rsplit('/').next());
    typed.into_iter().chain(view.texts("title").next()).map(str::to_owned).collect()
}
