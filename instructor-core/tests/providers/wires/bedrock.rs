//! AWS Bedrock's Converse.

use instructor_core::Mode;
use serde_json::{Value, json};

use crate::wire::{TOKENS, Wire};

pub(crate) struct Bedrock;

/// The tokens of the cache stand beside those of the question.
fn output(content: &Value, stop_reason: &str) -> Value {
    let [input, output, cached, _] = TOKENS;
    json!({
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop_reason,
        "usage": {
            "inputTokens": input - cached - 10, "outputTokens": output, "totalTokens": input + output,
            "cacheReadInputTokens": cached, "cacheWriteInputTokens": 10,
        },
        "metrics": {"latencyMs": 7},
    })
}

impl Wire for Bedrock {
    fn speaks(&self, service: &str) -> bool {
        service == "bedrock"
    }

    fn reply(&self, mode: Mode, answers: &[(&str, Value)]) -> Value {
        if !mode.uses_tools() {
            return self.text(&answers[0].1.to_string());
        }
        let call = |(i, (tool, input)): (usize, &(&str, Value))| json!({"toolUse": {"toolUseId": format!("tooluse_{i}"), "name": tool, "input": input}});
        let calls: Vec<_> = answers.iter().enumerate().map(call).collect();
        output(&calls.into(), "tool_use")
    }

    fn text(&self, text: &str) -> Value {
        output(&json!([{"text": text}]), "end_turn")
    }

    fn refusal(&self, _words: &str) -> Option<Value> {
        None
    }

    fn truncated(&self, mode: Mode) -> Value {
        let content = if mode.uses_tools() {
            json!([{"toolUse": {"toolUseId": "tooluse_0", "name": "Person", "input": {"name": "Ada"}}}])
        } else {
            json!([{"text": r#"{"name":"Ada","age":3"#}])
        };
        output(&content, "max_tokens")
    }

    fn filtered(&self) -> Option<Value> {
        let content = json!([{"text": "Sorry, the guardrail says no."}]);
        Some(output(&content, "guardrail_intervened"))
    }

    fn empty(&self) -> Value {
        output(&json!([]), "end_turn")
    }

    fn error(&self, status: u16, message: &str) -> Value {
        let name = match status {
            400 => "ValidationException",
            401 => "UnrecognizedClientException",
            403 => "AccessDeniedException",
            404 => "ResourceNotFoundException",
            429 => "ThrottlingException",
            503 => "ServiceUnavailableException",
            _ => "InternalServerException",
        };
        json!({"__type": format!("com.amazon.coral.service#{name}"), "message": message})
    }

    fn counts(&self) -> [bool; 4] {
        [true, true, true, false]
    }
}
