//! What a request says: instructions, examples, the text, and what was wrong with earlier answers.

use serde_json::Value;

use super::reask::{Avoid, is_complaint};
use super::tools;

/// The turns of a request, told apart.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// The instructions.
    system: String,
    /// What is asked about: the user's last turns, without few-shot examples and complaints.
    pub(super) text: String,
    pub(super) avoid: Avoid,
    /// The calls that were not complained about.
    pub(super) accepted: Vec<Value>,
}

impl Conversation {
    /// Reads the turns; `tagged` if there are several tools.
    pub(super) fn read(messages: &[Value], tagged: bool) -> Self {
        let mut conversation = Self::default();
        let mut given: Vec<Given> = Vec::new();
        for message in messages {
            let content = content(message);
            match message.get("role").and_then(Value::as_str) {
                Some("system" | "developer") => {
                    conversation.system.push_str(&content);
                    conversation.system.push('\n');
                }
                Some("assistant") => given = Given::read(message, &content, tagged),
                Some("tool" | "function") => {
                    if let Some(given) = about(&given, message) {
                        conversation.result(given, &content);
                    }
                }
                Some("user") => match &given[..] {
                    [given] if !given.value.is_null() && is_complaint(&content) => {
                        conversation.result(given, &content);
                    }
                    [] => {
                        if !conversation.text.is_empty() {
                            conversation.text.push_str("\n\n");
                        }
                        conversation.text.push_str(&content);
                    }
                    // The turns up to here were examples.
                    _ => {
                        conversation.text = content;
                        conversation.avoid = Avoid::default();
                        conversation.accepted.clear();
                        given.clear();
                    }
                },
                _ => {}
            }
        }
        conversation
    }

    /// Notes what is said about an answer.
    fn result(&mut self, given: &Given, said: &str) {
        if is_complaint(said) {
            self.avoid.note(&given.value, given.tool.as_deref(), said);
        } else if let Some(tool) = &given.tool {
            self.accepted.push(tools::tagged(tool, given.value.clone()));
        }
    }

    /// The schema that an instruction holds, and whether the answer should be in a code fence.
    pub(super) fn written(&self) -> Option<(Value, bool)> {
        let (schema, before) = schema_in(&self.system).or_else(|| schema_in(&self.text))?;
        // The line before the instruction says what the whole is.
        let task = before.trim_end().lines().rev().nth(1).unwrap_or_default();
        let named = task.strip_prefix("Records the ").and_then(|rest| rest.split(' ').next());
        let fence = self.system.contains("```") || self.text.contains("```");
        Some((tools::titled(schema, named.unwrap_or(task)), fence))
    }
}

/// An answer of an earlier turn.
struct Given {
    /// The id of the call.
    id: String,
    /// The tool that was called, if there are several.
    tool: Option<String>,
    /// `null` if it was no JSON.
    value: Value,
}

impl Given {
    /// All calls of the turn, or else its text.
    fn read(message: &Value, content: &str, tagged: bool) -> Vec<Self> {
        let calls = message.get("tool_calls").and_then(Value::as_array);
        let calls: Vec<Self> =
            calls.into_iter().flatten().map(|call| Self::call(call, tagged)).collect();
        if !calls.is_empty() {
            return calls;
        }
        let text = content.trim().trim_start_matches("```json").trim_matches('`');
        let value = serde_json::from_str(text).unwrap_or_default();
        vec![Self { id: String::new(), tool: None, value }]
    }

    fn call(call: &Value, tagged: bool) -> Self {
        let text =
            |pointer: &str| call.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        Self {
            id: text("/id").to_owned(),
            tool: tagged.then(|| text("/function/name").to_owned()),
            value: serde_json::from_str(text("/function/arguments")).unwrap_or_default(),
        }
    }
}

/// The call that a result is about: the one with its id, or the only one.
fn about<'g>(given: &'g [Given], result: &Value) -> Option<&'g Given> {
    let id = result.get("tool_call_id").and_then(Value::as_str).unwrap_or_default();
    let only = if let [only] = given { Some(only) } else { None };
    given.iter().find(|given| given.id == id).or(only)
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
