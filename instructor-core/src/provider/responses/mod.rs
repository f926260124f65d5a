//! `OpenAI`'s Responses API: items instead of messages, and the service's own tools beside ours.
//!
//! What it has and chat completions have not is reached through `extra`: `tools` such as
//! `web_search`, `store`, `include`, `metadata`, `service_tier`, `text.verbosity` and
//! `previous_response_id`. The last goes with every request of one question: it names the response
//! before the first of them, and answers that were wrong are sent back as items, so nothing stands
//! in the conversation twice.

use std::sync::Arc;

use super::endpoint::{self, Base};
use super::wired::{Url, Wire, Wired};
use super::{Content, Provider, ProviderError, Service, Setup, Takes, compatible, openai};
use crate::request::Mode;

mod items;
mod encode;
mod decode;
mod glance;

/// The Responses API of `OpenAI`.
pub(super) static SERVICES: &[Service] = &[Service {
    name: "openai-responses",
    aliases: &["responses"],
    title: "OpenAI Responses",
    base_url: "https://api.openai.com/v1",
    base_url_variables: &["OPENAI_BASE_URL"],
    key_variables: &["OPENAI_API_KEY"],
    needs_key: true,
    // The schema is kept to while the model writes, and no tool of the user is shut out by ours.
    modes: &[
        Mode::JsonSchema,
        Mode::ToolsStrict,
        Mode::Tools,
        Mode::Json,
        Mode::MarkdownJson,
        Mode::Parallel,
    ],
    content: Content { images: Takes::Both, audio: Takes::Nothing, documents: Takes::Both },
    connect,
    ..compatible::ANY
}];

static WIRE: Wire = Wire {
    dialect: openai::dialect,
    body: |_, request| encode::body(request),
    reply: decode::reply,
    glance: glance::glance,
};

fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Setup { key, base_url, headers, .. } = setup;
    let url = Base::new(base_url.as_deref().unwrap_or(service.base_url))?.join("/responses");
    let headers = endpoint::bearer(&headers, key.as_ref())?;
    Ok(Arc::new(Wired::new(&WIRE, service, Url::Same(url), headers, key)))
}
