//! Ollama's own chat API.

use instructor_core::Mode;
use serde_json::{Value, json};

use crate::wire::{TOKENS, Wire};

pub(crate) struct Ollama;

fn answer(message: &Value, done: &str) -> Value {
    let [input, output, ..] = TOKENS;
    json!({
        "model": "model-1", "created_at": "2026-01-01T00:00:00Z", "message": message,
        "done": true, "done_reason": done, "total_duration": 5_000_000,
        "prompt_eval_count": input, "eval_count": output,
    })
}

impl Wire for Ollama {
    fn speaks(&self, service: &str) -> bool {
        service == "ollama-native"
    }

    fn reply(&self, mode: Mode, answers: &[(&str, Value)]) -> Value {
        if !mode.uses_tools() {
            return self.text(&answers[0].1.to_string());
        }
        let call = |(tool, arguments): &(&str, Value)| json!({"function": {"name": tool, "arguments": arguments}});
        let calls: Vec<_> = answers.iter().map(call).collect();
        let message = json!({"role": "assistant", "content": "", "tool_calls": calls});
        answer(&message, "stop")
    }

    fn text(&self, text: &str) -> Value {
        answer(&json!({"role": "assistant", "content": text}), "stop")
    }

    fn refusal(&self, _words: &str) -> Option<Value> {
        None
    }

    fn truncated(&self, mode: Mode) -> Value {
        let half = r#"{"name":"Ada","age":3"#;
        // A call that is not whole stays text.
        let content = if mode.uses_tools() { format!("<tool_call>{half}") } else { half.into() };
        answer(&json!({"role": "assistant", "content": content}), "length")
    }

    fn filtered(&self) -> Option<Value> {
        None
    }

    fn empty(&self) -> Value {
        answer(&json!({"role": "assistant", "content": ""}), "stop")
    }

    fn error(&self, _status: u16, message: &str) -> Value {
        json!({"error": message})
    }

    fn counts(&self) -> [bool; 4] {
        [true, true, false, false]
    }
}
