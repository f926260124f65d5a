//! What may stand in a message beside text, as data.

use super::ProviderError;
use crate::media::{Media, MediaKind, Source};

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

/// Refuses media that no model takes, and bytes of which nobody knows what they are.
pub(super) fn check(media: &Media) -> Result<(), ProviderError> {
    let mime = media.mime.split(';').next().unwrap_or_default().trim();
    if media.kind == MediaKind::Image && mime.eq_ignore_ascii_case("image/svg+xml") {
        return Err(ProviderError::encode(
            "models take no SVG as an image: send it as PNG, or its source as text",
        ));
    }
    if mime.is_empty() && matches!(media.source, Source::Bytes(_)) {
        let example = match media.kind {
            MediaKind::Image => "image/png",
            MediaKind::Audio => "audio/wav",
            MediaKind::Document => "application/pdf",
        };
        return Err(ProviderError::encode(&format!(
            "the media type of {} is not known: say it with `Media::mime`, such as `{example}`",
            media.kind
        )));
    }
    Ok(())
}
