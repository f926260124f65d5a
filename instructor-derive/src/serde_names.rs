//! Names and shapes as serde spells them; the only file that reads `#[serde(…)]`.
//!
//! What serde itself refuses is passed over here, because serde reports it.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Ident, LitStr, Token, Type, parenthesized, token};

/// How `rename_all` spells a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// A field, which is in snake case.
    fn field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
            Self::Camel => lower_first(&Self::Pascal.field(name)),
            Self::Pascal => {
                let mut pascal = String::new();
                let mut capitalize = true;
                for c in name.chars() {
                    if c == '_' {
                        capitalize = true;
                    } else if std::mem::take(&mut capitalize) {
                        pascal.push(c.to_ascii_uppercase());
                    } else {
                        pascal.push(c);
                    }
                }
                pascal
            }
        }
    }

    /// A variant, which is in Pascal case.
    fn variant(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Camel => lower_first(name),
            Self::ScreamingSnake => Self::Snake.variant(name).to_ascii_uppercase(),
            Self::Kebab => Self::Snake.variant(name).replace('_', "-"),
            Self::ScreamingKebab => Self::ScreamingSnake.variant(name).replace('_', "-"),
            Self::Snake => {
                let mut snake = String::new();
                for (i, c) in name.char_indices() {
                    if i > 0 && c.is_uppercase() {
                        snake.push('_');
                    }
                    snake.push(c.to_ascii_lowercase());
                }
                snake
            }
        }
    }
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        let mut lowered = String::from(first.to_ascii_lowercase());
        lowered.push_str(chars.as_str());
        lowered
    })
}

/// What `#[serde(…)]` says about a type, a variant or a field; keys of another place stay unset.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Serde {
    pub(crate) rename: Option<LitStr>,
    pub(crate) aliases: Vec<LitStr>,
    pub(crate) rename_all: Option<Case>,
    pub(crate) rename_all_fields: Option<Case>,
    pub(crate) tag: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) untagged: bool,
    pub(crate) deny_unknown_fields: Option<Span>,
    pub(crate) transparent: bool,
    /// `from` or `try_from`.
    pub(crate) from: Option<Type>,
    pub(crate) default: bool,
    /// `skip` or `skip_deserializing`.
    pub(crate) skip: bool,
    pub(crate) flatten: Option<Span>,
    pub(crate) other: bool,
    /// `with` or `deserialize_with`.
    pub(crate) with: Option<Span>,
}

impl Serde {
    pub(crate) fn read(attributes: &[Attribute]) -> Self {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("serde")) {
            // Serde reports what it cannot read; what stands before that still counts.
            let _ = attribute.parse_nested_meta(|meta| serde.set(&meta));
        }
        serde
    }

    fn set(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let span = meta.path.span();
        match key.as_str() {
            "rename" => self.rename = directional(meta)?.or(self.rename.take()),
            "rename_all" => self.rename_all = case(meta)?.or(self.rename_all),
            "rename_all_fields" => self.rename_all_fields = case(meta)?.or(self.rename_all_fields),
            "alias" => self.aliases.push(meta.value()?.parse()?),
            "tag" => self.tag = Some(text(meta)?.value()),
            "content" => self.content = Some(text(meta)?.value()),
            "untagged" => self.untagged = true,
            "deny_unknown_fields" => self.deny_unknown_fields = Some(span),
            "transparent" => self.transparent = true,
            "from" | "try_from" => self.from = text(meta)?.parse().ok(),
            "skip" | "skip_deserializing" => self.skip = true,
            "flatten" => self.flatten = Some(span),
            "other" => self.other = true,
            "with" | "deserialize_with" => {
                self.with = Some(span);
                pass_over(meta)?;
            }
            "default" => {
                self.default = true;
                pass_over(meta)?;
            }
            _ => pass_over(meta)?,
        }
        Ok(())
    }

    /// The name of a field.
    pub(crate) fn field_name(&self, ident: &Ident, case: Option<Case>) -> String {
        self.name(ident, |name| case.map_or_else(|| name.to_owned(), |case| case.field(name)))
    }

    /// The name of a variant.
    pub(crate) fn variant_name(&self, ident: &Ident, case: Option<Case>) -> String {
        self.name(ident, |name| case.map_or_else(|| name.to_owned(), |case| case.variant(name)))
    }

    /// The name of a type.
    pub(crate) fn type_name(&self, ident: &Ident) -> String {
        self.name(ident, str::to_owned)
    }

    fn name(&self, ident: &Ident, spell: impl FnOnce(&str) -> String) -> String {
        match &self.rename {
            Some(name) => name.value(),
            None => spell(&ident.unraw().to_string()),
        }
    }
}

