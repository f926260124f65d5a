//! The plain answer of a response.

use std::borrow::Cow;

use super::decode;
use crate::cursor::Cursor;
use crate::provider::Glance;
use crate::provider::glance::{Once, Text};
use crate::reply::Stop;

/// The answer, if the response is complete and holds one function call, or one message with one
/// text. Reasoning is passed over.
pub(super) fn glance(body: &[u8]) -> Option<Glance<'_>> {
    let mut at = Cursor::new(body)?;
    let [mut id, mut model, mut status]: [Text<'_>; 3] = Default::default();
    let (mut output, mut usage, mut store): (Once<_>, Once<_>, Once<()>) = Default::default();
    let [mut error, mut incomplete]: [Once<()>; 2] = Default::default();
    at.object(|at, name| match name {
        "id" => id.read(at, Cursor::text),
        "model" => model.read(at, Cursor::text),
        "status" => status.read(at, Cursor::text),
        "store" => store.read(at, boolean),
        "output" => output.read(at, self::output),
        "usage" => usage.read(at, Cursor::raw),
        "error" => error.read(at, Cursor::null),
        "incomplete_details" => incomplete.read(at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    if status.value? != "completed" {
        return None;
    }
    let (tool, answer) = output.value?;
    let stop = if tool.is_some() { Stop::ToolCalls } else { Stop::End };
    let usage = match usage.value {
        Some(usage) => Some(decode::usage_in(usage)?),
        None => None,
    };
    Some(Glance { model: model.value, usage, stop, tool, answer })
}

/// The name of a tool and its arguments, or a text.
type Answer<'a> = (Option<Cow<'a, str>>, Cow<'a, str>);

fn output<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let mut found = None;
    at.list(|at| match item(at)? {
        Item::Answer(answer) => found.replace(answer).is_none().then_some(()),
        Item::Reasoning => Some(()),
    })?;
    found
}

enum Item<'a> {
    Answer(Answer<'a>),
    Reasoning,
}

fn item<'a>(at: &mut Cursor<'a>) -> Option<Item<'a>> {
    let [mut kind, mut call, mut tool, mut arguments, mut encrypted]: [Text<'a>; 5] =
        Default::default();
    let (mut said, mut content) = (None, Once::default());
    at.object(|at, name| match name {
        "type" => kind.read(at, Cursor::text),
        "call_id" => call.read(at, Cursor::text),
        "name" => tool.read(at, Cursor::text),
        "arguments" => arguments.read(at, Cursor::text),
        "content" => content.read(at, |at| self::content(at, &mut said)),
        "encrypted_content" => encrypted.read(at, Cursor::text),
        _ => at.skip(),
    })?;
    Some(match &*kind.value? {
        "function_call" => Item::Answer((Some(tool.value?), arguments.value?)),
        "message" => Item::Answer((None, said.filter(|text: &Cow<'_, str>| !text.is_empty())?)),
        "reasoning" => Item::Reasoning,
        _ => return None,
    })
}

/// At most one text.
fn content<'a>(at: &mut Cursor<'a>, said: &mut Option<Cow<'a, str>>) -> Option<()> {
    at.list(|at| {
        let (mut text, mut refusal): (Text<'a>, Once<()>) = Default::default();
        at.object(|at, name| match name {
            "text" => text.read(at, Cursor::text),
            "refusal" => refusal.read(at, Cursor::null),
            _ => at.skip(),
        })?;
        said.replace(text.value?).is_none().then_some(())
    })
}

fn boolean(at: &mut Cursor<'_>) -> Option<()> {
    matches!(at.raw()?, "true" | "false").then_some(())
}
