//! The object forms of a type, after tags and flattening are put in their place.

use super::{Data, Field, Presence, Schema, Shape, Tagging, Variant, recursion};

/// One form that an object of the type may have.
#[derive(Debug, Clone)]
pub(crate) struct FlatObject {
    /// The variant it belongs to, if the type is an enum.
    pub(crate) variant: Option<&'static Variant>,
    /// The properties, the tag first.
    pub(crate) properties: Vec<Property>,
    /// What serde does with other properties.
    pub(crate) extra: Extra,
}

/// One property of a form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) slot: Slot,
    /// Serde refuses an object without it.
    pub(crate) required: bool,
}

impl Property {
    /// The field of the option that stands here and the type inside, if leaving the property out
    /// says the same as `null`.
    pub(crate) fn option(&self) -> Option<(&'static Field, &'static Schema)> {
        let field = match self.slot {
            Slot::Field(field) => field,
            Slot::Data { variant, .. } => match variant.data {
                Data::Newtype(field) => field,
                _ => return None,
            },
            Slot::Tag(..) => return None,
        };
        match field.schema.resolve().shape {
            Shape::Option(inner) if !self.required && field.presence != Presence::Defaulted => {
                Some((field, inner))
            }
            _ => None,
        }
    }

    /// Whether a type that contains itself stands in the property.
    pub(crate) fn mentions_recursion(&self) -> bool {
        match self.slot {
            Slot::Field(field) => recursion::mentions(field.schema),
            Slot::Data { variant, .. } => match variant.data {
                Data::Newtype(field) => recursion::mentions(field.schema),
                Data::Tuple(fields) => fields.iter().any(|f| recursion::mentions(f.schema)),
                Data::Unit | Data::Struct(_) => false,
            },
            Slot::Tag(..) => false,
        }
    }
}

/// What stands in a property.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Slot {
    /// The value of a field.
    Field(&'static Field),
    /// The name of this variant of this enum.
    Tag(&'static Variant, &'static [Variant]),
    /// The data of this variant: `null`, the inner value, a list, or an object that refuses unknown
    /// properties if `closed`.
    Data { variant: &'static Variant, closed: bool },
}

/// What serde does with unknown properties.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Extra {
    /// They are passed over.
    Ignored,
    /// They are an error.
    Refused,
    /// They are the entries of a map.
    Values { keys: &'static Schema, values: &'static Schema },
}

/// How deep flattened and tagged types may nest; only a type that flattens itself gets there.
const DEPTH: usize = 32;

/// The object forms of a type, or `None` if some of its values are no objects: one for a struct or
/// a map, one for each variant of a tagged enum. Of an externally tagged enum, only the variants
/// with data have one.
pub(crate) fn alternatives(schema: &'static Schema) -> Option<Vec<FlatObject>> {
    of_schema(schema, false, DEPTH)
}

/// The object forms of these fields: one, or more where an enum is flattened into them.
pub(crate) fn object(fields: &'static [Field], closed: bool) -> Vec<FlatObject> {
    of_fields(fields, closed, DEPTH)
}

/// `flat`: the object is read out of the properties of a surrounding one.
fn of_schema(schema: &'static Schema, flat: bool, depth: usize) -> Option<Vec<FlatObject>> {
    let depth = depth.checked_sub(1)?;
    match schema.resolve().shape {
        Shape::Object { fields, closed } => Some(of_fields(fields, closed && !flat, depth)),
        Shape::Map { keys, values } => Some(vec![FlatObject {
            variant: None,
            properties: Vec::new(),
            extra: Extra::Values { keys, values },
        }]),
        Shape::Newtype { field, .. } => of_schema(field.schema, flat, depth),
        Shape::Option(inner) if flat => {
            let mut forms = of_schema(inner, flat, depth)?;
            forms.push(empty(Extra::Ignored));
            Some(forms)
        }
        Shape::Any | Shape::Null if flat => Some(vec![empty(Extra::Ignored)]),
        Shape::Enum { variants, tagging, closed } => {
            let mut forms = Vec::new();
            for variant in variants.iter().filter(|v| !v.hidden) {
                match of_variant(variant, variants, tagging, closed, flat, depth) {
                    Some(more) => forms.extend(more),
                    // A variant that is no object, such as `"A"`, leaves the others their forms.
                    None if matches!(tagging, Tagging::External) || flat => {}
                    None => return None,
                }
            }
            (!forms.is_empty()).then_some(forms)
        }
        _ => None,
    }
}

