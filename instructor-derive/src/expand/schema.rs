//! The constant `Extract::SCHEMA`.
//!
//! Only what differs from the defaults is printed: less to compile.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::model::{Body, Container, Data, Field, Literal, Presence, Tagging, Variant};
use crate::replace::replace;

/// An item beside the impl, and the place of the schema.
///
/// The compiler follows every path through the references of a constant, and the paths of nested
/// types double with each level; it stops at a static. A type with parameters cannot have one.
pub(super) fn item_and_schema(container: &Container) -> (TokenStream, TokenStream) {
    let schema = schema(container);
    if container.generics.type_params().next().is_some()
        || container.generics.const_params().next().is_some()
    {
        return (TokenStream::new(), schema);
    }
    let ident = &container.ident;
    let schema = replace(schema, &quote!(#ident));
    (quote!(static SCHEMA: _core::Schema = #schema;), quote!(SCHEMA))
}

/// The value of type `Schema`.
fn schema(container: &Container) -> TokenStream {
    let Container { name, tool, description, examples, deprecated, .. } = container;
    let shape = shape(&container.body);
    let mut parts = vec![quote!(name: #name), quote!(shape: #shape)];
    if !tool.is_empty() {
        parts.push(quote!(tool: #tool));
    }
    if !description.is_empty() {
        parts.push(quote!(description: #description));
    }
    if !examples.is_empty() {
        let examples = json(examples);
        parts.push(quote!(examples: #examples));
    }
    if *deprecated {
        parts.push(quote!(deprecated: true));
    }
    quote! {
        _core::Schema {
            #(#parts,)*
            .._core::Schema::new(_core::TypeId::of::<Self>, _core::Shape::Null)
        }
    }
}

fn shape(body: &Body) -> TokenStream {
    match body {
        Body::Unit => quote!(_core::Shape::Null),
        Body::Newtype { field, transparent } => {
            let field = self::field(field);
            quote!(_core::Shape::Newtype { field: &#field, transparent: #transparent })
        }
        Body::From(ty) => {
            let schema = of(ty);
            quote! {
                _core::Shape::Newtype {
                    field: &_core::Field {
                        presence: _core::Presence::Required, .._core::Field::new("", #schema)
                    },
                    transparent: false,
                }
            }
        }
        Body::Tuple(fields) => {
            let fields = self::fields(fields);
            quote!(_core::Shape::Tuple(#fields))
        }
        Body::Object { fields, closed } => {
            let fields = self::fields(fields);
            quote!(_core::Shape::Object { fields: #fields, closed: #closed })
        }
        Body::Enum { variants, tagging, closed, .. } => {
            let variants = variants.iter().map(variant);
            let tagging = self::tagging(tagging);
            quote! {
                _core::Shape::Enum {
                    variants: &[#(#variants),*], tagging: #tagging, closed: #closed,
                }
            }
        }
    }
}

fn tagging(tagging: &Tagging) -> TokenStream {
    match tagging {
        Tagging::External => quote!(_core::Tagging::External),
        Tagging::Internal { tag } => quote!(_core::Tagging::Internal { tag: #tag }),
        Tagging::Adjacent { tag, content } => {
            quote!(_core::Tagging::Adjacent { tag: #tag, content: #content })
        }
        Tagging::Untagged => quote!(_core::Tagging::Untagged),
    }
}

fn fields(fields: &[Field]) -> TokenStream {
    let fields = fields.iter().map(field);
    quote!(&[#(#fields),*])
}

fn field(field: &Field) -> TokenStream {
    let Field { name, aliases, description, .. } = field;
    let ty = field.schema_as.as_ref().unwrap_or(&field.ty);
    let mut parts = Vec::new();
    let schema = if field.recursive {
        let schema = of(ty);
        parts.push(quote! {
            schema: &_core::Schema::new(
                _core::TypeId::of::<#ty>, _core::Shape::Recursive(|| #schema),
            )
        });
        quote!(_core::ANY)
    } else {
        of(ty)
    };
    if !aliases.is_empty() {
        parts.push(quote!(aliases: &[#(#aliases),*]));
    }
    if !description.is_empty() {
        parts.push(quote!(description: #description));
    }
    match field.presence {
        Presence::ByType => {}
        Presence::Defaulted => parts.push(quote!(presence: _core::Presence::Defaulted)),
        Presence::Required => parts.push(quote!(presence: _core::Presence::Required)),
    }
    if let Some(default) = &field.default {
        let default = &default.json;
        parts.push(quote!(default: #default));
    }
    if !field.examples.is_empty() {
        let examples = json(&field.examples);
        parts.push(quote!(examples: #examples));
    }
    if !field.rules.is_empty() {
        let table = &field.table;
        parts.push(quote!(rules: #table));
    }
    let flags = [
        (field.deprecated, quote!(deprecated: true)),
        (field.hidden.is_some(), quote!(hidden: true)),
        (field.flatten, quote!(flatten: true)),
    ];
    parts.extend(flags.into_iter().filter_map(|(set, part)| set.then_some(part)));
    with_parts(&quote!(_core::Field), &quote!(_core::Field::new(#name, #schema)), &parts)
}

fn variant(variant: &Variant) -> TokenStream {
    let Variant { name, aliases, description, .. } = variant;
    let mut parts = Vec::new();
    match &variant.data {
        Data::Unit => {}
        Data::Newtype(one) => {
            let field = field(one);
            parts.push(quote!(data: _core::Data::Newtype(&#field)));
        }
        Data::As(ty) => {
            let schema = of(ty);
            parts.push(quote!(data: _core::Data::Newtype(&_core::Field::new("", #schema))));
        }
        Data::Tuple(all) => {
            let fields = fields(all);
            parts.push(quote!(data: _core::Data::Tuple(#fields)));
        }
        Data::Struct(all) => {
            let fields = fields(all);
            parts.push(quote!(data: _core::Data::Struct(#fields)));
        }
    }
    if !aliases.is_empty() {
        parts.push(quote!(aliases: &[#(#aliases),*]));
    }
    if !description.is_empty() {
        parts.push(quote!(description: #description));
    }
    let flags = [
        (variant.other, quote!(other: true)),
        (variant.untagged, quote!(untagged: true)),
        (variant.deprecated, quote!(deprecated: true)),
        (variant.hidden, quote!(hidden: true)),
    ];
    parts.extend(flags.into_iter().filter_map(|(set, part)| set.then_some(part)));
    let plain = quote!(_core::Variant::new(#name, _core::Data::Unit));
    with_parts(&quote!(_core::Variant), &plain, &parts)
}

fn with_parts(ty: &TokenStream, plain: &TokenStream, parts: &[TokenStream]) -> TokenStream {
    if parts.is_empty() { plain.clone() } else { quote!(#ty { #(#parts,)* ..#plain }) }
}

/// `<T as Extract>::SCHEMA` at the type's own place, so that a missing impl is told once and there.
pub(super) fn of(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as _core::Extract>::SCHEMA)
}

fn json(literals: &[Literal]) -> TokenStream {
    let literals = literals.iter().map(|literal| &literal.json);
    quote!(&[#(#literals),*])
}
