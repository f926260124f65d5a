//! From what the user wrote to what is meant; finds every mistake.

use darling::Error;
use darling::error::Accumulator;
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, GenericParam, LitStr, Path};

mod json;
mod pattern;
mod literal;
mod rules;
mod examples;
mod names;
mod generics;
mod fields;
mod variants;
mod krate;

use crate::attr::{self, Entry, Place, Value};
use crate::docs;
use crate::model::{Body, Container, Literal};
use crate::serde_names::Serde;

/// `OpenAI`'s limits for a function.
const NAME_LIMIT: usize = 64;
const DESCRIPTION_LIMIT: usize = 1024;

pub(crate) use krate::path as crate_path;

/// What the type is, or all that is wrong with it.
pub(crate) fn check(input: &DeriveInput) -> Result<Container, Error> {
    let mut errors = Error::accumulator();
    let entries = attr::entries(&input.attrs, Place::Type, &mut errors);
    let serde = Serde::read(&input.attrs);
    errors.handle(no_lifetimes(input));

    let krate = errors.handle(krate::path(&entries));
    let name = serde.type_name(&input.ident);
    let tool = tool_name(input, &entries, &serde, &mut errors);
    let description = description(&input.attrs, &entries, &mut errors);
    errors.handle(short_enough(input, &entries, &description));
    let examples = examples(&entries, &mut errors);
    let deprecated = deprecated(&input.attrs, &entries, &mut errors);
    let strict = flag(&entries, "strict", &mut errors);
    let validate = entries.iter().find(|entry| entry.is("validate"));
    let validate = validate.and_then(|entry| errors.handle(path(entry)));
    let body = errors.handle(body(input, &serde));
    let generics =
        body.as_ref().and_then(|body| errors.handle(generics::bounded(input, body, &entries)));

    match (krate, body, generics) {
        (Some(krate), Some(body), Some(generics)) => errors.finish_with(Container {
            krate,
            ident: input.ident.clone(),
            generics,
            name,
            tool,
            description,
            examples,
            deprecated,
            strict,
            validate,
            body,
        }),
        _ => Err(Error::multiple(errors.into_inner())),
    }
}

fn no_lifetimes(input: &DeriveInput) -> Result<(), Error> {
    let mut errors = Error::accumulator();
    for param in &input.generics.params {
        if let GenericParam::Lifetime(param) = param {
            let lifetime = &param.lifetime;
            let message = format!(
                "`Extract` cannot borrow from the answer; remove `{lifetime}` and use `String` \
                 instead of `&{lifetime} str`, `Vec<T>` instead of `&{lifetime} [T]`"
            );
            errors.push(Error::custom(message).with_span(&lifetime.span()));
        }
    }
    errors.finish()
}

fn body(input: &DeriveInput, serde: &Serde) -> Result<Body, Error> {
    let scope = fields::Scope::new(input, serde);
    if let Some(from) = &serde.from {
        no_attributes(input)?;
        return Ok(Body::From(from.clone()));
    }
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unit => Ok(Body::Unit),
            Fields::Named(_) if !serde.transparent => Ok(Body::Object {
                fields: fields::fields(&data.fields, &scope)?,
                closed: serde.deny_unknown_fields.is_some(),
            }),
            Fields::Unnamed(unnamed) if unnamed.unnamed.len() != 1 && !serde.transparent => {
                fields::fields(&data.fields, &scope).map(Body::Tuple)
            }
            fields => fields::newtype(fields, &scope, serde.transparent),
        },
        Data::Enum(data) => variants::body(input, data, serde, &scope),
        Data::Union(data) => Err(Error::custom(
            "`Extract` cannot be derived for a union; use an enum with `#[serde(untagged)]`",
        )
        .with_span(&data.union_token.span())),
    }
}

/// With `serde(from)` the fields are not what the model writes.
fn no_attributes(input: &DeriveInput) -> Result<(), Error> {
    let mut errors = Error::accumulator();
    let mut attributes: Vec<&syn::Attribute> = Vec::new();
    match &input.data {
        Data::Struct(data) => attributes.extend(data.fields.iter().flat_map(|one| &one.attrs)),
        Data::Enum(data) => {
            for variant in &data.variants {
                attributes.extend(&variant.attrs);
                attributes.extend(variant.fields.iter().flat_map(|one| &one.attrs));
            }
        }
        Data::Union(_) => {}
    }
    for attribute in attributes {
        if attribute.path().is_ident("extract") {
            errors.push(
                Error::custom(
                    "serde reads another type (`from`), so this says nothing to the model; \
                     put it on the fields of that type",
                )
                .with_span(&attribute.path().span()),
            );
        }
    }
    errors.finish()
}

