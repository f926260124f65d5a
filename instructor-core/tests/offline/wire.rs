//! The wire: ways of asking, asking again, scripts, errors.

use std::time::Duration;

use instructor_core::offline::{Answer, Offline};
use instructor_core::transport::{Transport, TransportError};
use serde_json::{Value, json};

use crate::{BIOGRAPHY, TICKET, arguments, extract, object, reply, send, tools};

#[tokio::test]
async fn every_way_of_asking_is_understood() {
    let schema = object(json!({"age": {"type": "integer"}}));
    let messages = json!([{"role": "user", "content": "She is 36 years old."}]);
    let written = |note: &str| {
        json!([
            {"role": "system", "content": format!("Answer with JSON of this schema:\n{schema}\n{note}")},
            {"role": "user", "content": [{"type": "text", "text": "She is 36 years old."}]},
        ])
    };
    let format = json!({"type": "json_schema", "json_schema": {"name": "Answer", "schema": schema, "strict": true}});
    let cases = [
        (json!({"messages": messages, "response_format": format}), "{\"age\":36}"),
        (
            json!({"messages": written("Use no other text."), "response_format": {"type": "json_object"}}),
            "{\"age\":36}",
        ),
        (
            json!({"messages": written("Put it into a ```json block.")}),
            "```json\n{\"age\":36}\n```",
        ),
    ];
    for (body, content) in cases {
        let reply = reply(&Offline::default(), &body).await;
        assert_eq!(reply["choices"][0]["message"]["content"], content, "{body}");
        assert_eq!(reply["choices"][0]["finish_reason"], "stop");
    }

    let mut several = tools(&schema, &messages);
    let other = json!({"type": "function", "function": {"name": "Other", "parameters": {"type": "object"}}});
    several["tools"].as_array_mut().expect("tools").insert(0, other);
    let reply = reply(&Offline::default(), &several).await;
    let message = &reply["choices"][0]["message"];
    assert_eq!(message["tool_calls"][0]["function"]["name"], "Answer");
    assert_eq!(message["content"], Value::Null);
    assert_eq!(reply["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(reply["object"], "chat.completion");
    assert_eq!(reply["model"], "offline");
    let usage = &reply["usage"];
    assert_eq!(usage["prompt_tokens"], several.to_string().len().div_ceil(4));
    assert_eq!(usage["completion_tokens"], "{\"age\":36}".len().div_ceil(4));
}

#[tokio::test]
async fn the_text_is_the_users_last_turn_without_examples() {
    let schema = object(json!({"name": {"type": "string", "description": "Name of the person."}}));
    let example = json!({"role": "assistant", "content": null, "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "Answer", "arguments": "{\"name\":\"Bob Jones\"}"}},
    ]});
    let messages = json!([
        {"role": "system", "content": "You are Clever Hans."},
        {"role": "user", "content": "Bob Jones lives here."},
        example,
        {"role": "tool", "tool_call_id": "call_1", "content": "ok"},
        {"role": "user", "content": "Ann Smith lives there."},
    ]);
    let found = arguments(&reply(&Offline::default(), &tools(&schema, &messages)).await);
    assert_eq!(found, json!({"name": "Ann Smith"}));
}

