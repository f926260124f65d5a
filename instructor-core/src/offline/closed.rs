//! Answers out of a closed set: variants of enums, tags of unions, yes and no.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde_json::Value;

use super::ask::Ask;
use super::choose::currency;
use super::facts::{Facts, Kind, Unit};
use super::fill::{Filler, Found, Place};
use super::view::View;
use super::words::{Word, is_negation, is_stop, name_stems, opposite, relatives, words};

/// The variant whose words stand in the text, if any do.
pub(super) fn option<'s>(
    filler: &Filler<'s>,
    node: &'s Value,
    view: &View<'s>,
    options: &[(&'s Value, String)],
    place: &Place<'s>,
) -> Option<Found> {
    if let [(only, _)] = options {
        return Some(Found::new((*only).clone(), 0.0));
    }
    let ask = filler.ask(node, view, "", place);
    let scores = scores(filler, &ask, options, place);
    let again = options.iter().any(|(value, _)| filler.avoid.has(&place.pointer, value));
    let allowed = options.iter().zip(scores).filter(|((value, _), score)| {
        !filler.avoid.has(&place.pointer, value) && (again || *score >= 0.5)
    });
    let best = allowed.fold(None, |best: Option<(&Value, f32)>, ((value, _), score)| match best {
        Some((_, known)) if known >= score => best,
        _ => Some((*value, score)),
    });
    best.map(|(value, score)| Found::new(value.clone(), if score > 0.0 { 0.5 } else { 0.0 }))
}

/// How much the text speaks for each variant.
pub(super) fn scores(
    filler: &Filler<'_>,
    ask: &Ask,
    options: &[(&Value, String)],
    place: &Place<'_>,
) -> Vec<f32> {
    let facts = filler.facts;
    let mut index: HashMap<String, Vec<(usize, f32)>> = HashMap::new();
    for (option, (value, description)) in options.iter().enumerate() {
        let Some(label) = value.as_str() else { continue };
        let stems = name_stems(label);
        #[expect(clippy::cast_precision_loss, reason = "a handful of words")]
        let share = 3.0 / stems.len().max(1) as f32;
        for stem in stems {
            for other in relatives(&stem) {
                note(&mut index, other, option, 0.5);
            }
            note(&mut index, &stem, option, share);
        }
        for word in words(description).into_iter().filter(|word| !is_stop(&word.stem)) {
            note(&mut index, &word.stem, option, 1.5);
        }
    }
    // A word that speaks for every variant speaks for none.
    index.retain(|_, entries| options.len() > entries.len());
    let mut scores = vec![0.0; options.len()];
    let whole = &place.scope.range;
    let labelled =
        facts.labels_in(whole).iter().filter(|label| label.value.end <= whole.end && !label.block);
    let wanted = |stem: &String| ask.name.contains(stem) || ask.weight(stem) >= 1.2;
    let own =
        labelled.filter(|label| label.stems.iter().any(wanted)).map(|label| label.value.clone());
    for (range, factor) in own.map(|range| (range, 3.0)).chain([(whole.clone(), 1.0)]) {
        if !filler.spend(8 + range.len() / 16) {
            break;
        }
        let mut seen: HashSet<&str> = HashSet::new();
        let words = facts.words_in(&range);
        for (at, word) in words.iter().enumerate() {
            let before = &words[at.saturating_sub(2)..at];
            let negated = before.iter().any(|word| is_negation(&word.stem));
            let meant = if negated { opposite(&word.stem) } else { Some(word.stem.as_str()) };
            let Some((meant, entries)) = meant.and_then(|stem| index.get_key_value(stem)) else {
                continue;
            };
            if seen.insert(meant) {
                for (option, weight) in entries {
                    scores[*option] += weight * factor;
                }
            }
        }
        for fact in facts.within(&range) {
            let Kind::Number(number) = &fact.kind else { continue };
            let money = match number.unit {
                Unit::Money => facts.text.get(fact.span.clone()).and_then(currency),
                _ => None,
            };
            for (option, (value, _)) in options.iter().enumerate() {
                let label = value.as_str().unwrap_or_default();
                if money.is_some_and(|code| code.eq_ignore_ascii_case(label)) {
                    scores[option] += factor;
                }
                if value.as_f64() == Some(number.value) {
                    scores[option] += factor;
                }
            }
        }
    }
    scores
}

fn note(index: &mut HashMap<String, Vec<(usize, f32)>>, stem: &str, option: usize, weight: f32) {
    if is_stop(stem) && weight < 3.0 {
        return;
    }
    let entries = index.entry(stem.to_owned()).or_default();
    match entries.iter_mut().find(|(known, _)| *known == option) {
        Some((_, known)) => *known = known.max(weight),
        None => entries.push((option, weight)),
    }
}

/// How much the text speaks for an alternative of a union by its name: the constant of a tag, or the
/// only property that is required.
pub(super) fn tag(filler: &Filler<'_>, view: &View<'_>, place: &Place<'_>) -> f32 {
    let properties = view.properties();
    let constants = properties.iter().filter_map(|(_, node)| {
        let only = node.get("enum").and_then(Value::as_array).filter(|values| values.len() == 1);
        node.get("const").or_else(|| only?.first())?.as_str()
    });
    let mut names: Vec<&str> = constants.collect();
    if names.is_empty() && properties.len() == 1 {
        names.extend(properties.iter().map(|(name, _)| *name));
    }
    names.extend(view.texts("description"));
    names.extend(view.refs.iter().filter_map(|reference| reference.rsplit('/').next()));
    let mut wanted: Vec<String> = Vec::new();
    for stem in names.into_iter().flat_map(name_stems).filter(|stem| !is_stop(stem)) {
        wanted.extend(relatives(&stem).map(str::to_owned));
        wanted.push(stem);
    }
    let range = &place.scope.range;
    if wanted.is_empty() || !filler.spend(8 + range.len() / 16) {
        return 0.0;
    }
    let spoken = filler.facts.words_in(range).iter().any(|word| wanted.contains(&word.stem));
    if spoken { 0.7 } else { 0.0 }
}

/// Yes if the text speaks of it, no if it speaks of it with a negation.
pub(super) fn truth<'s>(
    filler: &Filler<'s>,
    node: &'s Value,
    view: &View<'s>,
    place: &Place<'s>,
) -> Option<Found> {
    let ask = filler.ask(node, view, "", place);
    let scope = &place.scope.range;
    if !filler.spend(8 + scope.len() / 16) {
        return None;
    }
    let facts = filler.facts;
    let said = labelled(&ask, facts, scope)
        .or_else(|| spoken(&ask, facts, scope))
        .or_else(|| if ask.name.is_empty() { answered(facts, scope) } else { None });
    let avoided = |value: bool| filler.avoid.has(&place.pointer, &Value::Bool(value));
    let value = match said {
        Some(value) if avoided(value) => !value,
        Some(value) => value,
        None if avoided(false) => true,
        None => return None,
    };
    Some(Found::new(Value::Bool(value), 0.2))
}

