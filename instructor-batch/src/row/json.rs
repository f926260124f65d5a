//! A row as a line of JSON, and messages as chat completions spell them.

use instructor_core::media::Source;
use instructor_core::request::{Part, Role};
use instructor_core::{Media, Message};
use serde_json::error::Category;

use super::{Ask, Row, RowError};
use crate::template::push_escaped;

pub(super) fn write(row: &Row, out: &mut Vec<u8>) {
    out.push(b'{');
    if let Some(key) = &row.key {
        out.extend_from_slice(b"\"key\":\"");
        push_escaped(key, out);
        out.extend_from_slice(b"\",");
    }
    match &row.ask {
        Ask::Text(text) => {
            out.extend_from_slice(b"\"text\":\"");
            push_escaped(text, out);
            out.push(b'"');
        }
        Ask::Messages(messages) => {
            out.extend_from_slice(b"\"messages\":");
            let messages: Vec<_> = messages.iter().map(wire::Message::of).collect();
            // Texts and lists can always be written into memory.
            let _ = serde_json::to_writer(&mut *out, &messages);
        }
    }
    out.extend_from_slice(b"}\n");
}

pub(super) fn read(line: &[u8]) -> Result<Row, RowError> {
    let row: wire::Row =
        serde_json::from_slice(line).map_err(|error| failed(&error, RowError::Form))?;
    let ask = match (row.text, row.messages) {
        (Some(text), None) => Ask::Text(text),
        (None, Some(messages)) => Ask::Messages(said(messages)?),
        _ => return Err(RowError::Form),
    };
    Ok(Row { key: row.key, ask })
}

/// Reads a list of messages.
///
/// # Errors
/// If it is none, or holds what cannot be carried over.
pub(crate) fn messages(json: &[u8]) -> Result<Vec<Message>, RowError> {
    let messages: Vec<wire::Message> =
        serde_json::from_slice(json).map_err(|error| failed(&error, RowError::Messages))?;
    said(messages)
}

/// Serde's own words may repeat what the user wrote.
fn failed(error: &serde_json::Error, form: RowError) -> RowError {
    match error.classify() {
        Category::Data => form,
        _ => RowError::Syntax { column: error.column() },
    }
}

fn said(messages: Vec<wire::Message>) -> Result<Vec<Message>, RowError> {
    if messages.is_empty() {
        return Err(RowError::Messages);
    }
    messages.into_iter().enumerate().map(|(i, message)| one(message, i + 1)).collect()
}

fn one(message: wire::Message, number: usize) -> Result<Message, RowError> {
    let role = match message.role.as_str() {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => return Err(RowError::Role { number }),
    };
    if message.tool_calls.is_some() {
        return Err(RowError::Calls { number });
    }
    let mut said = Message::new(role, "");
    said.parts = match message.content.ok_or(RowError::Messages)? {
        wire::Content::Text(text) => vec![Part::Text(text)],
        wire::Content::Parts(parts) => {
            let parts = parts.into_iter().map(|part| part.said().ok_or(RowError::Part { number }));
            parts.collect::<Result<_, _>>()?
        }
    };
    Ok(said)
}

mod wire {
    use serde::de::IgnoredAny;
    use serde::{Deserialize, Serialize};

    use super::{Media, Source};

    #[derive(Deserialize)]
    pub(super) struct Row {
        pub(super) key: Option<String>,
        pub(super) text: Option<String>,
        pub(super) messages: Option<Vec<Message>>,
    }

    #[derive(Serialize, Deserialize)]
    pub(super) struct Message {
        pub(super) role: String,
        pub(super) content: Option<Content>,
        #[serde(skip_serializing)]
        pub(super) tool_calls: Option<IgnoredAny>,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    pub(super) enum Content {
        Text(String),
        Parts(Vec<Part>),
    }

    /// A part in our words, which are read back to the letter, or in those of chat completions.
    #[derive(Default, Serialize, Deserialize)]
    pub(super) struct Part {
        #[serde(rename = "type")]
        kind: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        mime: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(skip_serializing)]
        image_url: Option<Url>,
    }

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Url {
        Inside { url: String },
        Bare(String),
    }

    impl Message {
        pub(super) fn of(message: &super::Message) -> Self {
            let role = match message.role {
                super::Role::System => "system",
                super::Role::Assistant => "assistant",
                _ => "user",
            };
            let content = match message.parts.as_slice() {
                [super::Part::Text(text)] => Content::Text(text.clone()),
                parts => Content::Parts(parts.iter().map(Part::of).collect()),
            };
            Self { role: role.to_owned(), content: Some(content), tool_calls: None }
        }
    }

    impl Part {
        fn of(part: &super::Part) -> Self {
            match part {
                super::Part::Media(media) => Self {
                    kind: media.kind.name().to_owned(),
                    url: Some(match &media.source {
                        Source::Url(url) => url.clone(),
                        _ => format!("data:;base64,{}", media.base64().unwrap_or_default()),
                    }),
                    mime: Some(media.mime.clone()),
                    name: media.name.clone(),
                    ..Self::default()
                },
                part => Self {
                    kind: "text".to_owned(),
                    text: part.text().map(str::to_owned),
                    ..Self::default()
                },
            }
        }

        /// What it says; nothing if that cannot be carried over.
        pub(super) fn said(self) -> Option<super::Part> {
            let media = match self.kind.as_str() {
                "text" | "input_text" | "output_text" => {
                    return self.text.map(super::Part::Text);
                }
                "image" => Media::image_url(self.url?),
                "audio" => Media::audio_url(self.url?),
                "document" => Media::document_url(self.url?),
                "image_url" => match self.image_url? {
                    Url::Inside { url } | Url::Bare(url) => Media::image_url(url),
                },
                _ => return None,
            };
            let media = match self.mime {
                Some(mime) => media.mime(mime),
                None => media,
            };
            Some(super::Part::Media(match self.name {
                Some(name) => media.named(name),
                None => media,
            }))
        }
    }
}
