//! Real services, asked in every mode they have; only with `INSTRUCTOR_LIVE=1` and a key.
//!
//! `INSTRUCTOR_LIVE=1 cargo test -p instructor-core --test live -- --nocapture` says what was asked
//! and what was skipped. `INSTRUCTOR_LIVE_OPENAI=gpt-5-mini` asks another model: the name of the
//! service in capitals, with `_` for `-`.

use instructor_core::provider::{Service, services};
use instructor_core::{Client, Error, Extract, Mode};
use serde::Deserialize;

/// A person in the text.
#[derive(Debug, PartialEq, Deserialize, Extract)]
struct Person {
    /// First name only.
    name: String,
    #[extract(range(min = 0, max = 150))]
    age: u8,
}

const TEXT: &str = "Ada was born in London in 1815 and died there at the age of 36.";

/// A service, a cheap model of it, and what must be set to ask it: one of the variables.
struct Row {
    service: &'static str,
    model: &'static str,
    variables: &'static [&'static str],
}

/// One for each service. Without a model, there is none that everybody has: it is asked only if one
/// is named.
const ROWS: &[Row] = &[
    row("openai", "gpt-4.1-mini", &["OPENAI_API_KEY"]),
    row("openai-responses", "gpt-4.1-mini", &["OPENAI_API_KEY"]),
    row("anthropic", "claude-haiku-4-5", &["ANTHROPIC_API_KEY"]),
    row("google", "gemini-2.5-flash", &["GEMINI_API_KEY", "GOOGLE_API_KEY"]),
    row("mistral", "mistral-small-latest", &["MISTRAL_API_KEY"]),
    row("cohere", "command-a-03-2025", &["COHERE_API_KEY", "CO_API_KEY"]),
    row("bedrock", "", &["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"]),
    row("azure", "", &["AZURE_OPENAI_API_KEY"]),
    row("ollama-native", "", &[]),
    row("ollama", "", &[]),
    row("groq", "llama-3.3-70b-versatile", &["GROQ_API_KEY"]),
    row("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", &["TOGETHER_API_KEY"]),
    row("deepseek", "deepseek-chat", &["DEEPSEEK_API_KEY"]),
    row("openrouter", "openai/gpt-4.1-mini", &["OPENROUTER_API_KEY"]),
    row("vertex", "", &[]),
    row("vertex-express", "", &[]),
    row("xai", "", &[]),
    row("fireworks", "", &[]),
    row("cerebras", "", &[]),
    row("perplexity", "", &[]),
    row("sambanova", "", &[]),
    row("deepinfra", "", &[]),
    row("nvidia", "", &[]),
    row("databricks", "", &[]),
    row("moonshot", "", &[]),
    row("zai", "", &[]),
    row("dashscope", "", &[]),
    row("huggingface", "", &[]),
    row("writer", "", &[]),
    row("lmstudio", "", &[]),
    row("vllm", "", &[]),
    row("sglang", "", &[]),
    row("llamacpp", "", &[]),
    row("tgi", "", &[]),
    row("litellm", "", &[]),
];

const fn row(
    service: &'static str,
    model: &'static str,
    variables: &'static [&'static str],
) -> Row {
    Row { service, model, variables }
}

type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

fn environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.trim().is_empty())
}

impl Row {
    /// The address of the model and the modes to ask in, or why it is not asked.
    fn plan(&self, set: Environment<'_>) -> Result<(String, Vec<Mode>), String> {
        let Self { service, variables, .. } = self;
        if set("INSTRUCTOR_LIVE").as_deref() != Some("1") {
            return Err("INSTRUCTOR_LIVE is not 1".into());
        }
        let variable = format!("INSTRUCTOR_LIVE_{}", service.to_uppercase().replace('-', "_"));
        let name = set(&variable).unwrap_or_else(|| self.model.to_owned());
        if name.is_empty() {
            return Err(format!("no model is named in {variable}"));
        }
        if !variables.is_empty() && !variables.iter().any(|variable| set(variable).is_some()) {
            return Err(format!("no key in {}", variables.join(" or ")));
        }
        let known = Service::find(service).expect("a known service");
        // `Parallel` is for lists of calls.
        let modes = known.modes.iter().copied().filter(|mode| *mode != Mode::Parallel);
        Ok((format!("{service}/{name}"), modes.collect()))
    }
}

