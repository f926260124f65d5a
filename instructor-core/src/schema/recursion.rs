//! Which types contain themselves, and where.

use std::collections::HashSet;

use super::{Data, Field, Key, Schema, Shape, Tagging};

/// Calls `visit` with each type that a value of this one holds. `across`: also with those of its
/// properties and of the values of a map.
pub(super) fn parts(schema: &'static Schema, across: bool, visit: &mut dyn FnMut(&'static Schema)) {
    match schema.shape {
        Shape::Option(inner) | Shape::List { items: inner, .. } => visit(inner),
        Shape::Map { values, .. } if across => visit(values),
        Shape::Newtype { field, .. } => visit(field.schema),
        Shape::Object { fields, .. } if across => visible(fields, visit),
        Shape::Tuple(fields) => visible(fields, visit),
        Shape::Enum { variants, tagging, .. } => {
            for variant in variants.iter().filter(|variant| !variant.hidden) {
                let bare = variant.untagged || tagging == Tagging::Untagged;
                match variant.data {
                    Data::Newtype(field) if across || bare => visit(field.schema),
                    Data::Tuple(fields) if across || bare => visible(fields, visit),
                    Data::Struct(fields) if across => visible(fields, visit),
                    _ => {}
                }
            }
        }
        Shape::AnyOf(schemas) => schemas.iter().for_each(|schema| visit(schema)),
        _ => {}
    }
}

fn visible(fields: &'static [Field], visit: &mut dyn FnMut(&'static Schema)) {
    fields.iter().filter(|field| !field.hidden).for_each(|field| visit(field.schema));
}

/// Whether the type contains itself.
pub(super) fn is_recursive(schema: &'static Schema) -> bool {
    reaches_itself(schema, true)
}

/// Whether the type contains itself with no property in between.
pub(super) fn is_bare(schema: &'static Schema) -> bool {
    reaches_itself(schema, false)
}

/// Whether a value of the type holds one that contains itself, with no property in between.
pub(super) fn mentions(schema: &'static Schema) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![schema];
    while let Some(schema) = open.pop() {
        let schema = schema.resolve();
        if !seen.insert(schema.key()) {
            continue;
        }
        if is_recursive(schema) {
            return true;
        }
        match schema.shape {
            Shape::Map { values, .. } => open.push(values),
            _ => parts(schema, false, &mut |inner| open.push(inner)),
        }
    }
    false
}

fn reaches_itself(schema: &'static Schema, across: bool) -> bool {
    let schema = schema.resolve();
    let mut seen = HashSet::new();
    reach(schema, across, &mut seen);
    seen.contains(&schema.key())
}

/// Collects the types that this one holds; itself only if it does.
fn reach(schema: &'static Schema, across: bool, seen: &mut HashSet<Key>) {
    parts(schema, across, &mut |inner| {
        let inner = inner.resolve();
        if seen.insert(inner.key()) {
            reach(inner, across, seen);
        }
    });
}
