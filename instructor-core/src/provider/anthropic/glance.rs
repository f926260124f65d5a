//! The plain answer of a message.

use std::borrow::Cow;

use super::decode;
use crate::cursor::Cursor;
use crate::provider::Glance;
use crate::provider::glance::{Once, object, once};
use crate::reply::Stop;

/// The answer, if the message ended well and holds one tool call, or one text. Reasoning, and text
/// before a call, is passed over.
pub(super) fn glance(body: &[u8]) -> Option<Glance<'_>> {
    let mut at = Cursor::new(body)?;
    let (mut id, mut model, mut content, mut reason, mut details, mut usage, mut error): (
        _,
        _,
        _,
        Once<Cow<'_, str>>,
        _,
        _,
        _,
    ) = Default::default();
    at.object(|at, name| match name {
        "id" => once(&mut id, at, Cursor::text),
        "model" => once(&mut model, at, Cursor::text),
        "content" => once(&mut content, at, self::content),
        "stop_reason" => once(&mut reason, at, Cursor::text),
        "stop_details" => once(&mut details, at, Cursor::null),
        "usage" => once(&mut usage, at, Cursor::raw),
        "error" => once(&mut error, at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    let stop = match &*reason?? {
        "tool_use" => Stop::ToolCalls,
        "end_turn" | "stop_sequence" => Stop::End,
        _ => return None,
    };
    let (tool, answer) = content??;
    let usage = match usage.flatten() {
        Some(usage) => Some(decode::usage_in(usage)?),
        None => None,
    };
    Some(Glance { model: model.flatten(), usage, stop, tool, answer })
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
    let (mut kind, mut text, mut id, mut tool, mut input): (
        Once<Cow<'a, str>>,
        Once<Cow<'a, str>>,
        Once<Cow<'a, str>>,
        Once<Cow<'a, str>>,
        Once<&'a str>,
    ) = Default::default();
    at.object(|at, name| match name {
        "type" => once(&mut kind, at, Cursor::text),
        "text" => once(&mut text, at, Cursor::text),
        "id" => once(&mut id, at, Cursor::text),
        "name" => once(&mut tool, at, Cursor::text),
        "input" => once(&mut input, at, object),
        _ => at.skip(),
    })?;
    Some(match &*kind?? {
        "tool_use" => Block::Call(tool??, Cow::Borrowed(input??)),
        "text" => Block::Text(text??),
        _ => Block::Other,
    })
}
