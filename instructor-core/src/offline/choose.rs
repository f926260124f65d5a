//! The candidates for one text or number, the best first.

use std::mem::discriminant;
use std::ops::Range;

use serde_json::{Number as JsonNumber, Value};

use super::ask::{Ask, Wanted};
use super::facts::{Fact, Facts, Kind, Number, Unit};
use super::names::Likeness;
use super::phrases;
use super::view::Shape;
use super::words::{Word, is_stop, is_unit, one_line};

/// A possible answer and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) value: Value,
    pub(super) span: Range<usize>,
    pub(super) score: f32,
    /// What it names cannot be the answer to another question as well.
    pub(super) claims: bool,
}

impl Candidate {
    pub(super) fn text(text: &str, span: Range<usize>, score: f32) -> Self {
        Self { value: Value::String(one_line(text)), span, score, claims: true }
    }
}

/// The part of the text in which an answer is looked for.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) range: Range<usize>,
    /// It is one element of a list.
    pub(super) element: bool,
}

/// Every candidate of the right kind, unsorted.
pub(super) fn candidates(ask: &Ask, facts: &Facts<'_>, scope: &Scope) -> Vec<Candidate> {
    let mut found = Vec::new();
    if matches!(ask.shape, Shape::Integer | Shape::Number) {
        numbers(ask, facts, scope, &mut found);
        return found;
    }
    for fact in facts.within(&scope.range) {
        if !signed_for(ask, facts, fact) {
            continue;
        }
        let Some((base, values)) = typed(ask, facts, scope, fact) else { continue };
        let near = nearness(ask, facts, scope, fact);
        // A moment takes the time of day and leaves the date to others.
        let clock = if ask.wanted == Wanted::DateTime { clock_near(facts, fact) } else { None };
        let whole = clock.map_or(&fact.span, |clock| &clock.span);
        let words = facts.words_in(whole);
        let span = match (ask.wanted, words.first(), words.last()) {
            (Wanted::FirstName, Some(first), _) => &first.span,
            (Wanted::LastName, _, Some(last)) => &last.span,
            _ => whole,
        };
        for value in values {
            let value = Value::String(value);
            let span = span.clone();
            found.push(Candidate { value, span, score: base + near, claims: true });
        }
    }
    phrases::candidates(ask, facts, scope, &mut found);
    found
}

/// How good a fact is for a text of the wanted kind before its neighbours are looked at, and the
/// spellings of it in the order of preference.
fn typed(ask: &Ask, facts: &Facts<'_>, scope: &Scope, fact: &Fact) -> Option<(f32, Vec<String>)> {
    let one = |base: f32| Some((base, vec![fact.text.clone()]));
    let early = |base: f32| {
        let done = fact.span.start.saturating_sub(scope.range.start);
        #[expect(clippy::cast_precision_loss, reason = "a weight")]
        let share = done as f32 / (scope.range.len().max(1)) as f32;
        (base > 0.0).then(|| (base + 0.5 * (1.0 - share), vec![fact.text.clone()]))
    };
    match (ask.wanted, &fact.kind) {
        (Wanted::Email, Kind::Email)
        | (Wanted::Url, Kind::Url)
        | (Wanted::Handle, Kind::Handle)
        | (Wanted::Phone, Kind::Phone)
        | (Wanted::Uuid, Kind::Uuid)
        | (Wanted::Ip, Kind::Ip) => one(2.0),
        (Wanted::Date | Wanted::DateTime, Kind::Date { time, zone }) => {
            let plain = ask.name == ["dat"];
            let base = 0.6 + life_span(ask, facts, fact) + if plain { 0.5 } else { 0.0 };
            let clock = time.clone().or_else(|| Some(clock_near(facts, fact)?.text.clone()));
            let dated = |clock: &str, zone: &str| format!("{}T{clock}{zone}", fact.text);
            let clock = clock.as_deref().unwrap_or("00:00:00");
            let zone = zone.as_deref().unwrap_or("Z");
            let moment = [dated(clock, zone), dated(clock, "")];
            let values = match ask.wanted {
                Wanted::Date => vec![fact.text.clone(), moment[0].clone(), moment[1].clone()],
                _ => moment.into(),
            };
            Some((base, values))
        }
        (Wanted::Time, Kind::Time) => {
            let short = fact.text.get(..5).unwrap_or_default().to_owned();
            let zoned = format!("{}Z", fact.text);
            Some((1.0, vec![fact.text.clone(), short, zoned]))
        }
        (Wanted::Person, Kind::Name(like)) => {
            early(like.person - 0.5 * like.company - 0.4 * like.place)
        }
        (Wanted::FirstName, Kind::Name(like)) => early(like.person - 0.5 * like.company)
            .zip(fact.text.split(' ').next())
            .map(|((base, _), first)| (base, vec![first.to_owned()])),
        (Wanted::LastName, Kind::Name(like)) => early(like.person - 0.5 * like.company)
            .zip(fact.text.rsplit_once(' '))
            .map(|((base, _), (_, last))| (base, vec![last.to_owned()])),
        // Any name may be a company's, if nothing better is there.
        (Wanted::Company, Kind::Name(like)) => {
            early(like.company.max(0.4 - 0.1 * like.person - 0.2 * like.place))
        }
        (Wanted::Place, Kind::Name(like)) => early(like.place),
        (Wanted::Name, Kind::Name(Likeness { person, company, thing, place })) => {
            early(person.max(*company).max(thing * 0.8).max(place * 0.5))
        }
        (Wanted::Thing, Kind::Name(like)) => early(
            like.thing
                - 0.3 * (like.person - 1.0).max(0.0)
                - 0.5 * (like.company + like.place).min(1.0),
        ),
        (Wanted::Thing | Wanted::Title, Kind::Quote) => one(0.9),
        (Wanted::Code, Kind::Code) => one(1.0),
        (Wanted::Code, Kind::Number(Number { unit: Unit::None, low: false, high: false, .. })) => {
            Some((0.2, vec![spelled(facts, fact)]))
        }
        (Wanted::Money, Kind::Number(number)) => {
            let base = money_bonus(number, &fact.text);
            Some((base, vec![fact.text.clone()]))
        }
        (Wanted::Currency, Kind::Number(Number { unit: Unit::Money, .. })) => {
            let code = currency(facts.text.get(fact.span.clone())?)?;
            Some((2.0, vec![code.to_owned()]))
        }
        _ => None,
    }
}

