//! The tools of a request as one schema, and the calls that answer it.
//!
//! Several tools become a union of objects with one property more, which says whose arguments they
//! are; several calls become a list of these. So the rules for unions and lists choose.

use serde_json::{Map, Value, json};

use super::ask::is_named_kind;
use super::facts::Facts;
use super::fill;
use super::reask::Avoid;

/// The property that names the tool. No tool has a property of that name.
pub(super) const TOOL: &str = "\0tool";

/// The tools that may be called.
#[derive(Debug)]
pub(super) struct Tools {
    names: Vec<String>,
    /// The schema of the arguments or, of several tools, their union.
    one: Value,
    /// More than one call is wanted.
    several: bool,
}

/// A call of a tool; content is one without a tool.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) tool: String,
    pub(super) arguments: String,
}

impl Tools {
    /// The tools that the request allows, if it has any.
    pub(super) fn read(body: &Value) -> Option<Self> {
        let choice = body.get("tool_choice");
        if choice.is_some_and(|choice| choice == "none") {
            return None;
        }
        let wanted = choice.and_then(|choice| choice.pointer("/function/name"));
        let functions = body.get("tools")?.as_array()?.iter().filter_map(|t| t.get("function"));
        let tools: Vec<Tool> = functions
            .filter(|function| wanted.is_none() || function.get("name") == wanted)
            .filter_map(Tool::read)
            .collect();
        let several = wanted.is_none()
            && body.get("parallel_tool_calls").and_then(Value::as_bool) == Some(true);
        let names: Vec<String> = tools.iter().map(|tool| tool.name.clone()).collect();
        let one = match <[Tool; 1]>::try_from(tools) {
            Ok([tool]) if !several => titled(tool.schema, &tool.name),
            Ok(tools) => union(tools.into()),
            Err(tools) if tools.is_empty() => return None,
            Err(tools) => union(tools),
        };
        Some(Self { names, one, several })
    }

    /// Whether the arguments say which tool they are for.
    pub(super) fn tagged(&self) -> bool {
        self.several || self.names.len() > 1
    }

    /// The calls that the text asks for; one if it asks for none, because one must be made. What
    /// was accepted before is not said again.
    pub(super) fn calls(&self, text: &str, avoid: &Avoid, accepted: &[Value]) -> Vec<Call> {
        let facts = Facts::read(text);
        if self.several {
            let list = json!({"type": "array", "items": self.one, "$defs": self.one["$defs"]});
            let found = fill::fill(&list, &facts, &avoid.in_elements());
            let elements = if let Value::Array(elements) = found { elements } else { Vec::new() };
            let new = elements.into_iter().filter(|element| !accepted.contains(element));
            let calls: Vec<Call> = new.map(|element| self.call(element)).collect();
            if !calls.is_empty() {
                return calls;
            }
        }
        vec![self.call(fill::fill(&self.one, &facts, avoid))]
    }

    /// The call that a filled schema stands for.
    fn call(&self, mut arguments: Value) -> Call {
        let named = arguments.as_object_mut().and_then(|map| map.shift_remove(TOOL));
        let named = named.as_ref().and_then(Value::as_str);
        let tool = named.or(self.names.first().map(String::as_str)).unwrap_or_default().to_owned();
        Call { tool, arguments: arguments.to_string() }
    }

    /// The tool whose properties the arguments have, for a scripted answer that names none.
    pub(super) fn named_by(&self, arguments: &str) -> String {
        let given: Map<String, Value> = serde_json::from_str(arguments).unwrap_or_default();
        let schemas = self.one.get("$defs").and_then(Value::as_object);
        let properties = schemas.into_iter().flat_map(Map::values).map(|schema| {
            let properties = schema.get("properties").and_then(Value::as_object);
            properties.into_iter().flat_map(Map::keys).collect::<Vec<_>>()
        });
        let likeness = |properties: &Vec<&String>| {
            let known = given.keys().filter(|key| properties.contains(key)).count();
            let missing = properties.len() - known;
            (known, std::cmp::Reverse(if known > 0 { missing } else { 0 }))
        };
        let tools: Vec<_> = self.names.iter().zip(properties).collect();
        // The first of equals.
        let best = tools.iter().rev().max_by_key(|(_, properties)| likeness(properties));
        best.map(|(name, _)| *name).or(self.names.first()).cloned().unwrap_or_default()
    }
}

/// The arguments of a call with the name of the tool.
pub(super) fn tagged(tool: &str, arguments: Value) -> Value {
    let Value::Object(arguments) = arguments else { return arguments };
    let tag = (TOOL.to_owned(), Value::from(tool));
    Value::Object(std::iter::once(tag).chain(arguments).collect())
}

struct Tool {
    name: String,
    description: String,
    schema: Value,
}

impl Tool {
    fn read(function: &Value) -> Option<Self> {
        let text = |key: &str| function.get(key).and_then(Value::as_str).map(str::to_owned);
        let name = text("name")?;
        let schema = function.get("parameters").cloned();
        let schema = schema.unwrap_or_else(|| json!({"type": "object"}));
        Some(Self { name, description: text("description").unwrap_or_default(), schema })
    }
}

/// The schema of a call of any one of the tools.
fn union(tools: Vec<Tool>) -> Value {
    let descriptions: Vec<String> = tools.iter().map(|tool| tool.description.clone()).collect();
    let mut defs = Map::new();
    let mut forms = Vec::new();
    let only = tools.len() == 1;
    for (number, mut tool) in tools.into_iter().enumerate() {
        // What a reference is called says what stands there; "send_message" is no such thing, and
        // its words are those of the text and of the parts.
        let key = "_".repeat(number + 1);
        let pointer = format!("#/$defs/{key}");
        if only || is_named_kind(&tool.name) {
            tool.schema = titled(tool.schema, &tool.name);
        }
        rebase(&mut tool.schema, &pointer);
        forms.push(json!({
            "type": "object",
            "description": own_words(&tool.description, &descriptions),
            "properties": {TOOL: {"const": tool.name}},
            "required": [TOOL],
            "$ref": pointer,
        }));
        defs.insert(key, tool.schema);
    }
    match <[Value; 1]>::try_from(forms) {
        Ok([mut form]) => {
            form["$defs"] = Value::Object(defs);
            form
        }
        Err(forms) => json!({"anyOf": forms, "$defs": defs}),
    }
}

/// The words of a description that do not stand in all of them: the others speak for no tool.
fn own_words(description: &str, all: &[String]) -> String {
    let shared = |word: &str| all.len() > 1 && all.iter().all(|other| other.contains(word));
    let own = description.split_whitespace().filter(|word| !shared(word));
    own.collect::<Vec<_>>().join(" ")
}

/// Lets the references of a schema start where the schema stands now.
fn rebase(schema: &mut Value, pointer: &str) {
    match schema {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(target) if key == "$ref" => {
                        if let Some(rest) = target.strip_prefix('#') {
                            *target = format!("{pointer}{rest}");
                        }
                    }
                    value => rebase(value, pointer),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| rebase(value, pointer)),
        _ => {}
    }
}

/// The schema with a title that says what the whole is, unless it has its own: the elements of an
/// `ActionItemList` are called `ActionItem`.
pub(super) fn titled(mut schema: Value, name: &str) -> Value {
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
