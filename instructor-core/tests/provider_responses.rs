//! The wire format of `OpenAI`'s Responses API: what is written, and what is read.

mod support;

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use instructor_core::media::MediaKind;
use instructor_core::provider::{Provider, ProviderError, ProviderErrorKind as Kind, Service};
use instructor_core::reply::{Call, Choice, Reply, Stop};
use instructor_core::request::{
    CallResult, Example, ExampleAnswer, Exchange, Message, Mode, Part, Reasoning, Request,
};
use instructor_core::schema::rendered;
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Extract, Media, Usage};
use serde_json::{Value, json};
use support::{KEY, Person, Server, Step};

fn provider() -> Arc<dyn Provider> {
    support::provider("openai-responses", Some("http://localhost/v1"))
}

fn request(mode: Mode) -> Request {
    let rendered = rendered(Person::SCHEMA, provider().dialect(mode)).unwrap();
    let mut request = Request::new("gpt-test", rendered, mode);
    request.messages.push(Message::user("Ada is 36."));
    request
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&provider().encode(request).unwrap().body).unwrap()
}

/// The body must be `expected` to the letter, in which `SCHEMA` stands for the rendered schema.
#[track_caller]
fn check_body(mode: Mode, change: impl FnOnce(&mut Request), expected: &str) {
    let mut request = request(mode);
    change(&mut request);
    let expected: String = expected.lines().map(str::trim).collect();
    let body = provider().encode(&request).unwrap().body;
    assert_eq!(
        String::from_utf8(body.to_vec()).unwrap(),
        expected
            .replace("\"SCHEMA\"", request.rendered.json.get())
            .replace("SCHEMA", &request.rendered.json.get().replace('"', "\\\""))
    );
}

const NOTHING: fn(&mut Request) = |_| {};

#[test]
fn json_schema() {
    check_body(
        Mode::JsonSchema,
        |request| {
            request.system = Some("Be brief.".into());
            request.options.temperature = Some(0.1);
            request.options.max_tokens = Some(99);
            request.options.reasoning = Some(Reasoning::Low);
            let extra = json!({"text": {"verbosity": "low"}, "reasoning": {"summary": "auto"},
                "store": false, "tools": [{"type": "web_search"}]});
            request.options.extra = extra.as_object().unwrap().clone();
        },
        r#"{"model":"gpt-test",
        "input":[{"type":"message","role":"system","content":"Be brief."},
        {"type":"message","role":"user","content":"Ada is 36."}],
        "text":{"format":{"type":"json_schema","name":"Person",
        "description":"A person in the text.","schema":"SCHEMA","strict":true},"verbosity":"low"},
        "temperature":0.1,"max_output_tokens":99,
        "reasoning":{"effort":"low","summary":"auto"},
        "store":false,"tools":[{"type":"web_search"}]}"#,
    );
}

#[test]
fn tools_say_whether_they_are_strict() {
    for (mode, strict) in [(Mode::Tools, "false"), (Mode::ToolsStrict, "true")] {
        let expected = r#"{"model":"gpt-test",
        "input":[{"type":"message","role":"user","content":"Ada is 36."}],
        "tools":[{"type":"function","name":"Person",
        "description":"A person in the text.","parameters":"SCHEMA","strict":STRICT}],
        "tool_choice":{"type":"function","name":"Person"},"parallel_tool_calls":false}"#;
        check_body(mode, NOTHING, &expected.replace("STRICT", strict));
    }
}

#[test]
fn json_object_and_markdown_with_an_example() {
    check_body(
        Mode::Json,
        NOTHING,
        r#"{"model":"gpt-test",
        "input":[{"type":"message","role":"system","content":"A person in the text.\nAnswer with one JSON object that matches this JSON Schema, and nothing else:\nSCHEMA"},
        {"type":"message","role":"user","content":"Ada is 36."}],
        "text":{"format":{"type":"json_object"}}}"#,
    );
    check_body(
        Mode::MarkdownJson,
        |request| request.examples.push(example()),
        r#"{"model":"gpt-test",
        "input":[{"type":"message","role":"system","content":"A person in the text.\nAnswer with one JSON object in a ```json code block. It matches this JSON Schema:\nSCHEMA"},
        {"type":"message","role":"user","content":"Bob, 4"},
        {"type":"message","role":"assistant","content":"```json\n{\"name\":\"Bob\",\"age\":4}\n```"},
        {"type":"message","role":"user","content":"Ada is 36."}]}"#,
    );
}

