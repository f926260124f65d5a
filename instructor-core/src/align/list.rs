//! Fits lists, tuples and maps, also as the dialect spells them.

use std::borrow::Cow;
use std::collections::HashMap;

use super::fit::{Fitter, address, bare, size};
use super::node::Node;
use super::parse;
use super::repair::RepairKind;
use crate::path::Path;
use crate::schema::{Field, Schema, Shape, Text, is_uniform};

impl Fitter<'_> {
    pub(super) fn list<'n>(
        &mut self,
        node: &'n Node<'n>,
        items: &'static Schema,
        min: usize,
        max: Option<usize>,
        at: Path<'_>,
    ) -> Node<'n> {
        let Node::List(list) = node else {
            let takes_one = min <= 1 && max != Some(0);
            return self.list_of_one(node, takes_one.then_some(items), at);
        };
        if list.len() < min || max.is_some_and(|max| list.len() > max) {
            let size = size(min, max, "item");
            self.wrong(at, "type", Some(node), || format!("must be a list of {size}"));
        }
        let fit = |(i, item)| self.fit(item, items, at.index(i));
        Node::List(list.iter().enumerate().map(fit).collect())
    }

    /// A single value for a list that may have one item. Text that may itself be a list ("a, b")
    /// leaves a doubt.
    fn list_of_one<'n>(
        &mut self,
        node: &'n Node<'n>,
        items: Option<&'static Schema>,
        at: Path<'_>,
    ) -> Node<'n> {
        let doubtful = match node {
            Node::Null => true,
            Node::Text(text) => text.contains([',', ';', '\n']),
            _ => false,
        };
        if let Some(items) = items
            && !doubtful
            && !self.is_wrapping(node)
        {
            let mark = self.mark();
            let outer = self.wrapping.replace(address(node));
            self.repair(at, RepairKind::ListOfOne);
            let fitted = self.fit(node, items, at);
            self.wrapping = outer;
            if self.fits_since(mark) {
                return Node::List(vec![fitted]);
            }
            self.rewind(mark);
        }
        self.not(at, node, "a list")
    }

    /// A list of fixed length, or `{"item_0": …}` where the dialect writes it so.
    pub(super) fn tuple<'n>(
        &mut self,
        node: &'n Node<'n>,
        fields: &'static [Field],
        at: Path<'_>,
    ) -> Node<'n> {
        self.unpacked(node, at, |fitter, node| fitter.items(node, fields, at))
    }

    fn items<'n>(
        &mut self,
        node: &'n Node<'n>,
        fields: &'static [Field],
        at: Path<'_>,
    ) -> Node<'n> {
        match node {
            Node::List(items) => {
                if items.len() != fields.len() {
                    let size = size(fields.len(), Some(fields.len()), "item");
                    self.wrong(at, "type", Some(node), || format!("must be a list of {size}"));
                }
                let pairs = items.iter().zip(fields).enumerate();
                Node::List(pairs.map(|(i, (n, f))| self.field(n, f, at.index(i))).collect())
            }
            Node::Object(entries) if !self.dialect.tuples && !is_uniform(fields) => {
                let mut items = Vec::new();
                for (i, field) in fields.iter().enumerate() {
                    let name = format!("item_{i}");
                    let at = at.field(&name);
                    items.push(match node.get(&name) {
                        Some(item) => self.field(item, field, at),
                        None => self.wrong(at, "required", None, || "is missing".into()),
                    });
                }
                if entries.len() > fields.len() {
                    let last = fields.len().saturating_sub(1);
                    self.wrong(at, "unknown", None, || {
                        format!("must have no properties other than item_0 to item_{last}")
                    });
                }
                Node::List(items)
            }
            _ => {
                let size = size(fields.len(), Some(fields.len()), "item");
                self.not(at, node, format_args!("a list of {size}"))
            }
        }
    }

    /// An object with any keys, or a list of pairs where the dialect writes it so.
    pub(super) fn map<'n>(
        &mut self,
        node: &'n Node<'n>,
        keys: &'static Schema,
        values: &'static Schema,
        at: Path<'_>,
    ) -> Node<'n> {
        let mut fitted = Entries::default();
        match node {
            Node::Object(entries) => {
                for (key, value) in entries {
                    self.entry(&mut fitted, (key, value), (keys, values), at.key(key));
                }
                Node::Object(fitted.entries)
            }
            Node::List(pairs) if !self.dialect.maps => {
                for (i, pair) in pairs.iter().enumerate() {
                    let at = at.index(i);
                    let key = match pair.get("key") {
                        Some(Node::Text(key) | Node::Number(key)) => Some(&**key),
                        Some(Node::Bool(key)) => Some(if *key { "true" } else { "false" }),
                        _ => None,
                    };
                    if let Some((key, value)) = key.zip(pair.get("value")) {
                        self.entry(&mut fitted, (key, value), (keys, values), at.field("value"));
                    } else {
                        let _ = self.not(at, pair, "an object with a `key` and a `value`");
                    }
                }
                Node::Object(fitted.entries)
            }
            Node::List(items) if let [one @ Node::Object(_)] = items.as_slice() => {
                self.only_item(node, one, at, |fitter| fitter.map(one, keys, values, at))
            }
            _ if self.dialect.maps => self.not(at, node, "an object"),
            _ => self.not(at, node, "a list of objects with a `key` and a `value`"),
        }
    }

    /// One entry of a map, with its place.
    pub(super) fn entry<'n>(
        &mut self,
        fitted: &mut Entries<'n>,
        (key, value): (&'n str, &'n Node<'n>),
        (keys, values): (&'static Schema, &'static Schema),
        at: Path<'_>,
    ) {
        let key = self.key(key, keys, at);
        let value = self.fit(value, values, at);
        match fitted.seen.get(&key) {
            None => {
                fitted.seen.insert(key.clone(), fitted.entries.len());
                fitted.entries.push((key, value));
            }
            Some(&first) if fitted.entries[first].1 == value => {
                self.repair(at, RepairKind::Duplicate);
            }
            Some(_) => self.repeated(at),
        }
    }

    pub(super) fn repeated(&mut self, at: Path<'_>) {
        self.wrong(at, "duplicate", None, || "stands there twice with different values".into());
    }

    /// The key of a map, which is text in JSON whatever its type.
    fn key<'n>(&mut self, key: &'n str, keys: &'static Schema, at: Path<'_>) -> Cow<'n, str> {
        let node = match bare(keys).shape {
            Shape::Any | Shape::Text(Text::ANY) => return Cow::Borrowed(key),
            Shape::Bool if key == "true" || key == "false" => Node::Bool(key == "true"),
            Shape::Integer { .. } | Shape::Number
                if matches!(parse::parse(key), Ok(Node::Number(_))) =>
            {
                Node::Number(Cow::Borrowed(key))
            }
            _ => Node::Text(Cow::Borrowed(key)),
        };
        let fitted = self.apart(|fitter| fitter.fit(&node, keys, at).into_owned());
        match fitted {
            Node::Text(text) | Node::Number(text) => text,
            Node::Bool(value) => Cow::Owned(value.to_string()),
            _ => Cow::Borrowed(key),
        }
    }
}

/// The entries of a map while they are collected.
#[derive(Default)]
pub(super) struct Entries<'n> {
    pub(super) entries: Vec<(Cow<'n, str>, Node<'n>)>,
    seen: HashMap<Cow<'n, str>, usize>,
}
