//! A request as the body of a response to be made, written in one pass.

use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::items;
use crate::media::{Media, MediaKind, Source};
use crate::prompt;
use crate::provider::effort::{SCALE, level};
use crate::provider::openai::takes_parallel_tool_calls;
use crate::provider::said::{self, Call, Function, Said};
use crate::provider::{ProviderError, body};
use crate::request::{Mode, Part, Request};
use crate::schema::Rendered;

/// What would change how the answer is read or when it is there.
const RESERVED: &[&str] = &["stream", "stream_options", "background"];

/// Writes the body.
pub(super) fn body(request: &Request) -> Result<Vec<u8>, ProviderError> {
    let refused = |message| Err(ProviderError::encode(message));
    if request.options.extra.contains_key("conversation") {
        return refused(
            "`conversation` cannot be set with `extra`: a question that is asked again would stand in it twice; set `previous_response_id`",
        );
    }
    body::write(&Body(request), request, RESERVED)
}

struct Body<'a>(&'a Request);

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request = self.0;
        let rendered = request.rendered;
        let options = &request.options;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("model", &request.model)?;
        map.serialize_entry("input", &Input(request))?;
        match request.mode {
            Mode::Tools | Mode::ToolsStrict | Mode::Parallel => {
                map.serialize_entry("tools", &Tools(request))?;
                map.serialize_entry("tool_choice", &choice(request))?;
                if takes_parallel_tool_calls(&request.model) {
                    let several = request.mode == Mode::Parallel;
                    map.serialize_entry("parallel_tool_calls", &several)?;
                }
            }
            Mode::JsonSchema => {
                let format = wire::Format::Schema {
                    name: &rendered.name,
                    description: &rendered.description,
                    schema: &rendered.json,
                    strict: true,
                };
                map.serialize_entry("text", &wire::Text { format })?;
            }
            Mode::Json => {
                map.serialize_entry("text", &wire::Text { format: wire::Format::Object })?;
            }
            Mode::MarkdownJson => {}
        }
        if let Some(temperature) = options.temperature {
            map.serialize_entry("temperature", &temperature)?;
        }
        if let Some(max_tokens) = options.max_tokens {
            map.serialize_entry("max_output_tokens", &max_tokens)?;
        }
        if let Some(reasoning) = options.reasoning {
            map.serialize_entry("reasoning", &wire::Reasoning { effort: SCALE[level(reasoning)] })?;
        }
        map.end()
    }
}

struct Tools<'a>(&'a Request);

impl Serialize for Tools<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Left out, it is taken for `true`.
        let strict = self.0.mode.is_strict();
        serializer.collect_seq(self.0.tools().map(|tool| wire::Tool {
            kind: "function",
            name: &tool.name,
            description: &tool.description,
            parameters: &tool.json,
            strict,
        }))
    }
}

/// How the model is told to call a tool. The user's own tools may have to be called before ours.
fn choice(request: &Request) -> wire::Choice<'static> {
    match request.only_tool().filter(|_| !request.options.extra.contains_key("tools")) {
        Some(Rendered { name, .. }) => wire::Choice::Named { kind: "function", name },
        None => wire::Choice::Word("required"),
    }
}

/// All items. The instruction is one of them and not `instructions`: the word JSON, without which
/// the service refuses to answer in JSON, counts only there.
struct Input<'a>(&'a Request);

impl Serialize for Input<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let request = self.0;
        let mut seq = serializer.serialize_seq(None)?;
        let stored = request.options.extra.get("store") != Some(&Value::Bool(false));
        for said in said::all(request, prompt::first(request)) {
            match said {
                Said::Text(role, text) => {
                    seq.serialize_element(&wire::Item::text(role, &text))?;
                }
                Said::Parts(role, parts) => {
                    let content = content(role, parts);
                    seq.serialize_element(&wire::Item::Message { role, content })?;
                }
                Said::Answer { native: Some(native), .. } => {
                    for item in items::sendable(native, stored).map_err(S::Error::custom)? {
                        seq.serialize_element(&item)?;
                    }
                }
                Said::Answer { native: None, content, calls } => {
                    if let Some(content) = content {
                        seq.serialize_element(&wire::Item::text("assistant", content))?;
                    }
                    for Call { id, function: Function { name, arguments }, .. } in &calls {
                        seq.serialize_element(&wire::Item::Call { call_id: id, name, arguments })?;
                    }
                }
                Said::Result { id, text, .. } => {
                    seq.serialize_element(&wire::Item::Result { call_id: &id, output: text })?;
                }
            }
        }
        seq.end()
    }
}

