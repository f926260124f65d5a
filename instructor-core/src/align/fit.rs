//! Fits a tree to a schema: what serde takes stays, what is unambiguous is mended and recorded,
//! everything else is a finding.

use std::collections::HashMap;
use std::fmt::Display;
use std::ops::{AddAssign, Sub};

use super::node::Node;
use super::object::Forms;
use super::parse;
use super::repair::{Repair, RepairKind};
use crate::path::Path;
use crate::schema::{Dialect, Field, Schema, Shape};
use crate::validate::{Report, Violation};

/// A value nests at most 127 times, and each level passes a few shapes.
const DEPTH: usize = 1000;
/// JSON in a text in a JSON in a text is still read, but no deeper.
const TEXTS: usize = 2;

/// Something wrong with the tree.
#[derive(Debug)]
pub(super) struct Finding {
    /// Serde would refuse it; otherwise it breaks a rule.
    pub(super) mismatch: bool,
    pub(super) violation: Violation,
}

/// How far a tree is from a schema; the least wins.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    /// The mismatches; a list or an object in the place of something else weighs more.
    pub(super) mismatches: usize,
    pub(super) repairs: usize,
}

impl Cost {
    pub(super) const NONE: Self = Self { mismatches: 0, repairs: 0 };

    pub(super) fn fits(self) -> bool {
        self.mismatches == 0
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.mismatches += other.mismatches;
        self.repairs += other.repairs;
    }
}

impl Sub for Cost {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            mismatches: self.mismatches - other.mismatches,
            repairs: self.repairs - other.repairs,
        }
    }
}

/// Walks a tree and a schema together.
///
/// A mismatch leaves null in the tree, so that rules pass it over; the tree counts only if nothing
/// mismatches.
pub(super) struct Fitter<'d> {
    pub(super) dialect: &'d Dialect,
    pub(super) cost: Cost,
    pub(super) repairs: Vec<Repair>,
    pub(super) findings: Vec<Finding>,
    /// The best choice for a node (by its address) and a union (by its address), so that unions in
    /// unions take linear time.
    pub(super) choices: HashMap<(usize, usize), (usize, Cost)>,
    pub(super) forms: &'d Forms,
    /// Above 0, only costs are counted.
    trials: usize,
    depth: usize,
    texts: usize,
    /// The node that is being taken for a list of one.
    pub(super) wrapping: Option<usize>,
}

/// A state to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) cost: Cost,
    repairs: usize,
    pub(super) findings: usize,
}

pub(super) fn address<T>(value: &T) -> usize {
    std::ptr::from_ref(value).addr()
}

impl<'d> Fitter<'d> {
    pub(super) fn new(dialect: &'d Dialect, forms: &'d Forms) -> Self {
        Self {
            dialect,
            cost: Cost::NONE,
            repairs: Vec::new(),
            findings: Vec::new(),
            choices: HashMap::new(),
            forms,
            trials: 0,
            depth: 0,
            texts: 0,
            wrapping: None,
        }
    }

    pub(super) fn is_trial(&self) -> bool {
        self.trials > 0
    }

    pub(super) fn is_wrapping(&self, node: &Node<'_>) -> bool {
        self.wrapping == Some(address(node))
    }

    /// What `run` would cost; nothing is recorded.
    pub(super) fn trial(&mut self, run: impl FnOnce(&mut Self)) -> Cost {
        let before = self.cost;
        self.trials += 1;
        run(self);
        self.trials -= 1;
        std::mem::replace(&mut self.cost, before) - before
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { cost: self.cost, repairs: self.repairs.len(), findings: self.findings.len() }
    }

    pub(super) fn rewind(&mut self, mark: Mark) {
        self.cost = mark.cost;
        self.repairs.truncate(mark.repairs);
        self.findings.truncate(mark.findings);
    }

    pub(super) fn fits_since(&self, mark: Mark) -> bool {
        self.cost.mismatches == mark.cost.mismatches
    }

    pub(super) fn repair(&mut self, at: Path<'_>, kind: RepairKind) {
        self.cost.repairs += 1;
        if !self.is_trial() {
            self.repairs.push(Repair::new(at, kind));
        }
    }

