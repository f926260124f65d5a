//! A schema as JSON Schema, in a dialect.

use std::collections::{HashMap, HashSet};

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::objects::{Extra, FlatObject};
use super::{Dialect, Key, Recursion, Refs, Schema, Shape, Unsupported, alternatives, recursion};

mod defs;
mod forms;
mod keywords;
mod objects;
mod shapes;
mod unions;

pub(crate) use shapes::is_uniform;

/// One JSON Schema object while it is built.
type Node = Map<String, Value>;

/// So many types are written in place though they have an entry in `$defs`.
const IN_PLACE: usize = 1_000;

/// So many types are written where there is no `$defs`.
const INLINED: usize = 10_000;

/// The JSON Schema of a type in a dialect, and whether its root had to be wrapped.
pub(super) fn render(
    schema: &'static Schema,
    dialect: &'static Dialect,
) -> Result<(Box<RawValue>, bool), Unsupported> {
    let wrapped = dialect.object_root && !is_object(schema, dialect);
    let mut renderer = Renderer::new(schema, dialect, wrapped);
    let mut root = if wrapped {
        let value = renderer.edge(schema)?;
        let required = dialect.recursion != Recursion::Optional || !recursion::mentions(schema);
        renderer.closed(vec![("value", value)], required)
    } else {
        renderer.body(schema)?
    };
    // The tool itself says it already.
    if dialect.object_root && root.get("description") == Some(&schema.description.into()) {
        root.shift_remove("description");
    }
    let is_object = root.get("type").is_some_and(|of| of == "object");
    if dialect.empty_properties && is_object && !root.contains_key("properties") {
        root.shift_insert(1, "properties".into(), Node::new().into());
    }
    let defs = used(&root, std::mem::take(&mut renderer.defs));
    if !defs.is_empty() {
        root.insert("$defs".into(), Value::Object(defs));
    }
    let mut root = Value::Object(root);
    let unions = count_unions(&root);
    if unions > dialect.most_unions {
        let most = dialect.most_unions;
        return Err(renderer.unsupported(format!(
            "{unions} values of several types or forms, and only {most} are taken; split the type, \
             or use a mode that is not strict"
        )));
    }
    if dialect.capitals {
        capitalize(&mut root);
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

/// The entries of `$defs` that a `$ref` leads to; where types are written in place, some are not.
fn used(root: &Node, mut defs: Node) -> Node {
    let mut targets = HashSet::new();
    root.values().for_each(|node| collect_refs(node, &mut targets));
    let mut open: Vec<String> = targets.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let mut inner = HashSet::new();
        if let Some(node) = defs.get(&name) {
            collect_refs(node, &mut inner);
        }
        open.extend(inner.into_iter().filter(|name| targets.insert(name.clone())));
    }
    defs.retain(|name, _| targets.contains(name));
    defs
}

fn collect_refs(node: &Value, targets: &mut HashSet<String>) {
    match node {
        Value::Object(node) => {
            let target = node.get("$ref").and_then(Value::as_str);
            if let Some(name) = target.and_then(|target| target.strip_prefix("#/$defs/")) {
                targets.insert(name.to_owned());
            }
            node.values().for_each(|node| collect_refs(node, targets));
        }
        Value::Array(list) => list.iter().for_each(|node| collect_refs(node, targets)),
        _ => {}
    }
}

/// How many schemas have several types or forms.
fn count_unions(node: &Value) -> usize {
    match node {
        Value::Object(node) => {
            let own = node.contains_key("anyOf") || node.get("type").is_some_and(Value::is_array);
            usize::from(own) + node.values().map(count_unions).sum::<usize>()
        }
        Value::Array(list) => list.iter().map(count_unions).sum(),
        _ => 0,
    }
}

/// Writes the names of types in capitals.
fn capitalize(node: &mut Value) {
    match node {
        Value::Object(node) => {
            // A property of this name holds a schema, no text.
            if let Some(Value::String(name)) = node.get_mut("type") {
                name.make_ascii_uppercase();
            }
            node.values_mut().for_each(capitalize);
        }
        Value::Array(list) => list.iter_mut().for_each(capitalize),
        _ => {}
    }
}

/// Walks a type and keeps what belongs to the whole: the entries of `$defs` and the place.
struct Renderer {
    dialect: &'static Dialect,
    /// The keys of the types that have an entry in `$defs`; `None` for the root, which is `#`.
    names: HashMap<Key, Option<String>>,
    defs: Node,
    path: Vec<String>,
    /// The types that are written in place though they have an entry.
    in_place: Vec<Key>,
    /// The field's rules say how small and how great the integer is that comes next.
    bounded: (bool, bool),
    /// How many types were written so far.
    written: usize,
    /// How many properties were optional so far.
    optional: usize,
}

impl Renderer {
    fn new(schema: &'static Schema, dialect: &'static Dialect, wrapped: bool) -> Self {
        let names = defs::names(schema, dialect.refs, wrapped);
        Self {
            dialect,
            names,
            defs: Node::new(),
            path: Vec::new(),
            in_place: Vec::new(),
            bounded: (false, false),
            written: 0,
            optional: 0,
        }
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
        let Some(name) = self.names.get(&schema.key()).cloned() else {
            return self.body(schema);
        };
        self.check_recursion(schema)?;
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

    /// [`edge`](Self::edge) for a type of which something will be said: where nothing may stand beside
    /// a `$ref`, nor beside an `anyOf` around it, the type is written in place. Inside itself it is
    /// not, nor in a schema that is great already, and what should be said is left out there.
    fn target(&mut self, schema: &'static Schema, says: bool) -> Result<Node, Unsupported> {
        let node = self.edge(schema)?;
        let sayable = self.dialect.ref_siblings || self.wraps_refs();
        let key = schema.resolve().key();
        let enough = self.written > IN_PLACE || self.in_place.contains(&key);
        if !says || sayable || enough || !node.contains_key("$ref") {
            return Ok(node);
        }
        self.in_place.push(key);
        let body = self.body(schema);
        self.in_place.pop();
        body
    }

    /// Whether a `$ref` of which something is said becomes the only form of an `anyOf`; where these
    /// are counted, none is spent on it.
    fn wraps_refs(&self) -> bool {
        self.dialect.described_unions && self.dialect.most_unions == usize::MAX
    }

    fn check_recursion(&self, schema: &'static Schema) -> Result<(), Unsupported> {
        let way_out = match self.dialect.recursion {
            Recursion::Refused if recursion::is_recursive(schema) => {
                "limit its depth with types of their own"
            }
            Recursion::Optional if recursion::is_bare(schema) => {
                "give the inner one a property of its own, such as the field of a struct"
            }
            _ => return Ok(()),
        };
        Err(self.unsupported(format!("`{}` contains itself; {way_out}", schema.name)))
    }

    /// The type in place, with its own description, examples and deprecation.
    fn body(&mut self, schema: &'static Schema) -> Result<Node, Unsupported> {
        let schema = schema.resolve();
        self.written += 1;
        if self.dialect.refs == Refs::Inlined && self.written > INLINED {
            return Err(self.unsupported(format!(
                "a type that holds more than {INLINED} others, each written where it stands; make \
                 it smaller"
            )));
        }
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
