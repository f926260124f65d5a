//! Doc comments become descriptions.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The doc comment as plain text: lines joined, one leading space removed, paragraphs kept.
pub(crate) fn description(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(doc).collect();
    clean(&lines.join("\n"))
}

fn doc(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    if !meta.path.is_ident("doc") {
        return None;
    }
    text(&meta.value)
}

/// A literal, also out of a macro (`#[doc = $text]`).
fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        Expr::Group(group) => text(&group.expr),
        _ => None,
    }
}

fn clean(text: &str) -> String {
    // Lines of `/** … */` comments start with a star.
    let starred = text.lines().skip(1).filter(|line| !line.trim().is_empty()).count() > 0
        && text.lines().skip(1).all(|line| {
            let line = line.trim_start();
            line.is_empty() || line == "*" || line.starts_with("* ")
        });
    let mut paragraphs: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines() {
        let line = if starred { line.trim_start().strip_prefix('*').unwrap_or(line) } else { line };
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        if line.trim().is_empty() {
            paragraphs.push(Vec::new());
        } else if let Some(paragraph) = paragraphs.last_mut() {
            paragraph.push(line);
        }
    }
    let paragraphs: Vec<String> =
        paragraphs.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    paragraphs.join("\n\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::{DeriveInput, parse_quote};

    #[test]
    fn comments_become_text() {
        let cases: [(DeriveInput, &str); 7] = [
            (parse_quote! { struct A; }, ""),
            (parse_quote! { #[doc = " One line."] struct A; }, "One line."),
            (parse_quote! { #[doc = " Two"] #[doc = " lines."] struct A; }, "Two\nlines."),
            (
                parse_quote! { #[doc = " One."] #[doc = ""] #[doc = ""] #[doc = " Two."] struct A; },
                "One.\n\nTwo.",
            ),
            (
                parse_quote! { #[doc = " List:"] #[doc = " - a"] #[doc = "   - b"] struct A; },
                "List:\n- a\n  - b",
            ),
            (parse_quote! { #[doc = "\n * Block\n * comment.\n "] struct A; }, "Block\ncomment."),
            (parse_quote! { #[doc(hidden)] #[doc = " Seen. "] struct A; }, "Seen."),
        ];
        for (input, expected) in cases {
            assert_eq!(description(&input.attrs), expected);
        }
    }
}
