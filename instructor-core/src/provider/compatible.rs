//! The services that speak `OpenAI`'s chat completions, as data.

/// One service: where it is, which key it wants, and what it does differently.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// The name, as it stands before the `/` of `openai/gpt-4.1-mini`.
    pub name: &'static str,
    /// Where it is, up to and without `/chat/completions`; empty if the user must say.
    pub base_url: &'static str,
    /// The environment variable that moves it elsewhere; empty if there is none.
    pub base_url_variable: &'static str,
    /// The environment variable that holds the key; empty if it wants none.
    pub key_variable: &'static str,
    /// The property that limits the length of the answer.
    pub max_tokens: &'static str,
    /// It knows `parallel_tool_calls`.
    pub parallel_tool_calls: bool,
}

impl Service {
    /// What most services that are not `OpenAI` understand.
    const COMPATIBLE: Self = Self {
        name: "compatible",
        base_url: "",
        base_url_variable: "",
        key_variable: "",
        max_tokens: "max_tokens",
        parallel_tool_calls: false,
    };

    /// The model built in: nothing is sent to its address.
    pub(crate) const OFFLINE: Self =
        Self { name: "offline", base_url: "http://offline.invalid/v1", ..Self::COMPATIBLE };

    /// The service of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        SERVICES.iter().find(|service| service.name == name)
    }
}

/// All known services. `compatible` is any other: a base URL, and a key if it wants one.
pub static SERVICES: &[Service] = &[
    Service {
        name: "openai",
        base_url: "https://api.openai.com/v1",
        base_url_variable: "OPENAI_BASE_URL",
        key_variable: "OPENAI_API_KEY",
        // `max_tokens` is refused by its reasoning models.
        max_tokens: "max_completion_tokens",
        parallel_tool_calls: true,
    },
    Service {
        name: "groq",
        base_url: "https://api.groq.com/openai/v1",
        key_variable: "GROQ_API_KEY",
        max_tokens: "max_completion_tokens",
        parallel_tool_calls: true,
        ..Service::COMPATIBLE
    },
    Service {
        name: "together",
        base_url: "https://api.together.xyz/v1",
        key_variable: "TOGETHER_API_KEY",
        ..Service::COMPATIBLE
    },
    Service {
        name: "deepseek",
        base_url: "https://api.deepseek.com/v1",
        key_variable: "DEEPSEEK_API_KEY",
        ..Service::COMPATIBLE
    },
    Service {
        name: "openrouter",
        base_url: "https://openrouter.ai/api/v1",
        key_variable: "OPENROUTER_API_KEY",
        ..Service::COMPATIBLE
    },
    Service { name: "ollama", base_url: "http://localhost:11434/v1", ..Service::COMPATIBLE },
    Service::OFFLINE,
    Service::COMPATIBLE,
];

#[cfg(test)]
mod tests {
    use super::SERVICES;

    #[test]
    fn names_are_unique_and_addresses_have_no_tail() {
        for (i, service) in SERVICES.iter().enumerate() {
            assert!(SERVICES[..i].iter().all(|other| other.name != service.name));
            assert!(!service.base_url.ends_with('/'));
            assert!(service.base_url.is_empty() || service.base_url.starts_with("http"));
        }
    }
}
