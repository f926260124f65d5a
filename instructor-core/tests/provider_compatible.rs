//! The services that speak `OpenAI`'s chat completions: where each is, and what it is told.

mod support;

use std::collections::HashSet;

use http::HeaderMap;
use instructor_core::Extract;
use instructor_core::Mode::{Json, JsonSchema, MarkdownJson, Parallel, Tools, ToolsStrict};
use instructor_core::provider::{OpenAi, Provider, Service, Setup, services};
use instructor_core::request::{Message, Mode, Request};
use instructor_core::schema::rendered;
use instructor_core::transport::HttpRequest;
use serde_json::{Value, json};
use support::{KEY, Person};

fn encode(service: &Service, mode: Mode) -> (HttpRequest, Value) {
    let provider = OpenAi::new(service, None, Some(KEY.into()), &HeaderMap::new()).unwrap();
    let rendered = rendered(Person::SCHEMA, provider.dialect(mode)).unwrap();
    let mut request = Request::new("vendor/model:tag", rendered, mode);
    request.messages.push(Message::user("Ada is 36."));
    request.options.max_tokens = Some(9);
    let http = provider.encode(&request).unwrap();
    let body = serde_json::from_slice(&http.body).unwrap();
    (http, body)
}

/// What a row must lead to.
struct Row {
    name: &'static str,
    url: &'static str,
    key: &'static str,
    modes: &'static [Mode],
    /// `tool_choice` for one tool.
    choice: &'static str,
    max_tokens: &'static str,
}

const ALL: &[Mode] = &[Tools, ToolsStrict, JsonSchema, Json, MarkdownJson, Parallel];
const LOOSE: &[Mode] = &[Tools, JsonSchema, Json, MarkdownJson, Parallel];
const SCHEMA: &[Mode] = &[JsonSchema, Tools, Json, MarkdownJson, Parallel];
const JSON: &[Mode] = &[Json, Tools, MarkdownJson, Parallel];
const NO_JSON: &[Mode] = &[JsonSchema, Tools, MarkdownJson, Parallel];
const NEW: &str = "max_completion_tokens";

