//! Capitalised names, and whether they look like a person, a company or a place.

use std::collections::HashSet;

use super::dates::is_calendar_word;
use super::facts::{Fact, Kind};
use super::layout::Layout;
use super::words::{Word, is_stop, one_line};

/// How much a name looks like each kind; 0 is not at all, 3 is nearly sure.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Likeness {
    pub(super) person: f32,
    pub(super) company: f32,
    pub(super) place: f32,
    /// A name of something else: a product, a language.
    pub(super) thing: f32,
}

const COMPANY: &str = "\
    inc ltd llc gmbh ag corp corporation company co plc group labs bank university institute \
    systems technologies software solutions foundation partners studio studios college \
    society association agency bakery press works industries logistics consulting hospital \
    museum";
const TITLES: &str = "\
    mr mrs ms miss dr prof professor sir lady lord countess captain president patient doctor \
    customer client user judge chef";
const PARTICLES: &str = "\
    von van de der den la le du da di of bin al";
const PERSON_VERBS: &str = "\
    was is said wrote born writes works joined lives met will asked agreed reported \
    presented volunteered promised who has says married died explained offered";
const STARTERS: &str = "\
    dear hello hi hey please thanks thank regards best sincerely kind yesterday today \
    tomorrow yes however although because while during until since now still after before \
    once unfortunately finally first second next attendees present invoice subject date \
    order let apart despite meanwhile later early overall bought paid send ask add nothing \
    everything someone everyone more most many several sales call two three four five ten \
    under over between within through her notes minutes";
const CITIES: &str = "\
    london paris berlin madrid rome vienna zurich geneva hamburg munich amsterdam brussels \
    dublin lisbon prague warsaw stockholm oslo copenhagen helsinki athens istanbul moscow \
    tokyo beijing shanghai singapore sydney melbourne toronto montreal chicago boston \
    seattle austin dallas england france germany spain italy austria switzerland portugal \
    scotland ireland india china japan canada australia brazil mexico europe asia africa \
    america leeds manchester bristol edinburgh cologne barcelona lyon delhi";

/// Every name of the text.
pub(super) fn scan(text: &str, words: &[Word], layout: &Layout, push: &mut dyn FnMut(Fact)) {
    let starts: HashSet<usize> = layout
        .sentences
        .iter()
        .map(|sentence| sentence.start)
        .chain(layout.lines.iter().map(|line| line.span.start))
        .chain(layout.labels.iter().map(|label| label.value.start))
        .collect();
    // "Due Date: …" is no name, but "- Luis Ortega: …" is one.
    let bullets: HashSet<usize> =
        layout.lines.iter().filter(|line| line.bullet).map(|line| line.span.start).collect();
    let keys: HashSet<usize> = layout
        .labels
        .iter()
        .map(|label| label.key.start)
        .filter(|start| !bullets.contains(start))
        .collect();
    let mut at = 0;
    while at < words.len() {
        let first = &words[at];
        let word = &text[first.span.clone()];
        let opens = starts.contains(&first.span.start)
            || text[..first.span.start].trim_end().ends_with(['"', '“', ':', ']']);
        let initial = words.get(at + 1).is_some_and(|next| {
            text[first.span.end..].starts_with(". ") && is_capital(&text[next.span.clone()])
        });
        let shout = text[first.span.end..].starts_with('!')
            && word.len() > 1
            && !word.chars().any(char::is_lowercase);
        if shout
            || keys.contains(&first.span.start)
            || !is_capital(word)
            || skips(word, opens && !initial)
        {
            at += 1;
            continue;
        }
        let end = run_end(text, words, at);
        let title = is_among(TITLES, word.to_lowercase().trim_end_matches('.'));
        let from = if title && end > at + 1 { at + 1 } else { at };
        let span = words[from].span.start..words[end - 1].span.end;
        let span = without_possessive(text, span);
        let likeness = likeness(text, words, from..end, title, opens);
        push(Fact::new(span.clone(), Kind::Name(likeness), one_line(&text[span])));
        at = end;
    }
}