/// The tool's name if the user gave one; the name that counts must be one that providers take.
fn tool_name(
    input: &DeriveInput,
    entries: &[Entry],
    serde: &Serde,
    errors: &mut Accumulator,
) -> String {
    let given = entries.iter().find(|entry| entry.is("name"));
    let (name, span) = match given.map(text) {
        Some(Ok(text)) => (text.value(), text.span()),
        Some(Err(error)) => {
            errors.push(error);
            return String::new();
        }
        None => (
            serde.type_name(&input.ident),
            serde.rename.as_ref().map_or_else(|| input.ident.span(), LitStr::span),
        ),
    };
    let advice =
        if given.is_some() { "" } else { "; give another with `#[extract(name = \"…\")]`" };
    let strange = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let message = if name.is_empty() {
        Some("a tool needs a name".to_owned())
    } else if let Some(c) = name.chars().find(strange) {
        Some(format!(
            "a tool's name has only ASCII letters, digits, `_` and `-`, not `{c}`{advice}"
        ))
    } else if name.len() > NAME_LIMIT {
        let count = name.len();
        Some(format!("a tool's name has at most {NAME_LIMIT} characters, this has {count}{advice}"))
    } else {
        None
    };
    if let Some(message) = message {
        errors.push(Error::custom(message).with_span(&span));
    }
    if given.is_some() { name } else { String::new() }
}

fn short_enough(input: &DeriveInput, entries: &[Entry], description: &str) -> Result<(), Error> {
    let count = description.chars().count();
    if count <= DESCRIPTION_LIMIT {
        return Ok(());
    }
    let given = entries.iter().find(|entry| entry.is("description"));
    let doc = input.attrs.iter().find(|attribute| attribute.path().is_ident("doc"));
    let (span, advice): (Span, _) = match (given, doc) {
        (Some(given), _) => (given.key.span(), ""),
        (None, Some(doc)) => {
            (doc.span(), "; give a shorter one with `#[extract(description = \"…\")]`")
        }
        (None, None) => (input.ident.span(), ""),
    };
    let message = format!(
        "a tool's description has at most {DESCRIPTION_LIMIT} characters, this has {count}{advice}"
    );
    Err(Error::custom(message).with_span(&span))
}

/// The description that was given, or the doc comment.
fn description(
    attributes: &[syn::Attribute],
    entries: &[Entry],
    errors: &mut Accumulator,
) -> String {
    let given = entries.iter().find(|entry| entry.is("description"));
    match given.and_then(|entry| errors.handle(text(entry))) {
        Some(text) => text.value(),
        None => docs::description(attributes),
    }
}

fn examples(entries: &[Entry], errors: &mut Accumulator) -> Vec<Literal> {
    let given = entries.iter().filter(|entry| entry.is("example") || entry.is("examples"));
    given.filter_map(|entry| errors.handle(literal::literals(entry))).flatten().collect()
}

fn deprecated(attributes: &[syn::Attribute], entries: &[Entry], errors: &mut Accumulator) -> bool {
    let said = flag(entries, "deprecated", errors).is_some();
    said || attr::deprecated(attributes).is_some()
}

/// The word, if it is there.
fn flag(entries: &[Entry], key: &str, errors: &mut Accumulator) -> Option<Span> {
    let entry = entries.iter().find(|entry| entry.is(key))?;
    if !matches!(entry.value, Value::Flag) {
        errors.push(entry.error(format_args!("`{key}` takes no value")));
    }
    Some(entry.key.span())
}

fn path(entry: &Entry) -> Result<Path, Error> {
    match &entry.value {
        Value::Path(path) => Ok(path.clone()),
        _ => Err(entry.error(format_args!("`{0}` takes a path: `{0} = path::to::it`", entry.key))),
    }
}

fn text(entry: &Entry) -> Result<LitStr, Error> {
    let usage = format!("`{0}` takes a string: `{0} = \"…\"`", entry.key);
    match &entry.value {
        Value::Expr(value) => literal::string(value)
            .cloned()
            .ok_or_else(|| Error::custom(usage).with_span(&value.span())),
        _ => Err(entry.error(usage)),
    }
}
