//! The parts of a message: text, pictures, sound and documents.

use std::borrow::Cow;

use serde::Serialize;

use super::MediaForm;
use crate::media::{Media, MediaKind, Source};
use crate::provider::{ProviderError, Service, content};
use crate::request::{Part, Request};

/// Refuses sound in a format that the service does not take.
pub(super) fn check(service: &Service, request: &Request) -> Result<(), ProviderError> {
    let quirks = &service.quirks;
    for media in all(request) {
        if media.kind != MediaKind::Audio || quirks.media != MediaForm::OpenAi {
            continue;
        }
        if let Source::Url(_) = media.source {
            return Err(content::only_bytes(service.name, media.kind));
        }
        if !format(&media.mime).is_some_and(|word| quirks.audio_formats.contains(&word)) {
            let formats = quirks.audio_formats.join(", ");
            return Err(ProviderError::encode(&format!(
                "`{}` does not take this format of audio; it takes {formats}",
                service.name
            )));
        }
    }
    Ok(())
}

fn all(request: &Request) -> impl Iterator<Item = &Media> {
    request.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match part {
        Part::Text(_) => None,
        Part::Media(media) => Some(media),
    })
}

/// The content of a message.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum MessageContent<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<wire::Part<'a>>),
}

/// Puts the parts into the form of the service.
pub(super) fn content(parts: &[Part], form: MediaForm) -> MessageContent<'_> {
    match parts {
        [Part::Text(text)] => MessageContent::Text(text.into()),
        parts => MessageContent::Parts(parts.iter().map(|each| part(each, form)).collect()),
    }
}

fn part(part: &Part, form: MediaForm) -> wire::Part<'_> {
    let media = match part {
        Part::Text(text) => return wire::Part::Text { text },
        Part::Media(media) => media,
    };
    match (media.kind, form) {
        (MediaKind::Image, _) => wire::Part::ImageUrl { image_url: wire::Url { url: media.url() } },
        (MediaKind::Audio, MediaForm::OpenAi) => {
            let format = format(&media.mime).unwrap_or_default();
            let data = media.base64().unwrap_or_default();
            wire::Part::InputAudio { input_audio: wire::Audio::Coded { data, format } }
        }
        (MediaKind::Audio, MediaForm::Mistral) => {
            let data = media.base64().unwrap_or_else(|| media.url());
            wire::Part::InputAudio { input_audio: wire::Audio::Plain(data) }
        }
        (MediaKind::Document, MediaForm::OpenAi) => {
            let filename = media.name.as_deref().unwrap_or("document.pdf");
            wire::Part::File { file: wire::File { filename, file_data: media.url() } }
        }
        (MediaKind::Document, MediaForm::Mistral) => wire::Part::DocumentUrl {
            document_url: media.url(),
            document_name: media.name.as_deref(),
        },
    }
}

/// The format of sound in `OpenAI`'s words.
fn format(mime: &str) -> Option<&'static str> {
    let kind = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Some(match kind.strip_prefix("audio/")? {
        "wav" | "x-wav" | "wave" | "vnd.wave" => "wav",
        "mpeg" | "mp3" => "mp3",
        "flac" | "x-flac" => "flac",
        "mp4" | "m4a" | "x-m4a" => "m4a",
        "ogg" => "ogg",
        "aac" => "aac",
        "aiff" | "x-aiff" => "aiff",
        _ => return None,
    })
}

mod wire {
    use serde::Serialize;

    #[derive(Serialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub(in super::super) enum Part<'a> {
        Text {
            text: &'a str,
        },
        ImageUrl {
            image_url: Url,
        },
        InputAudio {
            input_audio: Audio,
        },
        File {
            file: File<'a>,
        },
        DocumentUrl {
            document_url: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            document_name: Option<&'a str>,
        },
    }

    #[derive(Serialize)]
    pub(in super::super) struct Url {
        pub(super) url: String,
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(in super::super) enum Audio {
        Coded { data: String, format: &'static str },
        Plain(String),
    }

    #[derive(Serialize)]
    pub(in super::super) struct File<'a> {
        pub(super) filename: &'a str,
        pub(super) file_data: String,
    }
}
