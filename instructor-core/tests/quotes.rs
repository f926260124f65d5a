//! Values with quotes: how quotes are found in a text, and what is said of those that are not.
#![cfg(feature = "client")]

use std::collections::HashSet;

use instructor_core::{Cited, Client, Extract, Match, Path, Quote, Rejection, Report};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const TEXT: &str = "Ada Lovelace was born in London in 1815.\n\
    She died in Marylebone, “aged 36”, and left notes on the Analytical Engine.";

/// A fact in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
struct Fact {
    subject: String,
    #[extract(range(max = 150))]
    age: u8,
}

#[derive(Debug, Serialize, Deserialize, Extract)]
struct Life {
    name: Cited<String>,
    facts: Vec<Cited<Fact>>,
    place: Option<Cited<String>>,
}

#[derive(Debug, PartialEq, Deserialize, Extract)]
struct Person {
    name: Cited<String>,
    email: Option<Cited<String>>,
    phone: Option<Cited<String>>,
}

#[derive(Debug, Serialize, Deserialize, Extract)]
struct Aged {
    name: String,
    age: u8,
}

/// Where a quote stands in a text, and how it agrees with it.
fn find(text: &str, quote: &str) -> Option<(std::ops::Range<usize>, Match)> {
    let quote = Quote::new(quote);
    quote.check_against(text).ok()?;
    quote.span().zip(quote.matched())
}

fn told(result: Result<(), Rejection>) -> String {
    result.err().map(|wrong| wrong.to_string()).unwrap_or_default()
}

#[test]
fn quotes_of_every_part_are_checked() {
    let life = json!({
        "name": {"value": "Ada Lovelace", "quotes": ["Ada  lovelace", "Augusta Byron"]},
        "facts": [
            {"value": {"subject": "death", "age": 36}, "quotes": ["\"aged 36\""]},
            {"value": {"subject": "birth", "age": 200}, "quotes": ["born in London", " "]},
        ],
        "place": {"value": "Marylebone", "quotes": ["died in Marylebon"]},
    });
    let life: Life = serde_json::from_value(life).expect("a life");
    let own = "`facts[1].value.age`: must be at most 150";
    // Without a text, quotes are taken as they are.
    assert_eq!(told(life.check()), own);
    assert_eq!(life.name.quotes[0].span(), None);

    let wrong = life.check_against(TEXT).expect_err("two quotes are made up");
    assert_eq!(
        wrong.to_string(),
        format!(
            "`name.quotes[1]`: must stand in the text word for word; {own}; \
             `facts[1].quotes[1]`: must stand in the text word for word"
        )
    );
    assert_eq!(wrong.violations()[0].rule, "quote");
    assert_eq!(wrong.violations()[0].pointer, "/name/quotes/1");
    assert_eq!(wrong.violations()[0].found.as_deref(), Some("\"Augusta Byron\""));

    let seen = |quote: &Quote| (quote.span().map(|span| &TEXT[span]), quote.matched());
    assert_eq!(seen(&life.name.quotes[0]), (Some("Ada Lovelace"), Some(Match::Normalised)));
    assert_eq!(seen(&life.name.quotes[1]), (None, None));
    assert_eq!(seen(&life.facts[0].quotes[0]), (Some("“aged 36”"), Some(Match::Normalised)));
    let place = life.place.expect("a place");
    assert_eq!(seen(&place.quotes[0]), (Some("died in Marylebon"), Some(Match::Exact)));
    // Another text, another place.
    assert_eq!(told(place.check_against("He died in Marylebon.")), "");
    assert_eq!(place.quotes[0].span(), Some(3..20));
    assert_eq!(told(place.check_against("?")), "`quotes[0]`: must stand in the text word for word");
    assert_eq!(place.quotes[0].span(), None);
}

