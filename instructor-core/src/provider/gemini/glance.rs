//! The plain answer of `generateContent`.

use std::borrow::Cow;

use super::decode;
use crate::cursor::Cursor;
use crate::provider::Glance;
use crate::provider::glance::{Once, object, once};
use crate::reply::Stop;

/// The answer, if there is one candidate that ended well, with one function call, or one text.
/// Thoughts, and text beside a call, are passed over.
pub(super) fn glance(body: &[u8]) -> Option<Glance<'_>> {
    let mut at = Cursor::new(body)?;
    let (mut id, mut model, mut candidate, mut usage) = Default::default();
    let mut null: [Once<()>; 2] = Default::default();
    at.object(|at, name| match name {
        "responseId" => once(&mut id, at, Cursor::text),
        "modelVersion" => once(&mut model, at, Cursor::text),
        "candidates" => once(&mut candidate, at, |at| at.only(self::candidate)),
        "usageMetadata" => once(&mut usage, at, Cursor::raw),
        "promptFeedback" => once(&mut null[0], at, Cursor::null),
        "error" => once(&mut null[1], at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    let (tool, answer) = candidate??;
    let stop = if tool.is_some() { Stop::ToolCalls } else { Stop::End };
    let usage = match usage.flatten() {
        Some(usage) => Some(decode::usage_in(usage)?),
        None => None,
    };
    Some(Glance { model: model.flatten(), usage, stop, tool, answer })
}

/// The name of a function and its arguments, or a text.
type Answer<'a> = (Option<Cow<'a, str>>, Cow<'a, str>);

fn candidate<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let (mut finish, mut content): (Once<Cow<'a, str>>, _) = Default::default();
    at.object(|at, name| match name {
        "finishReason" => once(&mut finish, at, Cursor::text),
        "content" => once(&mut content, at, self::content),
        _ => at.skip(),
    })?;
    (finish?? == "STOP").then_some(content??)
}

fn content<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let mut parts = None;
    at.object(|at, name| match name {
        "parts" => once(&mut parts, at, self::parts),
        _ => at.skip(),
    })?;
    parts?
}

fn parts<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let (mut call, mut text, mut texts) = (None, None, 0);
    at.list(|at| {
        let (mut said, mut called, mut thought) = Default::default();
        at.object(|at, name| match name {
            "text" => once(&mut said, at, Cursor::text),
            "functionCall" => once(&mut called, at, self::call),
            "thought" => once(&mut thought, at, boolean),
            _ => at.skip(),
        })?;
        if let Some(said) = said.flatten()
            && thought.flatten() != Some(true)
        {
            (text, texts) = (Some((None, said)), texts + 1);
        }
        match called.flatten() {
            Some((name, input)) => call.replace((Some(name), input)).is_none().then_some(()),
            None => Some(()),
        }
    })?;
    call.or_else(|| text.filter(|(_, said)| texts == 1 && !said.is_empty()))
}

fn call<'a>(at: &mut Cursor<'a>) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    let (mut id, mut called, mut input) = Default::default();
    at.object(|at, name| match name {
        "id" => once(&mut id, at, Cursor::text),
        "name" => once(&mut called, at, Cursor::text),
        "args" => once(&mut input, at, object),
        _ => at.skip(),
    })?;
    Some((called??, Cow::Borrowed(input??)))
}

fn boolean(at: &mut Cursor<'_>) -> Option<bool> {
    match at.raw()? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
