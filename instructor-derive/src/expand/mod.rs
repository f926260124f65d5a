//! From what is meant to an impl block; cannot fail.

use proc_macro2::TokenStream;
use quote::quote;

mod checks;
mod rules;
mod schema;
mod validate;

use crate::model::{Body, Container, Data, Field};

/// `impl Extract for …`, and the checks that need the types.
pub(crate) fn expand(container: &Container) -> TokenStream {
    let Container { krate, ident, .. } = container;
    let (impl_generics, type_generics, where_clause) = container.generics.split_for_impl();
    let checks = checks::checks(container);
    let (item, schema) = schema::item_and_schema(container);
    let validate = validate::validate(container, &checks);
    let probe = validate::probe(container);
    let outside = checks.outside;
    let tables = rules::tables(&all_fields(container));
    quote! {
        #[allow(deprecated, unused_imports, unused_qualifications, unused_variables)]
        #[allow(clippy::all, clippy::pedantic)]
        const _: () = {
            use #krate::__private as _core;
            #tables
            #outside
            // Types that contain each other are a cycle of constants; the compiler's message has
            // no place for a hint but this name.
            #[allow(non_local_definitions)]
            const _MARK_ONE_OF_THE_FIELDS_AS_EXTRACT_RECURSIVE: () = {
                #item
                #[automatically_derived]
                impl #impl_generics _core::Extract for #ident #type_generics #where_clause {
                    const SCHEMA: &'static _core::Schema = &#schema;
                    #validate
                    #probe
                }
            };
        };
    }
}

/// The fields of a type, whatever its shape.
fn all_fields(container: &Container) -> Vec<&Field> {
    match &container.body {
        Body::Unit | Body::From(_) => Vec::new(),
        Body::Newtype { field, .. } => vec![&**field],
        Body::Tuple(fields) | Body::Object { fields, .. } => fields.iter().collect(),
        Body::Enum { variants, .. } => variants
            .iter()
            .flat_map(|variant| match &variant.data {
                Data::Unit | Data::As(_) => &[],
                Data::Newtype(field) => std::slice::from_ref(&**field),
                Data::Tuple(fields) | Data::Struct(fields) => fields.as_slice(),
            })
            .collect(),
    }
}
