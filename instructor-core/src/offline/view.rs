//! A look at one place of a JSON Schema: references followed, `allOf` joined, `null` set aside.

use serde_json::{Map, Value};

/// One place of the schema.
#[derive(Debug, Clone)]
pub(super) struct View<'s> {
    layers: Vec<&'s Map<String, Value>>,
    /// `null` is accepted.
    pub(super) nullable: bool,
    /// The members of `anyOf` or `oneOf` but `null`, if there are several.
    pub(super) alternatives: Vec<&'s Value>,
    /// The references that led here.
    pub(super) refs: Vec<&'s str>,
}

/// What the values at a place are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Integer,
    Number,
    Bool,
    List,
    Object,
    Null,
    Any,
}

impl<'s> View<'s> {
    pub(super) fn new(root: &'s Value, node: &'s Value) -> Self {
        let mut view = Self {
            layers: Vec::new(),
            nullable: false,
            alternatives: Vec::new(),
            refs: Vec::new(),
        };
        view.add(root, node, 0);
        if let Some(Value::Array(types)) = view.get("type") {
            view.nullable |= types.iter().any(|name| name == "null");
        }
        if let Some(Value::Array(values)) = view.get("enum") {
            view.nullable |= values.iter().any(Value::is_null);
        }
        view
    }

    fn add(&mut self, root: &'s Value, node: &'s Value, depth: usize) {
        let Value::Object(map) = node else { return };
        if depth > 16 || self.layers.len() > 64 {
            return;
        }
        self.layers.push(map);
        if let Some(Value::String(reference)) = map.get("$ref") {
            self.refs.push(reference);
            let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
            if let Some(target) = target {
                self.add(root, target, depth + 1);
            }
        }
        for part in list(map.get("allOf")) {
            self.add(root, part, depth + 1);
        }
        let members = list(map.get("anyOf").or_else(|| map.get("oneOf")));
        let (nulls, others): (Vec<_>, Vec<_>) = members.iter().partition(|member| is_null(member));
        self.nullable |= !nulls.is_empty();
        match others[..] {
            [] => {}
            [one] => self.add(root, one, depth + 1),
            _ => self.alternatives.extend(others),
        }
    }

    /// The keyword nearest to the place.
    pub(super) fn get(&self, keyword: &str) -> Option<&'s Value> {
        self.layers.iter().find_map(|layer| layer.get(keyword))
    }

    /// All texts of the keyword, such as the descriptions of a field and of its type.
    pub(super) fn texts(&self, keyword: &str) -> impl Iterator<Item = &'s str> {
        self.layers.iter().filter_map(move |layer| layer.get(keyword)?.as_str())
    }

    pub(super) fn number(&self, keyword: &str) -> Option<f64> {
        self.get(keyword)?.as_f64()
    }

    pub(super) fn size(&self, keyword: &str) -> Option<usize> {
        usize::try_from(self.get(keyword)?.as_u64()?).ok()
    }

    /// The properties in their order.
    pub(super) fn properties(&self) -> Vec<(&'s str, &'s Value)> {
        let mut found: Vec<(&str, &Value)> = Vec::new();
        for layer in &self.layers {
            let Some(Value::Object(properties)) = layer.get("properties") else { continue };
            for (name, node) in properties {
                if !found.iter().any(|(known, _)| known == name) {
                    found.push((name, node));
                }
            }
        }
        found
    }

    pub(super) fn requires(&self, property: &str) -> bool {
        self.layers
            .iter()
            .any(|layer| list(layer.get("required")).iter().any(|name| name == property))
    }

    /// The schema of the values of a map.
    pub(super) fn map_values(&self) -> Option<&'s Value> {
        self.get("additionalProperties").filter(|values| values.is_object())
    }

    pub(super) fn shape(&self) -> Shape {
        let named = match self.get("type") {
            Some(Value::String(name)) => Some(name.as_str()),
            Some(Value::Array(names)) => {
                names.iter().filter_map(Value::as_str).find(|n| *n != "null")
            }
            _ => None,
        };
        let has = |keywords: &[&str]| keywords.iter().any(|keyword| self.get(keyword).is_some());
        match named {
            Some("string") => Shape::Text,
            Some("integer") => Shape::Integer,
            Some("number") => Shape::Number,
            Some("boolean") => Shape::Bool,
            Some("array") => Shape::List,
            Some("object") => Shape::Object,
            Some("null") => Shape::Null,
            _ if has(&["properties", "additionalProperties", "required"]) => Shape::Object,
            _ if has(&["items", "prefixItems"]) => Shape::List,
            _ if has(&["pattern", "format", "minLength", "maxLength"]) => Shape::Text,
            _ if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]) => {
                Shape::Number
            }
            _ if self.layers.is_empty() || self.nullable => Shape::Null,
            _ => Shape::Any,
        }
    }

    /// The values of `const` or `enum`, or of alternatives that are nothing else, each with what its
    /// description says.
    pub(super) fn options(&self, root: &'s Value) -> Option<Vec<(&'s Value, String)>> {
        if let Some(value) = self.get("const") {
            return Some(vec![(value, String::new())]);
        }
        if let Some(Value::Array(values)) = self.get("enum") {
            let lines: Vec<&str> = self.texts("description").flat_map(str::lines).collect();
            let known = values.iter().filter(|value| !value.is_null());
            return Some(known.map(|value| (value, described(value, &lines))).collect());
        }
        if self.alternatives.is_empty() {
            return None;
        }
        let mut options = Vec::new();
        for alternative in &self.alternatives {
            let Value::Object(map) = alternative else { return None };
            if !(map.contains_key("const") || map.contains_key("enum")) {
                return None;
            }
            let description = map.get("description").and_then(Value::as_str).unwrap_or_default();
            for (value, more) in View::new(root, alternative).options(root)? {
                options.push((value, format!("{description} {more}")));
            }
        }
        Some(options)
    }
}

/// The text behind a line "- label: text" of a description.
fn described(value: &Value, lines: &[&str]) -> String {
    let Some(label) = value.as_str() else { return String::new() };
    let text = lines.iter().find_map(|line| {
        let line = line.trim().strip_prefix(['-', '*'])?.trim_start();
        line.trim_start_matches(['`', '"'])
            .strip_prefix(label)?
            .trim_start_matches(['`', '"'])
            .trim_start()
            .strip_prefix(':')
    });
    text.unwrap_or_default().to_owned()
}

fn is_null(node: &Value) -> bool {
    node.get("type").is_some_and(|name| name == "null")
        || node.get("const").is_some_and(Value::is_null)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
