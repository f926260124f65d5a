//! Objects and maps.

use serde_json::Value;

use super::build::ruled;
use super::parts::Parts;
use super::scalars::length;
use super::shared::{leak_list, leak_text, of, whole};
use super::{Importer, pointer};
use crate::schema::{Field, Presence, Schema, Shape, Text};

impl<'j> Importer<'j> {
    /// A struct if there are properties, or else a map.
    pub(super) fn object(&mut self, parts: &Parts<'j>) -> Option<Field> {
        if parts.properties.is_none() && parts.required.is_empty() && !is_closed(parts) {
            return self.map(parts);
        }
        let (least, most) = parts.entries;
        if least.is_some_and(|least| least > parts.required.len()) || most.is_some() {
            let at = parts.at.clone();
            let message = "`minProperties` and `maxProperties` go with maps only; say which \
                           properties are `required`";
            return self.refuse(&at, message);
        }
        let fields = self.fields(parts)?;
        let closed = is_closed(parts);
        Some(of(Shape::Object { fields: leak_list(fields), closed }))
    }

    fn map(&mut self, parts: &Parts<'j>) -> Option<Field> {
        let values = match &parts.extra {
            Some((value, at)) => self.place(value, at),
            None => Some(of(Shape::Any)),
        };
        let keys = self.keys(parts);
        let (values, keys) = (whole(values?, ""), keys?);
        Some(ruled(Shape::Map { keys, values }, length(parts.entries).into_iter().collect()))
    }

    fn keys(&mut self, parts: &Parts<'j>) -> Option<&'static Schema> {
        let text = Shape::Text(Text::ANY);
        let Some((value, at)) = &parts.keys else { return Some(of(text).schema) };
        let field = self.place(value, at)?;
        let is_any = matches!(field.schema.shape, Shape::Any) && field.rules.is_empty();
        Some(if is_any { of(text).schema } else { whole(field, "") })
    }

    fn fields(&mut self, parts: &Parts<'j>) -> Option<Vec<Field>> {
        let problems = self.problems.len();
        let properties = parts.properties.as_deref().unwrap_or_default();
        let mut fields = Vec::new();
        for (name, (value, at)) in properties {
            if let Some((_, at)) = parts.closed.iter().find(|(known, _)| !known.contains(name)) {
                let message = "refuses a property that stands beside it; write \
                               `\"unevaluatedProperties\": false` around all of them";
                self.problem(at, message);
            }
            let group = parts.names.iter().find(|(names, _)| names.contains(name));
            let main = group.and_then(|(names, _)| names.first()).is_none_or(|main| main == name);
            if !main {
                // The first of the names is read, and the others are the same property.
                continue;
            }
            let Some(field) = self.place(value, at) else { continue };
            let required = parts.required.iter().any(|(required, _)| required == name)
                || group.is_some_and(|(_, required)| *required);
            let mut field = Field { name: leak_text(name), ..present(field, required) };
            if let Some((names, _)) = group {
                field.aliases = leak_list(names.iter().skip(1).map(|n| leak_text(n)).collect());
            }
            fields.push(field);
        }
        self.names(parts);
        for (name, at) in &parts.required {
            if properties.iter().all(|(known, _)| known != name) {
                fields.extend(self.unnamed(parts, name, at));
            }
        }
        if let Some((value @ Value::Object(_), at)) = &parts.extra
            && let Some(values) = self.place(value, at)
            && let Some(keys) = self.keys(parts)
        {
            let map = of(Shape::Map { keys, values: whole(values, "") });
            fields.push(Field { flatten: true, ..map });
        } else if let Some((_, at)) = &parts.keys {
            self.problem(
                at,
                "`propertyNames` goes with maps only; leave it out beside `properties`",
            );
        }
        (self.problems.len() == problems).then_some(fields)
    }

    /// A property that is required and described nowhere.
    fn unnamed(&mut self, parts: &Parts<'j>, name: &str, at: &str) -> Option<Field> {
        if is_closed(parts) {
            return self.refuse(at, "requires a property that `properties` does not have; add it");
        }
        let field = match &parts.extra {
            Some((value, at)) => self.place(value, at)?,
            None => of(Shape::Any),
        };
        Some(Field { name: leak_text(name), ..present(field, true) })
    }

    /// Each group of names has to be made of properties that are alike.
    fn names(&mut self, parts: &Parts<'j>) {
        let properties = parts.properties.as_deref().unwrap_or_default();
        let value = |name: &str| {
            properties.iter().find(|(known, _)| *known == name).map(|(_, (value, _))| *value)
        };
        for (names, _) in &parts.names {
            let first = names.first().and_then(|name| value(name));
            if first.is_none() || names.iter().any(|name| value(name) != first) {
                let at = pointer::child(&parts.at, "allOf");
                let message = "properties that exclude each other are understood only as names of \
                               one property; write `anyOf` with an object for each case";
                self.problem(&at, message);
            }
        }
    }
}

fn is_closed(parts: &Parts<'_>) -> bool {
    matches!(parts.extra, Some((Value::Bool(false), _)))
}

/// The field with its presence: what may be missing is an option's `None`, or has a default.
fn present(field: Field, required: bool) -> Field {
    let is_link = matches!(field.schema.shape, Shape::Linked(_));
    let accepts_missing = !is_link && field.schema.accepts_missing();
    let is_null = field.default == "null";
    let presence = match required {
        true if accepts_missing => Presence::Required,
        true => Presence::ByType,
        false if accepts_missing && (field.default.is_empty() || is_null) => Presence::ByType,
        false => Presence::Defaulted,
    };
    // That a missing option is `null` needs no words.
    let default = if is_null { "" } else { field.default };
    Field { presence, default, ..field }
}
