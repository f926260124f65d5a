//! `OpenAI`'s chat completions.

use instructor_core::Mode;
use serde_json::{Value, json};

use crate::wire::{TOKENS, Wire};

/// Also what every compatible service speaks.
pub(crate) struct OpenAi;

fn completion(message: &Value, finish: &str) -> Value {
    let [input, output, cached, reasoning] = TOKENS;
    json!({
        "id": "reply-1", "object": "chat.completion", "model": "model-1",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        },
    })
}

fn calls(answers: &[(&str, Value)]) -> Value {
    let call = |(i, (tool, arguments)): (usize, &(&str, Value))| {
        let function = json!({"name": tool, "arguments": arguments.to_string()});
        json!({"id": format!("call_{i}"), "type": "function", "function": function})
    };
    let calls: Vec<_> = answers.iter().enumerate().map(call).collect();
    json!({"role": "assistant", "content": null, "tool_calls": calls})
}

impl Wire for OpenAi {
    fn speaks(&self, _service: &str) -> bool {
        true
    }

    fn reply(&self, mode: Mode, answers: &[(&str, Value)]) -> Value {
        if mode.uses_tools() {
            return completion(&calls(answers), "tool_calls");
        }
        self.text(&answers[0].1.to_string())
    }

    fn text(&self, text: &str) -> Value {
        completion(&json!({"role": "assistant", "content": text}), "stop")
    }

    fn refusal(&self, words: &str) -> Option<Value> {
        let message = json!({"role": "assistant", "content": null, "refusal": words});
        Some(completion(&message, "stop"))
    }

    fn truncated(&self, mode: Mode) -> Value {
        let half = r#"{"name":"Ada","age":3"#;
        if mode.uses_tools() {
            let function = json!({"name": "Person", "arguments": half});
            let call = json!({"id": "call_0", "type": "function", "function": function});
            let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
            return completion(&message, "length");
        }
        completion(&json!({"role": "assistant", "content": half}), "length")
    }

    fn filtered(&self) -> Option<Value> {
        let message = json!({"role": "assistant", "content": null});
        Some(completion(&message, "content_filter"))
    }

    fn empty(&self) -> Value {
        completion(&json!({"role": "assistant", "content": null}), "stop")
    }

    fn error(&self, status: u16, message: &str) -> Value {
        let kind = if status == 429 { "rate_limit_exceeded" } else { "error" };
        json!({"error": {"message": message, "type": kind, "param": null, "code": null}})
    }
}
