//! The wire format of Gemini's `generateContent`: what is written, and what is read.

#[path = "../support/mod.rs"]
mod support;

mod address;
mod reply;

use std::sync::Arc;

use instructor_core::media::MediaKind;
use instructor_core::provider::{Provider, ProviderErrorKind as Kind};
use instructor_core::reply::{Call, Choice};
use instructor_core::request::{
    CallResult, Example, ExampleAnswer, Exchange, Message, Mode, Part, Reasoning, Request, Role,
};
use instructor_core::schema::rendered;
use instructor_core::{Extract, Media};
use serde::Deserialize;
use serde_json::{Value, json};
use support::{Person, Server, Step};

use reply::decode;

/// What happened.
#[derive(Debug, Deserialize, Extract)]
enum Event {
    Meeting { place: String },
    Call { number: String },
}

fn provider() -> Arc<dyn Provider> {
    support::provider("google", None)
}

fn request_for<T: Extract>(model: &str, mode: Mode) -> Request {
    let rendered = rendered(T::SCHEMA, provider().dialect(mode)).unwrap();
    let mut request = Request::new(model, rendered, mode);
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
    let mut request = request_for::<Person>("gemini-3-flash", mode);
    change(&mut request);
    let expected: String = expected.lines().map(str::trim).collect();
    let schema = request.rendered.json.get();
    assert_eq!(
        body(&request),
        expected.replace("\"SCHEMA\"", schema).replace("SCHEMA", &schema.replace('"', "\\\""))
    );
}

fn example(input: &str, answers: &[&str]) -> Example {
    let answer = |json: &&str| ExampleAnswer { tool: "Person", json: (*json).into() };
    Example { input: input.into(), answers: answers.iter().map(answer).collect() }
}

#[test]
fn tools() {
    check_body(
        Mode::Tools,
        |_| {},
        r#"{"contents":[{"role":"user","parts":[{"text":"Ada is 36."}]}],
        "tools":[{"functionDeclarations":[{"name":"Person","description":"A person in the text.",
        "parametersJsonSchema":"SCHEMA"}]}],
        "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["Person"]}}}"#,
    );
}

#[test]
fn json_schema_with_a_system_text_and_options() {
    check_body(
        Mode::JsonSchema,
        |request| {
            request.system = Some("Be brief.".into());
            request.messages.insert(0, Message::system("And kind."));
            request.options.temperature = Some(0.1);
            request.options.max_tokens = Some(99);
            request.options.seed = Some(7);
            request.options.reasoning = Some(Reasoning::Low);
            request.options.extra = json!({
                "generationConfig": {"topP": 0.5}, "cachedContent": "cachedContents/1",
            })
            .as_object()
            .unwrap()
            .clone();
        },
        r#"{"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"And kind."}]},
        "contents":[{"role":"user","parts":[{"text":"Ada is 36."}]}],
        "generationConfig":{"temperature":0.1,"maxOutputTokens":99,"seed":7,
        "responseMimeType":"application/json","responseJsonSchema":"SCHEMA",
        "thinkingConfig":{"thinkingLevel":"LOW"},"topP":0.5},
        "cachedContent":"cachedContents/1"}"#,
    );
}

#[test]
fn json_and_markdown_json_with_an_example() {
    let example = || example("Bob, 4", &[r#"{"name":"Bob","age":4}"#]);
    check_body(
        Mode::Json,
        |request| request.examples.push(example()),
        r#"{"systemInstruction":{"parts":[{"text":"A person in the text.\nAnswer with one JSON object that matches this JSON Schema, and nothing else:\nSCHEMA"}]},
        "contents":[{"role":"user","parts":[{"text":"Bob, 4"}]},
        {"role":"model","parts":[{"text":"{\"name\":\"Bob\",\"age\":4}"}]},
        {"role":"user","parts":[{"text":"Ada is 36."}]}],
        "generationConfig":{"responseMimeType":"application/json"}}"#,
    );
    check_body(
        Mode::MarkdownJson,
        |request| request.examples.push(example()),
        r#"{"systemInstruction":{"parts":[{"text":"A person in the text.\nAnswer with one JSON object in a ```json code block. It matches this JSON Schema:\nSCHEMA"}]},
        "contents":[{"role":"user","parts":[{"text":"Bob, 4"}]},
        {"role":"model","parts":[{"text":"```json\n{\"name\":\"Bob\",\"age\":4}\n```"}]},
        {"role":"user","parts":[{"text":"Ada is 36."}]}]}"#,
    );
}

#[test]
fn a_union_is_several_functions() {
    let body = parsed(&request_for::<Event>("m", Mode::Tools));
    let names = json!(["Meeting", "Call"]);
    assert_eq!(body["toolConfig"]["functionCallingConfig"]["allowedFunctionNames"], names);
    assert_eq!(body["tools"][0]["functionDeclarations"].as_array().unwrap().len(), 2);
}

