//! One function for each shape.

use serde_json::{Value, json};

use super::{Node, Renderer};
use crate::schema::{Field, Schema, Shape, Text, Unsupported};

/// The greatest whole number that a 64-bit float keeps, and the readers that use one.
pub(super) const FLOAT_SAFE: i128 = 1 << 53;

impl Renderer {
    /// The shape alone, without the type's description.
    pub(super) fn shape(&mut self, schema: &'static Schema) -> Result<Node, Unsupported> {
        match schema.shape {
            Shape::Any if self.dialect.free_form => Ok(Node::new()),
            Shape::Any => Err(self
                .unsupported("a value of any type; say which with `#[extract(schema_as = Type)]`")),
            Shape::Null => Ok(typed("null")),
            Shape::Bool => Ok(typed("boolean")),
            Shape::Integer { min, max, nonzero } => Ok(self.integer(min, max, nonzero)),
            Shape::Number => Ok(typed("number")),
            Shape::Text(text) => Ok(self.text(text)),
            Shape::Option(inner) => Ok(nullable(self.edge(inner)?)),
            Shape::List { items, min, max, unique } => {
                let mut node = typed("array");
                let items = self.at("[]", |renderer| renderer.edge(items))?;
                node.insert("items".into(), items.into());
                self.count(&mut node, "Items", "item", (min > 0).then_some(min), max);
                if unique {
                    self.keyword(&mut node, "uniqueItems", true.into(), "No item twice.");
                }
                Ok(node)
            }
            Shape::Tuple(fields) => self.tuple(fields),
            Shape::Map { keys, values } if self.dialect.maps => {
                let mut node = typed("object");
                let values = self.at("{}", |renderer| renderer.edge(values))?;
                node.insert("additionalProperties".into(), values.into());
                if let Some(names) = self.key(keys)? {
                    node.insert("propertyNames".into(), names.into());
                }
                Ok(node)
            }
            Shape::Map { keys, values } => {
                let key = self.key(keys)?.unwrap_or_else(|| typed("string"));
                let value = self.at("{}", |renderer| renderer.edge(values))?;
                let mut node = typed("array");
                node.insert("items".into(), closed(vec![("key", key), ("value", value)]).into());
                self.append(&mut node, "A list of entries, no key twice.");
                Ok(node)
            }
            Shape::Newtype { field, .. } => self.field(field),
            Shape::Object { .. } | Shape::Enum { .. } => self.union(schema),
            Shape::AnyOf(schemas) => {
                let nodes: Result<Vec<_>, _> = schemas.iter().map(|s| self.edge(s)).collect();
                Ok(any_of(nodes?))
            }
            Shape::Recursive(get) => self.shape(get()),
        }
    }

    /// A field's type with the rules and the texts of the field.
    pub(super) fn field(&mut self, field: &'static Field) -> Result<Node, Unsupported> {
        let mut node = self.edge(field.schema)?;
        self.rules(&mut node, field.rules, field.schema);
        self.describe(&mut node, field.description);
        self.annotate(&mut node, field.default, field.examples, field.deprecated);
        Ok(node)
    }

