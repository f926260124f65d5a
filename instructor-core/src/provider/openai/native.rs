//! The answer in the service's own words, where it must be sent back unchanged: signed or hidden
//! reasoning, without which the next request is refused or the model forgets what it thought.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::reply::Call;

/// Whether a content is a list of parts with thinking among them.
pub(super) fn has_thinking(content: &str) -> bool {
    #[derive(Deserialize)]
    struct Part<'a> {
        #[serde(rename = "type")]
        kind: Option<&'a str>,
    }
    content.starts_with('[')
        && serde_json::from_str::<Vec<Part<'_>>>(content)
            .is_ok_and(|parts| parts.iter().any(|part| part.kind == Some("thinking")))
}

/// The message of the answer of this number as received; only a role, and ids of calls that were
/// missing, are added. Few answers need it, so that only these are read twice.
pub(super) fn message(body: &[u8], number: usize, calls: &[Call]) -> Option<Arc<str>> {
    #[derive(Deserialize)]
    struct Completion<'a> {
        #[serde(borrow)]
        choices: Vec<Choice<'a>>,
    }
    #[derive(Deserialize)]
    struct Choice<'a> {
        #[serde(borrow)]
        message: Option<&'a RawValue>,
    }
    let completion: Completion<'_> = serde_json::from_slice(body).ok()?;
    let raw = completion.choices.get(number)?.message?.get();
    let mut message: Value = serde_json::from_str(raw).ok()?;
    let mut changed = false;
    if message.get("role").and_then(Value::as_str).is_none() {
        message.as_object_mut()?.insert("role".into(), "assistant".into());
        changed = true;
    }
    let list = message.get_mut("tool_calls").and_then(Value::as_array_mut);
    let received = list.into_iter().flatten().filter(|call| call["function"].is_object());
    for (received, call) in received.zip(calls) {
        if received["id"] != call.id.as_str() {
            received["id"] = call.id.as_str().into();
            changed = true;
        }
    }
    Some(if changed { message.to_string().into() } else { raw.into() })
}
