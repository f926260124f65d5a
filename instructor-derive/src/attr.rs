//! What the user wrote in `#[extract(…)]`: keys, values and their spans, not judged yet.

use darling::Error;
use darling::error::Accumulator;
use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, Path, Token, Type, parenthesized, token};

/// Where an attribute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// On a struct or an enum.
    Type,
    /// On a field.
    Field,
    /// On a variant of an enum.
    Variant,
    /// In `inner(…)`.
    Inner,
}

impl Place {
    fn on(self) -> &'static str {
        match self {
            Self::Type => "a type",
            Self::Field => "a field",
            Self::Variant => "a variant",
            Self::Inner => "the elements in `inner(…)`",
        }
    }

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Type => TYPE_KEYS,
            Self::Field => FIELD_KEYS,
            Self::Variant => VARIANT_KEYS,
            Self::Inner => RULE_KEYS,
        }
    }
}

const TYPE_KEYS: &[&str] = &[
    "description",
    "name",
    "example",
    "examples",
    "deprecated",
    "strict",
    "crate",
    "validate",
    "bound",
];
const FIELD_KEYS: &[&str] = &[
    "description",
    "example",
    "examples",
    "default",
    "deprecated",
    "skip",
    "schema_as",
    "recursive",
    "custom",
    "length",
    "range",
    "pattern",
    "email",
    "url",
    "contains",
    "prefix",
    "suffix",
    "items",
    "unique",
    "one_of",
    "inner",
];
const VARIANT_KEYS: &[&str] = &["description", "deprecated", "skip", "schema_as"];
/// The rules that are data; each is a key of a field as well.
const RULE_KEYS: &[&str] = &[
    "length", "range", "pattern", "email", "url", "contains", "prefix", "suffix", "items",
    "unique", "one_of", "inner",
];
/// Keys that may stand several times.
const REPEATABLE: &[&str] = &["custom", "example", "contains"];
/// Words of other crates that people try.
const SYNONYMS: &[(&str, &str)] = &[
    ("regex", "pattern"),
    ("min", "range(min = …)"),
    ("max", "range(max = …)"),
    ("minimum", "range(min = …)"),
    ("maximum", "range(max = …)"),
    ("min_length", "length(min = …)"),
    ("max_length", "length(max = …)"),
    ("min_items", "items(min = …)"),
    ("max_items", "items(max = …)"),
    ("starts_with", "prefix"),
    ("ends_with", "suffix"),
    ("enum", "one_of"),
    ("values", "one_of"),
    ("doc", "description"),
    ("title", "name"),
    ("with", "schema_as"),
    ("hidden", "skip"),
    ("each", "inner"),
    ("size", "items"),
    ("uri", "url"),
    ("validator", "custom"),
    ("func", "custom"),
];
/// What serde decides.
const SERDE_KEYS: &[&str] = &[
    "rename",
    "rename_all",
    "rename_all_fields",
    "alias",
    "tag",
    "content",
    "untagged",
    "flatten",
    "transparent",
    "other",
    "deny_unknown_fields",
    "skip_deserializing",
];

/// One `key`, `key = value` or `key(…)`.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) value: Value,
}

impl Entry {
    pub(crate) fn is(&self, key: &str) -> bool {
        self.key == key
    }

    /// An error at the key.
    pub(crate) fn error(&self, message: impl std::fmt::Display) -> Error {
        Error::custom(message).with_span(&self.key.span())
    }
}

#[derive(Debug)]
pub(crate) enum Value {
    Flag,
    Expr(Expr),
    Type(Box<Type>),
    Path(Path),
    Args(Vec<Arg>),
    Entries(Vec<Entry>),
}

/// One `value` or `name = value` in parentheses.
#[derive(Debug)]
pub(crate) struct Arg {
    pub(crate) name: Option<Ident>,
    pub(crate) value: Expr,
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let named = input.peek(Ident::peek_any) && input.peek2(Token![=]);
        let name = named.then(|| input.call(Ident::parse_any)).transpose()?;
        if named {
            input.parse::<Token![=]>()?;
        }
        Ok(Self { name, value: input.parse()? })
    }
}

/// All entries of the `#[extract(…)]` attributes; each unknown, misplaced or repeated one is an
/// error and left out.
pub(crate) fn entries(
    attributes: &[Attribute],
    place: Place,
    errors: &mut Accumulator,
) -> Vec<Entry> {
    let mut found = Vec::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("extract")) {
        let parsed = attribute.meta.require_list().and_then(|list| {
            let parser = |input: ParseStream<'_>| Ok(parse_entries(input, place, errors));
            parser.parse2(list.tokens.clone())
        });
        match parsed {
            Ok(entries) => found.extend(entries),
            Err(_) => errors.push(
                Error::custom("expected a list, like `#[extract(description = \"…\")]`")
                    .with_span(&attribute.path().span()),
            ),
        }
    }
    without_repeats(found, errors)
}

