//! Services on the internet, which want a key.
//!
//! Facts are those of the service's own reference where it has one; what a service does not say it
//! enforces is not offered as strict.

use std::sync::Arc;

use super::{ANY, LOOSE_TOOLS, SCHEMA_FIRST};
use crate::provider::endpoint::completed;
use crate::provider::{
    Content, Envelope, MediaForm, OpenAi, Provider, ProviderError, Quirks, ReasoningForm, Service,
    Setup, Takes, ToolChoice,
};
use crate::request::Mode;
use crate::schema::Dialect;

/// A service with a key.
const KEYED: Service = Service {
    needs_key: true,
    modes: LOOSE_TOOLS,
    quirks: Quirks { reasoning: ReasoningForm::Effort(LOW_TO_HIGH), ..Quirks::COMPATIBLE },
    ..ANY
};

const NONE_TO_HIGH: &[&str] = &["none", "low", "medium", "high"];
const LOW_TO_HIGH: &[&str] = &["low", "medium", "high"];

/// Text that is kept to JSON first: the models reason, and then refuse to be told to call a tool.
const JSON_FIRST: &[Mode] = &[Mode::Json, Mode::Tools, Mode::MarkdownJson, Mode::Parallel];

/// Pictures that the service does not load itself.
const IMAGE_BYTES: Content = Content { images: Takes::Bytes, ..Content::TEXT };

