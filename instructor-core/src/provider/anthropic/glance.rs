//! The plain answer of a message.

use std::borrow::Cow;

use super::decode;
use crate::cursor::Cursor;
use crate::provider::Glance;
use crate::provider::glance::{Once, Text, object};
use crate::reply::Stop;

/// The answer, if the message ended well and holds one tool call, or one text. Reasoning, and text
/// before a call, is passed over.
pub(super) fn glance(body: &[u8]) -> Option<Glance<'_>> {
    let mut at = Cursor::new(body);
    let [mut model, mut reason]: [Text<'_>; 2] = Default::default();
    let (mut content, mut usage): (Once<_>, Once<_>) = Default::default();
    let [mut id, mut details, mut error]: [Once<()>; 3] = Default::default();
    at.object(|at, name| match name {
        b"id" => id.read(at, Cursor::some_text),
        b"model" => model.read(at, Cursor::text),
        b"content" => content.read(at, self::content),
        b"stop_reason" => reason.read(at, Cursor::text),
        b"stop_details" => details.read(at, Cursor::null),
        b"usage" => usage.read(at, decode::usage_at),
        b"error" => error.read(at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    let stop = match &*reason.value? {
        "tool_use" => Stop::ToolCalls,
        "end_turn" | "stop_sequence" => Stop::End,
        _ => return None,
    };
    let (tool, answer) = content.value?;
    Some(Glance { model: model.value, usage: usage.value, stop, tool, answer })
}

/// The name of a tool and its arguments, or a text.
type Answer<'a> = (Option<Cow<'a, str>>, Cow<'a, str>);

fn content<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let (mut call, mut text, mut texts) = (None, None, 0);
    at.list(|at| match block(at)? {
        Block::Call(name, input) => call.replace((Some(name), input)).is_none().then_some(()),
        Block::Text(said) => {
            (text, texts) = (Some((None, said)), texts + 1);
            Some(())
        }
        Block::Other => Some(()),
    })?;
    call.or_else(|| text.filter(|(_, said)| texts == 1 && !said.is_empty()))
}

enum Block<'a> {
    Call(Cow<'a, str>, Cow<'a, str>),
    Text(Cow<'a, str>),
    Other,
}

fn block<'a>(at: &mut Cursor<'a>) -> Option<Block<'a>> {
    let [mut kind, mut text, mut tool]: [Text<'a>; 3] = Default::default();
    let (mut id, mut input): (Once<()>, Once<_>) = Default::default();
    at.object(|at, name| match name {
        b"type" => kind.read(at, Cursor::text),
        b"text" => text.read(at, Cursor::text),
        b"id" => id.read(at, Cursor::some_text),
        b"name" => tool.read(at, Cursor::text),
        b"input" => input.read(at, object),
        _ => at.skip(),
    })?;
    Some(match &*kind.value? {
        "tool_use" => Block::Call(tool.value?, Cow::Borrowed(input.value?)),
        "text" => Block::Text(text.value?),
        _ => Block::Other,
    })
}