#[test]
fn tools_of_the_user_stand_beside_ours_which_is_not_forced_then() {
    let mut request = request_for::<Person>("m", Mode::Tools);
    request.options.extra.insert("tools".into(), json!([{"googleSearch": {}}]));
    request.options.extra.insert("toolConfig".into(), json!({"retrievalConfig": {}}));
    let body = parsed(&request);
    assert_eq!(body["tools"][1], json!({"googleSearch": {}}));
    assert_eq!(
        body["toolConfig"],
        json!({"functionCallingConfig": {"mode": "VALIDATED"}, "retrievalConfig": {}})
    );
}

#[test]
fn extra_must_not_say_what_the_request_says_itself() {
    for (mode, extra, refused) in [
        (Mode::Tools, json!({"contents": []}), Some("contents")),
        (
            Mode::Tools,
            json!({"toolConfig": {"functionCallingConfig": {"mode": "NONE"}}}),
            Some("toolConfig.functionCallingConfig.mode"),
        ),
        (
            Mode::JsonSchema,
            json!({"generationConfig": {"responseMimeType": "text/plain"}}),
            Some("generationConfig.responseMimeType"),
        ),
        (Mode::Tools, json!({"safetySettings": []}), None),
        (Mode::Tools, json!({"generationConfig": {"candidateCount": 2}}), None),
    ] {
        let mut request = request_for::<Person>("m", mode);
        request.options.extra = extra.as_object().unwrap().clone();
        match (provider().encode(&request), refused) {
            (Ok(_), refused) => assert_eq!(refused, None, "{extra}"),
            (Err(error), refused) => assert!(error.message.contains(refused.unwrap()), "{error}"),
        }
    }
}

fn media(kind: MediaKind, mime: &str) -> Media {
    Media::new(kind, mime, &b"abc"[..])
}

#[test]
fn media_is_written_or_fetched_by_google() {
    let inline = |mime: &str| json!({"inlineData": {"mimeType": mime, "data": "YWJj"}});
    let file = |mime: &str, uri: &str| json!({"fileData": {"mimeType": mime, "fileUri": uri}});
    let mut typed = Media::document_url("gs://bucket/report");
    typed.mime = "application/pdf".into();
    for (media, expected) in [
        (media(MediaKind::Image, "image/png"), inline("image/png")),
        (media(MediaKind::Audio, "audio/wav"), inline("audio/wav")),
        (media(MediaKind::Document, "application/pdf"), inline("application/pdf")),
        (Media::image_url("data:image/gif;base64,YWJj"), inline("image/gif")),
        (typed, file("application/pdf", "gs://bucket/report")),
        (
            Media::image_url("https://a.b/c.JPG?x=1.png"),
            file("image/jpeg", "https://a.b/c.JPG?x=1.png"),
        ),
        (
            Media::audio_url("https://youtu.be/x"),
            json!({"fileData": {"fileUri": "https://youtu.be/x"}}),
        ),
    ] {
        let mut request = request_for::<Person>("m", Mode::Tools);
        request.messages[0] = Message::user("Who?").attach(media);
        let parts = parsed(&request)["contents"][0]["parts"].clone();
        assert_eq!(parts, json!([{"text": "Who?"}, expected]));
    }
    let mut request = request_for::<Person>("m", Mode::Tools);
    request.messages[0].parts.push(Part::Media(media(MediaKind::Image, "")));
    assert_eq!(provider().encode(&request).unwrap_err().kind, Kind::Encode);
}

fn exchange(answer: Choice) -> Exchange {
    let result = |text: &str, is_error| CallResult { text: text.into(), is_error };
    let results = vec![result("Wrong.", true), result("Ignored.", false)];
    Exchange { answer, results, complaint: "Wrong.".into() }
}

