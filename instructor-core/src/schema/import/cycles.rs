//! Schemas that contain themselves with nothing in between, of which there is no value to read.

use super::{Importer, Problem};
use crate::schema::{Schema, Shape};

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
