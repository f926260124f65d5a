//! `anyOf` and `oneOf`: options, names, enums with data, and all other unions.

use serde_json::{Map, Value};

use super::Importer;
use super::build::one_of;
use super::keywords::{Notes, is_annotation};
use super::parts::{Inner, Kind, Parts};
use super::scalars;
use super::shared::{leak, leak_list, leak_text, of};
use crate::schema::{Data, Field, Shape, Tagging, Variant};

/// So many forms are asked for what tells them apart.
const FORMS: usize = 1_000;

impl<'j> Importer<'j> {
    /// One of the forms, with all that stands beside them.
    pub(super) fn union(
        &mut self,
        beside: &Parts<'j>,
        (forms, _): (Vec<Inner<'j>>, String),
    ) -> Option<Field> {
        let is_null = |form: &Inner<'_>| is_null(form.0);
        let nullable = forms.iter().any(is_null) || beside.nullable;
        let forms: Vec<Inner<'j>> = forms.into_iter().filter(|form| !is_null(form)).collect();
        if says_nothing(beside) {
            if forms.len() > 1
                && let Some(field) = self.told_apart(beside, &forms)
            {
                return Some(one_of(vec![field], nullable));
            }
            let fields: Vec<Option<Field>> =
                forms.iter().map(|(value, at)| self.place(value, at)).collect();
            let fields: Option<Vec<Field>> = fields.into_iter().collect();
            return Some(one_of(fields?, nullable));
        }
        // Every form has what stands beside it, too.
        let mut fields = Vec::new();
        for (value, at) in &forms {
            let mut parts = beside.clone();
            let merged = self.absorb(&mut parts, value, at);
            fields.push(merged.and_then(|()| self.build(parts)));
        }
        let fields: Option<Vec<Field>> = fields.into_iter().collect();
        let allows_null = beside.kinds.as_ref().is_none_or(|kinds| kinds.contains(&Kind::Null));
        Some(one_of(fields?, nullable && (allows_null || beside.nullable)))
    }

    /// The forms as one enum, if a name tells which of them a value has.
    fn told_apart(&mut self, beside: &Parts<'j>, forms: &[Inner<'j>]) -> Option<Field> {
        if forms.len() > FORMS {
            return None;
        }
        let mut all = Vec::new();
        for (value, at) in forms {
            let mut parts = Parts::new(at);
            self.absorb(&mut parts, value, at)?;
            all.push(parts);
        }
        self.tagged(beside, &all).or_else(|| self.named(&all)).map(of)
    }

    /// Objects with a property that holds the name of the form.
    fn tagged(&mut self, beside: &Parts<'j>, all: &[Parts<'j>]) -> Option<Shape> {
        let first = all.first()?;
        let mut tags =
            first.properties.as_deref().unwrap_or_default().iter().map(|(name, _)| *name);
        let tag = match beside.tag {
            Some(tag) => tag,
            None => tags.find(|tag| is_tag(tag, all, true))?,
        };
        if !is_tag(tag, all, beside.tag.is_none()) {
            return None;
        }
        let mut variants = Vec::new();
        for parts in all {
            let mut rest = parts.clone();
            let notes = std::mem::take(&mut rest.notes);
            rest.required.retain(|(name, _)| *name != tag);
            let properties = rest.properties.get_or_insert_default();
            properties.retain(|(name, _)| *name != tag);
            let data = Data::Newtype(leak(self.object(&rest)?));
            for name in names_of(parts, tag)? {
                variants.push(variant(name, data, notes));
            }
        }
        let tagging = Tagging::Internal { tag: leak_text(tag) };
        Some(Shape::Enum { variants: leak_list(variants), tagging, closed: false })
    }

    /// Names, and objects with one property whose name is that of the form.
    fn named(&mut self, all: &[Parts<'j>]) -> Option<Shape> {
        let mut seen: Vec<&str> = Vec::new();
        let mut variants = Vec::new();
        for parts in all {
            if let Some(texts) = texts(parts) {
                for name in texts {
                    seen.push(name);
                    variants.push(variant(name, Data::Unit, parts.notes));
                }
            } else {
                let (name, (value, at)) = only_property(parts)?;
                let field = self.place(value, at)?;
                seen.push(name);
                variants.push(variant(name, Data::Newtype(leak(field)), parts.notes));
            }
        }
        let names = seen.len();
        seen.sort_unstable();
        seen.dedup();
        (seen.len() == names).then(|| scalars::names(variants))
    }
}

fn variant(name: &str, data: Data, mut notes: Notes) -> Variant {
    let description = notes.take_description();
    let deprecated = notes.put(of(Shape::Null)).deprecated;
    Variant { description, deprecated, ..Variant::new(leak_text(name), data) }
}

