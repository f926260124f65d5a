//! What the model is told: before the first answer, and after a wrong one.

use std::borrow::Cow;

use crate::reply::Choice;
use crate::request::{CallResult, Exchange, Mode, Request};
use crate::schema::Rendered;
use crate::validate::Rejection;

/// The system text: the caller's own, followed by the schema in the modes that have no other place
/// for it.
pub(crate) fn first(request: &Request) -> Option<Cow<'_, str>> {
    let schema = request.rendered.json.get();
    let instruction = match request.mode {
        Mode::Json => {
            "Answer with one JSON object that matches this JSON Schema, and nothing else:"
        }
        Mode::MarkdownJson => {
            "Answer with one JSON object in a ```json code block. It matches this JSON Schema:"
        }
        Mode::Tools | Mode::ToolsStrict | Mode::Parallel | Mode::JsonSchema => {
            return request.system.as_deref().map(Cow::Borrowed);
        }
    };
    let task = &request.rendered.description;
    Some(Cow::Owned(match &request.system {
        Some(system) => format!("{system}\n\n{task}\n{instruction}\n{schema}"),
        None => format!("{task}\n{instruction}\n{schema}"),
    }))
}

/// What is said after the answer `answer` was rejected; `about` is the tool call that was read.
pub(crate) fn again(
    answer: &Choice,
    about: usize,
    rejection: &Rejection,
    rendered: &Rendered,
    mode: Mode,
) -> Exchange {
    let tool = &rendered.name;
    let ask =
        if mode.uses_tools() { format!("Call `{tool}` again") } else { "Answer again".into() };
    let complaint = format!("{ask} without these errors:\n{}", rejection.for_model());
    let results = (0..answer.calls.len()).map(|i| {
        let ignored = || format!("Ignored: one call of `{tool}` is enough.");
        let text = if i == about { complaint.clone() } else { ignored() };
        CallResult { text, is_error: i == about }
    });
    Exchange { answer: answer.clone(), results: results.collect(), complaint: complaint.clone() }
}
