//! Two fields or variants with one name: serde would read only one of them.

use darling::Error;
use proc_macro2::{Ident, Span};

use crate::serde_names::Serde;

/// The names that were seen, and what has them.
#[derive(Debug)]
pub(super) struct Names {
    /// `field` or `variant`.
    kind: &'static str,
    seen: Vec<(String, String)>,
}

impl Names {
    pub(super) fn new(kind: &'static str) -> Self {
        Self { kind, seen: Vec::new() }
    }

    /// Adds the name and the aliases of one; an error for each that another one has already.
    pub(super) fn add(&mut self, ident: &Ident, name: &str, serde: &Serde) -> Result<(), Error> {
        let mut errors = Error::accumulator();
        let span = serde.rename.as_ref().map_or_else(|| ident.span(), syn::LitStr::span);
        errors.handle(self.add_one(ident, name, span));
        for alias in &serde.aliases {
            let value = alias.value();
            // An alias that repeats its own field's name changes nothing.
            if self.seen.iter().any(|(seen, by)| *seen == value && ident == by) {
                continue;
            }
            errors.handle(self.add_one(ident, &value, alias.span()));
        }
        errors.finish()
    }

    fn add_one(&mut self, ident: &Ident, name: &str, span: Span) -> Result<(), Error> {
        if let Some((_, other)) = self.seen.iter().find(|(seen, _)| seen == name) {
            let kind = self.kind;
            let message = format!(
                "the {kind} `{other}` has the name {name:?} already, so serde never reads \
                 `{ident}`; rename one of them"
            );
            return Err(Error::custom(message).with_span(&span));
        }
        self.seen.push((name.to_owned(), ident.to_string()));
        Ok(())
    }
}
