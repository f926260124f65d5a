//! From a model's text to JSON that fits a schema; every liberty is recorded, every mismatch listed.
//!
//! [`align`] finds the JSON, undoes what the dialect lowered, and mends only what leaves no doubt.
//! Broken JSON syntax is not mended but reported.

use std::cmp::Reverse;

use crate::path::Path;
use crate::schema::{Data, Dialect, Rendered, Schema, Shape, Tagging, rendered};
use crate::validate::{Rejection, Violation};

mod coerce;
mod find;
mod fit;
mod list;
mod node;
mod object;
mod parse;
mod repair;
mod scalar;
mod union;
mod wrap;
mod lower;

use find::{Broken, Found, find};
use fit::Cost;
use node::Node;
use object::Forms;
use wrap::{Attempt, Scene};

#[cfg(feature = "client")]
pub(crate) use lower::lower_to;

pub use repair::{Repair, RepairKind};

/// An answer that fits its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aligned {
    /// The JSON, as serde reads the type.
    pub json: String,
    /// The liberties taken, none for exact JSON.
    pub repairs: Vec<Repair>,
    /// The broken rules; deserializing and validating finds them too, unless it fails before.
    pub(crate) broken: Vec<Violation>,
}

/// What an answer should be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) schema: &'static Schema,
    pub(crate) dialect: &'static Dialect,
    /// The root is `{"value": …}`.
    pub(crate) wrapped: bool,
    /// The name that the model was given for the whole.
    pub(crate) name: &'static str,
}

impl Target {
    /// The answer to a rendered schema.
    pub(crate) fn new(rendered: &'static Rendered) -> Self {
        let Rendered { schema, dialect, wrapped, ref name, .. } = *rendered;
        Self { schema, dialect, wrapped, name }
    }

    /// The answer to a schema in a dialect; if the dialect cannot express it, nothing is wrapped.
    fn of(schema: &'static Schema, dialect: &'static Dialect) -> Self {
        rendered(schema, dialect)
            .map_or_else(|_| Self { dialect, ..Self::plain(schema) }, Self::new)
    }

    /// The type as serde writes it, without a dialect.
    pub(crate) fn plain(schema: &'static Schema) -> Self {
        let dialect = &Dialect::JSON_SCHEMA;
        Self { schema, dialect, wrapped: false, name: schema.resolve().name }
    }
}

/// Finds the JSON in `text` and fits it to `schema`, which the model was shown in `dialect`.
///
/// ```
/// use instructor_core::align::align;
/// use instructor_core::schema::Dialect;
/// use instructor_core::Extract;
///
/// let answer = "Here you are:\n```json\n[1, \"2\", 3.0]\n```";
/// let aligned = align(answer, Vec::<u8>::SCHEMA, &Dialect::JSON_SCHEMA)?;
/// assert_eq!(aligned.json, "[1,2,3]");
/// let repairs: Vec<_> = aligned.repairs.iter().map(ToString::to_string).collect();
/// assert_eq!(repairs[1], "`[1]`: number from text");
/// # Ok::<(), instructor_core::Rejection>(())
/// ```
///
/// # Errors
/// If no JSON is found or it does not fit; the rejection lists every mismatch by path, and the
/// broken rules of what does fit.
pub fn align(
    text: &str,
    schema: &'static Schema,
    dialect: &'static Dialect,
) -> Result<Aligned, Rejection> {
    align_to(text, Target::of(schema, dialect))
}

/// Writes a value as the model should write it in `dialect`, so that [`align`] gives it back.
///
/// `json` is the value as serde writes it. What the dialect does not take is written as it wants it:
/// a map as a list of entries, an absent property as `null`; aliases get their main name, and what
/// the model is not told of is left out.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use instructor_core::Extract;
/// use instructor_core::align::{align, lower};
/// use instructor_core::schema::Dialect;
///
/// type Stock = BTreeMap<String, u32>;
///
/// let lowered = lower(r#"{"nails":40}"#, Stock::SCHEMA, &Dialect::OPENAI_STRICT)?;
/// assert_eq!(lowered, r#"{"value":[{"key":"nails","value":40}]}"#);
/// let aligned = align(&lowered, Stock::SCHEMA, &Dialect::OPENAI_STRICT)?;
/// assert_eq!(aligned.json, r#"{"nails":40}"#);
/// # Ok::<(), instructor_core::Rejection>(())
/// ```
///
/// # Errors
/// If `json` is no JSON, or not of the type: the rejection lists every mismatch by path. The type's
/// rules are not checked.
pub fn lower(
    json: &str,
    schema: &'static Schema,
    dialect: &'static Dialect,
) -> Result<String, Rejection> {
    lower::lower_to(json, Target::of(schema, dialect))
}

