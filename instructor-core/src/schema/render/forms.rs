//! What several shapes are made of: objects, forms, and `null`.

use serde_json::{Value, json};

use super::shapes::typed;
use super::{Node, Renderer};
use crate::schema::{Null, Unknown, Unsupported};

impl Renderer {
    /// An object with these properties and no others.
    pub(super) fn closed(&self, properties: Vec<(&str, Node)>, required: bool) -> Node {
        let names: Vec<Value> = properties.iter().map(|(name, _)| (*name).into()).collect();
        let properties: Node =
            properties.into_iter().map(|(name, node)| (name.to_owned(), node.into())).collect();
        let mut node = self.object(properties, if required { names } else { Vec::new() });
        if self.dialect.unknown != Unknown::Unsaid {
            node.insert("additionalProperties".into(), false.into());
        }
        node
    }

    /// An object with these properties.
    pub(super) fn object(&self, properties: Node, required: Vec<Value>) -> Node {
        let mut node = typed("object");
        let order: Vec<Value> = properties.keys().map(|name| name.as_str().into()).collect();
        let all = self.dialect.unknown == Unknown::Refused;
        if !properties.is_empty() || all {
            node.insert("properties".into(), properties.into());
        }
        if !required.is_empty() || self.dialect.all_required {
            node.insert("required".into(), required.into());
        }
        if self.dialect.ordering && order.len() > 1 {
            node.insert("propertyOrdering".into(), order.into());
        }
        node
    }

    /// `anyOf`, unless there is only one.
    pub(super) fn any_of(&self, mut nodes: Vec<Node>) -> Result<Node, Unsupported> {
        if nodes.len() == 1 {
            return Ok(nodes.remove(0));
        }
        if !self.dialect.unions {
            let what = "a value of several forms; use a struct with an optional field for each \
                        form, or a mode with tools";
            return self.joined(&nodes).ok_or_else(|| self.unsupported(what));
        }
        let mut node = Node::new();
        node.insert("anyOf".into(), nodes.into());
        Ok(node)
    }

    /// Several forms as one, if they are texts or numbers that only differ in their descriptions.
    fn joined(&self, nodes: &[Node]) -> Option<Node> {
        let kind = nodes.first()?.get("type")?.as_str()?;
        let is_alike = |node: &Node| {
            node.get("type").is_some_and(|of| of == kind)
                && node.keys().all(|key| key == "type" || key == "description")
        };
        if matches!(kind, "object" | "array") || !nodes.iter().all(is_alike) {
            return None;
        }
        let texts: Vec<&str> =
            nodes.iter().filter_map(|n| n.get("description").and_then(Value::as_str)).collect();
        let mut joined = typed(kind);
        if texts.len() == nodes.len() {
            self.describe(&mut joined, &texts.join(" Or: "));
        }
        Some(joined)
    }

    /// `null` alone.
    pub(super) fn null(&self) -> Result<Node, Unsupported> {
        if self.dialect.null == Null::Refused {
            return Err(self.unsupported(
                "`null`; only a field may be an `Option`, without a default of its own",
            ));
        }
        Ok(typed("null"))
    }

    /// The same, or `null`.
    pub(super) fn nullable(&self, mut node: Node) -> Result<Node, Unsupported> {
        if is_nullable(&node) {
            return Ok(node);
        }
        let null = self.null()?;
        let by_keyword = self.dialect.null == Null::Keyword;
        if let Some(Value::Array(forms)) = node.get_mut("anyOf") {
            match forms.first_mut() {
                Some(Value::Object(first)) if by_keyword => {
                    first.insert("nullable".into(), true.into());
                }
                _ => forms.push(null.into()),
            }
            return Ok(node);
        }
        if by_keyword {
            node.insert("nullable".into(), true.into());
            return Ok(node);
        }
        if self.dialect.null == Null::TypeList && add_to_type(&mut node) {
            return Ok(node);
        }
        self.any_of(vec![node, null])
    }
}

/// What the rules of a value are about: of two forms, the one that is not `null`.
pub(super) fn core(node: &mut Node) -> Option<&mut Node> {
    match node.get_mut("anyOf")?.as_array_mut()?.as_mut_slice() {
        [Value::Object(core), second] if *second == json!({ "type": "null" }) => Some(core),
        _ => None,
    }
}

/// Whether `null` fits already.
fn is_nullable(node: &Node) -> bool {
    let is_null = |name: &Value| name == "null";
    let by_type = match node.get("type") {
        Some(Value::Array(types)) => types.iter().any(is_null),
        Some(name) => is_null(name) || node.get("nullable") == Some(&true.into()),
        // Anything, so also `null`.
        None => !node.contains_key("$ref") && node.keys().all(|key| key == "description"),
    };
    by_type
        || node.get("anyOf").and_then(Value::as_array).is_some_and(|forms| {
            forms.iter().filter_map(Value::as_object).any(|form| {
                form.get("type").is_some_and(is_null) || form.get("nullable") == Some(&true.into())
            })
        })
}

/// Adds `null` to the type; objects get a form of their own.
fn add_to_type(node: &mut Node) -> bool {
    let Some(kind @ Value::String(_)) = node.get_mut("type") else { return false };
    if *kind == "object" {
        return false;
    }
    *kind = json!([kind, "null"]);
    if let Some(Value::Array(values)) = node.get_mut("enum") {
        values.push(Value::Null);
    }
    true
}
