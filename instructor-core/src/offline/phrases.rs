//! Candidates that are pieces of text: values of labels, phrases behind a cue, whole sentences.

use std::ops::Range;

use super::addresses;
use super::ask::{Ask, Wanted};
use super::choose::{Candidate, Scope};
use super::facts::{Facts, Kind};
use super::layout::trim;
use super::words::{is_stop, is_unit, one_line};

/// Adds the pieces of text that may answer the question.
pub(super) fn candidates(ask: &Ask, facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    let free = matches!(
        ask.wanted,
        Wanted::Person
            | Wanted::Company
            | Wanted::Place
            | Wanted::Name
            | Wanted::Thing
            | Wanted::Code
            | Wanted::Title
            | Wanted::Prose
            | Wanted::Phrase
            | Wanted::Measure
            | Wanted::Street
            | Wanted::PostCode
    );
    if !free {
        return;
    }
    labels(ask, facts, scope, found);
    match ask.wanted {
        Wanted::Prose => {
            sentences(ask, facts, scope, found);
            if scope.element {
                rest_of_element(ask, facts, scope, 1.2, found);
            }
        }
        Wanted::Title => title(facts, scope, found),
        Wanted::Phrase => {
            cues(ask, facts, scope, found);
            copula(ask, facts, scope, found);
            if ask.is_open() {
                sentences(ask, facts, scope, found);
            }
            if scope.element {
                rest_of_element(ask, facts, scope, 1.0, found);
            }
        }
        Wanted::Thing | Wanted::Name => {
            cues(ask, facts, scope, found);
            if scope.element {
                rest_of_element(ask, facts, scope, 1.4, found);
            } else {
                heading(ask, facts, scope, found);
            }
        }
        Wanted::Company if !scope.element => heading(ask, facts, scope, found),
        Wanted::Measure => units(facts, scope, found),
        Wanted::Street | Wanted::PostCode | Wanted::Place => {
            addresses::candidates(ask, facts, scope, found);
        }
        _ => {}
    }
}

/// The labels that lie in the scope.
fn labels(ask: &Ask, facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    for label in facts.labels_in(&scope.range) {
        if label.value.end > scope.range.end {
            break;
        }
        let weight: f32 = label.stems.iter().map(|stem| ask.weight(stem)).sum();
        let whole = !ask.name.is_empty() && ask.name.iter().all(|stem| label.stems.contains(stem));
        if weight < 1.2 || label.value.is_empty() || (label.block && ask.wanted != Wanted::Prose) {
            continue;
        }
        #[expect(clippy::cast_precision_loss, reason = "a handful of words")]
        let foreign =
            label.stems.iter().filter(|s| ask.weight(s) == 0.0 && !is_stop(s)).count() as f32;
        let strange = if ask.wanted == Wanted::Prose { 0.25 } else { 0.5 };
        let mut points = 1.5 * weight.min(4.0) - strange * foreign + f32::from(u8::from(whole));
        let mut value = label.value.clone();
        if matches!(ask.wanted, Wanted::Person | Wanted::Company | Wanted::Name) {
            let cut = facts.text[value.clone()].find([',', '(', '<', ';']).unwrap_or(value.len());
            value = trim(facts.text, value.start..value.start + cut);
            points -= 0.2;
        }
        if ask.wanted == Wanted::Code {
            let cut = facts.text[value.clone()].find([',', ' ', ';']).unwrap_or(value.len());
            value.end = value.start + cut;
        }
        if ask.wanted != Wanted::Prose && !label.block {
            value.end = value.end.min(facts.sentence_at(value.start).end.max(value.start));
        }
        if value.is_empty() {
            continue;
        }
        let mut text = &facts.text[value.clone()];
        if ask.wanted != Wanted::Prose {
            text = text.trim_end_matches(['.', ',', ';']);
        }
        found.push(Candidate::text(text.trim_matches(['"', '“', '”', '*']), value, points));
    }
}