/// The JSON of a text that fits the schema to the letter: properties in the schema's order, and none
/// that it does not know.
///
/// # Errors
/// If the text is no JSON or does not fit, or only fits with a repair. Broken rules are no error.
pub(crate) fn exact(text: &str, schema: &'static Schema) -> Result<String, Rejection> {
    let target = Target::plain(schema);
    let Aligned { json, repairs, .. } = align_to(text, target)?;
    if repairs.is_empty() {
        return lower::lower_to(&json, target);
    }
    let violations = repairs.iter().map(|repair| Violation {
        path: repair.path.clone(),
        pointer: repair.pointer.clone(),
        rule: "type",
        message: format!("must be written to the letter ({})", repair.kind),
        found: None,
    });
    Rejection::unless_empty(violations.collect()).map(|()| json)
}

/// Every rule that the JSON breaks, and every mismatch if it does not fit.
pub(crate) fn broken(json: &str, schema: &'static Schema) -> Vec<Violation> {
    match align_to(json, Target::plain(schema)) {
        Ok(aligned) => aligned.broken,
        Err(rejection) => rejection.violations().to_vec(),
    }
}

/// [`align`] for a target that is known.
pub(crate) fn align_to(text: &str, target: Target) -> Result<Aligned, Rejection> {
    let Found { candidates, broken, bare } = find(text);
    let forms = Forms::default();
    let scene = Scene { target, forms: &forms };
    let mut attempts: Vec<((Cost, Reverse<usize>), Attempt)> = Vec::new();
    for candidate in &candidates {
        let (start, end) = candidate.span;
        let attempt = wrap::attempt(&candidate.node, &candidate.repairs, scene);
        attempts.push(((attempt.cost, Reverse(end - start)), attempt));
    }
    if let Some((span, attempt)) = wrap::several(candidates, scene) {
        attempts.push(((attempt.cost, Reverse(span)), attempt));
    }
    // Of equals, `min_by_key` takes the first.
    let best = attempts.into_iter().min_by_key(|(rank, _)| *rank);
    let Some(((cost, Reverse(length)), best)) = best else {
        return bare_value(bare, scene).ok_or_else(|| no_json(text, broken));
    };
    let is_longer = |broken: Broken| broken.span.1 - broken.span.0 > length;
    if !cost.fits() && broken.is_some_and(is_longer) {
        return Err(no_json(text, broken));
    }
    best.finish()
}

/// A scalar that a model wrote without JSON's quotes: the name of a variant, "yes".
fn bare_value(text: &str, scene: Scene<'_>) -> Option<Aligned> {
    let is_scalar = match inside(scene.target.schema).shape {
        Shape::Bool | Shape::Integer { .. } | Shape::Number => true,
        Shape::Enum { variants, tagging: Tagging::External, .. } => {
            // A variant that takes any name would take any sentence.
            variants.iter().all(|v| matches!(v.data, Data::Unit) && !v.other && !v.untagged)
        }
        _ => false,
    };
    if !is_scalar {
        return None;
    }
    let node = Node::Text(text.into());
    let target = Target { wrapped: false, ..scene.target };
    let attempt = wrap::attempt(&node, &[RepairKind::BareText], Scene { target, ..scene });
    attempt.cost.fits().then(|| attempt.finish().ok()).flatten()
}

/// The type inside options and newtypes.
fn inside(schema: &'static Schema) -> &'static Schema {
    let mut schema = fit::bare(schema);
    while let Shape::Option(inner) = schema.shape {
        schema = fit::bare(inner);
    }
    schema
}

fn no_json(text: &str, broken: Option<Broken>) -> Rejection {
    match broken {
        Some(Broken { syntax, .. }) => {
            Violation::new(Path::ROOT, "syntax", syntax.message(text)).found(&syntax.found(text))
        }
        None => Violation::new(Path::ROOT, "syntax", "must be JSON; the answer holds none"),
    }
    .into()
}
