//! Words of texts and of names: where they stand, their stems, and which mean much the same.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

/// A word and its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) span: Range<usize>,
    pub(super) stem: String,
}

/// The words of a text: runs of letters and digits, with apostrophes inside.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut start = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inside = c.is_alphanumeric()
            || (matches!(c, '\'' | '’')
                && start.is_some()
                && chars.peek().is_some_and(|(_, next)| next.is_alphabetic()));
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push(Word { span: from..at, stem: stem(&text[from..at]) });
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        found.push(Word { span: from..text.len(), stem: stem(&text[from..]) });
    }
    found
}

/// The stems of a property's name, split at `_`, `-` and changes of case.
pub(super) fn name_stems(name: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(name.len() + 4);
    let mut previous = ' ';
    for c in name.chars() {
        if c.is_uppercase() && (previous.is_lowercase() || previous.is_ascii_digit()) {
            spaced.push(' ');
        }
        spaced.push(if c.is_alphanumeric() { c } else { ' ' });
        previous = c;
    }
    spaced.split_whitespace().map(stem).collect()
}

/// A word without case and the usual endings; two forms of one word have one stem, most of the time.
pub(super) fn stem(word: &str) -> String {
    let mut word = word.to_lowercase().replace('’', "'");
    if let Some(owner) = word.strip_suffix("'s") {
        word = owner.to_owned();
    }
    if !word.is_ascii() || word.bytes().any(|b| b.is_ascii_digit()) {
        return word;
    }
    let long = word.len() > 3;
    if long && word.ends_with("ies") {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if long && ["sses", "xes", "ches", "shes"].iter().any(|end| word.ends_with(end)) {
        word.truncate(word.len() - 2);
    } else if long && word.ends_with('s') && !["ss", "us", "is"].iter().any(|e| word.ends_with(e)) {
        word.truncate(word.len() - 1);
    }
    if word.len() > 6 && word.ends_with("ly") {
        word.truncate(word.len() - 2);
    }
    for ending in ["ing", "ed"] {
        if word.len() >= ending.len() + 4 && word.ends_with(ending) {
            word.truncate(word.len() - ending.len());
            let bytes = word.as_bytes();
            if bytes.len() > 3 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2] {
                word.truncate(word.len() - 1);
            }
            break;
        }
    }
    if word.len() > 3 && word.ends_with('e') {
        word.truncate(word.len() - 1);
    }
    word
}

fn stems_of(list: &str) -> impl Iterator<Item = String> {
    list.split_whitespace().map(stem)
}

/// Whether the stem says nothing about what is asked for.
pub(super) fn is_stop(stem: &str) -> bool {
    static STOPS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        stems_of(
            "a an the this that these those of in on at to for from by with as is are was were be been \
             has have had do did it its he she they them his her their i we you our my your me us \
             and or but if then than so not no any all each every some which who whom whose what when \
             where how there here can could may might will would should must shall also only just one \
             text given gives give value values field list exactly written write stated mentioned \
             mention found optional e.g eg etc whether example such other about into out up",
        )
        .collect()
    });
    STOPS.contains(stem)
}

/// Whether the stem turns what follows into its opposite.
pub(super) fn is_negation(stem: &str) -> bool {
    matches!(
        stem,
        "no" | "not" | "never" | "without" | "none" | "neither" | "nor" | "cannot" | "non" | "lack"
    ) || stem.ends_with("n't")
}

