//! The plain answer of a response.

use std::borrow::Cow;

use super::decode;
use crate::cursor::Cursor;
use crate::provider::Glance;
use crate::provider::glance::{Once, once};
use crate::reply::Stop;

/// The answer, if the response is complete and holds one function call, or one message with one
/// text. Reasoning is passed over.
pub(super) fn glance(body: &[u8]) -> Option<Glance<'_>> {
    let mut at = Cursor::new(body)?;
    let (mut id, mut model, mut output, mut usage) = Default::default();
    let (mut status, mut null): (Once<Cow<'_, str>>, [Once<()>; 2]) = Default::default();
    let mut store = None;
    at.object(|at, name| match name {
        "id" => once(&mut id, at, Cursor::text),
        "model" => once(&mut model, at, Cursor::text),
        "status" => once(&mut status, at, Cursor::text),
        "store" => store.replace(at.raw()?).is_none().then_some(()),
        "output" => once(&mut output, at, self::output),
        "usage" => once(&mut usage, at, Cursor::raw),
        "error" => once(&mut null[0], at, Cursor::null),
        "incomplete_details" => once(&mut null[1], at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    if status?? != "completed" || !matches!(store, None | Some("null" | "true" | "false")) {
        return None;
    }
    let (tool, answer) = output??;
    let stop = if tool.is_some() { Stop::ToolCalls } else { Stop::End };
    let usage = match usage.flatten() {
        Some(usage) => Some(decode::usage_in(usage)?),
        None => None,
    };
    Some(Glance { model: model.flatten(), usage, stop, tool, answer })
}

/// The name of a tool and its arguments, or a text.
type Answer<'a> = (Option<Cow<'a, str>>, Cow<'a, str>);

fn output<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let mut found = None;
    at.list(|at| match item(at)? {
        Some(answer) => found.replace(answer).is_none().then_some(()),
        None => Some(()),
    })?;
    found
}

/// What an item says; nothing inside if it is reasoning.
fn item<'a>(at: &mut Cursor<'a>) -> Option<Option<Answer<'a>>> {
    let (mut kind, mut call, mut tool, mut arguments): (
        Once<Cow<'a, str>>,
        Once<Cow<'a, str>>,
        Once<Cow<'a, str>>,
        Once<Cow<'a, str>>,
    ) = Default::default();
    let (mut content, mut encrypted) = Default::default();
    at.object(|at, name| match name {
        "type" => once(&mut kind, at, Cursor::text),
        "call_id" => once(&mut call, at, Cursor::text),
        "name" => once(&mut tool, at, Cursor::text),
        "arguments" => once(&mut arguments, at, Cursor::text),
        "content" => once(&mut content, at, self::content),
        "encrypted_content" => once(&mut encrypted, at, Cursor::text),
        _ => at.skip(),
    })?;
    match &*kind?? {
        "function_call" => Some(Some((Some(tool??), arguments??))),
        "message" => Some(Some((None, content??.filter(|text| !text.is_empty())?))),
        "reasoning" => Some(None),
        _ => None,
    }
}

/// The only text of a message; nothing inside if there is none.
fn content<'a>(at: &mut Cursor<'a>) -> Option<Option<Cow<'a, str>>> {
    let mut found = None;
    at.list(|at| {
        let (mut text, mut refusal) = Default::default();
        at.object(|at, name| match name {
            "text" => once(&mut text, at, Cursor::text),
            "refusal" => once(&mut refusal, at, Cursor::null),
            _ => at.skip(),
        })?;
        found.replace(text??).is_none().then_some(())
    })?;
    Some(found)
}
