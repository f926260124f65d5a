//! Schemas without end: those that contain themselves with nothing in between, of which there is no
//! value to read, and those that double with each level when they are written out.

use std::collections::HashMap;

use super::{Importer, Problem};
use crate::schema::{Schema, Shape, recursion};

/// What is wrong with such a schema.
pub(super) const ENDLESS: &str = "the schema refers to itself with nothing in between; put a \
                                  property or a list between them";

impl Importer<'_> {
    /// Refuses each schema that comes back to itself without a property, an entry or an element.
    pub(super) fn refuse_endless(&mut self) {
        let endless = self.links.iter().filter(|(_, schema)| comes_back(schema));
        let problem =
            |(at, _): &(String, _)| Problem { pointer: at.clone(), message: ENDLESS.to_owned() };
        let problems: Vec<Problem> = endless.map(problem).collect();
        self.problems.extend(problems);
    }
}

/// So many types may stand in place of references that say more than their targets.
const WRITTEN: usize = 100_000;

/// Whether the schema grows too large where merged references are written out.
pub(super) fn is_too_large(schema: &'static Schema) -> bool {
    let mut known = HashMap::new();
    size(schema, &mut known);
    known.into_values().any(|size| size > WRITTEN)
}

/// How many types are written for this one; those with a name are written once, elsewhere.
fn size(schema: &'static Schema, known: &mut HashMap<usize, usize>) -> usize {
    let address = std::ptr::from_ref(schema).addr();
    if let Some(size) = known.get(&address) {
        return *size;
    }
    let mut all = 1_usize;
    recursion::parts(schema, true, &mut |inner| {
        let inside = size(inner, known);
        all = all.saturating_add(if inner.name.is_empty() { inside } else { 1 });
    });
    known.insert(address, all);
    all
}

fn comes_back(start: &'static Schema) -> bool {
    let mut seen = Vec::new();
    let mut open = beside(start);
    while let Some(schema) = open.pop() {
        if std::ptr::eq(schema, start) {
            return true;
        }
        if !seen.iter().any(|known| std::ptr::eq(*known, schema)) {
            seen.push(schema);
            open.extend(beside(schema));
        }
    }
    false
}

/// The schemas that the same value is read by.
fn beside(schema: &'static Schema) -> Vec<&'static Schema> {
    match schema.shape {
        Shape::Option(inner) => vec![inner],
        Shape::Newtype { field, .. } => vec![field.schema],
        Shape::AnyOf(schemas) => schemas.to_vec(),
        Shape::Linked(link) => link.get().copied().into_iter().collect(),
        _ => Vec::new(),
    }
}