/// The turns that follow a rejected answer, in the form of tools and in the form of JSON modes.
pub(crate) fn asked_again(text: &str, answer: &Value, complaint: &str) -> [Value; 2] {
    let call = json!({"id": "call_1", "type": "function", "function": {"name": "Answer", "arguments": answer.to_string()}});
    [
        json!([
            {"role": "user", "content": text},
            {"role": "assistant", "content": null, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": format!("The answer is wrong:\n{complaint}\nCall again.")},
        ]),
        json!([
            {"role": "user", "content": text},
            {"role": "assistant", "content": answer.to_string()},
            {"role": "user", "content": format!("The answer is wrong:\n{complaint}")},
        ]),
    ]
}

#[tokio::test]
async fn asked_again_it_takes_the_next_best() {
    let cases = [
        (
            object(json!({"order_number": {"type": "string"}})),
            TICKET,
            json!({"order_number": "7301-4466"}),
            "- `order_number`: the check digit is wrong, but is \"7301-4466\"",
            json!({"order_number": "7301-4468"}),
        ),
        (
            object(json!({"age?": {"type": ["integer", "null"]}})),
            "She is aged 36.",
            json!({"age": 36}),
            "- `age`: must be above 40, but is 36",
            json!({}),
        ),
        (
            object(
                json!({"value": {"type": "array", "items": {"type": "string", "format": "email"}}}),
            ),
            "Write to a@b.org or c@d.org.",
            json!({"value": ["a@b.org", "c@d.org"]}),
            "- `[0]`: must be at d.org",
            json!({"value": ["c@d.org"]}),
        ),
        (
            object(json!({"mood": {"type": "string", "enum": ["good", "bad"]}})),
            "A good day.",
            json!({"mood": "good"}),
            "- `mood`: must be bad",
            json!({"mood": "bad"}),
        ),
    ];
    for (schema, text, first, complaint, second) in cases {
        assert_eq!(extract(&schema, text).await, first, "{text}");
        for messages in asked_again(text, &first, complaint) {
            let found = arguments(&reply(&Offline::default(), &tools(&schema, &messages)).await);
            assert_eq!(found, second, "{text}");
        }
    }
}

#[tokio::test]
async fn a_script_is_played_and_then_the_rules_answer() {
    let body = tools(
        &object(json!({"age": {"type": "integer"}})),
        &json!([{"role": "user", "content": "aged 36"}]),
    );
    let offline = Offline::default().answers([
        Answer::json(json!({"age": 900})),
        Answer::from("no tool call"),
        Answer::arguments("{\"age\": "),
        Answer::refusal("I would rather not."),
        Answer::truncated("{\"ag"),
        Answer::filtered(),
        Answer::status(429).retry_after(7),
        Answer::status(500),
        Answer::response(200, "<html>"),
        Answer::cut(),
        Answer::timeout(),
    ]);
    let copy = offline.clone();

    let first = reply(&copy, &body).await;
    assert_eq!(arguments(&first), json!({"age": 900}));
    let text = reply(&offline, &body).await;
    assert_eq!(text["choices"][0]["message"]["content"], "no tool call");
    let broken = reply(&offline, &body).await;
    let call = &broken["choices"][0]["message"]["tool_calls"][0];
    assert_eq!(call["function"]["arguments"], "{\"age\": ");
    let refusal = reply(&offline, &body).await;
    assert_eq!(refusal["choices"][0]["message"]["refusal"], "I would rather not.");
    for finish in ["length", "content_filter"] {
        assert_eq!(reply(&offline, &body).await["choices"][0]["finish_reason"], finish);
    }
    let limited = send(&offline, &body).await.expect("a response");
    assert_eq!(
        (limited.status.as_u16(), &limited.headers["retry-after"]),
        (429, &"7".parse().expect("a value"))
    );
    assert_eq!(send(&offline, &body).await.expect("a response").status.as_u16(), 500);
    assert_eq!(send(&offline, &body).await.expect("a response").body, "<html>");
    assert!(matches!(send(&offline, &body).await, Err(TransportError::Interrupted(_))));
    assert!(matches!(send(&offline, &body).await, Err(TransportError::Timeout)));
    assert_eq!(arguments(&reply(&offline, &body).await), json!({"age": 36}));

    assert_eq!(offline.requests(), vec![body; 12]);
    assert_eq!(format!("{copy:?}"), "Offline { answers_left: 0, requests: 12 }");
}

#[tokio::test]
async fn what_it_cannot_answer_is_a_400() {
    let asked = json!([{"role": "user", "content": "x"}]);
    let stream = json!({"messages": asked, "stream": true});
    for (body, says) in [
        (json!({}), "messages"),
        (json!([]), "messages"),
        (json!({"messages": asked}), "JSON Schema"),
        (stream, "stream"),
    ] {
        let response = send(&Offline::default(), &body).await.expect("a response");
        assert_eq!(response.status.as_u16(), 400);
        let error: Value = serde_json::from_slice(&response.body).expect("JSON");
        assert!(
            error["error"]["message"].as_str().is_some_and(|text| text.contains(says)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn answers_end_at_the_limit_of_tokens() {
    let schema = object(json!({"summary": {"type": "string"}}));
    let mut body = tools(&schema, &json!([{"role": "user", "content": BIOGRAPHY}]));
    body["max_completion_tokens"] = 5.into();
    let reply = reply(&Offline::default(), &body).await;
    assert_eq!(reply["choices"][0]["finish_reason"], "length");
    assert_eq!(reply["usage"]["completion_tokens"], 5);
}

#[tokio::test(start_paused = true)]
async fn it_never_waits() {
    let start = tokio::time::Instant::now();
    Offline::default().sleep(Duration::from_secs(3600)).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}
