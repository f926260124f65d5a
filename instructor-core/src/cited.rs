//! A value with the quotes that support it, checked against the text.

use std::any::TypeId;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::extract::Extract;
use crate::path::Path;
use crate::quote::{Match, Place};
use crate::schema::{Field, Rule, Schema, Shape};
use crate::validate::{Probe, Report, Violation};

/// A value and the passages of the text that support it.
///
/// The client checks every quote against the text it was given; one that does not stand there is a
/// violation, and the model is asked again. The quotes then know [where](Quote::span) they stand.
///
/// ```
/// use instructor_core::{Cited, Extract};
///
/// let text = "Ada Lovelace died in London, aged 36.";
/// let age = Cited::<u8>::from_json(r#"{"value": 36, "quotes": ["aged 36"]}"#)?;
/// age.check_against(text)?;
/// let span = age.quotes[0].span().expect("it was found");
/// assert_eq!(&text[span], "aged 36");
///
/// let age = Cited::<u8>::from_json(r#"{"value": 37, "quotes": ["aged 37"]}"#)?;
/// let wrong = age.check_against(text).unwrap_err();
/// assert_eq!(wrong.to_string(), "`quotes[0]`: must stand in the text word for word");
/// # Ok::<(), instructor_core::Rejection>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cited<T> {
    /// The value.
    pub value: T,
    /// The passages, at least one.
    pub quotes: Vec<Quote>,
}

/// A passage of the text.
///
/// Two quotes are equal if their texts are; where they stand does not matter.
#[derive(Default)]
pub struct Quote {
    /// The passage, as the model wrote it.
    pub text: String,
    /// Written while a value is validated, which is shared then.
    place: Mutex<Option<Place>>,
}

impl Quote {
    /// A passage that was not looked for yet.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), place: Mutex::default() }
    }

    /// The bytes of the text in which it stands; `None` if it was not checked against a text, or
    /// not found there. It is written anew by each check.
    pub fn span(&self) -> Option<Range<usize>> {
        self.place().as_ref().map(|place| place.span.clone())
    }

    /// How it agrees with the text at its [`span`](Self::span).
    pub fn matched(&self) -> Option<Match> {
        self.place().as_ref().map(|place| place.how)
    }

    /// A poisoned lock only means that some other thread panicked; the place is whole.
    fn place(&self) -> MutexGuard<'_, Option<Place>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const AT_LEAST_ONE: &[Rule] = &[Rule::Length { min: Some(1), max: None }];

impl<T: Extract> Extract for Cited<T> {
    const SCHEMA: &'static Schema = &Schema {
        // The tool is called after what is looked for.
        tool: T::SCHEMA.called(),
        description: "A value and the passages of the text that support it",
        ..Schema::new(
            TypeId::of::<Self>,
            Shape::Object {
                fields: &[
                    Field::new("value", T::SCHEMA),
                    Field {
                        description: "Verbatim from the text: the shortest passages that support the value",
                        rules: AT_LEAST_ONE,
                        ..Field::new("quotes", <Vec<Quote>>::SCHEMA)
                    },
                ],
                closed: false,
            },
        )
    };

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        self.value.validate(at.field("value"), report);
        let at = at.field("quotes");
        report.apply(AT_LEAST_ONE, &self.quotes.probe(), at);
        self.quotes.validate(at, report);
    }
}

impl Extract for Quote {
    const SCHEMA: &'static Schema = String::SCHEMA;

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        if report.source().is_none() {
            return;
        }
        let place = report.locate(&self.text);
        if place.is_err() {
            let message = "must stand in the text word for word";
            let found = Value::from(self.text.as_str());
            report.push(Violation::new(at, "quote", message).found(&found));
        }
        *self.place() = place.unwrap_or_default();
    }

    fn probe(&self) -> Probe<'_> {
        self.text.probe()
    }
}

impl Clone for Quote {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), place: Mutex::new(self.place().clone()) }
    }
}

impl PartialEq for Quote {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Quote {}

impl Hash for Quote {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl From<&str> for Quote {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Quote {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// The passage and where it stands.
impl fmt::Debug for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quote").field("text", &self.text).field("place", &*self.place()).finish()
    }
}

/// The passage alone.
impl fmt::Display for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// The passage alone, as a text.
impl Serialize for Quote {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(writer)
    }
}

impl<'de> Deserialize<'de> for Quote {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader).map(Self::new)
    }
}
