//! Numbers, texts, and the values of `enum` and `const`.

use regex::RegexBuilder;
use serde_json::Value;

use super::Importer;
use super::build::ruled;
use super::parts::{Bounds, Count, Kind, Parts};
use super::shared::{leak, leak_list, leak_text, of};
use crate::schema::{Data, Field, Format, Number, Rule, Shape, Tagging, Text, Variant};

/// So much memory may the compiled form of one pattern take.
const PATTERN: usize = 1 << 20;

/// A number with its bounds: those of an integer type are the shape's, all others are rules.
pub(super) fn number(parts: &Parts<'_>, kind: Kind) -> Field {
    let mut bounds = parts.bounds;
    let shape = match kind {
        Kind::Integer => integer(parts, &mut bounds),
        _ => Shape::Number,
    };
    let mut rules = Vec::new();
    let Bounds { min, max, above, below } = bounds;
    if min.is_some() || max.is_some() || above.is_some() || below.is_some() {
        rules.push(Rule::Range { min, max, above, below });
    }
    rules.extend(parts.multiples.iter().copied().map(Rule::MultipleOf));
    ruled(shape, rules)
}

/// The formats of integers and their bounds.
const WIDTHS: [(&str, i128, u128); 10] = [
    ("int8", i8::MIN as i128, i8::MAX as u128),
    ("int16", i16::MIN as i128, i16::MAX as u128),
    ("int32", i32::MIN as i128, i32::MAX as u128),
    ("int64", i64::MIN as i128, i64::MAX as u128),
    ("uint8", 0, u8::MAX as u128),
    ("uint16", 0, u16::MAX as u128),
    ("uint32", 0, u32::MAX as u128),
    ("uint64", 0, u64::MAX as u128),
    ("uint", 0, u64::MAX as u128),
    // What a float holds exactly: the integers of JavaScript.
    ("", -SAFE, SAFE.unsigned_abs()),
];

const SAFE: i128 = (1 << 53) - 1;

fn integer(parts: &Parts<'_>, bounds: &mut Bounds) -> Shape {
    let known =
        |min: i128, max: u128| WIDTHS.iter().any(|(_, low, high)| (*low, *high) == (min, max));
    let by_format = parts
        .format
        .and_then(|format| WIDTHS.iter().find(|(name, ..)| *name == format && !name.is_empty()));
    let (mut min, mut max) = by_format.map_or((i128::MIN, u128::MAX), |(_, min, max)| (*min, *max));
    if let (Some(Number::Int(low)), Some(Number::Int(high))) = (bounds.min, bounds.max)
        && let Ok(high) = u128::try_from(high)
        && known(low, high)
    {
        (min, max) = (min.max(low), max.min(high));
    }
    // A bound that no 32-bit number reaches is one of a type, too.
    let wide = i128::from(u32::MAX);
    if let Some(Number::Int(low)) = bounds.min
        && (low <= min || low < -wide)
    {
        min = min.max(low);
        bounds.min = None;
    }
    if let Some(Number::Int(high)) = bounds.max
        && let Ok(high) = u128::try_from(high)
        && (high >= max || high > wide.unsigned_abs())
    {
        max = max.min(high);
        bounds.max = None;
    }
    Shape::Integer { min, max, nonzero: parts.not_zero }
}

/// Whether the value is of one of these kinds.
pub(super) fn is_of(value: &Value, kinds: &[Kind]) -> bool {
    let own = match value {
        Value::Null => Kind::Null,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(number) if number.is_f64() && number.as_f64().is_some_and(is_fraction) => {
            Kind::Number
        }
        Value::Number(_) => Kind::Integer,
        Value::String(_) => Kind::String,
        Value::Array(_) => Kind::Array,
        Value::Object(_) => Kind::Object,
    };
    kinds.contains(&own) || (own == Kind::Integer && kinds.contains(&Kind::Number))
}

fn is_fraction(value: f64) -> bool {
    value.fract() != 0.0
}

fn literals(values: &[&Value]) -> Rule {
    let literals = values.iter().map(|value| leak_text(&value.to_string()));
    Rule::OneOf(leak_list(literals.collect()))
}

/// An enum of names.
pub(super) fn names(variants: Vec<Variant>) -> Shape {
    let variants = leak_list(variants);
    Shape::Enum { variants, tagging: Tagging::External, closed: false }
}

/// The rule of a length, if any is said.
pub(super) fn length((min, max): Count) -> Option<Rule> {
    (min.is_some() || max.is_some()).then_some(Rule::Length { min, max })
}

impl Importer<'_> {
    /// These values: texts become an enum, numbers and truth values a rule; the rest of what is said
    /// is a rule, too.
    pub(super) fn values(&mut self, parts: &Parts<'_>, values: &[&Value]) -> Option<Vec<Field>> {
        let mut texts: Vec<&str> = Vec::new();
        let (mut numbers, mut truths): (Vec<&Value>, Vec<&Value>) = (Vec::new(), Vec::new());
        for &value in values {
            match value {
                Value::String(text) if !texts.contains(&text.as_str()) => texts.push(text),
                Value::Number(_) => numbers.push(value),
                Value::Bool(_) if !truths.contains(&value) => truths.push(value),
                _ => {}
            }
        }
        let mut fields = Vec::new();
        if !texts.is_empty() {
            let rules = self.text(parts)?.rules;
            let variants = texts.into_iter().map(|text| Variant::new(leak_text(text), Data::Unit));
            fields.push(Field { rules, ..of(names(variants.collect())) });
        }
        if !numbers.is_empty() {
            let whole = match &parts.kinds {
                Some(kinds) => !kinds.contains(&Kind::Number),
                None => numbers.iter().all(|number| !number.is_f64()),
            };
            let field = number(parts, if whole { Kind::Integer } else { Kind::Number });
            let rules = field.rules.iter().copied().chain([literals(&numbers)]);
            fields.push(Field { rules: leak_list(rules.collect()), ..field });
        }
        if !truths.is_empty() {
            let rules = if truths.len() == 2 { Vec::new() } else { vec![literals(&truths)] };
            fields.push(ruled(Shape::Bool, rules));
        }
        Some(fields)
    }

    /// A text with its rules; a format that is not checked is still told.
    pub(super) fn text(&mut self, parts: &Parts<'_>) -> Option<Field> {
        let mut rules: Vec<Rule> = length(parts.length).into_iter().collect();
        let mut text = Text::ANY;
        let problems = self.problems.len();
        for (pattern, at) in &parts.patterns {
            let regex = RegexBuilder::new(pattern).size_limit(PATTERN).build();
            match regex {
                Ok(regex) => {
                    let pattern = leak_text(pattern);
                    rules.push(Rule::Matches { pattern, regex: leak(regex) });
                }
                Err(regex::Error::CompiledTooBig(_)) => {
                    self.problem(at, "the regular expression is too large; make it smaller");
                }
                Err(_) => self.problem(
                    at,
                    "not a regular expression that is understood here (there is no look-around \
                     and there are no back-references); write it without, or describe it",
                ),
            }
        }
        match parts.format {
            None => {}
            Some("email") => rules.push(Rule::Email),
            Some("uri" | "url") => rules.push(Rule::Url),
            Some(name) => match Format::ALL.iter().find(|format| format.name() == name) {
                Some(format) => rules.push(Rule::Format(*format)),
                None => text.format = leak_text(name),
            },
        }
        (self.problems.len() == problems).then(|| ruled(Shape::Text(text), rules))
    }
}
