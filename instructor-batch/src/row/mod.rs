//! One row of what is asked about.

use instructor_core::Message;

mod json;

pub(crate) use json::messages;

/// One row: a key and what is asked about. A text is one without a key, and so are messages; a pair
/// is a key and a text.
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

/// A line is no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// It is no JSON.
    #[error("it is no JSON (character {column})")]
    Syntax {
        /// How far it can be read, in bytes.
        column: usize,
    },
    /// It is JSON, but not of a row.
    #[error("it is no JSON object with `text` or `messages`")]
    Form,
    /// The messages are not what a conversation is.
    #[error(
        "its messages are not a list of objects with `role` and `content`, as in \
         `[{{\"role\": \"user\", \"content\": \"…\"}}]`"
    )]
    Messages,
    /// There is nobody of this role.
    #[error("message {number}: the role is none of `system`, `user` and `assistant`")]
    Role {
        /// Which message, from 1.
        number: usize,
    },
    /// A message has a part that cannot be carried over.
    #[error(
        "message {number}: it has a part that is none of `text`, `image_url`, `image`, `audio` and \
         `document`, the last three with a `url`"
    )]
    Part {
        /// Which message, from 1.
        number: usize,
    },
    /// A message holds calls of tools, which only an answer does.
    #[error("message {number}: it holds tool calls; say in a text what they were for")]
    Calls {
        /// Which message, from 1.
        number: usize,
    },
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

    /// A row that is a conversation.
    pub fn messages(messages: impl IntoIterator<Item = Message>) -> Self {
        Self { key: None, ask: Ask::Messages(messages.into_iter().collect()) }
    }

    /// The same row with a key.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Appends the row as one line of JSON, its end included: `{"key":"…","text":"…"}`, or
    /// `messages` in the place of the text.
    pub fn write(&self, out: &mut Vec<u8>) {
        json::write(self, out);
    }

    /// Reads a row from a line that [`write`](Self::write) has written.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(line: &[u8]) -> Result<Self, RowError> {
        json::read(line)
    }
}

impl From<String> for Row {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<&str> for Row {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<Vec<Message>> for Row {
    fn from(messages: Vec<Message>) -> Self {
        Self::messages(messages)
    }
}

impl<K: Into<String>, T: Into<String>> From<(K, T)> for Row {
    fn from((key, text): (K, T)) -> Self {
        Self::keyed(key, text)
    }
}