fn example() -> Example {
    let answer = ExampleAnswer { tool: "Person", json: r#"{"name":"Bob","age":4}"#.into() };
    Example { input: "Bob, 4".into(), answers: vec![answer] }
}

#[test]
fn users_own_tools_and_parallel_calls_are_not_shut_out() {
    let mut searching = request(Mode::Tools);
    searching.options.extra.insert("tools".into(), json!([{"type": "web_search"}]));
    let body_searching = body(&searching);
    assert_eq!(body_searching["tools"].as_array().unwrap().len(), 2);
    assert_eq!(body_searching["tools"][1], json!({"type": "web_search"}));
    assert_eq!(body_searching["tool_choice"], "required");
    let parallel = body(&request(Mode::Parallel));
    assert_eq!(parallel["tool_choice"], "required");
    assert_eq!(parallel["parallel_tool_calls"], true);
}

#[test]
fn the_o_series_is_not_told_how_many_tools_to_call() {
    for (model, told) in [("o3", false), ("ft:o4-mini:me::1", false), ("gpt-5", true)] {
        for mode in [Mode::Tools, Mode::Parallel] {
            let mut request = request(mode);
            request.model = model.into();
            assert_eq!(body(&request).get("parallel_tool_calls").is_some(), told, "{model}");
        }
    }
}

#[test]
fn examples_are_calls_with_results() {
    let mut request = request(Mode::Tools);
    request.examples.push(example());
    let input = &body(&request)["input"];
    assert_eq!(input[0]["content"], "Bob, 4");
    let call = json!({"type": "function_call", "call_id": "call_example_0_0", "name": "Person",
        "arguments": "{\"name\":\"Bob\",\"age\":4}"});
    assert_eq!(input[1], call);
    let result = json!({"type": "function_call_output", "call_id": "call_example_0_0",
        "output": "Correct."});
    assert_eq!(input[2], result);
}

#[test]
fn media_are_parts_of_a_message() {
    let mut pdf = Media::new(MediaKind::Document, "application/pdf", "pdf".as_bytes());
    let text = Media::new(MediaKind::Document, "text/plain", "t".as_bytes());
    let png = Media::new(MediaKind::Image, "image/png", "png".as_bytes());
    pdf.name = Some("cv.pdf".into());
    let cases = [
        (
            Media::image_url("https://a.b/c.png"),
            json!({"type": "input_image", "image_url": "https://a.b/c.png"}),
        ),
        (png, json!({"type": "input_image", "image_url": "data:image/png;base64,cG5n"})),
        (
            Media::document_url("https://a.b/c.pdf"),
            json!({"type": "input_file", "file_url": "https://a.b/c.pdf"}),
        ),
        (
            pdf,
            json!({"type": "input_file", "filename": "cv.pdf",
                "file_data": "data:application/pdf;base64,cGRm"}),
        ),
        (
            text,
            json!({"type": "input_file", "filename": "document.txt",
                "file_data": "data:text/plain;base64,dA=="}),
        ),
    ];
    for (media, part) in cases {
        let mut request = request(Mode::JsonSchema);
        request.messages = vec![Message::user("Who?").attach(media)];
        let text = json!({"type": "input_text", "text": "Who?"});
        assert_eq!(body(&request)["input"][0]["content"], json!([text, part]));
    }
    let mut request = request(Mode::JsonSchema);
    let parts = ["a", "b"].map(|text| Part::Text(text.into())).to_vec();
    let mut said = Message::assistant("");
    said.parts = parts;
    request.messages = vec![said];
    let expected =
        json!([{"type": "output_text", "text": "a"}, {"type": "output_text", "text": "b"}]);
    assert_eq!(body(&request)["input"][0]["content"], expected);
}

type Change = Box<dyn Fn(&mut Request)>;

#[test]
fn what_the_wire_cannot_say_is_an_error_that_says_the_way_out() {
    let extra = |key: &'static str| {
        move |request: &mut Request| {
            request.options.extra.insert(key.into(), json!("x"));
        }
    };
    let audio = |request: &mut Request| {
        request.messages[0].parts.push(Part::Media(Media::audio_url("https://a.b/c.mp3")));
    };
    let cases: [(&str, Change); 8] = [
        ("audio", Box::new(audio)),
        ("conversation", Box::new(extra("conversation"))),
        ("stream", Box::new(extra("stream"))),
        ("background", Box::new(extra("background"))),
        ("model", Box::new(extra("model"))),
        ("input", Box::new(extra("input"))),
        ("text", Box::new(extra("text"))),
        (
            "text.format",
            Box::new(|request| {
                request.options.extra.insert("text".into(), json!({"format": {"type": "text"}}));
            }),
        ),
    ];
    for (word, change) in cases {
        let mut request = request(Mode::JsonSchema);
        change(&mut request);
        let error = provider().encode(&request).unwrap_err();
        assert_eq!(error.kind, Kind::Encode, "{word}");
        assert!(error.message.contains(word), "{word}: {error}");
    }
}

