//! The wire format of Cohere's chat: what is written, and what is read.

mod support;

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use instructor_core::media::MediaKind;
use instructor_core::provider::{Provider, ProviderError, ProviderErrorKind as Kind};
use instructor_core::reply::{Call, Choice, Reply, Stop};
use instructor_core::request::{
    CallResult, Example, ExampleAnswer, Exchange, Message, Mode, Reasoning, Request,
};
use instructor_core::schema::rendered;
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Extract, Media, Usage};
use serde_json::{Value, json};
use support::{KEY, Person, Server, Step};

fn provider() -> Arc<dyn Provider> {
    support::provider("cohere", None)
}

fn request(mode: Mode) -> Request {
    let rendered = rendered(Person::SCHEMA, provider().dialect(mode)).unwrap();
    let mut request = Request::new("command-test", rendered, mode);
    request.messages.push(Message::user("Ada is 36."));
    request
}

fn body(request: &Request) -> String {
    String::from_utf8(provider().encode(request).unwrap().body.to_vec()).unwrap()
}

fn parsed(request: &Request) -> Value {
    serde_json::from_str(&body(request)).unwrap()
}

/// The body must be `expected` to the letter, in which `SCHEMA` stands for the rendered schema.
#[track_caller]
fn check_body(mode: Mode, change: impl FnOnce(&mut Request), expected: &str) {
    let mut request = request(mode);
    change(&mut request);
    let expected: String = expected.lines().map(str::trim).collect();
    let schema = request.rendered.json.get();
    assert_eq!(
        body(&request),
        expected.replace("\"SCHEMA\"", schema).replace("SCHEMA", &schema.replace('"', "\\\""))
    );
}

fn example() -> Example {
    let answer = ExampleAnswer { tool: "Person", json: r#"{"name":"Bob"}"#.into() };
    Example { input: "Bob".into(), answers: vec![answer] }
}

#[test]
fn tools() {
    let tools = r#"{"model":"command-test",
        "messages":[{"role":"user","content":"Ada is 36."}],
        "tools":[{"type":"function","function":{"name":"Person",
        "description":"A person in the text.","parameters":"SCHEMA"}}],
        "tool_choice":"REQUIRED"}"#;
    check_body(Mode::Tools, |_| {}, tools);
    check_body(Mode::Parallel, |_| {}, tools);
    let strict = tools.replace("REQUIRED\"}", "REQUIRED\",\"strict_tools\":true}");
    check_body(Mode::ToolsStrict, |_| {}, &strict);
}

#[test]
fn json_schema_and_options() {
    check_body(
        Mode::JsonSchema,
        |request| {
            request.system = Some("Be brief.".into());
            request.examples.push(example());
            request.options.temperature = Some(0.1);
            request.options.max_tokens = Some(99);
            request.options.seed = Some(7);
            request.options.extra.insert("p".into(), json!(0.5));
        },
        r#"{"model":"command-test",
        "messages":[{"role":"system","content":"Be brief.\n\nA person in the text.\nAnswer with one JSON object."},
        {"role":"user","content":"Bob"},{"role":"assistant","content":"{\"name\":\"Bob\"}"},
        {"role":"user","content":"Ada is 36."}],
        "response_format":{"type":"json_object","json_schema":"SCHEMA"},
        "temperature":0.1,"max_tokens":99,"seed":7,"p":0.5}"#,
    );
}

#[test]
fn json_and_markdown_json() {
    check_body(
        Mode::Json,
        |_| {},
        r#"{"model":"command-test",
        "messages":[{"role":"system","content":"A person in the text.\nAnswer with one JSON object that matches this JSON Schema, and nothing else:\nSCHEMA"},
        {"role":"user","content":"Ada is 36."}],
        "response_format":{"type":"json_object"}}"#,
    );
    check_body(
        Mode::MarkdownJson,
        |request| request.examples.push(example()),
        r#"{"model":"command-test",
        "messages":[{"role":"system","content":"A person in the text.\nAnswer with one JSON object in a ```json code block. It matches this JSON Schema:\nSCHEMA"},
        {"role":"user","content":"Bob"},
        {"role":"assistant","content":"```json\n{\"name\":\"Bob\"}\n```"},
        {"role":"user","content":"Ada is 36."}]}"#,
    );
}

#[test]
fn reasoning_is_on_or_off_or_limited() {
    for (reasoning, expected) in [
        (Reasoning::Off, json!({"type": "disabled"})),
        (Reasoning::Minimal, json!({"type": "disabled"})),
        (Reasoning::Low, json!({"type": "enabled"})),
        (Reasoning::High, json!({"type": "enabled"})),
        (Reasoning::Budget(0), json!({"type": "disabled"})),
        (Reasoning::Budget(9), json!({"type": "enabled", "token_budget": 9})),
    ] {
        let mut request = request(Mode::Tools);
        request.options.reasoning = Some(reasoning);
        assert_eq!(parsed(&request)["thinking"], expected);
    }
}

