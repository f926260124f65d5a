//! The body of a request, with what the user adds to it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::ProviderError;
use crate::request::Request;

/// Writes `ours` and the extra properties of the request. Objects that stand in both are merged,
/// `tools` are put behind ours; anything else that we set, and all of `reserved`, is refused.
pub(super) fn write(
    ours: &impl Serialize,
    request: &Request,
    reserved: &[&str],
) -> Result<Vec<u8>, ProviderError> {
    let extra = &request.options.extra;
    if let Some(key) = extra.keys().find(|key| reserved.contains(&key.as_str())) {
        return Err(taken(key));
    }
    let mut body = Vec::with_capacity(size(request));
    serde_json::to_writer(&mut body, ours).map_err(unwritten)?;
    if extra.is_empty() {
        return Ok(body);
    }
    let ours = serde_json::from_slice(&body).map_err(unwritten)?;
    serde_json::to_vec(&merged(ours, extra, "")?).map_err(unwritten)
}

fn taken(path: &str) -> ProviderError {
    ProviderError::encode(&format!(
        "`{path}` cannot be set with `extra`: the request sets it itself"
    ))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn unwritten(error: serde_json::Error) -> ProviderError {
    ProviderError::encode(&format!("the request cannot be written: {error}"))
}

fn merged(
    mut ours: Object,
    extra: &Map<String, Value>,
    path: &str,
) -> Result<Object, ProviderError> {
    for (key, value) in extra {
        let Some((_, known)) = ours.0.iter_mut().find(|(name, _)| name == key) else {
            ours.0.push((key.clone(), to_raw_value(value).map_err(unwritten)?));
            continue;
        };
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match value {
            Value::Object(value) if known.get().starts_with('{') => {
                let inner = serde_json::from_str(known.get()).map_err(unwritten)?;
                *known = to_raw_value(&merged(inner, value, &path)?).map_err(unwritten)?;
            }
            Value::Array(more) if key == "tools" => {
                let mut all: Vec<Box<RawValue>> =
                    serde_json::from_str(known.get()).map_err(unwritten)?;
                for tool in more {
                    all.push(to_raw_value(tool).map_err(unwritten)?);
                }
                *known = to_raw_value(&all).map_err(unwritten)?;
            }
            _ => return Err(taken(&path)),
        }
    }
    Ok(ours)
}

/// Roughly the size of the body, so that the buffer seldom grows.
fn size(request: &Request) -> usize {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    let texts = parts.filter_map(|part| part.text()).map(|text| text.len() + text.len() / 16 + 48);
    let answers = request.history.iter().map(|exchange| {
        let calls = exchange.answer.calls.iter().map(|call| call.arguments.len() * 5 / 4 + 256);
        let content = exchange.answer.content.as_ref().map_or(0, |content| content.len() * 5 / 4);
        let results = exchange.results.iter().map(|result| result.text.len() * 5 / 4 + 64);
        calls.sum::<usize>() + results.sum::<usize>() + content + exchange.complaint.len() + 256
    });
    let examples = request.examples.iter().map(|example| {
        let answers = example.answers.iter().map(|answer| answer.json.len() * 5 / 4 + 256);
        example.input.len() + answers.sum::<usize>() + 64
    });
    let schemas =
        request.tools().map(|tool| tool.json.get().len() * 5 / 4 + tool.description.len());
    schemas.sum::<usize>()
        + request.system.as_ref().map_or(0, String::len)
        + texts.sum::<usize>()
        + examples.sum::<usize>()
        + answers.sum::<usize>()
        + 512
}

/// A JSON object whose values are not looked into.
struct Object(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn merge(ours: &Value, extra: &Value) -> Result<String, String> {
        let ours = serde_json::from_str(&ours.to_string()).unwrap();
        merged(ours, extra.as_object().unwrap(), "")
            .map(|object| serde_json::to_string(&object).unwrap())
            .map_err(|error| error.message)
    }

    #[test]
    fn objects_are_merged_and_tools_appended() {
        let ours = json!({"model": "m", "config": {"a": {"b": 1}}, "tools": [1]});
        for (extra, expected) in [
            (json!({}), r#"{"model":"m","config":{"a":{"b":1}},"tools":[1]}"#),
            (json!({"x": [2]}), r#"{"model":"m","config":{"a":{"b":1}},"tools":[1],"x":[2]}"#),
            (
                json!({"config": {"a": {"c": 2}, "d": null}}),
                r#"{"model":"m","config":{"a":{"b":1,"c":2},"d":null},"tools":[1]}"#,
            ),
            (json!({"tools": [{}]}), r#"{"model":"m","config":{"a":{"b":1}},"tools":[1,{}]}"#),
        ] {
            assert_eq!(merge(&ours, &extra).as_deref(), Ok(expected));
        }
        for (extra, path) in [
            (json!({"model": "n"}), "model"),
            (json!({"config": {"a": {"b": 2}}}), "config.a.b"),
            (json!({"config": 1}), "config"),
            (json!({"tools": 1}), "tools"),
        ] {
            let told = format!("`{path}` cannot be set with `extra`: the request sets it itself");
            assert_eq!(merge(&ours, &extra), Err(told));
        }
    }
}