#[test]
fn at_least_one_quote_is_needed() {
    let needed = "`quotes`: must have at least 1 item";
    assert_eq!(Cited::<u8>::json_schema()["properties"]["quotes"]["minItems"], 1);
    for text in [r#"{"value": 36, "quotes": []}"#, r#"so: {"value": "36", "quotes": []}"#] {
        assert_eq!(told(Cited::<u8>::from_json(text).map(drop)), needed);
    }
    let missing = Cited::<u8>::from_json(r#"{"value": 36}"#);
    assert_eq!(told(missing.map(drop)), "`quotes`: is missing");
    let single = Cited::<u8>::from_json(r#"{"value": 36, "quotes": "aged 36"}"#);
    assert_eq!(single, Ok(Cited { value: 36, quotes: vec!["aged 36".into()] }));
}

#[test]
fn the_place_is_no_part_of_the_value() {
    let (checked, other) = (Quote::new("Ada"), Quote::new("Ada"));
    checked.check_against(TEXT).expect("it is there");
    assert_eq!(checked, other);
    assert_eq!(checked.clone().span(), Some(0..3));
    assert_eq!(HashSet::from([checked.clone(), other]).len(), 1);
    assert_eq!(json!(checked), json!("Ada"));
    assert_eq!(checked.to_string(), "Ada");
    assert_eq!(serde_json::from_value::<Quote>(json!("Ada")).ok(), Some(checked));
    let cited = Cited { value: 1, quotes: vec![Quote::from("one")] };
    assert_eq!(json!(cited), json!({"value": 1, "quotes": ["one"]}));
}

#[derive(Deserialize, Extract)]
#[extract(validate = named)]
struct Name {
    name: String,
}

fn named(name: &Name, at: Path<'_>, report: &mut Report<'_>) {
    if report.source().is_some_and(|text| !text.contains(&name.name)) {
        report.violation(at.field("name"), "must be in the text");
    }
}

#[test]
fn a_validator_may_read_the_text_itself() {
    let name = Name { name: "Grace".into() };
    assert_eq!(told(name.check()), "");
    assert_eq!(told(name.check_against(TEXT)), "`name`: must be in the text");
}

#[derive(Deserialize, Extract)]
struct Known {
    #[extract(custom = known)]
    name: Cited<String>,
}

#[expect(clippy::unused_async, reason = "it stands for a question to a database")]
async fn known(name: &Cited<String>) -> Result<(), String> {
    if name.value == "Ada" { Ok(()) } else { Err("must be known".into()) }
}

#[test]
fn async_validators_run_beside_the_check_of_quotes() {
    let known = Known { name: Cited { value: "Bob".into(), quotes: vec!["Bob".into()] } };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let wrong = told(runtime.block_on(known.check_against_async(TEXT)));
    assert!(wrong.contains("`name.quotes[0]`: must stand in the text word for word"), "{wrong}");
    assert!(wrong.contains("`name`: must be known"), "{wrong}");
    assert_eq!(told(known.check_against("Bob")), "`name`: must be known");
}

#[tokio::test]
async fn the_offline_model_quotes_what_it_found() {
    let client = Client::offline();
    let text = "There was rain. Charles Babbage is 79 years old, see c@b.org. He smiled.";
    let sentence = "Charles Babbage is 79 years old, see c@b.org.";
    let age = client.extract::<Cited<u8>>(text).max_reasks(0).await.expect("an age");
    assert_eq!(age, Cited { value: 79, quotes: vec![sentence.into()] });
    assert_eq!(told(age.check_against(text)), "");

    let person = client.extract::<Person>(text).max_reasks(0).await.expect("a person");
    let cited = |value: &str| Cited { value: value.to_owned(), quotes: vec![sentence.into()] };
    let expected =
        Person { name: cited("Charles Babbage"), email: Some(cited("c@b.org")), phone: None };
    assert_eq!(person, expected);

    let facts = client.extract::<Vec<Cited<Aged>>>("Alice is 30.\nBob is 25.").max_reasks(0).await;
    let found: Value = json!(facts.expect("facts"));
    let fact = |name: &str, age: u8, quote: &str| json!({"value": {"name": name, "age": age}, "quotes": [quote]});
    assert_eq!(found, json!([fact("Alice", 30, "Alice is 30."), fact("Bob", 25, "Bob is 25.")]));
}

/// Texts with everything that is folded, in any order.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "Ada Lovelace",
        "born",
        "1815",
        " ",
        "\n",
        "\u{a0}",
        "“",
        "”",
        "'",
        "’",
        "—",
        "-",
        "…",
        "...",
        "Straße",
        "İ",
        "ı",
        "ﬁ",
        "Σς",
        "e\u{301}",
        "é",
        "🦀",
        "\u{ad}",
        "\u{200b}",
        "ẞ",
        "the engine",
        ", ",
        ".",
        "ŉ",
        "aaa",
    ]);
    prop_oneof![
        prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat()),
        "\\PC{0,120}",
        ".{0,60}",
        prop::collection::vec(any::<char>(), 0..60).prop_map(String::from_iter),
    ]
}