/// Whether a handle has the sign that is asked for: `#` of a hashtag, `@` of a user.
fn signed_for(ask: &Ask, facts: &Facts<'_>, fact: &Fact) -> bool {
    let hash = facts.text[fact.span.clone()].starts_with('#');
    fact.kind != Kind::Handle || hash == ask.names(&["hashtag"])
}

/// A number as it stands in the text: `007` is no 7 if it is a code.
fn spelled(facts: &Facts<'_>, fact: &Fact) -> String {
    facts.text.get(fact.span.clone()).unwrap_or_default().trim().to_owned()
}

/// The code of the currency that an amount is written with.
pub(super) fn currency(text: &str) -> Option<&'static str> {
    const SIGNS: [(&str, &[&str]); 8] = [
        ("USD", &["$", "usd", "dollar"]),
        ("EUR", &["€", "eur"]),
        ("GBP", &["£", "gbp", "pound"]),
        ("JPY", &["¥", "jpy"]),
        ("CHF", &["chf"]),
        ("CAD", &["cad"]),
        ("AUD", &["aud"]),
        ("EUR", &["euro"]),
    ];
    let text = text.to_lowercase();
    SIGNS
        .iter()
        .find(|(_, signs)| signs.iter().any(|sign| text.contains(sign)))
        .map(|(code, _)| *code)
}

/// "(10 December 1815 – 27 November 1852)": the first is a birth or a start, the second an end.
fn life_span(ask: &Ask, facts: &Facts<'_>, fact: &Fact) -> f32 {
    let dash = |c: char| matches!(c, '–' | '—' | '-');
    let after = facts.text[fact.span.end..].trim_start().starts_with(dash);
    let before = facts.text[..fact.span.start].trim_end().ends_with(dash);
    if after && ask.names(&["born", "birth", "start", "from", "since", "birthday"])
        || before && ask.names(&["died", "death", "end", "until", "to"])
    {
        2.0
    } else {
        0.0
    }
}

/// The time of day in the sentence of a date, or on the next line.
fn clock_near<'f>(facts: &'f Facts<'_>, fact: &Fact) -> Option<&'f Fact> {
    let sentence = facts.sentence_at(fact.span.start);
    let is_time = |near: &&Fact| near.kind == Kind::Time;
    facts.within(&sentence).find(is_time).or_else(|| {
        let after = facts.sentences.partition_point(|known| known.start <= fact.span.start);
        facts.within(facts.sentences.get(after)?).find(is_time)
    })
}