/// `key = "…"`, or `key(deserialize = "…", serialize = "…")`, of which only the first counts.
fn directional(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<LitStr>> {
    if meta.input.peek(Token![=]) {
        return text(meta).map(Some);
    }
    let mut found = None;
    meta.parse_nested_meta(|meta| {
        let value = text(&meta)?;
        if meta.path.is_ident("deserialize") {
            found = Some(value);
        }
        Ok(())
    })?;
    Ok(found)
}

fn case(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<Case>> {
    Ok(directional(meta)?.and_then(|name| Case::named(&name.value())))
}

fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    meta.value()?.parse()
}

fn pass_over(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(token::Paren) {
        let content;
        parenthesized!(content in meta.input);
        content.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::{DeriveInput, parse_quote};

    #[test]
    fn fields_are_spelled_as_serde_spells_them() {
        use Case::{Camel, Kebab, Lower, Pascal, ScreamingKebab, ScreamingSnake, Snake, Upper};
        let cases = [
            (Lower, "outcome", "outcome"),
            (Lower, "Very_tasty", "Very_tasty"),
            (Upper, "very_tasty", "VERY_TASTY"),
            (Pascal, "very_tasty", "VeryTasty"),
            (Pascal, "z42", "Z42"),
            (Camel, "very_tasty", "veryTasty"),
            (Camel, "_hidden", "hidden"),
            (Camel, "a__b", "aB"),
            (Camel, "html_URL", "htmlURL"),
            (Snake, "very_tasty", "very_tasty"),
            (ScreamingSnake, "very_tasty", "VERY_TASTY"),
            (Kebab, "very_tasty", "very-tasty"),
            (ScreamingKebab, "very_tasty", "VERY-TASTY"),
        ];
        for (case, name, expected) in cases {
            assert_eq!(case.field(name), expected, "{case:?} {name}");
        }
    }

    #[test]
    fn variants_are_spelled_as_serde_spells_them() {
        use Case::{Camel, Kebab, Lower, Pascal, ScreamingKebab, ScreamingSnake, Snake, Upper};
        let cases = [
            (Lower, "VeryTasty", "verytasty"),
            (Upper, "VeryTasty", "VERYTASTY"),
            (Pascal, "VeryTasty", "VeryTasty"),
            (Camel, "VeryTasty", "veryTasty"),
            (Snake, "VeryTasty", "very_tasty"),
            (Snake, "HTTPError", "h_t_t_p_error"),
            (Snake, "Z42", "z42"),
            (ScreamingSnake, "VeryTasty", "VERY_TASTY"),
            (Kebab, "VeryTasty", "very-tasty"),
            (ScreamingKebab, "VeryTasty", "VERY-TASTY"),
        ];
        for (case, name, expected) in cases {
            assert_eq!(case.variant(name), expected, "{case:?} {name}");
        }
    }

    #[test]
    fn only_the_deserialize_side_counts() {
        let input: DeriveInput = parse_quote! {
            #[serde(rename(serialize = "out", deserialize = "in"), crate = "x", unknown(a, b = 1))]
            #[serde(rename_all(serialize = "lowercase"), default = "path::to", tag = "t")]
            struct A;
        };
        let serde = Serde::read(&input.attrs);
        assert_eq!(serde.type_name(&input.ident), "in");
        assert_eq!(serde.rename_all, None);
        assert!(serde.default);
        assert_eq!(serde.tag.as_deref(), Some("t"));
    }

    #[test]
    fn raw_identifiers_lose_their_prefix() {
        let ident: Ident = parse_quote!(r#type);
        assert_eq!(Serde::default().field_name(&ident, None), "type");
        assert_eq!(Serde::default().field_name(&ident, Some(Case::Upper)), "TYPE");
    }
}
