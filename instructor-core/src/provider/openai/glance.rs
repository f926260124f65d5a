//! The plain answer of a chat completion.

use std::borrow::Cow;

use super::decode;
use crate::cursor::Cursor;
use crate::provider::Glance;
use crate::provider::glance::{Once, Text};
use crate::reply::Stop;

/// The answer, if there is one choice that ended well, with one tool call or text.
pub(super) fn glance(body: &[u8]) -> Option<Glance<'_>> {
    let mut at = Cursor::new(body);
    let (mut model, mut choice, mut usage): (Text<'_>, Once<_>, Once<_>) = Default::default();
    let [mut id, mut error]: [Once<()>; 2] = Default::default();
    at.object(|at, name| match name {
        b"id" => id.read(at, Cursor::some_text),
        b"model" => model.read(at, Cursor::text),
        b"choices" => choice.read(at, |at| at.only(self::choice)),
        b"usage" => usage.read(at, decode::usage_at),
        b"error" => error.read(at, Cursor::null),
        _ => at.skip(),
    })?;
    at.end()?;
    let (stop, (tool, answer)) = choice.value?;
    Some(Glance { model: model.value, usage: usage.value, stop, tool, answer })
}

/// The name of a tool and its arguments, or a text.
type Answer<'a> = (Option<Cow<'a, str>>, Cow<'a, str>);

fn choice<'a>(at: &mut Cursor<'a>) -> Option<(Stop, Answer<'a>)> {
    let (mut finish, mut message, mut error): (Text<'a>, Once<_>, Once<()>) = Default::default();
    at.object(|at, name| match name {
        b"finish_reason" => finish.read(at, Cursor::text),
        b"message" => message.read(at, self::message),
        b"error" => error.read(at, Cursor::null),
        _ => at.skip(),
    })?;
    let stop = match &*finish.value? {
        "tool_calls" => Stop::ToolCalls,
        "stop" => Stop::End,
        _ => return None,
    };
    Some((stop, message.value?))
}

fn message<'a>(at: &mut Cursor<'a>) -> Option<Answer<'a>> {
    let mut content = Text::default();
    let (mut call, mut calls) = (None, Once::default());
    let [mut refusal, mut legacy, mut reasoning, mut details]: [Once<()>; 4] = Default::default();
    at.object(|at, name| match name {
        b"content" => content.read(at, Cursor::text),
        b"tool_calls" => calls.read(at, |at| self::calls(at, &mut call)),
        b"refusal" => refusal.read(at, Cursor::null),
        b"function_call" => legacy.read(at, Cursor::null),
        b"reasoning_content" => reasoning.read(at, Cursor::skip),
        b"reasoning_details" => details.read(at, Cursor::skip),
        _ => at.skip(),
    })?;
    match call {
        Some((name, arguments)) => Some((Some(name), arguments)),
        None => content.value.filter(|text| !text.is_empty()).map(|text| (None, text)),
    }
}

/// The name of a tool and its arguments.
type Call<'a> = (Cow<'a, str>, Cow<'a, str>);

/// At most one call.
fn calls<'a>(at: &mut Cursor<'a>, found: &mut Option<Call<'a>>) -> Option<()> {
    at.list(|at| found.replace(call(at)?).is_none().then_some(()))
}

fn call<'a>(at: &mut Cursor<'a>) -> Option<Call<'a>> {
    let mut function = Once::default();
    let [mut id, mut signature]: [Once<()>; 2] = Default::default();
    at.object(|at, name| match name {
        b"id" => id.read(at, Cursor::some_text),
        b"function" => function.read(at, self::function),
        b"extra_content" => signature.read(at, Cursor::skip),
        _ => at.skip(),
    })?;
    function.value
}

fn function<'a>(at: &mut Cursor<'a>) -> Option<Call<'a>> {
    let (mut called, mut arguments): (Text<'a>, Text<'a>) = Default::default();
    at.object(|at, name| match name {
        b"name" => called.read(at, Cursor::text),
        b"arguments" => arguments.read(at, Cursor::text),
        _ => at.skip(),
    })?;
    Some((called.value?, arguments.value?))
}
