//! Where the crate is that the macro's output calls.

use darling::Error;
use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::Span;
use syn::{Ident, Path, parse_quote};

use crate::attr::Entry;

/// The path given with `crate = path`, or the dependency as the user's `Cargo.toml` names it.
pub(crate) fn path(entries: &[Entry]) -> Result<Path, Error> {
    if let Some(entry) = entries.iter().find(|entry| entry.is("crate")) {
        return super::path(entry);
    }
    for package in ["instructor", "instructor-core"] {
        let name = match crate_name(package) {
            Ok(FoundCrate::Name(name)) => name,
            // The crates name themselves with `extern crate self`.
            Ok(FoundCrate::Itself) => package.replace('-', "_"),
            Err(_) => continue,
        };
        let ident = Ident::new(&name, Span::call_site());
        return Ok(parse_quote!(::#ident));
    }
    Err(Error::custom(
        "the crate `instructor` is no dependency of this package; run `cargo add instructor`, or \
         say where it is with `#[extract(crate = path)]`",
    )
    .with_span(&Span::call_site()))
}
