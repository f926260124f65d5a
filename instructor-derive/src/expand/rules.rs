//! Rules as constants that the library reads.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::model::{Field, Number, Rule, RuleKind};

/// The constants that the schema and the check of a field share.
pub(super) fn tables(fields: &[&Field]) -> TokenStream {
    let fields = fields.iter().filter(|field| !field.rules.is_empty());
    fields
        .map(|field| {
            let (name, rules) = (&field.table, table(&field.rules));
            quote!(const #name: &[_core::Rule] = #rules;)
        })
        .collect()
}

/// `&[Rule::…, …]`.
fn table(rules: &[Rule]) -> TokenStream {
    let rules = rules.iter().map(|rule| one(&rule.kind));
    quote!(&[#(#rules),*])
}

fn one(kind: &RuleKind) -> TokenStream {
    match kind {
        RuleKind::Length { min, max, .. } => {
            let (min, max) =
                (option(min.as_ref(), |n| quote!(#n)), option(max.as_ref(), |n| quote!(#n)));
            quote!(_core::Rule::Length { min: #min, max: #max })
        }
        RuleKind::Range { min, max, above, below } => {
            let [min, max, above, below] = [min, max, above, below]
                .map(|bound| option(bound.as_ref(), |bound| number(*bound)));
            quote!(_core::Rule::Range { min: #min, max: #max, above: #above, below: #below })
        }
        RuleKind::Pattern(pattern) => quote! {
            _core::Rule::Pattern {
                pattern: #pattern,
                regex: || {
                    static REGEX: _core::LazyLock<_core::Regex> =
                        _core::LazyLock::new(|| _core::regex(#pattern));
                    &REGEX
                },
            }
        },
        RuleKind::Email => quote!(_core::Rule::Email),
        RuleKind::Url => quote!(_core::Rule::Url),
        RuleKind::Contains(part) => quote!(_core::Rule::Contains(#part)),
        RuleKind::Prefix(part) => quote!(_core::Rule::Prefix(#part)),
        RuleKind::Suffix(part) => quote!(_core::Rule::Suffix(#part)),
        RuleKind::Unique => quote!(_core::Rule::Unique),
        RuleKind::OneOf(values) => {
            let values = values.iter().map(|value| &value.json);
            quote!(_core::Rule::OneOf(&[#(#values),*]))
        }
        RuleKind::Inner(rules) => {
            let rules = table(rules);
            quote!(_core::Rule::Inner(#rules))
        }
    }
}

pub(super) fn number(number: Number) -> TokenStream {
    match number {
        Number::Int(value) => {
            let value = Literal::i128_unsuffixed(value);
            quote!(_core::Number::Int(#value))
        }
        Number::Float(value) => {
            let value = Literal::f64_unsuffixed(value);
            quote!(_core::Number::Float(#value))
        }
    }
}

pub(super) fn option<T>(value: Option<&T>, print: impl FnOnce(&T) -> TokenStream) -> TokenStream {
    value.map(print).map_or_else(|| quote!(_core::None), |value| quote!(_core::Some(#value)))
}