/// The sentences of the scope; the first ones and those with words of the question are better.
fn sentences(ask: &Ask, facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    const MOST: usize = 400;
    for (count, sentence) in facts.sentences_in(&scope.range).iter().take(MOST).enumerate() {
        let words = facts.words_in(sentence);
        let mut seen: Vec<&str> = Vec::new();
        let mut points = 1.0;
        for word in words {
            let weight = ask.weight(&word.stem);
            if weight > 0.0 && !seen.contains(&word.stem.as_str()) {
                seen.push(&word.stem);
                points += 0.4 * weight;
            }
        }
        let text = &facts.text[sentence.clone()];
        let greeting = words.first().is_some_and(is_greeting);
        let labelled =
            facts.labels.binary_search_by_key(&sentence.start, |label| label.key.start).is_ok();
        points -= if greeting { 1.2 } else { 0.0 } + if labelled { 0.8 } else { 0.0 };
        points -= if text.ends_with('?') { 0.8 } else { 0.0 };
        points -= if words.len() < 4 { 0.6 } else { 0.0 };
        points += 0.4 / f32::from(1 + u8::try_from(count.min(50)).unwrap_or(50));
        found.push(Candidate { claims: false, ..Candidate::text(text, sentence.clone(), points) });
    }
    let whole = trim(facts.text, scope.range.clone());
    if !whole.is_empty() {
        let text = &facts.text[whole.clone()];
        found.push(Candidate { claims: false, ..Candidate::text(text, whole, 0.5) });
    }
}

/// The first line that reads like a title, or else the first sentence.
fn title(facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    for (line, points) in facts.lines_in(&scope.range).iter().take(3).zip([1.2_f32, 0.7, 0.6]) {
        let text = &facts.text[line.span.clone()];
        let labelled =
            facts.labels.binary_search_by_key(&line.span.start, |label| label.key.start).is_ok();
        if text.chars().count() <= 80 && !text.ends_with(['.', ',', ':', '!', '?']) && !labelled {
            let text = text.trim_matches(['#', '*', '=', ' ']);
            found.push(Candidate {
                claims: false,
                ..Candidate::text(text, line.span.clone(), points)
            });
        }
    }
    // "The Hobbit by …", "Alien (1979) is a film": what the text begins to tell of.
    let first = facts.within(&scope.range).next().filter(|fact| {
        let quoted = |c: char| matches!(c, '"' | '“' | '”') || c.is_whitespace();
        let rest = facts.text[fact.span.end..scope.range.end].trim_start_matches(quoted);
        let before = facts.text[scope.range.start..fact.span.start].trim_matches(quoted);
        let told = ["(", "is ", "was ", "by "].iter().any(|next| rest.starts_with(next));
        told && matches!(before, "" | "The" | "A" | "An")
    });
    if let Some(fact) = first.filter(|fact| matches!(fact.kind, Kind::Name(_) | Kind::Quote)) {
        let text = facts.text[scope.range.start..fact.span.end].trim_start();
        let span = fact.span.clone();
        found.push(Candidate::text(text.trim_start_matches(['"', '“']), span, 1.3));
    }
    if let Some(sentence) = facts.sentences_in(&scope.range).first() {
        let text = facts.text[sentence.clone()].trim_end_matches('.');
        found.push(Candidate { claims: false, ..Candidate::text(text, sentence.clone(), 0.55) });
    }
}

/// "the warranty is two years", "role of lead engineer": what follows a word of the question.
fn cues(ask: &Ask, facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    for word in facts.words_in(&scope.range) {
        let weight = ask.weight(&word.stem);
        if weight < 1.2 {
            continue;
        }
        let end = facts.sentence_at(word.span.start).end.min(scope.range.end);
        if word.span.end >= end {
            continue;
        }
        let phrase = phrase_after(facts, word.span.end..end);
        if let Some((mut phrase, linked)) = phrase {
            // "from New York to Rome": behind such a word stands a name.
            if ask.name.iter().all(|stem| is_stop(stem)) {
                let name = facts.within(&phrase).next();
                let name = name.filter(|fact| fact.span.start == phrase.start);
                if let Some(fact) = name.filter(|fact| matches!(fact.kind, Kind::Name(_))) {
                    phrase = fact.span.clone();
                }
            }
            let points = 0.5 * weight + if linked { 0.8 } else { 0.0 };
            found.push(Candidate::text(&facts.text[phrase.clone()], phrase, points));
        }
    }
}