#[test]
fn a_seed_is_left_out() {
    let without = request(Mode::Tools);
    let mut with = without.clone();
    with.options.seed = Some(1);
    assert_eq!(body(&with), body(&without));
}

#[test]
fn reasoning_is_told_in_the_nearest_word() {
    for (reasoning, effort) in [
        (Reasoning::Off, "none"),
        (Reasoning::Minimal, "minimal"),
        (Reasoning::Medium, "medium"),
        (Reasoning::High, "high"),
        (Reasoning::Budget(0), "none"),
        (Reasoning::Budget(100), "minimal"),
        (Reasoning::Budget(2_000), "low"),
        (Reasoning::Budget(8_000), "medium"),
        (Reasoning::Budget(u32::MAX), "high"),
    ] {
        let mut request = request(Mode::Tools);
        request.options.reasoning = Some(reasoning);
        assert_eq!(body(&request)["reasoning"], json!({"effort": effort}));
    }
}

fn exchange(answer: Choice) -> Exchange {
    let result = |text: &str, is_error| CallResult { text: text.into(), is_error };
    let results = vec![result("Ignored.", false), result("Wrong.", true)];
    Exchange { answer, results, complaint: "Wrong, all of it.".into() }
}

fn output() -> Value {
    json!([
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"},
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
        {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": null},
        {"type": "function_call", "id": "fc_1", "call_id": "a", "name": "Person", "arguments": "{}"},
        {"type": "function_call", "id": "fc_2", "call_id": "b", "name": "Person", "arguments": "{}"},
    ])
}

fn results() -> [Value; 2] {
    [("a", "Ignored."), ("b", "Wrong.")]
        .map(|(id, text)| json!({"type": "function_call_output", "call_id": id, "output": text}))
}

#[test]
fn an_answer_is_sent_back_as_it_came() {
    let answer = one(&json!({"status": "completed", "store": true, "output": output()}));
    let mut again = request(Mode::Tools);
    again.options.extra.insert("previous_response_id".into(), json!("resp_0"));
    again.history.push(exchange(answer.clone()));
    let sent = body(&again);
    // The user's own, not that of the wrong answer, which is among the items.
    assert_eq!(sent["previous_response_id"], "resp_0");
    let input = sent["input"].as_array().unwrap();
    assert_eq!(input[1..6], *output().as_array().unwrap());
    assert_eq!(input[6..], results());

    // What the service has not stored goes without ids, and without what it cannot read.
    let calls = ["a", "b"].map(
        |id| json!({"type": "function_call", "call_id": id, "name": "Person", "arguments": "{}"}),
    );
    let unstored = one(&json!({"status": "completed", "store": false, "output": output()}));
    for (answer, store) in [(answer, Some(false)), (unstored, None)] {
        let mut again = request(Mode::Tools);
        again.options.extra.extend(store.map(|store| ("store".into(), json!(store))));
        again.history.push(exchange(answer));
        let input = body(&again)["input"].as_array().unwrap().clone();
        assert_eq!(input[1..3], calls);
        assert_eq!(input[3..], results());
    }
}

#[test]
fn an_answer_without_calls_or_without_items_is_sent_back_too() {
    let said = json!({"type": "message", "id": "m", "role": "assistant",
        "content": [{"type": "output_text", "text": "36?", "annotations": []}]});
    let complaint = json!({"type": "message", "role": "user", "content": "Wrong, all of it."});
    let mut again = request(Mode::JsonSchema);
    let empty = json!({"status": "completed", "output": [{"type": "reasoning", "id": "r"}]});
    again.history.push(exchange(one(&json!({"status": "completed", "output": [said]}))));
    again.history.push(exchange(one(&empty)));
    let mut bare = Choice::default();
    bare.content = Some("hm".into());
    again.history.push(exchange(bare));
    let sent = body(&again);
    let hm = json!({"type": "message", "role": "assistant", "content": "hm"});
    let expected = [&said, &complaint, &complaint, &hm, &complaint].map(Clone::clone);
    assert_eq!(sent["input"].as_array().unwrap()[1..], expected);

    // The server gave no id of the call, so the call goes back with the one that is ours.
    let call = json!({"type": "function_call", "name": "Person", "arguments": {"n": u64::MAX}});
    let answer = one(&json!({"status": "completed", "output": [call]}));
    let mut again = request(Mode::Tools);
    again.history.push(exchange(answer));
    let sent = body(&again);
    assert_eq!(sent["input"][1]["call_id"], "call_0_0");
    assert_eq!(sent["input"][1]["arguments"], format!("{{\"n\":{}}}", u64::MAX));
    assert_eq!(sent["input"][2]["call_id"], "call_0_0");
}

fn decode(status: u16, body: &str) -> Result<Reply, ProviderError> {
    let mut response = HttpResponse::new(Bytes::copy_from_slice(body.as_bytes()));
    response.status = StatusCode::from_u16(status).unwrap();
    provider().decode(&response)
}

fn one(body: &Value) -> Choice {
    decode(200, &body.to_string()).unwrap().choices.remove(0)
}

#[test]
fn a_whole_response_is_read() {
    let body = json!({
        "id": "resp_1", "object": "response", "status": "completed", "model": "m", "error": null,
        "incomplete_details": null, "store": true,
        "output": [
            {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "x"}]},
            {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"query": "q"}},
            {"type": "message", "id": "m1", "role": "assistant", "phase": "commentary",
                "content": [{"type": "output_text", "text": "I look it up."}]},
            {"type": "message", "id": "m2", "role": "assistant",
                "content": [{"type": "output_text", "text": "{\"name\":"},
                    {"type": "output_text", "text": "\"Ada\"}"}]},
            {"type": "function_call", "id": "fc", "call_id": "c", "name": "Person", "arguments": "{\"a\": 1}"},
        ],
        "usage": {"input_tokens": 12, "output_tokens": 3, "total_tokens": 15,
            "input_tokens_details": {"cached_tokens": 8},
            "output_tokens_details": {"reasoning_tokens": 2}},
    });
    let reply = decode(200, &body.to_string()).unwrap();
    let mut usage = Usage::new(12, 3);
    (usage.cached_input_tokens, usage.reasoning_tokens) = (8, 2);
    assert_eq!(reply.usage, Some(usage));
    assert_eq!((reply.id.as_deref(), reply.model.as_deref()), (Some("resp_1"), Some("m")));
    let [choice] = reply.choices.as_slice() else { panic!("one choice") };
    assert_eq!(choice.content.as_deref(), Some("{\"name\":\"Ada\"}"));
    let call = Call { id: "c".into(), name: "Person".into(), arguments: "{\"a\": 1}".into() };
    assert_eq!((choice.calls.as_slice(), &choice.stop), ([call].as_slice(), &Stop::ToolCalls));
}

