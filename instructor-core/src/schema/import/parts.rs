//! What the keywords of a place say together, with those of `allOf` and of references among them.

use serde_json::{Map, Value};

use super::keywords::{self, Notes, count, number, stricter, way_out};
use super::{Importer, pointer};
use crate::schema::Number;

/// One kind of JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// A schema inside another one, and its place.
pub(super) type Inner<'j> = (&'j Value, String);

/// The least and the greatest number of something.
pub(super) type Count = (Option<usize>, Option<usize>);

/// The bounds of a number.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) min: Option<Number>,
    pub(super) max: Option<Number>,
    pub(super) above: Option<Number>,
    pub(super) below: Option<Number>,
}

/// Everything that is said of a value.
#[derive(Debug, Default, Clone)]
pub(super) struct Parts<'j> {
    pub(super) at: String,
    pub(super) notes: Notes,
    pub(super) kinds: Option<Vec<Kind>>,
    /// `nullable`, of `OpenAPI`.
    pub(super) nullable: bool,
    pub(super) not_zero: bool,
    pub(super) values: Option<Vec<&'j Value>>,
    pub(super) properties: Option<Vec<(&'j str, Inner<'j>)>>,
    pub(super) required: Vec<(&'j str, String)>,
    /// Groups of properties of which an object has one, and whether it must.
    pub(super) names: Vec<(Vec<&'j str>, bool)>,
    pub(super) extra: Option<Inner<'j>>,
    /// The names that each `"additionalProperties": false` knows.
    pub(super) closed: Vec<(Vec<&'j str>, String)>,
    pub(super) keys: Option<Inner<'j>>,
    pub(super) entries: Count,
    pub(super) prefix: Option<Vec<Inner<'j>>>,
    pub(super) items: Option<Inner<'j>>,
    pub(super) item_count: Count,
    pub(super) unique: bool,
    pub(super) length: Count,
    pub(super) patterns: Vec<(&'j str, String)>,
    pub(super) format: Option<&'j str>,
    pub(super) bounds: Bounds,
    pub(super) multiples: Vec<Number>,
    /// Of each `anyOf` and `oneOf`, the forms.
    pub(super) forms: Vec<(Vec<Inner<'j>>, String)>,
    /// The property that tells the forms apart, of `OpenAPI`.
    pub(super) tag: Option<&'j str>,
}

impl Parts<'_> {
    pub(super) fn new(at: &str) -> Self {
        Self { at: at.to_owned(), ..Self::default() }
    }
}

impl<'j> Importer<'j> {
    /// Adds what the schema at `at` says; nothing if there is a problem.
    pub(super) fn absorb(
        &mut self,
        parts: &mut Parts<'j>,
        value: &'j Value,
        at: &str,
    ) -> Option<()> {
        let map = match value {
            Value::Object(map) => map,
            Value::Bool(true) => return Some(()),
            Value::Bool(false) => {
                return self.refuse(at, "`false` has no values; leave it out");
            }
            _ => return self.refuse(at, "must be a schema: an object, or `true`"),
        };
        if self.merging.iter().any(|open| open == at) {
            return self.refuse(at, super::cycles::ENDLESS);
        }
        if !self.enter(at) {
            return None;
        }
        self.merging.push(at.to_owned());
        let problems = self.problems.len();
        parts.notes = parts.notes.or(keywords::notes(self, map, at));
        for (keyword, value) in map {
            let place = pointer::child(at, keyword);
            self.keyword(parts, (keyword, value), map, &place);
        }
        self.merging.pop();
        self.depth -= 1;
        (self.problems.len() == problems).then_some(())
    }

    fn keyword(
        &mut self,
        parts: &mut Parts<'j>,
        (keyword, value): (&'j str, &'j Value),
        beside: &'j Map<String, Value>,
        at: &str,
    ) {
        match keyword {
            "type" => self.kinds(parts, value, at),
            "nullable" => parts.nullable |= *value == true,
            "discriminator" => {
                parts.tag = parts.tag.or(value.get("propertyName").and_then(Value::as_str));
            }
            "const" => parts.restrict(vec![value]),
            "enum" => match value {
                Value::Array(values) => parts.restrict(values.iter().collect()),
                _ => self.problem(at, "must be a list of values"),
            },
            "not" => self.not(parts, value, at),
            "properties" => self.properties(parts, value, at),
            "required" => self.required(parts, value, at),
            "additionalProperties" | "unevaluatedProperties" => {
                if keyword == "additionalProperties" && *value == false {
                    let names = beside.get("properties").and_then(Value::as_object);
                    let names = names.into_iter().flatten().map(|(name, _)| name.as_str());
                    parts.closed.push((names.collect(), at.to_owned()));
                }
                match (&parts.extra, value) {
                    (None, _) => parts.extra = Some((value, at.to_owned())),
                    (Some((known, _)), _) if *known == value => {}
                    (_, Value::Bool(true)) => {}
                    _ => self.problem(at, "is said twice in different ways; say it once"),
                }
            }
            "propertyNames" => match &parts.keys {
                Some((known, _)) if *known != value => {
                    self.problem(at, "is said twice in different ways; say it once");
                }
                _ => parts.keys = Some((value, at.to_owned())),
            },
            "items" | "prefixItems" | "additionalItems" => {
                self.items(parts, (keyword, value), beside, at);
            }
            "uniqueItems" => parts.unique |= *value == true,
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" => self.count(parts, keyword, value, at),
            "pattern" => match value {
                Value::String(pattern) => parts.patterns.push((pattern, at.to_owned())),
                _ => self.problem(at, "must be a regular expression as text"),
            },
            "format" => match value {
                Value::String(format) if parts.format.is_none_or(|known| known == format) => {
                    parts.format = Some(format);
                }
                Value::String(_) => self.problem(at, "a text has one format; keep one of them"),
                _ => self.problem(at, "must be text"),
            },
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                self.bound(parts, (keyword, value), beside, at);
            }
            "anyOf" | "oneOf" => self.forms(parts, value, at),
            "allOf" => self.all(parts, value, at),
            "$ref" => self.reference(parts, value, at),
            other => {
                if let Some(way_out) = way_out(other) {
                    self.problem(at, format!("`{other}` cannot be imported; {way_out}"));
                }
            }
        }
    }

    fn kinds(&mut self, parts: &mut Parts<'j>, value: &'j Value, at: &str) {
        let names = match value {
            Value::Array(names) => names.as_slice(),
            name => std::slice::from_ref(name),
        };
        let mut kinds = Vec::new();
        for name in names {
            let kind = match name.as_str().map(str::to_ascii_lowercase).as_deref() {
                Some("null") => Kind::Null,
                Some("boolean") => Kind::Boolean,
                Some("integer") => Kind::Integer,
                Some("number") => Kind::Number,
                Some("string") => Kind::String,
                Some("array") => Kind::Array,
                Some("object") => Kind::Object,
                _ => {
                    let message = "must be `null`, `boolean`, `integer`, `number`, `string`, \
                                   `array`, `object` or a list of these";
                    return self.problem(at, message);
                }
            };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if let Some(known) = &parts.kinds {
            kinds = both(known, &kinds);
        }
        if kinds.is_empty() {
            return self.problem(at, "no type is left; the types that stand together must agree");
        }
        parts.kinds = Some(kinds);
    }

    /// Of what `not` may say, two things have a counterpart: a number is not zero, and two names of
    /// a property do not stand together.
    fn not(&mut self, parts: &mut Parts<'j>, value: &'j Value, at: &str) {
        let map = value.as_object().filter(|map| map.len() == 1);
        if map.and_then(|map| map.get("const")).and_then(Value::as_f64) == Some(0.0) {
            parts.not_zero = true;
            return;
        }
        let pairs = map.and_then(|map| map.get("anyOf")).and_then(Value::as_array);
        let pairs: Option<Vec<_>> =
            pairs.and_then(|pairs| pairs.iter().map(only_required).collect());
        match pairs {
            Some(pairs) if !pairs.is_empty() && pairs.iter().all(|pair| pair.len() == 2) => {
                let mut names: Vec<&str> = Vec::new();
                for name in pairs.into_iter().flatten() {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                parts.names.push((names, false));
            }
            _ => self.problem(
                at,
                "`not` cannot be imported, but for `{\"const\": 0}`; say what the value is instead",
            ),
        }
    }

    fn properties(&mut self, parts: &mut Parts<'j>, value: &'j Value, at: &str) {
        let Value::Object(properties) = value else {
            return self.problem(at, "must be an object with a schema for each property");
        };
        let known = parts.properties.get_or_insert_default();
        let mut twice = Vec::new();
        for (name, value) in properties {
            let place = pointer::child(at, name);
            match known.iter().find(|(other, _)| other == name) {
                None => known.push((name, (value, place))),
                Some((_, (other, _))) if *other == value => {}
                Some(_) => twice.push(place),
            }
        }
        for place in twice {
            self.problem(&place, "the property is described twice in different ways; keep one");
        }
    }

    fn required(&mut self, parts: &mut Parts<'j>, value: &'j Value, at: &str) {
        let Some(names) = texts(value) else {
            return self.problem(at, "must be a list of names");
        };
        for name in names {
            if parts.required.iter().all(|(known, _)| *known != name) {
                parts.required.push((name, at.to_owned()));
            }
        }
    }

    fn items(
        &mut self,
        parts: &mut Parts<'j>,
        (keyword, value): (&'j str, &'j Value),
        beside: &'j Map<String, Value>,
        at: &str,
    ) {
        let list = |list: &'j [Value]| -> Vec<Inner<'j>> {
            let place = |(i, item)| (item, pointer::child(at, &format!("{i}")));
            list.iter().enumerate().map(place).collect()
        };
        let is_draft_7 = beside.get("items").is_some_and(Value::is_array);
        match (keyword, value) {
            ("prefixItems" | "items", Value::Array(values)) if parts.prefix.is_none() => {
                parts.prefix = Some(list(values));
            }
            ("prefixItems", Value::Array(_)) => {
                self.problem(at, "the items are described twice; keep one of them");
            }
            ("prefixItems", _) => self.problem(at, "must be a list of schemas"),
            // Without a list of items, `additionalItems` says nothing.
            ("additionalItems", _) if !is_draft_7 => {}
            _ => match &parts.items {
                Some((known, _)) if *known != value => {
                    self.problem(at, "the items are described twice; keep one of them");
                }
                _ => parts.items = Some((value, at.to_owned())),
            },
        }
    }

    fn count(&mut self, parts: &mut Parts<'j>, keyword: &str, value: &Value, at: &str) {
        let Some(count) = count(value) else {
            return self.problem(at, "must be a whole number from 0 up");
        };
        let (min, max) = match keyword {
            "minLength" | "maxLength" => &mut parts.length,
            "minItems" | "maxItems" => &mut parts.item_count,
            _ => &mut parts.entries,
        };
        if keyword.starts_with("min") {
            *min = Some(min.map_or(count, |known| known.max(count)));
        } else {
            *max = Some(max.map_or(count, |known| known.min(count)));
        }
    }

    fn bound(
        &mut self,
        parts: &mut Parts<'j>,
        (keyword, value): (&str, &Value),
        beside: &Map<String, Value>,
        at: &str,
    ) {
        // Draft 4 and OpenAPI 3.0 say with `true` that the bound itself is excluded.
        let excludes = |keyword: &str| beside.get(keyword).is_some_and(|value| *value == true);
        if value.is_boolean() && keyword.starts_with("exclusive") {
            return;
        }
        let Some(number) = number(value) else { return self.problem(at, "must be a number") };
        let Bounds { min, max, above, below } = &mut parts.bounds;
        let (slot, lower) = match keyword {
            "minimum" if excludes("exclusiveMinimum") => (above, true),
            "maximum" if excludes("exclusiveMaximum") => (below, false),
            "minimum" => (min, true),
            "maximum" => (max, false),
            "exclusiveMinimum" => (above, true),
            "exclusiveMaximum" => (below, false),
            _ if keywords::float(number) > 0.0 => return parts.multiples.push(number),
            _ => return self.problem(at, "must be above 0"),
        };
        *slot = stricter(*slot, Some(number), lower);
    }

    fn forms(&mut self, parts: &mut Parts<'j>, value: &'j Value, at: &str) {
        let Value::Array(forms) = value else {
            return self.problem(at, "must be a list of schemas");
        };
        if forms.is_empty() {
            return self.problem(at, "must have at least one schema");
        }
        let place = |(i, form)| (form, pointer::child(at, &format!("{i}")));
        parts.forms.push((forms.iter().enumerate().map(place).collect(), at.to_owned()));
    }

    fn all(&mut self, parts: &mut Parts<'j>, value: &'j Value, at: &str) {
        let Value::Array(branches) = value else {
            return self.problem(at, "must be a list of schemas");
        };
        for (i, branch) in branches.iter().enumerate() {
            if let Some(names) = one_of_names(branch) {
                parts.names.push((names, true));
            } else {
                // A problem stands in the list already.
                let _ = self.absorb(parts, branch, &pointer::child(at, &i.to_string()));
            }
        }
    }

    fn reference(&mut self, parts: &mut Parts<'j>, value: &'j Value, at: &str) {
        let Value::String(reference) = value else { return self.problem(at, "must be text") };
        let Some(target) = pointer::of_reference(reference) else {
            return self.problem(
                at,
                "only references into the same document are followed, such as `#/$defs/Name`; put \
                 the schema into `$defs`",
            );
        };
        match pointer::find(self.root, &target) {
            Some(value) => {
                let _ = self.absorb(parts, value, &target);
            }
            None => self.problem(at, "nothing stands at this reference; correct it"),
        }
    }
}

impl<'j> Parts<'j> {
    /// Leaves only those of the values that are allowed already.
    fn restrict(&mut self, values: Vec<&'j Value>) {
        match &mut self.values {
            Some(known) => known.retain(|value| values.contains(value)),
            none => *none = Some(values),
        }
    }
}

/// The kinds of the one that the other has, too; an integer is a number.
fn both(first: &[Kind], second: &[Kind]) -> Vec<Kind> {
    let has = |list: &[Kind], kind| {
        list.contains(&kind) || (kind == Kind::Integer && list.contains(&Kind::Number))
    };
    let mut all: Vec<Kind> = first.iter().copied().filter(|kind| has(second, *kind)).collect();
    for kind in second {
        if has(first, *kind) && !all.contains(kind) {
            all.push(*kind);
        }
    }
    all
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

/// The names of a schema that has `required` only.
fn only_required(value: &Value) -> Option<Vec<&str>> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    texts(map.get("required")?)
}

/// The names of `{"oneOf": [{"required": ["a"]}, …]}`: the property has one of them.
fn one_of_names(value: &Value) -> Option<Vec<&str>> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let names: Option<Vec<Vec<&str>>> =
        map.get("oneOf")?.as_array()?.iter().map(only_required).collect();
    names?.into_iter().map(|names| if let [name] = *names { Some(name) } else { None }).collect()
}
