//! What was complained about: values that must not be given again at their places.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::facts::constant;
use super::tools;

/// The rejected values by JSON pointer.
#[derive(Debug, Clone, Default)]
pub(super) struct Avoid {
    values: HashMap<String, HashSet<String>>,
    /// The pointers start below an element, whichever it is.
    in_elements: bool,
}

static COMPLAINT: LazyLock<Regex> =
    LazyLock::new(|| constant(r"(?m)^\s*[-*]\s+`([^`\n]{1,400})`:\s*\S"));

/// Whether the text holds a line such as "- `lines[2].price`: must be at most 150, but is 900".
pub(super) fn is_complaint(text: &str) -> bool {
    COMPLAINT.is_match(text)
}

impl Avoid {
    /// Notes what stood in the rejected answer at each place that is complained about; `tool` is
    /// named if there were several.
    pub(super) fn note(&mut self, answer: &Value, tool: Option<&str>, complaints: &str) {
        let wrapped = match answer {
            Value::Object(map) if map.len() == 1 => map.get("value"),
            _ => None,
        };
        for captures in COMPLAINT.captures_iter(complaints) {
            let said = to_pointer(&captures[1]);
            // What is said of a call may be said in the words of the whole: with the number of the
            // element and the name of the variant before it.
            let tried = shorter(&said).take(if tool.is_some() { 3 } else { 1 });
            let found = tried.filter_map(|pointer| {
                let below = || Some((format!("/value{pointer}"), wrapped?.pointer(pointer)?));
                let direct = || Some((pointer.to_owned(), answer.pointer(pointer)?));
                if pointer.is_empty() { below().or_else(direct) } else { direct().or_else(below) }
            });
            let Some((pointer, value)) = found.into_iter().next() else { continue };
            let value = match tool {
                Some(tool) if pointer.is_empty() => tools::tagged(tool, value.clone()).to_string(),
                _ => value.to_string(),
            };
            self.values.entry(pointer).or_default().insert(value);
        }
    }

    /// The same values, for the elements of a list: what one must not be, none should be.
    pub(super) fn in_elements(&self) -> Self {
        Self { in_elements: true, ..self.clone() }
    }

    /// Whether the value was rejected at this place.
    pub(super) fn has(&self, pointer: &str, value: &Value) -> bool {
        // Numbers are compared as written; no formatting happens on the usual, empty map.
        if self.values.is_empty() {
            return false;
        }
        let pointer = if self.in_elements { shorter(pointer).nth(1) } else { Some(pointer) };
        let values = pointer.and_then(|pointer| self.values.get(pointer));
        values.is_some_and(|values| values.contains(&value.to_string()))
    }
}

/// The pointer, then without its first step, without its first two, …
fn shorter(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |rest| {
        let rest = rest.strip_prefix('/')?;
        Some(rest.find('/').map_or("", |at| &rest[at..]))
    })
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
            None,
            "Wrong:\n- `age`: must be at most 150, but is 900",
        );
        assert!(avoid.has("/age", &json!(900)));
        assert!(!avoid.has("/size", &json!(900)));
        avoid.note(&json!({"value": [1, 2]}), None, "- `[1]`: must be odd, but is 2");
        assert!(avoid.has("/value/1", &json!(2)));
    }

    #[test]
    fn a_call_is_complained_about_in_its_own_words_or_in_those_of_the_whole() {
        for complaint in
            ["- `song`: no", "- `[3].song`: no", "- `[3].Play.song`: no", "- `c.song`: no"]
        {
            let mut avoid = Avoid::default();
            avoid.note(&json!({"song": "Help!"}), Some("play"), complaint);
            assert!(avoid.has("/song", &json!("Help!")), "{complaint}");
            assert!(avoid.in_elements().has("/0/song", &json!("Help!")), "{complaint}");
        }
        let mut avoid = Avoid::default();
        avoid.note(&json!({"song": "Help!"}), Some("play"), "- `[0]`: no");
        assert!(avoid.has("", &tools::tagged("play", json!({"song": "Help!"}))));
    }
}
