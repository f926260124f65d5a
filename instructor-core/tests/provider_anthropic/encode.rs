//! What is written.

use instructor_core::media::{Media, MediaKind};
use instructor_core::reply::{Call, Choice};
use instructor_core::request::{
    CallResult, Example, ExampleAnswer, Exchange, Message, Mode, Reasoning, Request,
};
use serde_json::{Value, json};

use super::support::KEY;
use super::{MODEL, body, connect, provider, refused, request};

/// The body must be `expected` to the letter, in which `SCHEMA` stands for the rendered schema.
#[track_caller]
fn check_body(model: &str, mode: Mode, change: impl FnOnce(&mut Request), expected: &str) {
    let mut request = request(model, mode);
    change(&mut request);
    let expected: String = expected.lines().map(str::trim).collect();
    let body = provider().encode(&request).unwrap().body;
    let body = std::str::from_utf8(&body).unwrap();
    assert_eq!(
        body,
        expected
            .replace("\"SCHEMA\"", request.rendered.json.get())
            .replace("SCHEMA", &request.rendered.json.get().replace('"', "\\\""))
    );
}

const NOTHING: fn(&mut Request) = |_| {};

fn example(input: &str, json: &str) -> Example {
    let answer = ExampleAnswer { tool: "Person", json: json.into() };
    Example { input: input.into(), answers: vec![answer] }
}

fn wrong(answer: Choice, results: usize) -> Exchange {
    let result = CallResult { text: "Wrong.".into(), is_error: true };
    Exchange { answer, results: vec![result; results], complaint: "Wrong.".into() }
}

#[test]
fn tools() {
    check_body(
        MODEL,
        Mode::Tools,
        NOTHING,
        r#"{"model":"claude-sonnet-4-5","max_tokens":8192,
        "messages":[{"role":"user","content":[{"type":"text","text":"Ada is 36."}]}],
        "tools":[{"name":"Person","description":"A person in the text.","input_schema":"SCHEMA"}],
        "tool_choice":{"type":"tool","name":"Person","disable_parallel_tool_use":true}}"#,
    );
}

#[test]
fn tools_strict_in_the_cache() {
    check_body(
        MODEL,
        Mode::ToolsStrict,
        |request| {
            request.system = Some("Be brief.".into());
            request.messages.push(Message::system("Be exact."));
            request.options.cache = true;
            request.options.max_tokens = Some(99);
            request.options.temperature = Some(0.5);
        },
        r#"{"model":"claude-sonnet-4-5","max_tokens":99,
        "system":[{"type":"text","text":"Be brief."},
        {"type":"text","text":"Be exact.","cache_control":{"type":"ephemeral"}}],
        "messages":[{"role":"user","content":[{"type":"text","text":"Ada is 36."}]}],
        "tools":[{"name":"Person","description":"A person in the text.","input_schema":"SCHEMA",
        "strict":true,"cache_control":{"type":"ephemeral"}}],
        "tool_choice":{"type":"tool","name":"Person","disable_parallel_tool_use":true},
        "temperature":0.5}"#,
    );
}

#[test]
fn json_schema() {
    check_body(
        MODEL,
        Mode::JsonSchema,
        NOTHING,
        r#"{"model":"claude-sonnet-4-5","max_tokens":8192,
        "system":[{"type":"text","text":"A person in the text."}],
        "messages":[{"role":"user","content":[{"type":"text","text":"Ada is 36."}]}],
        "output_config":{"format":{"type":"json_schema","schema":"SCHEMA"}}}"#,
    );
}

