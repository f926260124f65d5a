//! Cohere's chat, version 2.

use instructor_core::Mode;
use serde_json::{Value, json};

use crate::wire::{TOKENS, Wire};

/// Cohere itself. Its replies do not name the model.
pub(crate) struct Cohere;

fn response(message: &Value, reason: &str) -> Value {
    let [input, output, cached, _] = TOKENS;
    let tokens = json!({"input_tokens": input, "output_tokens": output});
    json!({
        "id": "reply-1", "message": message, "finish_reason": reason,
        "usage": {
            "billed_units": {"input_tokens": 5, "output_tokens": 5},
            "tokens": tokens, "cached_tokens": cached,
        },
    })
}

fn said(text: &str, reason: &str) -> Value {
    let content = json!([{"type": "text", "text": text}]);
    response(&json!({"role": "assistant", "content": content}), reason)
}

impl Wire for Cohere {
    fn speaks(&self, service: &str) -> bool {
        service == "cohere"
    }

    fn reply(&self, mode: Mode, answers: &[(&str, Value)]) -> Value {
        if !mode.uses_tools() {
            return self.text(&answers[0].1.to_string());
        }
        let call = |(i, (tool, arguments)): (usize, &(&str, Value))| {
            let function = json!({"name": tool, "arguments": arguments.to_string()});
            json!({"id": format!("call_{i}"), "type": "function", "function": function})
        };
        let calls: Vec<_> = answers.iter().enumerate().map(call).collect();
        let message = json!({"role": "assistant", "tool_plan": "I call it.", "tool_calls": calls});
        response(&message, "TOOL_CALL")
    }

    fn text(&self, text: &str) -> Value {
        said(text, "COMPLETE")
    }

    fn refusal(&self, _words: &str) -> Option<Value> {
        None
    }

    fn truncated(&self, _mode: Mode) -> Value {
        said(r#"{"name":"Ada","age":3"#, "MAX_TOKENS")
    }

    fn filtered(&self) -> Option<Value> {
        None
    }

    fn empty(&self) -> Value {
        response(&json!({"role": "assistant"}), "COMPLETE")
    }

    fn error(&self, _status: u16, message: &str) -> Value {
        json!({"id": "reply-1", "message": message})
    }

    fn counts(&self) -> [bool; 4] {
        [true, true, true, false]
    }
}
