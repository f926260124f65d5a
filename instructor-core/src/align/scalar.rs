//! Fits truth values, numbers and text.

use std::borrow::Cow;

use super::coerce::{self, Whole};
use super::fit::{Fitter, size};
use super::node::Node;
use super::repair::RepairKind;
use crate::path::Path;
use crate::schema::{Schema, Shape, Text};

impl Fitter<'_> {
    pub(super) fn scalar<'n>(
        &mut self,
        node: &'n Node<'n>,
        schema: &'static Schema,
        at: Path<'_>,
    ) -> Node<'n> {
        if let Node::List(items) = node
            && let [one] = items.as_slice()
            && !matches!(one, Node::List(_) | Node::Object(_))
        {
            return self.only_item(node, one, at, |fitter| fitter.fit(one, schema, at));
        }
        match schema.shape {
            Shape::Bool => self.truth(node, at),
            Shape::Integer { min, max, nonzero } => self.integer(node, min, max, nonzero, at),
            Shape::Number => self.number(node, at),
            Shape::Text(text) => self.text(node, text, at),
            _ => node.view(),
        }
    }

    fn truth<'n>(&mut self, node: &'n Node<'n>, at: Path<'_>) -> Node<'n> {
        match node {
            Node::Bool(value) => Node::Bool(*value),
            Node::Text(text) => match coerce::truth(text) {
                Some(value) => {
                    self.repair(at, RepairKind::BoolFromText);
                    Node::Bool(value)
                }
                None => self.not(at, node, "true or false"),
            },
            _ => self.not(at, node, "true or false"),
        }
    }

    fn integer<'n>(
        &mut self,
        node: &'n Node<'n>,
        min: i128,
        max: u128,
        nonzero: bool,
        at: Path<'_>,
    ) -> Node<'n> {
        let digits = match node {
            Node::Number(digits) => Some(Cow::Borrowed(&**digits)),
            Node::Text(text) => coerce::number(text, true),
            _ => None,
        };
        let Some(digits) = digits else { return self.not(at, node, "a whole number") };
        let whole = coerce::whole(&digits);
        if whole == Whole::Fraction {
            return self.not(at, node, "a whole number");
        }
        if !whole.is_within(min, max) {
            return self.not(at, node, format_args!("a whole number from {min} to {max}"));
        }
        let plain = whole.digits().unwrap_or_default();
        if nonzero && plain == "0" {
            return self.not(at, node, "a whole number other than 0");
        }
        match node {
            Node::Number(digits) if **digits == plain => node.view(),
            Node::Number(_) => {
                self.repair(at, RepairKind::WholeNumber);
                Node::Number(Cow::Owned(plain))
            }
            _ => {
                self.repair(at, RepairKind::NumberFromText);
                Node::Number(Cow::Owned(plain))
            }
        }
    }

    fn number<'n>(&mut self, node: &'n Node<'n>, at: Path<'_>) -> Node<'n> {
        match node {
            Node::Number(digits) if coerce::is_finite(digits) => return node.view(),
            Node::Text(text) => {
                if let Some(digits) = coerce::number(text, false)
                    && coerce::is_finite(&digits)
                {
                    self.repair(at, RepairKind::NumberFromText);
                    return Node::Number(digits);
                }
            }
            _ => {}
        }
        self.not(at, node, "a number")
    }

    fn text<'n>(&mut self, node: &'n Node<'n>, wanted: Text, at: Path<'_>) -> Node<'n> {
        let (text, kind) = match node {
            Node::Text(text) => (&**text, None),
            Node::Number(digits) => (&**digits, Some(RepairKind::TextFromNumber)),
            Node::Bool(true) => ("true", Some(RepairKind::TextFromBool)),
            Node::Bool(false) => ("false", Some(RepairKind::TextFromBool)),
            _ => return self.not(at, node, "text"),
        };
        if wanted.min > 0 || wanted.max.is_some() {
            let count = text.chars().count();
            if count < wanted.min || wanted.max.is_some_and(|max| count > max) {
                let size = size(wanted.min, wanted.max, "character");
                return self.not(at, node, format_args!("text of {size}"));
            }
        }
        if let Some(kind) = kind {
            self.repair(at, kind);
        }
        Node::Text(Cow::Borrowed(text))
    }
}
