//! A schema as JSON Schema, in a dialect.

use std::any::TypeId;
use std::collections::HashMap;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};

use super::objects::{Extra, FlatObject};
use super::{Dialect, Schema, Shape, Unsupported, alternatives};

mod defs;
mod keywords;
mod objects;
mod shapes;
mod unions;

pub(crate) use shapes::is_uniform;

/// One JSON Schema object while it is built.
type Node = Map<String, Value>;

/// The JSON Schema of a type in a dialect, and whether its root had to be wrapped.
pub(super) fn render(
    schema: &'static Schema,
    dialect: &'static Dialect,
) -> Result<(Box<RawValue>, bool), Unsupported> {
    let wrapped = dialect.object_root && !is_object(schema, dialect);
    let mut renderer = Renderer::new(schema, dialect, wrapped);
    let mut root = if wrapped {
        let value = renderer.edge(schema)?;
        let mut root = Node::new();
        root.insert("type".into(), "object".into());
        root.insert("properties".into(), json!({ "value": value }));
        root.insert("required".into(), json!(["value"]));
        root.insert("additionalProperties".into(), false.into());
        root
    } else {
        renderer.body(schema)?
    };
    // The tool itself says it already.
    if dialect.object_root && root.get("description") == Some(&schema.description.into()) {
        root.shift_remove("description");
    }
    if !renderer.defs.is_empty() {
        root.insert("$defs".into(), Value::Object(std::mem::take(&mut renderer.defs)));
    }
    let json = to_raw_value(&root).map_err(|error| renderer.unsupported(error.to_string()))?;
    Ok((json, wrapped))
}

/// Whether the type is one object in this dialect.
fn is_object(schema: &'static Schema, dialect: &Dialect) -> bool {
    let schema = schema.resolve();
    match schema.shape {
        Shape::Newtype { field, .. } => is_object(field.schema, dialect),
        Shape::Object { .. } | Shape::Map { .. } => {
            let forms = alternatives(schema).unwrap_or_default();
            matches!(forms.as_slice(), [FlatObject { extra, .. }]
                if dialect.maps || !matches!(extra, Extra::Values { .. }))
        }
        _ => false,
    }
}

/// Walks a type and keeps what belongs to the whole: the entries of `$defs` and the place.
struct Renderer {
    dialect: &'static Dialect,
    /// The keys of the types that have an entry in `$defs`; `None` for the root, which is `#`.
    names: HashMap<TypeId, Option<String>>,
    defs: Node,
    path: Vec<String>,
}

impl Renderer {
    fn new(schema: &'static Schema, dialect: &'static Dialect, wrapped: bool) -> Self {
        let names = defs::names(schema, !wrapped);
        Self { dialect, names, defs: Node::new(), path: Vec::new() }
    }

    /// Runs `inner` with one more step in the place that errors name.
    fn at<T>(
        &mut self,
        step: &str,
        inner: impl FnOnce(&mut Self) -> Result<T, Unsupported>,
    ) -> Result<T, Unsupported> {
        self.path.push(step.to_owned());
        let result = inner(self);
        self.path.pop();
        result
    }

    fn unsupported(&self, what: impl Into<String>) -> Unsupported {
        let mut path = String::new();
        for step in &self.path {
            if !path.is_empty() && !step.starts_with(['[', '{']) {
                path.push('.');
            }
            path.push_str(step);
        }
        if path.is_empty() {
            path.push('$');
        }
        Unsupported { dialect: self.dialect.name, path, what: what.into() }
    }

    /// The type where another one mentions it: in place, or as a `$ref`.
    fn edge(&mut self, schema: &'static Schema) -> Result<Node, Unsupported> {
        let schema = schema.resolve();
        let id = (schema.id)();
        let Some(name) = self.names.get(&id).cloned() else {
            return self.body(schema);
        };
        if !self.dialect.recursion && defs::is_recursive(schema) {
            return Err(self.unsupported(format!(
                "`{}` contains itself; limit its depth with types of their own",
                schema.name
            )));
        }
        let Some(name) = name else {
            return Ok(reference("#"));
        };
        if !self.defs.contains_key(&name) {
            // The entry stands before its body is made, so that a recursive type ends here.
            self.defs.insert(name.clone(), Value::Null);
            let body = self.body(schema)?;
            self.defs.insert(name.clone(), Value::Object(body));
        }
        Ok(reference(&format!("#/$defs/{name}")))
    }

    /// The type in place, with its own description, examples and deprecation.
    fn body(&mut self, schema: &'static Schema) -> Result<Node, Unsupported> {
        let schema = schema.resolve();
        let mut node = self.shape(schema)?;
        self.describe(&mut node, schema.description);
        self.annotate(&mut node, "", schema.examples, schema.deprecated);
        Ok(node)
    }
}

fn reference(target: &str) -> Node {
    let mut node = Node::new();
    node.insert("$ref".into(), target.into());
    node
}
