//! The bounds of the impl, by the rules serde has for its own.

use darling::Error;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    DeriveInput, GenericParam, Generics, Ident, Path, Token, Type, WherePredicate, parse_quote,
};

use crate::attr::Entry;
use crate::model::{Body, Data, Field};

/// The generics of the type with the bounds `Extract` needs, or with those of `bound = "…"`.
pub(super) fn bounded(
    input: &DeriveInput,
    body: &Body,
    entries: &[Entry],
) -> Result<Generics, Error> {
    let mut generics = input.generics.clone();
    for param in &mut generics.params {
        match param {
            GenericParam::Type(param) => param.default = None,
            GenericParam::Const(param) => param.default = None,
            GenericParam::Lifetime(_) => {}
        }
    }
    let params: Vec<Ident> =
        input.generics.type_params().map(|param| param.ident.clone()).collect();
    if params.is_empty() {
        return Ok(generics);
    }
    let given = entries.iter().find(|entry| entry.is("bound"));
    let predicates = match given {
        Some(entry) => parse(entry)?,
        None => found(&params, body),
    };
    let where_clause = generics.make_where_clause();
    for param in &params {
        where_clause.predicates.push(parse_quote!(#param: 'static));
    }
    where_clause.predicates.extend(predicates);
    // Whatever else serde asks for (`Default` for a skipped field) holds where this holds.
    where_clause.predicates.push(parse_quote!(Self: _core::DeserializeOwned));
    Ok(generics)
}

fn parse(entry: &Entry) -> Result<Vec<WherePredicate>, Error> {
    let text = super::text(entry)?;
    let parser = Punctuated::<WherePredicate, Token![,]>::parse_terminated;
    text.parse_with(parser).map(|predicates| predicates.into_iter().collect()).map_err(|_| {
        let message = "`bound` takes the predicates of a where clause: `bound = \"T: Extract\"`";
        Error::custom(message).with_span(&text.span())
    })
}

fn found(params: &[Ident], body: &Body) -> Vec<WherePredicate> {
    let mut visitor = Used { params, plain: Vec::new(), associated: Vec::new() };
    for_types(body, &mut |ty| visitor.visit_type(ty));
    let Used { plain, associated, .. } = visitor;
    let params = params.iter().filter(|param| plain.contains(param));
    params
        .map(|param| parse_quote!(#param: _core::Extract))
        .chain(associated.iter().map(|path| parse_quote!(#path: _core::Extract)))
        .collect()
}

fn for_types(body: &Body, visit: &mut dyn FnMut(&Type)) {
    let mut field = |field: &Field| visit(field.schema_as.as_ref().unwrap_or(&field.ty));
    match body {
        Body::Unit => {}
        Body::From(ty) => visit(ty),
        Body::Newtype { field: one, .. } => field(one),
        Body::Tuple(fields) | Body::Object { fields, .. } => fields.iter().for_each(field),
        Body::Enum { variants, .. } => {
            for variant in variants {
                match &variant.data {
                    Data::Unit => {}
                    Data::As(ty) => visit(ty),
                    Data::Newtype(one) => visit(one.schema_as.as_ref().unwrap_or(&one.ty)),
                    Data::Tuple(fields) | Data::Struct(fields) => {
                        for one in fields {
                            visit(one.schema_as.as_ref().unwrap_or(&one.ty));
                        }
                    }
                }
            }
        }
    }
}

/// The parameters and associated types that stand in a type, `PhantomData<T>` aside.
struct Used<'a> {
    params: &'a [Ident],
    plain: Vec<Ident>,
    associated: Vec<Path>,
}

impl<'ast> Visit<'ast> for Used<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        if path.segments.last().is_some_and(|segment| segment.ident == "PhantomData") {
            return;
        }
        if let Some(first) = path.segments.first()
            && path.leading_colon.is_none()
            && self.params.contains(&first.ident)
        {
            if path.segments.len() == 1 {
                self.plain.push(first.ident.clone());
            } else {
                self.associated.push(path.clone());
            }
        }
        visit::visit_path(self, path);
    }
}

/// Whether both are written alike.
pub(super) fn same(one: &Type, other: &Type) -> bool {
    one.to_token_stream().to_string() == other.to_token_stream().to_string()
}

/// Whether one of these names stands in the type.
pub(super) fn mentions(ty: &Type, names: &[&Ident]) -> bool {
    struct Search<'a> {
        names: &'a [&'a Ident],
        found: bool,
    }
    impl<'ast> Visit<'ast> for Search<'_> {
        fn visit_ident(&mut self, ident: &'ast Ident) {
            self.found |= self.names.contains(&ident);
        }
    }
    let mut search = Search { names, found: false };
    search.visit_type(ty);
    search.found
}