/// Asks a service in all its modes, and fails with everything that went wrong.
async fn ask(service: &str) {
    let row = ROWS.iter().find(|row| row.service == service).expect("a row");
    let (address, modes) = match row.plan(&environment) {
        Ok(plan) => plan,
        Err(reason) => return println!("{service}: skipped, {reason}"),
    };
    let mut failures = Vec::new();
    for mode in modes {
        match extract(&address, mode).await {
            Ok(person) if person == (Person { name: "Ada".into(), age: 36 }) => {
                println!("{address}: {mode} is right");
            }
            Ok(person) => failures.push(format!("{mode} found {person:?}")),
            Err(error) => failures.push(format!("{mode}: {error}")),
        }
    }
    assert!(failures.is_empty(), "{address}:\n{}", failures.join("\n"));
}

async fn extract(address: &str, mode: Mode) -> Result<Person, Error> {
    let client = Client::builder().model(address).mode(mode).build()?;
    client.extract(TEXT).await
}

macro_rules! live {
    ($($test:ident: $service:literal,)*) => {
        $(
            #[tokio::test]
            async fn $test() {
                ask($service).await;
            }
        )*

        #[test]
        fn every_row_has_a_test_and_a_service() {
            let tests = [$($service),*];
            assert!(ROWS.iter().map(|row| row.service).eq(tests));
            for service in services() {
                let asked = tests.contains(&service.name);
                assert!(asked || ["offline", "compatible"].contains(&service.name), "{service:?}");
            }
        }
    };
}

live! {
    openai: "openai",
    openai_responses: "openai-responses",
    anthropic: "anthropic",
    google: "google",
    mistral: "mistral",
    cohere: "cohere",
    bedrock: "bedrock",
    azure: "azure",
    ollama_native: "ollama-native",
    ollama: "ollama",
    groq: "groq",
    together: "together",
    deepseek: "deepseek",
    openrouter: "openrouter",
    vertex: "vertex",
    vertex_express: "vertex-express",
    xai: "xai",
    fireworks: "fireworks",
    cerebras: "cerebras",
    perplexity: "perplexity",
    sambanova: "sambanova",
    deepinfra: "deepinfra",
    nvidia: "nvidia",
    databricks: "databricks",
    moonshot: "moonshot",
    zai: "zai",
    dashscope: "dashscope",
    huggingface: "huggingface",
    writer: "writer",
    lmstudio: "lmstudio",
    vllm: "vllm",
    sglang: "sglang",
    llamacpp: "llamacpp",
    tgi: "tgi",
    litellm: "litellm",
}

#[test]
fn a_service_is_asked_only_if_everything_is_set() {
    let plan = |service: &str, set: &[(&str, &str)]| {
        let row = ROWS.iter().find(|row| row.service == service).unwrap();
        let find = |name: &str| {
            set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        row.plan(&find).map(|(address, modes)| (address, modes.is_empty()))
    };
    let (live, key) = (("INSTRUCTOR_LIVE", "1"), ("OPENAI_API_KEY", "k"));
    for (service, set, expected) in [
        ("openai", vec![key], Err("INSTRUCTOR_LIVE is not 1")),
        ("openai", vec![("INSTRUCTOR_LIVE", "0"), key], Err("INSTRUCTOR_LIVE is not 1")),
        ("openai", vec![live], Err("no key in OPENAI_API_KEY")),
        ("openai", vec![live, key], Ok("openai/gpt-4.1-mini")),
        (
            "openai-responses",
            vec![live, key, ("INSTRUCTOR_LIVE_OPENAI_RESPONSES", "gpt-x")],
            Ok("openai-responses/gpt-x"),
        ),
        ("ollama", vec![live], Err("no model is named in INSTRUCTOR_LIVE_OLLAMA")),
        ("ollama", vec![live, ("INSTRUCTOR_LIVE_OLLAMA", "qwen3:8b")], Ok("ollama/qwen3:8b")),
    ] {
        let expected = expected.map(|address| (address.to_owned(), false)).map_err(str::to_owned);
        assert_eq!(plan(service, &set), expected, "{service}");
    }
}
