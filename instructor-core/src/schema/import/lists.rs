//! Lists and tuples.

use serde_json::Value;

use super::Importer;
use super::build::ruled;
use super::parts::{Inner, Parts};
use super::scalars::length;
use super::shared::{leak_list, of, whole};
use crate::schema::{Field, Rule, Shape};

impl<'j> Importer<'j> {
    /// A list of any length, or a tuple.
    pub(super) fn list(&mut self, parts: &Parts<'j>) -> Option<Field> {
        let is_end = |(value, _): &Inner<'_>| **value == false;
        if let Some(prefix) = &parts.prefix
            && (!prefix.is_empty() || parts.items.as_ref().is_some_and(is_end))
        {
            return self.tuple(parts, prefix);
        }
        let items = match &parts.items {
            Some((Value::Bool(false), _)) => return self.tuple(parts, &[]),
            Some((value, at)) => whole(self.place(value, at)?, ""),
            None => of(Shape::Any).schema,
        };
        let mut rules: Vec<Rule> = length(parts.item_count).into_iter().collect();
        if parts.unique {
            rules.push(Rule::Unique);
        }
        Some(ruled(Shape::List { items, min: 0, max: None, unique: false }, rules))
    }

    fn tuple(&mut self, parts: &Parts<'j>, prefix: &[Inner<'j>]) -> Option<Field> {
        let (least, most) = parts.item_count;
        let ends = parts.items.as_ref().is_none_or(|(items, _)| **items == false);
        let counts = [least, most].into_iter().flatten();
        let fixed = most == Some(prefix.len()) || (ends && most.is_none());
        if !fixed || counts.into_iter().any(|count| count != prefix.len()) {
            let message = "a list with items of their own types has all of them and no others: \
                           write `\"items\": false`, and `minItems` as many as there are";
            return self.refuse(&parts.at, message);
        }
        let mut fields: Vec<Field> = Vec::new();
        for (i, (value, at)) in prefix.iter().enumerate() {
            // Equal items have one type, so that readers without tuples see a list of it.
            let equal = prefix[..i].iter().position(|(other, _)| other == value);
            let known = equal.and_then(|i| fields.get(i).copied());
            fields.extend(known.or_else(|| self.place(value, at)));
        }
        if fields.len() < prefix.len() {
            return None;
        }
        let rules = if parts.unique { vec![Rule::Unique] } else { Vec::new() };
        Some(ruled(Shape::Tuple(leak_list(fields)), rules))
    }
}
