//! Does a type fit a provider's limits? Asked while compiling.

use super::message::Message;
use super::{Data, Field, Schema, Shape, Tagging, Variant};

/// Levels of nested objects, `OpenAI`'s guide to structured outputs, "Supported schemas".
const LEVELS: usize = 10;
/// Properties of all objects together.
const PROPERTIES: usize = 5_000;
/// Values of all enums together.
const ENUM_VALUES: usize = 1_000;
/// Characters of all property names, type names and enum values together.
const NAMES: usize = 120_000;
/// An enum of more values than this has a limit of its own on their length.
const LARGE_ENUM: usize = 250;
/// Characters of the values of a large enum.
const LARGE_ENUM_NAMES: usize = 15_000;

/// Refuses a type that `OpenAI`'s strict mode would refuse. A recursive edge is not followed.
///
/// # Panics
/// While compiling, with the reason: `#[extract(strict)]` calls this in a constant.
#[track_caller]
pub const fn assert_openai_strict(schema: &'static Schema, type_name: &'static str) {
    let used = measure(schema, Used::NOTHING);
    let reason = match used.fault {
        Some(fault) => fault,
        None if used.deepest > LEVELS => "its objects nest deeper than 10 levels",
        None if used.properties > PROPERTIES => "it has more than 5000 properties",
        None if used.enum_values > ENUM_VALUES => "its enums have more than 1000 values together",
        None if used.names > NAMES => "its names and enum values are longer than 120000 characters",
        None => return,
    };
    Message::new()
        .name(type_name)
        .text(" does not fit OpenAI's strict mode: ")
        .text(reason)
        .text("; remove `strict`, or change the type")
        .fail()
}

/// What a type uses up.
#[derive(Clone, Copy)]
struct Used {
    level: usize,
    deepest: usize,
    properties: usize,
    enum_values: usize,
    names: usize,
    fault: Option<&'static str>,
}

impl Used {
    const NOTHING: Self =
        Self { level: 0, deepest: 0, properties: 0, enum_values: 0, names: 0, fault: None };

    const fn down(mut self) -> Self {
        self.level += 1;
        if self.level > self.deepest {
            self.deepest = self.level;
        }
        self
    }

    const fn up(mut self) -> Self {
        self.level -= 1;
        self
    }

    const fn property(mut self, name: &str) -> Self {
        self.properties += 1;
        self.names += name.len();
        self
    }
}

const fn measure(schema: &'static Schema, mut used: Used) -> Used {
    // A limit that is broken stays broken, and the walk may end.
    if used.fault.is_some() || used.deepest > LEVELS || used.properties > PROPERTIES {
        return used;
    }
    used.names += schema.name.len();
    match schema.shape {
        Shape::Any => {
            used.fault = Some("it holds a value of any type (`serde_json::Value`)");
            used
        }
        Shape::Option(inner) | Shape::List { items: inner, .. } => measure(inner, used),
        Shape::Newtype { field, .. } => measure(field.schema, used),
        Shape::Map { values, .. } => {
            let used = used.down().property("key").property("value");
            measure(values, used).up()
        }
        Shape::Tuple(fields) | Shape::Object { fields, .. } => {
            measure_fields(fields, used.down()).up()
        }
        Shape::Enum { variants, tagging, .. } => measure_variants(variants, tagging, used),
        Shape::AnyOf(schemas) => {
            let mut i = 0;
            while i < schemas.len() {
                used = measure(schemas[i], used);
                i += 1;
            }
            used
        }
        _ => used,
    }
}

const fn measure_fields(fields: &'static [Field], mut used: Used) -> Used {
    let mut i = 0;
    while i < fields.len() {
        let field = &fields[i];
        i += 1;
        if field.hidden {
            continue;
        }
        if field.flatten {
            if matches!(field.schema.shape, Shape::Map { .. }) {
                used.fault = Some("it flattens a map into its properties");
                return used;
            }
            // The properties stand in this object, not one level below.
            used.level -= 1;
            used = measure(field.schema, used);
            used.level += 1;
        } else {
            used = measure(field.schema, used.property(field.name));
        }
    }
    used
}

const fn measure_variants(variants: &'static [Variant], tagging: Tagging, mut used: Used) -> Used {
    let mut i = 0;
    let mut names = 0;
    while i < variants.len() {
        let variant = &variants[i];
        i += 1;
        if variant.hidden {
            continue;
        }
        names += variant.name.len();
        let (tag, nested) = match tagging {
            Tagging::External if matches!(variant.data, Data::Unit) => {
                used.enum_values += 1;
                continue;
            }
            Tagging::External => (None, true),
            Tagging::Internal { tag } => (Some(tag), false),
            Tagging::Adjacent { tag, .. } => (Some(tag), true),
            Tagging::Untagged => (None, false),
        };
        if let Some(tag) = tag {
            used = used.property(tag);
            used.enum_values += 1;
        }
        if nested {
            used = used.down().property(variant.name);
        }
        used = match variant.data {
            Data::Unit => used,
            Data::Newtype(field) => measure(field.schema, used),
            Data::Tuple(fields) | Data::Struct(fields) => measure_fields(fields, used.down()).up(),
        };
        if nested {
            used = used.up();
        }
    }
    used.names += names;
    if variants.len() > LARGE_ENUM && names > LARGE_ENUM_NAMES {
        used.fault = Some("an enum of more than 250 values is longer than 15000 characters");
    }
    used
}
