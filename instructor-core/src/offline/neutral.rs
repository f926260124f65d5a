//! Values that fit a schema and say nothing, for what the text does not give.

use serde_json::{Value, json};

use super::fill::{Filler, prefix_items};
use super::view::{Shape, View};

impl<'s> Filler<'s> {
    /// A value that fits the schema and says nothing: `null`, an empty text, 0, the first variant.
    pub(super) fn neutral(&self, node: &'s Value, depth: usize) -> Value {
        let view = View::new(self.root, node);
        if view.nullable || depth > 12 || !self.spend(1) {
            return Value::Null;
        }
        if let Some(default) = view.get("default") {
            return default.clone();
        }
        if let Some((value, _)) =
            view.options(self.root).and_then(|options| options.into_iter().next())
        {
            return value.clone();
        }
        if let Some(first) = view.alternatives.first() {
            return self.neutral(first, depth + 1);
        }
        match view.shape() {
            Shape::Text => Value::String(String::new()),
            Shape::Integer | Shape::Number => neutral_number(&view),
            Shape::Bool => Value::Bool(false),
            Shape::List => {
                let tuple: Vec<Value> =
                    prefix_items(&view).iter().map(|item| self.neutral(item, depth + 1)).collect();
                let missing =
                    view.size("minItems").unwrap_or(0).saturating_sub(tuple.len()).min(64);
                let filler = view.get("items").map(|items| self.neutral(items, depth + 1));
                let more = filler.into_iter().flat_map(|value| std::iter::repeat_n(value, missing));
                Value::Array(tuple.into_iter().chain(more).collect())
            }
            Shape::Object => {
                let required =
                    view.properties().into_iter().filter(|(name, _)| view.requires(name));
                Value::Object(
                    required
                        .map(|(name, child)| (name.to_owned(), self.neutral(child, depth + 1)))
                        .collect(),
                )
            }
            Shape::Null | Shape::Any => Value::Null,
        }
    }
}

/// 0, or the bound nearest to it.
fn neutral_number(view: &View<'_>) -> Value {
    let bound = |keyword: &str| view.get(keyword).filter(|bound| bound.is_number());
    if let Some(least) = bound("minimum").filter(|least| least.as_f64().is_some_and(|n| n > 0.0)) {
        return least.clone();
    }
    if let Some(most) = bound("maximum").filter(|most| most.as_f64().is_some_and(|n| n < 0.0)) {
        return most.clone();
    }
    let above = bound("exclusiveMinimum").filter(|n| n.as_f64().is_some_and(|n| n >= 0.0));
    let below = bound("exclusiveMaximum").filter(|n| n.as_f64().is_some_and(|n| n <= 0.0));
    match (above.and_then(Value::as_i64), below.and_then(Value::as_i64)) {
        (Some(above), _) => json!(above.saturating_add(1)),
        (_, Some(below)) => json!(below.saturating_sub(1)),
        _ => json!(0),
    }
}
