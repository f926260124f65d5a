//! Which types get an entry in `$defs`, and under which key.

use std::collections::{HashMap, HashSet};

use crate::schema::{Key, Refs, Schema, Shape, recursion};

/// The keys of `$defs`: for named types that are mentioned twice or contain themselves. The root
/// gets `None` if it is mentioned at all and `#` may refer to it (it is not `wrapped`). Where types
/// are inlined, only those that contain themselves have a key: they cannot be.
pub(super) fn names(
    root: &'static Schema,
    refs: Refs,
    wrapped: bool,
) -> HashMap<Key, Option<String>> {
    let root = root.resolve();
    let root_is_hash = refs == Refs::Root && !wrapped;
    let mut census = Census::default();
    census.visit(root);
    let mut taken = HashSet::new();
    let mut names = HashMap::new();
    for schema in census.order {
        let key = schema.key();
        let uses = &census.uses[&key];
        if root_is_hash && key == root.key() {
            if uses.times > 1 {
                names.insert(key, None);
            }
        } else if uses.recursive
            || (refs != Refs::Inlined && uses.times > 1 && is_worth_an_entry(schema))
        {
            let mut name = schema.name.to_owned();
            let mut number = 1;
            while !taken.insert(name.clone()) {
                number += 1;
                name = format!("{}{number}", schema.name);
            }
            names.insert(key, Some(name));
        }
    }
    names
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
    uses: HashMap<Key, Uses>,
    open: HashSet<Key>,
}

impl Census {
    fn visit(&mut self, schema: &'static Schema) {
        let schema = schema.resolve();
        let key = schema.key();
        if schema.name.is_empty() {
            return self.parts(schema);
        }
        let uses = self.uses.entry(key).or_default();
        uses.times += 1;
        if self.open.contains(&key) {
            uses.recursive = true;
            return;
        }
        if uses.times == 1 {
            self.order.push(schema);
        } else if is_worth_an_entry(schema) {
            return;
        }
        self.open.insert(key);
        self.parts(schema);
        self.open.remove(&key);
    }

    fn parts(&mut self, schema: &'static Schema) {
        recursion::parts(schema, true, &mut |inner| self.visit(inner));
    }
}