#[test]
fn the_status_says_why_the_answer_ended() {
    let cut = |reason| json!({"status": "incomplete", "incomplete_details": {"reason": reason}, "output": []});
    let calls = json!([{"type": "function_call", "call_id": "c"}]);
    for (body, stop) in [
        (json!({"status": "completed", "output": []}), Stop::End),
        (json!({"status": "completed", "output": calls}), Stop::ToolCalls),
        (cut("max_output_tokens"), Stop::Length),
        (cut("content_filter"), Stop::ContentFilter),
        (cut("tired"), Stop::Other("tired".into())),
        (json!({"status": "incomplete", "output": []}), Stop::Other("incomplete".into())),
        (json!({"output": []}), Stop::Unknown),
    ] {
        assert_eq!(one(&body).stop, stop, "{body}");
    }
    let refusal =
        json!({"output": [{"type": "message", "content": [{"type": "refusal", "refusal": "no"}]}]});
    assert_eq!(one(&refusal).refusal.as_deref(), Some("no"));
    let nulls = json!({"id": null, "model": null, "usage": null, "error": null, "store": null,
        "output": [{"content": null}, {"type": "message", "content": []}, {"type": "function_call"},
            {"type": "message", "content": "plain"}, {"type": "something_new", "content": 1}]});
    let read = one(&nulls);
    assert_eq!((read.content.as_deref(), read.calls.len()), (Some("plain"), 1));
    assert_eq!(read.calls[0].id, "call_0_0");
}