fn content<'a>(role: &str, parts: &'a [Part]) -> wire::Content<'a> {
    match parts {
        [Part::Text(text)] => wire::Content::Text(text),
        parts => wire::Content::Parts(parts.iter().map(|each| part(role, each)).collect()),
    }
}

fn part<'a>(role: &str, part: &'a Part) -> wire::Part<'a> {
    match part {
        Part::Text(text) if role == "assistant" => wire::Part::Output { text },
        Part::Text(text) => wire::Part::Text { text },
        Part::Media(media) if media.kind == MediaKind::Image => {
            wire::Part::Image { image_url: media.url() }
        }
        Part::Media(media) => match &media.source {
            Source::Url(url) => wire::Part::FileAt { file_url: url },
            Source::Bytes(_) => {
                wire::Part::File { filename: file_name(media), file_data: media.url() }
            }
        },
    }
}

/// The service tells the type of a file by its name, too.
fn file_name(media: &Media) -> &str {
    match (&media.name, media.mime.as_str()) {
        (Some(name), _) => name,
        (None, "text/plain") => "document.txt",
        (None, "text/markdown") => "document.md",
        (None, "text/csv") => "document.csv",
        (None, "text/html") => "document.html",
        (None, "application/json") => "document.json",
        (None, _) => "document.pdf",
    }
}

mod wire {
    use serde::Serialize;
    use serde_json::value::RawValue;

    #[derive(Serialize)]
    #[serde(tag = "type")]
    pub(super) enum Item<'a> {
        #[serde(rename = "message")]
        Message { role: &'static str, content: Content<'a> },
        #[serde(rename = "function_call")]
        Call { call_id: &'a str, name: &'a str, arguments: &'a str },
        #[serde(rename = "function_call_output")]
        Result { call_id: &'a str, output: &'a str },
    }

    impl<'a> Item<'a> {
        pub(super) fn text(role: &'static str, text: &'a str) -> Self {
            Self::Message { role, content: Content::Text(text) }
        }
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Content<'a> {
        Text(&'a str),
        Parts(Vec<Part<'a>>),
    }

    #[derive(Serialize)]
    #[serde(tag = "type")]
    pub(super) enum Part<'a> {
        #[serde(rename = "input_text")]
        Text { text: &'a str },
        #[serde(rename = "output_text")]
        Output { text: &'a str },
        #[serde(rename = "input_image")]
        Image { image_url: String },
        #[serde(rename = "input_file")]
        File { filename: &'a str, file_data: String },
        #[serde(rename = "input_file")]
        FileAt { file_url: &'a str },
    }

    #[derive(Serialize)]
    pub(super) struct Tool<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        pub(super) name: &'a str,
        pub(super) description: &'a str,
        pub(super) parameters: &'a RawValue,
        pub(super) strict: bool,
    }

    #[derive(Serialize)]
    #[serde(untagged)]
    pub(super) enum Choice<'a> {
        Word(&'static str),
        Named {
            #[serde(rename = "type")]
            kind: &'static str,
            name: &'a str,
        },
    }

    #[derive(Serialize)]
    pub(super) struct Text<'a> {
        pub(super) format: Format<'a>,
    }

    #[derive(Serialize)]
    #[serde(tag = "type")]
    pub(super) enum Format<'a> {
        #[serde(rename = "json_schema")]
        Schema { name: &'a str, description: &'a str, schema: &'a RawValue, strict: bool },
        #[serde(rename = "json_object")]
        Object,
    }

    #[derive(Serialize)]
    pub(super) struct Reasoning {
        pub(super) effort: &'static str,
    }
}