/// Words that stand for each other often enough to be worth a guess.
const GROUPS: &[&str] = &[
    "age aged old years",
    "price cost amount charge fee fare rate",
    "total amount sum payable balance overall grand",
    "customer client buyer purchaser bill billed to recipient",
    "vendor seller supplier merchant issuer from",
    "company employer organization organisation firm business corporation",
    "phone telephone tel mobile cell call fax",
    "email mail e-mail",
    "website url link homepage web site",
    "city town place location based office venue room",
    "country nation state",
    "salary pay compensation wage remuneration",
    "attendee participant present attending people invitee who",
    "due deadline payable until by before",
    "born birth birthday dob",
    "died death dead deceased",
    "rating stars score rated points out",
    "quantity qty count pieces units pcs number x",
    "role position title job occupation profession",
    "skill requirement experience knowledge technology need",
    "author writer wrote written byline",
    "director directed",
    "founder founded",
    "inventor invented",
    "publisher published",
    "manufacturer made manufactured",
    "owner assignee responsible assigned owns",
    "task action todo do item",
    "issue problem complaint fault defect trouble",
    "reference ref id identifier number no nr code",
    "order purchase ordered",
    "discount rebate off reduction",
    "tax vat gst",
    "date day on",
    "start begin starts from since",
    "end finish until ends",
    "minimum min least from lower low",
    "maximum max most up upper high",
    "sender from signed",
    "recipient to addressee",
    "pro advantage benefit liked like strength",
    "con disadvantage drawback dislike weakness",
    "decision decided agreed resolved",
    "positive good great excellent love loved happy satisfied recommend perfect wonderful superb fantastic delighted",
    "negative bad poor broken disappointed angry terrible awful worst unacceptable useless faulty annoyed",
    "urgent high critical asap immediately emergency blocker outage down severe",
    "low minor cosmetic whenever trivial",
    "refund reimburse reimbursement money back",
    "remote home anywhere distributed",
    "apply application applicant",
    "delivery shipping shipment shipped arrived arrive parcel courier deliver",
    "billing invoice payment charged bill charge",
    "bug crash error exception broken",
    "message text content body",
    "married wife husband spouse",
];

/// The stems that stand in a group with this one.
pub(super) fn relatives(stem: &str) -> impl Iterator<Item = &'static str> {
    static INDEX: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
        let mut index: HashMap<String, Vec<String>> = HashMap::new();
        for group in GROUPS {
            let stems: Vec<String> = stems_of(group).collect();
            for stem in &stems {
                let others = stems.iter().filter(|other| *other != stem).cloned();
                index.entry(stem.clone()).or_default().extend(others);
            }
        }
        index
    });
    INDEX.get(stem).into_iter().flatten().map(String::as_str)
}

/// Whether the word, in lower case, says what a number counts.
pub(super) fn is_unit(word: &str) -> bool {
    static UNITS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        "g kg mg ml cl dl l oz lb lbs cup cups tbsp tsp tablespoon tablespoons teaspoon teaspoons pinch \
         pinches clove cloves slice slices can cans gram grams litre litres liter liters mm cm m km"
            .split_whitespace()
            .collect()
    });
    UNITS.contains(word)
}

/// What "not good" means.
pub(super) fn opposite(stem: &str) -> Option<&'static str> {
    let is = |group: &str| stem == group || relatives(stem).any(|other| other == group);
    match (is("positiv"), is("negativ")) {
        (true, false) => Some("negativ"),
        (false, true) => Some("positiv"),
        _ => None,
    }
}

/// The text with every run of white space as one space.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            &["price", "prices", "Priced", "pricing"][..],
            &["request", "requested", "requests"],
            &["company", "Companies"],
            &["ship", "shipped", "Shipping"],
            &["Ada", "Ada's", "Ada’s"],
        ] {
            let stems: HashSet<_> = forms.iter().map(|form| stem(form)).collect();
            assert_eq!(stems.len(), 1, "{forms:?}: {stems:?}");
        }
    }

    #[test]
    fn names_are_split_however_they_are_spelled() {
        for name in ["unit_price", "unitPrice", "UnitPrice", "unit-price"] {
            assert_eq!(name_stems(name), ["unit", "pric"], "{name}");
        }
    }

    #[test]
    fn words_know_their_places() {
        let text = "Don’t pay — “Zoë” owes 36.";
        let found: Vec<_> = words(text).into_iter().map(|w| text[w.span].to_owned()).collect();
        assert_eq!(found, ["Don’t", "pay", "Zoë", "owes", "36"]);
    }
}
