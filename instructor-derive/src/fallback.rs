//! The impl printed beside an error, so that one mistake gives one message.

use darling::Error;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, GenericParam, parse_quote};

use crate::attr::{self, Place};
use crate::check;

/// The errors, and an impl for those who use the type; what it does is never seen.
pub(crate) fn expand(input: &DeriveInput, error: Error) -> TokenStream {
    let errors = error.write_errors();
    // A type that serde cannot derive for, either, would only add messages.
    if input.generics.lifetimes().next().is_some() || matches!(input.data, Data::Union(_)) {
        return errors;
    }
    let mut ignored = Error::accumulator();
    let entries = attr::entries(&input.attrs, Place::Type, &mut ignored);
    drop(ignored.into_inner());
    let Ok(krate) = check::crate_path(&entries) else { return errors };

    let ident = &input.ident;
    let mut generics = input.generics.clone();
    for param in &mut generics.params {
        if let GenericParam::Type(param) = param {
            param.bounds.push(parse_quote!('static));
        }
    }
    if !generics.params.is_empty() {
        let where_clause = generics.make_where_clause();
        where_clause.predicates.push(parse_quote!(Self: _core::DeserializeOwned));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #errors
        const _: () = {
            use #krate::__private as _core;
            #[automatically_derived]
            impl #impl_generics _core::Extract for #ident #type_generics #where_clause {
                const SCHEMA: &'static _core::Schema = _core::ANY;
            }
        };
    }
}
