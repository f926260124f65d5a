//! A request as the body of a message.

use std::borrow::Cow;

use crate::media::{Media, MediaKind, Source};
use crate::provider::claude::{self, Plan};
use crate::provider::turns::{self, Arguments, Block};
use crate::provider::{ProviderError, body};
use crate::request::{Mode, Request};

/// What would change how the answer is read.
const RESERVED: &[&str] = &["tool_choice", "stream", "output_format"];

/// Writes the body.
pub(super) fn body(request: &Request) -> Result<Vec<u8>, ProviderError> {
    let options = &request.options;
    let plan = claude::plan(request, options.extra.get("thinking"))?;
    let with_tools = request.mode.uses_tools();
    let system = turns::system(request, last_words(request, &plan))?;
    let ours = wire::Body {
        model: &request.model,
        max_tokens: plan.max_tokens,
        system: last_cached(system.into_iter().map(wire::System::text).collect(), request),
        messages: turns::turns(request, plan.thinks, block)?,
        tools: if with_tools { last_cached(tools(request), request) } else { Vec::new() },
        tool_choice: with_tools.then(|| choice(request, &plan)),
        thinking: plan.thinking,
        output_config: output_config(request, &plan),
        temperature: options.temperature,
    };
    body::write(&ours, request, RESERVED)
}

/// A model that cannot be forced to call a tool is asked to, and so is one that may call the user's
/// tools before. An output format has no description, so what it is for is said here.
fn last_words<'a>(request: &'a Request, plan: &Plan) -> Option<Cow<'a, str>> {
    match request.mode {
        Mode::JsonSchema => Some(Cow::Borrowed(&*request.rendered.description)),
        mode if mode.uses_tools() && (!plan.forced || has_own_tools(request)) => {
            Some(turns::demand(request))
        }
        _ => None,
    }
}

fn has_own_tools(request: &Request) -> bool {
    request.options.extra.contains_key("tools")
}

/// Everything up to a mark is kept in the cache.
fn last_cached<T: wire::Cached>(mut list: Vec<T>, request: &Request) -> Vec<T> {
    if let (true, Some(last)) = (request.options.cache, list.last_mut()) {
        last.mark();
    }
    list
}

fn tools(request: &Request) -> Vec<wire::Tool<'static>> {
    let strict = request.mode == Mode::ToolsStrict;
    let tools = request.tools().map(|tool| wire::Tool {
        name: &tool.name,
        description: &tool.description,
        input_schema: &tool.json,
        strict: strict.then_some(true),
        cache_control: None,
    });
    tools.collect()
}

/// How the model is told to call a tool. The user's own tools may have to be called before ours.
fn choice(request: &Request, plan: &Plan) -> wire::ToolChoice<'static> {
    let own_tools = has_own_tools(request);
    let only = request.only_tool().filter(|_| !own_tools);
    let (kind, name) = match only {
        _ if !plan.forced => ("auto", None),
        Some(tool) => ("tool", Some(&*tool.name)),
        None => ("any", None),
    };
    let one = request.mode != Mode::Parallel && !own_tools;
    wire::ToolChoice { kind, name, disable_parallel_tool_use: one.then_some(true) }
}

fn output_config(request: &Request, plan: &Plan) -> Option<wire::OutputConfig<'static>> {
    let schema = (request.mode == Mode::JsonSchema).then_some(&*request.rendered.json);
    let format = schema.map(|schema| wire::Format { kind: "json_schema", schema });
    (format.is_some() || plan.effort.is_some())
        .then_some(wire::OutputConfig { effort: plan.effort, format })
}