fn empty(extra: Extra) -> FlatObject {
    FlatObject { variant: None, properties: Vec::new(), extra }
}

fn of_variant(
    variant: &'static Variant,
    variants: &'static [Variant],
    tagging: Tagging,
    closed: bool,
    flat: bool,
    depth: usize,
) -> Option<Vec<FlatObject>> {
    let tagging = if variant.untagged { Tagging::Untagged } else { tagging };
    let closed = closed && !flat;
    let open = if closed { Extra::Refused } else { Extra::Ignored };
    let tag =
        |name| Property { name, aliases: &[], slot: Slot::Tag(variant, variants), required: true };
    let mut forms = match (tagging, variant.data) {
        (Tagging::External, Data::Unit) if !flat => return None,
        (Tagging::External, _) => {
            let Variant { name, aliases, .. } = *variant;
            let slot = Slot::Data { variant, closed };
            vec![FlatObject {
                variant: None,
                properties: vec![Property { name, aliases, slot, required: true }],
                extra: if flat { Extra::Ignored } else { Extra::Refused },
            }]
        }
        (Tagging::Adjacent { tag: name, content }, data) => {
            let mut properties = vec![tag(name)];
            let required = match data {
                Data::Newtype(field) => !field.schema.accepts_missing(),
                _ => true,
            };
            if !matches!(data, Data::Unit) {
                let slot = Slot::Data { variant, closed };
                properties.push(Property { name: content, aliases: &[], slot, required });
            }
            vec![FlatObject { variant: None, properties, extra: open }]
        }
        (Tagging::Internal { tag: name }, data) => {
            let mut forms = match data {
                Data::Unit => vec![empty(Extra::Ignored)],
                Data::Newtype(field) => inner_forms(field.schema, depth)?,
                Data::Struct(fields) => of_fields(fields, closed, depth),
                Data::Tuple(_) => return None,
            };
            for form in &mut forms {
                form.properties.insert(0, tag(name));
            }
            forms
        }
        (Tagging::Untagged, Data::Newtype(field)) => of_schema(field.schema, flat, depth)?,
        (Tagging::Untagged, Data::Struct(fields)) => of_fields(fields, closed, depth),
        (Tagging::Untagged, _) => return None,
    };
    for form in &mut forms {
        form.variant = Some(variant);
    }
    Some(forms)
}

/// The forms of a type whose properties stand beside a tag.
fn inner_forms(schema: &'static Schema, depth: usize) -> Option<Vec<FlatObject>> {
    match schema.resolve().shape {
        Shape::Option(inner) => of_schema(inner, false, depth),
        Shape::Any | Shape::Null => Some(vec![empty(Extra::Ignored)]),
        _ => of_schema(schema, false, depth),
    }
}

fn of_fields(fields: &'static [Field], closed: bool, depth: usize) -> Vec<FlatObject> {
    let mut forms = vec![empty(if closed { Extra::Refused } else { Extra::Ignored })];
    for field in fields.iter().filter(|field| !field.hidden) {
        if field.flatten {
            // What is no object has no properties to put here; the derive refuses it.
            if let Some(inner) = of_schema(field.schema, true, depth) {
                forms = product(&forms, &inner);
            }
            continue;
        }
        let Field { name, aliases, .. } = *field;
        let required = field.is_required();
        for form in &mut forms {
            let slot = Slot::Field(field);
            form.properties.push(Property { name, aliases, slot, required });
        }
    }
    forms
}

/// Every form of the one side with every form of the other.
fn product(left: &[FlatObject], right: &[FlatObject]) -> Vec<FlatObject> {
    let join = |a: &FlatObject, b: &FlatObject| FlatObject {
        variant: a.variant.or(b.variant),
        properties: a.properties.iter().chain(&b.properties).copied().collect(),
        extra: match (a.extra, b.extra) {
            (values @ Extra::Values { .. }, _) | (_, values) => values,
        },
    };
    left.iter().flat_map(|a| right.iter().map(move |b| join(a, b))).collect()
}
