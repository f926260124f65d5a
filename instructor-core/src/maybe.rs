//! A value, or the reason why there is none.

use std::any::TypeId;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Field, Schema, Shape};
use crate::validate::{Report, Violation};

/// A value that may not be in the text; if it is not, the model says why.
///
/// The model writes an object with `value` and `reason`, one of them `null`. An `Option<T>` does
/// without the reason; an `Option` inside a `Maybe` cannot be told from nothing.
///
/// ```
/// use instructor_core::{Extract, Maybe};
///
/// let age = Maybe::<u8>::from_json(r#"{"value": 36, "reason": null}"#)?;
/// assert_eq!(age, Maybe::Found(36));
///
/// let age = Maybe::<u8>::from_json(r#"{"value": null, "reason": "no age is given"}"#)?;
/// assert_eq!(age.reason(), Some("no age is given"));
/// assert_eq!(age.into_result(), Err("no age is given".to_owned()));
/// # Ok::<(), instructor_core::Rejection>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Maybe<T> {
    /// The value.
    Found(T),
    /// Why there is none.
    Missing(String),
}

impl<T> Maybe<T> {
    /// The value, if there is one.
    pub const fn found(&self) -> Option<&T> {
        match self {
            Self::Found(value) => Some(value),
            Self::Missing(_) => None,
        }
    }

    /// Why there is no value, if there is none.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Found(_) => None,
            Self::Missing(reason) => Some(reason),
        }
    }

    /// The value alone.
    pub fn ok(self) -> Option<T> {
        self.into_result().ok()
    }

    /// The value, for `?`.
    ///
    /// # Errors
    /// If there is no value; the error is the reason, in the words of the model.
    pub fn into_result(self) -> Result<T, String> {
        match self {
            Self::Found(value) => Ok(value),
            Self::Missing(reason) => Err(reason),
        }
    }
}

impl<T: Extract> Extract for Maybe<T> {
    const SCHEMA: &'static Schema = &Schema {
        // The tool is called after what is looked for.
        tool: T::SCHEMA.called(),
        description: "A value, or the reason why there is none",
        ..Schema::new(
            TypeId::of::<Self>,
            Shape::Object {
                fields: &[
                    Field {
                        description: "The value; null if there is none",
                        ..Field::new("value", <Option<T>>::SCHEMA)
                    },
                    Field {
                        description: "Why there is no value, in one sentence; null if there is one",
                        ..Field::new("reason", <Option<String>>::SCHEMA)
                    },
                ],
                closed: false,
            },
        )
    };

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        match self {
            Self::Found(value) => value.validate(at.field("value"), report),
            Self::Missing(reason) if reason.trim().is_empty() => {
                let message = "must say why there is no `value`, or there must be one";
                report.push(Violation::new(at.field("reason"), "required", message));
            }
            Self::Missing(_) => {}
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let wire::Maybe { value, reason } = wire::Maybe::deserialize(reader)?;
        Ok(value.map_or_else(|| Self::Missing(reason.unwrap_or_default()), Self::Found))
    }
}

/// With both properties, one of them `null`.
impl<T: Serialize> Serialize for Maybe<T> {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        let mut object = writer.serialize_struct("Maybe", 2)?;
        object.serialize_field("value", &self.found())?;
        object.serialize_field("reason", &self.reason())?;
        object.end()
    }
}

mod wire {
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(bound = "T: Deserialize<'de>")]
    pub(super) struct Maybe<T> {
        pub(super) value: Option<T>,
        pub(super) reason: Option<String>,
    }
}
