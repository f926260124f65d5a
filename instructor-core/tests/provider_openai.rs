//! The wire format of `OpenAI`'s chat completions: what is written.

mod support;

use http::HeaderMap;
use instructor_core::Extract;
use instructor_core::media::{Media, MediaKind};
use instructor_core::provider::{OpenAi, Provider, ProviderErrorKind, Service};
use instructor_core::reply::{Call, Choice};
use instructor_core::request::{
    CallResult, Example, ExampleAnswer, Exchange, Message, Mode, Reasoning, Request,
};
use instructor_core::schema::rendered;
use serde_json::{Value, json};
use support::{KEY, Person};

fn provider(service: &str) -> OpenAi {
    let service = Service::find(service).unwrap();
    let base = Some("http://localhost/v1");
    OpenAi::new(service, base, Some(KEY.into()), &HeaderMap::new()).unwrap()
}

fn request(provider: &OpenAi, mode: Mode) -> Request {
    let rendered = rendered(Person::SCHEMA, provider.dialect(mode)).unwrap();
    let mut request = Request::new("gpt-test", rendered, mode);
    request.messages.push(Message::user("Ada is 36."));
    request
}

fn body(provider: &OpenAi, request: &Request) -> String {
    String::from_utf8(provider.encode(request).unwrap().body.to_vec()).unwrap()
}

/// The body must be `expected` to the letter, in which `SCHEMA` stands for the rendered schema.
#[track_caller]
fn check_body(service: &str, mode: Mode, change: impl FnOnce(&mut Request), expected: &str) {
    let provider = provider(service);
    let mut request = request(&provider, mode);
    change(&mut request);
    let expected: String = expected.lines().map(str::trim).collect();
    assert_eq!(
        body(&provider, &request),
        expected
            .replace("\"SCHEMA\"", request.rendered.json.get())
            .replace("SCHEMA", &request.rendered.json.get().replace('"', "\\\""))
    );
}

fn example(input: &str, json: &str) -> Example {
    let answer = ExampleAnswer { tool: "Person", json: json.into() };
    Example { input: input.into(), answers: vec![answer] }
}

const NOTHING: fn(&mut Request) = |_| {};

#[test]
fn tools() {
    check_body(
        "openai",
        Mode::Tools,
        NOTHING,
        r#"{"model":"gpt-test",
        "messages":[{"role":"user","content":"Ada is 36."}],
        "tools":[{"type":"function","function":{"name":"Person",
        "description":"A person in the text.","parameters":"SCHEMA"}}],
        "tool_choice":{"type":"function","function":{"name":"Person"}},
        "parallel_tool_calls":false}"#,
    );
}

#[test]
fn tools_strict() {
    check_body(
        "cerebras",
        Mode::ToolsStrict,
        NOTHING,
        r#"{"model":"gpt-test",
        "messages":[{"role":"user","content":"Ada is 36."}],
        "tools":[{"type":"function","function":{"name":"Person",
        "description":"A person in the text.","parameters":"SCHEMA","strict":true}}],
        "tool_choice":{"type":"function","function":{"name":"Person"}}}"#,
    );
}

#[test]
fn json_schema() {
    check_body(
        "openai",
        Mode::JsonSchema,
        NOTHING,
        r#"{"model":"gpt-test",
        "messages":[{"role":"user","content":"Ada is 36."}],
        "response_format":{"type":"json_schema","json_schema":{"name":"Person",
        "description":"A person in the text.","schema":"SCHEMA","strict":true}}}"#,
    );
}

#[test]
fn json_object() {
    check_body(
        "openai",
        Mode::Json,
        |request| request.system = Some("Be brief.".into()),
        r#"{"model":"gpt-test",
        "messages":[{"role":"system","content":"Be brief.\n\nA person in the text.\nAnswer with one JSON object that matches this JSON Schema, and nothing else:\nSCHEMA"},
        {"role":"user","content":"Ada is 36."}],
        "response_format":{"type":"json_object"}}"#,
    );
}

