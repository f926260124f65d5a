//! A request as the body of Converse. The model stands in the address.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::family::{Choice, Family};
use super::media::{self, Names};
use crate::provider::claude::{self, Plan};
use crate::provider::turns::{self, Arguments, Block};
use crate::provider::{ProviderError, body};
use crate::request::{Mode, Reasoning, Request};

/// Writes the body.
pub(super) fn body(request: &Request) -> Result<Vec<u8>, ProviderError> {
    let request = &*with_tools_in_place(request);
    if own_config(request).is_some_and(|config| config.contains_key("toolChoice")) {
        return Err(ProviderError::encode(
            "`toolConfig.toolChoice` cannot be set with `extra`: the request sets it itself",
        ));
    }
    let family = Family::of(&request.model);
    let plan = plan(request, family)?;
    let with_tools = request.mode.uses_tools();
    let forced = matches!(family.choice(&plan), Choice::Named | Choice::Any);
    let asked = with_tools && (!forced || has_own_tools(request));
    let demand = asked.then(|| turns::demand(request));
    let mut names = Names::default();
    let ours = wire::Body {
        system: cached(
            turns::system(request, demand)?.into_iter().map(wire::System::Text).collect(),
            wire::System::CachePoint(wire::CachePoint::DEFAULT),
            request,
        ),
        messages: turns::turns(request, plan.thinks, |said| block(said, &mut names, family))?,
        tool_config: with_tools.then(|| tool_config(request, family.choice(&plan))),
        inference_config: inference_config(request, &plan),
        additional_model_request_fields: additional(&plan),
        output_config: (request.mode == Mode::JsonSchema).then(|| output_config(request)),
    };
    body::write(&ours, request, &["outputConfig"])
}

fn plan(request: &Request, family: Family) -> Result<Plan, ProviderError> {
    let options = &request.options;
    match options.reasoning {
        Some(reasoning) if family != Family::Claude && reasoning != Reasoning::Off => {
            Err(ProviderError::encode(
                "how much this model reasons is not known by one word; set it with `extra` in \
                 `additionalModelRequestFields`",
            ))
        }
        _ => {
            let fields = options.extra.get("additionalModelRequestFields");
            let mut plan = claude::plan(request, fields.and_then(|fields| fields.get("thinking")))?;
            if family != Family::Claude {
                (plan.thinking, plan.effort) = (None, None);
            }
            Ok(plan)
        }
    }
}

fn own_config(request: &Request) -> Option<&Map<String, Value>> {
    request.options.extra.get("toolConfig")?.as_object()
}

fn has_own_tools(request: &Request) -> bool {
    own_config(request).is_some_and(|config| config.contains_key("tools"))
}

/// Tools of the user that stand where other services have them.
fn with_tools_in_place(request: &Request) -> Cow<'_, Request> {
    if !request.options.extra.contains_key("tools") {
        return Cow::Borrowed(request);
    }
    let mut request = request.clone();
    let extra = &mut request.options.extra;
    if let Some(tools) = extra.shift_remove("tools") {
        let config = extra.entry("toolConfig").or_insert_with(|| json!({}));
        match (config.get_mut("tools"), tools) {
            (Some(Value::Array(all)), Value::Array(mut tools)) => all.append(&mut tools),
            (_, tools) => {
                if let Some(config) = config.as_object_mut() {
                    config.insert("tools".into(), tools);
                }
            }
        }
    }
    Cow::Owned(request)
}

/// Everything up to a cache point is kept in the cache.
fn cached<T>(mut list: Vec<T>, point: T, request: &Request) -> Vec<T> {
    if request.options.cache && !list.is_empty() {
        list.push(point);
    }
    list
}

fn tool_config(request: &Request, choice: Choice) -> wire::ToolConfig<'static> {
    let strict = (request.mode == Mode::ToolsStrict).then_some(true);
    let tools = request.tools().map(|tool| {
        wire::Tool::ToolSpec(wire::ToolSpec {
            name: &tool.name,
            description: &tool.description,
            input_schema: wire::InputSchema { json: &tool.json },
            strict,
        })
    });
    let point = wire::Tool::CachePoint(wire::CachePoint::DEFAULT);
    let only = request.only_tool().filter(|_| !has_own_tools(request));
    let tool_choice = match (choice, only) {
        (Choice::Named, Some(tool)) => wire::ToolChoice::Tool { name: &tool.name },
        (Choice::Named | Choice::Any, _) => wire::ToolChoice::Any {},
        (Choice::Auto, _) => wire::ToolChoice::Auto {},
    };
    wire::ToolConfig { tools: cached(tools.collect(), point, request), tool_choice }
}

/// A budget is a part of the longest answer, which must be told then.
fn inference_config(request: &Request, plan: &Plan) -> Option<wire::InferenceConfig> {
    let options = &request.options;
    let needed = matches!(plan.thinking, Some(claude::Thinking::Enabled { .. }));
    let max_tokens = options.max_tokens.or_else(|| needed.then_some(plan.max_tokens));
    let temperature = options.temperature;
    (max_tokens.is_some() || temperature.is_some())
        .then_some(wire::InferenceConfig { max_tokens, temperature })
}

