//! Structs and the data of variants: objects with properties.

use serde_json::{Value, json};

use super::shapes::typed;
use super::{Node, Renderer};
use crate::schema::objects::{Extra, FlatObject, Property, Slot, object};
use crate::schema::{Data, Field, Least, Recursion, Unknown, Unsupported, Variant};

impl Renderer {
    /// The objects that have these forms.
    pub(super) fn forms(&mut self, forms: &[FlatObject]) -> Result<Node, Unsupported> {
        let nodes: Result<Vec<_>, _> = forms.iter().map(|form| self.form(form)).collect();
        self.any_of(nodes?)
    }

    /// The object with these fields.
    pub(super) fn fields(
        &mut self,
        fields: &'static [Field],
        closed: bool,
    ) -> Result<Node, Unsupported> {
        self.forms(&object(fields, closed))
    }

    fn form(&mut self, form: &FlatObject) -> Result<Node, Unsupported> {
        let mut properties = Node::new();
        let mut required = Vec::new();
        let mut choices = Vec::new();
        for property in &form.properties {
            let node = self.at(property.name, |renderer| renderer.property(property))?;
            if self.dialect.aliases && !property.aliases.is_empty() {
                for alias in property.aliases {
                    properties.insert((*alias).to_owned(), node.clone().into());
                }
                choices.push(one_name(property));
            } else if self.is_required(property)? {
                required.push(Value::from(property.name));
            }
            properties.insert(property.name.to_owned(), node.into());
        }
        self.check_least(&properties, &required)?;
        let mut node = self.object(properties, required);
        if !choices.is_empty() {
            node.insert("allOf".into(), choices.into());
        }
        self.extra(&mut node, form.extra)?;
        if let Some(variant) = form.variant {
            self.describe(&mut node, variant.description);
            self.annotate(&mut node, "", &[], variant.deprecated);
        }
        Ok(node)
    }

    /// Whether the model must write the property.
    fn is_required(&mut self, property: &Property) -> Result<bool, Unsupported> {
        if self.dialect.all_required {
            return Ok(true);
        }
        let left_open =
            self.dialect.recursion == Recursion::Optional && property.mentions_recursion();
        if property.required && !left_open {
            return Ok(true);
        }
        self.optional += 1;
        let most = self.dialect.most_optional;
        if self.optional > most {
            return self.at(property.name, |renderer| {
                Err(renderer.unsupported(format!(
                    "more than {most} optional properties in all; make some required, split the \
                     type, or use a mode that is not strict"
                )))
            });
        }
        Ok(false)
    }

    fn check_least(&self, properties: &Node, required: &[Value]) -> Result<(), Unsupported> {
        let what = match self.dialect.least {
            Least::Property | Least::Required if properties.is_empty() => {
                "an object without properties; give it a field"
            }
            Least::Required if required.is_empty() => {
                "an object with optional properties only; make one of its fields required"
            }
            _ => return Ok(()),
        };
        Err(self.unsupported(what))
    }

    fn extra(&mut self, node: &mut Node, extra: Extra) -> Result<(), Unsupported> {
        match extra {
            Extra::Ignored if self.dialect.unknown == Unknown::AsDeclared => {}
            Extra::Ignored | Extra::Refused if self.dialect.unknown == Unknown::Unsaid => {}
            Extra::Ignored | Extra::Refused => {
                node.insert("additionalProperties".into(), false.into());
            }
            Extra::Values { values, .. } if self.dialect.maps => {
                let values = self.at("{}", |renderer| renderer.edge(values))?;
                node.insert("additionalProperties".into(), values.into());
            }
            Extra::Values { .. } => {
                return Err(self.unsupported(
                    "a map among other properties; give it a property of its own (no `flatten`)",
                ));
            }
        }
        Ok(())
    }

    fn property(&mut self, property: &Property) -> Result<Node, Unsupported> {
        if !self.dialect.optional_null
            && let Some((field, inner)) = property.option()
        {
            return self.field_as(field, inner, false);
        }
        let node = match property.slot {
            Slot::Field(field) => self.field(field)?,
            Slot::Tag(variant, variants) => self.tag(variant, variants),
            Slot::Data { variant, closed } => self.data(variant, closed)?,
        };
        let optional = self.dialect.all_required && !property.required;
        if optional { self.nullable(node) } else { Ok(node) }
    }

    /// The data of a variant without its name.
    pub(super) fn data(
        &mut self,
        variant: &'static Variant,
        closed: bool,
    ) -> Result<Node, Unsupported> {
        match variant.data {
            Data::Unit => self.null(),
            Data::Newtype(field) => {
                self.field_as(field, field.schema, !variant.description.is_empty())
            }
            Data::Tuple(fields) => self.tuple(fields),
            Data::Struct(fields) => self.fields(fields, closed),
        }
    }

    /// The property that holds the variant's name.
    fn tag(&self, variant: &'static Variant, variants: &'static [Variant]) -> Node {
        let mut node = typed("string");
        if variant.other && self.dialect.aliases {
            let known: Vec<&str> = variants
                .iter()
                .filter(|v| !v.other)
                .flat_map(|v| std::iter::once(v.name).chain(v.aliases.iter().copied()))
                .collect();
            node.insert("not".into(), json!({ "enum": known }));
            return node;
        }
        let mut names = vec![variant.name];
        if self.dialect.aliases {
            names.extend(variant.aliases);
        }
        node.insert("enum".into(), json!(names));
        node
    }
}

/// Exactly one of the names, or at most one if the property may be missing.
fn one_name(property: &Property) -> Value {
    let names = || std::iter::once(&property.name).chain(property.aliases);
    if property.required {
        return json!({ "oneOf": names().map(|name| json!({ "required": [name] })).collect::<Vec<_>>() });
    }
    let pairs: Vec<Value> = names()
        .enumerate()
        .flat_map(|(i, a)| names().skip(i + 1).map(move |b| json!({ "required": [a, b] })))
        .collect();
    json!({ "not": { "anyOf": pairs } })
}