/// A text and a part of it, without white space around it.
fn parts() -> impl Strategy<Value = (String, String)> {
    (texts(), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(
        |(text, a, b)| {
            let ends: Vec<usize> =
                text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (a, b) = (*a.get(&ends), *b.get(&ends));
            let part = text[a.min(b)..a.max(b)].trim().to_owned();
            (text, part)
        },
    )
}

/// A text of words, no two alike, so that a part of some length stands in it once.
fn prose() -> impl Strategy<Value = String> {
    let words = prop::collection::vec("[a-zéü]{3,9}", 30..60);
    words.prop_map(|words| {
        let numbered = words.iter().enumerate().map(|(i, word)| format!("{word}{}", letters(i)));
        numbered.collect::<Vec<_>>().join(" ")
    })
}

fn letters(mut number: usize) -> String {
    let mut text = String::from("x");
    for _ in 0..3 {
        text.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_part_is_found_exactly((text, part) in parts()) {
        let found = find(&text, &part);
        if part.is_empty() {
            prop_assert_eq!(found, None);
        } else {
            let (span, how) = found.expect("it is a part");
            prop_assert_eq!((&text[span], how), (part.as_str(), Match::Exact));
        }
    }

    #[test]
    fn any_quote_of_any_text_is_cut_between_characters(text in texts(), quote in texts()) {
        if let Some((span, _)) = find(&text, &quote) {
            prop_assert!(text.get(span.clone()).is_some_and(|found| !found.is_empty()), "{span:?}");
        }
    }

    #[test]
    fn case_and_white_space_do_not_matter((text, part) in parts(), upper in any::<bool>(), space in "[ \n\t\u{a0}]{1,3}") {
        let cased = if upper { part.to_uppercase() } else { part.to_lowercase() };
        let changed = cased.split_whitespace().collect::<Vec<_>>().join(&space);
        // What is nothing but signs that are not seen is nothing in another spelling.
        prop_assume!(changed.chars().any(|c| c.is_alphanumeric() && c.is_ascii()));
        let (span, how) = find(&text, &changed).expect("it is a part in another spelling");
        prop_assert!(matches!(how, Match::Exact | Match::Normalised), "{how:?}");
        // Of a character that becomes two, one may be meant: the whole is found.
        let again = find(&text[span], &changed);
        prop_assert!(matches!(again, Some((_, Match::Exact | Match::Normalised))), "{again:?}");
    }

    #[test]
    fn the_span_of_another_spelling_is_right(text in prose(), from in 0_usize..20, words in 3_usize..9) {
        let part = text.split(' ').skip(from).take(words).collect::<Vec<_>>();
        let start = text.find(&part.join(" ")).expect("a part");
        let span = start..start + part.join(" ").len();
        let found = find(&text, &part.join("\n ").to_uppercase());
        prop_assert_eq!(found, Some((span, Match::Normalised)));
    }

    #[test]
    fn a_few_wrong_characters_do_not_matter(
        text in prose(),
        from in 0_usize..20,
        words in 4_usize..9,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..3), 1..4),
    ) {
        let part = text.split(' ').skip(from).take(words).collect::<Vec<_>>().join(" ");
        let mut chars: Vec<char> = part.chars().collect();
        for (at, kind) in edits {
            // The ends stay, so that the span can be told.
            let at = 1 + at.index(chars.len() - 2);
            match kind {
                0 => { chars.remove(at); }
                1 => chars.insert(at, 'q'),
                _ => chars[at] = 'q',
            }
        }
        let quote: String = chars.into_iter().collect();
        prop_assume!(!text.contains(&quote));
        let (span, how) = find(&text, &quote).expect("it is nearly a part");
        let start = text.find(&part).expect("a part");
        prop_assert!(matches!(how, Match::Fuzzy { distance: 1..=3 } | Match::Normalised), "{how:?}");
        // Equally good places may differ by the edits at the ends.
        prop_assert!(span.start.abs_diff(start) <= 6, "{span:?} {start}");
        prop_assert!(span.end.abs_diff(start + part.len()) <= 6, "{span:?} {start}");
    }
}