fn additional(plan: &Plan) -> Option<wire::Additional> {
    let output_config = plan.effort.map(|effort| wire::Effort { effort });
    (plan.thinking.is_some() || output_config.is_some())
        .then_some(wire::Additional { thinking: plan.thinking, output_config })
}

fn output_config(request: &Request) -> wire::OutputConfig<'static> {
    let rendered = request.rendered;
    let json_schema = wire::JsonSchema {
        schema: rendered.json.get(),
        name: &rendered.name,
        description: &rendered.description,
    };
    let structure = wire::Structure { json_schema };
    wire::OutputConfig { text_format: wire::TextFormat { kind: "json_schema", structure } }
}

fn block<'a>(
    block: Block<'a>,
    names: &mut Names,
    family: Family,
) -> Result<wire::Block<'a>, ProviderError> {
    Ok(match block {
        Block::Text(text) => wire::Block::Text(text),
        Block::Media(media) => media::block(media, names)?,
        Block::Call { id, name, arguments } => {
            wire::Block::ToolUse { tool_use_id: id, name, input: Arguments(arguments) }
        }
        Block::Result { id, text, is_error } => wire::Block::ToolResult {
            tool_use_id: id,
            content: [wire::Text { text }],
            status: (is_error && family.knows_status()).then_some("error"),
        },
    })
}

pub(super) mod wire {
    use std::borrow::Cow;

    use serde::Serialize;
    use serde_json::value::RawValue;

    use crate::provider::claude::Thinking;
    use crate::provider::turns::{Arguments, Turn};

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Body<'a> {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub(super) system: Vec<System<'a>>,
        pub(super) messages: Vec<Turn<'a, Block<'a>>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tool_config: Option<ToolConfig<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) inference_config: Option<InferenceConfig>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) additional_model_request_fields: Option<Additional>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) output_config: Option<OutputConfig<'a>>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) enum System<'a> {
        Text(Cow<'a, str>),
        CachePoint(CachePoint),
    }

    #[derive(Serialize)]
    pub(super) struct CachePoint {
        #[serde(rename = "type")]
        kind: &'static str,
    }

    impl CachePoint {
        pub(super) const DEFAULT: Self = Self { kind: "default" };
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct ToolConfig<'a> {
        pub(super) tools: Vec<Tool<'a>>,
        pub(super) tool_choice: ToolChoice<'a>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) enum Tool<'a> {
        ToolSpec(ToolSpec<'a>),
        CachePoint(CachePoint),
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct ToolSpec<'a> {
        pub(super) name: &'a str,
        pub(super) description: &'a str,
        pub(super) input_schema: InputSchema<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) strict: Option<bool>,
    }

    #[derive(Serialize)]
    pub(super) struct InputSchema<'a> {
        pub(super) json: &'a RawValue,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) enum ToolChoice<'a> {
        Tool { name: &'a str },
        Any {},
        Auto {},
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct InferenceConfig {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) max_tokens: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) temperature: Option<f64>,
    }

    /// What the Claude models take beside Converse, in their own spelling.
    #[derive(Serialize)]
    pub(super) struct Additional {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) thinking: Option<Thinking>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) output_config: Option<Effort>,
    }

    #[derive(Serialize)]
    pub(super) struct Effort {
        pub(super) effort: &'static str,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct OutputConfig<'a> {
        pub(super) text_format: TextFormat<'a>,
    }

    #[derive(Serialize)]
    pub(super) struct TextFormat<'a> {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
        pub(super) structure: Structure<'a>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub(super) struct Structure<'a> {
        pub(super) json_schema: JsonSchema<'a>,
    }

    /// The schema is text with JSON in it.
    #[derive(Serialize)]
    pub(super) struct JsonSchema<'a> {
        pub(super) schema: &'a str,
        pub(super) name: &'a str,
        pub(super) description: &'a str,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
    pub(in crate::provider::bedrock) enum Block<'a> {
        Text(Cow<'a, str>),
        Image {
            format: &'static str,
            source: Source,
        },
        Document {
            format: &'static str,
            name: String,
            source: Source,
        },
        ToolUse {
            tool_use_id: Cow<'a, str>,
            name: &'a str,
            input: Arguments<'a>,
        },
        ToolResult {
            tool_use_id: Cow<'a, str>,
            content: [Text<'a>; 1],
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<&'static str>,
        },
    }

    #[derive(Serialize)]
    pub(in crate::provider::bedrock) struct Source {
        pub(in crate::provider::bedrock) bytes: String,
    }

    #[derive(Serialize)]
    pub(in crate::provider::bedrock) struct Text<'a> {
        pub(in crate::provider::bedrock) text: &'a str,
    }
}
