//! A conversation in its order, for the wires in which the result of a call is a message of its own.

use std::borrow::Cow;

use serde::Serialize;

use crate::request::{Example, Exchange, Mode, Part, Request, Role};

/// One message. Who speaks has the same name in all these wires.
pub(super) enum Said<'a> {
    Text(&'static str, Cow<'a, str>),
    Parts(&'static str, &'a [Part]),
    /// By the model; `native` is all of it in the service's own words, where they are kept.
    Answer {
        native: Option<&'a str>,
        content: Option<&'a str>,
        calls: Vec<Call<'a>>,
    },
    Result {
        id: Cow<'a, str>,
        name: &'a str,
        text: &'a str,
    },
}

/// A call as chat completions spell it.
#[derive(Serialize)]
pub(super) struct Call<'a> {
    pub(super) id: Cow<'a, str>,
    #[serde(rename = "type")]
    kind: &'static str,
    pub(super) function: Function<'a>,
}

#[derive(Serialize)]
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    pub(super) arguments: &'a str,
}

impl<'a> Call<'a> {
    fn new(id: Cow<'a, str>, name: &'a str, arguments: &'a str) -> Self {
        Self { id, kind: "function", function: Function { name, arguments } }
    }
}

/// All messages, `system` before them.
pub(super) fn all<'a>(request: &'a Request, system: Option<Cow<'a, str>>) -> Vec<Said<'a>> {
    let mut all = Vec::from_iter(system.map(|text| Said::Text("system", text)));
    for (i, example) in request.examples.iter().enumerate() {
        push_example(&mut all, request.mode, example, i);
    }
    for message in &request.messages {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        all.push(Said::Parts(role, &message.parts));
    }
    for exchange in &request.history {
        push_exchange(&mut all, exchange);
    }
    all
}

/// A solved example in the form the answer should have.
fn push_example<'a>(all: &mut Vec<Said<'a>>, mode: Mode, example: &'a Example, number: usize) {
    let answers = &example.answers;
    all.push(Said::Text("user", (&example.input).into()));
    if !mode.uses_tools() {
        all.extend(answers.iter().map(|answer| Said::Text("assistant", answer.text(mode))));
        return;
    }
    let id = |i| Cow::Owned(format!("call_example_{number}_{i}"));
    let calls = answers.iter().enumerate();
    let calls = calls.map(|(i, answer)| Call::new(id(i), answer.tool, &answer.json)).collect();
    all.push(Said::Answer { native: None, content: None, calls });
    let results = answers.iter().enumerate();
    all.extend(results.map(|(i, answer)| {
        let (id, name) = (id(i), answer.tool);
        Said::Result { id, name, text: "Correct." }
    }));
}

/// The wrong answer as it was received, and the complaint: one result for each call, because a call
/// without one is refused, or a text of the user.
fn push_exchange<'a>(all: &mut Vec<Said<'a>>, exchange: &'a Exchange) {
    let answer = &exchange.answer;
    let calls = answer.calls.iter();
    let calls = calls.map(|call| Call::new((&call.id).into(), &call.name, &call.arguments));
    all.push(Said::Answer {
        native: answer.native.as_deref(),
        content: answer.content.as_deref(),
        calls: calls.collect(),
    });
    if answer.calls.is_empty() {
        all.push(Said::Text("user", (&exchange.complaint).into()));
    }
    let results = answer.calls.iter().zip(&exchange.results);
    all.extend(results.map(|(call, result)| {
        let id = (&call.id).into();
        Said::Result { id, name: &call.name, text: &result.text }
    }));
}
