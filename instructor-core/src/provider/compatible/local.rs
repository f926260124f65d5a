//! Servers of one's own, which seldom want a key.

use std::sync::Arc;

use super::{ANY, LOOSE_TOOLS, SCHEMA_FIRST};
use crate::provider::{
    Content, Envelope, OpenAi, Provider, ProviderError, Quirks, ReasoningForm, Service, Setup,
    Takes, ToolChoice, ollama,
};
use crate::request::Mode;
use crate::schema::Dialect;

/// A server that may be anywhere; a key is sent if there is one.
const LOCAL: Service = Service { modes: LOOSE_TOOLS, quirks: QUIRKS, ..ANY };

/// A schema becomes a grammar, and the model does not see it.
const QUIRKS: Quirks = Quirks { shows_schema: false, ..Quirks::COMPATIBLE };

/// One row for each server.
pub(in crate::provider) static SERVICES: &[Service] = &[
    Service {
        name: "ollama",
        title: "Ollama, OpenAI's wire",
        base_url: "http://localhost:11434/v1",
        base_url_variables: &["OLLAMA_HOST"],
        key_variables: &["OLLAMA_API_KEY"],
        modes: SCHEMA_FIRST,
        content: Content { images: Takes::Bytes, audio: Takes::Bytes, ..Content::TEXT },
        quirks: Quirks {
            tool_choice: ToolChoice::Auto,
            strict: &Dialect::OLLAMA,
            envelope: Envelope::Named,
            reasoning: ReasoningForm::OPENAI,
            ..QUIRKS
        },
        connect: ollama,
        ..LOCAL
    },
    Service {
        name: "lmstudio",
        title: "LM Studio",
        base_url: "http://localhost:1234/v1",
        base_url_variables: &["LMSTUDIO_BASE_URL"],
        key_variables: &["LM_API_TOKEN"],
        modes: &[Mode::JsonSchema, Mode::Tools, Mode::MarkdownJson, Mode::Parallel],
        content: Content { images: Takes::Bytes, ..Content::TEXT },
        quirks: Quirks { tool_choice: ToolChoice::Required, ..QUIRKS },
        ..LOCAL
    },
    Service {
        name: "vllm",
        title: "vLLM",
        base_url: "http://localhost:8000/v1",
        base_url_variables: &["VLLM_BASE_URL"],
        key_variables: &["VLLM_API_KEY"],
        content: Content { audio: Takes::Bytes, ..Content::IMAGES },
        quirks: Quirks {
            parallel_tool_calls: true,
            reasoning: ReasoningForm::Effort(&["none", "low", "medium", "high"]),
            ..QUIRKS
        },
        ..LOCAL
    },
    Service {
        name: "sglang",
        title: "SGLang",
        base_url: "http://localhost:30000/v1",
        base_url_variables: &["SGLANG_BASE_URL"],
        key_variables: &["SGLANG_API_KEY"],
        quirks: Quirks { reasoning: ReasoningForm::Effort(&["low", "medium", "high"]), ..QUIRKS },
        ..LOCAL
    },
    Service {
        name: "llamacpp",
        title: "llama.cpp server",
        base_url: "http://localhost:8080/v1",
        base_url_variables: &["LLAMACPP_BASE_URL"],
        key_variables: &["LLAMA_API_KEY"],
        modes: SCHEMA_FIRST,
        content: Content { audio: Takes::Bytes, ..Content::IMAGES },
        quirks: Quirks {
            // A name is silently read as `"auto"`.
            tool_choice: ToolChoice::Required,
            parallel_tool_calls: true,
            ..QUIRKS
        },
        ..LOCAL
    },
    Service {
        name: "tgi",
        title: "Text Generation Inference",
        base_url: "http://localhost:8080/v1",
        base_url_variables: &["TGI_BASE_URL"],
        key_variables: &["TGI_API_KEY"],
        // Its `json_object` wants a schema, and a grammar makes it call one tool and once.
        modes: &[Mode::Tools, Mode::JsonSchema, Mode::MarkdownJson],
        quirks: Quirks { envelope: Envelope::Named, ..QUIRKS },
        ..LOCAL
    },
    Service {
        name: "litellm",
        title: "LiteLLM proxy",
        base_url: "http://localhost:4000/v1",
        base_url_variables: &["LITELLM_PROXY_API_BASE"],
        key_variables: &["LITELLM_PROXY_API_KEY", "LITELLM_API_KEY"],
        modes: ANY.modes,
        content: Content { images: Takes::Both, audio: Takes::Bytes, documents: Takes::Bytes },
        quirks: ANY.quirks,
        ..LOCAL
    },
];

/// `OLLAMA_HOST` names a host, perhaps a port, and no version.
fn ollama(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let base_url = setup.base_url.map(|url| ollama::address(&url, "/v1"));
    OpenAi::connect(service, Setup { base_url, ..setup })
}
