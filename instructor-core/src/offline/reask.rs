//! What was complained about: values that must not be given again at their places.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::facts::constant;

/// The rejected values by JSON pointer.
#[derive(Debug, Default)]
pub(super) struct Avoid(HashMap<String, HashSet<String>>);

static COMPLAINT: LazyLock<Regex> =
    LazyLock::new(|| constant(r"(?m)^\s*[-*]\s+`([^`\n]{1,400})`:\s*\S"));

/// Whether the text holds a line such as "- `lines[2].price`: must be at most 150, but is 900".
pub(super) fn is_complaint(text: &str) -> bool {
    COMPLAINT.is_match(text)
}

impl Avoid {
    /// Notes what stood in the rejected answer at each place that is complained about.
    pub(super) fn note(&mut self, answer: &Value, complaints: &str) {
        let wrapped = match answer {
            Value::Object(map) if map.len() == 1 => map.get("value"),
            _ => None,
        };
        for captures in COMPLAINT.captures_iter(complaints) {
            let pointer = to_pointer(&captures[1]);
            let below = format!("/value{pointer}");
            let (pointer, value) = match (answer.pointer(&pointer), wrapped) {
                (Some(value), _) if !(pointer.is_empty() && wrapped.is_some()) => (pointer, value),
                (_, Some(inner)) => match inner.pointer(&pointer) {
                    Some(value) => (below, value),
                    None => continue,
                },
                _ => continue,
            };
            self.0.entry(pointer).or_default().insert(value.to_string());
        }
    }

    /// Whether the value was rejected at this place.
    pub(super) fn has(&self, pointer: &str, value: &Value) -> bool {
        // Numbers are compared as written; no formatting happens on the usual, empty map.
        !self.0.is_empty()
            && self.0.get(pointer).is_some_and(|values| values.contains(&value.to_string()))
    }
}

/// `lines[2].price` as `/lines/2/price`; `$` is the root.
fn to_pointer(path: &str) -> String {
    let mut pointer = String::new();
    let mut rest = path.trim().strip_prefix('$').unwrap_or(path.trim());
    while !rest.is_empty() {
        let (step, after) = if let Some(quoted) = rest.strip_prefix("[\"") {
            quoted.split_once("\"]").unwrap_or((quoted, ""))
        } else if let Some(index) = rest.strip_prefix('[') {
            index.split_once(']').unwrap_or((index, ""))
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            name.split_at(name.find(['.', '[']).unwrap_or(name.len()))
        };
        if step.is_empty() && after.len() == rest.len() {
            break;
        }
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        rest = after;
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_become_pointers() {
        for (path, pointer) in [
            ("$", ""),
            ("age", "/age"),
            ("lines[2].price", "/lines/2/price"),
            ("[0]", "/0"),
            ("rates[\"a/b\"]", "/rates/a~1b"),
            ("..", "//"),
            ("[", "/"),
        ] {
            assert_eq!(to_pointer(path), pointer, "{path}");
        }
    }

    #[test]
    fn the_rejected_value_is_avoided_at_its_place_only() {
        let mut avoid = Avoid::default();
        avoid.note(
            &json!({"age": 900, "size": 900}),
            "Wrong:\n- `age`: must be at most 150, but is 900",
        );
        assert!(avoid.has("/age", &json!(900)));
        assert!(!avoid.has("/size", &json!(900)));
        avoid.note(&json!({"value": [1, 2]}), "- `[1]`: must be odd, but is 2");
        assert!(avoid.has("/value/1", &json!(2)));
    }
}
