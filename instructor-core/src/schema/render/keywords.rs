//! Rules as keywords, and as sentences where the dialect has no such keyword.

use serde_json::{Value, json};

use super::forms::core;
use super::shapes::FLOAT_SAFE;
use super::{Node, Renderer};
use crate::schema::{Null, Number, Rule, Schema, Shape};

impl Renderer {
    /// Adds what the rules say.
    pub(super) fn rules(&self, node: &mut Node, rules: &'static [Rule], schema: &'static Schema) {
        if self.dialect.null == Null::Form
            && let Some(core) = core(node)
        {
            return self.rules(core, rules, schema);
        }
        for rule in rules {
            self.rule(node, rule, schema);
        }
    }

    fn rule(&self, node: &mut Node, rule: &'static Rule, schema: &'static Schema) {
        match *rule {
            Rule::Length { min, max } => match bare(schema).shape {
                Shape::List { .. } => self.count(node, "Items", "item", min, max),
                Shape::Map { .. } => {
                    let (keyword, unit) = if self.dialect.maps {
                        ("Properties", "entry")
                    } else {
                        ("Items", "entry")
                    };
                    self.count(node, keyword, unit, min, max);
                }
                _ => self.count(node, "Length", "character", min, max),
            },
            Rule::Range { min, max, above, below } => {
                self.bound(node, "minimum", "At least", min);
                self.bound(node, "maximum", "At most", max);
                self.bound(node, "exclusiveMinimum", "Above", above);
                self.bound(node, "exclusiveMaximum", "Below", below);
            }
            Rule::Pattern { pattern, .. } | Rule::Matches { pattern, .. } => {
                self.pattern(node, pattern);
            }
            Rule::MultipleOf(factor) => {
                let sentence = format!("A multiple of {factor}.");
                match number(factor) {
                    Some(value) => self.keyword(node, "multipleOf", value, &sentence),
                    None => self.append(node, &sentence),
                }
            }
            Rule::Format(format) => self.format(node, format.name()),
            Rule::Email => self.format(node, "email"),
            Rule::Url => self.format(node, "uri"),
            Rule::Contains(text) => {
                self.affix(node, &escape(text), &format!("Contains {text:?}."));
            }
            Rule::Prefix(text) => {
                self.affix(node, &format!("^{}", escape(text)), &format!("Starts with {text:?}."));
            }
            Rule::Suffix(text) => {
                self.affix(node, &format!("{}$", escape(text)), &format!("Ends with {text:?}."));
            }
            Rule::Unique => self.keyword(node, "uniqueItems", true.into(), "No item twice."),
            Rule::OneOf(values) => self.one_of(node, values),
            Rule::Inner(rules) => self.inner(node, rules, bare(schema)),
        }
    }

