//! One function for each shape.

use serde_json::{Value, json};

use super::{Node, Renderer};
use crate::schema::{Dialect, Field, Null, Rule, Schema, Shape, Text, Unsupported};

/// The greatest whole number that a 64-bit float keeps, and the readers that use one.
pub(super) const FLOAT_SAFE: i128 = 1 << 53;

impl Renderer {
    /// The shape alone, without the type's description.
    pub(super) fn shape(&mut self, schema: &'static Schema) -> Result<Node, Unsupported> {
        match schema.shape {
            Shape::Any if self.dialect.free_form => Ok(Node::new()),
            Shape::Any => Err(self
                .unsupported("a value of any type; say which with `#[extract(schema_as = Type)]`")),
            Shape::Null => self.null(),
            Shape::Bool => Ok(typed("boolean")),
            Shape::Integer { min, max, nonzero } => Ok(self.integer(min, max, nonzero)),
            Shape::Number => {
                self.bounded = (false, false);
                Ok(typed("number"))
            }
            Shape::Text(text) => Ok(self.text(text)),
            Shape::Option(inner) => {
                let node = self.target(inner, !self.dialect.described_unions)?;
                self.nullable(node)
            }
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
                    let sentence = key_sentence(&names);
                    self.keyword(&mut node, "propertyNames", names.into(), &sentence);
                }
                Ok(node)
            }
            Shape::Map { keys, values } => {
                let key = self.key(keys)?.unwrap_or_else(|| typed("string"));
                let value = self.at("{}", |renderer| renderer.edge(values))?;
                let mut node = typed("array");
                let entry = self.closed(vec![("key", key), ("value", value)], true);
                node.insert("items".into(), entry.into());
                self.append(&mut node, "A list of entries, no key twice.");
                Ok(node)
            }
            Shape::Newtype { field, .. } => {
                let says = !schema.description.is_empty() || !schema.examples.is_empty();
                self.field_as(field, field.schema, says)
            }
            Shape::Object { .. } | Shape::Enum { .. } => self.union(schema),
            Shape::AnyOf(schemas) => {
                let nodes: Result<Vec<_>, _> = schemas.iter().map(|s| self.edge(s)).collect();
                self.any_of(nodes?)
            }
            Shape::Recursive(_) | Shape::Linked(_) => self.shape(schema.resolve()),
        }
    }

    /// A field's type with the rules and the texts of the field.
    pub(super) fn field(&mut self, field: &'static Field) -> Result<Node, Unsupported> {
        self.field_as(field, field.schema, false)
    }

    /// A field with `schema` in place of its type; something else will be said of it, too.
    pub(super) fn field_as(
        &mut self,
        field: &'static Field,
        schema: &'static Schema,
        says_more: bool,
    ) -> Result<Node, Unsupported> {
        let silent = field.description.is_empty()
            && field.rules.is_empty()
            && field.default.is_empty()
            && field.examples.is_empty()
            && !field.deprecated;
        self.bounded = bounds(field.rules);
        let mut node = self.target(schema, says_more || !silent)?;
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
            return Ok(self.closed(names.iter().map(String::as_str).zip(nodes).collect(), true));
        }
        let mut node = typed("array");
        if self.dialect.tuples && (self.dialect.false_schema || !nodes.is_empty()) {
            if !nodes.is_empty() {
                node.insert("prefixItems".into(), nodes.into());
            }
            if self.dialect.false_schema {
                node.insert("items".into(), false.into());
            }
        } else if let Some(first) = nodes.into_iter().next() {
            node.insert("items".into(), first.into());
        } else {
            // A list without items; readers want to know of what all the same.
            let of = if self.dialect.null == Null::Refused { "string" } else { "null" };
            node.insert("items".into(), typed(of).into());
        }
        self.count(&mut node, "Items", "item", Some(fields.len()), Some(fields.len()));
        Ok(node)
    }

    fn integer(&mut self, min: i128, max: u128, nonzero: bool) -> Node {
        let mut node = typed("integer");
        let (says_min, says_max) = std::mem::take(&mut self.bounded);
        let greatest = match self.dialect {
            Dialect { wide_integers: true, .. } => u128::MAX,
            dialect if dialect.takes_keyword("minimum") => FLOAT_SAFE.unsigned_abs(),
            // In a sentence, the bounds of a greater type would only be in the way.
            _ => u128::from(u16::MAX),
        };
        let as_sentence = !self.dialect.takes_keyword("minimum");
        if let Ok(value) = i64::try_from(min)
            && min.unsigned_abs() <= greatest
            && !(as_sentence && says_min)
        {
            self.keyword(&mut node, "minimum", value.into(), &format!("At least {min}."));
        }
        if let Ok(value) = u64::try_from(max)
            && max <= greatest
            && !(as_sentence && says_max)
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
        pair[0].schema.resolve().key() == pair[1].schema.resolve().key()
            && pair.iter().all(|field| field.rules.is_empty() && field.description.is_empty())
    })
}

pub(super) fn typed(name: &str) -> Node {
    let mut node = Node::new();
    node.insert("type".into(), name.into());
    node
}

/// Whether the rules say how small and how great a number is.
fn bounds(rules: &[Rule]) -> (bool, bool) {
    rules.iter().fold((false, false), |(low, high), rule| match rule {
        Rule::Range { min, max, above, below } => {
            (low || min.is_some() || above.is_some(), high || max.is_some() || below.is_some())
        }
        Rule::OneOf(_) => (true, true),
        Rule::Inner(rules) => {
            let (inner_low, inner_high) = bounds(rules);
            (low || inner_low, high || inner_high)
        }
        _ => (low, high),
    })
}

/// What is said of the keys of a map where `propertyNames` is not taken.
fn key_sentence(names: &Node) -> String {
    let mut facts = Vec::new();
    if let Some(Value::Array(values)) = names.get("enum") {
        let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        facts.push(format!("one of {}.", values.join(", ")));
    }
    if let Some(format) = names.get("format").and_then(Value::as_str) {
        facts.push(format!("format {format}."));
    }
    if let Some(pattern) = names.get("pattern").and_then(Value::as_str) {
        facts.push(format!("match the regular expression `{pattern}`."));
    }
    if let Some(text) = names.get("description").and_then(Value::as_str) {
        let newline = if text.starts_with("- ") || text.contains('\n') { "\n" } else { "" };
        facts.push(format!("{newline}{text}"));
    }
    if facts.is_empty() {
        return "Keys are text.".into();
    }
    format!("Keys: {}", facts.join(" ").replace(" \n", "\n"))
}
