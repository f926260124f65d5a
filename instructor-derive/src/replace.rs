//! `Self` in a type becomes the type's own name.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

/// The type with `own` instead of `Self`.
pub(crate) fn replace_self(ty: &Type, own: &TokenStream) -> Type {
    let tokens = ty.to_token_stream();
    syn::parse2(replace(tokens, own)).unwrap_or_else(|_| ty.clone())
}

pub(crate) fn replace(tokens: TokenStream, own: &TokenStream) -> TokenStream {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => own.clone(),
            TokenTree::Group(group) => {
                let mut replaced = Group::new(group.delimiter(), replace(group.stream(), own));
                replaced.set_span(group.span());
                TokenTree::Group(replaced).into()
            }
            token => token.into(),
        })
        .collect()
}