    /// Records that something else should stand here; the tree gets null.
    pub(super) fn wrong<'n>(
        &mut self,
        at: Path<'_>,
        rule: &'static str,
        found: Option<&Node<'_>>,
        message: impl FnOnce() -> String,
    ) -> Node<'n> {
        self.cost.mismatches += match found {
            Some(Node::List(items)) if rule == "type" => 4 + items.len(),
            Some(Node::Object(entries)) if rule == "type" => 4 + entries.len(),
            _ => 1,
        };
        if !self.is_trial() {
            let mut violation = Violation::new(at, rule, message());
            if let Some(found) = found {
                violation = violation.found(&found.brief());
            }
            self.findings.push(Finding { mismatch: true, violation });
        }
        Node::Null
    }

    pub(super) fn not<'n>(
        &mut self,
        at: Path<'_>,
        found: &Node<'_>,
        wanted: impl Display,
    ) -> Node<'n> {
        self.wrong(at, "type", Some(found), || format!("must be {wanted}"))
    }

    /// The node as serde reads it for this type.
    pub(super) fn fit<'n>(
        &mut self,
        node: &'n Node<'n>,
        schema: &'static Schema,
        at: Path<'_>,
    ) -> Node<'n> {
        if self.depth == DEPTH {
            return self.wrong(at, "type", None, || "must be nested less deeply".into());
        }
        self.depth += 1;
        let fitted = self.shape(node, schema.resolve(), at);
        self.depth -= 1;
        fitted
    }

    /// The node for a field's type, with the field's rules checked where it fits.
    pub(super) fn field<'n>(
        &mut self,
        node: &'n Node<'n>,
        field: &'static Field,
        at: Path<'_>,
    ) -> Node<'n> {
        let fitted = self.fit(node, field.schema, at);
        if !self.is_trial() && !field.rules.is_empty() {
            let mut report = Report::new();
            report.apply(field.rules, &fitted.probe(), at);
            if let Err(rejection) = report.finish_now() {
                let broken = rejection.violations().iter().cloned();
                let broken = broken.map(|violation| Finding { mismatch: false, violation });
                self.findings.extend(broken);
            }
        }
        fitted
    }

    fn shape<'n>(&mut self, node: &'n Node<'n>, schema: &'static Schema, at: Path<'_>) -> Node<'n> {
        match schema.shape {
            Shape::Any => node.view(),
            Shape::Null => match node {
                Node::Null => Node::Null,
                _ => self.not(at, node, "null"),
            },
            Shape::Bool | Shape::Integer { .. } | Shape::Number | Shape::Text(_) => {
                self.scalar(node, schema, at)
            }
            Shape::Option(inner) => match node {
                Node::Null => Node::Null,
                _ => self.fit(node, inner, at),
            },
            Shape::List { items, min, max, .. } => {
                self.unpacked(node, at, |fitter, node| fitter.list(node, items, min, max, at))
            }
            Shape::Tuple(fields) => self.tuple(node, fields, at),
            Shape::Map { keys, values } => {
                self.unpacked(node, at, |fitter, node| fitter.map(node, keys, values, at))
            }
            Shape::Object { fields, closed } => self.object(node, fields, closed, at),
            Shape::Newtype { field, .. } => self.field(node, field, at),
            Shape::Enum { variants, tagging, closed } => {
                self.enumeration(node, schema, (variants, tagging, closed), at)
            }
            Shape::AnyOf(schemas) => self.any_of(node, schema, schemas, at),
            Shape::Recursive(_) | Shape::Linked(_) => self.fit(node, schema.resolve(), at),
        }
    }

    /// The item of a list of one, if it fits; otherwise the list is what is wrong.
    pub(super) fn only_item<'n>(
        &mut self,
        list: &Node<'_>,
        item: &Node<'_>,
        at: Path<'_>,
        fit: impl FnOnce(&mut Self) -> Node<'n>,
    ) -> Node<'n> {
        let mark = self.mark();
        self.repair(at, RepairKind::OnlyItem);
        let fitted = fit(self);
        if self.fits_since(mark) || matches!(item, Node::Object(_)) {
            return fitted;
        }
        self.rewind(mark);
        self.wrong(at, "type", Some(list), || "must be a single value, not a list".into())
    }

    /// Fits the JSON inside a text, where a list or an object is wanted; any other node as it is.
    pub(super) fn unpacked<'n>(
        &mut self,
        node: &'n Node<'n>,
        at: Path<'_>,
        fit: impl for<'x> FnOnce(&mut Self, &'x Node<'x>) -> Node<'x>,
    ) -> Node<'n> {
        let Node::Text(text) = node else { return fit(self, node) };
        let text = text.trim();
        if self.texts == TEXTS || !text.starts_with(['{', '[']) {
            return fit(self, node);
        }
        let Ok(inner) = parse::parse(text) else { return fit(self, node) };
        self.texts += 1;
        self.repair(at, RepairKind::JsonFromText);
        let fitted = self.apart(|fitter| fit(fitter, &inner).into_owned());
        self.texts -= 1;
        fitted
    }

    /// Runs `run` on a tree that lives shorter than the main one, so its addresses are forgotten.
    pub(super) fn apart<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let choices = std::mem::take(&mut self.choices);
        let wrapping = self.wrapping.take();
        let result = run(self);
        self.choices = choices;
        self.wrapping = wrapping;
        result
    }
}

/// The type inside newtypes.
pub(super) fn bare(schema: &'static Schema) -> &'static Schema {
    let mut schema = schema.resolve();
    while let Shape::Newtype { field, .. } = schema.shape {
        schema = field.schema.resolve();
    }
    schema
}

/// "exactly 2 items", "1 to 3 items", "at least 1 item", "at most 3 items".
pub(super) fn size(min: usize, max: Option<usize>, unit: &str) -> String {
    let s = |count| if count == 1 { "" } else { "s" };
    match max {
        Some(max) if min == max => format!("exactly {max} {unit}{}", s(max)),
        Some(max) if min == 0 => format!("at most {max} {unit}{}", s(max)),
        Some(max) => format!("{min} to {max} {unit}s"),
        None => format!("at least {min} {unit}{}", s(min)),
    }
}
