//! The attachments of a question, made ready for what the service takes.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Shared;
use crate::error::Error;
use crate::media::{Media, MediaKind, Source};
use crate::provider::{Provider, Takes};
use crate::request::{Part, Request};
use crate::transport::{FetchError, Fetched};

/// How many addresses are asked at once.
const AT_ONCE: usize = 4;

/// Refuses what the service does not take, and fetches what it takes only as bytes.
pub(super) async fn ready(request: &mut Request, shared: &Shared) -> Result<(), Error> {
    let mut remote = Vec::new();
    let parts = request.messages.iter_mut().flat_map(|message| &mut message.parts);
    let attached = parts.filter_map(|part| match part {
        Part::Media(media) => Some(media),
        Part::Text(_) => None,
    });
    for (number, media) in (1..).zip(attached) {
        if must_be_fetched(number, media, &*shared.provider)? {
            remote.push(fetch(shared, number, media));
        }
    }
    stream::iter(remote).buffered(AT_ONCE).try_collect().await
}

fn must_be_fetched(number: usize, media: &Media, provider: &dyn Provider) -> Result<bool, Error> {
    let takes = provider.content().takes(media.kind);
    let (kind, name) = (media.kind, provider.name());
    let refused = match (takes, &media.source) {
        (Takes::Nothing, _) => format!("`{name}` takes no {kind}; it takes {}", taken(provider)),
        _ if media.is_broken() => format!(
            "the `data:` URL of the {} (attachment {number}) is malformed; pass the bytes with `Media::from_bytes`",
            kind.name()
        ),
        (_, Source::Url(url)) if !is_address(url) => format!(
            "the address of the {} (attachment {number}) is no URL; a file is read with `Media::from_path`",
            kind.name()
        ),
        (_, Source::Bytes(_)) if media.mime.is_empty() => format!(
            "the type of the {} (attachment {number}) is not known; say it with `Media::mime`",
            kind.name()
        ),
        (_, Source::Bytes(_)) if is_another_kind(media) => {
            format!("attachment {number} is no {}: it is of the type `{}`", kind.name(), media.mime)
        }
        (Takes::Urls, Source::Bytes(_)) => format!(
            "`{name}` takes {kind} only at an address: pass it with `Media::{}_url`",
            kind.name()
        ),
        (takes, source) => return Ok(takes == Takes::Bytes && matches!(source, Source::Url(_))),
    };
    Err(Error::Configuration(refused))
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

/// "text, images and audio".
fn taken(provider: &dyn Provider) -> String {
    let content = provider.content();
    let kinds = [MediaKind::Image, MediaKind::Audio, MediaKind::Document];
    let taken = kinds.iter().filter(|kind| content.takes(**kind) != Takes::Nothing);
    let mut words: Vec<_> = taken.map(ToString::to_string).collect();
    match words.pop() {
        None => "text".into(),
        Some(last) if words.is_empty() => format!("text and {last}"),
        Some(last) => format!("text, {} and {last}", words.join(", ")),
    }
}

async fn fetch(shared: &Shared, number: usize, media: &mut Media) -> Result<(), Error> {
    let Source::Url(url) = &media.source else { return Ok(()) };
    let kind = media.kind;
    let failed = |reason| Error::Fetch { number, kind, reason };
    let fetched = shared.transport.fetch(url, &shared.fetch).await.map_err(failed)?;
    let Fetched { host, mime, bytes } = fetched;
    tracing::debug!(attachment = number, bytes = bytes.len(), "fetched");
    media
        .arrived(bytes, &mime)
        .map_err(|found| failed(FetchError::WrongType { host, wanted: kind, found }))
}