/// "was an English mathematician": what somebody is, for the questions that ask it.
fn copula(ask: &Ask, facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    if !ask.is_occupation() {
        return;
    }
    let words = facts.words_in(&scope.range);
    for pair in words.windows(2) {
        let spelled = |word: &super::words::Word| facts.text[word.span.clone()].to_lowercase();
        let verb =
            matches!(spelled(&pair[0]).as_str(), "was" | "is" | "as" | "am" | "become" | "became");
        if verb && matches!(spelled(&pair[1]).as_str(), "a" | "an" | "the" | "our") {
            let end = facts.sentence_at(pair[1].span.start).end.min(scope.range.end);
            if pair[1].span.end < end
                && let Some((phrase, _)) = phrase_after(facts, pair[1].span.end..end)
            {
                found.push(Candidate::text(&facts.text[phrase.clone()], phrase, 2.6));
            }
        }
    }
}

/// The words up to the next pause, without linking words before them; whether there were any.
fn phrase_after(facts: &Facts<'_>, range: Range<usize>) -> Option<(Range<usize>, bool)> {
    const LINKS: [&str; 16] = [
        "is", "was", "are", "were", "of", "as", "the", "a", "an", "called", "named", "for", "to",
        "number", "no", "type",
    ];
    const ENDS: [&str; 14] = [
        "and", "but", "which", "who", "because", "with", "that", "when", "at", "in", "from", "on",
        "if", "so",
    ];
    let words = facts.words_in(&range);
    let spelled = |index: usize| facts.text[words[index].span.clone()].to_lowercase();
    let mut linked = facts.text[range.clone()].trim_start().starts_with(':');
    let mut first = 0;
    while first < words.len().min(4) && LINKS.contains(&spelled(first).as_str()) {
        linked = true;
        first += 1;
    }
    let mut last = first;
    let mut edge =
        words.get(first.checked_sub(1).unwrap_or(usize::MAX)).map_or(range.start, |w| w.span.end);
    while last < words.len() && last - first < 7 {
        let gap = facts.text.get(edge..words[last].span.start).unwrap_or_default();
        let pause = gap.contains([',', ';', '(', ')', '\n', '"', '“', '–', '—'])
            || gap.contains(['.', ':', '!', '?'])
                && gap.contains(char::is_whitespace)
                && last > first;
        if (pause && (last > first || gap.contains([',', '.', ';', ')'])))
            || ENDS.contains(&spelled(last).as_str())
        {
            break;
        }
        edge = words[last].span.end;
        last += 1;
    }
    let span = words.get(first)?.span.start..words.get(last.checked_sub(1)?)?.span.end;
    (last > first && span.start < span.end).then_some((span, linked))
}

/// What is left of one element of a list when numbers, addresses and links are taken away.
fn rest_of_element(
    ask: &Ask,
    facts: &Facts<'_>,
    scope: &Scope,
    points: f32,
    found: &mut Vec<Candidate>,
) {
    // A line of a list is taken apart; a whole sentence of prose had better stay whole.
    let short = facts.words_in(&scope.range).len() <= 16;
    let points = points + if short { 1.5 } else { -0.6 };
    if let Some(span) = rest(facts, &scope.range, ask.wanted == Wanted::Phrase) {
        let text = one_line(&facts.text[span.clone()]);
        found.push(Candidate { claims: false, ..Candidate::text(&text, span, points) });
    }
}

