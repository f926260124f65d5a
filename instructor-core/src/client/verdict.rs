//! What a reply is worth.

use crate::answer::Read;
use crate::path::Path;
use crate::prompt::CallVerdict;
use crate::reply::Choice;
use crate::request::Request;
use crate::validate::{Rejection, Violation};

/// What a reply is worth.
pub(super) enum Verdict<T> {
    /// A value; `from_text` if it stood in the text although a tool call was asked for.
    Valid { read: Read<T>, from_text: bool },
    /// An answer that can be asked for again.
    Wrong(Wrong),
    /// No answer that could be mended.
    Truncated,
    /// The model's words.
    Refused(String),
    /// Held back by the service.
    Filtered,
}

/// A wrong answer.
pub(super) struct Wrong {
    /// The number of the choice that was read.
    pub(super) choice: usize,
    /// All that is wrong.
    pub(super) rejection: Rejection,
    /// What each of its tool calls is worth; nothing if it has none.
    pub(super) calls: Vec<CallVerdict>,
}

/// There is nothing to read.
pub(super) fn no_call<T>(number: usize, choice: &Choice, request: &Request) -> Verdict<T> {
    let rejection = nothing(request);
    let calls = unknown(choice, &rejection);
    Verdict::Wrong(Wrong { choice: number, rejection, calls })
}

/// Each call is of a tool that nobody offered, and each gets the complaint.
pub(super) fn unknown(choice: &Choice, rejection: &Rejection) -> Vec<CallVerdict> {
    choice.calls.iter().map(|_| CallVerdict::Wrong(rejection.clone())).collect()
}

/// What is wrong with an answer that has no call of ours, or no JSON.
fn nothing(request: &Request) -> Rejection {
    let (rule, message) = if request.mode.uses_tools() {
        let names: Vec<_> = request.tools().map(|tool| format!("`{}`", tool.name)).collect();
        let tools = match names.as_slice() {
            [name] => format!("the tool {name}"),
            names => format!("one of the tools {}", names.join(", ")),
        };
        ("tool", format!("must be given as a call of {tools}"))
    } else {
        ("syntax", "must be a JSON object".to_owned())
    };
    Violation::new(Path::ROOT, rule, message).into()
}
