//! Places and what they share: each is read once, and what contains itself gets a link.

use std::any::TypeId;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::cycles::ENDLESS;
use super::keywords::{is_annotation, notes};
use super::parts::Parts;
use super::{DEPTH, Imported, Importer, Place, TOO_LARGE, pointer};
use crate::schema::{Field, Schema, Shape};

/// A nameless schema of this shape.
pub(super) fn schema(shape: Shape) -> &'static Schema {
    leak(Schema::new(TypeId::of::<Imported>, shape))
}

/// A field without a name, of this shape.
pub(super) fn of(shape: Shape) -> Field {
    Field::new("", schema(shape))
}

/// Keeps a value for the life of the process, like all of an imported schema.
pub(super) fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

pub(super) fn leak_list<T>(values: Vec<T>) -> &'static [T] {
    Vec::leak(values)
}

pub(super) fn leak_text(text: &str) -> &'static str {
    if text.is_empty() { "" } else { String::leak(text.to_owned()) }
}

/// The field's type with all that the field says of it, under a name unless it has one.
pub(super) fn whole(field: Field, name: &str) -> &'static Schema {
    let inner = field.schema;
    let silent = field.description.is_empty() && field.examples.is_empty() && !field.deprecated;
    let is_link = matches!(inner.shape, Shape::Linked(_));
    if silent && field.rules.is_empty() && (name.is_empty() || !inner.name.is_empty() || is_link) {
        return inner;
    }
    let Field { description, examples, deprecated, .. } = field;
    let inner_is_silent = inner.name.is_empty()
        && inner.description.is_empty()
        && inner.examples.is_empty()
        && !inner.deprecated;
    let shape = if field.rules.is_empty() && inner_is_silent && !is_link {
        inner.shape
    } else {
        let field = Field { rules: field.rules, ..Field::new("", inner) };
        Shape::Newtype { field: leak(field), transparent: false }
    };
    let new = Schema::new(TypeId::of::<Imported>, shape);
    leak(Schema { name: leak_text(name), description, examples, deprecated, ..new })
}

impl<'j> Importer<'j> {
    /// The target of a reference, under its own name.
    pub(super) fn target(&mut self, at: &str) -> Option<&'static Schema> {
        if let Some(known) = self.targets.get(at) {
            return Some(known);
        }
        let value = pointer::find(self.root, at)?;
        let field = self.place(value, at)?;
        let schema = whole(field, &self.name(at));
        if !matches!(schema.shape, Shape::Linked(_)) {
            self.targets.insert(at.to_owned(), schema);
        }
        Some(schema)
    }

    /// The name of a type: the root's title, or the last step to it.
    fn name(&self, at: &str) -> String {
        if at.is_empty() {
            let title = self.root.get("title").and_then(Value::as_str);
            return title.map(pointer::fitting).unwrap_or_default();
        }
        pointer::fitting(&pointer::last(at))
    }

    /// What stands at a place; what is said of it (rules, description, default) is in the field,
    /// which has no name yet. Nothing if there is a problem.
    pub(super) fn place(&mut self, value: &'j Value, at: &str) -> Option<Field> {
        match self.places.get_mut(at) {
            Some(Place::Read(field)) => return *field,
            Some(Place::Open(link)) => {
                let link = *link.get_or_insert_with(|| leak(OnceLock::new()));
                return Some(of(Shape::Linked(link)));
            }
            None => {}
        }
        if !self.enter(at) {
            return None;
        }
        self.places.insert(at.to_owned(), Place::Open(None));
        let mut field = self.read(value, at);
        self.depth -= 1;
        if let Some(Place::Open(Some(link))) = self.places.get(at) {
            let link = *link;
            field = field.and_then(|field| self.close(link, field, at));
        }
        self.places.insert(at.to_owned(), Place::Read(field));
        field
    }

    /// Sets the link to a type that contains itself; it needs a name.
    fn close(
        &mut self,
        link: &'static OnceLock<&'static Schema>,
        field: Field,
        at: &str,
    ) -> Option<Field> {
        let name = match self.name(at) {
            name if name.is_empty() => "Answer".to_owned(),
            name => name,
        };
        let schema = whole(field, &name);
        if leads_to(schema, link) {
            return self.refuse(at, ENDLESS);
        }
        // Nothing else sets the link of this place.
        let schema = link.get_or_init(|| schema);
        self.links.push((at.to_owned(), schema));
        Some(Field { default: field.default, ..Field::new("", schema) })
    }

    /// Whether one more schema may be looked at, inside those that are.
    pub(super) fn enter(&mut self, at: &str) -> bool {
        if self.budget == 0 {
            return false;
        }
        self.budget -= 1;
        if self.budget == 0 {
            self.problem(at, TOO_LARGE);
            return false;
        }
        if self.depth == DEPTH {
            let message = format!("schemas nest more than {DEPTH} times; make it less deep");
            self.problem(at, message);
            return false;
        }
        self.depth += 1;
        true
    }

    fn read(&mut self, value: &'j Value, at: &str) -> Option<Field> {
        if let Value::Object(map) = value
            && let Some(inner) = self.alone(map, at)
        {
            let field = self.single(inner)?;
            return self.noted(field, map, at);
        }
        let mut parts = Parts::new(at);
        self.absorb(&mut parts, value, at)?;
        self.build(parts)
    }

    /// The only schema that stands in the place beside annotations: that of a `$ref`, or of an
    /// `allOf`, `anyOf` or `oneOf` of one.
    fn alone(&self, map: &'j Map<String, Value>, at: &str) -> Option<Alone<'j>> {
        let mut speaking = map.iter().filter(|(keyword, _)| !is_annotation(keyword));
        let (Some((keyword, value)), None) = (speaking.next(), speaking.next()) else {
            return None;
        };
        match (keyword.as_str(), value) {
            ("$ref", Value::String(reference)) => {
                let target = pointer::of_reference(reference)?;
                pointer::find(self.root, &target).map(|_| Alone::Target(target))
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(list)) => match list.as_slice() {
                [only] => {
                    Some(Alone::Place(only, pointer::child(&pointer::child(at, keyword), "0")))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn single(&mut self, alone: Alone<'j>) -> Option<Field> {
        match alone {
            Alone::Target(target) => self.target(&target).map(|schema| Field::new("", schema)),
            Alone::Place(value, at) => self.place(value, &at),
        }
    }

    /// The field with the annotations of a place around it.
    fn noted(&mut self, field: Field, map: &'j Map<String, Value>, at: &str) -> Option<Field> {
        let problems = self.problems.len();
        let notes = notes(self, map, at);
        (self.problems.len() == problems).then(|| notes.put(field))
    }
}

/// Whether there is nothing but links up to this one.
fn leads_to(mut schema: &'static Schema, link: &OnceLock<&'static Schema>) -> bool {
    while let Shape::Linked(next) = schema.shape {
        match next.get() {
            _ if std::ptr::eq(next, link) => return true,
            Some(target) => schema = target,
            None => return false,
        }
    }
    false
}

/// Where there is one schema only.
enum Alone<'j> {
    Target(String),
    Place(&'j Value, String),
}