#[test]
fn garbage_is_an_error_and_not_a_panic() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "<html>500</html>",
        "{\"output\":null}",
        "{\"output\":{}}",
        "{\"output\":[1]}",
        "{\"status\":1,\"output\":[]}",
        "{\"status\":\"queued\",\"output\":[]}",
        "{\"status\":\"cancelled\",\"output\":[]}",
        "{\"output\":[{\"type\":\"message\",\"content\":[1]}]}",
        "{\"output\":[{\"type\":\"message\",\"content\":\"\\ud800\"}]}",
        "{\"output\":[{\"type\":\"message\"",
    ] {
        let error = decode(200, body).unwrap_err();
        assert_eq!((error.kind, error.advice), (Kind::InvalidReply, Advice::Never), "{body}");
    }
    let whole = json!({"store": false, "output": output()}).to_string();
    assert!(decode(200, &whole).is_ok());
    for (end, _) in whole.char_indices() {
        assert!(decode(200, &whole[..end]).is_err());
    }
}

#[test]
fn errors_are_told_apart() {
    let failed = |code: &str| {
        let error = json!({"code": code, "message": "m"});
        json!({"status": "failed", "error": error, "output": []}).to_string()
    };
    let spent = json!({"error": {"message": "m", "code": "insufficient_quota"}}).to_string();
    let cases = [
        (401, "{}".into(), Kind::Authentication, Advice::Never),
        (404, "{}".into(), Kind::NotFound, Advice::Never),
        (400, "{}".into(), Kind::BadRequest, Advice::Never),
        (429, "{}".into(), Kind::RateLimited, Advice::Backoff),
        (429, spent, Kind::QuotaExhausted, Advice::Never),
        (500, "<html>".into(), Kind::Unavailable(500), Advice::Backoff),
        (200, failed("server_error"), Kind::Unavailable(200), Advice::Backoff),
        (200, failed("rate_limit_exceeded"), Kind::RateLimited, Advice::Backoff),
        (200, failed("insufficient_quota"), Kind::QuotaExhausted, Advice::Never),
        (200, failed("invalid_prompt"), Kind::BadRequest, Advice::Never),
        (200, failed("image_content_policy_violation"), Kind::ContentFiltered, Advice::Never),
        (200, failed("429"), Kind::RateLimited, Advice::Backoff),
        (
            200,
            "{\"status\":\"failed\",\"error\":null}".into(),
            Kind::Unavailable(200),
            Advice::Backoff,
        ),
        (200, "{\"error\":\"overloaded\"}".into(), Kind::Unavailable(200), Advice::Backoff),
    ];
    for (status, body, kind, advice) in cases {
        let error = decode(status, &body).unwrap_err();
        assert_eq!((error.kind, error.advice), (kind, advice), "{status} {body}");
        assert!(!error.message.is_empty());
    }
    let echoed = json!({"status": "failed", "error": {"message": format!("bad key {KEY}")}});
    assert_eq!(decode(200, &echoed.to_string()).unwrap_err().message, "bad key ***");
}

#[test]
fn the_key_is_sent_and_never_printed() {
    let http = provider().encode(&request(Mode::Tools)).unwrap();
    assert_eq!(http.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(http.url, "http://localhost/v1/responses");
    for printed in [format!("{:?}", provider()), format!("{http:?}"), format!("{:?}", http.headers)]
    {
        assert!(!printed.contains("5ecret"), "{printed}");
    }
    assert_eq!(Service::find("responses").unwrap().name, "openai-responses");
}

/// Over HTTP, a wrong answer first: the second question holds it with its reasoning.
#[tokio::test]
async fn a_wrong_answer_is_asked_for_again() {
    let answer = |age: u16| {
        let text = json!({"name": "Ada", "age": age}).to_string();
        let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": []});
        let part = json!({"type": "output_text", "text": text, "annotations": []});
        let said =
            json!({"type": "message", "id": "msg_1", "role": "assistant", "content": [part]});
        Step::status(200, &json!({"status": "completed", "output": [reasoning, said]}))
    };
    let server = Server::start([answer(900), answer(36)]).await;
    let client = server.client().0.model("openai-responses/gpt-test").build().unwrap();
    let found = client.extract::<Person>("Ada Lovelace died at 36.").send().await.unwrap();
    assert_eq!(found.value, Person::ada());
    let input = server.received()[1].body["input"].clone();
    let kinds: Vec<_> = input.as_array().unwrap().iter().map(|item| &item["type"]).collect();
    assert_eq!(kinds, ["message", "reasoning", "message", "message"]);
    assert!(input[3]["content"].as_str().unwrap().contains("age"), "{input}");
}
