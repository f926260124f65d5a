//! The `#[derive(Extract)]` macro of the `instructor` crate.
//!
//! Use it from `instructor`, which re-exports it; [`Extract`] lists every attribute.

use proc_macro2::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod attr;
mod serde_names;
mod docs;
mod model;
mod check;
mod replace;
mod expand;
mod fallback;

#[doc = include_str!("attributes.md")]
#[proc_macro_derive(Extract, attributes(extract, serde))]
pub fn derive_extract(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input).into()
}

fn derive(input: &DeriveInput) -> TokenStream {
    match check::check(input) {
        Ok(model) => expand::expand(&model),
        // An impl beside the error: one mistake, one message.
        Err(error) => fallback::expand(input, error),
    }
}
