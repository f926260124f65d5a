//! What is read.

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use instructor_core::provider::{ProviderError, ProviderErrorKind as Kind};
use instructor_core::reply::{Call, Choice, Reply, Stop};
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Usage};
use serde_json::{Value, json};

use super::provider;
use super::support::KEY;

fn decode(status: u16, body: &str) -> Result<Reply, ProviderError> {
    let mut response = HttpResponse::new(Bytes::copy_from_slice(body.as_bytes()));
    response.status = StatusCode::from_u16(status).unwrap();
    response.headers.insert("request-id", HeaderValue::from_static("req_1"));
    provider().decode(&response)
}

fn one(content: &Value, stop_reason: &str) -> Choice {
    let body = json!({"content": content, "stop_reason": stop_reason});
    decode(200, &body.to_string()).unwrap().choices.remove(0)
}

#[test]
fn a_whole_message_is_read() {
    let content = json!([
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "text", "text": "Let me "},
        {"type": "server_tool_use", "id": "srv", "name": "web_search", "input": {"query": "Ada"}},
        {"type": "web_search_tool_result", "tool_use_id": "srv", "content": [{"type": "x", "text": 7}]},
        {"type": "text", "text": "see.", "citations": [{}]},
        {"type": "tool_use", "id": "t", "name": "Person", "input": {"age": u64::MAX}, "caller": {}},
    ]);
    let body = json!({
        "id": "msg", "type": "message", "role": "assistant", "model": "m", "content": content,
        "stop_reason": "tool_use", "stop_sequence": null, "stop_details": null,
        "usage": {"input_tokens": 5, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 4,
            "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 2}, "service_tier": "x"},
    });
    let reply = decode(200, &body.to_string()).unwrap();
    let mut usage = Usage::new(12, 9);
    (usage.cached_input_tokens, usage.reasoning_tokens) = (4, 2);
    assert_eq!(reply.usage, Some(usage));
    assert_eq!((reply.id.as_deref(), reply.model.as_deref()), (Some("msg"), Some("m")));
    let choice = &reply.choices[0];
    assert_eq!(
        (choice.stop.clone(), choice.content.as_deref()),
        (Stop::ToolCalls, Some("Let me see."))
    );
    let arguments = format!("{{\"age\":{}}}", u64::MAX);
    assert_eq!(choice.calls, [Call { id: "t".into(), name: "Person".into(), arguments }]);
    assert_eq!(choice.native.as_deref(), Some(&*content.to_string()));
}

#[test]
fn what_is_missing_or_odd_is_tolerated() {
    let odd = one(&json!([{"type": "tool_use", "name": "P", "input": "{\"a\":1}"}]), "tool_use");
    let call = Call { id: "call_0_0".into(), name: "P".into(), arguments: "{\"a\":1}".into() };
    assert_eq!((odd.calls, odd.native), (vec![call], None));
    let bare =
        one(&json!([{"type": "tool_use", "id": "x", "input": null}, {}, {"type": "new"}]), "");
    assert_eq!(bare.calls[0].arguments, "");
    assert_eq!((bare.stop, one(&json!([]), "end_turn").native), (Stop::Unknown, None));
}

#[test]
fn every_reason_to_stop_is_known() {
    let text = json!([{"type": "text", "text": "hi"}]);
    for (reason, stop) in [
        ("end_turn", Stop::End),
        ("stop_sequence", Stop::End),
        ("tool_use", Stop::ToolCalls),
        ("max_tokens", Stop::Length),
        ("model_context_window_exceeded", Stop::Length),
        ("pause_turn", Stop::Other("pause_turn".into())),
    ] {
        assert_eq!(one(&text, reason).stop, stop);
    }
    let refusal = one(&text, "refusal");
    assert_eq!((refusal.refusal.as_deref(), refusal.content), (Some("hi"), None));
    let silent = one(&json!([]), "refusal");
    assert_eq!((silent.refusal, silent.stop), (None, Stop::ContentFilter));
    let body = json!({"content": [], "stop_reason": "refusal",
        "stop_details": {"type": "refusal", "category": "cyber", "explanation": "Not that."}});
    let told = decode(200, &body.to_string()).unwrap().choices.remove(0);
    assert_eq!(
        (told.refusal.as_deref(), told.stop),
        (Some("Not that."), Stop::Other("refusal".into()))
    );
}

#[test]
fn garbage_is_an_error_and_not_a_panic() {
    let whole = json!({"content": [{"type": "text", "text": "ä"}], "usage": {}}).to_string();
    let cut = whole.char_indices().map(|(end, _)| &whole[..end]);
    let wrong = [
        "{}",
        "[]",
        "null",
        "<html>",
        "{\"content\":null}",
        "{\"content\":{}}",
        "{\"content\":[1]}",
        "{\"content\":[{\"type\":\"text\",\"text\":7}]}",
        "{\"content\":[{\"type\":\"tool_use\",\"name\":[]}]}",
    ];
    for body in cut.chain(wrong) {
        let error = decode(200, body).unwrap_err();
        assert_eq!((error.kind, error.advice), (Kind::InvalidReply, Advice::Never), "{body}");
        assert!(!error.message.contains('ä'));
    }
}

#[test]
fn errors_are_told_apart() {
    let of = |kind: &str, message: &str| {
        json!({"type": "error", "error": {"type": kind, "message": message}}).to_string()
    };
    let poor = "Your credit balance is too low to access the Anthropic API.";
    let spent = "You have reached your specified API usage limits.";
    for (status, body, kind, advice) in [
        (400, of("invalid_request_error", "m"), Kind::BadRequest, Advice::Never),
        (400, of("invalid_request_error", poor), Kind::QuotaExhausted, Advice::Never),
        (400, of("invalid_request_error", spent), Kind::QuotaExhausted, Advice::Never),
        (401, of("authentication_error", "m"), Kind::Authentication, Advice::Never),
        (402, of("billing_error", "m"), Kind::QuotaExhausted, Advice::Never),
        (403, of("permission_error", "m"), Kind::PermissionDenied, Advice::Never),
        (404, of("not_found_error", "m"), Kind::NotFound, Advice::Never),
        (404, of("invalid_request_error", "m"), Kind::NotFound, Advice::Never),
        (413, of("request_too_large", "m"), Kind::BadRequest, Advice::Never),
        (429, of("rate_limit_error", "m"), Kind::RateLimited, Advice::Backoff),
        (500, of("api_error", "m"), Kind::Unavailable(500), Advice::Backoff),
        (504, of("timeout_error", "m"), Kind::Unavailable(504), Advice::Backoff),
        (529, of("overloaded_error", "m"), Kind::Unavailable(529), Advice::Backoff),
        (529, "<html>".into(), Kind::Unavailable(529), Advice::Backoff),
        (200, of("overloaded_error", "m"), Kind::Unavailable(529), Advice::Backoff),
        (200, of("invalid_request_error", "m"), Kind::BadRequest, Advice::Never),
    ] {
        let error = decode(status, &body).unwrap_err();
        assert_eq!((error.kind, error.advice), (kind, advice), "{status} {body}");
        assert!(!error.message.is_empty());
    }
    let echo = of("authentication_error", &format!("bad key {KEY}!"));
    assert_eq!(decode(401, &echo).unwrap_err().message, "bad key ***!");
}
