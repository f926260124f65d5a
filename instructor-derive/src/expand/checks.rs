//! Checks that need the types: calls of `const fn`s, each at the user's word.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;

use super::{all_fields, rules, schema};
use crate::model::{
    Body, Container, Data, Field, Literal, Presence, Rule, RuleKind, Tagging, Variant,
};

/// The checks, by where they can stand.
#[derive(Default)]
pub(super) struct Checks {
    /// Beside the impl, where the compiler always runs them.
    pub(super) outside: TokenStream,
    /// In a function of the impl, because they need the parameters.
    pub(super) inside: TokenStream,
}

impl Checks {
    fn add(&mut self, generic: bool, span: Span, call: &TokenStream) {
        if generic {
            self.inside.extend(quote_spanned!(span=> const { #call };));
        } else {
            self.outside.extend(quote_spanned!(span=> const _: () = #call;));
        }
    }
}

pub(super) fn checks(container: &Container) -> Checks {
    let mut checks = Checks::default();
    for one in all_fields(container) {
        field(container, one, &mut checks);
    }
    let own = own_type(container);
    let generic = container.generics.type_params().next().is_some()
        || container.generics.const_params().next().is_some();
    for example in &container.examples {
        let (span, json) = (example.span, &example.json);
        let call = quote_spanned!(span=> _core::fits::value(#own, "", "example", #json));
        checks.add(generic, span, &call);
    }
    if let Some(span) = container.strict {
        let name = &container.name;
        let call = quote_spanned!(span=> _core::assert_openai_strict(#own, #name));
        checks.add(generic, span, &call);
    }
    if let Body::Enum { variants, tagging: Tagging::Untagged, .. } = &container.body {
        reachable(variants, &mut checks);
    }
    checks
}

fn own_type(container: &Container) -> TokenStream {
    let (ident, (_, generics, _)) = (&container.ident, container.generics.split_for_impl());
    quote!(<#ident #generics as _core::Extract>::SCHEMA)
}

fn field(container: &Container, field: &Field, checks: &mut Checks) {
    let label = &field.label;
    let shown = with_self(field.schema_as.as_ref().unwrap_or(&field.ty), container);
    let of_shown = schema::of(&shown);
    for one in &field.rules {
        rule(one, label, &of_shown, field.generic, checks);
        if field.schema_as.is_some() {
            // The check sees the value itself, so its type must suit the rule, too.
            let of_type = schema::of(&with_self(&field.ty, container));
            rule(one, label, &of_type, field.generic, checks);
        }
    }
    let shown_values = field.examples.iter().map(|example| ("example", example));
    let default = field.default.iter().map(|default| ("default", default));
    for (what, Literal { span, json }) in shown_values.chain(default) {
        let call = quote_spanned!(*span=> _core::fits::value(#of_shown, #label, #what, #json));
        checks.add(field.generic, *span, &call);
    }
    if let (Some(span), Presence::ByType) = (field.hidden, field.presence) {
        let call = quote_spanned!(span=> _core::fits::skip(#of_shown, #label));
        checks.add(field.generic, span, &call);
    }
}

fn rule(rule: &Rule, label: &str, of_type: &TokenStream, generic: bool, checks: &mut Checks) {
    let span = rule.span;
    let name = rule.kind.name();
    let call = match &rule.kind {
        RuleKind::Length { min, max, items } => {
            let min = rules::option(min.as_ref(), |n| quote!(#n));
            let max = rules::option(max.as_ref(), |n| quote!(#n));
            quote_spanned!(span=> _core::fits::length(#of_type, #label, #min, #max, #items))
        }
        RuleKind::Range { min, max, above, below } => {
            let bounds = [min, max, above, below]
                .map(|bound| rules::option(bound.as_ref(), |bound| rules::number(*bound)));
            quote_spanned!(span=> _core::fits::range(#of_type, #label, [#(#bounds),*]))
        }
        RuleKind::Unique => quote_spanned!(span=> _core::fits::unique(#of_type, #label)),
        RuleKind::OneOf(values) => {
            for Literal { span, json } in values {
                let call =
                    quote_spanned!(*span=> _core::fits::value(#of_type, #label, "one_of", #json));
                checks.add(generic, *span, &call);
            }
            quote_spanned!(span=> _core::fits::one_of(#of_type, #label))
        }
        RuleKind::Inner(inner) => {
            let elements = quote_spanned!(span=> _core::fits::elements(#of_type));
            for one in inner {
                self::rule(one, label, &elements, generic, checks);
            }
            quote_spanned!(span=> _core::fits::inner(#of_type, #label))
        }
        RuleKind::Pattern(_)
        | RuleKind::Email
        | RuleKind::Url
        | RuleKind::Contains(_)
        | RuleKind::Prefix(_)
        | RuleKind::Suffix(_) => {
            quote_spanned!(span=> _core::fits::text(#of_type, #label, #name))
        }
    };
    checks.add(generic, span, &call);
}

/// No untagged variant may stand behind one that takes all it could take.
fn reachable(variants: &[Variant], checks: &mut Checks) {
    let plain = variants.iter().filter_map(|variant| match &variant.data {
        Data::Newtype(field) if field.schema_as.is_none() && !field.generic => {
            Some((variant, &field.ty, field.recursive))
        }
        _ => None,
    });
    let plain: Vec<_> = plain.filter(|(_, _, recursive)| !recursive).collect();
    for (i, (variant, ty, _)) in plain.iter().enumerate() {
        let later = schema::of(ty);
        let earlier = plain[..i].iter().map(|(variant, ty, _)| {
            let (name, schema) = (variant.ident.to_string(), schema::of(ty));
            quote!((#name, #schema))
        });
        if i > 0 {
            let (span, name) = (variant.ident.span(), variant.ident.to_string());
            let call =
                quote_spanned!(span=> _core::fits::reachable(#name, #later, &[#(#earlier),*]));
            checks.add(false, span, &call);
        }
    }
}

/// The type as it is called outside the impl, where `Self` has no meaning.
fn with_self(ty: &Type, container: &Container) -> Type {
    let (_, generics, _) = container.generics.split_for_impl();
    let ident = &container.ident;
    crate::replace::replace_self(ty, &quote!(#ident #generics))
}
