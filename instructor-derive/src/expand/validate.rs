//! The bodies of `Extract::validate` and `Extract::probe`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Member};

use super::checks::Checks;
use crate::model::{Body, Container, Data, Field, Presence, Tagging, Variant};

/// `fn validate`, if there is anything to do.
pub(super) fn validate(container: &Container, checks: &Checks) -> TokenStream {
    let inside = &checks.inside;
    let names = Names::new();
    let body = body(container, &names);
    let whole = container.validate.as_ref().map(|path| {
        let Names { at, report } = &names;
        quote_spanned!(path.span()=> _core::Whole::check(#path, self, #at, #report);)
    });
    if inside.is_empty() && body.is_empty() && whole.is_none() {
        return TokenStream::new();
    }
    let Names { at, report } = &names;
    quote! {
        fn validate<'v>(&'v self, #at: _core::Path<'_>, #report: &mut _core::Report<'v>) {
            #inside
            #body
            #whole
        }
    }
}

/// The local names of the function; no name of the user can get in their way.
struct Names {
    at: Ident,
    report: Ident,
}

impl Names {
    fn new() -> Self {
        Self { at: local("at"), report: local("report") }
    }
}

fn local(name: &str) -> Ident {
    format_ident!("__{name}", span = Span::mixed_site())
}

fn body(container: &Container, names: &Names) -> TokenStream {
    match &container.body {
        Body::Unit | Body::From(_) => TokenStream::new(),
        Body::Newtype { field, .. } => {
            let member = &field.member;
            one(field, &quote!(self.#member), &names.at, &Step::Here, names)
        }
        Body::Tuple(fields) | Body::Object { fields, .. } => {
            all(fields, &|member| quote!(self.#member), &names.at, names)
        }
        Body::Enum { variants, tagging, exhaustive, .. } => {
            let arms: Vec<_> = variants.iter().filter_map(|one| arm(one, tagging, names)).collect();
            if arms.is_empty() {
                return TokenStream::new();
            }
            let rest = (arms.len() < variants.len() || !exhaustive).then(|| quote!(_ => {}));
            quote!(match self { #(#arms)* #rest })
        }
    }
}

/// Where a field is, seen from what holds it.
enum Step {
    Here,
    Field(String),
    Index(usize),
}

impl Step {
    fn from(&self, at: &Ident) -> TokenStream {
        match self {
            Self::Here => quote!(#at),
            Self::Field(name) => quote!(#at.field(#name)),
            Self::Index(index) => quote!(#at.index(#index)),
        }
    }
}

fn all(
    fields: &[Field],
    access: &dyn Fn(&Member) -> TokenStream,
    at: &Ident,
    names: &Names,
) -> TokenStream {
    fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let step = match (&field.member, field.flatten) {
                (_, true) => Step::Here,
                (Member::Named(_), _) => Step::Field(field.name.clone()),
                (Member::Unnamed(_), _) => Step::Index(index),
            };
            one(field, &access(&field.member), at, &step, names)
        })
        .collect()
}

/// The checks of one field: its rules, what its type asks for, and the user's functions.
fn one(field: &Field, value: &TokenStream, at: &Ident, step: &Step, names: &Names) -> TokenStream {
    let ty = &field.ty;
    let report = &names.report;
    let at = step.from(at);
    let own = if !field.rules.is_empty() {
        let table = &field.table;
        quote_spanned! {ty.span()=>
            #report.apply(#table, &<#ty as _core::Extract>::probe(&#value), #at);
            <#ty as _core::Extract>::validate(&#value, #at, #report);
        }
    } else if field.schema_as.is_some() {
        quote!(_core::Perhaps(&#value).validate(#at, #report);)
    } else {
        quote_spanned!(ty.span()=> <#ty as _core::Extract>::validate(&#value, #at, #report);)
    };
    let custom = field.custom.iter().map(|path| {
        // At the path, so that a mismatch of types is told there.
        let mut found = local("found");
        found.set_span(found.span().located_at(path.span()));
        quote_spanned! {path.span()=>
            if let _core::Some(#found) = _core::Present(&#value).get() {
                _core::Verdict::record(#path(#found), #at, "custom", #report);
            }
        }
    });
    let import = field.schema_as.is_some().then(|| {
        quote!(
            use _core::PerhapsNot as _;
        )
    });
    let import_present = (!field.custom.is_empty()).then(|| {
        quote!(
            use _core::AlwaysPresent as _;
        )
    });
    if import.is_none() && import_present.is_none() {
        own
    } else {
        quote!({ #import #import_present #own #(#custom)* })
    }
}

fn arm(variant: &Variant, tagging: &Tagging, names: &Names) -> Option<TokenStream> {
    let (ident, at) = (&variant.ident, &names.at);
    let fields: &[Field] = match &variant.data {
        Data::Unit | Data::As(_) => return None,
        Data::Newtype(field) => std::slice::from_ref(field),
        Data::Tuple(fields) | Data::Struct(fields) => fields,
    };
    if fields.is_empty() {
        return None;
    }
    let step = match tagging {
        _ if variant.untagged => Step::Here,
        Tagging::External => Step::Field(variant.name.clone()),
        Tagging::Adjacent { content, .. } => Step::Field(content.clone()),
        Tagging::Internal { .. } | Tagging::Untagged => Step::Here,
    };
    let place = local("place");
    let here = step.from(at);
    let bind = |member: &Member| match member {
        Member::Named(name) => format_ident!("__field_{}", name, span = Span::mixed_site()),
        Member::Unnamed(index) => {
            format_ident!("__field_{}", index.index, span = Span::mixed_site())
        }
    };
    let members = fields.iter().map(|field| &field.member);
    let bound = fields.iter().map(|field| bind(&field.member));
    let access = |member: &Member| {
        let name = bind(member);
        quote!((*#name))
    };
    let body = if matches!(variant.data, Data::Newtype(_)) {
        one(&fields[0], &access(&fields[0].member), &place, &Step::Here, names)
    } else {
        all(fields, &access, &place, names)
    };
    Some(quote! {
        Self::#ident { #(#members: #bound,)* .. } => {
            let #place = #here;
            #body
        }
    })
}

/// `fn probe` for types that rules look into: newtypes, and enums that are plain text.
pub(super) fn probe(container: &Container) -> TokenStream {
    let body = match &container.body {
        Body::Newtype { field, .. } if field.presence != Presence::Required => {
            let Field { member, ty, .. } = &**field;
            quote_spanned!(ty.span()=> <#ty as _core::Extract>::probe(&self.#member))
        }
        Body::Enum { variants, tagging: Tagging::External, exhaustive, .. }
            if variants.iter().all(|one| matches!(one.data, Data::Unit) && !one.untagged) =>
        {
            let idents = variants.iter().map(|variant| &variant.ident);
            let names = variants.iter().map(|variant| &variant.name);
            let rest = (!exhaustive).then(|| quote!(_ => return _core::Probe::Other,));
            quote! {
                _core::Probe::Text(_core::Cow::Borrowed(match self {
                    #(Self::#idents { .. } => #names,)*
                    #rest
                }))
            }
        }
        _ => return TokenStream::new(),
    };
    quote! {
        fn probe(&self) -> _core::Probe<'_> {
            #body
        }
    }
}
