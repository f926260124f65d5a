//! The rules of a field: each right in itself, and no two against each other.

use darling::Error;
use syn::spanned::Spanned;
use syn::{Expr, Ident, LitStr};

use super::{literal, pattern};
use crate::attr::{self, Arg, Entry, Value};
use crate::model::{Number, Rule, RuleKind};

/// The rules among the entries.
pub(super) fn rules(entries: &[Entry]) -> Result<Vec<Rule>, Error> {
    let mut errors = Error::accumulator();
    let rules: Vec<Rule> =
        entries.iter().filter_map(|entry| errors.handle(rule(entry)).flatten()).collect();
    errors.handle(conflicts(&rules));
    errors.finish_with(rules)
}

fn rule(entry: &Entry) -> Result<Option<Rule>, Error> {
    let kind = match entry.key.to_string().as_str() {
        "length" => length(entry, false)?,
        "items" => length(entry, true)?,
        "range" => range(entry)?,
        "pattern" => {
            let text = text(entry, "^[A-Z]{2}$")?;
            pattern::check(&text)?;
            RuleKind::Pattern(text)
        }
        "email" => flag(entry, RuleKind::Email)?,
        "url" => flag(entry, RuleKind::Url)?,
        "unique" => flag(entry, RuleKind::Unique)?,
        "contains" => RuleKind::Contains(part(entry)?),
        "prefix" => RuleKind::Prefix(part(entry)?),
        "suffix" => RuleKind::Suffix(part(entry)?),
        "one_of" => one_of(entry)?,
        "inner" => inner(entry)?,
        _ => return Ok(None),
    };
    Ok(Some(Rule { span: entry.key.span(), kind }))
}

fn flag(entry: &Entry, kind: RuleKind) -> Result<RuleKind, Error> {
    match entry.value {
        Value::Flag => Ok(kind),
        _ => Err(entry.error(format_args!("`{}` takes no value", entry.key))),
    }
}

fn text(entry: &Entry, example: &str) -> Result<LitStr, Error> {
    let key = &entry.key;
    let usage = format!("`{key}` takes a string: `{key} = \"{example}\"`");
    match &entry.value {
        Value::Expr(value) => literal::string(value)
            .cloned()
            .ok_or_else(|| Error::custom(usage).with_span(&value.span())),
        Value::Args(args) => match args.as_slice() {
            [Arg { name: None, value }] => literal::string(value)
                .cloned()
                .ok_or_else(|| Error::custom(usage).with_span(&value.span())),
            _ => Err(entry.error(usage)),
        },
        _ => Err(entry.error(usage)),
    }
}

fn part(entry: &Entry) -> Result<String, Error> {
    let text = text(entry, "…")?;
    if text.value().is_empty() {
        let message =
            format!("every text has the empty `{}`; remove it or write a text", entry.key);
        return Err(Error::custom(message).with_span(&text.span()));
    }
    Ok(text.value())
}

/// The named values of `length(min = 1)`, each at most once.
fn named<'a>(
    entry: &'a Entry,
    known: &[&str],
    usage: &str,
) -> Result<Vec<(&'a Ident, &'a Expr)>, Error> {
    let key = &entry.key;
    let Value::Args(args) = &entry.value else {
        return Err(entry.error(format_args!("`{key}` takes bounds: `{usage}`")));
    };
    if args.is_empty() {
        return Err(entry.error(format_args!("`{key}` needs a bound: `{usage}`")));
    }
    let mut errors = Error::accumulator();
    let mut found: Vec<(&Ident, &Expr)> = Vec::new();
    for arg in args {
        let Some(name) = &arg.name else {
            let message = format!("`{key}` takes bounds with names: `{usage}`");
            errors.push(Error::custom(message).with_span(&arg.value.span()));
            continue;
        };
        if !known.iter().any(|known| name == known) {
            let hint = match attr::nearest(&name.to_string(), known.iter().copied()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("it takes {}", attr::list(known)),
            };
            let message = format!("unknown word `{name}` in `{key}`; {hint}");
            errors.push(Error::custom(message).with_span(&name.span()));
        } else if found.iter().any(|(other, _)| *other == name) {
            let message = format!("`{name}` is given twice in `{key}`; keep one of them");
            errors.push(Error::custom(message).with_span(&name.span()));
        } else {
            found.push((name, &arg.value));
        }
    }
    errors.finish_with(found)
}

fn length(entry: &Entry, items: bool) -> Result<RuleKind, Error> {
    let bounds =
        named(entry, &["min", "max", "equal"], &format!("{}(min = 1, max = 10)", entry.key))?;
    let mut errors = Error::accumulator();
    let (mut min, mut max, mut equal) = (None, None, None);
    for (name, value) in bounds {
        let count = match literal::number(value) {
            Some(Number::Int(count)) => usize::try_from(count).ok(),
            _ => None,
        };
        let Some(count) = count else {
            let message = format!("`{name}` takes a whole number from 0");
            errors.push(Error::custom(message).with_span(&value.span()));
            continue;
        };
        match name.to_string().as_str() {
            "min" => min = Some((count, name)),
            "max" => max = Some((count, name)),
            _ => equal = Some((count, name)),
        }
    }
    errors.finish()?;
    if let Some((count, name)) = equal {
        if min.is_some() || max.is_some() {
            let message = "`equal` says it all; remove `min` and `max`, or `equal`";
            return Err(Error::custom(message).with_span(&name.span()));
        }
        return Ok(RuleKind::Length { min: Some(count), max: Some(count), items });
    }
    if let (Some((least, name)), Some((most, _))) = (min, max)
        && least > most
    {
        let message = format!("`min` {least} is above `max` {most}; nothing can have this length");
        return Err(Error::custom(message).with_span(&name.span()));
    }
    let min = min.map(|(count, _)| count);
    let max = max.map(|(count, _)| count);
    Ok(RuleKind::Length { min, max, items })
}