fn numbers(ask: &Ask, facts: &Facts<'_>, scope: &Scope, found: &mut Vec<Candidate>) {
    for fact in facts.within(&scope.range) {
        let (number, value) = match &fact.kind {
            Kind::Number(number) => {
                (number.clone(), json_number(ask.shape, &fact.text, number.value))
            }
            Kind::Date { .. } if ask.wanted == Wanted::Year => {
                let year = fact.text.split('-').next().unwrap_or_default();
                let number = Number { value: year.parse().unwrap_or(0.0), ..Number::default() };
                (number.clone(), json_number(ask.shape, year, number.value))
            }
            Kind::Code if ask.names(&["number", "id", "no"]) && ask.shape == Shape::Integer => {
                let Ok(plain) = fact.text.parse::<u64>() else { continue };
                #[expect(clippy::cast_precision_loss, reason = "only compared with small numbers")]
                let number = Number { value: plain as f64, ..Number::default() };
                (number, Some(plain.into()))
            }
            _ => continue,
        };
        let Some(value) = value else { continue };
        found.push(Candidate {
            value: Value::Number(value),
            span: fact.span.clone(),
            score: kind_bonus(ask, facts, scope, fact, &number) + nearness(ask, facts, scope, fact),
            claims: true,
        });
    }
}

pub(super) fn json_number(shape: Shape, text: &str, value: f64) -> Option<JsonNumber> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    if let Ok(whole) = text.parse::<u64>() {
        return Some(whole.into());
    }
    if shape == Shape::Integer {
        let whole =
            text.split_once('.').filter(|(_, fraction)| fraction.bytes().all(|b| b == b'0'));
        return whole.and_then(|(whole, _)| whole.parse::<i64>().ok()).map(Into::into);
    }
    JsonNumber::from_f64(value)
}

fn money_bonus(number: &Number, text: &str) -> f32 {
    let cents = text.split_once('.').is_some_and(|(_, cents)| cents.len() == 2);
    match number.unit {
        Unit::Money => 1.5,
        Unit::None if cents => 0.6,
        Unit::None => -0.5,
        Unit::Percent => -2.0,
    }
}

/// What the sign, the size and the direct neighbours of a number say.
fn kind_bonus(ask: &Ask, facts: &Facts<'_>, scope: &Scope, fact: &Fact, number: &Number) -> f32 {
    let after = &facts.text[fact.span.end..];
    let before = facts.text[..fact.span.start].trim_end();
    let follows = |starts: &[&str]| {
        let after = after.trim_start_matches([' ', '-', '\u{a0}']);
        starts.iter().any(|start| after.starts_with(start))
    };
    let ends_with_word = |word: &&str| {
        before.strip_suffix(*word).is_some_and(|rest| rest.ends_with(char::is_whitespace))
    };
    let plain = number.unit == Unit::None;
    let year_like = plain && (1000.0..=2100.0).contains(&number.value) && fact.text.len() == 4;
    let mut bonus = match ask.wanted {
        Wanted::Money => money_bonus(number, &fact.text),
        Wanted::Percent if number.unit == Unit::Percent => 2.0,
        Wanted::Percent => -0.5,
        Wanted::Year if year_like || matches!(fact.kind, Kind::Date { .. }) => 1.2,
        Wanted::Year => -3.0,
        Wanted::Age if number.unit != Unit::None || number.value > 130.0 || number.value < 0.0 => {
            -3.0
        }
        Wanted::Age if follows(&["years old", "year old", "years of age", "year-old"]) => 3.0,
        Wanted::Age if before.ends_with("aged") || before.ends_with("age") => 3.0,
        Wanted::Age if follows(&["years", "year"]) => 0.3,
        Wanted::Age
            if (before.ends_with([',', '(']) || ["is", "was", "am"].iter().any(ends_with_word))
                && (after.starts_with([',', ')', '.', ';', '\n'])
                    || after.is_empty()
                    || after.starts_with(" and ")) =>
        {
            1.2
        }
        Wanted::Age => 0.0,
        _ if !plain => -1.0,
        _ => 0.0,
    };
    if plain && year_like && ask.wanted != Wanted::Year {
        bonus -= 1.5;
    }
    if ask.names(&["quantity", "qty", "amount", "count", "pieces", "units"]) {
        let next = facts.words_in(&(fact.span.end..scope.range.end)).first();
        let unit = next.is_some_and(|w| is_unit(&facts.text[w.span.clone()].to_lowercase()));
        if unit || follows(&["x ", "× ", "pcs", "pieces", "units"]) {
            bonus += 2.0;
        } else if plain && scope.element && fact.span.start == scope.range.start && next.is_some() {
            bonus += 1.6;
        }
    }
    if ask.names(&["rating", "stars", "score"]) && follows(&["/", "out of", "of ", "stars", "star"])
    {
        bonus += 2.0;
    }
    let wants_low = ask.names(&["min", "minimum", "from", "low", "lower", "start"]);
    let wants_high = ask.names(&["max", "maximum", "high", "upper", "up"]);
    bonus += match (number.low, number.high) {
        (true, _) if wants_low => 1.2,
        (true, _) if wants_high => -1.2,
        (_, true) if wants_high => 1.2,
        (_, true) if wants_low => -1.2,
        _ => 0.0,
    };
    if number.limit && !ask.names(&["scale", "out", "max", "maximum"]) {
        bonus -= 3.0;
    }
    if ask.is_open() {
        bonus += 1.0;
    }
    bonus
}

