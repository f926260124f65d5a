//! Which type media is of: by its first bytes, or by the end of its name.

use std::fmt;

use super::MediaKind::{self, Audio, Document, Image};

/// A type of media.
#[derive(Debug)]
pub(super) struct Type {
    /// What people call it.
    name: &'static str,
    pub(super) kind: MediaKind,
    pub(super) mime: &'static str,
    /// How names of such files end.
    endings: &'static [&'static str],
    /// What `infer` calls it, which is not always the registered name; none for text.
    inferred: &'static [&'static str],
}

impl Type {
    /// Whether it is known by its name only.
    pub(super) fn is_text(&self) -> bool {
        self.inferred.is_empty()
    }
}

const fn known(
    kind: MediaKind,
    name: &'static str,
    mime: &'static str,
    endings: &'static [&'static str],
    inferred: &'static [&'static str],
) -> Type {
    Type { name, kind, mime, endings, inferred }
}

static MP3: Type = known(Audio, "MP3", "audio/mpeg", &["mp3"], &["audio/mpeg"]);

static TYPES: &[&Type] = &[
    &known(Image, "PNG", "image/png", &["png"], &["image/png"]),
    &known(Image, "JPEG", "image/jpeg", &["jpg", "jpeg"], &["image/jpeg"]),
    &known(Image, "GIF", "image/gif", &["gif"], &["image/gif"]),
    &known(Image, "WebP", "image/webp", &["webp"], &["image/webp"]),
    &known(Image, "HEIC", "image/heic", &["heic"], &["image/heif"]),
    &known(Audio, "WAV", "audio/wav", &["wav"], &["audio/x-wav"]),
    &MP3,
    &known(Audio, "Ogg", "audio/ogg", &["ogg", "oga", "opus"], &["audio/ogg", "audio/opus"]),
    &known(Audio, "FLAC", "audio/flac", &["flac"], &["audio/x-flac"]),
    &known(Audio, "M4A", "audio/mp4", &["m4a"], &["audio/m4a"]),
    &known(Audio, "AAC", "audio/aac", &["aac"], &["audio/aac"]),
    // The bytes do not tell sound from video, and of video no wire here takes any.
    &known(Audio, "WebM", "audio/webm", &["webm", "weba"], &["video/webm"]),
    &known(Document, "PDF", "application/pdf", &["pdf"], &["application/pdf"]),
    &known(Document, "text", "text/plain", &["txt"], &[]),
    &known(Document, "Markdown", "text/markdown", &["md"], &[]),
    &known(Document, "CSV", "text/csv", &["csv"], &[]),
    &known(Document, "HTML", "text/html", &["html", "htm"], &[]),
];

/// The type that these bytes begin like.
pub(super) fn by_content(bytes: &[u8]) -> Option<&'static Type> {
    match infer::get(bytes) {
        Some(found) => {
            let of_type = |known: &&&Type| known.inferred.contains(&found.mime_type());
            TYPES.iter().find(of_type).copied()
        }
        // `infer` knows three of the first words that a frame of MPEG layer III can begin with.
        None => matches!(bytes, [0xFF, second, ..] if second & 0xE6 == 0xE2).then_some(&MP3),
    }
}

/// The type of this kind that a file of this name is of.
pub(super) fn by_name(name: &str, kind: MediaKind) -> Option<&'static Type> {
    let (_, ending) = name.rsplit_once('.')?;
    let of_type = |known: &&&Type| {
        known.kind == kind && known.endings.iter().any(|known| ending.eq_ignore_ascii_case(known))
    };
    TYPES.iter().find(of_type).copied()
}

/// The type of this kind that the path of an address ends like.
pub(super) fn by_url(url: &str, kind: MediaKind) -> Option<&'static Type> {
    let (_, rest) = url.split_once("://")?;
    let (_, path) = rest.split(['?', '#']).next()?.split_once('/')?;
    by_name(path.rsplit('/').next()?, kind)
}

/// The types that are known by their bytes.
pub(super) struct Known;

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, known) in TYPES.iter().filter(|known| !known.is_text()).enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{}", known.name)?;
        }
        Ok(())
    }
}