/// One row for each service, the best known first.
pub(in crate::provider) static SERVICES: &[Service] = &[
    Service {
        name: "mistral",
        title: "Mistral",
        base_url: "https://api.mistral.ai/v1",
        key_variables: &["MISTRAL_API_KEY"],
        modes: ANY.modes,
        content: Content { images: Takes::Both, audio: Takes::Both, documents: Takes::Both },
        quirks: Quirks {
            seed: Some("random_seed"),
            tool_choice: ToolChoice::Any,
            parallel_tool_calls: true,
            call_id_length: Some(9),
            strict: &Dialect::MISTRAL_STRICT,
            reasoning: ReasoningForm::Effort(&["none", "high"]),
            media: MediaForm::Mistral,
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "groq",
        title: "Groq",
        base_url: "https://api.groq.com/openai/v1",
        key_variables: &["GROQ_API_KEY"],
        modes: ANY.modes,
        quirks: Quirks {
            max_tokens: "max_completion_tokens",
            parallel_tool_calls: true,
            reasoning: ReasoningForm::Effort(NONE_TO_HIGH),
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "openrouter",
        title: "OpenRouter",
        base_url: "https://openrouter.ai/api/v1",
        key_variables: &["OPENROUTER_API_KEY"],
        modes: ANY.modes,
        content: Content { images: Takes::Both, audio: Takes::Bytes, documents: Takes::Both },
        quirks: Quirks {
            parallel_tool_calls: true,
            reasoning: ReasoningForm::OPENAI,
            audio_formats: &["wav", "mp3", "flac", "m4a", "ogg", "aiff", "aac"],
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "deepseek",
        title: "DeepSeek",
        base_url: "https://api.deepseek.com",
        key_variables: &["DEEPSEEK_API_KEY"],
        modes: JSON_FIRST,
        content: Content::TEXT,
        quirks: Quirks {
            seed: None,
            tool_choice: ToolChoice::Auto,
            reasoning: ReasoningForm::Thinking(LOW_TO_HIGH),
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "xai",
        title: "xAI",
        base_url: "https://api.x.ai/v1",
        key_variables: &["XAI_API_KEY"],
        quirks: Quirks {
            max_tokens: "max_completion_tokens",
            strict: &Dialect::XAI_STRICT,
            reasoning: ReasoningForm::Effort(NONE_TO_HIGH),
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "together",
        title: "Together AI",
        base_url: "https://api.together.xyz/v1",
        key_variables: &["TOGETHER_API_KEY"],
        quirks: Quirks { shows_schema: false, ..KEYED.quirks },
        ..KEYED
    },
    Service {
        name: "fireworks",
        title: "Fireworks AI",
        base_url: "https://api.fireworks.ai/inference/v1",
        key_variables: &["FIREWORKS_API_KEY"],
        quirks: Quirks {
            shows_schema: false,
            parallel_tool_calls: true,
            reasoning: ReasoningForm::Effort(NONE_TO_HIGH),
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "cerebras",
        title: "Cerebras",
        base_url: "https://api.cerebras.ai/v1",
        key_variables: &["CEREBRAS_API_KEY"],
        modes: ANY.modes,
        // `parallel_tool_calls` is in its types, and refused by some of its models.
        quirks: Quirks {
            max_tokens: "max_completion_tokens",
            strict: &Dialect::CEREBRAS_STRICT,
            ..KEYED.quirks
        },
        ..KEYED
    },
    Service {
        name: "perplexity",
        title: "Perplexity",
        base_url: "https://api.perplexity.ai",
        key_variables: &["PERPLEXITY_API_KEY"],
        modes: &[Mode::JsonSchema, Mode::MarkdownJson],
        quirks: Quirks {
            seed: None,
            envelope: Envelope::Bare,
            reasoning: ReasoningForm::Effort(&["minimal", "low", "medium", "high"]),
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "sambanova",
        title: "SambaNova",
        base_url: "https://api.sambanova.ai/v1",
        base_url_variables: &["SAMBANOVA_BASE_URL"],
        key_variables: &["SAMBANOVA_API_KEY"],
        content: IMAGE_BYTES,
        quirks: Quirks { envelope: Envelope::NotStrict, ..KEYED.quirks },
        ..KEYED
    },
    Service {
        name: "deepinfra",
        title: "DeepInfra",
        base_url: "https://api.deepinfra.com/v1/openai",
        key_variables: &["DEEPINFRA_API_KEY", "DEEPINFRA_API_TOKEN", "DEEPINFRA_TOKEN"],
        modes: SCHEMA_FIRST,
        quirks: Quirks {
            tool_choice: ToolChoice::Auto,
            shows_schema: false,
            reasoning: ReasoningForm::Effort(NONE_TO_HIGH),
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "nvidia",
        title: "NVIDIA NIM",
        base_url: "https://integrate.api.nvidia.com/v1",
        base_url_variables: &["NVIDIA_BASE_URL"],
        key_variables: &["NVIDIA_API_KEY"],
        ..KEYED
    },
    Service {
        name: "databricks",
        title: "Databricks",
        base_url_variables: &["DATABRICKS_HOST"],
        key_variables: &["DATABRICKS_TOKEN", "DATABRICKS_API_KEY"],
        connect: databricks,
        ..KEYED
    },
    Service {
        name: "moonshot",
        aliases: &["kimi"],
        title: "Moonshot",
        base_url: "https://api.moonshot.ai/v1",
        base_url_variables: &["MOONSHOT_BASE_URL"],
        key_variables: &["MOONSHOT_API_KEY"],
        modes: &[Mode::Json, Mode::JsonSchema, Mode::Tools, Mode::MarkdownJson, Mode::Parallel],
        content: IMAGE_BYTES,
        quirks: Quirks {
            max_tokens: "max_completion_tokens",
            seed: None,
            tool_choice: ToolChoice::Auto,
            envelope: Envelope::Named,
            reasoning: ReasoningForm::Thinking(&["low", "high"]),
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "zai",
        aliases: &["zhipu"],
        title: "Z.ai",
        base_url: "https://api.z.ai/api/paas/v4",
        base_url_variables: &["ZAI_BASE_URL"],
        key_variables: &["ZAI_API_KEY", "ZHIPU_API_KEY", "ZHIPUAI_API_KEY"],
        modes: JSON_FIRST,
        quirks: Quirks {
            seed: None,
            tool_choice: ToolChoice::Auto,
            reasoning: ReasoningForm::Thinking(&[]),
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "dashscope",
        aliases: &["qwen"],
        title: "Alibaba DashScope",
        base_url: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        base_url_variables: &["DASHSCOPE_BASE_URL"],
        key_variables: &["DASHSCOPE_API_KEY"],
        quirks: Quirks {
            tool_choice: ToolChoice::NamedOnly,
            parallel_tool_calls: true,
            reasoning: ReasoningForm::EnableThinking,
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "huggingface",
        title: "Hugging Face router",
        base_url: "https://router.huggingface.co/v1",
        key_variables: &["HF_TOKEN", "HUGGINGFACE_API_KEY"],
        quirks: Quirks::COMPATIBLE,
        ..KEYED
    },
    Service {
        name: "writer",
        title: "Writer",
        base_url: "https://api.writer.com/v1",
        base_url_variables: &["WRITER_BASE_URL"],
        key_variables: &["WRITER_API_KEY"],
        modes: &[Mode::JsonSchema, Mode::Tools, Mode::MarkdownJson, Mode::Parallel],
        quirks: Quirks {
            path: "/chat",
            seed: None,
            tool_choice: ToolChoice::NamedOnly,
            envelope: Envelope::Bare,
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
];

/// The workspace's address is what users have; completions are made below `/serving-endpoints`.
fn databricks(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Some(workspace) = &setup.base_url else {
        return Err(ProviderError::encode(
            "the address of the workspace is missing: set DATABRICKS_HOST or `base_url`",
        ));
    };
    let base_url = Some(completed(workspace, "https", "/serving-endpoints"));
    OpenAi::connect(service, Setup { base_url, ..setup })
}
