//! What is said of a value becomes a shape and rules.

use serde_json::Value;

use super::parts::{Kind, Parts};
use super::shared::{leak_list, of, whole};
use super::{Importer, scalars};
use crate::schema::{Field, Rule, Schema, Shape};

impl<'j> Importer<'j> {
    /// The field of these parts, with what is said of it; nothing if there is a problem.
    pub(super) fn build(&mut self, mut parts: Parts<'j>) -> Option<Field> {
        let notes = std::mem::take(&mut parts.notes);
        let field = if let Some(group) = parts.forms.pop() {
            self.union(&parts, group)
        } else {
            self.value(&parts)
        };
        field.map(|field| notes.put(field))
    }

    /// A value of the kinds that the parts name.
    fn value(&mut self, parts: &Parts<'j>) -> Option<Field> {
        if let Some(values) = &parts.values {
            return self.enumeration(parts, values);
        }
        let Some(kinds) = kinds(parts) else {
            return Some(of(Shape::Any));
        };
        let mut fields = Vec::new();
        for kind in kinds.iter().filter(|kind| **kind != Kind::Null) {
            fields.push(self.kind(parts, *kind)?);
        }
        Some(one_of(fields, kinds.contains(&Kind::Null) || parts.nullable))
    }

    fn kind(&mut self, parts: &Parts<'j>, kind: Kind) -> Option<Field> {
        match kind {
            Kind::Null => Some(of(Shape::Null)),
            Kind::Boolean => Some(of(Shape::Bool)),
            Kind::Integer | Kind::Number => Some(scalars::number(parts, kind)),
            Kind::String => self.text(parts),
            Kind::Array => self.list(parts),
            Kind::Object => self.object(parts),
        }
    }

    /// One of these values, each with the rest of what is said.
    fn enumeration(&mut self, parts: &Parts<'j>, values: &[&'j Value]) -> Option<Field> {
        let is_allowed = |value: &Value| {
            parts.kinds.as_ref().is_none_or(|kinds| scalars::is_of(value, kinds))
                || (parts.nullable && value.is_null())
        };
        let allowed: Vec<&Value> = values.iter().copied().filter(|v| is_allowed(v)).collect();
        if allowed.is_empty() {
            return self.refuse(&parts.at, "no value is left; give `enum` values of the `type`");
        }
        if allowed.iter().any(|value| value.is_array() || value.is_object()) {
            let message = "`enum` and `const` take texts, numbers, truth values and `null`; \
                           describe an object or a list by its properties or items";
            return self.refuse(&parts.at, message);
        }
        let nullable = parts.nullable || allowed.iter().any(|value| value.is_null());
        self.values(parts, &allowed).map(|fields| one_of(fields, nullable))
    }
}

/// The kinds that are named, or else the kind that the other keywords are about; `None` for any.
fn kinds(parts: &Parts<'_>) -> Option<Vec<Kind>> {
    if let Some(kinds) = &parts.kinds {
        return Some(kinds.clone());
    }
    let some = |count: &(Option<usize>, Option<usize>)| count.0.is_some() || count.1.is_some();
    let object = parts.properties.is_some()
        || !parts.required.is_empty()
        || parts.extra.is_some()
        || parts.keys.is_some()
        || some(&parts.entries);
    let array = parts.items.is_some() || parts.prefix.is_some() || some(&parts.item_count);
    let text = !parts.patterns.is_empty() || parts.format.is_some() || some(&parts.length);
    let bounds = parts.bounds;
    let number = [bounds.min, bounds.max, bounds.above, bounds.below].iter().any(Option::is_some)
        || !parts.multiples.is_empty();
    let told = [
        (object, Kind::Object),
        (array, Kind::Array),
        (text, Kind::String),
        (number, Kind::Number),
    ];
    let kinds: Vec<Kind> = told.iter().filter(|(told, _)| *told).map(|(_, kind)| *kind).collect();
    (!kinds.is_empty()).then_some(kinds)
}

/// A value of one of these fields; of several, each is a type of its own.
pub(super) fn one_of(mut fields: Vec<Field>, nullable: bool) -> Field {
    let field = match fields.len() {
        0 => return of(Shape::Null),
        1 => fields.remove(0),
        _ => {
            let schemas: Vec<&'static Schema> =
                fields.into_iter().map(|field| whole(field, "")).collect();
            of(Shape::AnyOf(leak_list(schemas)))
        }
    };
    if nullable { optional(field) } else { field }
}

/// The same, or `null`; what is said of the field is still said of it.
fn optional(field: Field) -> Field {
    // What a link leads to is not known yet.
    let is_link = matches!(field.schema.shape, Shape::Linked(_));
    if !is_link
        && matches!(field.schema.resolve().shape, Shape::Option(_) | Shape::Any | Shape::Null)
    {
        return field;
    }
    Field { schema: of(Shape::Option(field.schema)).schema, ..field }
}

/// A field with these rules.
pub(super) fn ruled(shape: Shape, rules: Vec<Rule>) -> Field {
    let rules: &'static [Rule] = if rules.is_empty() { &[] } else { leak_list(rules) };
    Field { rules, ..of(shape) }
}