/// "Remote: yes".
fn labelled(ask: &Ask, facts: &Facts<'_>, scope: &Range<usize>) -> Option<bool> {
    let labels = facts.labels_in(scope).iter().take_while(|label| label.value.end <= scope.end);
    let mut own = labels.filter(|label| label.stems.iter().any(|stem| ask.weight(stem) >= 1.2));
    own.find_map(|label| {
        let first = facts.words_in(&label.value).first()?;
        match facts.text.get(first.span.clone())?.to_lowercase().as_str() {
            "yes" | "true" | "y" | "x" | "possible" | "available" | "included" => Some(true),
            "no" | "false" | "n" | "none" | "not" => Some(false),
            _ => None,
        }
    })
}

/// "Is it open? Yes, until ten.": the first sentence that begins with yes or no.
fn answered(facts: &Facts<'_>, scope: &Range<usize>) -> Option<bool> {
    facts.sentences_in(scope).iter().find_map(|sentence| {
        let first = facts.words_in(sentence).first()?;
        match facts.text.get(first.span.clone())?.to_lowercase().as_str() {
            "yes" | "true" | "yeah" | "sure" | "certainly" | "absolutely" => Some(true),
            "no" | "false" | "never" => Some(false),
            _ => None,
        }
    })
}

/// The sentence that has most of the words, and whether it denies them.
fn spoken(ask: &Ask, facts: &Facts<'_>, scope: &Range<usize>) -> Option<bool> {
    if ask.name.is_empty() {
        return None;
    }
    let first = facts.sentences.partition_point(|sentence| sentence.end <= scope.start);
    let mut best: Option<(usize, bool)> = None;
    for sentence in
        facts.sentences[first..].iter().take_while(|sentence| sentence.start < scope.end)
    {
        let range = sentence.start.max(scope.start)..sentence.end.min(scope.end);
        let words = facts.words_in(&range);
        let close = |word: &Word, stem: &String| {
            word.stem == *stem || relatives(stem).any(|other| other == word.stem)
        };
        let met = ask.name.iter().filter(|stem| words.iter().any(|word| close(word, stem))).count();
        if met * 2 < ask.name.len() || met == 0 || best.is_some_and(|(known, _)| known >= met) {
            continue;
        }
        let hit = |word: &Word| ask.name.iter().any(|stem| close(word, stem));
        let denied = words.iter().enumerate().filter(|(_, word)| hit(word)).any(|(at, _)| {
            let near = at.saturating_sub(4)..(at + 3).min(words.len());
            let out = matches!(&words[..at], [.., out, of] if out.stem == "out" && of.stem == "of");
            out || words[near].iter().any(|word| is_negation(&word.stem))
        });
        best = Some((met, !denied));
    }
    best.map(|(_, value)| value)
}
