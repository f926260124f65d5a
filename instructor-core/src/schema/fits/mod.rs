//! Do a field's rules and examples suit its type? The derive calls these while compiling, so a
//! mistake is an error at the user's word.

use std::any::TypeId;

use super::message::Message;
use super::{Data, Field, Number, Presence, Schema, Shape, Tagging, Text, Variant};

mod value;

pub use value::value;

/// A schema that says nothing, for a place that is filled later.
pub const ANY: &Schema = &Schema::new(TypeId::of::<()>, Shape::Any);

/// The type inside `Option`s and newtypes: what a rule looks at.
const fn inside(schema: &'static Schema) -> &'static Schema {
    match schema.shape {
        Shape::Option(inner) => inside(inner),
        Shape::Newtype { field, .. } if !is_made(field) => inside(field.schema),
        _ => schema,
    }
}

/// Whether a function makes the value out of what the schema says (`serde(try_from)`,
/// `deserialize_with`). The derive marks the field of such a newtype as `Required`.
const fn is_made(field: &Field) -> bool {
    matches!(field.presence, Presence::Required)
}

/// A type in words.
const fn kind(schema: &'static Schema) -> &'static str {
    match inside(schema).shape {
        Shape::Null => "`null`",
        Shape::Bool => "`true` or `false`",
        Shape::Integer { .. } => "a whole number",
        Shape::Number => "a number",
        Shape::Text(_) => "text",
        Shape::List { .. } => "a list",
        Shape::Tuple(_) => "a tuple",
        Shape::Map { .. } => "a map",
        Shape::Object { .. } => "an object",
        Shape::Enum { .. } => "an enum",
        Shape::Newtype { .. } => "made by a function out of another type",
        _ => "any value",
    }
}

/// Whether nothing is known while compiling.
const fn is_open(schema: &'static Schema) -> bool {
    matches!(
        inside(schema).shape,
        Shape::Any | Shape::AnyOf(_) | Shape::Recursive(_) | Shape::Linked(_)
    )
}

#[track_caller]
const fn unsuitable(
    rule: &str,
    does: &str,
    field: &str,
    schema: &'static Schema,
    advice: &str,
) -> ! {
    Message::new()
        .text("`")
        .text(rule)
        .text("` ")
        .text(does)
        .text(", but ")
        .name(field)
        .text(" is ")
        .text(kind(schema))
        .text(match inside(schema).shape {
            Shape::Newtype { .. } => "; check it with `custom = path`",
            _ => advice,
        })
        .fail()
}

/// `pattern`, `email`, `url`, `contains`, `prefix`, `suffix`.
#[track_caller]
pub const fn text(schema: &'static Schema, field: &str, rule: &str) {
    if is_open(schema) || matches!(inside(schema).shape, Shape::Text(_)) {
        return;
    }
    let advice = match inside(schema).shape {
        Shape::List { .. } => "; for its elements write `inner(…)`",
        Shape::Map { .. } => "; for its values write `inner(…)`",
        Shape::Integer { .. } | Shape::Number => "; `range` limits a number",
        _ => "",
    };
    unsuitable(rule, "checks text", field, schema, advice);
}

/// `length`, and `items` if `items`.
#[track_caller]
pub const fn length(
    schema: &'static Schema,
    field: &str,
    min: Option<usize>,
    max: Option<usize>,
    items: bool,
) {
    let rule = if items { "items" } else { "length" };
    match inside(schema).shape {
        Shape::Text(_) if items => {
            let advice = "; `length` counts characters";
            unsuitable(rule, "counts the elements of a list", field, schema, advice);
        }
        Shape::Text(text) => possible(rule, field, min, max, text.min, text.max),
        Shape::List { min: least, max: most, .. } => possible(rule, field, min, max, least, most),
        Shape::Integer { .. } | Shape::Number => {
            let does = if items {
                "counts the elements of a list"
            } else {
                "counts characters or elements"
            };
            unsuitable(rule, does, field, schema, "; `range` limits a number");
        }
        Shape::Map { .. } => {}
        _ if is_open(schema) => {}
        _ => unsuitable(rule, "counts characters or elements", field, schema, ""),
    }
}

#[track_caller]
const fn possible(
    rule: &str,
    field: &str,
    min: Option<usize>,
    max: Option<usize>,
    least: usize,
    most: Option<usize>,
) {
    if let (Some(min), Some(most)) = (min, most)
        && min > most
    {
        Message::new()
            .text("`")
            .text(rule)
            .text("` asks for at least ")
            .uint(min as u128)
            .text(", but the type of ")
            .name(field)
            .text(" has at most ")
            .uint(most as u128)
            .fail();
    }
    if let Some(max) = max
        && max < least
    {
        Message::new()
            .text("`")
            .text(rule)
            .text("` allows at most ")
            .uint(max as u128)
            .text(", but the type of ")
            .name(field)
            .text(" has at least ")
            .uint(least as u128)
            .fail();
    }
}

/// `range`, with `min`, `max`, `exclusive_min` and `exclusive_max` in this order.
#[track_caller]
pub const fn range(schema: &'static Schema, field: &str, bounds: [Option<Number>; 4]) {
    match inside(schema).shape {
        Shape::Number => {}
        Shape::Integer { min, max, .. } => {
            let mut i = 0;
            while i < bounds.len() {
                match bounds[i] {
                    Some(Number::Int(bound)) => bound_fits(bound, BOUNDS[i], field, min, max),
                    Some(Number::Float(_)) => Message::new()
                        .text("`")
                        .text(BOUNDS[i])
                        .text("` has a fraction, but ")
                        .name(field)
                        .text(" is a whole number; write a whole number")
                        .fail(),
                    None => {}
                }
                i += 1;
            }
        }
        Shape::Text(_) => {
            unsuitable("range", "limits a number", field, schema, "; `length` limits text");
        }
        Shape::List { .. } => {
            let advice = "; `items` limits a list, `inner(range(…))` its elements";
            unsuitable("range", "limits a number", field, schema, advice);
        }
        _ if is_open(schema) => {}
        _ => unsuitable("range", "limits a number", field, schema, ""),
    }
}

const BOUNDS: [&str; 4] = ["min", "max", "exclusive_min", "exclusive_max"];

#[track_caller]
const fn bound_fits(bound: i128, name: &str, field: &str, min: i128, max: u128) {
    if bound < min || (bound > 0 && bound.unsigned_abs() > max) {
        Message::new()
            .text("`")
            .text(name)
            .text("` ")
            .int(bound)
            .text(" is outside the type of ")
            .name(field)
            .text(", which holds ")
            .int(min)
            .text(" to ")
            .uint(max)
            .fail();
    }
}

/// `unique`.
#[track_caller]
pub const fn unique(schema: &'static Schema, field: &str) {
    match inside(schema).shape {
        Shape::List { items, .. } => {
            if !is_scalar(items) {
                Message::new()
                    .text("`unique` compares texts, numbers, truth values and unit enums, but the elements of ")
                    .name(field)
                    .text(" are of another kind; compare them with `custom = path`")
                    .fail();
            }
        }
        _ if is_open(schema) => {}
        _ => unsuitable("unique", "compares the elements of a list", field, schema, ""),
    }
}

const fn is_scalar(schema: &'static Schema) -> bool {
    match inside(schema).shape {
        Shape::Text(_) | Shape::Integer { .. } | Shape::Number | Shape::Bool => true,
        Shape::Enum { variants, tagging: Tagging::External, .. } => all_units(variants),
        _ => is_open(schema),
    }
}

const fn all_units(variants: &[Variant]) -> bool {
    let mut i = 0;
    while i < variants.len() {
        if !matches!(variants[i].data, Data::Unit) || variants[i].untagged {
            return false;
        }
        i += 1;
    }
    true
}

/// `one_of`.
#[track_caller]
pub const fn one_of(schema: &'static Schema, field: &str) {
    if !is_scalar(schema) {
        let advice = match inside(schema).shape {
            Shape::List { .. } | Shape::Map { .. } => "; for its elements write `inner(one_of(…))`",
            _ => "",
        };
        unsuitable("one_of", "lists texts, numbers or truth values", field, schema, advice);
    }
}

/// `inner`.
#[track_caller]
pub const fn inner(schema: &'static Schema, field: &str) {
    if !matches!(inside(schema).shape, Shape::List { .. } | Shape::Map { .. }) && !is_open(schema) {
        let does = "checks the elements of a list or the values of a map";
        unsuitable("inner", does, field, schema, "");
    }
}

/// The type of the elements, for the rules in `inner`; anything if there are none.
pub const fn elements(schema: &'static Schema) -> &'static Schema {
    match inside(schema).shape {
        Shape::List { items, .. } => items,
        Shape::Map { values, .. } => values,
        _ => ANY,
    }
}

/// `skip`: the model never writes the field.
#[track_caller]
pub const fn skip(schema: &'static Schema, field: &str) {
    if !accepts_missing(schema) {
        Message::new()
            .text("the model never writes ")
            .name(field)
            .text(", so serde needs a value for it; add `#[serde(default)]`")
            .fail();
    }
}

/// As [`Schema::accepts_missing`]; an edge that cannot be followed while compiling is trusted.
const fn accepts_missing(schema: &'static Schema) -> bool {
    match schema.shape {
        Shape::Option(_) | Shape::Recursive(_) | Shape::Linked(_) => true,
        Shape::Newtype { field, transparent: true } => accepts_missing(field.schema),
        _ => false,
    }
}

/// An untagged variant behind these earlier ones, each with its name.
#[track_caller]
pub const fn reachable(
    name: &str,
    schema: &'static Schema,
    earlier: &[(&'static str, &'static Schema)],
) {
    let mut i = 0;
    while i < earlier.len() {
        if takes_all(earlier[i].1, schema) {
            let message = Message::new().name(name).text(" can never be read: ").name(earlier[i].0);
            if takes_all(schema, earlier[i].1) {
                message.text(" takes the same values and comes first; remove one of them").fail();
            }
            let message = message.text(" takes all its values and comes first; move ");
            message.name(name).text(" before it").fail();
        }
        i += 1;
    }
}

/// Whether the first type certainly takes every value of the second. A function may refuse values
/// (`serde(try_from)`), so nothing is certain about it.
const fn takes_all(first: &'static Schema, second: &'static Schema) -> bool {
    let second = match second.shape {
        Shape::Newtype { field, .. } => return takes_all(first, field.schema),
        _ => second,
    };
    match (first.shape, second.shape) {
        (Shape::Any, _)
        | (Shape::Number, Shape::Number | Shape::Integer { .. })
        | (Shape::Bool, Shape::Bool)
        | (Shape::Null, Shape::Null) => true,
        (Shape::Newtype { field, .. }, _) => {
            matches!(field.presence, Presence::ByType) && takes_all(field.schema, second)
        }
        (Shape::Option(first), Shape::Option(second)) => takes_all(first, second),
        (Shape::Option(first), _) => takes_all(first, second),
        (Shape::Text(text), Shape::Text(_)) => takes_any(text),
        (Shape::Text(text), Shape::Enum { variants, tagging: Tagging::External, .. }) => {
            takes_any(text) && all_units(variants)
        }
        (
            Shape::Integer { min, max, nonzero },
            Shape::Integer { min: least, max: most, nonzero: without_zero },
        ) => min <= least && max >= most && (!nonzero || without_zero),
        _ => false,
    }
}

const fn takes_any(text: Text) -> bool {
    text.format.is_empty() && text.pattern.is_empty() && text.min == 0 && text.max.is_none()
}
