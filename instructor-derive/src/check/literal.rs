//! Literals of Rust become JSON text.

use darling::Error;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitStr, UnOp};

use super::json;
use crate::attr::{Arg, Entry, Value};
use crate::model::{Literal, Number};

/// The values of `example = …`, `example(json = "…")`, `examples(…)`, `one_of(…)`, `default = …`.
pub(super) fn literals(entry: &Entry) -> Result<Vec<Literal>, Error> {
    match &entry.value {
        Value::Expr(value) => Ok(vec![literal(value)?]),
        Value::Args(args) if !args.is_empty() => {
            let mut errors = Error::accumulator();
            let values =
                args.iter().filter_map(|arg| errors.handle(argument(entry, arg))).collect();
            errors.finish_with(values)
        }
        _ => {
            let key = &entry.key;
            Err(entry.error(match key.to_string().as_str() {
                "one_of" => "`one_of` takes values: `one_of(\"a\", \"b\")`".to_owned(),
                "examples" => "`examples` takes values: `examples(\"a\", \"b\")`".to_owned(),
                _ => format!(
                    "`{key}` takes a value: `{key} = \"…\"`, or `{key}(json = \"…\")` for an object"
                ),
            }))
        }
    }
}

/// Exactly one value.
pub(super) fn one_literal(entry: &Entry) -> Result<Literal, Error> {
    let mut values = literals(entry)?;
    match values.pop() {
        Some(value) if values.is_empty() => Ok(value),
        _ => Err(entry.error(format_args!("`{}` takes one value", entry.key))),
    }
}

fn argument(entry: &Entry, arg: &Arg) -> Result<Literal, Error> {
    let Some(name) = &arg.name else { return literal(&arg.value) };
    if name != "json" {
        let message =
            format!("unknown word `{name}` in `{}`; only `json = \"…\"` has one", entry.key);
        return Err(Error::custom(message).with_span(&name.span()));
    }
    let text = string(&arg.value)
        .ok_or_else(|| Error::custom("`json` takes a string").with_span(&arg.value.span()))?;
    match json::compact(&text.value()) {
        Ok(json) => Ok(Literal { span: text.span(), json }),
        Err(error) => {
            let message = format!("this is no JSON: {error}");
            Err(Error::custom(message).with_span(&text.span()))
        }
    }
}

fn literal(value: &Expr) -> Result<Literal, Error> {
    match to_json(value) {
        Some(json) => Ok(Literal { span: value.span(), json }),
        None => Err(Error::custom(
            "expected a literal (text, number, `true`, `false` or an array of them); \
             an object is written as `(json = \"{…}\")`",
        )
        .with_span(&value.span())),
    }
}

fn to_json(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => Some(json::quote(&text.value())),
            Lit::Char(c) => Some(json::quote(&c.value().to_string())),
            Lit::Bool(value) => Some(value.value.to_string()),
            Lit::Int(value) => value.base10_parse::<u128>().ok().map(|value| value.to_string()),
            Lit::Float(value) => {
                let value: f64 = value.base10_parse().ok()?;
                value.is_finite().then(|| format!("{value:?}"))
            }
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            let inner = to_json(&unary.expr)?;
            inner.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("-{inner}"))
        }
        Expr::Array(array) => {
            let items: Option<Vec<_>> = array.elems.iter().map(to_json).collect();
            Some(format!("[{}]", items?.join(",")))
        }
        Expr::Path(path) if path.path.is_ident("None") => Some("null".to_owned()),
        Expr::Group(group) => to_json(&group.expr),
        Expr::Paren(paren) => to_json(&paren.expr),
        _ => None,
    }
}

/// A string literal, also out of a macro.
pub(super) fn string(value: &Expr) -> Option<&LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        Expr::Group(group) => string(&group.expr),
        Expr::Paren(paren) => string(&paren.expr),
        _ => None,
    }
}

/// A number, with or without a fraction or a sign.
pub(super) fn number(value: &Expr) -> Option<Number> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(value), .. }) => {
            value.base10_parse().ok().map(Number::Int)
        }
        Expr::Lit(ExprLit { lit: Lit::Float(value), .. }) => {
            let value: f64 = value.base10_parse().ok()?;
            value.is_finite().then_some(Number::Float(value))
        }
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match number(&unary.expr)? {
            Number::Int(value) => Some(Number::Int(-value)),
            Number::Float(value) => Some(Number::Float(-value)),
        },
        Expr::Group(group) => number(&group.expr),
        Expr::Paren(paren) => number(&paren.expr),
        _ => None,
    }
}
