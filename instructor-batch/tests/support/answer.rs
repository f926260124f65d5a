//! What the model says, and how each wire format says it.

use serde_json::{Value, json};

/// The tokens of every question and every answer.
pub const TOKENS: (u64, u64) = (100, 20);

/// What is asked.
#[derive(Debug)]
pub struct Item<'a> {
    /// The id of the line; empty for a request alone.
    pub custom_id: &'a str,
    pub body: &'a Value,
    /// The row: the first text of the user.
    pub text: &'a str,
    /// How many wrong answers are in the conversation.
    pub turn: usize,
    /// How often the row was tried before.
    pub tries: usize,
}

/// What comes back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A value that is right.
    Right(Value),
    /// A value that is wrong.
    Wrong(Value),
    /// This text instead of a value.
    Text(String),
    Refusal(String),
    /// Cut off at the limit of tokens.
    Truncated,
    /// An error as a single request would get it: status, code, message.
    Error(u16, &'static str, &'static str),
    /// The service failed without a response: code, message.
    Failed(&'static str, &'static str),
    Expired,
    Cancelled,
    /// There is no line.
    Nothing,
}

impl Answer {
    /// Whether it is on the bill.
    pub fn is_paid(&self) -> bool {
        matches!(
            self,
            Self::Right(_) | Self::Wrong(_) | Self::Text(_) | Self::Refusal(_) | Self::Truncated
        )
    }
}

/// A response of `OpenAI`'s chat completions; nothing if there is none.
pub(super) fn chat(body: &Value, answer: &Answer) -> Option<Value> {
    let tool = body.pointer("/tools/0/function/name").and_then(Value::as_str);
    let called = |arguments: String| {
        let function = json!({"name": tool, "arguments": arguments});
        json!([{"id": "call_1", "type": "function", "function": function}])
    };
    let message = |content: Value| json!({"role": "assistant", "content": content});
    let with_calls = |arguments: String| json!({"role": "assistant", "content": null, "tool_calls": called(arguments)});
    let (message, finish) = match answer {
        Answer::Right(value) | Answer::Wrong(value) => match tool {
            Some(_) => (with_calls(value.to_string()), "tool_calls"),
            None => (message(value.to_string().into()), "stop"),
        },
        Answer::Text(text) => (message(text.as_str().into()), "stop"),
        Answer::Refusal(words) => {
            (json!({"role": "assistant", "content": null, "refusal": words}), "stop")
        }
        Answer::Truncated if tool.is_some() => (with_calls("{\"name\":\"A".to_owned()), "length"),
        Answer::Truncated => (message("{\"name\":\"A".into()), "length"),
        _ => return None,
    };
    let (input, output) = TOKENS;
    Some(json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        },
    }))
}

/// A response of Anthropic's messages; nothing if there is none.
pub(super) fn message(body: &Value, answer: &Answer) -> Option<Value> {
    let tool = body.pointer("/tools/0/name").and_then(Value::as_str);
    let text = |text: &str| json!([{"type": "text", "text": text}]);
    let (content, stop) = match (answer, tool) {
        (Answer::Right(value) | Answer::Wrong(value), Some(tool)) => {
            let block = json!({"type": "tool_use", "id": "toolu_1", "name": tool, "input": value});
            (json!([block]), "tool_use")
        }
        (Answer::Right(value) | Answer::Wrong(value), None) => {
            (text(&value.to_string()), "end_turn")
        }
        (Answer::Text(words), _) => (text(words), "end_turn"),
        (Answer::Refusal(words), _) => (text(words), "refusal"),
        (Answer::Truncated, _) => (text("{\"name\":\"A"), "max_tokens"),
        _ => return None,
    };
    let (input, output) = TOKENS;
    Some(json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": body["model"],
        "content": content, "stop_reason": stop, "stop_sequence": null,
        "usage": {"input_tokens": input, "output_tokens": output},
    }))
}