fn range(entry: &Entry) -> Result<RuleKind, Error> {
    let known = ["min", "max", "exclusive_min", "exclusive_max"];
    let given = named(entry, &known, "range(min = 0, max = 100)")?;
    let mut errors = Error::accumulator();
    let mut bounds: [Option<(Number, &Ident)>; 4] = [None; 4];
    for (name, value) in given {
        let Some(number) = literal::number(value) else {
            let message = format!("`{name}` takes a number");
            errors.push(Error::custom(message).with_span(&value.span()));
            continue;
        };
        if let Some(place) = known.iter().position(|known| name == known) {
            bounds[place] = Some((number, name));
        }
    }
    errors.finish()?;
    let [min, max, above, below] = bounds;
    for (one, other) in [(min, above), (max, below)] {
        if let (Some((_, one)), Some((_, other))) = (one, other) {
            let message =
                format!("`{one}` and `{other}` cannot be used together; keep the stricter");
            return Err(Error::custom(message).with_span(&other.span()));
        }
    }
    if let (Some((least, low)), Some((most, high))) = (min.or(above), max.or(below)) {
        let (a, b) = (as_float(least), as_float(most));
        let touching = above.is_some() || below.is_some();
        if a > b || (touching && a >= b) {
            let (least, most) = (show(least), show(most));
            let relation = if a > b { "above" } else { "not below" };
            let message = format!(
                "`{low}` {least} is {relation} `{high}` {most}; no number is in this range"
            );
            return Err(Error::custom(message).with_span(&low.span()));
        }
    }
    let [min, max, above, below] = bounds.map(|bound| bound.map(|(number, _)| number));
    Ok(RuleKind::Range { min, max, above, below })
}

#[expect(clippy::cast_precision_loss, reason = "only compared")]
pub(super) fn as_float(number: Number) -> f64 {
    match number {
        Number::Int(value) => value as f64,
        Number::Float(value) => value,
    }
}

pub(super) fn show(number: Number) -> String {
    match number {
        Number::Int(value) => value.to_string(),
        Number::Float(value) => format!("{value:?}"),
    }
}

fn one_of(entry: &Entry) -> Result<RuleKind, Error> {
    if let Value::Expr(value) = &entry.value {
        let message = "`one_of` takes its values in parentheses: `one_of(\"a\", \"b\")`";
        return Err(Error::custom(message).with_span(&value.span()));
    }
    let values = literal::literals(entry)?;
    let mut errors = Error::accumulator();
    for (i, value) in values.iter().enumerate() {
        let json = &value.json;
        if json.starts_with(['[', '{']) {
            let message = "`one_of` takes texts, numbers and truth values";
            errors.push(Error::custom(message).with_span(&value.span));
        } else if values[..i].iter().any(|other| other.json == *json) {
            let message = format!("{json} is given twice in `one_of`; keep one of them");
            errors.push(Error::custom(message).with_span(&value.span));
        }
    }
    errors.finish_with(RuleKind::OneOf(values))
}

fn inner(entry: &Entry) -> Result<RuleKind, Error> {
    match &entry.value {
        Value::Entries(entries) if !entries.is_empty() => rules(entries).map(RuleKind::Inner),
        // Its only entries were mistakes, which are reported.
        Value::Entries(_) => Ok(RuleKind::Inner(Vec::new())),
        _ => Err(entry.error("`inner` takes the rules of the elements: `inner(length(min = 1))`")),
    }
}

/// Rules that cannot hold for one field, whatever its type.
fn conflicts(rules: &[Rule]) -> Result<(), Error> {
    let mut errors = Error::accumulator();
    for (i, rule) in rules.iter().enumerate() {
        let clash = rules[..i].iter().find_map(|other| {
            let reason =
                clash(&other.kind, &rule.kind).or_else(|| clash(&rule.kind, &other.kind))?;
            Some((other, reason))
        });
        if let Some((other, reason)) = clash {
            let (one, two) = (other.kind.name(), rule.kind.name());
            let message = format!("`{one}` and `{two}` cannot be used together; {reason}");
            errors.push(Error::custom(message).with_span(&rule.span));
        }
    }
    errors.finish()
}

fn clash(one: &RuleKind, other: &RuleKind) -> Option<&'static str> {
    use RuleKind::{Email, Inner, Length, OneOf, Range, Unique, Url};
    Some(match (one, other) {
        (Length { items: false, .. }, Length { items: true, .. }) => {
            "on a list both count its elements; keep one of them"
        }
        (Length { items: false, .. }, Range { .. }) => {
            "`range` limits a number, `length` limits text or a list"
        }
        (Length { items: true, .. } | Unique | Inner(_), Range { .. }) => {
            "`range` limits a number; for the numbers in a list write `inner(range(…))`"
        }
        (Email, Url) => "no text is both",
        (OneOf(_), Range { .. } | Length { .. }) => "`one_of` lists all values already",
        (other, Range { .. }) if is_text(other) => "`range` limits a number, the other limits text",
        (other, Length { items: true, .. } | Unique | Inner(_)) if is_text(other) => {
            "one limits text, the other a list; for the texts in a list write `inner(…)`"
        }
        _ => return None,
    })
}

fn is_text(kind: &RuleKind) -> bool {
    use RuleKind::{Contains, Email, Pattern, Prefix, Suffix, Url};
    matches!(kind, Pattern(_) | Email | Url | Contains(_) | Prefix(_) | Suffix(_))
}
