//! Which types get an entry in `$defs`, and under which key.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};

use crate::schema::{Data, Field, Schema, Shape};

/// The keys of `$defs`: for named types that are mentioned twice or contain themselves. The root
/// gets `None` if it is mentioned at all and `root_is_hash`: then `#` refers to it.
pub(super) fn names(root: &'static Schema, root_is_hash: bool) -> HashMap<TypeId, Option<String>> {
    let root = root.resolve();
    let mut census = Census::default();
    census.visit(root);
    let mut taken = HashMap::new();
    let mut names = HashMap::new();
    for schema in census.order {
        let id = (schema.id)();
        let uses = &census.uses[&id];
        if root_is_hash && id == (root.id)() {
            if uses.times > 1 {
                names.insert(id, None);
            }
        } else if uses.recursive || (uses.times > 1 && is_worth_an_entry(schema)) {
            let count = taken.entry(schema.name).or_insert(0);
            *count += 1;
            let number = if *count == 1 { String::new() } else { count.to_string() };
            names.insert(id, Some(format!("{}{number}", schema.name)));
        }
    }
    names
}

/// Whether the type contains itself.
pub(super) fn is_recursive(schema: &'static Schema) -> bool {
    let schema = schema.resolve();
    let mut census = Census::default();
    census.visit(schema);
    census.uses.get(&(schema.id)()).is_some_and(|uses| uses.recursive)
}

/// A newtype of a text or a number is as short in place.
fn is_worth_an_entry(schema: &'static Schema) -> bool {
    match schema.shape {
        Shape::Newtype { field, .. } => is_worth_an_entry(field.schema.resolve()),
        Shape::Option(inner) => is_worth_an_entry(inner.resolve()),
        Shape::Object { .. }
        | Shape::Enum { .. }
        | Shape::Tuple(_)
        | Shape::List { .. }
        | Shape::Map { .. }
        | Shape::AnyOf(_) => true,
        _ => false,
    }
}

#[derive(Default)]
struct Uses {
    times: usize,
    recursive: bool,
}

/// Counts how often each named type is mentioned; nameless types stand in place always.
#[derive(Default)]
struct Census {
    order: Vec<&'static Schema>,
    uses: HashMap<TypeId, Uses>,
    open: HashSet<TypeId>,
}

impl Census {
    fn visit(&mut self, schema: &'static Schema) {
        let schema = schema.resolve();
        let id = (schema.id)();
        if schema.name.is_empty() {
            return self.parts(schema);
        }
        let uses = self.uses.entry(id).or_default();
        uses.times += 1;
        if self.open.contains(&id) {
            uses.recursive = true;
            return;
        }
        if uses.times == 1 {
            self.order.push(schema);
        } else if is_worth_an_entry(schema) {
            return;
        }
        self.open.insert(id);
        self.parts(schema);
        self.open.remove(&id);
    }

    fn parts(&mut self, schema: &'static Schema) {
        match schema.shape {
            Shape::Option(inner) | Shape::List { items: inner, .. } => self.visit(inner),
            Shape::Map { values, .. } => self.visit(values),
            Shape::Newtype { field, .. } => self.visit(field.schema),
            Shape::Object { fields, .. } | Shape::Tuple(fields) => self.fields(fields),
            Shape::Enum { variants, .. } => {
                for variant in variants.iter().filter(|variant| !variant.hidden) {
                    match variant.data {
                        Data::Unit => {}
                        Data::Newtype(field) => self.visit(field.schema),
                        Data::Tuple(fields) | Data::Struct(fields) => self.fields(fields),
                    }
                }
            }
            Shape::AnyOf(schemas) => schemas.iter().for_each(|schema| self.visit(schema)),
            _ => {}
        }
    }

    fn fields(&mut self, fields: &'static [Field]) {
        for field in fields.iter().filter(|field| !field.hidden) {
            self.visit(field.schema);
        }
    }
}