    /// A list of fixed length; an object where the dialect has no such lists.
    pub(super) fn tuple(&mut self, fields: &'static [Field]) -> Result<Node, Unsupported> {
        let mut nodes = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            nodes.push(self.at(&format!("[{index}]"), |renderer| renderer.field(field))?);
        }
        if !self.dialect.tuples && !is_uniform(fields) {
            let names: Vec<_> = (0..fields.len()).map(|index| format!("item_{index}")).collect();
            return Ok(closed(names.iter().map(String::as_str).zip(nodes).collect()));
        }
        let mut node = typed("array");
        if self.dialect.tuples {
            if !nodes.is_empty() {
                node.insert("prefixItems".into(), nodes.into());
            }
            node.insert("items".into(), false.into());
        } else if let Some(first) = nodes.into_iter().next() {
            node.insert("items".into(), first.into());
        } else {
            // A list without items; readers want to know of what all the same.
            node.insert("items".into(), typed("null").into());
        }
        self.count(&mut node, "Items", "item", Some(fields.len()), Some(fields.len()));
        Ok(node)
    }

    fn integer(&self, min: i128, max: u128, nonzero: bool) -> Node {
        let mut node = typed("integer");
        let wide = self.dialect.wide_integers;
        if let Ok(value) = i64::try_from(min)
            && (wide || min >= -FLOAT_SAFE)
        {
            self.keyword(&mut node, "minimum", value.into(), &format!("At least {min}."));
        }
        if let Ok(value) = u64::try_from(max)
            && (wide || max <= FLOAT_SAFE.unsigned_abs())
        {
            self.keyword(&mut node, "maximum", value.into(), &format!("At most {max}."));
        }
        if nonzero {
            if self.dialect.composition {
                node.insert("not".into(), json!({ "const": 0 }));
            } else {
                self.append(&mut node, "Not 0.");
            }
        }
        node
    }

    fn text(&self, text: Text) -> Node {
        let mut node = typed("string");
        if !text.format.is_empty() {
            self.format(&mut node, text.format);
        }
        if !text.pattern.is_empty() {
            self.pattern(&mut node, text.pattern);
        }
        self.count(&mut node, "Length", "character", (text.min > 0).then_some(text.min), text.max);
        node
    }

    /// What the keys of a map look like, if that is not any text.
    fn key(&mut self, keys: &'static Schema) -> Result<Option<Node>, Unsupported> {
        let keys = keys.resolve();
        let node = match keys.shape {
            Shape::Text(Text::ANY) => return Ok(None),
            Shape::Integer { min, .. } => {
                let sign = if min < 0 { "-?" } else { "" };
                let mut node = typed("string");
                self.pattern(&mut node, &format!("^{sign}[0-9]+$"));
                node
            }
            Shape::Number => typed("string"),
            Shape::Bool => {
                let mut node = typed("string");
                node.insert("enum".into(), json!(["true", "false"]));
                node
            }
            Shape::Newtype { field, .. } => match self.key(field.schema)? {
                None if field.rules.is_empty() => return Ok(None),
                inner => {
                    let mut node = inner.unwrap_or_else(|| typed("string"));
                    self.rules(&mut node, field.rules, field.schema);
                    node
                }
            },
            _ => self.shape(keys)?,
        };
        Ok(Some(node))
    }
}

/// A tuple whose elements have one type is a list.
pub(crate) fn is_uniform(fields: &[Field]) -> bool {
    fields.windows(2).all(|pair| {
        (pair[0].schema.id)() == (pair[1].schema.id)()
            && pair.iter().all(|field| field.rules.is_empty() && field.description.is_empty())
    })
}

pub(super) fn typed(name: &str) -> Node {
    let mut node = Node::new();
    node.insert("type".into(), name.into());
    node
}

/// An object with these properties, all required, and no others.
fn closed(properties: Vec<(&str, Node)>) -> Node {
    let mut node = typed("object");
    let required: Vec<Value> = properties.iter().map(|(name, _)| (*name).into()).collect();
    let properties: Node =
        properties.into_iter().map(|(name, node)| (name.to_owned(), node.into())).collect();
    node.insert("properties".into(), properties.into());
    node.insert("required".into(), required.into());
    node.insert("additionalProperties".into(), false.into());
    node
}

/// `anyOf`, unless there is only one.
pub(super) fn any_of(mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1 {
        return nodes.remove(0);
    }
    let mut node = Node::new();
    node.insert("anyOf".into(), nodes.into());
    node
}

/// The same, or `null`.
pub(super) fn nullable(mut node: Node) -> Node {
    match node.get_mut("type") {
        Some(Value::Array(types)) if types.iter().any(|t| t == "null") => return node,
        Some(Value::String(name)) if name == "null" => return node,
        Some(kind @ Value::String(_)) if *kind != "object" => {
            *kind = json!([kind, "null"]);
            if let Some(Value::Array(values)) = node.get_mut("enum") {
                values.push(Value::Null);
            }
            return node;
        }
        _ => {}
    }
    if node.keys().all(|key| key == "description") && !node.contains_key("$ref") {
        // Anything, so also `null`.
        return node;
    }
    match node.get_mut("anyOf") {
        Some(Value::Array(forms)) => {
            let null = Value::Object(typed("null"));
            if !forms.contains(&null) {
                forms.push(null);
            }
            node
        }
        _ => any_of(vec![node, typed("null")]),
    }
}
