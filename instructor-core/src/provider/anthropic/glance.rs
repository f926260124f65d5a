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
    let mut at = Cursor::new(body)?;
    let (mut id, mut model, mut reason): (Text<'_>, Text<'_>, Text<'_>) = Default::default();
    let (mut content, mut usage): (Once<_>, Once<_>) = Default::default();
    let [mut details, mut error]: [Once<()>; 2] = Default::default();
    at.object(|at, name| match name {
        "id" => id.read(at, Cursor::text),
        "model" => model.read(at, Cursor::text),
        "content" => content.read(at, self::content),
        "stop_reason" => reason.read(at, Cursor::text),
        "stop_details" => details.read(at, Cursor::null),
        "usage" => usage.read(at, Cursor::raw),
        "error" => error.read(at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    let stop = match &*reason.value? {
        "tool_use" => Stop::ToolCalls,
        "end_turn" | "stop_sequence" => Stop::End,
        _ => return None,
    };
    let (tool, answer) = content.value?;
    let usage = match usage.value {
        Some(usage) => Some(decode::usage_in(usage)?),
        None => None,
    };
    Some(Glance { model: model.value, usage, stop, tool, answer })
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
    let [mut kind, mut text, mut id, mut tool]: [Text<'a>; 4] = Default::default();
    let mut input = Once::default();
    at.object(|at, name| match name {
        "type" => kind.read(at, Cursor::text),
        "text" => text.read(at, Cursor::text),
        "id" => id.read(at, Cursor::text),
        "name" => tool.read(at, Cursor::text),
        "input" => input.read(at, object),
        _ => at.skip(),
    })?;
    Some(match &*kind.value? {
        "tool_use" => Block::Call(tool.value?, Cow::Borrowed(input.value?)),
        "text" => Block::Text(text.value?),
        _ => Block::Other,
    })
}
