//! The wrappers around an answer: the one that the dialect asked for, and those that models add.

use super::coerce::sound;
use super::find::Candidate;
use super::fit::{Cost, Finding, Fitter};
use super::node::Node;
use super::object::Forms;
use super::parse::parse;
use super::repair::{Repair, RepairKind};
use super::{Aligned, Target, inside};
use crate::path::Path;
use crate::schema::Shape;
use crate::validate::{Rejection, Violation};

/// So many wrappers may stand around each other.
const DEPTH: usize = 4;

/// What an answer should be, and what is known of its types.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) target: Target,
    pub(super) forms: &'a Forms,
}

/// What came of fitting one candidate.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) cost: Cost,
    json: String,
    repairs: Vec<Repair>,
    findings: Vec<Finding>,
}

impl Attempt {
    /// The aligned answer, or all that is wrong with it.
    pub(super) fn finish(self) -> Result<Aligned, Rejection> {
        let violations: Vec<Violation> =
            self.findings.into_iter().map(|finding| finding.violation).collect();
        if self.cost.fits() {
            return Ok(Aligned { json: self.json, repairs: self.repairs, broken: violations });
        }
        match Rejection::unless_empty(violations) {
            Err(rejection) => Err(rejection),
            Ok(()) => Err(Violation::new(Path::ROOT, "type", "must fit the schema").into()),
        }
    }
}

/// Fits the node, out of the wrapper that costs least; the plainest among equals.
pub(super) fn attempt(node: &Node<'_>, repairs: &[RepairKind], scene: Scene<'_>) -> Attempt {
    unwrap(node, repairs, scene, DEPTH)
}

fn unwrap(node: &Node<'_>, repairs: &[RepairKind], scene: Scene<'_>, depth: usize) -> Attempt {
    let mut best = match node {
        Node::Object(_) if scene.target.wrapped => match value(node) {
            Some((value, true)) => fit(value, repairs, scene),
            Some((value, false)) => {
                let inner = fit(value, repairs, scene);
                if inner.cost.fits() { inner } else { bare(node, repairs, scene) }
            }
            None => bare(node, repairs, scene),
        },
        _ if scene.target.wrapped => bare(node, repairs, scene),
        _ => fit(node, repairs, scene),
    };
    if depth == 0 || best.cost.fits() {
        return best;
    }
    let mut consider = |inner: &Node<'_>, kind| {
        let attempt = unwrap(inner, &with(repairs, kind), scene, depth - 1);
        if attempt.cost < best.cost {
            best = attempt;
        }
    };
    match node {
        Node::Text(text) => {
            if let Ok(inner @ (Node::Object(_) | Node::List(_))) = parse(text.trim()) {
                consider(&inner, RepairKind::JsonFromText);
            }
        }
        Node::Object(entries) => {
            for (key, value) in entries {
                let is_only = entries.len() == 1;
                match &**key {
                    "properties" => consider(value, RepairKind::SchemaEcho),
                    "arguments" | "parameters" if node.get("name").is_some() => {
                        consider(value, RepairKind::ToolCall);
                    }
                    "function" if value.get("name").is_some() => {
                        consider(value, RepairKind::ToolCall);
                    }
                    key if is_only && is_type_name(key, scene) => {
                        consider(value, RepairKind::TypeName);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    best
}

/// What stands in `{"value": …}`, and whether nothing else does.
fn value<'n>(node: &'n Node<'n>) -> Option<(&'n Node<'n>, bool)> {
    let Node::Object(entries) = node else { return None };
    let mut values = entries.iter().filter(|(key, _)| key == "value").map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(only), None) => Some((only, entries.len() == 1)),
        _ => None,
    }
}

/// The value without the wrapper that it should have.
fn bare(node: &Node<'_>, repairs: &[RepairKind], scene: Scene<'_>) -> Attempt {
    fit(node, &with(repairs, RepairKind::NoWrapper), scene)
}

fn with(repairs: &[RepairKind], kind: RepairKind) -> Vec<RepairKind> {
    let mut repairs = repairs.to_vec();
    // `{"function": {"name": …, "arguments": …}}` is one tool call.
    if repairs.last() != Some(&kind) {
        repairs.push(kind);
    }
    repairs
}

fn is_type_name(key: &str, scene: Scene<'_>) -> bool {
    let schema = scene.target.schema.resolve();
    let key = sound(key);
    !key.is_empty() && [schema.name, schema.tool, scene.target.name].iter().any(|n| sound(n) == key)
}

fn fit(node: &Node<'_>, repairs: &[RepairKind], scene: Scene<'_>) -> Attempt {
    let mut fitter = Fitter::new(scene.target.dialect, scene.forms);
    for kind in repairs {
        fitter.repair(Path::ROOT, *kind);
    }
    let tree = fitter.fit(node, scene.target.schema, Path::ROOT);
    let json = if fitter.cost.fits() { tree.to_string() } else { String::new() };
    let Fitter { cost, repairs, findings, .. } = fitter;
    Attempt { cost, json, repairs, findings }
}

/// Several values one after the other for a list of them, with the length of all; `None` if the
/// type is no list, or one of the values is.
pub(super) fn several(
    candidates: Vec<Candidate<'_>>,
    scene: Scene<'_>,
) -> Option<(usize, Attempt)> {
    let is_list = matches!(inside(scene.target.schema).shape, Shape::List { .. });
    let are_items = candidates.iter().all(|candidate| match &candidate.node {
        Node::List(_) => false,
        node => node.get("value").is_none() || !scene.target.wrapped,
    });
    if !is_list || !are_items || candidates.len() < 2 {
        return None;
    }
    let length = candidates.iter().map(|candidate| candidate.span.1 - candidate.span.0).sum();
    let mut repairs = candidates[0].repairs.clone();
    repairs.push(RepairKind::SeveralValues);
    let list = Node::List(candidates.into_iter().map(|candidate| candidate.node).collect());
    Some((length, fit(&list, &repairs, scene)))
}
