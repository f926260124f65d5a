//! The attachments of a question, made ready for what the service takes.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Shared;
use crate::attempt::Attempts;
use crate::error::Error;
use crate::media::{Media, Source};
use crate::provider::must_be_fetched;
use crate::request::{Part, Request};
use crate::transport::{FetchError, Fetched};

/// How many addresses are asked at once.
const AT_ONCE: usize = 4;

/// Refuses what the service does not take, and fetches what it takes only as bytes.
pub(super) async fn ready(request: &mut Request, shared: &Shared) -> Result<(), Error> {
    let mut remote = Vec::new();
    let content = shared.provider.content();
    let parts = request.messages.iter_mut().flat_map(|message| &mut message.parts);
    let attached = parts.filter_map(|part| match part {
        Part::Media(media) => Some(media),
        Part::Text(_) => None,
    });
    for (number, media) in (1..).zip(attached) {
        let must_be_fetched = must_be_fetched(shared.provider.name(), content, number, media);
        if must_be_fetched.map_err(|e| Error::failed(e.into(), Attempts::default()))? {
            remote.push(fetch(shared, number, media));
        }
    }
    stream::iter(remote).buffered(AT_ONCE).try_collect().await
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
