//! What may stand in a message beside text, as data.

use crate::media::MediaKind;

/// How a service takes one kind of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Takes {
    /// Not at all.
    Nothing,
    /// Written into the request; what is at an address must be fetched before.
    Bytes,
    /// Only at an address.
    Urls,
    /// Either way.
    Both,
}

/// The media that a service takes. A single model may take less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    /// Pictures.
    pub images: Takes,
    /// Sound.
    pub audio: Takes,
    /// Documents, such as PDF.
    pub documents: Takes,
}

impl Content {
    /// Text only.
    pub const TEXT: Self =
        Self { images: Takes::Nothing, audio: Takes::Nothing, documents: Takes::Nothing };

    /// Text and pictures.
    pub const IMAGES: Self = Self { images: Takes::Both, ..Self::TEXT };

    /// How this kind is taken.
    pub const fn takes(&self, kind: MediaKind) -> Takes {
        match kind {
            MediaKind::Image => self.images,
            MediaKind::Audio => self.audio,
            MediaKind::Document => self.documents,
        }
    }
}
