//! One row of what is asked about.

use instructor_core::Message;

/// One row: a key and what is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The caller's own name for the row; the row's number, from 0, if there is none.
    pub key: Option<String>,
    /// What is asked about.
    pub ask: Ask,
}

/// What is asked about: a text, or a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ask {
    /// A text, put to the model as the user's.
    Text(String),
    /// Messages, behind those of the form.
    Messages(Vec<Message>),
}

impl Row {
    /// A row without a key.
    pub fn text(text: impl Into<String>) -> Self {
        Self { key: None, ask: Ask::Text(text.into()) }
    }

    /// A row with a key.
    pub fn keyed(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ask: Ask::Text(text.into()) }
    }
}
