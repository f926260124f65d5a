//! Pictures, sound and documents as parts of a turn.

use std::borrow::Cow;

use serde::Serialize;

use crate::media::{Media, Source};
use crate::provider::ProviderError;

/// A part with media.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Part<'a> {
    /// Written into the request.
    InlineData {
        /// Its type.
        mime_type: &'a str,
        /// In base64.
        data: Cow<'a, str>,
    },
    /// At an address.
    FileData {
        /// Its type, if it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        mime_type: Option<&'a str>,
        /// The address.
        file_uri: &'a str,
    },
}

/// A piece of media: written into the request, or an address, which Google fetches itself (`https`,
/// its Files API, `YouTube`; `gs` at Vertex AI).
pub(super) fn part(media: &Media) -> Result<Part<'_>, ProviderError> {
    let mime = media.mime.as_str();
    let Source::Url(url) = &media.source else {
        let data = media.base64().unwrap_or_default();
        return inline(mime, data.into());
    };
    if let Some((own, data)) = url.strip_prefix("data:").and_then(|url| url.split_once(";base64,"))
    {
        return inline(if mime.is_empty() { own } else { mime }, data.into());
    }
    let mime_type = if mime.is_empty() { by_ending(url) } else { Some(mime) };
    Ok(Part::FileData { mime_type, file_uri: url })
}

fn inline<'a>(mime_type: &'a str, data: Cow<'a, str>) -> Result<Part<'a>, ProviderError> {
    if mime_type.is_empty() {
        let message = "the media type of a `data:` URL is not known: say it with `Media::mime`";
        return Err(ProviderError::encode(message));
    }
    Ok(Part::InlineData { mime_type, data })
}

/// The type by the ending of the path: Vertex AI wants one.
fn by_ending(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next()?;
    let (_, ending) = path.rsplit_once('/')?.1.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "heic" => "image/heic",
        "heif" => "image/heif",
        "wav" => "audio/wav",
        "mp3" => "audio/mp3",
        "m4a" => "audio/m4a",
        "aac" => "audio/aac",
        "ogg" => "audio/ogg",
        "flac" => "audio/flac",
        "mp4" => "video/mp4",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "html" => "text/html",
        "csv" => "text/csv",
        _ => return None,
    })
}
