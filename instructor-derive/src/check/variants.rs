//! The variants of an enum.

use darling::Error;
use syn::{DataEnum, DeriveInput, Fields, Type};

use super::fields::{self, Scope};
use super::names::Names;
use super::{deprecated, description, flag, generics};
use crate::attr::{self, Place};
use crate::model::{Body, Data, Field, Tagging, Variant};
use crate::serde_names::Serde;

/// The enum, as serde reads it.
pub(super) fn body(
    input: &DeriveInput,
    data: &DataEnum,
    serde: &Serde,
    scope: &Scope,
) -> Result<Body, Error> {
    let tagging = tagging(serde);
    let mut errors = Error::accumulator();
    let mut names = Names::new("variant");
    let mut found: Vec<Variant> = Vec::new();
    for (index, variant) in data.variants.iter().enumerate() {
        let own = Serde::read(&variant.attrs);
        if own.skip {
            continue;
        }
        if !own.untagged && !matches!(tagging, Tagging::Untagged) {
            let name = own.variant_name(&variant.ident, serde.rename_all);
            errors.handle(names.add(&variant.ident, &name, &own));
        }
        let case = own.rename_all.or(serde.rename_all_fields);
        let Some(one) = errors.handle(one(variant, &own, serde, &scope.variant(index, case)))
        else {
            continue;
        };
        let by_shape = |variant: &Variant| matches!(tagging, Tagging::Untagged) || variant.untagged;
        let earlier = found.iter().filter(|other| by_shape(other)).find(|other| same(other, &one));
        if let (true, Some(earlier)) = (by_shape(&one), earlier) {
            let message = format!(
                "`{}` can never be read: `{}` looks the same and comes first; remove one of them, \
                 or add `#[serde(tag = \"type\")]` to the enum",
                variant.ident, earlier.ident
            );
            errors.push(Error::custom(message).with_span(&variant.ident.span()));
        }
        found.push(one);
    }
    if data.variants.is_empty() {
        let message = "an enum without variants has no value a model could write; add a variant";
        errors.push(Error::custom(message).with_span(&input.ident.span()));
    } else if data.variants.iter().all(|variant| Serde::read(&variant.attrs).skip) {
        let message = "serde skips all variants, so the enum has no value a model could write";
        errors.push(Error::custom(message).with_span(&input.ident.span()));
    }
    errors.finish_with(Body::Enum {
        exhaustive: found.len() == data.variants.len(),
        variants: found,
        tagging,
        closed: serde.deny_unknown_fields.is_some(),
    })
}

fn tagging(serde: &Serde) -> Tagging {
    match (serde.untagged, &serde.tag, &serde.content) {
        (true, ..) => Tagging::Untagged,
        (_, Some(tag), Some(content)) => {
            Tagging::Adjacent { tag: tag.clone(), content: content.clone() }
        }
        (_, Some(tag), None) => Tagging::Internal { tag: tag.clone() },
        _ => Tagging::External,
    }
}

fn one(
    variant: &syn::Variant,
    serde: &Serde,
    container: &Serde,
    scope: &Scope,
) -> Result<Variant, Error> {
    let mut errors = Error::accumulator();
    let entries = attr::entries(&variant.attrs, Place::Variant, &mut errors);
    let schema_as = entries.iter().find(|entry| entry.is("schema_as"));
    let data = match (schema_as, serde.with) {
        (Some(entry), _) => {
            errors.handle(fields::as_type(entry).and_then(|ty| data_as(&variant.fields, ty, scope)))
        }
        (None, Some(with)) => {
            errors.push(Error::custom(fields::NEEDS_SCHEMA_AS).with_span(&with));
            None
        }
        (None, None) => errors.handle(data(&variant.fields, scope)),
    };
    let variant = Variant {
        ident: variant.ident.clone(),
        name: serde.variant_name(&variant.ident, container.rename_all),
        aliases: serde.aliases.iter().map(syn::LitStr::value).collect(),
        description: description(&variant.attrs, &entries, &mut errors),
        data: data.unwrap_or(Data::Unit),
        other: serde.other,
        untagged: serde.untagged,
        deprecated: deprecated(&variant.attrs, &entries, &mut errors),
        hidden: flag(&entries, "skip", &mut errors).is_some(),
    };
    errors.finish_with(variant)
}

/// The data of a variant that a function reads.
fn data_as(fields: &Fields, ty: Type, scope: &Scope) -> Result<Data, Error> {
    let mut errors = Error::accumulator();
    for field in fields {
        for entry in attr::entries(&field.attrs, Place::Field, &mut errors) {
            let key = &entry.key;
            errors.push(entry.error(format_args!(
                "a function reads the whole variant, so this says nothing to the model; \
                 remove `{key}`"
            )));
        }
    }
    errors.finish()?;
    match fields {
        Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
            let field = fields::one(&unnamed.unnamed[0], 0, &Serde::default(), scope)?;
            Ok(Data::Newtype(Box::new(Field { schema_as: Some(ty), ..field })))
        }
        _ => Ok(Data::As(Box::new(ty))),
    }
}

fn data(fields: &Fields, scope: &Scope) -> Result<Data, Error> {
    match fields {
        Fields::Unit => Ok(Data::Unit),
        Fields::Named(_) => fields::fields(fields, scope).map(Data::Struct),
        Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
            let field = &unnamed.unnamed[0];
            let serde = Serde::read(&field.attrs);
            // serde reads `A(#[serde(skip)] T)` like `A`.
            if serde.skip {
                return Ok(Data::Unit);
            }
            fields::one(field, 0, &serde, scope).map(|field| Data::Newtype(Box::new(field)))
        }
        Fields::Unnamed(_) => fields::fields(fields, scope).map(Data::Tuple),
    }
}

/// Whether two untagged variants certainly look the same.
fn same(one: &Variant, other: &Variant) -> bool {
    match (&one.data, &other.data) {
        (Data::Unit, Data::Unit) => true,
        (Data::Newtype(one), Data::Newtype(other)) => {
            one.schema_as.is_none()
                && other.schema_as.is_none()
                && generics::same(&one.ty, &other.ty)
        }
        _ => false,
    }
}
