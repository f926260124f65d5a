//! Gemini's `generateContent`.

use instructor_core::Mode;
use serde_json::{Value, json};

use crate::wire::{TOKENS, Wire};

/// At all of Google's services.
pub(crate) struct Gemini;

fn response(parts: &Value, reason: &str) -> Value {
    let [input, output, cached, reasoning] = TOKENS;
    json!({
        "responseId": "reply-1", "modelVersion": "model-1",
        "candidates": [
            {"index": 0, "content": {"role": "model", "parts": parts}, "finishReason": reason},
        ],
        "usageMetadata": {
            "promptTokenCount": input, "candidatesTokenCount": output - reasoning,
            "thoughtsTokenCount": reasoning, "cachedContentTokenCount": cached,
            "totalTokenCount": input + output,
        },
    })
}

impl Wire for Gemini {
    fn base_url(&self, service: &str, server: &str) -> String {
        match service {
            "vertex" => format!("{server}/projects/p/locations/l"),
            _ => server.to_owned(),
        }
    }

    fn speaks(&self, service: &str) -> bool {
        ["google", "vertex", "vertex-express"].contains(&service)
    }

    fn reply(&self, mode: Mode, answers: &[(&str, Value)]) -> Value {
        if !mode.uses_tools() {
            return self.text(&answers[0].1.to_string());
        }
        let call = |(tool, arguments): &(&str, Value)| json!({"functionCall": {"name": tool, "args": arguments}});
        let calls: Vec<_> = answers.iter().map(call).collect();
        response(&json!(calls), "STOP")
    }

    fn text(&self, text: &str) -> Value {
        response(&json!([{"text": text}]), "STOP")
    }

    fn refusal(&self, _words: &str) -> Option<Value> {
        None
    }

    fn truncated(&self, _mode: Mode) -> Value {
        response(&json!([{"text": r#"{"name":"Ada","age":3"#}]), "MAX_TOKENS")
    }

    fn filtered(&self) -> Option<Value> {
        Some(json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}))
    }

    fn empty(&self) -> Value {
        response(&json!([]), "STOP")
    }

    fn error(&self, status: u16, message: &str) -> Value {
        let word = match status {
            401 => "UNAUTHENTICATED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            500.. => "UNAVAILABLE",
            _ => "INVALID_ARGUMENT",
        };
        json!({"error": {"code": status, "message": message, "status": word}})
    }
}
