//! The plain answer of a chat completion, without a tree and without reading the rest.

use std::borrow::Cow;

use super::decode;
use crate::provider::Glance;
use crate::reply::Stop;
use crate::scan::{Elements, Entries, is_null, text};

/// The answer, if there is one choice that ended well, with one tool call or text.
pub(super) fn glance(body: &[u8]) -> Option<Glance<'_>> {
    let [model, choices, usage, error] = properties(body, ["model", "choices", "usage", "error"])?;
    absent(error)?;
    let choice = only(choices?)?;
    let [message, finish, error] = properties(choice, ["message", "finish_reason", "error"])?;
    absent(error)?;
    let stop = match finish? {
        br#""tool_calls""# => Stop::ToolCalls,
        br#""stop""# => Stop::End,
        _ => return None,
    };
    let [content, refusal, calls, legacy] =
        properties(message?, ["content", "refusal", "tool_calls", "function_call"])?;
    absent(refusal)?;
    absent(legacy)?;
    let (tool, answer) = match present(calls) {
        Some(calls) => {
            let [function] = properties(only(calls)?, ["function"])?;
            let [name, arguments] = properties(function?, ["name", "arguments"])?;
            (Some(text(name?)?), text(arguments?)?)
        }
        None => (None, text(content?)?),
    };
    let usage = match present(usage) {
        Some(usage) => Some(decode::usage_in(usage)?),
        None => None,
    };
    let model: Option<Cow<'_, str>> = match present(model) {
        Some(model) => Some(text(model)?),
        None => None,
    };
    Some(Glance { model, usage, stop, tool, answer })
}

/// The raw values of these properties; nothing if one stands there twice or the object is broken.
fn properties<'a, const N: usize>(
    json: &'a [u8],
    names: [&str; N],
) -> Option<[Option<&'a [u8]>; N]> {
    let mut found = [None; N];
    let mut entries = Entries::new(json)?;
    for (name, value) in entries.by_ref() {
        if let Some(i) = names.iter().position(|wanted| wanted.as_bytes() == name)
            && found[i].replace(value).is_some()
        {
            return None;
        }
    }
    entries.is_complete().then_some(found)
}

/// The only element of a list.
fn only(json: &[u8]) -> Option<&[u8]> {
    let mut elements = Elements::new(json)?;
    let first = elements.next()?;
    (elements.next().is_none() && elements.is_complete()).then_some(first)
}

fn present(raw: Option<&[u8]>) -> Option<&[u8]> {
    raw.filter(|raw| !is_null(raw) && *raw != b"[]")
}

fn absent(raw: Option<&[u8]>) -> Option<()> {
    present(raw).is_none().then_some(())
}