/// The longest piece of the range without numbers, addresses and links; a `phrase` is what stands
/// beside the name, as in "Ann Smith, CTO" and "Engineer at Acme Ltd".
pub(super) fn rest(facts: &Facts<'_>, range: &Range<usize>, phrase: bool) -> Option<Range<usize>> {
    const EDGES: &[&str] = &[
        "x", "at", "each", "by", "until", "for", "of", "and", "a", "an", "per", "to", "due", "on",
        "the", "is", "are", "was", "were", "has", "cost", "costs", "only",
    ];
    let mut best: Option<Range<usize>> = None;
    let mut edge = range.start;
    let mut consider = |range: Range<usize>| {
        let mut start = range.start;
        for piece in facts.text.get(range).unwrap_or_default().split_inclusive(|c| {
            matches!(c, '(' | ')' | ':' | ';' | '|' | '–' | '—' | '=') || (phrase && c == ',')
        }) {
            let piece_range = start..start + piece.len();
            start = piece_range.end;
            let words = facts.words_in(&piece_range);
            let edge_word = |word: &&super::words::Word| {
                let spelled = facts.text[word.span.clone()].to_lowercase();
                EDGES.contains(&spelled.as_str()) || is_unit(&spelled)
            };
            let skip = words.iter().take_while(edge_word).count();
            let tail = words[skip..].iter().rev().take_while(edge_word).count();
            let kept = &words[skip..words.len() - tail];
            if let (Some(first), Some(last)) = (kept.first(), kept.last()) {
                let span = first.span.start..last.span.end;
                if best.as_ref().is_none_or(|known| span.len() > known.len()) {
                    best = Some(span);
                }
            }
        }
    };
    for fact in facts.within(range) {
        // "three customers" stays together, "3 x lamp" does not.
        let digits = facts.text[fact.span.clone()].contains(|c: char| c.is_ascii_digit());
        let glued = match &fact.kind {
            Kind::Name(like) if phrase => like.company < 3.0 && !digits,
            Kind::Name(_) | Kind::Quote | Kind::Code => true,
            _ => !digits,
        };
        if glued || fact.span.start < edge {
            continue;
        }
        consider(edge..fact.span.start);
        edge = fact.span.end;
    }
    consider(edge.min(range.end)..range.end);
    best
}

/// "Garden hose GH-20, green, 20 m": a text that begins with no sentence begins with a name.
fn heading(ask: &Ask, facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    let lines = facts.lines_in(&scope.range);
    let Some((sentence, line)) = facts.sentences_in(&scope.range).first().zip(lines.first()) else {
        return;
    };
    let sentence = &(sentence.start..sentence.end.min(line.span.end.max(sentence.start)));
    let text = &facts.text[sentence.clone()];
    let spoken = facts.words_in(sentence).iter().any(|word| is_stop(&word.stem));
    let labelled =
        facts.labels.binary_search_by_key(&sentence.start, |label| label.key.start).is_ok();
    let greeting = facts.words_in(sentence).first().is_none_or(is_greeting);
    if spoken || labelled || greeting || text.ends_with(['!', '?']) {
        return;
    }
    let pause = |c: char| matches!(c, ',' | ';' | ':' | '(' | '|' | '–' | '—');
    let end = text.find(pause).or_else(|| text.find(" - ")).unwrap_or(text.len());
    let span = trim(facts.text, sentence.start..sentence.start + end);
    let words = facts.words_in(&span).len();
    if (2..=6).contains(&words) {
        let text = facts.text[span.clone()].trim_end_matches('.');
        // A company more often stands elsewhere.
        let points = if ask.wanted == Wanted::Company { 0.9 } else { 3.7 };
        found.push(Candidate::text(text, span.clone(), points));
    }
}

/// "2 cups of flour": the word of measure behind a number.
fn units(facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    for fact in facts.within(&scope.range) {
        if !matches!(fact.kind, Kind::Number(_)) {
            continue;
        }
        let Some(word) = facts.words_in(&(fact.span.end..scope.range.end)).first() else { return };
        let gap = &facts.text[fact.span.end..word.span.start];
        let text = &facts.text[word.span.clone()];
        if gap.trim().is_empty() && is_unit(&text.to_lowercase()) {
            found.push(Candidate::text(text, word.span.clone(), 2.0));
        }
    }
}

/// Whether a text or a sentence begins with the word only out of courtesy.
fn is_greeting(word: &super::words::Word) -> bool {
    const GREETINGS: &str = "dear hi hello hey regard best thank kind";
    GREETINGS.split(' ').any(|known| known == word.stem)
}
