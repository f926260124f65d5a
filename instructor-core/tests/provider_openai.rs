//! The wire format of `OpenAI`'s chat completions: what is written, and what is read.

mod support;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use instructor_core::provider::{
    OpenAi, Provider, ProviderError, ProviderErrorKind as Kind, Service,
};
use instructor_core::reply::{Call, Choice, Reply, Stop};
use instructor_core::request::{
    CallResult, Example, ExampleAnswer, Exchange, Message, Mode, Request,
};
use instructor_core::schema::rendered;
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Extract, Usage};
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
        "together",
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
fn extra_must_not_say_what_the_request_says_itself() {
    for (service, mode, key, refused) in [
        ("openai", Mode::Tools, "model", true),
        ("openai", Mode::Tools, "messages", true),
        ("openai", Mode::Json, "tools", true),
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

type Headers = [(&'static str, &'static str)];

fn decode(status: u16, headers: &Headers, body: &str) -> Result<Reply, ProviderError> {
    let mut response = HttpResponse::new(Bytes::copy_from_slice(body.as_bytes()));
    response.status = StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        response.headers.insert(*name, HeaderValue::from_str(value).unwrap());
    }
    provider("openai").decode(&response)
}

fn one(message: &Value) -> Choice {
    let body = json!({"choices": [{"message": message}]});
    decode(200, &[], &body.to_string()).unwrap().choices.remove(0)
}

#[test]
fn a_whole_completion_is_read() {
    let body = json!({
        "id": "x", "model": "m", "system_fingerprint": null,
        "choices": [
            {"finish_reason": "tool_calls", "message": {"content": null, "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "Person", "arguments": "{\"a\": 1}"}}]}},
            {"finish_reason": "stop", "message": {"content": "hi", "refusal": null}},
            {"finish_reason": "eos", "message": {"content": "", "refusal": "no"}},
        ],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15,
            "prompt_tokens_details": {"cached_tokens": 8},
            "completion_tokens_details": {"reasoning_tokens": 2}},
    });
    let reply = decode(200, &[], &body.to_string()).unwrap();
    let mut usage = Usage::new(12, 3);
    (usage.cached_input_tokens, usage.reasoning_tokens) = (8, 2);
    assert_eq!(reply.usage, Some(usage));
    assert_eq!((reply.id.as_deref(), reply.model.as_deref()), (Some("x"), Some("m")));
    let [called, said, refused] = reply.choices.as_slice() else { panic!("three choices") };
    assert_eq!(called.stop, Stop::ToolCalls);
    let call = Call { id: "c".into(), name: "Person".into(), arguments: "{\"a\": 1}".into() };
    assert_eq!(called.calls, [call]);
    assert_eq!((said.stop.clone(), said.content.as_deref()), (Stop::End, Some("hi")));
    assert_eq!((refused.refusal.as_deref(), refused.content.as_deref()), (Some("no"), None));
    assert_eq!(refused.stop, Stop::Other("eos".into()));
}

#[test]
fn what_compatible_services_do_differently_is_tolerated() {
    // Arguments as an object, large numbers to the digit; no id.
    let arguments =
        json!({"tool_calls": [{"function": {"name": "P", "arguments": {"n": u64::MAX}}}]});
    let call = one(&arguments).calls.remove(0);
    assert_eq!(call.arguments, format!("{{\"n\":{}}}", u64::MAX));
    assert_eq!(call.id, "call_0_0");

    let legacy = json!({"content": null, "function_call": {"name": "P", "arguments": "{}"}});
    assert_eq!(one(&legacy).calls.remove(0).name, "P");

    let parts = json!({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]});
    assert_eq!(one(&parts).content.as_deref(), Some("ab"));
    let refusal = json!({"content": [{"type": "refusal", "refusal": "no"}]});
    assert_eq!(one(&refusal).refusal.as_deref(), Some("no"));

    let nulls =
        json!({"content": null, "tool_calls": null, "function_call": null, "refusal": null});
    assert_eq!(one(&nulls), Choice::default());
    assert_eq!(one(&json!({"tool_calls": [{"id": "x", "function": null}]})), Choice::default());
    assert_eq!(one(&json!({})), Choice::default());

    let bare = r#"{"choices":[{"message":null,"finish_reason":null,"error":null}],"usage":null,"error":null}"#;
    let reply = decode(200, &[], bare).unwrap();
    assert_eq!((reply.usage, reply.stop()), (None, &Stop::Unknown));
    let usage = r#"{"choices":[{}],"usage":{"prompt_tokens":null}}"#;
    assert_eq!(decode(200, &[], usage).unwrap().usage, Some(Usage::default()));
}

#[test]
fn garbage_is_an_error_and_not_a_panic() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "\"",
        "<html>500</html>",
        "{\"choices\":[]}",
        "{\"choices\":null}",
        "{\"choices\":{}}",
        "{\"choices\":[{\"message\":{\"content\":\"\\ud800\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":[1]}}]}",
        "{\"choices\":[{\"message\"",
        "\u{feff}{}",
    ] {
        let error = decode(200, &[], body).unwrap_err();
        assert_eq!((error.kind, error.advice), (Kind::InvalidReply, Advice::Never), "{body}");
    }
    let whole = json!({"choices": [{"message": {"content": "ä", "tool_calls": []}}]}).to_string();
    for (end, _) in whole.char_indices() {
        assert!(decode(200, &[], &whole[..end]).is_err());
    }
}

