//! Which services have a batch API, and what they take: a row for each.

use std::time::Duration;

use instructor_core::Client;
use instructor_core::provider::Service;

use super::calls::Calls;
use super::openai::{self, AZURE, DASHSCOPE, OPENAI, TOGETHER};
use super::{JobError, Limits, SharedProvider, anthropic, gemini, mistral};

/// A service with a batch API.
struct Row {
    /// The name of the service.
    name: &'static str,
    limits: Limits,
    connect: fn(Connection) -> Result<SharedProvider, JobError>,
}

/// What a batch provider is made of.
pub(super) struct Connection {
    /// The name of the service.
    pub(super) name: String,
    /// How it is called.
    pub(super) calls: Calls,
    /// Where a single request goes.
    pub(super) url: String,
    /// What it takes.
    pub(super) limits: Limits,
}

const MB: u64 = 1_000_000;
const GB: u64 = 1_000 * MB;

/// What `OpenAI` takes. It says nothing of the size of a line.
const USUAL: Limits = Limits {
    lines: 50_000,
    bytes: 200 * MB,
    line_bytes: 200 * MB,
    queued_tokens: None,
    jobs: 50,
    poll: Duration::from_secs(15),
};

/// What a service says that it takes; where it says nothing, what `OpenAI` takes.
const ROWS: &[Row] = &[
    Row { name: "openai", limits: USUAL, connect: compatible },
    Row { name: "openai-responses", limits: USUAL, connect: compatible },
    Row {
        name: "azure",
        limits: Limits { poll: Duration::from_secs(60), ..USUAL },
        connect: |connection| openai::connect(connection, &AZURE),
    },
    Row {
        name: "anthropic",
        limits: Limits {
            lines: 100_000,
            // Its MB are of 1024 kB; a little is left for what stands around the lines.
            bytes: 256 * MB,
            line_bytes: 32 * MB,
            ..USUAL
        },
        connect: anthropic::connect,
    },
    Row {
        name: "google",
        limits: Limits { lines: 1_000_000, bytes: 2 * GB, jobs: 100, ..USUAL },
        connect: gemini::connect,
    },
    Row {
        name: "mistral",
        limits: Limits { lines: 1_000_000, bytes: 500 * MB, line_bytes: 500 * MB, ..USUAL },
        connect: mistral::connect,
    },
    Row {
        name: "groq",
        limits: Limits { bytes: 100 * MB, line_bytes: 100 * MB, ..USUAL },
        connect: compatible,
    },
    Row {
        name: "together",
        limits: Limits {
            bytes: 100 * MB,
            line_bytes: 100 * MB,
            queued_tokens: Some(30_000_000_000),
            poll: Duration::from_secs(30),
            ..USUAL
        },
        connect: |connection| openai::connect(connection, &TOGETHER),
    },
    Row {
        name: "dashscope",
        limits: Limits { bytes: 500 * MB, line_bytes: 500 * MB, ..USUAL },
        connect: |connection| openai::connect(connection, &DASHSCOPE),
    },
    Row { name: "litellm", limits: USUAL, connect: compatible },
    Row { name: "vllm", limits: USUAL, connect: compatible },
    Row { name: "sglang", limits: USUAL, connect: compatible },
    OTHER,
    Row {
        name: "offline",
        limits: Limits { poll: Duration::from_millis(20), ..USUAL },
        connect: compatible,
    },
];

/// Any other server, and services that users have described themselves.
const OTHER: Row = Row { name: "compatible", limits: USUAL, connect: compatible };

fn compatible(connection: Connection) -> Result<SharedProvider, JobError> {
    openai::connect(connection, &OPENAI)
}

/// The batch API of the service that a client asks, at the same address and with the same key.
///
/// # Errors
/// If the client cannot write a request, or its service has no batch API.
pub fn connect(client: &Client) -> Result<SharedProvider, JobError> {
    let name = client.provider();
    let row = ROWS.iter().find(|row| row.name == name);
    let row = row.or_else(|| Service::find(name).is_none().then_some(&OTHER));
    let row = row.ok_or_else(|| unsupported(name))?;
    let (calls, url) = Calls::of(client)?;
    (row.connect)(Connection { name: name.to_owned(), calls, url, limits: row.limits })
}

impl Connection {
    /// What is said where the address of a single request is none that batches are made for.
    pub(super) fn unsupported(&self) -> JobError {
        unsupported(&self.name)
    }
}

fn unsupported(name: &str) -> JobError {
    JobError::Unsupported {
        provider: format!("`{name}`"),
        what: "take batches: it has no batch API that is known; ask it row by row with `Engine::Online`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(model: &str) -> Client {
        let builder = Client::builder().model(model).api_key("sk-test-5ecret5ecret5ecret");
        builder.base_url("https://host.test/v1").build().unwrap()
    }

    #[test]
    fn every_row_connects_and_prints_no_key() {
        for row in ROWS {
            let client = match row.name {
                "offline" => Client::offline(),
                name => client(&format!("{name}/model")),
            };
            let provider = connect(&client).unwrap_or_else(|error| panic!("{}: {error}", row.name));
            assert_eq!(provider.name(), row.name);
            assert_eq!(provider.limits(), row.limits);
            assert!(!format!("{provider:?}").contains("5ecret"), "{}", row.name);
        }
    }

    #[test]
    fn a_service_without_batches_says_the_way_out() {
        for name in ["deepseek", "ollama", "xai", "cohere"] {
            let error = connect(&client(&format!("{name}/model"))).unwrap_err();
            assert!(matches!(error, JobError::Unsupported { .. }), "{name}");
            assert!(error.to_string().contains("`Engine::Online`"), "{error}");
        }
    }
}
