//! Ollama's own chat API: what is written, and what is read.

mod support;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use instructor_core::media::{Media, MediaKind};
use instructor_core::provider::{
    Provider, ProviderError, ProviderErrorKind as Kind, Service, Setup,
};
use instructor_core::reply::{Call, Choice, Reply, Stop};
use instructor_core::request::{
    CallResult, Example, ExampleAnswer, Exchange, Message, Mode, Reasoning, Request,
};
use instructor_core::schema::{Dialect, rendered};
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Extract, Usage};
use serde_json::{Value, json};
use support::{KEY, Person};

fn provider(key: Option<&str>) -> Arc<dyn Provider> {
    let service = Service::find("ollama-native").unwrap();
    let setup = Setup {
        key: key.map(|key| key.to_owned().into()),
        base_url: None,
        headers: HeaderMap::new(),
        variable: &|_| None,
    };
    (service.connect)(service, setup).unwrap()
}

fn request(provider: &dyn Provider, mode: Mode) -> Request {
    let rendered = rendered(Person::SCHEMA, provider.dialect(mode)).unwrap();
    let mut request = Request::new("llama3.2", rendered, mode);
    request.messages.push(Message::user("Ada is 36."));
    request
}

/// The body must be `expected` to the letter, in which `SCHEMA` stands for the rendered schema.
#[track_caller]
fn check_body(mode: Mode, change: impl FnOnce(&mut Request), expected: &str) {
    let provider = provider(None);
    let mut request = request(&*provider, mode);
    change(&mut request);
    let expected: String = expected.lines().map(str::trim).collect();
    let body = provider.encode(&request).unwrap().body;
    assert_eq!(
        String::from_utf8(body.to_vec()).unwrap(),
        expected
            .replace("\"SCHEMA\"", request.rendered.json.get())
            .replace("SCHEMA", &request.rendered.json.get().replace('"', "\\\""))
    );
}

#[test]
fn a_schema_is_the_format() {
    check_body(
        Mode::JsonSchema,
        |request| {
            request.system = Some("Be brief.".into());
            request.options.temperature = Some(0.5);
            request.options.max_tokens = Some(99);
            request.options.seed = Some(7);
            request.options.reasoning = Some(Reasoning::Off);
            let extra = json!({"keep_alive": "5m", "options": {"num_ctx": 8192}});
            request.options.extra = extra.as_object().unwrap().clone();
        },
        r#"{"model":"llama3.2",
        "messages":[{"role":"system","content":"Be brief.\n\nA person in the text.\nAnswer with one JSON object that matches this JSON Schema, and nothing else:\nSCHEMA"},
        {"role":"user","content":"Ada is 36."}],
        "stream":false,"format":"SCHEMA",
        "options":{"temperature":0.5,"num_predict":99,"seed":7,"num_ctx":8192},
        "think":false,"keep_alive":"5m"}"#,
    );
    assert_eq!(provider(None).dialect(Mode::JsonSchema), &Dialect::OLLAMA);
}

