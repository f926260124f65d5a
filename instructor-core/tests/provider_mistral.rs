//! Mistral: what differs from `OpenAI`'s wire.

mod support;

use std::collections::HashSet;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use instructor_core::Extract;
use instructor_core::media::{Media, MediaKind};
use instructor_core::provider::{OpenAi, Provider, ProviderErrorKind as Kind, Service};
use instructor_core::reply::{Call, Choice, Stop};
use instructor_core::request::{
    CallResult, Example, ExampleAnswer, Exchange, Message, Mode, Request,
};
use instructor_core::schema::{Dialect, rendered};
use instructor_core::transport::HttpResponse;
use serde_json::{Value, json};
use support::{KEY, Person};

fn provider() -> OpenAi {
    let service = Service::find("mistral").unwrap();
    OpenAi::new(service, None, Some(KEY.into()), &HeaderMap::new()).unwrap()
}

fn body(mode: Mode, change: impl FnOnce(&mut Request)) -> Value {
    let provider = provider();
    let rendered = rendered(Person::SCHEMA, provider.dialect(mode)).unwrap();
    let mut request = Request::new("mistral-small-latest", rendered, mode);
    request.messages.push(Message::user("Ada is 36."));
    change(&mut request);
    serde_json::from_slice(&provider.encode(&request).unwrap().body).unwrap()
}

#[test]
fn tools_and_schemas() {
    let tools = body(Mode::Tools, |request| request.options.seed = Some(7));
    assert_eq!(tools["tool_choice"], "any");
    assert_eq!(tools["parallel_tool_calls"], false);
    assert_eq!(tools["random_seed"], 7);
    assert_eq!(tools.get("seed"), None);
    assert_eq!(provider().dialect(Mode::JsonSchema), &Dialect::MISTRAL_STRICT);
    let schema = body(Mode::JsonSchema, |_| ());
    assert_eq!(schema["response_format"]["json_schema"]["strict"], true);
    assert_eq!(schema["response_format"]["json_schema"]["name"], "Person");
}

/// Ids of calls are nine letters or digits, or the request is refused.
#[test]
fn ids_of_calls_fit() {
    let ids = ["abcDEF123", "call_0_0", "call_0_1", "null", "", "äöüäöüäöü"];
    let messages = body(Mode::Tools, |request| {
        for _ in 0..2 {
            let answer = |json: &str| ExampleAnswer { tool: "Person", json: json.into() };
            let answers = vec![answer("{}"), answer("{}")];
            request.examples.push(Example { input: "x".into(), answers });
        }
        let mut answer = Choice::default();
        answer.calls = ids
            .map(|id| Call { id: id.into(), name: "Person".into(), arguments: "{}".into() })
            .into();
        let result = CallResult { text: "Wrong.".into(), is_error: true };
        let results = vec![result; ids.len()];
        request.history.push(Exchange { answer, results, complaint: String::new() });
    });
    let messages = messages["messages"].as_array().unwrap().clone();
    let called: Vec<_> = messages
        .iter()
        .filter_map(|message| message["tool_calls"].as_array())
        .flatten()
        .map(|call| call["id"].as_str().unwrap().to_owned())
        .collect();
    let answered: Vec<_> = messages
        .iter()
        .filter_map(|message| message["tool_call_id"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(called, answered);
    assert_eq!(called.len(), 4 + ids.len());
    assert_eq!(called[4], "abcDEF123");
    for id in &called {
        assert!(id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    }
    assert_eq!(called.iter().collect::<HashSet<_>>().len(), called.len());
}

#[test]
fn media_has_its_own_form() {
    let mut document = Media::new(MediaKind::Document, "application/pdf", &b"%PDF"[..]);
    document.name = Some("a.pdf".into());
    let sent = body(Mode::Tools, |request| {
        let message = Message::user("Look:")
            .attach(Media::image_url("https://a.b/c.png"))
            .attach(Media::document_url("https://a.b/c.pdf"))
            .attach(document)
            .attach(Media::new(MediaKind::Audio, "audio/ogg", &b"ogg"[..]))
            .attach(Media::audio_url("https://a.b/c.mp3"));
        request.messages = vec![message];
    });
    assert_eq!(
        sent["messages"][0]["content"],
        json!([
            {"type": "text", "text": "Look:"},
            {"type": "image_url", "image_url": {"url": "https://a.b/c.png"}},
            {"type": "document_url", "document_url": "https://a.b/c.pdf"},
            {"type": "document_url", "document_url": "data:application/pdf;base64,JVBERg==",
                "document_name": "a.pdf"},
            {"type": "input_audio", "input_audio": "b2dn"},
            {"type": "input_audio", "input_audio": "https://a.b/c.mp3"},
        ])
    );
}

#[test]
fn a_thought_is_no_answer_but_goes_back() {
    let message = json!({"role": "assistant", "tool_calls": null, "prefix": false, "content": [
        {"type": "thinking", "closed": true, "thinking": [{"type": "text", "text": "hm {}"}]},
        {"type": "text", "text": "{\"name\":\"Ada\"}"}]});
    let body = json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
    let reply = provider().decode(&HttpResponse::new(Bytes::from(body.to_string()))).unwrap();
    let choice = &reply.choices[0];
    assert_eq!(choice.content.as_deref(), Some("{\"name\":\"Ada\"}"));
    assert_eq!(choice.stop, Stop::End);
    let sent = self::body(Mode::JsonSchema, |request| {
        let complaint = "No age.".to_owned();
        let answer = choice.clone();
        request.history.push(Exchange { answer, results: Vec::new(), complaint });
    });
    assert_eq!(sent["messages"][1], message);
    assert_eq!(sent["messages"][2], json!({"role": "user", "content": "No age."}));
}

#[test]
fn errors_have_two_shapes() {
    for (status, body, kind, words) in [
        (
            400,
            json!({"object": "error", "message": "Tool call id was x.", "type": "invalid_function_call", "code": "3280"}),
            Kind::BadRequest,
            "Tool call id was x.",
        ),
        (
            422,
            json!({"detail": [{"type": "missing", "loc": ["body", "model"], "msg": "Field required", "input": "private"}]}),
            Kind::BadRequest,
            "body.model: Field required",
        ),
        (
            429,
            json!({"message": "Requests rate limit exceeded"}),
            Kind::RateLimited,
            "Requests rate limit exceeded",
        ),
        (401, json!({"detail": "Unauthorized"}), Kind::Authentication, "Unauthorized"),
    ] {
        let mut response = HttpResponse::new(Bytes::from(body.to_string()));
        response.status = StatusCode::from_u16(status).unwrap();
        let error = provider().decode(&response).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (kind, words));
    }
}
