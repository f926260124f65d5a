//! Postal addresses: the street with its number, the post code, and the line that has both.

use std::sync::LazyLock;

use regex::Regex;

use super::ask::{Ask, Wanted};
use super::choose::{Candidate, Scope};
use super::facts::{Facts, constant};
use super::layout::trim;

static STREET: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"\b[0-9]{1,5}[a-z]?\s+(?:[A-Z][\w'.]*\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Square|Court|Place|Terrace|Row)\b|\b\p{Lu}\p{L}+(?:straße|strasse|weg|platz|allee|gasse)\s+[0-9]+[a-z]?\b",
    )
});
static POST_CODE: LazyLock<Regex> = LazyLock::new(|| {
    constant(r"\b[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}\b|\b[0-9]{5}(?:-[0-9]{4})?\b")
});

/// Adds the parts of addresses that the question asks for.
pub(super) fn candidates(ask: &Ask, facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    let text = facts.text.get(scope.range.clone()).unwrap_or_default();
    let regex = if ask.wanted == Wanted::PostCode { &POST_CODE } else { &STREET };
    for street in regex.find_iter(text).take(100) {
        let mut span = scope.range.start + street.start()..scope.range.start + street.end();
        if ask.wanted == Wanted::Place {
            if !ask.names(&["address", "location", "venue"]) {
                break;
            }
            let rest = &facts.text[span.end..scope.range.end];
            let end = rest.find(['\n', ';', '(', '|']).unwrap_or(rest.len());
            let sentence = facts.sentence_at(span.start).end.max(span.end);
            span = trim(facts.text, span.start..(span.end + end).min(sentence));
        }
        let text = facts.text[span.clone()].trim_end_matches(['.', ',']);
        found.push(Candidate::text(text, span.clone(), 2.5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_and_post_codes_are_told_from_other_numbers() {
        for (text, street, code) in [
            ("12 Harbour Street, Seattle 98101", Some("12 Harbour Street"), Some("98101")),
            ("221b Baker St, London NW1 6XE", Some("221b Baker St"), Some("NW1 6XE")),
            ("Lindenstraße 7, 10969 Berlin", Some("Lindenstraße 7"), Some("10969")),
            ("3 apples cost 12 dollars", None, None),
        ] {
            assert_eq!(STREET.find(text).map(|found| found.as_str()), street, "{text}");
            assert_eq!(POST_CODE.find(text).map(|found| found.as_str()), code, "{text}");
        }
    }
}