#[test]
fn an_answer_that_the_service_itself_could_not_read_is_an_answer() {
    let body = json!({"error": {"code": "tool_use_failed", "message": "Failed to call a function.",
        "type": "invalid_request_error", "failed_generation": "<function=Person>{}"}});
    let reply = decode(400, &[], &body.to_string()).unwrap();
    assert_eq!(reply.choices[0].content.as_deref(), Some("<function=Person>{}"));
    assert_eq!(reply.choices.len(), 1);
}

#[test]
fn errors_are_told_apart() {
    let of = |code: &str| json!({"error": {"message": "m", "code": code}}).to_string();
    let quota = "You exceeded your current quota, please check your plan and billing details.";
    let quota = json!({"error": {"message": quota, "type": "x"}}).to_string();
    let spent = of("insufficient_quota");
    let filter = of("content_filter");
    let within = json!({"error": {"message": "m", "code": 429}}).to_string();
    let within_choice = json!({"choices": [{"error": {"message": "m", "code": 503}}]}).to_string();
    let cases: &[(u16, &str, Kind, Advice)] = &[
        (401, "{}", Kind::Authentication, Advice::Never),
        (403, "{}", Kind::PermissionDenied, Advice::Never),
        (404, "{}", Kind::NotFound, Advice::Never),
        (402, "{}", Kind::QuotaExhausted, Advice::Never),
        (400, "{}", Kind::BadRequest, Advice::Never),
        (400, &filter, Kind::ContentFiltered, Advice::Never),
        (413, "", Kind::BadRequest, Advice::Never),
        (422, "[]", Kind::BadRequest, Advice::Never),
        (302, "", Kind::BadRequest, Advice::Never),
        (429, &spent, Kind::QuotaExhausted, Advice::Never),
        (429, &quota, Kind::QuotaExhausted, Advice::Never),
        (429, "{}", Kind::RateLimited, Advice::Backoff),
        (408, "", Kind::Unavailable(408), Advice::Backoff),
        (409, "", Kind::Unavailable(409), Advice::Backoff),
        (500, "<html>", Kind::Unavailable(500), Advice::Backoff),
        (503, "{\"error\":null}", Kind::Unavailable(503), Advice::Backoff),
        (529, "\u{0}", Kind::Unavailable(529), Advice::Backoff),
        (200, &within, Kind::RateLimited, Advice::Backoff),
        (200, &within_choice, Kind::Unavailable(503), Advice::Backoff),
        (200, "{\"error\":\"overloaded\"}", Kind::Unavailable(502), Advice::Backoff),
    ];
    for (status, body, kind, advice) in cases {
        let error = decode(*status, &[], body).unwrap_err();
        assert_eq!((error.kind, error.advice), (*kind, *advice), "{status} {body}");
        assert!(!error.message.is_empty());
    }
}

#[test]
fn the_service_says_how_long_to_wait() {
    const NOW: &str = "Fri, 20 Nov 2026 13:00:00 GMT";
    const THEN: &str = "Fri, 20 Nov 2026 13:00:07 GMT";
    let seconds = |n| Advice::After(Duration::from_secs(n));
    let cases: &[(u16, &Headers, Advice)] = &[
        (429, &[("retry-after", "7")], seconds(7)),
        (429, &[("retry-after", "0.5")], Advice::After(Duration::from_millis(500))),
        (503, &[("retry-after", " 7 ")], seconds(7)),
        (
            429,
            &[("retry-after-ms", "250"), ("retry-after", "1")],
            Advice::After(Duration::from_millis(250)),
        ),
        (429, &[("date", NOW), ("retry-after", THEN)], seconds(7)),
        (429, &[("date", THEN), ("retry-after", NOW)], seconds(0)),
        (429, &[("retry-after", THEN)], Advice::Backoff),
        (429, &[("retry-after", "soon")], Advice::Backoff),
        (429, &[("retry-after", "-1")], Advice::Backoff),
        (429, &[("retry-after", "NaN")], Advice::Backoff),
        (429, &[("retry-after", "1e300")], Advice::Backoff),
        (400, &[("retry-after", "7")], Advice::Never),
        (400, &[("x-should-retry", "true"), ("retry-after", "7")], seconds(7)),
        (503, &[("x-should-retry", "false")], Advice::Never),
    ];
    for (status, headers, advice) in cases {
        assert_eq!(decode(*status, headers, "").unwrap_err().advice, *advice, "{headers:?}");
    }
}

#[test]
fn the_service_is_quoted_shortly_and_without_keys() {
    let long = format!("{{\"error\":{{\"message\":\"{}\"}}}}", "x".repeat(5000));
    let echo = format!("{{\"error\":{{\"message\":\"bad key {KEY}!\"}}}}");
    let split = format!("{{\"error\":{{\"message\":\"{}{KEY}\"}}}}", "x ".repeat(145));
    for (body, expected) in [
        (r#"{"error":{"message":"no such model"}}"#, "no such model"),
        (r#"{"error":"model 'x' not found"}"#, "model 'x' not found"),
        (r#"{"message":"nope"}"#, "nope"),
        (r#"{"detail":"Not Found"}"#, "Not Found"),
        ("plain words", "plain words"),
        ("<!DOCTYPE html><html>", "a web page; check the base URL"),
        ("", "status 404"),
        (&echo, "bad key ***!"),
    ] {
        assert_eq!(decode(404, &[], body).unwrap_err().message, expected);
    }
    assert_eq!(decode(404, &[], &long).unwrap_err().message.chars().count(), 301);
    assert!(!decode(404, &[], &split).unwrap_err().message.contains("sk-test"));
}
