//! The way down: a value as serde writes it becomes what the dialect wants to read.

use std::borrow::Cow;

use super::Target;
use super::fit::Fitter;
use super::node::{Entry, Node};
use super::object::{Form, Forms};
use super::parse::parse;
use super::union::{Choice, Named, choices, variant_named};
use super::wrap::{self, Scene};
use crate::path::Path;
use crate::schema::{
    Data, Dialect, Extra, Field, Property, Schema, Shape, Slot, Tagging, Variant, is_uniform,
};
use crate::validate::{Rejection, Violation};

/// A value nests at most 127 times, and each level passes a few shapes.
const DEPTH: usize = 1000;

/// [`lower`](super::lower) for a target that is known.
pub(crate) fn lower_to(json: &str, target: Target) -> Result<String, Rejection> {
    let node = parse(json).map_err(|syntax| {
        Violation::new(Path::ROOT, "syntax", syntax.message(json)).found(&syntax.found(json))
    })?;
    let forms = Forms::default();
    let mut walk = Lowerer {
        dialect: target.dialect,
        fitter: Fitter::new(&Dialect::JSON_SCHEMA, &forms),
        depth: 0,
    };
    let mut lowered = walk.value(&node, target.schema);
    if target.wrapped {
        lowered = Node::Object(vec![("value".into(), lowered)]);
    }
    let attempt = wrap::attempt(&lowered, &[], Scene { target, forms: &forms });
    if attempt.cost.fits() {
        return Ok(lowered.to_string());
    }
    attempt.finish().map(|_| lowered.to_string())
}

/// Walks a value and its schema; what does not fit stays as it is, for the check at the end.
struct Lowerer<'f> {
    dialect: &'static Dialect,
    /// Tells which variant a value has.
    fitter: Fitter<'f>,
    depth: usize,
}