#[test]
fn markdown_json_with_an_example() {
    check_body(
        "claude-3-haiku-20240307",
        Mode::MarkdownJson,
        |request| request.examples.push(example("Bob, 4", r#"{"name":"Bob","age":4}"#)),
        r#"{"model":"claude-3-haiku-20240307","max_tokens":4096,
        "system":[{"type":"text","text":"A person in the text.\nAnswer with one JSON object in a ```json code block. It matches this JSON Schema:\nSCHEMA"}],
        "messages":[{"role":"user","content":[{"type":"text","text":"Bob, 4"}]},
        {"role":"assistant","content":[{"type":"text","text":"```json\n{\"name\":\"Bob\",\"age\":4}\n```"}]},
        {"role":"user","content":[{"type":"text","text":"Ada is 36."}]}]}"#,
    );
}

#[test]
fn parallel_calls_are_not_forbidden() {
    let body = body(&request(MODEL, Mode::Parallel));
    assert_eq!(body["tool_choice"], json!({"type": "any"}));
    assert_eq!(body["tools"][0].get("strict"), None);
}

#[test]
fn example_and_history_alternate() {
    let call = |id: &str, arguments: &str| Call {
        id: id.into(),
        name: "Person".into(),
        arguments: arguments.into(),
    };
    let mut calls = Choice::default();
    calls.content = Some("Let me see.".into());
    calls.calls = vec![call("a", r#"{"age":1}"#), call("b", "no JSON")];
    let mut signed = Choice::default();
    signed.calls = vec![call("c", "{}")];
    signed.native = Some(
        r#"[{"type":"thinking","thinking":"","signature":"s=="},{"type":"text","text":" "},{"type":"tool_use","id":"c","name":"Person","input":{ }}]"#
            .into(),
    );
    let mut text = Choice::default();
    text.content = Some("I think 36".into());
    let silent = Choice::default();
    check_body(
        MODEL,
        Mode::Tools,
        |request| {
            request.examples.push(example("Bob", r#"{"name":"Bob"}"#));
            request.messages.insert(0, Message::user(" \n"));
            request.history.push(wrong(calls, 2));
            request.history.push(wrong(signed, 1));
            request.history.push(wrong(text, 0));
            request.history.push(wrong(silent, 0));
            request.options.extra.insert("top_p".into(), json!(0.5));
        },
        r#"{"model":"claude-sonnet-4-5","max_tokens":8192,
        "messages":[{"role":"user","content":[{"type":"text","text":"Bob"}]},
        {"role":"assistant","content":[{"type":"tool_use","id":"call_example_0_0","name":"Person","input":{"name":"Bob"}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_example_0_0","content":"Correct."},
        {"type":"text","text":"Ada is 36."}]},
        {"role":"assistant","content":[{"type":"text","text":"Let me see."},
        {"type":"tool_use","id":"a","name":"Person","input":{"age":1}},
        {"type":"tool_use","id":"b","name":"Person","input":{"arguments":"no JSON"}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"Wrong.","is_error":true},
        {"type":"tool_result","tool_use_id":"b","content":"Wrong.","is_error":true}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"s=="},
        {"type":"tool_use","id":"c","name":"Person","input":{ }}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"Wrong.","is_error":true}]},
        {"role":"assistant","content":[{"type":"text","text":"I think 36"}]},
        {"role":"user","content":[{"type":"text","text":"Wrong."},{"type":"text","text":"Wrong."}]}],
        "tools":[{"name":"Person","description":"A person in the text.","input_schema":"SCHEMA"}],
        "tool_choice":{"type":"tool","name":"Person","disable_parallel_tool_use":true},
        "top_p":0.5}"#,
    );
}

#[test]
fn a_model_that_reasons_is_asked_for_the_call_and_examples_are_closed() {
    check_body(
        MODEL,
        Mode::Tools,
        |request| {
            request.examples.push(example("Bob", "{}"));
            request.options.reasoning = Some(Reasoning::Budget(2000));
        },
        r#"{"model":"claude-sonnet-4-5","max_tokens":10192,
        "system":[{"type":"text","text":"Give the answer by calling the tool `Person`, not as text."}],
        "messages":[{"role":"user","content":[{"type":"text","text":"Bob"}]},
        {"role":"assistant","content":[{"type":"tool_use","id":"call_example_0_0","name":"Person","input":{}}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"call_example_0_0","content":"Correct."}]},
        {"role":"assistant","content":[{"type":"text","text":"Done."}]},
        {"role":"user","content":[{"type":"text","text":"Ada is 36."}]}],
        "tools":[{"name":"Person","description":"A person in the text.","input_schema":"SCHEMA"}],
        "tool_choice":{"type":"auto","disable_parallel_tool_use":true},
        "thinking":{"type":"enabled","budget_tokens":2000}}"#,
    );
}

#[test]
fn an_answer_is_sent_back_without_what_would_be_refused() {
    let thinking = r#"{"type":"thinking","thinking":"Hm.","signature":"s"}"#;
    let redacted = r#"{"type":"redacted_thinking","data":"x"}"#;
    let text = r#"{"type":"text","text":"I search."}"#;
    let search = r#"{"type":"server_tool_use","id":"s1","name":"web_search","input":{}}"#;
    let found = r#"{"type":"web_search_tool_result","tool_use_id":"s1","content":[]}"#;
    for (blocks, sent) in [
        (&[thinking, redacted][..], &[][..]),
        (&[search], &[]),
        (&[thinking, search], &[]),
        (&[thinking, text, search], &[thinking, text]),
        (&[thinking, search, found, text], &[thinking, search, found, text]),
        (&[text, thinking], &[text]),
    ] {
        let mut answer = Choice::default();
        answer.native = Some(format!("[{}]", blocks.join(",")).into());
        let mut request = request(MODEL, Mode::Tools);
        request.history.push(wrong(answer, 0));
        let mut roles = Vec::new();
        let mut answered = Vec::new();
        for turn in body(&request)["messages"].as_array().unwrap() {
            roles.push(turn["role"].as_str().unwrap().to_owned());
            if turn["role"] == "assistant" {
                answered.clone_from(turn["content"].as_array().unwrap());
            }
        }
        let all = ["user", "assistant", "user"];
        assert_eq!(roles, if sent.is_empty() { &all[..1] } else { &all[..] });
        let sent: Vec<Value> = sent.iter().map(|b| serde_json::from_str(b).unwrap()).collect();
        assert_eq!(answered, sent);
    }
}

#[test]
fn each_model_is_told_in_its_own_words_how_much_to_reason() {
    use Reasoning::{Budget, High, Low, Medium, Minimal, Off};
    let enabled = |tokens: u32| json!({"type": "enabled", "budget_tokens": tokens});
    let adaptive = || json!({"type": "adaptive"});
    let disabled = || json!({"type": "disabled"});
    let nothing = Value::Null;
    // Model, reasoning, `thinking`, `effort`, the kind of `tool_choice`, `max_tokens`.
    for (model, reasoning, thinking, effort, choice, max_tokens) in [
        ("claude-sonnet-4-5", None, nothing.clone(), "", "tool", 8192),
        ("claude-sonnet-4-5", Some(Off), nothing.clone(), "", "tool", 8192),
        ("claude-sonnet-4-5", Some(Minimal), enabled(1024), "", "auto", 9216),
        ("claude-opus-4-1", Some(Low), enabled(2048), "", "auto", 10_240),
        ("claude-3-7-sonnet-latest", Some(Medium), enabled(8192), "", "auto", 16_384),
        ("claude-haiku-4-5", Some(High), enabled(16_384), "", "auto", 24_576),
        ("claude-opus-4-6", Some(Budget(4000)), enabled(4000), "", "auto", 12_192),
        ("claude-opus-4-6", Some(High), adaptive(), "high", "auto", 24_576),
        ("claude-opus-4-7", Some(Budget(4000)), adaptive(), "medium", "auto", 24_576),
        ("claude-opus-4-7", Some(Off), nothing.clone(), "", "tool", 8192),
        ("claude-opus-4-8", Some(Minimal), adaptive(), "low", "tool", 24_576),
        ("claude-sonnet-5", None, nothing.clone(), "", "tool", 24_576),
        ("claude-sonnet-5", Some(Off), disabled(), "", "tool", 8192),
        ("claude-fable-5", Some(Off), nothing.clone(), "low", "tool", 24_576),
        ("claude-opus-5-5", None, nothing.clone(), "", "auto", 24_576),
        ("claude-opus-5-5", Some(Off), nothing.clone(), "low", "auto", 24_576),
        ("claude-sonnet-5-5", Some(Off), json!({"type": "between_tools"}), "", "auto", 8192),
        ("claude-haiku-5-5", Some(Off), disabled(), "", "auto", 8192),
        ("claude-mythos-preview", Some(Medium), adaptive(), "medium", "auto", 24_576),
        ("kimi-k2", Some(Low), enabled(2048), "", "auto", 10_240),
        ("kimi-k2", Some(Off), disabled(), "", "tool", 8192),
    ] {
        let mut request = request(model, Mode::Tools);
        request.options.reasoning = reasoning;
        let body = body(&request);
        let told = (&body["thinking"], body["output_config"]["effort"].as_str().unwrap_or(""));
        assert_eq!(told, (&thinking, effort), "{model} {reasoning:?}");
        assert_eq!(body["tool_choice"]["type"], choice, "{model} {reasoning:?}");
        assert_eq!(body["max_tokens"], max_tokens, "{model} {reasoning:?}");
        assert_eq!(body.get("system").is_some(), choice == "auto", "{model} {reasoning:?}");
    }
}

#[test]
fn what_cannot_be_said_is_refused() {
    let with = |change: fn(&mut Request)| {
        let mut request = request(MODEL, Mode::Tools);
        change(&mut request);
        refused(&request)
    };
    for (error, expected) in [
        (with(|r| r.options.reasoning = Some(Reasoning::Budget(1000))), "the least is 1024"),
        (
            with(|r| {
                r.options.reasoning = Some(Reasoning::Budget(2000));
                r.options.max_tokens = Some(2000);
            }),
            "leaves nothing for the answer",
        ),
        (
            with(|r| {
                r.options.reasoning = Some(Reasoning::High);
                r.options.max_tokens = Some(1024);
            }),
            "leaves nothing for the answer",
        ),
        (
            with(|r| {
                r.options.reasoning = Some(Reasoning::Low);
                r.options.temperature = Some(0.0);
            }),
            "takes no `temperature`",
        ),
        (with(|r| drop(r.options.extra.insert("tool_choice".into(), json!({})))), "`tool_choice`"),
        (with(|r| drop(r.options.extra.insert("stream".into(), json!(true)))), "`stream`"),
        (with(|r| drop(r.options.extra.insert("max_tokens".into(), json!(1)))), "`max_tokens`"),
        (
            with(|r| {
                r.messages.push(Message::system("x").attach(Media::image_url("https://a.b/c.png")));
            }),
            "a system message takes only text",
        ),
        (
            with(|r| r.messages[0] = Message::user("x").attach(Media::audio_url("https://a.b"))),
            "no audio",
        ),
        (
            with(|r| {
                let sheet = Media::new(MediaKind::Document, "application/vnd.ms-excel", "x");
                r.messages[0] = Message::user("x").attach(sheet);
            }),
            "PDF and plain text",
        ),
        (
            with(|r| {
                r.messages[0] = Message::user("x").attach(Media::new(MediaKind::Image, "", "x"));
            }),
            "`Media::mime`",
        ),
    ] {
        assert!(error.contains(expected), "{error}");
    }
    let mut small = request(MODEL, Mode::Tools);
    small.options.reasoning = Some(Reasoning::High);
    small.options.max_tokens = Some(3000);
    assert_eq!(body(&small)["thinking"]["budget_tokens"], 1500);
}

#[test]
fn a_seed_is_left_out() {
    let without = request(MODEL, Mode::Tools);
    let mut with = without.clone();
    with.options.seed = Some(1);
    assert_eq!(body(&with), body(&without));
}

#[test]
fn what_the_user_adds_is_kept_and_respected() {
    let mut request = request(MODEL, Mode::Tools);
    let extra = &mut request.options.extra;
    extra.insert("tools".into(), json!([{"type": "web_search_20250305", "name": "web_search"}]));
    extra.insert("output_config".into(), json!({"effort": "max"}));
    let searching = body(&request);
    assert_eq!(searching["tool_choice"], json!({"type": "any"}));
    assert_eq!(searching["tools"][1]["name"], "web_search");
    assert_eq!(searching["output_config"]["effort"], "max");
    let told = searching["system"][0]["text"].as_str().unwrap();
    assert_eq!(told, "Give the answer by calling the tool `Person`, not as text.");

    let thinking = json!({"type": "enabled", "budget_tokens": 5000});
    request.options.extra = [("thinking".to_owned(), thinking.clone())].into_iter().collect();
    let thoughtful = body(&request);
    assert_eq!((&thoughtful["thinking"], &thoughtful["max_tokens"]), (&thinking, &json!(13_192)));
    assert_eq!(thoughtful["tool_choice"]["type"], "auto");
}

#[test]
fn media_as_bytes_and_at_addresses() {
    let mut request = request(MODEL, Mode::Tools);
    let mut bill = Media::new(MediaKind::Document, "application/pdf", "%PDF");
    bill.name = Some("bill.pdf".into());
    request.messages[0] = Message::user("Read.")
        .attach(Media::new(MediaKind::Image, "image/png", "png"))
        .attach(Media::image_url("https://a.b/c.png"))
        .attach(bill)
        .attach(Media::document_url("https://a.b/c.pdf"))
        .attach(Media::new(MediaKind::Document, "text/csv", "a,b"));
    assert_eq!(
        body(&request)["messages"][0]["content"],
        json!([
            {"type": "text", "text": "Read."},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "cG5n"}},
            {"type": "image", "source": {"type": "url", "url": "https://a.b/c.png"}},
            {"type": "document", "source":
                {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="}, "title": "bill.pdf"},
            {"type": "document", "source": {"type": "url", "url": "https://a.b/c.pdf"}},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a,b"}},
        ])
    );
}

#[test]
fn the_key_is_sent_and_never_printed() {
    let provider = provider();
    let http = provider.encode(&request(MODEL, Mode::Tools)).unwrap();
    assert_eq!(http.headers["x-api-key"], KEY);
    assert_eq!(http.headers["anthropic-version"], "2023-06-01");
    for printed in [format!("{provider:?}"), format!("{http:?}"), format!("{:?}", http.headers)] {
        assert!(!printed.contains("5ecret"), "{printed}");
    }
}

#[test]
fn the_address_is_found_with_and_without_the_version() {
    for (base, url) in [
        (None, "https://api.anthropic.com/v1/messages"),
        (Some("https://api.anthropic.com"), "https://api.anthropic.com/v1/messages"),
        (Some("http://localhost:1/anthropic/"), "http://localhost:1/anthropic/v1/messages"),
        (Some("http://localhost:1/v1/messages"), "http://localhost:1/v1/messages"),
        (Some("http://localhost:1/v1/?beta=true"), "http://localhost:1/v1/messages?beta=true"),
    ] {
        assert_eq!(connect(base).encode(&request(MODEL, Mode::Tools)).unwrap().url, url);
    }
}
