//! What is read.

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use instructor_core::provider::{ProviderError, ProviderErrorKind as Kind};
use instructor_core::reply::{Call, Reply, Stop};
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Usage};
use serde_json::json;

use super::provider;
use super::support::KEY;

fn decode(status: u16, errortype: &str, body: &str) -> Result<Reply, ProviderError> {
    let mut response = HttpResponse::new(Bytes::copy_from_slice(body.as_bytes()));
    response.status = StatusCode::from_u16(status).unwrap();
    response.headers.insert("x-amzn-requestid", HeaderValue::from_static("req-1"));
    if !errortype.is_empty() {
        response.headers.insert("x-amzn-errortype", HeaderValue::from_str(errortype).unwrap());
    }
    provider().decode(&response)
}

#[test]
fn a_whole_output_is_read() {
    let content = json!([
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
        {"text": "Let me "},
        {"citationsContent": {"content": [{"text": "x"}]}},
        {"text": "see."},
        {"toolUse": {"toolUseId": "t", "name": "Person", "input": {"age": u64::MAX}}},
    ]);
    let body = json!({
        "output": {"message": {"role": "assistant", "content": content}}, "stopReason": "tool_use",
        "usage": {"inputTokens": 5, "outputTokens": 9, "totalTokens": 14,
            "cacheReadInputTokens": 4, "cacheWriteInputTokens": 3},
        "metrics": {"latencyMs": 1},
    });
    let reply = decode(200, "", &body.to_string()).unwrap();
    let mut usage = Usage::new(12, 9);
    usage.cached_input_tokens = 4;
    assert_eq!((reply.usage, reply.id.as_deref()), (Some(usage), Some("req-1")));
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
fn every_reason_to_stop_is_known() {
    for (reason, stop) in [
        ("end_turn", Stop::End),
        ("stop_sequence", Stop::End),
        ("tool_use", Stop::ToolCalls),
        ("max_tokens", Stop::Length),
        ("model_context_window_exceeded", Stop::Length),
        ("guardrail_intervened", Stop::ContentFilter),
        ("content_filtered", Stop::ContentFilter),
        ("malformed_tool_use", Stop::Other("malformed_tool_use".into())),
        ("", Stop::Unknown),
    ] {
        let body =
            json!({"output": {"message": {"content": [{"toolUse": {}}]}}, "stopReason": reason});
        let choice = decode(200, "", &body.to_string()).unwrap().choices.remove(0);
        assert_eq!((choice.stop, &*choice.calls[0].id, choice.native), (stop, "call_0_0", None));
    }
}

#[test]
fn garbage_is_an_error_and_not_a_panic() {
    let whole = json!({"output": {"message": {"content": [{"text": "ä"}]}}}).to_string();
    let cut = whole.char_indices().map(|(end, _)| &whole[..end]);
    let wrong = [
        "{}",
        "[]",
        "null",
        "<html>",
        "{\"output\":null}",
        "{\"output\":{\"message\":{\"content\":null}}}",
        "{\"output\":{\"message\":{\"content\":{}}}}",
        "{\"output\":{\"message\":{\"content\":[{\"text\":7}]}}}",
        "{\"output\":{\"message\":{\"content\":[{\"toolUse\":[]}]}}}",
    ];
    for body in cut.chain(wrong) {
        let error = decode(200, "", body).unwrap_err();
        assert_eq!((error.kind, error.advice), (Kind::InvalidReply, Advice::Never), "{body}");
        assert!(!error.message.contains('ä'));
    }
}

#[test]
fn errors_are_told_apart() {
    let key = "Authentication failed: Please make sure your API Key is valid.";
    let day = "Too many tokens per day, please wait before trying again.";
    let back = Advice::Backoff;
    for (status, name, message, kind, advice) in [
        (429, "ThrottlingException", "m", Kind::RateLimited, back),
        (400, "ThrottlingException", "m", Kind::RateLimited, back),
        (429, "ThrottlingException", day, Kind::QuotaExhausted, Advice::Never),
        (400, "ServiceQuotaExceededException", "m", Kind::QuotaExhausted, Advice::Never),
        (403, "AccessDeniedException", "m", Kind::PermissionDenied, Advice::Never),
        (403, "AccessDeniedException", key, Kind::Authentication, Advice::Never),
        (403, "UnrecognizedClientException", "m", Kind::Authentication, Advice::Never),
        (403, "InvalidSignatureException", "m", Kind::Authentication, Advice::Never),
        (403, "ExpiredTokenException", "m", Kind::Authentication, Advice::Never),
        (404, "ResourceNotFoundException", "m", Kind::NotFound, Advice::Never),
        (400, "ValidationException", "m", Kind::BadRequest, Advice::Never),
        (429, "ModelNotReadyException", "m", Kind::Unavailable(429), back),
        (408, "ModelTimeoutException", "m", Kind::Unavailable(408), back),
        (424, "ModelErrorException", "m", Kind::Unavailable(424), back),
        (500, "InternalServerException", "m", Kind::Unavailable(500), back),
        (503, "ServiceUnavailableException", "m", Kind::Unavailable(503), back),
        (400, "SomethingNew", "m", Kind::BadRequest, Advice::Never),
    ] {
        let plain = json!({"message": message}).to_string();
        let header = format!("{name}:http://internal.amazon.com/coral/");
        let long = format!("com.amazon.coral.service#{name}");
        let capital = json!({"__type": long, "Message": message}).to_string();
        for (header, body) in [(&*header, plain), ("", capital)] {
            let error = decode(status, header, &body).unwrap_err();
            assert_eq!((error.kind, error.advice), (kind, advice), "{status} {name} {message}");
            assert_eq!(error.message, message);
        }
    }
    let copied = format!(
        "The signature does not match.\n\nThe Canonical String should have been\n'POST\n\
         x-amz-security-token:{KEY}"
    );
    let copied = json!({ "message": copied }).to_string();
    let unsigned = decode(403, "InvalidSignatureException", &copied).unwrap_err();
    assert_eq!(unsigned.message, "The signature does not match.");
    let nameless = decode(403, "", "{\"message\":\"m\"}").unwrap_err();
    assert_eq!((nameless.kind, &*nameless.message), (Kind::PermissionDenied, "m"));
    let wordless = decode(429, "ThrottlingException", "").unwrap_err();
    assert_eq!((wordless.kind, &*wordless.message), (Kind::RateLimited, "ThrottlingException"));
    let page = decode(404, "", "<html>").unwrap_err();
    assert_eq!(page.kind, Kind::NotFound);
    assert!(page.message.starts_with("a web page with status 404 came"), "{page}");
    let echo = json!({"message": format!("bad key {KEY}!")}).to_string();
    assert_eq!(decode(403, "X", &echo).unwrap_err().message, "bad key ***!");
}