impl Lowerer<'_> {
    fn value<'n>(&mut self, node: &'n Node<'n>, schema: &'static Schema) -> Node<'n> {
        if self.depth == DEPTH {
            return node.view();
        }
        self.depth += 1;
        let lowered = self.shape(node, schema.resolve());
        self.depth -= 1;
        lowered
    }

    fn shape<'n>(&mut self, node: &'n Node<'n>, schema: &'static Schema) -> Node<'n> {
        match (schema.shape, node) {
            (Shape::Newtype { field, .. }, _) => self.value(node, field.schema),
            (Shape::Option(_), Node::Null) => Node::Null,
            (Shape::Option(inner), _) => self.value(node, inner),
            (Shape::List { items, .. }, Node::List(list)) => {
                Node::List(list.iter().map(|item| self.value(item, items)).collect())
            }
            (Shape::Tuple(fields), _) => self.tuple(node, fields),
            (Shape::Map { keys, values }, Node::Object(entries)) => self.map(entries, keys, values),
            (Shape::Object { fields, closed }, _) => self.fields(node, fields, closed),
            (Shape::Enum { variants, tagging, closed }, _) => {
                let choices = choices((variants, tagging, closed));
                self.choice(node, schema, &choices)
            }
            (Shape::AnyOf(schemas), _) => {
                let choices: Vec<_> = schemas.iter().copied().map(Choice::Type).collect();
                self.choice(node, schema, &choices)
            }
            _ => node.view(),
        }
    }

    fn tuple<'n>(&mut self, node: &'n Node<'n>, fields: &'static [Field]) -> Node<'n> {
        let Node::List(items) = node else { return node.view() };
        if items.len() != fields.len() {
            return node.view();
        }
        let dialect = self.dialect;
        let lowered = items.iter().zip(fields).map(|(item, f)| self.value(item, f.schema));
        if dialect.tuples || is_uniform(fields) {
            return Node::List(lowered.collect());
        }
        let names = (0..).map(|i| Cow::Owned(format!("item_{i}")));
        Node::Object(names.zip(lowered).collect())
    }

    fn map<'n>(
        &mut self,
        entries: &'n [Entry<'n>],
        keys: &'static Schema,
        values: &'static Schema,
    ) -> Node<'n> {
        let dialect = self.dialect;
        let entries =
            entries.iter().map(|(key, value)| (main_name(key, keys), self.value(value, values)));
        if dialect.maps {
            return Node::Object(entries.collect());
        }
        let pair = |(key, value)| {
            Node::Object(vec![("key".into(), Node::Text(key)), ("value".into(), value)])
        };
        Node::List(entries.map(pair).collect())
    }

    fn fields<'n>(
        &mut self,
        node: &'n Node<'n>,
        fields: &'static [Field],
        closed: bool,
    ) -> Node<'n> {
        let forms = self.fitter.forms.of_fields(fields, closed);
        self.object(node, &forms, &|name| is_hidden(fields, name))
    }

    /// The properties in the order of the schema, and those of a flattened map behind them.
    fn object<'n>(
        &mut self,
        node: &'n Node<'n>,
        forms: &[Form],
        is_hidden: &dyn Fn(&str) -> bool,
    ) -> Node<'n> {
        let Node::Object(entries) = node else { return node.view() };
        let Some(form) = self.fitter.form_of(entries, node, forms) else { return node.view() };
        let mut taken = vec![false; entries.len()];
        let mut lowered = Vec::new();
        for property in &form.properties {
            let is = |key: &str| key == property.name || property.aliases.contains(&key);
            let name = property.name.into();
            match entries.iter().position(|(key, _)| is(key)) {
                Some(index) if entries[index].1 == Node::Null && self.omits_null(property) => {
                    taken[index] = true;
                }
                Some(index) => {
                    taken[index] = true;
                    lowered.push((name, self.slot(&entries[index].1, property.slot)));
                }
                None if self.dialect.all_required && !property.required => {
                    lowered.push((name, Node::Null));
                }
                None => {}
            }
        }
        for (taken, (key, value)) in taken.iter().zip(entries) {
            if *taken || is_hidden(key) {
                continue;
            }
            match form.extra {
                Extra::Ignored => {}
                Extra::Refused => lowered.push((key.as_ref().into(), value.view())),
                Extra::Values { keys, values } => {
                    lowered.push((main_name(key, keys), self.value(value, values)));
                }
            }
        }
        Node::Object(lowered)
    }

    /// Whether the `null` of this property is written by leaving it out.
    fn omits_null(&self, property: &Property) -> bool {
        !self.dialect.all_required && !self.dialect.optional_null && property.option().is_some()
    }

    fn slot<'n>(&mut self, node: &'n Node<'n>, slot: Slot) -> Node<'n> {
        match slot {
            Slot::Field(field) => self.value(node, field.schema),
            Slot::Tag(variant, _) => Node::Text(variant.name.into()),
            Slot::Data { variant, closed } => self.data(node, variant, closed),
        }
    }

    /// The data of a variant without its name.
    fn data<'n>(
        &mut self,
        node: &'n Node<'n>,
        variant: &'static Variant,
        closed: bool,
    ) -> Node<'n> {
        match variant.data {
            Data::Unit => node.view(),
            Data::Newtype(field) => self.value(node, field.schema),
            Data::Tuple(fields) => self.tuple(node, fields),
            Data::Struct(fields) => self.fields(node, fields, closed),
        }
    }

    fn choice<'n>(
        &mut self,
        node: &'n Node<'n>,
        schema: &'static Schema,
        choices: &[Choice],
    ) -> Node<'n> {
        let best = match choices {
            [_] => 0,
            _ => self.fitter.closest(node, schema, choices, Path::ROOT).0,
        };
        match choices.get(best) {
            None => node.view(),
            Some(Choice::Type(schema)) => self.value(node, schema),
            Some(Choice::Data(variant, closed)) => self.data(node, variant, *closed),
            Some(Choice::Named((variants, Tagging::External, closed))) => {
                self.external(node, variants, *closed)
            }
            Some(Choice::Named((variants, ..))) => {
                let forms = self.fitter.forms.of_enum(schema);
                let is_hidden = |name: &str| variants.iter().any(|v| is_hidden_in(v, name));
                self.object(node, &forms, &is_hidden)
            }
        }
    }

    /// `"A"` or `{"A": data}`.
    fn external<'n>(
        &mut self,
        node: &'n Node<'n>,
        variants: &'static [Variant],
        closed: bool,
    ) -> Node<'n> {
        match node {
            Node::Text(name) => match variant_named(variants, name) {
                Named::Exactly(variant) => Node::Text(variant.name.into()),
                _ => node.view(),
            },
            Node::Object(entries) => match entries.as_slice() {
                [(name, data)] => match variant_named(variants, name) {
                    Named::Exactly(variant) => {
                        let data = self.data(data, variant, closed);
                        Node::Object(vec![(variant.name.into(), data)])
                    }
                    _ => node.view(),
                },
                _ => node.view(),
            },
            _ => node.view(),
        }
    }
}

/// A key of a map as the model is shown it: variants of an enum under their main name.
fn main_name<'n>(key: &'n str, keys: &'static Schema) -> Cow<'n, str> {
    match super::fit::bare(keys).shape {
        Shape::Enum { variants, .. } => match variant_named(variants, key) {
            Named::Exactly(variant) => variant.name.into(),
            _ => key.into(),
        },
        _ => key.into(),
    }
}

/// Whether the property belongs to a field that the model is not told of.
fn is_hidden(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| match super::fit::bare(field.schema).shape {
        _ if field.hidden => field.name == name || field.aliases.contains(&name),
        Shape::Object { fields, .. } if field.flatten => is_hidden(fields, name),
        _ => false,
    })
}

fn is_hidden_in(variant: &Variant, name: &str) -> bool {
    match variant.data {
        Data::Struct(fields) => is_hidden(fields, name),
        Data::Newtype(field) => match super::fit::bare(field.schema).shape {
            Shape::Object { fields, .. } => is_hidden(fields, name),
            _ => false,
        },
        _ => false,
    }
}
