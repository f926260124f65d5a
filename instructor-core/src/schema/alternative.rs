//! Unions as several tools: the name of the tool that is called says which variant it is.

use std::any::TypeId;
#[cfg(feature = "client")]
use std::borrow::Cow;
use std::collections::HashSet;

use super::rendered::alone;
use super::{Data, Dialect, Field, Rendered, Schema, Shape, Tagging, Unsupported, Variant};

/// A tool that stands for a variant of an enum, or for an element of a list of calls.
#[derive(Debug)]
pub struct Alternative {
    /// The tool; its arguments are the data of the variant, or the element.
    pub tool: Rendered,
    /// The variant and how the enum writes it; nothing for an element that is no enum.
    #[cfg_attr(
        not(feature = "client"),
        expect(dead_code, reason = "only the client is answered with calls")
    )]
    variant: Option<(&'static Variant, Tagging)>,
}

/// The tools of a type; none if it is neither a union nor a list of calls.
pub(super) fn of(
    schema: &'static Schema,
    dialect: &'static Dialect,
) -> Result<Vec<Alternative>, Unsupported> {
    let schema = schema.resolve();
    if !schema.calls {
        // What is no tool of its own is still a form of the whole.
        return Ok(union(schema, dialect).unwrap_or_default());
    }
    let Shape::List { items, .. } = schema.shape else { return Ok(Vec::new()) };
    let union = union(items.resolve(), dialect)?;
    if union.is_empty() {
        return Ok(vec![Alternative { tool: alone(items, dialect)?, variant: None }]);
    }
    Ok(union)
}

/// One tool for each variant of an enum that has data and tells its variants apart by name, unless
/// these are more tools than the dialect takes.
fn union(
    schema: &'static Schema,
    dialect: &'static Dialect,
) -> Result<Vec<Alternative>, Unsupported> {
    let Shape::Enum { variants, tagging, closed } = schema.shape else { return Ok(Vec::new()) };
    let visible: Vec<_> = variants.iter().filter(|variant| !variant.hidden).collect();
    let has_data = visible.iter().any(|variant| !matches!(variant.data, Data::Unit));
    let untagged = |variant: &&Variant| variant.untagged || tagging == Tagging::Untagged;
    let fits = (2..=dialect.most_tools).contains(&visible.len());
    if !fits || !has_data || visible.iter().copied().any(|v| untagged(&v)) {
        return Ok(Vec::new());
    }
    let mut names = HashSet::new();
    let alternatives = visible.into_iter().map(|variant| {
        let mut tool = alone(data(variant, closed), dialect).map_err(|error| {
            let path = match error.path.as_str() {
                "$" => variant.name.to_owned(),
                path => format!("{}.{path}", variant.name),
            };
            Unsupported { path, ..error }
        })?;
        tool.name = unique(variant.name, &mut names);
        tool.description = description(schema, variant, tool.schema, &tool.name);
        Ok(Alternative { tool, variant: Some((variant, tagging)) })
    });
    alternatives.collect()
}

/// The variant's data as a type of its own.
fn data(variant: &'static Variant, closed: bool) -> &'static Schema {
    let shape = match variant.data {
        Data::Newtype(field) if field.rules.is_empty() => return field.schema,
        Data::Newtype(field) => Shape::Newtype { field, transparent: false },
        Data::Unit => Shape::Object { fields: &[] as &[Field], closed },
        Data::Struct(fields) => Shape::Object { fields, closed },
        Data::Tuple(fields) => Shape::Tuple(fields),
    };
    // One for each variant and dialect, kept like the rendering itself.
    Box::leak(Box::new(Schema::new(TypeId::of::<VariantData>, shape)))
}

/// Stands for the data of any variant: no other type has its id, and it is always the root.
struct VariantData;

/// What the tool is for: what is said of the enum, and of the variant or its data.
fn description(schema: &Schema, variant: &Variant, data: &'static Schema, name: &str) -> String {
    let own = [variant.description, data.resolve().description];
    let own = own.into_iter().find(|text| !text.is_empty());
    match (schema.description, own) {
        ("", None) => format!("Records the {name} found in the text."),
        ("", Some(own)) => own.to_owned(),
        (whole, None) => format!("{name}. {whole}"),
        (whole, Some(own)) => format!("{own}\n\n{whole}"),
    }
}

/// The variant's name as the name of a tool: `[a-zA-Z0-9_-]{1,64}`, and no digit or hyphen first,
/// which Gemini refuses.
fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let begins = name.starts_with(|c: char| !matches!(c, '0'..='9' | '-'));
    let before = if begins { "" } else { "_" };
    let base = name.chars().map(|c| if allowed(c) { c } else { '_' });
    let base: String = before.chars().chain(base).take(60).collect();
    let mut name = base.clone();
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{base}_{number}");
    }
    name
}

