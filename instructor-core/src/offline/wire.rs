//! The chat completions wire, read and written: which schema, which text, which complaints.

use serde_json::{Value, json};

use super::facts::Facts;
use super::fill;
use super::reask::{Avoid, is_complaint};

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) form: Form,
    schema: Value,
    text: String,
    avoid: Avoid,
    most_tokens: Option<usize>,
    prompt_bytes: usize,
}

/// Where the answer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// The arguments of this tool.
    Tool(String),
    /// The content.
    Content,
    /// The content, in a code fence.
    Fenced,
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
        let conversation = Conversation::read(messages);
        let asked = tool(body).or_else(|| format(body)).or_else(|| conversation.written(body));
        let (form, schema) = asked.ok_or(Unanswerable::NoSchema)?;
        let limit = body.get("max_completion_tokens").or_else(|| body.get("max_tokens"));
        let most_tokens = limit.and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
        let Conversation { text, avoid, .. } = conversation;
        Ok(Self { form, schema, text, avoid, most_tokens, prompt_bytes: bytes })
    }

    /// The answer by rules.
    pub(super) fn answer(&self) -> String {
        let facts = Facts::read(&self.text);
        fill::fill(&self.schema, &facts, &self.avoid).to_string()
    }

    /// A completion with this answer, cut where the request's limit of tokens is reached.
    pub(super) fn completion(&self, answer: &str) -> Value {
        let most = self.most_tokens.map_or(usize::MAX, |tokens| tokens.saturating_mul(4));
        if answer.len() > most {
            let end = (0..=most).rev().find(|end| answer.is_char_boundary(*end)).unwrap_or(0);
            return self.message(&answer[..end], Some("length"));
        }
        self.message(answer, None)
    }

    /// The answer at its place, with the reason for which it ended if it is not the usual one.
    pub(super) fn message(&self, answer: &str, finish: Option<&str>) -> Value {
        match &self.form {
            Form::Tool(name) => {
                let call = json!({
                    "id": format!("call_{:016x}", hash(answer)),
                    "type": "function",
                    "function": {"name": name, "arguments": answer},
                });
                let message = json!({"role": "assistant", "content": null, "tool_calls": [call], "refusal": null});
                self.reply(&message, finish.unwrap_or("tool_calls"), answer.len())
            }
            Form::Content => self.content(answer, finish),
            Form::Fenced => self.content(&format!("```json\n{answer}\n```"), finish),
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
        let id = hash(&message.to_string()) ^ hash(&self.text);
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
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The tool that must or may be called.
fn tool(body: &Value) -> Option<(Form, Value)> {
    let choice = body.get("tool_choice");
    if choice.is_some_and(|choice| choice == "none") {
        return None;
    }
    let wanted = choice.and_then(|choice| choice.pointer("/function/name"));
    let tools = body.get("tools")?.as_array()?;
    let mut functions = tools.iter().filter_map(|tool| tool.get("function"));
    let function = functions.find(|function| wanted.is_none() || function.get("name") == wanted)?;
    let name = function.get("name")?.as_str()?.to_owned();
    let schema = function.get("parameters").cloned().unwrap_or_else(|| json!({"type": "object"}));
    let schema = titled(schema, &name);
    Some((Form::Tool(name), schema))
}

/// The schema of `response_format`.
fn format(body: &Value) -> Option<(Form, Value)> {
    let format = body.pointer("/response_format/json_schema")?;
    let name = format.get("name").and_then(Value::as_str).unwrap_or_default();
    Some((Form::Content, titled(format.get("schema")?.clone(), name)))
}

/// The schema with a title that says what the whole is, unless it has its own: the elements of an
/// `ActionItemList` are called `ActionItem`.
fn titled(mut schema: Value, name: &str) -> Value {
    let element = ["List", "Map"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    // What a list of texts is called says nothing.
    let plain = matches!(element, "" | "Answer" | "Boolean" | "Integer" | "Number" | "Text");
    if let Value::Object(map) = &mut schema
        && !plain
    {
        map.entry("title").or_insert_with(|| element.into());
    }
    schema
}

/// The turns of a request, told apart.
#[derive(Debug, Default)]
struct Conversation {
    /// The instructions.
    system: String,
    /// What is asked about: the user's last turns, without few-shot examples and complaints.
    text: String,
    avoid: Avoid,
}

impl Conversation {
    fn read(messages: &[Value]) -> Self {
        let mut conversation = Self::default();
        let mut answer: Option<Value> = None;
        for message in messages {
            let content = content(message);
            match message.get("role").and_then(Value::as_str) {
                Some("system" | "developer") => {
                    conversation.system.push_str(&content);
                    conversation.system.push('\n');
                }
                Some("assistant") => answer = Some(given(message, &content)),
                Some("tool" | "function") => {
                    if let Some(answer) = answer.as_ref().filter(|_| is_complaint(&content)) {
                        conversation.avoid.note(answer, &content);
                    }
                }
                Some("user") => match &answer {
                    Some(answer) if !answer.is_null() && is_complaint(&content) => {
                        conversation.avoid.note(answer, &content);
                    }
                    // The turns up to here were examples.
                    Some(_) => {
                        conversation.text = content;
                        conversation.avoid = Avoid::default();
                        answer = None;
                    }
                    None => {
                        if !conversation.text.is_empty() {
                            conversation.text.push_str("\n\n");
                        }
                        conversation.text.push_str(&content);
                    }
                },
                _ => {}
            }
        }
        conversation
    }

    /// The schema that an instruction holds, and the way the instruction wants the answer.
    fn written(&self, body: &Value) -> Option<(Form, Value)> {
        let (schema, before) = schema_in(&self.system).or_else(|| schema_in(&self.text))?;
        // The line before the instruction says what the whole is.
        let task = before.trim_end().lines().rev().nth(1).unwrap_or_default();
        let named = task.strip_prefix("Records the ").and_then(|rest| rest.split(' ').next());
        let schema = titled(schema, named.unwrap_or(task));
        let bare = body.get("response_format").is_some();
        let fence = self.system.contains("```") || self.text.contains("```");
        Some((if fence && !bare { Form::Fenced } else { Form::Content }, schema))
    }
}

/// The text of a message, whether it is written as a text or as parts.
fn content(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
            texts.collect::<Vec<_>>().join("\n\n")
        }
        _ => String::new(),
    }
}

/// The answer of an earlier turn, `null` if it was no JSON.
fn given(message: &Value, content: &str) -> Value {
    let arguments = message.pointer("/tool_calls/0/function/arguments").and_then(Value::as_str);
    let text = arguments.unwrap_or(content).trim();
    let text = text.trim_start_matches("```json").trim_matches('`');
    serde_json::from_str(text).unwrap_or_default()
}

/// The first JSON object of the text that looks like a schema, and what stands before it.
fn schema_in(text: &str) -> Option<(Value, &str)> {
    const TRIES: usize = 64;
    const KEYWORDS: [&str; 9] =
        ["type", "properties", "$ref", "$defs", "anyOf", "oneOf", "allOf", "enum", "items"];
    let braces = text.char_indices().filter(|(_, c)| *c == '{').take(TRIES);
    braces.map(|(at, _)| at).find_map(|at| {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        let value = values.next()?.ok()?;
        KEYWORDS.iter().any(|keyword| value.get(keyword).is_some()).then_some((value, &text[..at]))
    })
}