fn history(model: &str, answers: impl IntoIterator<Item = Choice>) -> Vec<Value> {
    let mut request = request_for::<Person>(model, Mode::Tools);
    request.examples.push(example("Bob", &[r#"{"name":"Bob"}"#]));
    request.history.extend(answers.into_iter().map(exchange));
    parsed(&request)["contents"].as_array().unwrap().clone()
}

#[test]
fn a_wrong_answer_is_sent_back_as_it_was_with_a_result_for_each_call() {
    let parts = json!([
        {"text": "Let me see.", "thought": true},
        {"functionCall": {"name": "Person", "args": {"age": 1.0}, "id": "x"},
         "thoughtSignature": "c2ln"},
        {"functionCall": {"name": "Person", "args": {}}},
    ]);
    let body = json!({"candidates": [{"content": {"parts": parts, "role": "model"}}]});
    let answer = decode(200, &body.to_string()).unwrap().choices.remove(0);
    let all = history("gemini-3-pro", [answer]);
    let result =
        |response: Value| json!({"functionResponse": {"name": "Person", "response": response}});
    let mut first = result(json!({"error": "Wrong."}));
    first["functionResponse"]["id"] = "x".into();
    assert_eq!(
        json!(all),
        json!([
            {"role": "user", "parts": [{"text": "Bob"}]},
            {"role": "model", "parts": [
                {"functionCall": {"name": "Person", "args": {"name": "Bob"}}},
            ]},
            {"role": "user", "parts": [result(json!({"output": "Correct."}))]},
            {"role": "user", "parts": [{"text": "Ada is 36."}]},
            {"role": "model", "parts": parts},
            {"role": "user", "parts": [first, result(json!({"output": "Ignored."}))]},
        ])
    );
}

#[test]
fn an_answer_without_calls_gets_a_complaint() {
    let mut text = Choice::default();
    text.content = Some("I think 36".into());
    let all = history("m", [text, Choice::default()]);
    assert_eq!(
        all[3..],
        [
            json!({"role": "user", "parts": [{"text": "Ada is 36."}]}),
            json!({"role": "model", "parts": [{"text": "I think 36"}]}),
            // There is no turn for an answer of nothing.
            json!({"role": "user", "parts": [{"text": "Wrong."}, {"text": "Wrong."}]}),
        ]
    );
}

#[test]
fn an_answer_of_another_service_is_rebuilt() {
    let call = |arguments: &str| Call {
        id: "toolu_1".into(),
        name: "Person".into(),
        arguments: arguments.into(),
    };
    let mut answer = Choice::default();
    answer.calls = vec![call(r#"{"age":1}"#), call("{broken")];
    for native in [None, Some(r#"[{"type":"text"}]"#), Some(r#"{"content":[]}"#), Some("{")] {
        answer.native = native.map(Arc::from);
        let call = json!({"functionCall": {"name": "Person", "args": {"age": 1}}});
        let broken = json!({"functionCall": {"name": "Person"}});
        let mut signed = call.clone();
        signed["thoughtSignature"] = "skip_thought_signature_validator".into();
        for (model, first) in [("gemini-2.5-pro", &call), ("gemini-3-pro", &signed)] {
            let all = history(model, [answer.clone()]);
            assert_eq!(all[4], json!({"role": "model", "parts": [first, broken]}), "{native:?}");
            assert_eq!(all[5]["parts"][1]["functionResponse"].get("id"), None);
        }
    }
}

/// An answer with these parts.
fn answered(parts: &Value, reason: &str) -> Step {
    let content = json!({"role": "model", "parts": parts});
    Step::status(200, &json!({"candidates": [{"content": content, "finishReason": reason}]}))
}

#[tokio::test]
async fn a_person_is_asked_for_again_over_the_network() {
    let wrong = json!([{"functionCall": {"name": "Person", "args": {"name": "Ada", "age": 360}},
        "thoughtSignature": "c2ln"}]);
    let right = json!([{"functionCall": {"name": "Person", "args": {"name": "Ada", "age": 36}}}]);
    let server = Server::start([
        answered(&wrong, "STOP"),
        Step::status(200, &json!({"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]})),
        answered(&right, "STOP"),
    ])
    .await;
    let (builder, _) = server.client();
    let client = builder.model("gemini/gemini-3-flash").max_reasks(2).build().unwrap();
    let person: Person = client.extract("Ada is 36.").await.unwrap();
    assert_eq!(person, Person::ada());
    let received = server.received();
    assert!(received[0].head.starts_with("POST /v1/models/gemini-3-flash:generateContent "));
    let contents = received[2].body["contents"].as_array().unwrap();
    let roles: Vec<_> = contents.iter().map(|turn| turn["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "model", "user", "user"]);
    assert_eq!(contents[1]["parts"], wrong);
    let told = &contents[2]["parts"][0]["functionResponse"]["response"]["error"];
    assert!(told.as_str().unwrap().contains("must be at most 150"), "{told}");
}

#[test]
fn an_assistant_is_called_model_and_turns_are_merged() {
    let mut request = request_for::<Person>("m", Mode::Tools);
    request.messages.push(Message::user("And Bob?"));
    request.messages.push(Message::new(Role::Assistant, "Who?"));
    request.messages.push(Message::user("Bob is 4."));
    assert_eq!(
        parsed(&request)["contents"],
        json!([
            {"role": "user", "parts": [{"text": "Ada is 36."}, {"text": "And Bob?"}]},
            {"role": "model", "parts": [{"text": "Who?"}]},
            {"role": "user", "parts": [{"text": "Bob is 4."}]},
        ])
    );
}
