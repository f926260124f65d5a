//! The fields of a struct, a variant or a tuple.

use darling::Error;
use darling::error::Accumulator;
use proc_macro2::Span;
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{DeriveInput, Fields, Ident, Member, Type};

use super::examples as values;
use super::names::Names;
use super::{deprecated, description, examples, flag, generics, literal, path, rules};
use crate::attr::{self, Entry, Place, Value};
use crate::model::{Body, Field, Literal, Presence, Rule};
use crate::serde_names::{Case, Serde};

/// What the fields inherit from their surroundings.
pub(super) struct Scope {
    /// The type and `Self`, whose mention makes an edge lazy.
    own: Vec<Ident>,
    /// The parameters of the type, and `Self` if there is one.
    params: Vec<Ident>,
    case: Option<Case>,
    default: bool,
    closed: bool,
    /// The number of the variant that has the fields.
    variant: usize,
}

impl Scope {
    pub(super) fn new(input: &DeriveInput, serde: &Serde) -> Self {
        let own = vec![input.ident.clone(), Ident::new("Self", Span::call_site())];
        let types = input.generics.type_params().map(|param| &param.ident);
        let consts = input.generics.const_params().map(|param| &param.ident);
        let mut params: Vec<_> = types.chain(consts).cloned().collect();
        if !params.is_empty() {
            params.extend(own.iter().cloned());
        }
        Self {
            own,
            params,
            case: serde.rename_all,
            default: serde.default,
            closed: serde.deny_unknown_fields.is_some(),
            variant: 0,
        }
    }

    /// The same for the fields of a variant.
    pub(super) fn variant(&self, variant: usize, case: Option<Case>) -> Self {
        let Self { own, params, closed, .. } = self;
        let (own, params) = (own.clone(), params.clone());
        Self { own, params, case, default: false, closed: *closed, variant }
    }
}

/// The fields that serde reads.
pub(super) fn fields(fields: &Fields, scope: &Scope) -> Result<Vec<Field>, Error> {
    let mut errors = Error::accumulator();
    let mut names = Names::new("field");
    let mut found = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let serde = Serde::read(&field.attrs);
        if serde.skip {
            errors.handle(no_attributes(field));
            continue;
        }
        if let (Some(ident), None) = (&field.ident, serde.flatten) {
            errors.handle(names.add(ident, &serde.field_name(ident, scope.case), &serde));
        }
        found.extend(errors.handle(one(field, index, &serde, scope)));
    }
    errors.finish_with(found)
}

/// The one field of `struct A(T)` or of a transparent struct.
pub(super) fn newtype(fields: &Fields, scope: &Scope, transparent: bool) -> Result<Body, Error> {
    let read: Vec<_> = fields
        .iter()
        .enumerate()
        .map(|(index, field)| (index, field, Serde::read(&field.attrs)))
        .filter(|(_, field, serde)| {
            !transparent || !(serde.skip || serde.default || is_phantom(&field.ty))
        })
        .collect();
    let [(index, field, serde)] = read.as_slice() else {
        // serde refuses `transparent` here.
        return Ok(Body::Unit);
    };
    let mut field = one(field, *index, serde, scope)?;
    field.name.clear();
    field.label.clear();
    // The field of a newtype cannot be missing, so its presence says how the value is made; see
    // `fits`. `Required`: out of another type, so that no rule outside can look into it.
    // `Defaulted`: by a function that may refuse some values of the same type.
    field.presence = match &field.schema_as {
        Some(ty) if !generics::same(ty, &field.ty) => Presence::Required,
        Some(_) => Presence::Defaulted,
        None => Presence::ByType,
    };
    Ok(Body::Newtype { field: Box::new(field), transparent })
}

fn is_phantom(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_phantom(&group.elem),
        Type::Path(ty) => {
            ty.path.segments.last().is_some_and(|segment| segment.ident == "PhantomData")
        }
        _ => false,
    }
}

fn no_attributes(field: &syn::Field) -> Result<(), Error> {
    let mut errors = Error::accumulator();
    for entry in attr::entries(&field.attrs, Place::Field, &mut errors) {
        let key = &entry.key;
        errors.push(entry.error(format_args!(
            "serde skips this field, so the model never writes it; remove `{key}`"
        )));
    }
    errors.finish()
}

