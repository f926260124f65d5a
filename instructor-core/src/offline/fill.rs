//! Fills a JSON Schema from a text: plan who gets which fact, then build the value.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::ask::{Ask, Wanted};
use super::choose::{Candidate, Scope, candidates};
use super::facts::Facts;
use super::fits::{Patterns, fits};
use super::reask::Avoid;
use super::view::{Shape, View};
use super::wrapped::Beside;
use super::{closed, lists, maps, wrapped};

/// The value of the schema's type that the text gives.
pub(super) fn fill(schema: &Value, facts: &Facts<'_>, avoid: &Avoid) -> Value {
    let budget = Cell::new(1_000_000 + 200 * facts.found.len());
    let patterns = Patterns::default();
    let filler =
        Filler { root: schema, facts, avoid, patterns, budget, asks: RefCell::new(HashMap::new()) };
    let scope = Scope { range: 0..facts.text.len(), element: false };
    let place = Place { scope, ..Place::default() };
    filler.tree(schema, &place, &[]).value
}

pub(super) struct Filler<'s> {
    pub(super) root: &'s Value,
    pub(super) facts: &'s Facts<'s>,
    pub(super) avoid: &'s Avoid,
    pub(super) patterns: Patterns,
    /// Bounds the work for schemas that branch without end.
    budget: Cell<usize>,
    asks: RefCell<HashMap<(usize, String), Rc<Ask>>>,
}

/// A place of the answer.
#[derive(Debug, Clone)]
pub(super) struct Place<'s> {
    pub(super) pointer: String,
    pub(super) name: String,
    /// The names of the parents, the nearest last.
    pub(super) context: Vec<String>,
    pub(super) scope: Scope,
    refs: Vec<&'s str>,
    depth: usize,
}

impl Default for Place<'_> {
    fn default() -> Self {
        let scope = Scope { range: 0..0, element: false };
        let (pointer, name) = (String::new(), String::new());
        Self { pointer, name, context: Vec::new(), scope, refs: Vec::new(), depth: 0 }
    }
}

impl<'s> Place<'s> {
    /// The place of a property.
    fn property(&self, name: &str, view: &View<'s>) -> Self {
        // Where a service knows no tuples, they are objects with these names.
        let item = name.strip_prefix("item_").is_some_and(|index| index.parse::<u8>().is_ok());
        if item { self.item(name, view) } else { self.child(name, name, view) }
    }

    /// The place of a value that stands in an object for itself.
    pub(super) fn value(&self, view: &View<'s>) -> Self {
        self.child("value", &self.name, view)
    }

    /// The place of an element of a tuple; one without any name most often is a name.
    fn item(&self, step: &str, view: &View<'s>) -> Self {
        let own = if matches!(self.name.as_str(), "" | "value") { "name" } else { &self.name };
        self.child(step, own, view)
    }

    /// A place below this one; `view` is what stands here.
    pub(super) fn child(&self, step: &str, name: &str, view: &View<'s>) -> Self {
        let step = step.replace('~', "~0").replace('/', "~1");
        let mut context = self.context.clone();
        // The wrapper's own name says nothing.
        let own = if self.name == "value" && self.depth <= 1 { "" } else { self.name.as_str() };
        let title = view.texts("title").next().unwrap_or_default();
        let typed = view.refs.last().and_then(|reference| reference.rsplit('/').next());
        for parent in [typed.unwrap_or_default(), title, own] {
            if !parent.is_empty() && context.last().is_none_or(|last| last != parent) {
                context.push(parent.to_owned());
            }
        }
        let mut refs = self.refs.clone();
        refs.extend(&view.refs);
        Self {
            pointer: format!("{}/{step}", self.pointer),
            name: name.to_owned(),
            context,
            scope: self.scope.clone(),
            refs,
            depth: self.depth + 1,
        }
    }
}

/// A part of the answer.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) value: Value,
    /// How much of it stands in the text; 0 is nothing.
    pub(super) score: f32,
    /// How many required parts were not found.
    pub(super) missing: usize,
}

impl Found {
    pub(super) fn new(value: Value, score: f32) -> Self {
        Self { value, score, missing: 0 }
    }
}

/// A text or number that is asked for.
struct Leaf {
    pointer: String,
    wanted: Wanted,
    shape: Shape,
    required: bool,
    /// An answer to it was rejected before, so that any other will do.
    again: bool,
    /// It is looked for in one or two sentences.
    short: bool,
    ranked: Vec<Candidate>,
}

pub(super) type Plan = HashMap<String, Candidate>;