#[test]
fn tools_with_an_example_and_history() {
    let call = |id: &str, arguments: &str| Call {
        id: id.into(),
        name: "Person".into(),
        arguments: arguments.into(),
    };
    let mut answer = Choice::default();
    answer.calls = vec![call("a", r#"{"age":1}"#), call("b", "broken")];
    let mut text = Choice::default();
    text.content = Some("I think 36".into());
    check_body(
        Mode::Tools,
        |request| {
            let answers = vec![ExampleAnswer { tool: "Person", json: r#"{"name":"Bob"}"#.into() }];
            request.examples.push(Example { input: "Bob".into(), answers });
            let wrong = CallResult { text: "Wrong.".into(), is_error: true };
            for answer in [answer, text] {
                let results = vec![wrong.clone(), wrong.clone()];
                request.history.push(Exchange { answer, results, complaint: "Wrong.".into() });
            }
            request.options.reasoning = Some(Reasoning::Budget(4000));
        },
        r#"{"model":"llama3.2","messages":[
        {"role":"user","content":"Bob"},
        {"role":"assistant","content":"","tool_calls":[{"id":"call_example_0_0",
        "function":{"name":"Person","arguments":{"name":"Bob"}}}]},
        {"role":"tool","content":"Correct.","tool_name":"Person","tool_call_id":"call_example_0_0"},
        {"role":"user","content":"Ada is 36."},
        {"role":"assistant","content":"","tool_calls":[
        {"id":"a","function":{"name":"Person","arguments":{"age":1}}},
        {"id":"b","function":{"name":"Person","arguments":{}}}]},
        {"role":"tool","content":"Wrong.","tool_name":"Person","tool_call_id":"a"},
        {"role":"tool","content":"Wrong.","tool_name":"Person","tool_call_id":"b"},
        {"role":"assistant","content":"I think 36"},
        {"role":"user","content":"Wrong."}],
        "stream":false,
        "tools":[{"type":"function","function":{"name":"Person",
        "description":"A person in the text.","parameters":"SCHEMA"}}],
        "think":"medium"}"#,
    );
}

#[test]
fn json_and_fences_and_pictures() {
    let provider = provider(None);
    let mut request = request(&*provider, Mode::Json);
    request.messages = vec![
        Message::user("Look:")
            .attach(Media::new(MediaKind::Image, "image/png", &b"png"[..]))
            .attach(Media::image_url("data:image/png;base64,eA==")),
    ];
    let body: Value = serde_json::from_slice(&provider.encode(&request).unwrap().body).unwrap();
    assert_eq!(body["format"], "json");
    assert_eq!(
        body["messages"][1],
        json!({"role": "user", "content": "Look:", "images": ["cG5n", "eA=="]})
    );
    assert!(body["messages"][0]["content"].as_str().unwrap().contains("JSON Schema"));
    let fenced = self::request(&*provider, Mode::MarkdownJson);
    let body: Value = serde_json::from_slice(&provider.encode(&fenced).unwrap().body).unwrap();
    assert_eq!(body.get("format"), None);

    for media in [
        Media::image_url("https://a.b/c.png"),
        Media::new(MediaKind::Audio, "audio/wav", &b"x"[..]),
        Media::new(MediaKind::Document, "application/pdf", &b"x"[..]),
    ] {
        request.messages = vec![Message::user("Look:").attach(media)];
        let error = provider.encode(&request).unwrap_err();
        assert_eq!(error.kind, Kind::Encode);
        assert!(error.message.contains("`ollama-native` takes"), "{error}");
    }
}

#[test]
fn a_key_is_sent_if_there_is_one_and_never_printed() {
    let without = provider(None);
    let http = without.encode(&request(&*without, Mode::Json)).unwrap();
    assert_eq!(http.url, "http://localhost:11434/api/chat");
    assert!(http.headers.get("authorization").is_none());
    let with = provider(Some(KEY));
    let http = with.encode(&request(&*with, Mode::Json)).unwrap();
    assert_eq!(http.headers["authorization"], format!("Bearer {KEY}"));
    for printed in [format!("{with:?}"), format!("{http:?}"), format!("{:?}", http.headers)] {
        assert!(!printed.contains("5ecret"), "{printed}");
    }
    for key in ["stream", "format"] {
        let mut request = request(&*with, Mode::Json);
        request.options.extra.insert(key.into(), true.into());
        assert!(with.encode(&request).unwrap_err().message.contains(key));
    }
}

#[test]
fn the_address_of_the_other_wire_is_understood() {
    for (base, expected) in [
        ("http://box:1/v1", "http://box:1/api/chat"),
        ("http://box:1/v1/", "http://box:1/api/chat"),
        ("box/ollama/v1", "http://box:11434/ollama/api/chat"),
        ("http://box:1/api/chat", "http://box:1/api/chat"),
    ] {
        let service = Service::find("ollama-native").unwrap();
        let setup = Setup {
            key: None,
            base_url: Some(base.into()),
            headers: HeaderMap::new(),
            variable: &|_| None,
        };
        let provider = (service.connect)(service, setup).unwrap();
        assert_eq!(provider.encode(&request(&*provider, Mode::Json)).unwrap().url, expected);
    }
}

fn decode(status: u16, body: &str) -> Result<Reply, ProviderError> {
    let mut response = HttpResponse::new(Bytes::copy_from_slice(body.as_bytes()));
    response.status = StatusCode::from_u16(status).unwrap();
    provider(Some(KEY)).decode(&response)
}

#[test]
fn a_whole_answer_is_read() {
    let function = json!({"index": 0, "name": "Person", "arguments": {"n": u64::MAX}});
    let message = json!({"role": "assistant", "content": "", "thinking": "hm",
        "tool_calls": [{"function": function}, {"id": "x", "function": {"name": "P", "arguments": "{}"}}]});
    let body = json!({"model": "llama3.2", "created_at": "2026-01-01T00:00:00Z", "message": message,
        "done": true, "done_reason": "stop", "total_duration": 5, "prompt_eval_count": 26,
        "eval_count": 8});
    let reply = decode(200, &body.to_string()).unwrap();
    assert_eq!(reply.usage, Some(Usage::new(26, 8)));
    assert_eq!(reply.model.as_deref(), Some("llama3.2"));
    let [choice] = reply.choices.as_slice() else { panic!("one choice") };
    assert_eq!((choice.content.as_deref(), choice.stop.clone()), (None, Stop::ToolCalls));
    let calls: Vec<_> = choice.calls.iter().map(|call| (&*call.id, &*call.arguments)).collect();
    let first = format!("{{\"n\":{}}}", u64::MAX);
    assert_eq!(calls, [("call_0_0", first.as_str()), ("x", "{}")]);
    // What was thought goes back with the call.
    assert_eq!(choice.native.as_deref(), Some(message.to_string().as_str()));
    let provider = provider(None);
    let mut request = request(&*provider, Mode::Tools);
    let (answer, result) = (choice.clone(), CallResult { text: "No.".into(), is_error: true });
    let results = vec![result.clone(), result];
    request.history.push(Exchange { answer, results, complaint: "No.".into() });
    let sent: Value = serde_json::from_slice(&provider.encode(&request).unwrap().body).unwrap();
    assert_eq!(sent["messages"][1], message);
    assert_eq!(sent["messages"][2]["tool_call_id"], "call_0_0");
}

#[test]
fn endings_are_told_apart() {
    for (reason, stop) in [
        (json!("stop"), Stop::End),
        (json!("length"), Stop::Length),
        (json!("load"), Stop::Other("load".into())),
        (Value::Null, Stop::Unknown),
    ] {
        let body = json!({"message": {"content": "{}", "thinking": "hm"}, "done_reason": reason});
        let reply = decode(200, &body.to_string()).unwrap();
        assert_eq!((reply.stop(), reply.usage), (&stop, None));
        assert_eq!(reply.choices[0].content.as_deref(), Some("{}"));
        assert_eq!(reply.choices[0].native, None);
    }
    let empty = decode(200, r#"{"message":{"role":"assistant","content":""}}"#).unwrap();
    assert_eq!(empty.choices, [Choice::default()]);
}

#[test]
fn garbage_and_errors_are_typed() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "<html>",
        r#"{"message":null}"#,
        r#"{"message":[]}"#,
        r#"{"message":{"content":1}}"#,
        r#"{"message":{"tool_calls":[1]}}"#,
        r#"{"message":{"content":"private"#,
    ] {
        let error = decode(200, body).unwrap_err();
        assert_eq!((error.kind, error.advice), (Kind::InvalidReply, Advice::Never), "{body}");
        assert!(!error.message.contains("private"));
    }
    let told = format!("{{\"error\":\"bad {KEY}\"}}");
    for (status, body, kind, words) in [
        (404, r#"{"error":"model 'x' not found"}"#, Kind::NotFound, "model 'x' not found"),
        (400, r#"{"error":"does not support tools"}"#, Kind::BadRequest, "does not support tools"),
        (401, &told, Kind::Authentication, "bad ***"),
        (
            500,
            "<html>",
            Kind::Unavailable(500),
            "a web page came instead of an answer; check the base URL or the proxy",
        ),
        (200, r#"{"error":"out of memory"}"#, Kind::Unavailable(200), "out of memory"),
    ] {
        let error = decode(status, body).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (kind, words));
    }
}