    fn one_of(&self, node: &mut Node, values: &'static [&'static str]) {
        let sentence = format!("One of {}.", values.join(", "));
        let kind = match node.get("type") {
            Some(Value::String(kind)) => kind.as_str(),
            Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or_default(),
            _ => "",
        };
        if self.is_compound(node) || !self.dialect.takes_enum(kind) {
            return self.append(node, &sentence);
        }
        let mut list: Vec<Value> =
            values.iter().filter_map(|value| serde_json::from_str(value).ok()).collect();
        if node.get("type").is_some_and(|kind| kind.as_array().is_some()) {
            list.push(Value::Null);
        }
        node.insert("enum".into(), list.into());
    }

    fn inner(&self, node: &mut Node, rules: &'static [Rule], list: &'static Schema) {
        let (slot, schema) = match list.shape {
            Shape::List { items, .. } => (node.get_mut("items"), items),
            Shape::Map { values, .. } if self.dialect.maps => {
                (node.get_mut("additionalProperties"), values)
            }
            Shape::Map { values, .. } => (
                node.get_mut("items")
                    .and_then(|items| items.get_mut("properties"))
                    .and_then(|properties| properties.get_mut("value")),
                values,
            ),
            _ => return,
        };
        if let Some(Value::Object(inner)) = slot {
            self.rules(inner, rules, schema);
        }
    }

    /// `minLength`, `maxItems` and their kind; a stricter bound replaces a looser one.
    pub(super) fn count(
        &self,
        node: &mut Node,
        what: &str,
        unit: &str,
        min: Option<usize>,
        max: Option<usize>,
    ) {
        let plural = |n: usize| match (n, unit) {
            (1, _) => unit.to_owned(),
            (_, "entry") => "entries".to_owned(),
            _ => format!("{unit}s"),
        };
        for (bound, prefix, words) in [(min, "min", "At least"), (max, "max", "At most")] {
            let Some(n) = bound else { continue };
            let sentence = format!("{words} {n} {}.", plural(n));
            if n > self.dialect.largest_count {
                self.append(node, &sentence);
            } else {
                self.limit(node, &format!("{prefix}{what}"), n.into(), &sentence);
            }
        }
    }

    fn bound(&self, node: &mut Node, keyword: &str, words: &str, bound: Option<Number>) {
        let Some(bound) = bound else { return };
        let sentence = format!("{words} {bound}.");
        let too_wide = |value: i128| !self.dialect.wide_integers && value.abs() > FLOAT_SAFE;
        match number(bound) {
            Some(_) if matches!(bound, Number::Int(value) if too_wide(value)) => {
                self.append(node, &sentence);
            }
            Some(value) => self.limit(node, keyword, value, &sentence),
            None => self.append(node, &sentence),
        }
    }

    /// Inserts a bound unless a stricter one stands there.
    fn limit(&self, node: &mut Node, keyword: &str, value: Value, sentence: &str) {
        let lower = keyword.starts_with("min") || keyword == "exclusiveMinimum";
        let stands = node.get(keyword).and_then(Value::as_f64);
        if let (Some(old), Some(new)) = (stands, value.as_f64())
            && (if lower { old >= new } else { old <= new })
        {
            return;
        }
        self.keyword(node, keyword, value, sentence);
    }

    /// A `pattern` in the syntax of the `regex` crate.
    pub(super) fn pattern(&self, node: &mut Node, pattern: &str) {
        let sentence = format!("Matches the regular expression `{pattern}`.");
        if is_ecma(pattern) {
            self.affix(node, pattern, &sentence);
        } else {
            self.append(node, &sentence);
        }
    }

    /// A `pattern` that is surely in JSON Schema's syntax (ECMA-262); a second one goes into `allOf`.
    fn affix(&self, node: &mut Node, pattern: &str, sentence: &str) {
        if !self.dialect.takes_pattern(pattern) {
            return self.append(node, sentence);
        }
        if !node.contains_key("pattern") {
            return self.keyword(node, "pattern", pattern.into(), sentence);
        }
        if !self.dialect.composition {
            return self.append(node, sentence);
        }
        let all = node.entry("allOf").or_insert_with(|| json!([]));
        if let Value::Array(all) = all {
            all.push(json!({ "pattern": pattern }));
        }
    }

    /// A `format`, as a sentence where the dialect does not know it.
    pub(super) fn format(&self, node: &mut Node, format: &str) {
        let sentence = match format {
            "uri" => "A URL.".to_owned(),
            other => format!("Format: {other}."),
        };
        if self.dialect.takes_format(format) {
            self.keyword(node, "format", format.into(), &sentence);
        } else {
            self.append(node, &sentence);
        }
    }

    /// A validation keyword, or its sentence in the description.
    pub(super) fn keyword(&self, node: &mut Node, keyword: &str, value: Value, sentence: &str) {
        if self.dialect.takes_keyword(keyword) && !self.is_compound(node) {
            node.insert(keyword.to_owned(), value);
        } else {
            self.append(node, sentence);
        }
    }

    /// Whether no keyword may stand beside what is there.
    fn is_compound(&self, node: &Node) -> bool {
        (node.contains_key("$ref") && !self.dialect.ref_siblings)
            || (node.contains_key("anyOf") && !self.dialect.composition)
    }

    /// Puts a text before the description that is there.
    pub(super) fn describe(&self, node: &mut Node, text: &str) {
        if text.is_empty() || self.in_forms(node, |renderer, form| renderer.describe(form, text)) {
            return;
        }
        let text = match node.get("description").and_then(Value::as_str) {
            Some(old) if old == text => return,
            Some(old) => format!("{text}\n{old}"),
            None => text.to_owned(),
        };
        self.set_description(node, text);
    }

    /// Puts a sentence behind the description that is there.
    pub(super) fn append(&self, node: &mut Node, sentence: &str) {
        if self.in_forms(node, |renderer, form| renderer.append(form, sentence)) {
            return;
        }
        let text = match node.get("description").and_then(Value::as_str) {
            Some(old) if old.contains(sentence) => return,
            Some(old) if old.contains('\n') => format!("{old}\n{sentence}"),
            Some(old) if old.ends_with(['.', '!', '?']) => format!("{old} {sentence}"),
            Some(old) => format!("{old}. {sentence}"),
            None => sentence.to_owned(),
        };
        self.set_description(node, text);
    }

    /// Runs `inner` with each form that is not `null`, where only these can have a description;
    /// false if `node` itself can have one.
    fn in_forms(&self, node: &mut Node, inner: impl Fn(&Self, &mut Node)) -> bool {
        if self.dialect.described_unions {
            return false;
        }
        let Some(Value::Array(forms)) = node.get_mut("anyOf") else { return false };
        for form in forms.iter_mut().filter_map(Value::as_object_mut) {
            if form.get("type").is_none_or(|kind| kind != "null") {
                inner(self, form);
            }
        }
        true
    }

    /// The description stands right after the type, where a reader looks for it.
    fn set_description(&self, node: &mut Node, text: String) {
        if node.contains_key("$ref") && !self.dialect.ref_siblings {
            if !self.wraps_refs() {
                // Said where the type was written in place, see `target`.
                return;
            }
            let reference = std::mem::take(node);
            node.insert("anyOf".into(), json!([reference]));
        }
        let place = usize::from(node.contains_key("type"));
        node.shift_remove("description");
        node.shift_insert(place, "description".into(), text.into());
    }

    /// `default`, `examples` and `deprecated`.
    pub(super) fn annotate(
        &self,
        node: &mut Node,
        default: &str,
        examples: &'static [&'static str],
        deprecated: bool,
    ) {
        if let Ok(value) = serde_json::from_str(default) {
            self.keyword(node, "default", value, &format!("Default: {default}."));
        }
        if !examples.is_empty() {
            let values: Vec<Value> =
                examples.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
            let sentence = format!("For example: {}.", examples.join(", "));
            self.keyword(node, "examples", values.into(), &sentence);
        }
        if deprecated {
            self.keyword(node, "deprecated", true.into(), "Deprecated.");
        }
    }
}

