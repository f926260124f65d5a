//! An answer of Ollama's chat API as a reply.

use crate::provider::{ProviderError, failure};
use crate::reply::{Call, Choice, Reply, Stop, Usage};
use crate::transport::HttpResponse;

/// Reads a response; an error in it is shown without the key.
pub(super) fn reply(response: &HttpResponse, key: &str) -> Result<Reply, ProviderError> {
    const WHAT: &str = "an answer of Ollama";
    failure::check(response, key, |_, _| None)?;
    let body = &response.body;
    let answer: wire::Answer<'_> = failure::parts(body, WHAT)?;
    if let Some(error) = answer.error {
        return Err(failure::classify_within(response, error.get(), key, |_, _| None));
    }
    let Some(raw) = answer.message else {
        return Err(failure::invalid(WHAT, "it has no message"));
    };
    let message: wire::Message<'_> = serde_json::from_str(raw.get())
        .map_err(|_| failure::invalid(WHAT, "a part of it has the wrong type"))?;
    let calls = message.tool_calls.unwrap_or_default().into_iter();
    let calls = calls.filter_map(|call| Some((call.id, call.function?)));
    let calls: Vec<_> =
        calls.enumerate().map(|(i, (id, function))| call(i, id, function)).collect();
    // A model that reasons goes on from what it thought.
    let thought = message.thinking.is_some_and(|thinking| !thinking.is_empty());
    let choice = Choice {
        content: message.content.filter(|content| !content.is_empty()),
        refusal: None,
        stop: stop(answer.done_reason, !calls.is_empty()),
        native: (thought && !calls.is_empty()).then(|| raw.get().into()),
        calls,
    };
    let mut reply = Reply::new(vec![choice], body.clone());
    reply.model = answer.model;
    // What was evaluated before is not counted again, and then left out.
    let counted = answer.prompt_eval_count.is_some() || answer.eval_count.is_some();
    let (input, output) = (answer.prompt_eval_count, answer.eval_count);
    reply.usage =
        counted.then(|| Usage::new(input.unwrap_or_default(), output.unwrap_or_default()));
    Ok(reply)
}

fn call(number: usize, id: Option<String>, function: wire::Function<'_>) -> Call {
    Call {
        id: id.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("call_0_{number}")),
        name: function.name.unwrap_or_default(),
        arguments: function.arguments.map_or_else(String::new, |raw| {
            serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
        }),
    }
}

fn stop(reason: Option<String>, called: bool) -> Stop {
    match reason.as_deref() {
        Some("stop") if called => Stop::ToolCalls,
        Some("stop") => Stop::End,
        Some("length") => Stop::Length,
        None | Some("") => Stop::Unknown,
        Some(_) => Stop::Other(reason.unwrap_or_default()),
    }
}

mod wire {
    use serde::Deserialize;
    use serde_json::value::RawValue;

    #[derive(Deserialize)]
    pub(super) struct Answer<'a> {
        pub(super) model: Option<String>,
        #[serde(borrow)]
        pub(super) message: Option<&'a RawValue>,
        pub(super) done_reason: Option<String>,
        pub(super) prompt_eval_count: Option<u64>,
        pub(super) eval_count: Option<u64>,
        #[serde(borrow)]
        pub(super) error: Option<&'a RawValue>,
    }

    #[derive(Deserialize)]
    pub(super) struct Message<'a> {
        pub(super) content: Option<String>,
        pub(super) thinking: Option<String>,
        #[serde(borrow)]
        pub(super) tool_calls: Option<Vec<ToolCall<'a>>>,
    }

    #[derive(Deserialize)]
    pub(super) struct ToolCall<'a> {
        pub(super) id: Option<String>,
        #[serde(borrow)]
        pub(super) function: Option<Function<'a>>,
    }

    #[derive(Deserialize)]
    pub(super) struct Function<'a> {
        pub(super) name: Option<String>,
        #[serde(borrow)]
        pub(super) arguments: Option<&'a RawValue>,
    }
}