/// Whether nothing stands beside the forms that every value must obey.
fn says_nothing(beside: &Parts<'_>) -> bool {
    let Parts { kinds, values, not_zero, properties, required, names, extra, .. } = beside;
    let Parts { closed, keys, entries, prefix, items, item_count, unique, .. } = beside;
    let Parts { length, patterns, format, bounds, multiples, forms, .. } = beside;
    let none = (None, None);
    let has_bounds = [bounds.min, bounds.max, bounds.above, bounds.below];
    kinds.is_none()
        && values.is_none()
        && properties.is_none()
        && extra.is_none()
        && keys.is_none()
        && prefix.is_none()
        && items.is_none()
        && format.is_none()
        && !*not_zero
        && !*unique
        && [*entries, *item_count, *length] == [none; 3]
        && required.is_empty()
        && names.is_empty()
        && closed.is_empty()
        && patterns.is_empty()
        && multiples.is_empty()
        && forms.is_empty()
        && has_bounds.iter().all(Option::is_none)
}

/// Whether only `null` fits.
fn is_null(form: &Value) -> bool {
    let Value::Object(map) = form else { return false };
    let mut speaking = map.iter().filter(|(keyword, _)| !is_annotation(keyword));
    let only = |value: &Value, null: &Value| {
        value == null || value.as_array().is_some_and(|list| list.as_slice() == [null.clone()])
    };
    let says_null = |(keyword, value): (&String, &Value)| match keyword.as_str() {
        "type" => only(value, &"null".into()),
        "const" | "enum" => only(value, &Value::Null),
        _ => false,
    };
    speaking.clone().next().is_some() && speaking.all(says_null)
}

/// Whether each form is an object with this property, and its names in no other form.
fn is_tag(tag: &str, all: &[Parts<'_>], must_be_required: bool) -> bool {
    let mut seen = Vec::new();
    for parts in all {
        let is_required = parts.required.iter().any(|(name, _)| *name == tag);
        let Some(names) = names_of(parts, tag) else { return false };
        if (must_be_required && !is_required) || names.iter().any(|name| seen.contains(name)) {
            return false;
        }
        seen.extend(names);
    }
    true
}

/// The names that the property of the object may have.
fn names_of<'j>(parts: &Parts<'j>, tag: &str) -> Option<Vec<&'j str>> {
    if !is_object(parts) || parts.names.iter().any(|(names, _)| names.contains(&tag)) {
        return None;
    }
    let properties = parts.properties.as_deref()?;
    let (_, (value, _)) = properties.iter().find(|(name, _)| *name == tag)?;
    literals(value.as_object()?)
}

fn is_object(parts: &Parts<'_>) -> bool {
    let kinds = parts.kinds.as_deref();
    kinds.is_none_or(|kinds| kinds == [Kind::Object])
        && parts.forms.is_empty()
        && parts.values.is_none()
        && !parts.nullable
}

/// The texts of `const` or `enum`, if nothing else is said.
fn literals(map: &Map<String, Value>) -> Option<Vec<&str>> {
    let mut names = None;
    for (keyword, value) in map {
        match keyword.as_str() {
            "type" if *value == "string" => {}
            "const" => names = Some(vec![value.as_str()?]),
            "enum" => {
                let texts: Option<Vec<&str>> =
                    value.as_array()?.iter().map(Value::as_str).collect();
                names = names.or(texts);
            }
            other if is_annotation(other) => {}
            _ => return None,
        }
    }
    names.filter(|names| !names.is_empty())
}

/// The names of a form that is nothing but names.
fn texts<'j>(parts: &Parts<'j>) -> Option<Vec<&'j str>> {
    let is_text = parts.kinds.as_deref().is_none_or(|kinds| kinds == [Kind::String]);
    let rest = Parts { values: None, kinds: None, ..parts.clone() };
    if !is_text || parts.nullable || !says_nothing(&rest) {
        return None;
    }
    parts.values.as_ref()?.iter().map(|value| value.as_str()).collect()
}

/// The only property of an object that must have it and has no others.
fn only_property<'p, 'j>(parts: &'p Parts<'j>) -> Option<&'p (&'j str, Inner<'j>)> {
    let [property] = parts.properties.as_deref()? else { return None };
    let [(required, _)] = parts.required.as_slice() else { return None };
    let closed = matches!(parts.extra, Some((Value::Bool(false), _)));
    let plain = parts.keys.is_none() && parts.entries == (None, None) && parts.names.is_empty();
    (is_object(parts) && closed && plain && *required == property.0).then_some(property)
}
