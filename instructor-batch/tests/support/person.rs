//! What is asked for, and models that know it.

use instructor_core::Extract;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Answer, Item};

/// A person mentioned in the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Extract)]
pub struct Person {
    /// The full name.
    #[extract(length(min = 1))]
    pub name: String,
    /// The age in years.
    #[extract(range(min = 0, max = 150))]
    pub age: u16,
}

impl Person {
    /// The person of a row.
    pub fn of(row: usize) -> Self {
        Self { name: format!("Ada {row}"), age: u16::try_from(row % 100).unwrap() }
    }

    /// The text of a row.
    pub fn text(row: usize) -> String {
        format!("row {row}: Ada {row}, {} years old \u{2028} \"é\"", row % 100)
    }

    /// The number of the row with this text.
    pub fn row(text: &str) -> usize {
        let number = text.strip_prefix("row ").and_then(|rest| rest.split(':').next());
        number.and_then(|number| number.parse().ok()).unwrap_or(usize::MAX)
    }

    fn json(row: usize) -> Value {
        json!(Self::of(row))
    }
}

/// A model that is always right.
pub fn right(item: &Item<'_>) -> Answer {
    Answer::Right(Person::json(Person::row(item.text)))
}

/// A model that breaks two rules as often as the function says of a row, and is right then.
pub fn wrong_first(
    times: impl Fn(usize) -> usize + Send + Sync + 'static,
) -> impl Fn(&Item<'_>) -> Answer + Send + Sync + 'static {
    move |item| {
        if item.turn < times(Person::row(item.text)) {
            return Answer::Wrong(json!({"name": "", "age": 900}));
        }
        right(item)
    }
}

/// A model and a service with all their moods; of ten rows, nine end well in three rounds, and those
/// with a 6 at the end are refused.
pub fn mixed(item: &Item<'_>) -> Answer {
    let row = Person::row(item.text);
    match (row % 10, item.tries) {
        (0, _) if item.turn < 1 => Answer::Wrong(json!({"name": "", "age": 900})),
        (1, _) if item.turn < 2 => Answer::Wrong(json!({"name": "x", "age": 900})),
        (2, 0) => Answer::Error(500, "server_error", "The server had an error."),
        (3, 0) => Answer::Truncated,
        (4, 0) => Answer::Expired,
        (5, 0) => Answer::Nothing,
        (6, _) => Answer::Refusal("I would rather not.".to_owned()),
        (7, 0) => Answer::Failed("internal_error", "Something broke."),
        _ => right(item),
    }
}
