//! Anthropic's messages.

use instructor_core::Mode;
use serde_json::{Value, json};

use crate::wire::{TOKENS, Wire};

pub(crate) struct Anthropic;

/// The tokens of the cache stand beside those of the question.
fn message(content: &Value, stop_reason: &str) -> Value {
    let [input, output, cached, reasoning] = TOKENS;
    json!({
        "id": "reply-1", "type": "message", "role": "assistant", "model": "model-1",
        "content": content, "stop_reason": stop_reason, "stop_sequence": null,
        "usage": {
            "input_tokens": input - cached - 10, "output_tokens": output,
            "cache_creation_input_tokens": 10, "cache_read_input_tokens": cached,
            "output_tokens_details": {"thinking_tokens": reasoning},
        },
    })
}

impl Wire for Anthropic {
    fn speaks(&self, service: &str) -> bool {
        service == "anthropic"
    }

    fn reply(&self, mode: Mode, answers: &[(&str, Value)]) -> Value {
        if !mode.uses_tools() {
            return self.text(&answers[0].1.to_string());
        }
        let call = |(i, (tool, input)): (usize, &(&str, Value))| json!({"type": "tool_use", "id": format!("toolu_{i}"), "name": tool, "input": input});
        let calls: Vec<_> = answers.iter().enumerate().map(call).collect();
        message(&calls.into(), "tool_use")
    }

    fn text(&self, text: &str) -> Value {
        message(&json!([{"type": "text", "text": text}]), "end_turn")
    }

    fn refusal(&self, words: &str) -> Option<Value> {
        let mut refused = message(&json!([]), "refusal");
        refused["stop_details"] =
            json!({"type": "refusal", "category": "cyber", "explanation": words});
        Some(refused)
    }

    fn truncated(&self, mode: Mode) -> Value {
        let content = if mode.uses_tools() {
            json!([{"type": "tool_use", "id": "toolu_0", "name": "Person", "input": {"name": "Ada"}}])
        } else {
            json!([{"type": "text", "text": r#"{"name":"Ada","age":3"#}])
        };
        message(&content, "max_tokens")
    }

    fn filtered(&self) -> Option<Value> {
        Some(message(&json!([]), "refusal"))
    }

    fn empty(&self) -> Value {
        message(&json!([]), "end_turn")
    }

    fn error(&self, status: u16, message: &str) -> Value {
        let kind = match status {
            400 => "invalid_request_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            429 => "rate_limit_error",
            _ => "api_error",
        };
        json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "r"})
    }
}
