//! `OpenAI`'s Responses API.

use instructor_core::Mode;
use serde_json::{Value, json};

use crate::wire::{TOKENS, Wire};

pub(crate) struct Responses;

fn response(output: &Value, status: &str, reason: Option<&str>) -> Value {
    let [input, output_tokens, cached, reasoning] = TOKENS;
    json!({
        "id": "reply-1", "object": "response", "created_at": 1, "model": "model-1",
        "status": status, "error": null, "store": true, "output": output,
        "incomplete_details": reason.map(|reason| json!({"reason": reason})),
        "usage": {
            "input_tokens": input, "output_tokens": output_tokens,
            "total_tokens": input + output_tokens,
            "input_tokens_details": {"cached_tokens": cached},
            "output_tokens_details": {"reasoning_tokens": reasoning},
        },
    })
}

fn completed(items: Vec<Value>) -> Value {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": []});
    let output: Vec<_> = [reasoning].into_iter().chain(items).collect();
    response(&output.into(), "completed", None)
}

fn message(part: &Value) -> Value {
    json!({"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [part]})
}

fn said(text: &str) -> Value {
    message(&json!({"type": "output_text", "text": text, "annotations": []}))
}

fn call(number: usize, tool: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": format!("fc_{number}"), "call_id": format!("call_{number}"),
        "status": "completed", "name": tool, "arguments": arguments})
}

impl Wire for Responses {
    fn speaks(&self, service: &str) -> bool {
        service == "openai-responses"
    }

    fn reply(&self, mode: Mode, answers: &[(&str, Value)]) -> Value {
        if mode.uses_tools() {
            let calls = answers.iter().enumerate();
            return completed(
                calls.map(|(i, (tool, value))| call(i, tool, &value.to_string())).collect(),
            );
        }
        self.text(&answers[0].1.to_string())
    }

    fn text(&self, text: &str) -> Value {
        completed(vec![said(text)])
    }

    fn refusal(&self, words: &str) -> Option<Value> {
        Some(completed(vec![message(&json!({"type": "refusal", "refusal": words}))]))
    }

    fn truncated(&self, mode: Mode) -> Value {
        let half = r#"{"name":"Ada","age":3"#;
        let item = if mode.uses_tools() { call(0, "Person", half) } else { said(half) };
        response(&json!([item]), "incomplete", Some("max_output_tokens"))
    }

    fn filtered(&self) -> Option<Value> {
        Some(response(&json!([]), "incomplete", Some("content_filter")))
    }

    fn empty(&self) -> Value {
        completed(Vec::new())
    }

    fn error(&self, status: u16, message: &str) -> Value {
        let kind = if status == 429 { "rate_limit_exceeded" } else { "error" };
        json!({"error": {"message": message, "type": kind, "param": null, "code": null}})
    }
}