#[test]
fn examples_and_history_have_results() {
    let mut request = request(Mode::Tools);
    request.examples.push(example());
    let body = json!({"message": {"role": "assistant", "tool_plan": "I \"call\" it.", "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "Person", "arguments": "{\"age\":1}"}},
        {"id": "b", "type": "function", "function": {"name": "Person", "arguments": "{"}}]}});
    let called = decode(200, &body.to_string()).unwrap().choices.remove(0);
    let mut text = Choice::default();
    text.content = Some("I think 36".into());
    for answer in [called, text, Choice::default()] {
        let result = |text: &str, is_error| CallResult { text: text.into(), is_error };
        let results = vec![result("Wrong.", true), result("Ignored.", false)];
        request.history.push(Exchange { answer, results, complaint: "Wrong.".into() });
    }
    let call = |id: &str, arguments: &str| {
        let function = json!({"name": "Person", "arguments": arguments});
        json!({"id": id, "type": "function", "function": function})
    };
    assert_eq!(
        parsed(&request)["messages"],
        json!([
            {"role": "user", "content": "Bob"},
            {"role": "assistant", "tool_calls": [call("call_example_0_0", "{\"name\":\"Bob\"}")]},
            {"role": "tool", "tool_call_id": "call_example_0_0", "content": "Correct."},
            {"role": "user", "content": "Ada is 36."},
            {"role": "assistant", "tool_plan": "I \"call\" it.",
             "tool_calls": [call("a", "{\"age\":1}"), call("b", "{")]},
            {"role": "tool", "tool_call_id": "a", "content": "Wrong."},
            {"role": "tool", "tool_call_id": "b", "content": "Ignored."},
            {"role": "assistant", "content": "I think 36"},
            {"role": "user", "content": "Wrong."},
            // There is no turn for an answer of nothing.
            {"role": "user", "content": "Wrong."},
        ])
    );
}

#[test]
fn images_are_shown_and_nothing_else() {
    let image = |url: &str| json!({"type": "image_url", "image_url": {"url": url}});
    for (media, expected) in [
        (Media::image_url("https://a.b/c.png"), image("https://a.b/c.png")),
        (
            Media::new(MediaKind::Image, "image/png", &b"abc"[..]),
            image("data:image/png;base64,YWJj"),
        ),
    ] {
        let mut request = request(Mode::Tools);
        request.messages[0] = Message::user("Who?").attach(media);
        let content = parsed(&request)["messages"][0]["content"].clone();
        assert_eq!(content, json!([{"type": "text", "text": "Who?"}, expected]));
    }
    let mut request = request(Mode::Tools);
    request.messages[0] = Message::user("Who?").attach(Media::audio_url("https://a.b/c.mp3"));
    let error = provider().encode(&request).unwrap_err();
    assert_eq!((error.kind, error.message.contains("audio")), (Kind::Encode, true));
}

#[test]
fn extra_must_not_say_what_the_request_says_itself() {
    for (key, value, refused) in [
        ("messages", json!([]), true),
        ("tool_choice", json!("NONE"), true),
        ("response_format", json!({}), true),
        ("stream", json!(true), true),
        ("k", json!(3), false),
        ("tools", json!([{"type": "function"}]), false),
    ] {
        let mut request = request(Mode::Tools);
        request.options.extra.insert(key.into(), value);
        assert_eq!(provider().encode(&request).is_err(), refused, "{key}");
    }
}