#[test]
fn markdown_json_with_an_example() {
    let example = example("Bob, 4", r#"{"name":"Bob","age":4}"#);
    check_body(
        "ollama",
        Mode::MarkdownJson,
        |request| request.examples.push(example),
        r#"{"model":"gpt-test",
        "messages":[{"role":"system","content":"A person in the text.\nAnswer with one JSON object in a ```json code block. It matches this JSON Schema:\nSCHEMA"},
        {"role":"user","content":"Bob, 4"},
        {"role":"assistant","content":"```json\n{\"name\":\"Bob\",\"age\":4}\n```"},
        {"role":"user","content":"Ada is 36."}]}"#,
    );
}

#[test]
fn options_example_and_history() {
    let call = |id: &str, arguments: &str| Call {
        id: id.into(),
        name: "Person".into(),
        arguments: arguments.into(),
    };
    let mut answer = Choice::default();
    answer.calls = vec![call("a", r#"{"age":1}"#), call("b", "{}")];
    let mut text = Choice::default();
    text.content = Some("I think 36".into());
    check_body(
        "openai",
        Mode::Tools,
        |request| {
            request.system = Some("Be brief.".into());
            request.examples.push(example("Bob", r#"{"name":"Bob"}"#));
            for answer in [answer, text] {
                request.history.push(Exchange {
                    answer,
                    results: vec![
                        CallResult { text: "Ignored.".into(), is_error: false },
                        CallResult { text: "Wrong.".into(), is_error: true },
                    ],
                    complaint: "Wrong.".into(),
                });
            }
            request.options.temperature = Some(0.1);
            request.options.max_tokens = Some(99);
            request.options.seed = Some(7);
            request.options.extra.insert("top_p".into(), json!(0.5));
        },
        r#"{"model":"gpt-test",
        "messages":[{"role":"system","content":"Be brief."},
        {"role":"user","content":"Bob"},
        {"role":"assistant","content":null,"tool_calls":[{"id":"call_example_0_0",
        "type":"function","function":{"name":"Person","arguments":"{\"name\":\"Bob\"}"}}]},
        {"role":"tool","content":"Correct.","tool_call_id":"call_example_0_0"},
        {"role":"user","content":"Ada is 36."},
        {"role":"assistant","content":null,"tool_calls":[
        {"id":"a","type":"function","function":{"name":"Person","arguments":"{\"age\":1}"}},
        {"id":"b","type":"function","function":{"name":"Person","arguments":"{}"}}]},
        {"role":"tool","content":"Ignored.","tool_call_id":"a"},
        {"role":"tool","content":"Wrong.","tool_call_id":"b"},
        {"role":"assistant","content":"I think 36"},
        {"role":"user","content":"Wrong."}],
        "tools":[{"type":"function","function":{"name":"Person",
        "description":"A person in the text.","parameters":"SCHEMA"}}],
        "tool_choice":{"type":"function","function":{"name":"Person"}},
        "parallel_tool_calls":false,
        "temperature":0.1,"max_completion_tokens":99,"seed":7,"top_p":0.5}"#,
    );
}

#[test]
fn the_o_series_is_not_told_how_many_tools_to_call() {
    let provider = provider("openai");
    for (model, told) in [
        ("o1", false),
        ("o3-mini", false),
        ("openai/o4-mini", false),
        ("ft:o4-mini:me::1", false),
        ("gpt-4o", true),
        ("o", true),
        ("olmo-2", true),
    ] {
        for mode in [Mode::Tools, Mode::Parallel] {
            let mut request = request(&provider, mode);
            request.model = model.into();
            let body = body(&provider, &request);
            assert_eq!(body.contains("parallel_tool_calls"), told, "{model}");
        }
    }
}

#[test]
fn extra_must_not_say_what_the_request_says_itself() {
    for (service, mode, key, refused) in [
        ("openai", Mode::Tools, "model", true),
        ("openai", Mode::Tools, "messages", true),
        ("openai", Mode::Json, "tools", false),
        ("openai", Mode::Tools, "tools", true),
        ("openai", Mode::Tools, "response_format", true),
        ("openai", Mode::Tools, "stream", true),
        ("openai", Mode::Tools, "parallel_tool_calls", true),
        ("ollama", Mode::Tools, "parallel_tool_calls", false),
        ("openai", Mode::Tools, "max_completion_tokens", true),
        ("openai", Mode::Tools, "max_tokens", false),
        ("ollama", Mode::Tools, "max_tokens", true),
        ("openai", Mode::Tools, "temperature", false),
        ("openai", Mode::Tools, "reasoning_effort", false),
    ] {
        let provider = provider(service);
        let mut request = request(&provider, mode);
        request.options.max_tokens = Some(5);
        request.options.extra.insert(key.into(), Value::Null);
        match provider.encode(&request) {
            Ok(_) => assert!(!refused, "{key}"),
            Err(error) => {
                assert!(refused, "{key}: {error}");
                assert!(error.to_string().contains(key), "{error}");
            }
        }
    }
}

#[test]
fn the_key_is_sent_and_never_printed() {
    let provider = provider("openai");
    let request = request(&provider, Mode::Tools);
    let http = provider.encode(&request).unwrap();
    assert_eq!(http.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(http.headers["content-type"], "application/json");
    assert_eq!(http.url, "http://localhost/v1/chat/completions");
    for printed in [format!("{provider:?}"), format!("{http:?}"), format!("{:?}", http.headers)] {
        assert!(!printed.contains("5ecret"), "{printed}");
    }
}

#[test]
fn what_was_kept_of_an_answer_is_sent_back_as_it_is() {
    let native =
        r#"{"role":"assistant","content":null,"reasoning_content":"hm",  "tool_calls":[]}"#;
    let mut answer = Choice::default();
    answer.calls = vec![Call { id: "a".into(), name: "Person".into(), arguments: "{}".to_owned() }];
    answer.native = Some(native.into());
    let results = vec![CallResult { text: "Wrong.".into(), is_error: true }];
    let provider = provider("deepseek");
    let mut request = request(&provider, Mode::Tools);
    request.history.push(Exchange { answer, results, complaint: "Wrong.".into() });
    let body = body(&provider, &request);
    let expected =
        format!(r#"{native},{{"role":"tool","content":"Wrong.","tool_call_id":"a"}}],"tools""#);
    assert!(body.contains(&expected), "{body}");
    assert!(!body.contains("tool_choice"), "{body}");
}

#[test]
fn extra_says_what_has_no_word_here() {
    let provider = provider("openai");
    let mut request = request(&provider, Mode::Tools);
    let extra = json!({"service_tier": "flex", "logprobs": true, "top_logprobs": 2, "store": true,
        "metadata": {"run": "7"}, "tools": [{"type": "web_search"}]});
    request.options.extra = extra.as_object().unwrap().clone();
    let body: Value = serde_json::from_str(&body(&provider, &request)).unwrap();
    for key in ["service_tier", "logprobs", "top_logprobs", "store", "metadata"] {
        assert_eq!(body[key], extra[key]);
    }
    assert_eq!(body["tools"][1], extra["tools"][0]);
    // The user's tool may have to be called first.
    assert_eq!(body["tool_choice"], "required");
}

#[test]
fn reasoning_is_told_in_the_words_of_the_service() {
    for (service, reasoning, expected) in [
        ("openai", Reasoning::Off, json!({"reasoning_effort": "none"})),
        ("openai", Reasoning::Minimal, json!({"reasoning_effort": "minimal"})),
        ("openai", Reasoning::Budget(4000), json!({"reasoning_effort": "medium"})),
        ("groq", Reasoning::Minimal, json!({"reasoning_effort": "low"})),
        ("cerebras", Reasoning::Off, json!({"reasoning_effort": "low"})),
        ("mistral", Reasoning::Medium, json!({"reasoning_effort": "high"})),
        ("deepseek", Reasoning::Off, json!({"thinking": {"type": "disabled"}})),
        (
            "deepseek",
            Reasoning::High,
            json!({"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ),
        ("zai", Reasoning::Low, json!({"thinking": {"type": "enabled"}})),
        ("dashscope", Reasoning::Off, json!({"enable_thinking": false})),
        (
            "dashscope",
            Reasoning::Budget(900),
            json!({"enable_thinking": true, "thinking_budget": 900}),
        ),
    ] {
        let provider = provider(service);
        let mode = provider.modes()[0];
        let mut request = request(&provider, mode);
        let without: Value = serde_json::from_str(&body(&provider, &request)).unwrap();
        request.options.reasoning = Some(reasoning);
        let with: Value = serde_json::from_str(&body(&provider, &request)).unwrap();
        let mut said = with.as_object().unwrap().clone();
        said.retain(|key, _| without.get(key).is_none());
        assert_eq!(Value::Object(said), expected, "{service}");
    }
    let provider = provider("huggingface");
    let mut request = request(&provider, Mode::Tools);
    request.options.reasoning = Some(Reasoning::Low);
    let error = provider.encode(&request).unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Encode);
    assert!(error.message.contains("`huggingface` has no word for `reasoning`"), "{error}");
}

fn with(parts: impl IntoIterator<Item = Media>) -> impl FnOnce(&mut Request) {
    let message = parts.into_iter().fold(Message::user("Look:"), Message::attach);
    |request| request.messages = vec![message]
}

#[test]
fn pictures_sound_and_documents_are_parts() {
    let mut named = Media::new(MediaKind::Document, "application/pdf", &b"%PDF"[..]);
    named.name = Some("a.pdf".into());
    let media = [
        Media::image_url("https://a.b/c.png"),
        Media::new(MediaKind::Image, "image/png", &b"png"[..]),
        Media::new(MediaKind::Audio, "audio/x-wav; rate=8000", &b"wav"[..]),
        named,
        Media::new(MediaKind::Document, "application/pdf", &b"%PDF"[..]),
    ];
    check_body(
        "openai",
        Mode::MarkdownJson,
        with(media),
        r#"{"model":"gpt-test","messages":[
        {"role":"system","content":"A person in the text.\nAnswer with one JSON object in a ```json code block. It matches this JSON Schema:\nSCHEMA"},
        {"role":"user","content":[{"type":"text","text":"Look:"},
        {"type":"image_url","image_url":{"url":"https://a.b/c.png"}},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,cG5n"}},
        {"type":"input_audio","input_audio":{"data":"d2F2","format":"wav"}},
        {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERg=="}},
        {"type":"file","file":{"filename":"document.pdf","file_data":"data:application/pdf;base64,JVBERg=="}}]}]}"#,
    );
}

#[test]
fn media_that_a_service_does_not_take_is_refused_by_name() {
    let audio = |mime: &str| Media::new(MediaKind::Audio, mime, &b"x"[..]);
    let image = || Media::new(MediaKind::Image, "image/png", &b"x"[..]);
    for (service, media, expected) in [
        (
            "openai",
            audio("audio/ogg"),
            Some("does not take this format of audio; it takes wav, mp3"),
        ),
        ("openai", audio(""), Some("`Media::mime`, such as `audio/wav`")),
        ("openai", audio("AUDIO/MPEG"), None),
        ("openrouter", audio("audio/ogg"), None),
        ("openai", Media::audio_url("https://a.b"), Some("takes audio only as bytes")),
        ("openai", Media::audio_url("data:audio/wav;base64,eA=="), None),
        ("openai", Media::document_url("https://a.b"), Some("takes documents only as bytes")),
        ("openrouter", Media::document_url("https://a.b"), None),
        ("groq", audio("audio/wav"), Some("`groq` takes no audio")),
        ("deepseek", image(), Some("`deepseek` takes no images")),
        ("moonshot", Media::image_url("https://a.b"), Some("takes images only as bytes")),
        ("moonshot", Media::image_url("data:image/png;base64,eA=="), None),
        ("moonshot", image(), None),
    ] {
        let provider = provider(service);
        let mut request = request(&provider, Mode::MarkdownJson);
        with([media.clone()])(&mut request);
        match (provider.encode(&request), expected) {
            (Ok(_), None) => {}
            (Err(error), Some(expected)) => {
                assert_eq!(error.kind, ProviderErrorKind::Encode);
                assert!(error.message.contains(expected), "{error}");
            }
            (found, _) => panic!("{service} {media:?}: {found:?}"),
        }
    }
}
