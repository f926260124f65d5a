//! The chat completions wire, read and written: which schema, which text, which complaints.

use serde_json::{Value, json};

use super::conversation::Conversation;
use super::facts::Facts;
use super::fill;
use super::tools::{Call, Tools, titled};

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Question {
    form: Form,
    conversation: Conversation,
    most_tokens: Option<usize>,
    prompt_bytes: usize,
}

/// Where the answer goes.
#[derive(Debug)]
enum Form {
    /// The arguments of calls.
    Calls(Tools),
    /// The content, which has this schema; in a code fence if `fenced`.
    Content { schema: Value, fenced: bool },
}

/// Why a request cannot be answered; it becomes a 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unanswerable {
    #[error("the body is no JSON object with `messages`")]
    Malformed,
    #[error("the offline model does not stream; send the request without `stream`")]
    Stream,
    #[error(
        "the offline model needs a JSON Schema: in `tools`, in `response_format`, or written into a message"
    )]
    NoSchema,
}

impl Question {
    pub(super) fn read(body: &Value, bytes: usize) -> Result<Self, Unanswerable> {
        let messages =
            body.get("messages").and_then(Value::as_array).ok_or(Unanswerable::Malformed)?;
        if body.get("stream").and_then(Value::as_bool) == Some(true) {
            return Err(Unanswerable::Stream);
        }
        let tools = Tools::read(body);
        let tagged = tools.as_ref().is_some_and(Tools::tagged);
        let conversation = Conversation::read(messages, tagged);
        let form = match tools {
            Some(tools) => Form::Calls(tools),
            None => content(body, &conversation).ok_or(Unanswerable::NoSchema)?,
        };
        let limit = body.get("max_completion_tokens").or_else(|| body.get("max_tokens"));
        let most_tokens = limit.and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
        Ok(Self { form, conversation, most_tokens, prompt_bytes: bytes })
    }

    /// The answer by rules, cut where the request's limit of tokens is reached.
    pub(super) fn completion(&self) -> Value {
        let Conversation { text, avoid, accepted, .. } = &self.conversation;
        let mut calls = match &self.form {
            Form::Calls(tools) => tools.calls(text, avoid, accepted),
            Form::Content { schema, .. } => {
                let arguments = fill::fill(schema, &Facts::read(text), avoid).to_string();
                vec![Call { tool: String::new(), arguments }]
            }
        };
        let mut left = self.most_tokens.map_or(usize::MAX, |tokens| tokens.saturating_mul(4));
        for at in 0..calls.len() {
            let arguments = &mut calls[at].arguments;
            if arguments.len() > left {
                let end = (0..=left).rev().find(|end| arguments.is_char_boundary(*end));
                arguments.truncate(end.unwrap_or(0));
                calls.truncate(at + 1);
                return self.calls(&calls, Some("length"));
            }
            left -= arguments.len();
        }
        self.calls(&calls, None)
    }

    /// Arguments without the name of a tool, with the reason for which they ended if it is not the
    /// usual one.
    pub(super) fn arguments(&self, arguments: &str, finish: Option<&str>) -> Value {
        let tool = match &self.form {
            Form::Calls(tools) => tools.named_by(arguments),
            Form::Content { .. } => String::new(),
        };
        self.calls(&[Call { tool, arguments: arguments.to_owned() }], finish)
    }

    /// The calls; where no tool is asked for, their arguments are the content.
    pub(super) fn calls(&self, calls: &[Call], finish: Option<&str>) -> Value {
        match &self.form {
            Form::Calls(_) => {
                let bytes = calls.iter().map(|call| call.arguments.len()).sum();
                let calls: Vec<Value> = calls.iter().enumerate().map(call).collect();
                let message = json!({"role": "assistant", "content": null, "tool_calls": calls, "refusal": null});
                self.reply(&message, finish.unwrap_or("tool_calls"), bytes)
            }
            Form::Content { fenced, .. } => {
                let texts: Vec<&str> = calls.iter().map(|call| call.arguments.as_str()).collect();
                let text = match texts[..] {
                    [only] => only.to_owned(),
                    _ => format!("[{}]", texts.join(",")),
                };
                let text = if *fenced { format!("```json\n{text}\n```") } else { text };
                self.content(&text, finish)
            }
        }
    }

    /// Content as it is.
    pub(super) fn content(&self, content: &str, finish: Option<&str>) -> Value {
        let message = json!({"role": "assistant", "content": content, "refusal": null});
        self.reply(&message, finish.unwrap_or("stop"), content.len())
    }

    /// A refusal.
    pub(super) fn refusal(&self, reason: &str) -> Value {
        let message = json!({"role": "assistant", "content": null, "refusal": reason});
        self.reply(&message, "stop", reason.len())
    }

    /// An answer that the content filter took away.
    pub(super) fn filtered(&self) -> Value {
        let message = json!({"role": "assistant", "content": null, "refusal": null});
        self.reply(&message, "content_filter", 0)
    }

    fn reply(&self, message: &Value, finish: &str, bytes: usize) -> Value {
        let (prompt, completion) = (self.prompt_bytes.div_ceil(4), bytes.div_ceil(4));
        let id = hash(message.to_string()) ^ hash(&self.conversation.text);
        json!({
            "id": format!("chatcmpl-{id:016x}"),
            "object": "chat.completion",
            "created": 0,
            "model": "offline",
            "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish}],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": completion,
                "total_tokens": prompt + completion,
            },
        })
    }
}

/// An error as `OpenAI` spells it.
pub(super) fn error(status: u16, message: &str) -> Value {
    let (kind, code) = match status {
        401 | 403 => ("invalid_request_error", json!("invalid_api_key")),
        429 => ("requests", json!("rate_limit_exceeded")),
        500.. => ("server_error", Value::Null),
        _ => ("invalid_request_error", Value::Null),
    };
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

/// FNV-1a: ids need no secret, only to be the same every time.
pub(super) fn hash(bytes: impl AsRef<[u8]>) -> u64 {
    bytes.as_ref().iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A call on the wire; the same call twice has two ids.
fn call((number, call): (usize, &Call)) -> Value {
    let Call { tool, arguments } = call;
    let seed = if number == 0 { arguments.clone() } else { format!("{number} {arguments}") };
    json!({
        "id": format!("call_{:016x}", hash(seed)),
        "type": "function",
        "function": {"name": tool, "arguments": arguments},
    })
}

/// The content in the schema of `response_format`, or in one that is written into a message.
fn content(body: &Value, conversation: &Conversation) -> Option<Form> {
    if let Some(format) = body.pointer("/response_format/json_schema") {
        let name = format.get("name").and_then(Value::as_str).unwrap_or_default();
        let schema = titled(format.get("schema")?.clone(), name);
        return Some(Form::Content { schema, fenced: false });
    }
    let (schema, fence) = conversation.written()?;
    Some(Form::Content { schema, fenced: fence && body.get("response_format").is_none() })
}