#[rustfmt::skip]
fn rows() -> Vec<Row> {
    let row = |name, url, key, modes, choice, max_tokens| Row { name, url, key, modes, choice, max_tokens };
    vec![
        row("openai", "https://api.openai.com/v1/chat/completions", "OPENAI_API_KEY", ALL, "named", NEW),
        row("mistral", "https://api.mistral.ai/v1/chat/completions", "MISTRAL_API_KEY", ALL, "any", "max_tokens"),
        row("groq", "https://api.groq.com/openai/v1/chat/completions", "GROQ_API_KEY", ALL, "named", NEW),
        row("openrouter", "https://openrouter.ai/api/v1/chat/completions", "OPENROUTER_API_KEY", ALL, "named", "max_tokens"),
        row("deepseek", "https://api.deepseek.com/chat/completions", "DEEPSEEK_API_KEY", JSON, "", "max_tokens"),
        row("xai", "https://api.x.ai/v1/chat/completions", "XAI_API_KEY", LOOSE, "named", NEW),
        row("together", "https://api.together.xyz/v1/chat/completions", "TOGETHER_API_KEY", LOOSE, "named", "max_tokens"),
        row("fireworks", "https://api.fireworks.ai/inference/v1/chat/completions", "FIREWORKS_API_KEY", LOOSE, "named", "max_tokens"),
        row("cerebras", "https://api.cerebras.ai/v1/chat/completions", "CEREBRAS_API_KEY", ALL, "named", NEW),
        row("perplexity", "https://api.perplexity.ai/chat/completions", "PERPLEXITY_API_KEY", &[JsonSchema, MarkdownJson], "", "max_tokens"),
        row("sambanova", "https://api.sambanova.ai/v1/chat/completions", "SAMBANOVA_API_KEY", LOOSE, "named", "max_tokens"),
        row("deepinfra", "https://api.deepinfra.com/v1/openai/chat/completions", "DEEPINFRA_API_KEY", SCHEMA, "", "max_tokens"),
        row("nvidia", "https://integrate.api.nvidia.com/v1/chat/completions", "NVIDIA_API_KEY", LOOSE, "named", "max_tokens"),
        row("moonshot", "https://api.moonshot.ai/v1/chat/completions", "MOONSHOT_API_KEY", &[Json, JsonSchema, Tools, MarkdownJson, Parallel], "", NEW),
        row("zai", "https://api.z.ai/api/paas/v4/chat/completions", "ZAI_API_KEY", JSON, "", "max_tokens"),
        row("dashscope", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions", "DASHSCOPE_API_KEY", LOOSE, "named", "max_tokens"),
        row("huggingface", "https://router.huggingface.co/v1/chat/completions", "HF_TOKEN", LOOSE, "named", "max_tokens"),
        row("writer", "https://api.writer.com/v1/chat", "WRITER_API_KEY", NO_JSON, "named", "max_tokens"),
        row("ollama", "http://localhost:11434/v1/chat/completions", "OLLAMA_API_KEY", SCHEMA, "", "max_tokens"),
        row("lmstudio", "http://localhost:1234/v1/chat/completions", "LM_API_TOKEN", NO_JSON, "required", "max_tokens"),
        row("vllm", "http://localhost:8000/v1/chat/completions", "VLLM_API_KEY", LOOSE, "named", "max_tokens"),
        row("sglang", "http://localhost:30000/v1/chat/completions", "SGLANG_API_KEY", LOOSE, "named", "max_tokens"),
        row("llamacpp", "http://localhost:8080/v1/chat/completions", "LLAMA_API_KEY", SCHEMA, "required", "max_tokens"),
        row("tgi", "http://localhost:8080/v1/chat/completions", "TGI_API_KEY", &[Tools, JsonSchema, MarkdownJson], "named", "max_tokens"),
        row("litellm", "http://localhost:4000/v1/chat/completions", "LITELLM_PROXY_API_KEY", ALL, "named", "max_tokens"),
    ]
}

#[test]
fn each_service_is_where_it_should_be_and_told_what_it_knows() {
    for row in rows() {
        let service = Service::find(row.name).unwrap();
        assert_eq!(service.modes, row.modes, "{}", row.name);
        assert_eq!(service.key_variables.first(), Some(&row.key), "{}", row.name);
        assert_eq!(service.needs_key, row.url.starts_with("https"), "{}", row.name);
        for mode in row.modes {
            let (http, body) = encode(service, *mode);
            assert_eq!(http.url, row.url);
            assert_eq!(http.headers["authorization"], format!("Bearer {KEY}"));
            assert_eq!(body["model"], "vendor/model:tag");
            assert_eq!(body[row.max_tokens], 9, "{}", row.name);
        }
        if row.modes.contains(&Tools) {
            let expected = match row.choice {
                "" => Value::Null,
                "named" => json!({"type": "function", "function": {"name": "Person"}}),
                word => word.into(),
            };
            assert_eq!(encode(service, Tools).1["tool_choice"], expected, "{}", row.name);
        }
    }
}

#[test]
fn a_schema_is_put_into_the_envelope_that_the_service_knows() {
    let names = |service: &str| -> Vec<(String, Value)> {
        let (_, body) = encode(Service::find(service).unwrap(), JsonSchema);
        let envelope = body["response_format"]["json_schema"].as_object().unwrap();
        assert_eq!(body["response_format"]["type"], "json_schema");
        let rest = envelope.iter().filter(|(key, _)| *key != "schema" && *key != "description");
        rest.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let name = || ("name".to_owned(), json!("Person"));
    let strict = |on: bool| ("strict".to_owned(), json!(on));
    assert_eq!(names("groq"), [name(), strict(true)]);
    assert_eq!(names("sambanova"), [name(), strict(false)]);
    assert_eq!(names("moonshot"), [name()]);
    assert_eq!(names("perplexity"), []);
}

/// Only what is really said apart: `true` would be news to some servers.
#[test]
fn calls_in_parallel_are_spoken_of_where_they_are_known() {
    let known =
        ["openai", "mistral", "groq", "openrouter", "fireworks", "dashscope", "vllm", "llamacpp"];
    for row in rows().iter().filter(|row| row.modes.contains(&Tools)) {
        let (_, body) = encode(Service::find(row.name).unwrap(), Tools);
        let expected = if known.contains(&row.name) { json!(false) } else { Value::Null };
        assert_eq!(body["parallel_tool_calls"], expected, "{}", row.name);
    }
}

#[test]
fn the_environment_says_where_a_server_is() {
    let url = |name: &str, base: &str| {
        let service = Service::find(name).unwrap();
        let setup = Setup {
            key: Some(KEY.into()),
            base_url: Some(base.into()),
            headers: HeaderMap::new(),
            variable: &|_| None,
        };
        let provider = (service.connect)(service, setup).unwrap();
        let mode = provider.modes()[0];
        let rendered = rendered(Person::SCHEMA, provider.dialect(mode)).unwrap();
        provider.encode(&Request::new("m", rendered, mode)).unwrap().url
    };
    for (name, base, expected) in [
        (
            "databricks",
            "adb-1.2.azuredatabricks.net",
            "https://adb-1.2.azuredatabricks.net/serving-endpoints/chat/completions",
        ),
        (
            "databricks",
            "https://dbc.cloud.databricks.com/",
            "https://dbc.cloud.databricks.com/serving-endpoints/chat/completions",
        ),
        (
            "databricks",
            "https://a.b/serving-endpoints",
            "https://a.b/serving-endpoints/chat/completions",
        ),
        ("ollama", "box", "http://box:11434/v1/chat/completions"),
        ("ollama", "http://box:1/v1", "http://box:1/v1/chat/completions"),
        ("ollama-native", "0.0.0.0:8080", "http://127.0.0.1:8080/api/chat"),
        ("vllm", "http://gpu:9000/v1", "http://gpu:9000/v1/chat/completions"),
        ("writer", "https://proxy/v1/chat", "https://proxy/v1/chat"),
    ] {
        assert_eq!(url(name, base), expected);
    }
    let databricks = Service::find("databricks").unwrap();
    assert_eq!(databricks.base_url_variables, ["DATABRICKS_HOST"]);
    assert!(OpenAi::new(databricks, None, None, &HeaderMap::new()).is_err());
}

#[test]
fn no_name_is_taken_twice_and_the_last_rows_are_for_everything_else() {
    let mut names = HashSet::new();
    for service in services() {
        for name in [&service.name].into_iter().chain(service.aliases) {
            assert!(names.insert(*name), "{name}");
            assert!(!name.contains('/') && *name == name.to_lowercase(), "{name}");
            assert_eq!(Service::find(name).unwrap().name, service.name);
        }
        assert!(!service.modes.is_empty() && !service.title.is_empty(), "{}", service.name);
        assert!(!service.needs_key || !service.key_variables.is_empty(), "{}", service.name);
        let distinct: HashSet<_> = service.modes.iter().collect();
        assert_eq!(distinct.len(), service.modes.len(), "{}", service.name);
    }
    let last: Vec<_> = services().map(|service| service.name).collect();
    assert_eq!(last[last.len() - 2..], ["offline", "compatible"]);
    assert_eq!(Service::find("zhipu").unwrap().name, "zai");
}
