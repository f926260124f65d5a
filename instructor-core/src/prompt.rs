//! What the model is told: before the first answer, and after a wrong one.

use std::borrow::Cow;

use crate::reply::Choice;
use crate::request::{CallResult, Exchange, Mode, Request};
use crate::validate::Rejection;

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
    let complaint = ask(&whole(request), rejection);
    let mut results: Vec<_> = (0..answer.calls.len())
        .map(|i| match verdicts.get(i) {
            Some(CallVerdict::Wrong(rejection)) => {
                let known = request.tools().find(|tool| tool.name == answer.calls[i].name);
                let what =
                    known.map_or_else(|| whole(request), |tool| format!("Call `{}`", tool.name));
                CallResult { text: ask(&what, rejection), is_error: true }
            }
            Some(CallVerdict::Accepted) => {
                CallResult { text: "Accepted: do not call it again.".into(), is_error: false }
            }
            Some(CallVerdict::Ignored) | None => {
                CallResult { text: ignored(request), is_error: false }
            }
        })
        .collect();
    if let Some(last) = results.last_mut() {
        for (tool, rejection) in still {
            last.text.push_str("\n\n");
            last.text.push_str(&ask(&format!("Call `{tool}`"), rejection));
            last.is_error = true;
        }
    }
    Exchange { answer: answer.clone(), results, complaint }
}

fn ask(what: &str, rejection: &Rejection) -> String {
    format!("{what} again without these errors:\n{}", rejection.for_model())
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
