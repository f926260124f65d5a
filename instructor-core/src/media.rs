//! Pictures, sound and documents, as parts of a message.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

/// What a piece of media is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// A document, such as a PDF.
    Document,
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Image => "images",
            Self::Audio => "audio",
            Self::Document => "documents",
        })
    }
}

/// Where a piece of media is.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// At this address.
    Url(String),
    /// Here.
    Bytes(Bytes),
}

/// A picture, sound or a document that the model is shown.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where it is.
    pub source: Source,
    /// Its media type, such as `image/png`; empty if it is not known.
    pub mime: String,
    /// The file's name, if it has one.
    pub name: Option<String>,
}

impl Media {
    /// Media of this kind and type.
    pub fn new(kind: MediaKind, mime: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { kind, source: Source::Bytes(bytes.into()), mime: mime.into(), name: None }
    }

    /// A picture at this address.
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::at(MediaKind::Image, url.into())
    }

    /// Sound at this address.
    pub fn audio_url(url: impl Into<String>) -> Self {
        Self::at(MediaKind::Audio, url.into())
    }

    /// A document at this address.
    pub fn document_url(url: impl Into<String>) -> Self {
        Self::at(MediaKind::Document, url.into())
    }

    /// The bytes in base64; `None` if they are at an address.
    pub fn base64(&self) -> Option<String> {
        match &self.source {
            Source::Bytes(bytes) => Some(STANDARD.encode(bytes)),
            Source::Url(_) => None,
        }
    }

    /// The address: where it is, or a `data:` URL that holds the bytes.
    pub fn url(&self) -> String {
        match &self.source {
            Source::Url(url) => url.clone(),
            Source::Bytes(bytes) => format!("data:{};base64,{}", self.mime, STANDARD.encode(bytes)),
        }
    }

    fn at(kind: MediaKind, url: String) -> Self {
        Self { kind, source: Source::Url(url), mime: String::new(), name: None }
    }
}

/// The kind, the type and the size, never the content or the address.
impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = if let Source::Bytes(bytes) = &self.source { Some(bytes.len()) } else { None };
        f.debug_struct("Media")
            .field("kind", &self.kind)
            .field("mime", &self.mime)
            .field("bytes", &bytes)
            .finish_non_exhaustive()
    }
}

/// The form and the size, never the content or the address.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(_) => f.write_str("Url(…)"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}
