//! The plain answer of `generateContent`.

use std::borrow::Cow;

use super::decode;
use crate::cursor::Cursor;
use crate::provider::Glance;
use crate::provider::glance::{Once, Text, object};
use crate::reply::Stop;

/// The answer, if there is one candidate that ended well, with one function call, or one text.
/// Thoughts, and text beside a call, are passed over.
pub(super) fn glance(body: &[u8]) -> Option<Glance<'_>> {
    let mut at = Cursor::new(body);
    let (mut model, mut candidate, mut usage): (Text<'_>, Once<_>, Once<_>) = Default::default();
    let [mut id, mut feedback, mut error]: [Once<()>; 3] = Default::default();
    at.object(|at, name| match name {
        b"responseId" => id.read(at, Cursor::some_text),
        b"modelVersion" => model.read(at, Cursor::text),
        b"candidates" => candidate.read(at, |at| at.only(self::candidate)),
        b"usageMetadata" => usage.read(at, decode::usage_at),
        b"promptFeedback" => feedback.read(at, Cursor::null),
        b"error" => error.read(at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    let (tool, answer) = candidate.value?;
    let stop = if tool.is_some() { Stop::ToolCalls } else { Stop::End };
    Some(Glance { model: model.value, usage: usage.value, stop, tool, answer })
}

/// The name of a function and its arguments, or a text.
type Answer<'a> = (Option<Cow<'a, str>>, Cow<'a, str>);

fn candidate<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let (mut finish, mut content): (Text<'a>, Once<_>) = Default::default();
    at.object(|at, name| match name {
        b"finishReason" => finish.read(at, Cursor::text),
        b"content" => content.read(at, self::content),
        _ => at.skip(),
    })?;
    if finish.value? == "STOP" { content.value } else { None }
}

fn content<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let mut parts = Once::default();
    at.object(|at, name| match name {
        b"parts" => parts.read(at, self::parts),
        _ => at.skip(),
    })?;
    parts.value
}

fn parts<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let (mut call, mut text, mut texts) = (None, None, 0);
    at.list(|at| {
        let (mut said, mut called, mut thought): (Text<'a>, Once<_>, Once<_>) = Default::default();
        at.object(|at, name| match name {
            b"text" => said.read(at, Cursor::text),
            b"functionCall" => called.read(at, self::call),
            b"thought" => thought.read(at, boolean),
            _ => at.skip(),
        })?;
        if let Some(said) = said.value
            && thought.value != Some(true)
        {
            (text, texts) = (Some((None, said)), texts + 1);
        }
        match called.value {
            Some((name, input)) => call.replace((Some(name), input)).is_none().then_some(()),
            None => Some(()),
        }
    })?;
    call.or_else(|| text.filter(|(_, said)| texts == 1 && !said.is_empty()))
}

fn call<'a>(at: &mut Cursor<'a>) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    let (mut id, mut called, mut input): (Once<()>, Text<'a>, Once<_>) = Default::default();
    at.object(|at, name| match name {
        b"id" => id.read(at, Cursor::some_text),
        b"name" => called.read(at, Cursor::text),
        b"args" => input.read(at, object),
        _ => at.skip(),
    })?;
    Some((called.value?, Cow::Borrowed(input.value?)))
}

fn boolean(at: &mut Cursor<'_>) -> Option<bool> {
    match at.raw()? {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}