fn without_repeats(entries: Vec<Entry>, errors: &mut Accumulator) -> Vec<Entry> {
    let mut kept: Vec<Entry> = Vec::new();
    for entry in entries {
        let key = entry.key.to_string();
        if !REPEATABLE.contains(&key.as_str()) && kept.iter().any(|known| known.is(&key)) {
            errors.push(entry.error(format_args!("`{key}` is given twice; keep one of them")));
        } else {
            kept.push(entry);
        }
    }
    kept
}

/// Parses as far as it can; what cannot be parsed ends the list with one error.
fn parse_entries(input: ParseStream<'_>, place: Place, errors: &mut Accumulator) -> Vec<Entry> {
    let mut found = Vec::new();
    while !input.is_empty() {
        match parse_entry(input, place, errors) {
            Ok(Some(entry)) => found.push(entry),
            Ok(None) => {}
            Err(error) => {
                errors.push(Error::from(error));
                drop_rest(input);
                break;
            }
        }
    }
    found
}

fn drop_rest(input: ParseStream<'_>) {
    let _: Result<proc_macro2::TokenStream, _> = input.parse();
}

fn parse_entry(
    input: ParseStream<'_>,
    place: Place,
    errors: &mut Accumulator,
) -> syn::Result<Option<Entry>> {
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected the name of an attribute, like `description`"));
    }
    let key = input.call(Ident::parse_any)?;
    let name = key.to_string();
    if !place.keys().contains(&name.as_str()) {
        errors.push(Error::custom(unknown(&name, place)).with_span(&key.span()));
        skip_value(input)?;
        return Ok(None);
    }
    let value = parse_value(input, &name, errors)?;
    separator(input)?;
    Ok(Some(Entry { key, value }))
}

fn separator(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if !input.peek(Token![,]) {
        return Err(input.error("expected a comma before the next attribute"));
    }
    input.parse::<Token![,]>().map(drop)
}

/// Goes on behind the next comma.
fn skip_value(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    separator(input)
}

fn parse_value(input: ParseStream<'_>, key: &str, errors: &mut Accumulator) -> syn::Result<Value> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return match key {
            "schema_as" => Ok(Value::Type(input.parse()?)),
            "custom" | "validate" | "crate" => parse_path(input, key).map(Value::Path),
            _ => parse_expr(input, key).map(Value::Expr),
        };
    }
    if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        if key == "inner" {
            let entries = parse_entries(&content, Place::Inner, errors);
            return Ok(Value::Entries(without_repeats(entries, errors)));
        }
        let args = Punctuated::<Arg, Token![,]>::parse_terminated(&content);
        if args.is_err() {
            drop_rest(&content);
        }
        return Ok(Value::Args(args?.into_iter().collect()));
    }
    Ok(Value::Flag)
}

fn parse_expr(input: ParseStream<'_>, key: &str) -> syn::Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(input.error(format_args!("expected a value after `{key} =`")));
    }
    input.parse()
}

fn parse_path(input: ParseStream<'_>, key: &str) -> syn::Result<Path> {
    if let Ok(text) = input.fork().parse::<syn::LitStr>() {
        let message = format!("`{key}` takes a path without quotes: `{key} = {}`", text.value());
        return Err(syn::Error::new(text.span(), message));
    }
    if input.peek(Token![|]) || input.peek(Token![||]) {
        let message = format!("`{key}` takes the path of a function, not a closure");
        return Err(input.error(message));
    }
    input.parse()
}

fn unknown(name: &str, place: Place) -> String {
    let keys = place.keys();
    for other in [Place::Type, Place::Field, Place::Variant] {
        if other.keys().contains(&name) {
            return format!("`{name}` belongs on {}, not on {}", other.on(), place.on());
        }
    }
    if SERDE_KEYS.contains(&name) {
        let value = match name {
            "rename" | "rename_all" | "rename_all_fields" | "alias" | "tag" | "content" => {
                " = \"…\""
            }
            _ => "",
        };
        return format!("`{name}` is decided by serde; write `#[serde({name}{value})]`");
    }
    let synonym = SYNONYMS.iter().find(|(word, _)| *word == name).map(|(_, key)| *key);
    let synonym = synonym.filter(|key| keys.contains(&key.split('(').next().unwrap_or(key)));
    if let Some(key) = synonym.or_else(|| nearest(name, keys.iter().copied())) {
        return format!("unknown attribute `{name}`; did you mean `{key}`?");
    }
    format!("unknown attribute `{name}`; {} takes {}", place.on(), list(keys))
}

/// The candidate that is most like `name`, if one is alike at all.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// "`a`, `b` and `c`".
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// The span of Rust's own `#[deprecated]`.
pub(crate) fn deprecated(attributes: &[Attribute]) -> Option<Span> {
    attributes.iter().find(|a| a.path().is_ident("deprecated")).map(Spanned::span)
}