/// What the words around a fact say: its label, then its neighbours in the sentence.
pub(super) fn nearness(ask: &Ask, facts: &Facts<'_>, scope: &Scope, fact: &Fact) -> f32 {
    let mut total = 0.0_f32;
    // Under a label that asks for something else.
    let mut foreign = false;
    let mut range = facts.sentence_at(fact.span.start);
    if let Some(label) = facts.label_at(fact.span.start) {
        let weight: f32 = label.stems.iter().map(|stem| ask.weight(stem)).sum();
        let whole = !ask.name.is_empty() && ask.name.iter().all(|stem| label.stems.contains(stem));
        if label.key.start >= scope.range.start || !scope.element {
            total += match (whole, weight > 0.5) {
                (true, _) => 2.0 * weight.min(4.0) + 1.0,
                (_, true) => 1.5 * weight.min(4.0),
                // "Extract: Jason is 25" is no form.
                _ if scope.element || facts.labels.len() == 1 && label.key.start == 0 => 0.0,
                _ => {
                    foreign = true;
                    -1.5
                }
            };
        }
        range = range.start.max(label.value.start)..range.end.min(label.value.end);
    }
    let start = range.start.max(scope.range.start);
    let end = range.end.min(scope.range.end);
    if start >= fact.span.start && end <= fact.span.end || start > end {
        return total;
    }
    let alike = |other: &&Fact| discriminant(&other.kind) == discriminant(&fact.kind);
    let mut met = Met::default();
    let before = start..fact.span.start.max(start);
    let stop = facts.within(&before).filter(alike).last().map_or(start, |other| other.span.end);
    let words = facts.words_in(&before).iter().rev().take(8);
    let mut edge = fact.span.start;
    met.side(ask, words.take_while(|word| word.span.start >= stop), |word| {
        let gap = word.span.end..std::mem::replace(&mut edge, word.span.start);
        facts.text.get(gap).unwrap_or_default()
    });
    let after = fact.span.end.min(end)..end;
    let stop = facts.within(&after).find(alike).map_or(end, |other| other.span.start);
    let words = facts.words_in(&after).iter().take(5);
    let mut edge = fact.span.end;
    met.side(ask, words.take_while(|word| word.span.end <= stop), |word| {
        let gap = std::mem::replace(&mut edge, word.span.end)..word.span.start;
        facts.text.get(gap).unwrap_or_default()
    });
    let near = met.0.iter().map(|(_, weight)| weight).sum::<f32>();
    // In "Subject: Invoice 17" the neighbour knows better than the label.
    if foreign && near > 0.6 { near } else { total + near }
}

/// The words of the question met near a fact, each with its best weight.
#[derive(Default)]
struct Met<'t>(Vec<(&'t str, f32)>);

impl<'t> Met<'t> {
    /// Walks away from the fact; each word counts less, and a pause before it takes almost half.
    fn side<'g>(
        &mut self,
        ask: &Ask,
        words: impl Iterator<Item = &'t Word>,
        mut gap_to: impl FnMut(&Word) -> &'g str,
    ) {
        let mut decay = 1.0;
        for (distance, word) in words.enumerate() {
            let gap = gap_to(word);
            if gap.contains(';') {
                break;
            }
            if gap.contains([',', '\n', '(', ')', '–', '—']) {
                decay *= 0.55;
            }
            // "by" counts only right before the date.
            let far = distance > 0 && is_stop(&word.stem);
            let weight = if far { 0.0 } else { ask.weight(&word.stem) * decay };
            if weight > 0.0 {
                match self.0.iter_mut().find(|(stem, _)| *stem == word.stem) {
                    Some((_, known)) => *known = known.max(weight),
                    None => self.0.push((&word.stem, weight)),
                }
            }
            decay *= 0.82;
        }
    }
}