/// One field.
pub(super) fn one(
    field: &syn::Field,
    index: usize,
    serde: &Serde,
    scope: &Scope,
) -> Result<Field, Error> {
    let mut errors = Error::accumulator();
    let entries = attr::entries(&field.attrs, Place::Field, &mut errors);
    let schema_as = entries.iter().find(|entry| entry.is("schema_as"));
    let schema_as = schema_as.and_then(|entry| errors.handle(as_type(entry)));
    if let (Some(with), None) = (serde.with, &schema_as)
        && !entries.iter().any(|entry| entry.is("schema_as"))
    {
        errors.push(Error::custom(NEEDS_SCHEMA_AS).with_span(&with));
    }
    if let (Some(flatten), true) = (serde.flatten, scope.closed) {
        let message = "`flatten` and `deny_unknown_fields` cannot be used together; serde would \
                       refuse the properties of the flattened field; remove one of them";
        errors.push(Error::custom(message).with_span(&flatten));
    }
    let presence = presence(serde, scope);
    let rules = errors.handle(rules::rules(&entries)).unwrap_or_default();
    let default = shown_default(&entries, presence, &mut errors);
    let examples = examples(&entries, &mut errors);
    errors.handle(obedient(&examples, default.as_ref(), &rules));
    let hidden = hidden(&entries, field, presence, &mut errors);
    let custom = entries.iter().filter(|entry| entry.is("custom"));
    let custom = custom.filter_map(|entry| errors.handle(path(entry))).collect();
    let shown = schema_as.as_ref().unwrap_or(&field.ty);
    let own: Vec<_> = scope.own.iter().collect();
    let params: Vec<_> = scope.params.iter().collect();
    let lazy = flag(&entries, "recursive", &mut errors).is_some();
    let name = field.ident.as_ref().map(|ident| serde.field_name(ident, scope.case));
    let label = field.ident.as_ref().map_or_else(|| index.to_string(), |i| i.unraw().to_string());
    let field = Field {
        member: field.ident.clone().map_or_else(|| Member::from(index), Member::Named),
        table: format_ident!("_RULES_{}_{index}", scope.variant),
        label,
        name: name.unwrap_or_default(),
        aliases: serde.aliases.iter().map(syn::LitStr::value).collect(),
        description: description(&field.attrs, &entries, &mut errors),
        ty: field.ty.clone(),
        recursive: lazy || generics::mentions(shown, &own),
        generic: generics::mentions(shown, &params) || generics::mentions(&field.ty, &params),
        schema_as,
        presence,
        default,
        examples,
        rules,
        custom,
        deprecated: deprecated(&field.attrs, &entries, &mut errors),
        hidden,
        flatten: serde.flatten.is_some(),
    };
    errors.finish_with(field)
}

pub(super) const NEEDS_SCHEMA_AS: &str = "serde reads this with a function, so its type does not \
    say what it looks like; add `#[extract(schema_as = Type)]` with a type that looks like it";

pub(super) fn as_type(entry: &Entry) -> Result<Type, Error> {
    match &entry.value {
        Value::Type(ty) => Ok((**ty).clone()),
        _ => Err(entry.error("`schema_as` takes a type: `schema_as = String`")),
    }
}

fn presence(serde: &Serde, scope: &Scope) -> Presence {
    if serde.default || scope.default {
        Presence::Defaulted
    } else if serde.with.is_some() {
        Presence::Required
    } else {
        Presence::ByType
    }
}

fn shown_default(
    entries: &[Entry],
    presence: Presence,
    errors: &mut Accumulator,
) -> Option<Literal> {
    let entry = entries.iter().find(|entry| entry.is("default"))?;
    if presence != Presence::Defaulted {
        errors.push(entry.error(
            "the model is shown a default, but serde has none for a missing field; add \
             `#[serde(default = \"path\")]`",
        ));
    }
    errors.handle(literal::one_literal(entry))
}

fn hidden(
    entries: &[Entry],
    field: &syn::Field,
    presence: Presence,
    errors: &mut Accumulator,
) -> Option<Span> {
    let span = flag(entries, "skip", errors)?;
    if field.ident.is_none() {
        let message = "an element of a tuple cannot be left out; use named fields";
        errors.push(Error::custom(message).with_span(&span));
    } else if presence == Presence::Required {
        let message = "the model never writes this field, so serde needs a value for it; add \
                       `#[serde(default)]`";
        errors.push(Error::custom(message).with_span(&span));
    }
    Some(span)
}

fn obedient(examples: &[Literal], default: Option<&Literal>, rules: &[Rule]) -> Result<(), Error> {
    let mut errors = Error::accumulator();
    for example in examples {
        errors.handle(values::obeys("example", example, rules));
    }
    if let Some(default) = default {
        errors.handle(values::obeys("default", default, rules));
    }
    errors.finish()
}