#[cfg(feature = "client")]
impl Alternative {
    /// The JSON of the value that serde reads, made of the JSON of the variant's data.
    pub(crate) fn value(&self, data: &str) -> String {
        let Some((variant, tagging)) = self.variant else { return data.to_owned() };
        let name = quoted(variant.name);
        let unit = matches!(variant.data, Data::Unit);
        match tagging {
            Tagging::External if unit => name,
            Tagging::External => format!("{{{name}:{data}}}"),
            Tagging::Adjacent { tag, .. } if unit => format!("{{{}:{name}}}", quoted(tag)),
            Tagging::Adjacent { tag, content } => {
                format!("{{{}:{name},{}:{data}}}", quoted(tag), quoted(content))
            }
            Tagging::Internal { tag } => {
                let data = without(data, tag);
                let rest = data.trim_start().strip_prefix('{').unwrap_or("}").trim_start();
                let comma = if rest.starts_with('}') { "" } else { "," };
                format!("{{{}:{name}{comma}{rest}", quoted(tag))
            }
            Tagging::Untagged => data.to_owned(),
        }
    }

    /// The property of the value that holds the data, if it stands in one.
    pub(crate) fn property(&self) -> Option<&'static str> {
        match self.variant? {
            (variant, Tagging::External) => Some(variant.name),
            (_, Tagging::Adjacent { content, .. }) => Some(content),
            _ => None,
        }
    }

    /// The variant's data in the JSON of a value; `None` if the value is of another variant.
    pub(crate) fn data(&self, value: &serde_json::Value) -> Option<serde_json::Value> {
        use serde_json::Value;
        let Some((variant, tagging)) = self.variant else { return Some(value.clone()) };
        let named = |name: &Value| name.as_str() == Some(variant.name);
        let nothing = || Value::Object(serde_json::Map::new());
        match tagging {
            Tagging::External => match value {
                Value::String(_) => named(value).then(nothing),
                Value::Object(map) if map.len() == 1 => map.get(variant.name).cloned(),
                _ => None,
            },
            Tagging::Adjacent { tag, content } => {
                let content = || value.get(content).cloned().unwrap_or_else(nothing);
                value.get(tag).filter(|name| named(name)).map(|_| content())
            }
            Tagging::Internal { tag } => {
                value.get(tag).filter(|name| named(name))?;
                let mut map = value.as_object()?.clone();
                map.shift_remove(tag);
                Some(Value::Object(map))
            }
            Tagging::Untagged => None,
        }
    }
}

/// The object without a property that a model wrote although the tool's name says it.
#[cfg(feature = "client")]
fn without<'a>(data: &'a str, property: &str) -> Cow<'a, str> {
    let object = |data| serde_json::from_str::<serde_json::Map<_, serde_json::Value>>(data);
    if data.contains(&quoted(property))
        && let Ok(mut map) = object(data)
        && map.shift_remove(property).is_some()
    {
        return Cow::Owned(serde_json::Value::Object(map).to_string());
    }
    Cow::Borrowed(data)
}

#[cfg(feature = "client")]
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
