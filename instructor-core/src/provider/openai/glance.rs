//! The plain answer of a chat completion.

use std::borrow::Cow;

use super::decode;
use crate::cursor::Cursor;
use crate::provider::Glance;
use crate::provider::glance::{Once, once};
use crate::reply::Stop;

/// The answer, if there is one choice that ended well, with one tool call or text.
pub(super) fn glance(body: &[u8]) -> Option<Glance<'_>> {
    let mut at = Cursor::new(body)?;
    let (mut id, mut model, mut choice, mut usage, mut error) = Default::default();
    at.object(|at, name| match name {
        "id" => once(&mut id, at, Cursor::text),
        "model" => once(&mut model, at, Cursor::text),
        "choices" => once(&mut choice, at, |at| at.only(self::choice)),
        "usage" => once(&mut usage, at, Cursor::raw),
        "error" => once(&mut error, at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    let (stop, (tool, answer)) = choice??;
    let usage = match usage.flatten() {
        Some(usage) => Some(decode::usage_in(usage)?),
        None => None,
    };
    Some(Glance { model: model.flatten(), usage, stop, tool, answer })
}

/// The name of a tool and its arguments, or a text.
type Answer<'a> = (Option<Cow<'a, str>>, Cow<'a, str>);

fn choice<'a>(at: &mut Cursor<'a>) -> Option<(Stop, Answer<'a>)> {
    let (mut finish, mut message, mut error): (Once<Cow<'a, str>>, _, _) = Default::default();
    at.object(|at, name| match name {
        "finish_reason" => once(&mut finish, at, Cursor::text),
        "message" => once(&mut message, at, self::message),
        "error" => once(&mut error, at, Cursor::null),
        _ => at.skip(),
    })?;
    let stop = match &*finish?? {
        "tool_calls" => Stop::ToolCalls,
        "stop" => Stop::End,
        _ => return None,
    };
    Some((stop, message??))
}

fn message<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let (mut content, mut calls, mut null): (Once<Cow<'a, str>>, _, [Once<()>; 2]) =
        Default::default();
    let (mut reasoning, mut details) = Default::default();
    at.object(|at, name| match name {
        "content" => once(&mut content, at, Cursor::text),
        "tool_calls" => once(&mut calls, at, self::calls),
        "refusal" => once(&mut null[0], at, Cursor::null),
        "function_call" => once(&mut null[1], at, Cursor::null),
        "reasoning_content" => once(&mut reasoning, at, Cursor::skip),
        "reasoning_details" => once(&mut details, at, Cursor::skip),
        _ => at.skip(),
    })?;
    match calls.flatten().flatten() {
        Some((name, arguments)) => Some((Some(name), arguments)),
        None => content?.filter(|text| !text.is_empty()).map(|text| (None, text)),
    }
}

/// The only call, if there is one.
fn calls<'a>(at: &mut Cursor<'a>) -> Option<Option<(Cow<'a, str>, Cow<'a, str>)>> {
    let mut found = None;
    at.list(|at| found.replace(call(at)?).is_none().then_some(()))?;
    Some(found)
}

fn call<'a>(at: &mut Cursor<'a>) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    let (mut id, mut function, mut signature) = Default::default();
    at.object(|at, name| match name {
        "id" => once(&mut id, at, Cursor::text),
        "function" => once(&mut function, at, self::function),
        "extra_content" => once(&mut signature, at, Cursor::skip),
        _ => at.skip(),
    })?;
    function?
}

fn function<'a>(at: &mut Cursor<'a>) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    let (mut called, mut arguments) = Default::default();
    at.object(|at, name| match name {
        "name" => once(&mut called, at, Cursor::text),
        "arguments" => once(&mut arguments, at, Cursor::text),
        _ => at.skip(),
    })?;
    Some((called??, arguments??))
}
