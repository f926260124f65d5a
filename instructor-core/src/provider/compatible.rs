//! The services that speak `OpenAI`'s chat completions, as data.

use super::{Content, OpenAi, Quirks, Service};
use crate::request::Mode;

/// What a row without a word of its own says.
pub(super) const ANY: Service = Service {
    name: "compatible",
    aliases: &[],
    title: "Any other server",
    base_url: "",
    base_url_variables: &[],
    key_variables: &[],
    needs_key: false,
    modes: &[
        Mode::Tools,
        Mode::ToolsStrict,
        Mode::JsonSchema,
        Mode::Json,
        Mode::MarkdownJson,
        Mode::Parallel,
    ],
    content: Content::IMAGES,
    quirks: Quirks::COMPATIBLE,
    connect: OpenAi::connect,
};

/// A service with a key.
const KEYED: Service = Service { needs_key: true, ..ANY };

/// The model built in: nothing is sent to its address.
pub(super) const OFFLINE: Service = Service {
    name: "offline",
    title: "The built-in model",
    base_url: "http://offline.invalid/v1",
    content: Content::TEXT,
    ..ANY
};

/// One row for each service.
pub(super) static SERVICES: &[Service] = &[
    Service {
        name: "groq",
        title: "Groq",
        base_url: "https://api.groq.com/openai/v1",
        key_variables: &["GROQ_API_KEY"],
        quirks: Quirks {
            max_tokens: "max_completion_tokens",
            parallel_tool_calls: true,
            ..Quirks::COMPATIBLE
        },
        ..KEYED
    },
    Service {
        name: "together",
        title: "Together AI",
        base_url: "https://api.together.xyz/v1",
        key_variables: &["TOGETHER_API_KEY"],
        ..KEYED
    },
    Service {
        name: "deepseek",
        title: "DeepSeek",
        base_url: "https://api.deepseek.com/v1",
        key_variables: &["DEEPSEEK_API_KEY"],
        ..KEYED
    },
    Service {
        name: "openrouter",
        title: "OpenRouter",
        base_url: "https://openrouter.ai/api/v1",
        key_variables: &["OPENROUTER_API_KEY"],
        ..KEYED
    },
    Service { name: "ollama", title: "Ollama", base_url: "http://localhost:11434/v1", ..ANY },
    OFFLINE,
    ANY,
];