#[test]
fn the_key_is_sent_and_never_printed() {
    let provider = provider();
    let http = provider.encode(&request(Mode::Tools)).unwrap();
    assert_eq!(http.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(http.url, "https://api.cohere.com/v2/chat");
    for printed in [format!("{provider:?}"), format!("{http:?}"), format!("{:?}", http.headers)] {
        assert!(!printed.contains("5ecret"), "{printed}");
    }
    let elsewhere = support::provider("cohere", Some("http://localhost:1"));
    let elsewhere = elsewhere.encode(&request(Mode::Tools)).unwrap();
    assert_eq!(elsewhere.url, "http://localhost:1/v2/chat");
}

fn decode(status: u16, body: &str) -> Result<Reply, ProviderError> {
    let mut response = HttpResponse::new(Bytes::copy_from_slice(body.as_bytes()));
    response.status = StatusCode::from_u16(status).unwrap();
    provider().decode(&response)
}

#[test]
fn a_whole_response_is_read() {
    let body = json!({
        "id": "x", "finish_reason": "TOOL_CALL",
        "message": {"role": "assistant", "tool_plan": "So.", "content": [
            {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "he"},
            {"type": "text", "text": "llo"}],
            "tool_calls": [{"type": "function", "function": {"name": "Person", "arguments": "{}"}}]},
        "usage": {"billed_units": {"input_tokens": 1.0, "output_tokens": 1.0},
            "tokens": {"input_tokens": 12.0, "output_tokens": 3}, "cached_tokens": 8},
    });
    let mut reply = decode(200, &body.to_string()).unwrap();
    let mut usage = Usage::new(12, 3);
    usage.cached_input_tokens = 8;
    assert_eq!((reply.id.as_deref(), reply.usage), (Some("x"), Some(usage)));
    let choice = reply.choices.remove(0);
    let call = Call { id: "call_0_0".into(), name: "Person".into(), arguments: "{}".into() };
    assert_eq!((choice.content.as_deref(), choice.stop), (Some("hello"), Stop::ToolCalls));
    assert_eq!(choice.calls, [call]);

    let paid = json!({"message": {}, "usage": {"billed_units": {"input_tokens": 4}}});
    let reply = decode(200, &paid.to_string()).unwrap();
    assert_eq!((reply.usage, reply.choices), (Some(Usage::new(4, 0)), vec![Choice::default()]));
}

#[test]
fn every_reason_to_stop() {
    for (reason, stop) in [
        (json!(null), Stop::Unknown),
        (json!("COMPLETE"), Stop::End),
        (json!("STOP_SEQUENCE"), Stop::End),
        (json!("MAX_TOKENS"), Stop::Length),
        (json!("ERROR_TOXIC"), Stop::ContentFilter),
        (json!("USER_CANCEL"), Stop::Other("USER_CANCEL".into())),
    ] {
        let body = json!({"message": {"content": "a"}, "finish_reason": reason});
        let reply = decode(200, &body.to_string()).unwrap();
        assert_eq!(*reply.stop(), stop);
        assert_eq!(reply.choices[0].content.as_deref(), Some("a"));
    }
}

#[test]
fn garbage_is_an_error_and_not_a_panic() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "<html>500</html>",
        "{\"message\":null}",
        "{\"message\":[]}",
        "{\"message\":{\"content\":7}}",
        "{\"message\":{\"tool_calls\":[1]}}",
        "{\"message\":{\"content\"",
    ] {
        let error = decode(200, body).unwrap_err();
        assert_eq!((error.kind, error.advice), (Kind::InvalidReply, Advice::Never), "{body}");
    }
}

#[test]
fn errors_are_told_apart() {
    let of = |message: &str| json!({"id": "x", "message": message}).to_string();
    let trial = of("You are using a Trial key, which is limited to 1000 API calls / month.");
    let minute = of("You are using a Trial key, which is limited to 40 API calls / minute.");
    let failed = json!({"finish_reason": "ERROR", "message": {}}).to_string();
    let late = json!({"finish_reason": "TIMEOUT"}).to_string();
    let cases: &[(u16, &str, Kind, Advice)] = &[
        (400, &of("invalid request"), Kind::BadRequest, Advice::Never),
        (401, &of("invalid api token"), Kind::Authentication, Advice::Never),
        (402, "{}", Kind::QuotaExhausted, Advice::Never),
        (404, &of("model 'x' not found"), Kind::NotFound, Advice::Never),
        (422, "{}", Kind::BadRequest, Advice::Never),
        (429, &minute, Kind::RateLimited, Advice::Backoff),
        (429, &trial, Kind::QuotaExhausted, Advice::Never),
        (500, "<html>", Kind::Unavailable(500), Advice::Backoff),
        (503, "", Kind::Unavailable(503), Advice::Backoff),
        (200, &failed, Kind::Unavailable(500), Advice::Backoff),
        (200, &late, Kind::Unavailable(504), Advice::Backoff),
    ];
    for (status, body, kind, advice) in cases {
        let error = decode(*status, body).unwrap_err();
        assert_eq!((error.kind, error.advice), (*kind, *advice), "{status} {body}");
        assert!(!error.message.is_empty());
    }
    assert_eq!(decode(401, &of(&format!("bad key {KEY}!"))).unwrap_err().message, "bad key ***!");
}

#[tokio::test]
async fn a_person_is_asked_for_again_over_the_network() {
    let answer = |age: u16| {
        let arguments = json!({"name": "Ada", "age": age}).to_string();
        let function = json!({"name": "Person", "arguments": arguments});
        let call = json!({"id": "c", "type": "function", "function": function});
        let message = json!({"role": "assistant", "tool_plan": "So.", "tool_calls": [call]});
        Step::status(200, &json!({"message": message, "finish_reason": "TOOL_CALL"}))
    };
    let server = Server::start([answer(360), answer(36)]).await;
    let (builder, _) = server.client();
    let client = builder.model("cohere/command-test").build().unwrap();
    let person: Person = client.extract("Ada is 36.").await.unwrap();
    assert_eq!(person, Person::ada());
    let received = server.received();
    assert!(received[0].head.starts_with("POST /v1/chat "));
    let [_, asked, told] = received[1].messages() else { panic!("three messages") };
    assert_eq!(asked["tool_plan"], "So.");
    assert_eq!((&told["role"], &told["tool_call_id"]), (&json!("tool"), &json!("c")));
    assert!(told["content"].as_str().unwrap().contains("must be at most 150"), "{told}");
}