fn is_among(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

fn is_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// A word that is capitalised only because of where it stands, or is no name.
fn skips(word: &str, opens: bool) -> bool {
    let lower = word.to_lowercase();
    let plain = lower.split('\'').next().unwrap_or(&lower);
    is_stop(plain)
        || is_stop(&super::words::stem(plain))
        || is_calendar_word(plain)
        || is_among(STARTERS, plain)
        || (word.chars().count() == 1 && opens && !word.is_empty())
        || matches!(plain, "i" | "usd" | "eur" | "gbp" | "chf" | "am" | "pm" | "vat" | "ok")
}

/// The index after the last word of the name that starts at `at`.
fn run_end(text: &str, words: &[Word], at: usize) -> usize {
    let mut end = at + 1;
    while end < words.len() && end - at < 6 {
        let gap = &text[words[end - 1].span.end..words[end].span.start];
        let word = &text[words[end].span.clone()];
        let initial =
            gap == ". " && (words[end - 1].span.len() == 1 || is_title(text, &words[end - 1]));
        if gap.contains('\n') && gap.trim().is_empty() && gap.matches('\n').count() > 1 {
            break;
        }
        // "London NW1 6XE" is a city with its post code.
        let digits = word.contains(|c: char| c.is_ascii_digit());
        if digits && is_among(CITIES, &text[words[end - 1].span.clone()].to_lowercase()) {
            break;
        }
        let joined = initial || matches!(gap.trim(), "" | "&" | "-") && !gap.contains('\n');
        let suffix = gap.trim() == "," && matches!(word, "Inc" | "Ltd" | "LLC" | "GmbH");
        if (joined || suffix) && is_capital(word) && !skips(word, false) {
            end += 1;
            continue;
        }
        // "Ludwig van Beethoven", but not "Ada of".
        let particle = gap == " " && is_among(PARTICLES, word);
        let after = words.get(end + 1).map(|next| &text[next.span.clone()]);
        let gap_after = words.get(end + 1).map(|next| &text[words[end].span.end..next.span.start]);
        if particle
            && gap_after == Some(" ")
            && after.is_some_and(|next| is_capital(next) && !skips(next, false))
        {
            end += 2;
            continue;
        }
        break;
    }
    end
}

fn is_title(text: &str, word: &Word) -> bool {
    is_among(TITLES, &text[word.span.clone()].to_lowercase())
}

fn without_possessive(text: &str, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let name = &text[span.clone()];
    let short = name.strip_suffix("'s").or_else(|| name.strip_suffix("’s")).unwrap_or(name);
    span.start..span.start + short.len()
}

fn likeness(
    text: &str,
    words: &[Word],
    run: std::ops::Range<usize>,
    title: bool,
    opens: bool,
) -> Likeness {
    let lower = |index: usize| words.get(index).map(|word| text[word.span.clone()].to_lowercase());
    let spelled: Vec<String> = run.clone().filter_map(lower).collect();
    let before = run.start.checked_sub(1).and_then(lower).unwrap_or_default();
    let after = lower(run.end).unwrap_or_default();
    let adjacent = |a: usize, b: usize| match (words.get(a), words.get(b)) {
        (Some(a), Some(b)) => text[a.span.end..b.span.start].trim().to_owned(),
        _ => "\n".to_owned(),
    };
    let gap_before =
        run.start.checked_sub(1).map_or_else(|| "\n".into(), |b| adjacent(b, run.start));
    let gap_after = adjacent(run.end - 1, run.end);
    let names: Vec<&str> = run.clone().map(|index| &text[words[index].span.clone()]).collect();
    let shouted = names.iter().all(|name| name.len() > 1 && !name.chars().any(char::is_lowercase));
    let mut likeness = Likeness { thing: 1.0, ..Likeness::default() };

    if spelled.iter().any(|word| is_among(COMPANY, word.as_str())) {
        likeness.company += 3.0;
    } else if gap_before.is_empty()
        && matches!(before.as_str(), "at" | "joined" | "for" | "employer")
    {
        likeness.company += 1.5;
    }
    let city = is_among(CITIES, &spelled.join(" "));
    if city {
        likeness.place += 3.0;
    } else if gap_before.is_empty() && likeness.company < 3.0 {
        match before.as_str() {
            "in" | "near" => likeness.place += 2.0,
            "from" | "at" | "to" => likeness.place += 1.0,
            _ => {}
        }
    }
    if likeness.company < 3.0 && !city && !shouted {
        likeness.person += match names.len() {
            2 | 3 => 1.8,
            1 if opens => 0.3,
            1 => 1.0,
            _ => 0.8,
        };
        if title
            || matches!(before.as_str(), "dear" | "hi" | "hello" | "regards" | "thanks" | "name")
        {
            likeness.person += 1.5;
        }
        if gap_after.is_empty() && is_among(PERSON_VERBS, after.as_str())
            || matches!(gap_after.as_str(), "," | "(") && after.bytes().all(|b| b.is_ascii_digit())
            || gap_after == "<"
        {
            likeness.person += 1.0;
        }
        if gap_before.is_empty() && matches!(before.as_str(), "in" | "the" | "a" | "an" | "using") {
            likeness.person -= 1.2;
        }
    }
    if names.iter().any(|name| name.contains(|c: char| c.is_ascii_digit())) {
        likeness.thing += 1.0;
        likeness.person -= 1.5;
    }
    if gap_before.is_empty() && matches!(before.as_str(), "the" | "a" | "an" | "new") {
        likeness.thing += 0.8;
    }
    likeness
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offline::facts::Facts;

    fn names(text: &str) -> Vec<(String, &'static str)> {
        Facts::read(text)
            .found
            .iter()
            .filter_map(|fact| match fact.kind {
                Kind::Name(l) if l.company >= 1.5 => Some((fact.text.clone(), "company")),
                Kind::Name(l) if l.place > l.person => Some((fact.text.clone(), "place")),
                Kind::Name(_) => Some((fact.text.clone(), "person")),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn names_are_told_apart_by_their_neighbours() {
        for (text, expected) in [
            (
                "Dear Dr. Ann Smith, we met in Leeds.",
                &[("Ann Smith", "person"), ("Leeds", "place")][..],
            ),
            ("She works at Brightwater Foods Ltd.", &[("Brightwater Foods Ltd", "company")]),
            (
                "Ludwig van Beethoven was born in Bonn.",
                &[("Ludwig van Beethoven", "person"), ("Bonn", "place")],
            ),
            ("The train left. On Monday we rested in March.", &[]),
            ("J. Doe's dog", &[("J. Doe", "person")]),
        ] {
            let expected: Vec<_> = expected.iter().map(|(n, k)| ((*n).to_owned(), *k)).collect();
            let found: Vec<_> = names(text).into_iter().filter(|(name, _)| name != "The").collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