impl<'s> Filler<'s> {
    /// Whether there is still work allowed; notes `cost`.
    pub(super) fn spend(&self, cost: usize) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(cost));
        left > cost
    }

    pub(super) fn ask(
        &self,
        node: &'s Value,
        view: &View<'s>,
        described: &str,
        place: &Place<'s>,
    ) -> Rc<Ask> {
        let key = (
            std::ptr::from_ref(node).addr(),
            format!("{}\n{}", place.name, place.context.join("\n")),
        );
        if let Some(known) = self.asks.borrow().get(&key) {
            return Rc::clone(known);
        }
        let ask = Rc::new(Ask::new(&place.name, view, described, &place.context));
        self.asks.borrow_mut().insert(key, Rc::clone(&ask));
        ask
    }

    /// Fills a subtree with a plan of its own; facts in `used` belong to others.
    pub(super) fn tree(&self, node: &'s Value, place: &Place<'s>, used: &[Range<usize>]) -> Found {
        let mut leaves = Vec::new();
        self.collect(node, place, true, &mut leaves);
        let mut used = used.to_vec();
        let plan = Self::assign(leaves, &mut used);
        self.build(node, place, true, &plan, &used)
    }

    fn recursive(place: &Place<'s>, view: &View<'s>) -> bool {
        place.depth > 24 || view.refs.iter().any(|reference| place.refs.contains(reference))
    }

    /// Gathers the texts and numbers of the subtree that are in no list and no union.
    fn collect(&self, node: &'s Value, place: &Place<'s>, required: bool, leaves: &mut Vec<Leaf>) {
        let view = View::new(self.root, node);
        if Self::recursive(place, &view) || !self.spend(8) || view.options(self.root).is_some() {
            return;
        }
        if !view.alternatives.is_empty() {
            return;
        }
        match view.shape() {
            Shape::Object => {
                if let Some(value) = wrapped::value(self.root, &view) {
                    let required = view.requires("value");
                    return self.collect(value, &place.value(&view), required, leaves);
                }
                for (name, child) in view.properties() {
                    let required = view.requires(name);
                    self.collect(child, &place.property(name, &view), required, leaves);
                }
            }
            Shape::List => {
                for (index, child) in prefix_items(&view).iter().enumerate() {
                    let place = place.item(&index.to_string(), &view);
                    self.collect(child, &place, true, leaves);
                }
            }
            Shape::Text | Shape::Integer | Shape::Number | Shape::Any => {
                let required = required && !view.nullable;
                leaves.push(self.leaf(node, &view, place, required));
            }
            Shape::Bool | Shape::Null => {}
        }
    }

    fn leaf(&self, node: &'s Value, view: &View<'s>, place: &Place<'s>, required: bool) -> Leaf {
        let ask = self.ask(node, view, "", place);
        let (mut ranked, again) = self.ranked(&ask, view, &place.pointer, &place.scope);
        // What happens to be left of an element is no answer that need not be there.
        if !required && ask.wanted == Wanted::Phrase && !ask.is_open() && !ask.is_occupation() {
            ranked.retain(|candidate| candidate.claims);
        }
        let range = &place.scope.range;
        let sentences = &self.facts.sentences;
        let first = sentences.partition_point(|sentence| sentence.end <= range.start);
        let short = sentences.get(first + 2).is_none_or(|third| third.start >= range.end);
        let pointer = place.pointer.clone();
        let (wanted, shape) = (ask.wanted, ask.shape);
        Leaf { pointer, wanted, shape, required, again, short, ranked }
    }

    /// The candidates that may stand at the place, the best first, and whether one was rejected.
    pub(super) fn ranked(
        &self,
        ask: &Ask,
        view: &View<'s>,
        pointer: &str,
        scope: &Scope,
    ) -> (Vec<Candidate>, bool) {
        const KEPT: usize = 256;
        if !self.spend(8 + scope.range.len() / 16) {
            return (Vec::new(), false);
        }
        let mut ranked = candidates(ask, self.facts, scope);
        self.shaped(view, scope, &mut ranked);
        if let (Wanted::Prose | Wanted::Title, Some(most)) = (ask.wanted, view.size("maxLength")) {
            let cut: Vec<_> = ranked.iter().filter_map(|candidate| cut(candidate, most)).collect();
            ranked.extend(cut);
        }
        ranked.retain(|candidate| fits(&candidate.value, view, &self.patterns));
        let before = ranked.len();
        ranked.retain(|candidate| !self.avoid.has(pointer, &candidate.value));
        let again = ranked.len() < before;
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
        ranked.truncate(KEPT);
        (ranked, again)
    }

    /// Adds the words of the text that match the `pattern` of the place.
    fn shaped(&self, view: &View<'s>, scope: &Scope, found: &mut Vec<Candidate>) {
        let Some(regex) =
            view.texts("pattern").next().and_then(|pattern| self.patterns.get(pattern))
        else {
            return;
        };
        // A pattern that takes anything says nothing.
        if regex.is_match("") || regex.is_match("the") || regex.is_match("The words of a text") {
            return;
        }
        let text = self.facts.text.get(scope.range.clone()).unwrap_or_default();
        let mut at = scope.range.start;
        for chunk in text.split_inclusive(char::is_whitespace) {
            let start = at
                + (chunk.len()
                    - chunk.trim_start_matches(['(', '"', '“', '\'', '<', '[', '#']).len());
            at += chunk.len();
            let word = self.facts.text.get(start..at).unwrap_or_default();
            let word = word
                .trim_end()
                .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '”', '\'', '>', ']']);
            if !word.is_empty() && regex.is_match(word) {
                found.push(Candidate::text(word, start..start + word.len(), 1.4));
            }
        }
    }

    /// Gives each question its best fact; a fact answers one question.
    fn assign(leaves: Vec<Leaf>, used: &mut Vec<Range<usize>>) -> Plan {
        let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
        for (index, leaf) in leaves.iter().enumerate() {
            let least = match (leaf.again, leaf.required) {
                (true, _) => -1.0,
                (_, true) => 0.5,
                _ => 1.0,
            };
            let good = leaf.ranked.iter().enumerate().filter(|(_, c)| c.score >= least);
            pairs.extend(good.map(|(at, candidate)| (candidate.score, index, at)));
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut chosen: Vec<Option<usize>> = vec![None; leaves.len()];
        for (_, leaf, at) in pairs {
            let candidate = &leaves[leaf].ranked[at];
            if chosen[leaf].is_some() || (candidate.claims && overlaps(used, &candidate.span)) {
                continue;
            }
            if candidate.claims {
                used.push(candidate.span.clone());
            }
            chosen[leaf] = Some(at);
        }
        for (index, leaf) in leaves.iter().enumerate() {
            if chosen[index].is_none()
                && let Some(at) = Self::only_number(leaf, used)
            {
                used.push(leaf.ranked[at].span.clone());
                chosen[index] = Some(at);
            }
        }
        let pairs = leaves.into_iter().zip(chosen);
        pairs
            .filter_map(|(mut leaf, at)| Some((leaf.pointer, leaf.ranked.swap_remove(at?))))
            .collect()
    }

    /// In one or two sentences, a required number without any hint is the only number there is.
    fn only_number(leaf: &Leaf, used: &[Range<usize>]) -> Option<usize> {
        if !leaf.required || !matches!(leaf.shape, Shape::Integer | Shape::Number) {
            return None;
        }
        let kind = matches!(leaf.wanted, Wanted::Year | Wanted::Percent | Wanted::Money);
        if kind || !leaf.short {
            return None;
        }
        let free =
            |candidate: &Candidate| candidate.score > -0.6 && !overlaps(used, &candidate.span);
        let mut left = leaf.ranked.iter().enumerate().filter(|(_, candidate)| free(candidate));
        match (left.next(), left.next()) {
            (Some((only, _)), None) => Some(only),
            _ => None,
        }
    }

    /// Builds the value; what is neither in the plan nor found otherwise is neutral.
    pub(super) fn build(
        &self,
        node: &'s Value,
        place: &Place<'s>,
        required: bool,
        plan: &Plan,
        used: &[Range<usize>],
    ) -> Found {
        let view = View::new(self.root, node);
        if Self::recursive(place, &view) || !self.spend(4) {
            return Found::new(self.neutral(node, 0), 0.0);
        }
        let found = if let Some(options) = view.options(self.root) {
            closed::option(self, node, &view, &options, place)
        } else if !view.alternatives.is_empty() {
            self.union(&view, place, used)
        } else {
            match view.shape() {
                Shape::Object => Some(self.object(&view, place, plan, used)),
                Shape::List if prefix_items(&view).is_empty() => {
                    lists::list(self, node, &view, place, used)
                }
                Shape::List => Some(self.tuple(&view, place, plan, used)),
                Shape::Bool => closed::truth(self, node, &view, place),
                Shape::Null => Some(Found::new(Value::Null, 0.0)),
                _ => plan.get(&place.pointer).map(|candidate| {
                    let prose = !candidate.claims;
                    Found::new(candidate.value.clone(), if prose { 0.3 } else { 1.0 })
                }),
            }
        };
        #[expect(clippy::cast_precision_loss, reason = "a weight")]
        let thin = |found: &Found| {
            let half = found.missing > 0 && found.missing as f32 >= found.score;
            view.nullable && found.value.is_object() && (found.score < 0.5 || half)
        };
        match found {
            Some(found) if !thin(&found) => found,
            _ => {
                let bool = view.shape() == Shape::Bool;
                let missing = usize::from(required && !view.nullable && !bool);
                Found { value: self.neutral(node, 0), score: 0.0, missing }
            }
        }
    }

    fn object(
        &self,
        view: &View<'s>,
        place: &Place<'s>,
        plan: &Plan,
        used: &[Range<usize>],
    ) -> Found {
        let beside = Beside::of(self.root, view);
        let whole = beside.map(|beside| wrapped::object(self, beside, view, place, plan, used));
        if let Some(whole) = whole.flatten() {
            return whole;
        }
        let properties = view.properties();
        let mut map = Map::new();
        // A map, and a tag beside it.
        if properties.iter().all(|(_, node)| node.get("const").is_some())
            && let Some(values) = view.map_values()
        {
            let mut found = maps::object(self, values, view, place, used);
            if let Value::Object(entries) = &mut found.value {
                map.extend(properties.iter().map(|(name, node)| {
                    ((*name).to_owned(), node.get("const").cloned().unwrap_or_default())
                }));
                map.append(entries);
                *entries = map;
            }
            return found;
        }
        let (mut score, mut missing) = (0.0, 0);
        for (name, child) in properties {
            let required = view.requires(name);
            let found = self.build(child, &place.property(name, view), required, plan, used);
            let thin = found.value.is_object() && found.score < 0.5;
            if required || (found.score > 0.0 && !thin) {
                score += found.score;
                missing += found.missing;
                map.insert(name.to_owned(), found.value);
            }
        }
        Found { value: Value::Object(map), score, missing }
    }

    fn tuple(
        &self,
        view: &View<'s>,
        place: &Place<'s>,
        plan: &Plan,
        used: &[Range<usize>],
    ) -> Found {
        let mut all = Found::new(json!([]), 0.0);
        let mut values = Vec::new();
        for (index, child) in prefix_items(view).iter().enumerate() {
            let place = place.item(&index.to_string(), view);
            let found = self.build(child, &place, true, plan, used);
            all.score += found.score;
            all.missing += found.missing;
            values.push(found.value);
        }
        all.value = Value::Array(values);
        all
    }

    /// The alternative of which most stands in the text.
    fn union(&self, view: &View<'s>, place: &Place<'s>, used: &[Range<usize>]) -> Option<Found> {
        let mut best: Option<(f32, Found)> = None;
        for &alternative in &view.alternatives {
            if !self.spend(16) {
                break;
            }
            let inner = View::new(self.root, alternative);
            let mut below = place.clone();
            below.refs.extend(&view.refs);
            let mut found = self.tree(alternative, &below, used);
            let tag = closed::tag(self, &inner, place);
            found.score += tag;
            #[expect(clippy::cast_precision_loss, reason = "a weight")]
            let rank = found.score + tag - 0.6 * found.missing as f32;
            let fitting = !self.avoid.has(&place.pointer, &found.value);
            if fitting && found.score > 0.0 && best.as_ref().is_none_or(|(known, _)| rank > *known)
            {
                best = Some((rank, found));
            }
        }
        best.map(|(_, found)| found)
    }
}

pub(super) fn overlaps(used: &[Range<usize>], span: &Range<usize>) -> bool {
    used.iter().any(|other| other.start < span.end && span.start < other.end)
}

pub(super) fn prefix_items<'s>(view: &View<'s>) -> &'s [Value] {
    view.get("prefixItems").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text that is too long, cut behind a word.
fn cut(candidate: &Candidate, most: usize) -> Option<Candidate> {
    let text = candidate.value.as_str()?;
    let (end, _) = text.char_indices().nth(most)?;
    let kept = text[..end].rsplit_once(' ').map_or("", |(kept, _)| kept);
    (!kept.is_empty()).then(|| Candidate {
        value: Value::String(kept.trim_end_matches([',', ';', ':']).to_owned()),
        score: candidate.score - 0.5,
        ..candidate.clone()
    })
}
