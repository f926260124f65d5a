//! What may stand in a message beside text, as data.

use super::{ProviderError, Service};
use crate::media::{Media, MediaKind, Source};
use crate::request::{Part, Request};

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

/// Whether the media, number so and so of a question, must be fetched before a service of this name
/// can be shown it.
///
/// # Errors
/// If the service does not take it, or nobody can know what it is.
pub(crate) fn must_be_fetched(
    service: &str,
    content: Content,
    number: usize,
    media: &Media,
) -> Result<bool, ProviderError> {
    let (kind, takes) = (media.kind, content.takes(media.kind));
    let name = kind.name();
    let refused = match (takes, &media.source) {
        (Takes::Nothing, _) => format!("`{service}` takes no {kind}; it takes {}", taken(content)),
        _ if media.is_broken() => format!(
            "the `data:` URL of the {name} (attachment {number}) is malformed; pass the bytes with `Media::from_bytes`"
        ),
        (_, Source::Url(url)) if !is_address(url) => format!(
            "the address of the {name} (attachment {number}) is no URL; a file is read with `Media::from_path`"
        ),
        (_, Source::Bytes(_)) if media.mime.trim().is_empty() => format!(
            "the type of the {name} (attachment {number}) is not known; say it with `Media::mime`, such as `{}`",
            example(kind)
        ),
        (_, Source::Bytes(_)) if is_another_kind(media) => {
            format!("attachment {number} is no {name}: it is of the type `{}`", media.mime)
        }
        (Takes::Urls, Source::Bytes(_)) => {
            format!("`{service}` takes {kind} only at an address: pass it with `Media::{name}_url`")
        }
        (takes, source) => return Ok(takes == Takes::Bytes && matches!(source, Source::Url(_))),
    };
    Err(ProviderError::encode(&refused))
}

/// Refuses media that cannot be written into a request: what would have to be fetched before, and
/// what no model takes.
pub(super) fn check(service: &Service, request: &Request) -> Result<(), ProviderError> {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    let attached = parts.filter_map(|part| match part {
        Part::Text(_) => None,
        Part::Media(media) => Some(media),
    });
    for (number, media) in (1..).zip(attached) {
        if must_be_fetched(service.name, service.content, number, media)? {
            return Err(only_bytes(service.name, media.kind));
        }
        let mime = media.mime.split(';').next().unwrap_or_default().trim();
        if media.kind == MediaKind::Image && mime.eq_ignore_ascii_case("image/svg+xml") {
            return Err(ProviderError::encode(
                "models take no SVG as an image: send it as PNG, or its source as text",
            ));
        }
    }
    Ok(())
}

/// The service does not load what is at an address.
pub(super) fn only_bytes(service: &str, kind: MediaKind) -> ProviderError {
    ProviderError::encode(&format!(
        "`{service}` takes {kind} only as bytes: load what is at the address first"
    ))
}

/// Whether it has a scheme, and none of a file on this machine.
fn is_address(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, rest)| {
        !scheme.is_empty() && !scheme.eq_ignore_ascii_case("file") && !rest.is_empty()
    })
}

/// Whether the type is plainly one of another kind.
fn is_another_kind(media: &Media) -> bool {
    let top = media.mime.split('/').next().unwrap_or_default();
    match media.kind {
        MediaKind::Image => matches!(top, "audio" | "text") || media.mime == "application/pdf",
        MediaKind::Audio => matches!(top, "image" | "text") || media.mime == "application/pdf",
        MediaKind::Document => matches!(top, "image" | "audio"),
    }
}

/// A type of this kind.
fn example(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image/png",
        MediaKind::Audio => "audio/wav",
        MediaKind::Document => "application/pdf",
    }
}

/// "text, images and audio".
fn taken(content: Content) -> String {
    let kinds = [MediaKind::Image, MediaKind::Audio, MediaKind::Document];
    let taken = kinds.iter().filter(|kind| content.takes(**kind) != Takes::Nothing);
    let mut words: Vec<_> = taken.map(ToString::to_string).collect();
    match words.pop() {
        None => "text".into(),
        Some(last) if words.is_empty() => format!("text and {last}"),
        Some(last) => format!("text, {} and {last}", words.join(", ")),
    }
}