/// The type behind `Option` and newtypes, which the rules are about.
fn bare(schema: &'static Schema) -> &'static Schema {
    let schema = schema.resolve();
    match schema.shape {
        Shape::Option(inner) => bare(inner),
        Shape::Newtype { field, .. } => bare(field.schema),
        _ => schema,
    }
}

fn number(number: Number) -> Option<Value> {
    match number {
        Number::Int(value) => i64::try_from(value)
            .map(Value::from)
            .or_else(|_| u64::try_from(value).map(Value::from))
            .ok(),
        Number::Float(value) => serde_json::Number::from_f64(value).map(Value::Number),
    }
}

/// Escapes what has a meaning in ECMA-262 regular expressions; there, more may not be escaped.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\^$.*+?()[]{}|/".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Whether the pattern means the same to the `regex` crate and to ECMA-262: no inline flags, no
/// named groups with `P`, none of the classes and anchors that only one of them has.
fn is_ecma(pattern: &str) -> bool {
    let foreign = [
        "(?i", "(?m", "(?s", "(?x", "(?u", "(?U", "(?R", "(?-", "(?P", r"\A", r"\z", r"\<", r"\>",
        r"\a", r"\x{", r"\U", r"\pL", r"\pN", r"\pP", r"\b{", "[[", "&&", "--", "~~",
    ];
    !foreign.iter().any(|part| pattern.contains(part))
}