/// A response of Gemini's `generateContent`; nothing if there is none.
pub(super) fn generated(body: &Value, answer: &Answer) -> Option<Value> {
    let tool = body.pointer("/tools/0/functionDeclarations/0/name").and_then(Value::as_str);
    let (part, reason) = match (answer, tool) {
        (Answer::Right(value) | Answer::Wrong(value), Some(tool)) => {
            (json!({"functionCall": {"name": tool, "args": value}}), "STOP")
        }
        (Answer::Right(value) | Answer::Wrong(value), None) => {
            (json!({"text": value.to_string()}), "STOP")
        }
        (Answer::Text(words), _) => (json!({"text": words}), "STOP"),
        (Answer::Refusal(_), _) => {
            let usage = json!({"promptTokenCount": TOKENS.0, "totalTokenCount": TOKENS.0});
            return Some(json!({
                "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": usage,
            }));
        }
        (Answer::Truncated, _) => (json!({"text": "{\"name\":\"A"}), "MAX_TOKENS"),
        _ => return None,
    };
    let (input, output) = TOKENS;
    let content = json!({"role": "model", "parts": [part]});
    Some(json!({
        "candidates": [{"index": 0, "content": content, "finishReason": reason}],
        "modelVersion": "gemini-test", "responseId": "r1",
        "usageMetadata": {
            "promptTokenCount": input, "candidatesTokenCount": output,
            "totalTokenCount": input + output,
        },
    }))
}

/// The row and the number of answers in a request of any wire.
pub(super) fn row(body: &Value) -> (String, usize) {
    let lists = ["messages", "contents", "input"];
    let turns = lists.iter().find_map(|key| body[*key].as_array());
    let turns = turns.map(Vec::as_slice).unwrap_or_default();
    let text = turns.iter().filter(|turn| turn["role"] == "user").find_map(text);
    let answers = turns.iter().filter(|turn| {
        turn["role"] == "assistant" || turn["role"] == "model" || turn["type"] == "function_call"
    });
    (text.unwrap_or_default(), answers.count())
}

/// The text of a turn: a string, or the first part with one.
fn text(turn: &Value) -> Option<String> {
    let parts = turn.get("content").or(turn.get("parts"))?;
    if let Some(text) = parts.as_str() {
        return Some(text.to_owned());
    }
    parts.as_array()?.iter().find_map(|part| part["text"].as_str()).map(str::to_owned)
}

/// A response of `OpenAI`'s responses; nothing if there is none.
pub(super) fn response(body: &Value, answer: &Answer) -> Option<Value> {
    let tool = body.pointer("/tools/0/name").and_then(Value::as_str);
    let said = |part: Value| {
        json!({
            "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [part],
        })
    };
    let text = |text: &str| said(json!({"type": "output_text", "text": text, "annotations": []}));
    let (item, status) = match (answer, tool) {
        (Answer::Right(value) | Answer::Wrong(value), Some(tool)) => {
            let item = json!({
                "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": tool,
                "arguments": value.to_string(), "status": "completed",
            });
            (item, "completed")
        }
        (Answer::Right(value) | Answer::Wrong(value), None) => {
            (text(&value.to_string()), "completed")
        }
        (Answer::Text(words), _) => (text(words), "completed"),
        (Answer::Refusal(words), _) => {
            (said(json!({"type": "refusal", "refusal": words})), "completed")
        }
        (Answer::Truncated, _) => (text("{\"name\":\"A"), "incomplete"),
        _ => return None,
    };
    let (input, output) = TOKENS;
    let cut = json!({"reason": "max_output_tokens"});
    Some(json!({
        "id": "resp_1", "object": "response", "created_at": 1_790_000_000, "status": status,
        "error": null, "model": body["model"], "output": [item],
        "incomplete_details": if status == "incomplete" { cut } else { Value::Null },
        "usage": {
            "input_tokens": input, "output_tokens": output, "total_tokens": input + output,
        },
    }))
}
