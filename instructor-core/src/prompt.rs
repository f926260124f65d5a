//! What the model is told: before the first answer, and after a wrong one.

use std::borrow::Cow;

use crate::path::Path;
use crate::reply::Choice;
use crate::request::{CallResult, Exchange, Mode, Request};
use crate::schema::Rendered;
use crate::validate::{Rejection, Violation};

/// The system text: the caller's own, followed by the schema in the modes that have no other place
/// for it.
pub(crate) fn first(request: &Request) -> Option<Cow<'_, str>> {
    let instruction = match request.mode {
        Mode::Json => JSON,
        Mode::MarkdownJson => {
            "Answer with one JSON object in a ```json code block. It matches this JSON Schema:"
        }
        Mode::Tools | Mode::ToolsStrict | Mode::Parallel | Mode::JsonSchema => {
            return request.system.as_deref().map(Cow::Borrowed);
        }
    };
    Some(Cow::Owned(with_schema(request, instruction)))
}

/// The same for a service that keeps to the schema of [`Mode::JsonSchema`] without showing it to the
/// model.
pub(crate) fn first_unseen(request: &Request) -> Option<Cow<'_, str>> {
    match request.mode {
        Mode::JsonSchema => Some(Cow::Owned(with_schema(request, JSON))),
        _ => first(request),
    }
}

const JSON: &str = "Answer with one JSON object that matches this JSON Schema, and nothing else:";

fn with_schema(request: &Request, instruction: &str) -> String {
    let schema = request.rendered.json.get();
    let task = &request.rendered.description;
    match &request.system {
        Some(system) => format!("{system}\n\n{task}\n{instruction}\n{schema}"),
        None => format!("{task}\n{instruction}\n{schema}"),
    }
}

/// What a tool call of a wrong answer is worth.
#[derive(Debug, Clone)]
pub(crate) enum CallVerdict {
    /// It is asked for again.
    Wrong(Rejection),
    /// It is right and stays.
    Accepted,
    /// Nobody asked for it.
    Ignored,
    /// There is no such tool.
    Unknown,
}

/// What is said after an answer was rejected: to each of its tool calls, or to the whole.
///
/// `still` are tools whose earlier calls are wrong and were not called again.
pub(crate) fn again(
    answer: &Choice,
    verdicts: &[CallVerdict],
    rejection: &Rejection,
    still: &[(String, Rejection)],
    request: &Request,
) -> Exchange {
    let complaint = ask(&whole(request), rejection, request.rendered.wrapped);
    let mut results: Vec<_> = (0..answer.calls.len())
        .map(|i| match verdicts.get(i) {
            Some(CallVerdict::Wrong(rejection)) => {
                let text = match tool(request, &answer.calls[i].name) {
                    Some(tool) => ask(&format!("Call `{}`", tool.name), rejection, tool.wrapped),
                    None => ask(&whole(request), rejection, false),
                };
                CallResult { text, is_error: true }
            }
            Some(CallVerdict::Accepted) => {
                CallResult { text: "Accepted: do not call it again.".into(), is_error: false }
            }
            Some(CallVerdict::Unknown) => {
                let text = format!("There is no such tool. {}.", whole(request));
                CallResult { text, is_error: true }
            }
            Some(CallVerdict::Ignored) | None => {
                CallResult { text: ignored(request), is_error: false }
            }
        })
        .collect();
    if let Some(last) = results.last_mut() {
        for (name, rejection) in still {
            let wrapped = tool(request, name).is_some_and(|tool| tool.wrapped);
            last.text.push_str("\n\n");
            last.text.push_str(&ask(&format!("Call `{name}`"), rejection, wrapped));
            last.is_error = true;
        }
    }
    Exchange { answer: answer.clone(), results, complaint }
}

/// The model wrote the value into the property `value` if it is `wrapped`.
fn ask(what: &str, rejection: &Rejection, wrapped: bool) -> String {
    let inside = |violation: Violation| match violation.rule {
        // There was no value to be inside of anything.
        "tool" | "syntax" => violation,
        _ => violation.inside(Path::ROOT.field("value")),
    };
    let told = if wrapped { &rejection.clone().map(inside) } else { rejection };
    format!("{what} again without these errors:\n{}", told.for_model())
}

/// The tool of this name.
fn tool(request: &Request, name: &str) -> Option<&'static Rendered> {
    request.tools().find(|tool| tool.name == name)
}

/// What to do again when no single tool is meant.
fn whole(request: &Request) -> String {
    if !request.mode.uses_tools() {
        return "Answer".into();
    }
    let names: Vec<_> = request.tools().map(|tool| format!("`{}`", tool.name)).collect();
    match names.as_slice() {
        [name] => format!("Call {name}"),
        names => format!("Call one of the tools {}", names.join(", ")),
    }
}

fn ignored(request: &Request) -> String {
    match request.only_tool() {
        Some(tool) => format!("Ignored: one call of `{}` is enough.", tool.name),
        None => "Ignored: one call of one tool is enough.".into(),
    }
}
