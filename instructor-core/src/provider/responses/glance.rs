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
    let mut at = Cursor::new(body);
    let [mut model, mut status]: [Text<'_>; 2] = Default::default();
    let (mut output, mut usage, mut store): (Once<_>, Once<_>, Once<()>) = Default::default();
    let [mut id, mut error, mut incomplete]: [Once<()>; 3] = Default::default();
    at.object(|at, name| match name {
        b"id" => id.read(at, Cursor::some_text),
        b"model" => model.read(at, Cursor::text),
        b"status" => status.read(at, Cursor::text),
        b"store" => store.read(at, boolean),
        b"output" => output.read(at, self::output),
        b"usage" => usage.read(at, decode::usage_at),
        b"error" => error.read(at, Cursor::null),
        b"incomplete_details" => incomplete.read(at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    if status.value? != "completed" {
        return None;
    }
    let (tool, answer) = output.value?;
    let stop = if tool.is_some() { Stop::ToolCalls } else { Stop::End };
    Some(Glance { model: model.value, usage: usage.value, stop, tool, answer })
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
    let [mut kind, mut tool, mut arguments]: [Text<'a>; 3] = Default::default();
    let [mut call, mut encrypted]: [Once<()>; 2] = Default::default();
    let (mut said, mut content) = (None, Once::default());
    at.object(|at, name| match name {
        b"type" => kind.read(at, Cursor::text),
        b"call_id" => call.read(at, Cursor::some_text),
        b"name" => tool.read(at, Cursor::text),
        b"arguments" => arguments.read(at, Cursor::text),
        b"content" => content.read(at, |at| self::content(at, &mut said)),
        b"encrypted_content" => encrypted.read(at, Cursor::some_text),
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
            b"text" => text.read(at, Cursor::text),
            b"refusal" => refusal.read(at, Cursor::null),
            _ => at.skip(),
        })?;
        said.replace(text.value?).is_none().then_some(())
    })
}

fn boolean(at: &mut Cursor<'_>) -> Option<()> {
    matches!(at.raw()?, b"true" | b"false").then_some(())
}
