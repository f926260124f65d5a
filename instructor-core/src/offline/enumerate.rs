//! Enumerations: "a, b and c", the value of a label, the bullets below a heading.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::ask::{Ask, Wanted};
use super::choose::Scope;
use super::facts::{Facts, Kind, constant};
use super::layout::trim;
use super::words::one_line;

static COMMA: LazyLock<Regex> = LazyLock::new(|| {
    constant(r"(?i)\s*[,;]\s+(?:and\s+|or\s+)?|\s+(?:and|or|&)\s+|\s*\n\s*(?:[-*•]\s+)?")
});

/// The parts of an enumeration; commas in parentheses and inside numbers do not count.
pub(super) fn split(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let part = text.get(range.clone()).unwrap_or_default();
    let mut ranges = Vec::new();
    let mut start = range.start;
    let mut depth = 0_usize;
    let mut seen = 0;
    for gap in COMMA.find_iter(part) {
        for c in part[seen..gap.start()].chars() {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        seen = gap.start();
        if depth == 0 {
            ranges.push(start..range.start + gap.start());
            start = range.start + gap.end();
        }
    }
    ranges.push(start..range.end);
    let ranges = ranges.into_iter().filter(|part| part.start < part.end);
    ranges.map(|part| trim(text, part)).filter(|part| !part.is_empty()).collect()
}

/// The enumeration that the question asks for: of its label, its heading, or behind one of its words.
pub(super) fn parts(ask: &Ask, facts: &Facts<'_>, scope: &Scope) -> Vec<String> {
    let clean = |ranges: Vec<Range<usize>>| -> Vec<String> {
        let texts = ranges.into_iter().map(|range| one_line(&facts.text[range]));
        let texts = texts.map(|text| text.trim_end_matches(['.', ',', ';']).to_owned());
        texts.filter(|text| !text.is_empty()).collect()
    };
    let bullets = |range: &Range<usize>| -> Vec<Range<usize>> {
        let own = facts.lines_in(range).iter();
        own.map(|line| line.span.clone()).collect()
    };
    for label in facts.labels_in(&scope.range) {
        let weight: f32 = label.stems.iter().map(|stem| ask.weight(stem)).sum();
        if weight >= 1.2 && !label.value.is_empty() {
            return clean(if label.block {
                bullets(&label.value)
            } else {
                let sentence = facts.sentence_at(label.value.start).end;
                split(facts.text, &(label.value.start..label.value.end.min(sentence)))
            });
        }
    }
    let lines = facts.lines_in(&scope.range);
    for (at, line) in lines.iter().enumerate() {
        let below = || lines[at + 1..].iter().take_while(|next| next.bullet);
        let heading = !line.bullet && line.span.len() < 80 && below().next().is_some();
        let words = facts.words_in(&line.span);
        if heading && words.iter().any(|word| ask.weight(&word.stem) >= 1.2) {
            return clean(below().map(|line| line.span.clone()).collect());
        }
    }
    let behind = behind_a_cue(ask, facts, scope);
    if !behind.is_empty() {
        return clean(behind);
    }
    if matches!(ask.wanted, Wanted::Prose) || ask.is_open() {
        let all = lines.iter().filter(|line| line.bullet);
        let all: Vec<_> = all.map(|line| line.span.clone()).collect();
        if !all.is_empty() || !ask.is_open() {
            return clean(all);
        }
        return clean(anything(facts, scope));
    }
    Vec::new()
}

/// The parts of a text that is nothing but an enumeration, or else its names.
fn anything(facts: &Facts<'_>, scope: &Scope) -> Vec<Range<usize>> {
    let whole = split(facts.text, &scope.range);
    let short = |part: &Range<usize>| facts.words_in(part).len() <= 3;
    let sentence = facts.text[scope.range.clone()].trim_end().ends_with(['.', '!', '?']);
    if whole.len() > 1 && !sentence && whole.iter().all(short) {
        return whole;
    }
    let names = facts.within(&scope.range).filter(|fact| matches!(fact.kind, Kind::Name(_)));
    names.map(|fact| fact.span.clone()).collect()
}

/// "skills such as Rust, SQL and Docker".
fn behind_a_cue(ask: &Ask, facts: &Facts<'_>, scope: &Scope) -> Vec<Range<usize>> {
    const LINKS: [&str; 12] = [
        "such",
        "as",
        "like",
        "in",
        "with",
        "were",
        "are",
        "include",
        "includes",
        "including",
        "of",
        "is",
    ];
    for word in facts.words_in(&scope.range) {
        if ask.weight(&word.stem) < 1.2 {
            continue;
        }
        let end = facts.sentence_at(word.span.start).end.min(scope.range.end);
        if word.span.end >= end {
            continue;
        }
        let mut start = word.span.end;
        for link in facts.words_in(&(start..end)) {
            if !LINKS.contains(&facts.text[link.span.clone()].to_lowercase().as_str()) {
                break;
            }
            start = link.span.end;
        }
        let rest = facts.text[start..end].trim_start_matches([':', ' ', ',']);
        let parts = split(facts.text, &(end - rest.len()..end));
        let mut short: Vec<Range<usize>> =
            parts.into_iter().take_while(|part| facts.words_in(part).len() <= 5).collect();
        if let Some(last) = short.last_mut() {
            let text = &facts.text[last.clone()];
            let cut = text.find([';', ':', '(', '—', '–']).unwrap_or(text.len());
            last.end = trim(facts.text, last.start..last.start + cut).end;
        }
        if short.len() >= 2 && short.iter().all(|part| !part.is_empty()) {
            return short;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enumerations_are_split_where_people_pause() {
        for (text, parts) in [
            ("a, b and c", &["a", "b", "c"][..]),
            ("Ann (CTO, Leeds), Bob & Carla", &["Ann (CTO, Leeds)", "Bob", "Carla"]),
            ("1,250 apples; pears, and plums", &["1,250 apples", "pears", "plums"]),
            ("one\n- two\n- three", &["one", "two", "three"]),
            (", ,", &[","]),
        ] {
            let found: Vec<_> =
                split(text, &(0..text.len())).into_iter().map(|r| &text[r]).collect();
            assert_eq!(found, parts, "{text:?}");
        }
    }
}
