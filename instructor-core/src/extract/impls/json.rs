//! The values of `serde_json`.

use std::any::TypeId;
use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Schema, Shape};
use crate::validate::{List, Probe};

impl Extract for Value {
    const SCHEMA: &'static Schema = &Schema::new(TypeId::of::<Self>, Shape::Any);

    fn probe(&self) -> Probe<'_> {
        match self {
            Self::Null => Probe::Absent,
            Self::Bool(value) => Probe::Bool(*value),
            Self::Number(number) => number.probe(),
            Self::String(text) => Probe::Text(Cow::Borrowed(text)),
            Self::Array(items) => items.probe(),
            Self::Object(map) => map.probe(),
        }
    }
}

impl Extract for Number {
    const SCHEMA: &'static Schema = &Schema::new(TypeId::of::<Self>, Shape::Number);

    fn probe(&self) -> Probe<'_> {
        match (self.as_i128(), self.as_u128(), self.as_f64()) {
            (Some(int), ..) => Probe::Int(int),
            (_, Some(uint), _) => Probe::Uint(uint),
            (.., Some(float)) => Probe::Float(float),
            _ => Probe::Other,
        }
    }
}

impl Extract for Map<String, Value> {
    const SCHEMA: &'static Schema = &Schema::new(
        TypeId::of::<Self>,
        Shape::Map { keys: String::SCHEMA, values: Value::SCHEMA },
    );

    fn probe(&self) -> Probe<'_> {
        Probe::List(self)
    }
}

impl List for Map<String, Value> {
    fn count(&self) -> usize {
        self.len()
    }

    fn each<'v>(&'v self, at: Path<'_>, visit: &mut dyn FnMut(Path<'_>, Probe<'v>)) {
        for (key, value) in self {
            visit(at.key(key), value.probe());
        }
    }
}
