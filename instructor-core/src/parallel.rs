//! Several tool calls in one answer.

use std::any::TypeId;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::extract::Extract;
use crate::path::Path;
use crate::schema::{Schema, Shape};
use crate::validate::Report;

/// The tool calls of one answer, in the order of the model: one tool for each variant if `T` is an
/// enum, otherwise one tool that is called once for each value.
///
/// The model must call at least one tool; where there may be nothing to do, ask for a `Vec<T>`, or
/// give the enum a variant that says so. When some calls are wrong, only those are asked for again.
/// In a mode without tools, or with a provider that lacks [`Mode::Parallel`](crate::Mode::Parallel),
/// it is a plain list.
///
/// ```
/// use instructor_core::{Client, Extract, Parallel};
/// use instructor_core::offline::Answer;
/// use serde::Deserialize;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), instructor_core::Error> {
/// #[derive(Debug, PartialEq, Deserialize, Extract)]
/// enum Step {
///     /// Looks something up.
///     Search { query: String },
///     /// Reminds of something later.
///     Remind { of: String, in_minutes: u32 },
/// }
///
/// let client = Client::offline();
/// let steps = client.extract::<Parallel<Step>>("Search for tea. Remind me of the kettle in 4 minutes.");
/// for call in &steps.await? {
///     println!("{}: {:?}", call.id, call.value);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Parallel<T>(pub Vec<Called<T>>);

/// One value of a [`Parallel`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Called<T> {
    /// The provider's id of the call; empty if the value stood in a list.
    pub id: String,
    /// The value.
    pub value: T,
}

impl<T> Parallel<T> {
    /// The values without their ids.
    pub fn into_values(self) -> impl Iterator<Item = T> {
        self.0.into_iter().map(|call| call.value)
    }

    /// The values.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|call| &call.value)
    }
}

impl<T> Deref for Parallel<T> {
    type Target = [Called<T>];

    fn deref(&self) -> &[Called<T>] {
        &self.0
    }
}

impl<T> IntoIterator for Parallel<T> {
    type Item = Called<T>;
    type IntoIter = std::vec::IntoIter<Called<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Parallel<T> {
    type Item = &'a Called<T>;
    type IntoIter = std::slice::Iter<'a, Called<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T> FromIterator<T> for Parallel<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let called = |value| Called { id: String::new(), value };
        Self(values.into_iter().map(called).collect())
    }
}

/// The list of the values; ids are the provider's and stay out.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Parallel<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<T>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// The list of the values.
impl<T: Serialize> Serialize for Parallel<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.values())
    }
}

impl<T: Extract> Extract for Parallel<T> {
    const SCHEMA: &'static Schema = &Schema {
        calls: true,
        ..Schema::new(
            TypeId::of::<Self>,
            Shape::List { items: T::SCHEMA, min: 0, max: None, unique: false },
        )
    };

    fn validate<'v>(&'v self, at: Path<'_>, report: &mut Report<'v>) {
        for (i, value) in self.values().enumerate() {
            value.validate(at.index(i), report);
        }
    }

    fn name_calls(&mut self, ids: Vec<String>) {
        for (call, id) in self.0.iter_mut().zip(ids) {
            call.id = id;
        }
    }
}
