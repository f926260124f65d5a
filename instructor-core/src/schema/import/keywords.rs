//! Which keywords there are, and how their values are read.

use serde_json::{Map, Value};

use super::shared::{leak_list, leak_text};
use super::{Importer, pointer};
use crate::schema::{Field, Number};

/// The keywords that say which values there are; all others are annotations.
const SPEAKING: &[&str] = &[
    "type",
    "nullable",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "items",
    "prefixItems",
    "additionalItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "anyOf",
    "oneOf",
    "allOf",
    "$ref",
    "not",
    "unevaluatedProperties",
];

/// The keywords that cannot be imported, and the way out.
const REFUSED: &[(&str, &str)] = &[
    ("if", "write `anyOf` with an object for each case"),
    (
        "patternProperties",
        "write `additionalProperties` for the values and `propertyNames` for the keys",
    ),
    ("dependentSchemas", "write `anyOf` with an object for each case"),
    ("dependentRequired", "write `anyOf` with an object for each case"),
    ("dependencies", "write `anyOf` with an object for each case"),
    ("contains", "say it in the `description`, and check it afterwards"),
    ("unevaluatedItems", "write `\"items\": false` beside `prefixItems`"),
    ("$dynamicRef", "write `$ref` with a pointer such as `#/$defs/Name`"),
    ("$recursiveRef", "write `$ref` with a pointer such as `#`"),
];

/// Whether the keyword says nothing of which values there are.
pub(super) fn is_annotation(keyword: &str) -> bool {
    !SPEAKING.contains(&keyword) && way_out(keyword).is_none()
}

/// What to write instead of a keyword that cannot be imported.
pub(super) fn way_out(keyword: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(name, _)| *name == keyword).map(|(_, way_out)| *way_out)
}

/// What is said of a place beside which values it has.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Notes {
    description: &'static str,
    examples: &'static [&'static str],
    default: &'static str,
    deprecated: bool,
}

impl Notes {
    /// These and, where they say nothing, the others.
    pub(super) fn or(self, other: Self) -> Self {
        let first = |a: &'static str, b: &'static str| if a.is_empty() { b } else { a };
        Self {
            description: first(self.description, other.description),
            examples: if self.examples.is_empty() { other.examples } else { self.examples },
            default: first(self.default, other.default),
            deprecated: self.deprecated || other.deprecated,
        }
    }

    /// The field with the notes, where they say more than its own.
    pub(super) fn put(self, field: Field) -> Field {
        let Field { description, examples, default, deprecated, .. } = field;
        let Self { description, examples, default, deprecated } =
            self.or(Self { description, examples, default, deprecated });
        Field { description, default, examples, deprecated, ..field }
    }

    /// The description, taken out.
    pub(super) fn take_description(&mut self) -> &'static str {
        std::mem::take(&mut self.description)
    }
}

/// The annotations of a place.
pub(super) fn notes(importer: &mut Importer<'_>, map: &Map<String, Value>, at: &str) -> Notes {
    let mut notes = Notes::default();
    for (keyword, value) in map {
        match (keyword.as_str(), value) {
            ("description", Value::String(text)) => notes.description = leak_text(text.trim()),
            ("description", _) => {
                importer.problem(&pointer::child(at, keyword), "must be text");
            }
            ("examples", Value::Array(values)) => {
                let texts = values.iter().map(|value| leak_text(&value.to_string()));
                notes.examples = leak_list(texts.collect());
            }
            ("example", value) if notes.examples.is_empty() => {
                notes.examples = leak_list(vec![leak_text(&value.to_string())]);
            }
            ("default", value) => notes.default = leak_text(&value.to_string()),
            ("deprecated", value) => notes.deprecated = *value == true,
            _ => {}
        }
    }
    notes
}

/// A whole number that counts something.
pub(super) fn count(value: &Value) -> Option<usize> {
    let whole = |float: f64| (float >= 0.0 && float.fract() == 0.0).then_some(float);
    value.as_u64().and_then(|count| usize::try_from(count).ok()).or_else(|| {
        // Some generators write `1.0`.
        whole(value.as_f64()?).and_then(|float| float.to_string().parse().ok())
    })
}

/// A number, whole if it has no fraction.
pub(super) fn number(value: &Value) -> Option<Number> {
    let Value::Number(number) = value else { return None };
    let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    whole.map(Number::Int).or_else(|| {
        let float = number.as_f64()?;
        // Written out, a whole float has its digits and no more.
        let whole = (float.fract() == 0.0).then(|| float.to_string().parse().ok()).flatten();
        Some(whole.map_or(Number::Float(float), Number::Int))
    })
}

/// The stricter of two bounds; `lower` if the greater one is.
pub(super) fn stricter(a: Option<Number>, b: Option<Number>, lower: bool) -> Option<Number> {
    let (Some(first), Some(second)) = (a, b) else { return a.or(b) };
    let second_is_greater = float(second) > float(first);
    Some(if second_is_greater == lower { second } else { first })
}

#[expect(clippy::cast_precision_loss, reason = "bounds that a float cannot tell apart are equal")]
pub(super) fn float(number: Number) -> f64 {
    match number {
        Number::Int(value) => value as f64,
        Number::Float(value) => value,
    }
}