fn block(block: Block<'_>) -> Result<wire::Block<'_>, ProviderError> {
    Ok(match block {
        Block::Text(text) => wire::Block::Text { text },
        Block::Media(media) => self::media(media)?,
        Block::Call { id, name, arguments } => {
            wire::Block::ToolUse { id, name, input: Arguments(arguments) }
        }
        Block::Result { id, text, is_error } => {
            wire::Block::ToolResult { tool_use_id: id, content: text, is_error }
        }
    })
}

fn media(media: &Media) -> Result<wire::Block<'_>, ProviderError> {
    let mime = &*media.mime;
    let title = media.name.as_deref();
    let (bytes, text) = match &media.source {
        _ if media.kind == MediaKind::Audio => {
            return Err(ProviderError::encode("Anthropic's models take no audio"));
        }
        Source::Url(url) => {
            let source = wire::Source::Url { url };
            return Ok(match media.kind {
                MediaKind::Image => wire::Block::Image { source },
                _ => wire::Block::Document { source, title },
            });
        }
        Source::Bytes(bytes) => (bytes, std::str::from_utf8(bytes)),
    };
    let data = || Cow::Owned(media.base64().unwrap_or_default());
    match (media.kind, text) {
        (MediaKind::Image, _) => Ok(wire::Block::Image {
            source: wire::Source::Base64 { media_type: mime, data: data() },
        }),
        (_, Ok(text)) if mime.starts_with("text/") => {
            let source = wire::Source::Text { media_type: "text/plain", data: text };
            Ok(wire::Block::Document { source, title })
        }
        _ if mime == "application/pdf" => {
            let source = wire::Source::Base64 { media_type: mime, data: data() };
            Ok(wire::Block::Document { source, title })
        }
        _ => Err(ProviderError::encode(&format!(
            "Anthropic's models take PDF and plain text in UTF-8 as documents, not this `{mime}` of {} bytes",
            bytes.len()
        ))),
    }
}

mod wire {
    use std::borrow::Cow;

    use serde::Serialize;
    use serde_json::value::RawValue;

    use crate::provider::claude::Thinking;
    use crate::provider::turns::{Arguments, Turn};

    #[derive(Serialize)]
    pub(super) struct Body<'a> {
        pub(super) model: &'a str,
        pub(super) max_tokens: u32,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) system: Vec<System<'a>>,
        pub(super) messages: Vec<Turn<'a, Block<'a>>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) tools: Vec<Tool<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_choice: Option<ToolChoice<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) thinking: Option<Thinking>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) output_config: Option<OutputConfig<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) temperature: Option<f64>,
    }

    /// A part that can end what is kept in the cache.
    pub(super) trait Cached {
        fn mark(&mut self);
    }

    #[derive(Serialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub(super) enum CacheControl {
        Ephemeral,
    }

    #[derive(Serialize)]
    pub(super) struct System<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        text: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<CacheControl>,
    }

    impl<'a> System<'a> {
        pub(super) fn text(text: Cow<'a, str>) -> Self {
            Self { kind: "text", text, cache_control: None }
        }
    }

    impl Cached for System<'_> {
        fn mark(&mut self) {
            self.cache_control = Some(CacheControl::Ephemeral);
        }
    }

    #[derive(Serialize)]
    pub(super) struct Tool<'a> {
        pub(super) name: &'a str,
        pub(super) description: &'a str,
        pub(super) input_schema: &'a RawValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) strict: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) cache_control: Option<CacheControl>,
    }

    impl Cached for Tool<'_> {
        fn mark(&mut self) {
            self.cache_control = Some(CacheControl::Ephemeral);
        }
    }

    #[derive(Serialize)]
    pub(super) struct ToolChoice<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) name: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) disable_parallel_tool_use: Option<bool>,
    }

    #[derive(Serialize)]
    pub(super) struct OutputConfig<'a> {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) effort: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) format: Option<Format<'a>>,
    }

    #[derive(Serialize)]
    pub(super) struct Format<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        pub(super) schema: &'a RawValue,
    }

    #[derive(Serialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub(super) enum Block<'a> {
        Text {
            text: Cow<'a, str>,
        },
        Image {
            source: Source<'a>,
        },
        Document {
            source: Source<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            title: Option<&'a str>,
        },
        ToolUse {
            id: Cow<'a, str>,
            name: &'a str,
            input: Arguments<'a>,
        },
        ToolResult {
            tool_use_id: Cow<'a, str>,
            content: &'a str,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            is_error: bool,
        },
    }

    #[derive(Serialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub(super) enum Source<'a> {
        Url { url: &'a str },
        Base64 { media_type: &'a str, data: Cow<'a, str> },
        Text { media_type: &'static str, data: &'a str },
    }
}
