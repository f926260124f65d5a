//! A schema as finished bytes, made once for each type and dialect.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use serde::Serialize;
use serde_json::value::RawValue;

use super::alternative::{self, Alternative};
use super::{Dialect, Key, Schema, Shape, render};

/// A schema in one dialect, rendered.
#[derive(Debug)]
pub struct Rendered {
    /// The type.
    pub schema: &'static Schema,
    /// The dialect.
    pub dialect: &'static Dialect,
    /// The name of the tool, of the form `[a-zA-Z0-9_-]{1,64}`.
    pub name: String,
    /// What the tool is for.
    pub description: String,
    /// The JSON Schema.
    pub json: Box<RawValue>,
    /// The root is `{"value": …}`, because the type itself is no object.
    pub wrapped: bool,
    /// One tool for each variant, if the type is an enum with data, or for the elements of a list of
    /// calls; empty for all other types.
    pub alternatives: Vec<Alternative>,
}

/// The type has something that the dialect cannot say; nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{dialect} cannot express `{path}`: {what}")]
#[non_exhaustive]
pub struct Unsupported {
    /// The dialect's name.
    pub dialect: &'static str,
    /// The place in the type.
    pub path: String,
    /// What stands there, and the way out.
    pub what: String,
}

type Cache = HashMap<(Key, &'static str), Result<&'static Rendered, Unsupported>>;

/// The schema in a dialect, rendered at the first call and kept for the life of the process.
///
/// # Errors
/// If the dialect cannot express the type.
pub fn rendered(
    schema: &'static Schema,
    dialect: &'static Dialect,
) -> Result<&'static Rendered, Unsupported> {
    static CACHE: LazyLock<RwLock<Cache>> = LazyLock::new(RwLock::default);
    let schema = schema.resolve();
    let key = (schema.key(), dialect.name);
    if let Some(known) = CACHE.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return known.clone();
    }
    let made = make(schema, dialect);
    let mut cache = CACHE.write().unwrap_or_else(PoisonError::into_inner);
    cache.entry(key).or_insert_with(|| made.map(|rendered| &*Box::leak(Box::new(rendered)))).clone()
}

fn make(schema: &'static Schema, dialect: &'static Dialect) -> Result<Rendered, Unsupported> {
    let mut rendered = alone(schema, dialect)?;
    rendered.alternatives = alternative::of(schema, dialect)?;
    Ok(rendered)
}

/// The schema without alternatives.
pub(super) fn alone(
    schema: &'static Schema,
    dialect: &'static Dialect,
) -> Result<Rendered, Unsupported> {
    let (json, wrapped) = render::render(schema, dialect)?;
    let name = tool_name(schema);
    let named = named(schema);
    let description = if named.description.is_empty() {
        format!("Records the {name} found in the text.")
    } else {
        named.description.to_owned()
    };
    let alternatives = Vec::new();
    Ok(Rendered { schema, dialect, name, description, json, wrapped, alternatives })
}

/// The type whose name and description stand for the whole.
fn named(schema: &'static Schema) -> &'static Schema {
    let schema = schema.resolve();
    match schema.shape {
        Shape::Option(inner)
        | Shape::List { items: inner, .. }
        | Shape::Map { values: inner, .. }
            if schema.name.is_empty() =>
        {
            named(inner)
        }
        Shape::Newtype { field, .. } if schema.name.is_empty() => named(field.schema),
        _ => schema,
    }
}

/// The name of the tool for a type.
pub(crate) fn tool_name(schema: &'static Schema) -> String {
    let schema = schema.resolve();
    if !schema.tool.is_empty() {
        return schema.tool.to_owned();
    }
    if !schema.name.is_empty() {
        return schema.name.to_owned();
    }
    let mut name = match schema.shape {
        Shape::Option(inner) => tool_name(inner),
        Shape::Newtype { field, .. } => tool_name(field.schema),
        Shape::List { items, .. } => tool_name(items) + "List",
        Shape::Map { values, .. } => tool_name(values) + "Map",
        Shape::Bool => "Boolean".into(),
        Shape::Integer { .. } => "Integer".into(),
        Shape::Number => "Number".into(),
        Shape::Text(_) => "Text".into(),
        _ => "Answer".into(),
    };
    name.truncate(64);
    name
}

/// The JSON Schema (draft 2020-12) of what serde accepts.
pub fn json_schema(schema: &'static Schema) -> serde_json::Value {
    rendered(schema, &Dialect::JSON_SCHEMA)
        .ok()
        .and_then(|rendered| serde_json::from_str(rendered.json.get()).ok())
        .unwrap_or(false.into())
}

/// The function tool that a model must call.
pub fn tool(schema: &'static Schema) -> Tool {
    match rendered(schema, &Dialect::TOOL) {
        Ok(rendered) => rendered.tool(),
        Err(error) => unreachable!("a function tool takes every type: {error}"),
    }
}

/// A function tool, as `OpenAI`'s API spells it: `{"type": "function", "function": {…}}`.
#[derive(Debug, Clone, Serialize)]
pub struct Tool {
    /// Always `function`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The function.
    pub function: Function,
}

/// The function of a [`Tool`].
#[derive(Debug, Clone, Serialize)]
pub struct Function {
    /// The name, of the form `[a-zA-Z0-9_-]{1,64}`.
    pub name: &'static str,
    /// What it is for: the type's doc comment.
    pub description: &'static str,
    /// The JSON Schema of the arguments.
    pub parameters: &'static RawValue,
    /// Whether the provider must follow the schema to the letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
}

impl Rendered {
    /// The function tool that a model must call.
    pub fn tool(&'static self) -> Tool {
        Tool {
            kind: "function",
            function: Function {
                name: &self.name,
                description: &self.description,
                parameters: &self.json,
                strict: self.dialect.all_required.then_some(true),
            },
        }
    }
}
