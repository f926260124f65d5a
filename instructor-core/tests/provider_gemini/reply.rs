//! What is read.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use instructor_core::provider::{ProviderError, ProviderErrorKind as Kind};
use instructor_core::reply::{Call, Choice, Reply, Stop};
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Usage};
use serde_json::{Value, json};

use crate::provider;
use crate::support::KEY;

pub(crate) fn decode(status: u16, body: &str) -> Result<Reply, ProviderError> {
    let mut response = HttpResponse::new(Bytes::copy_from_slice(body.as_bytes()));
    response.status = StatusCode::from_u16(status).unwrap();
    provider().decode(&response)
}

#[test]
fn a_whole_response_is_read() {
    let body = json!({
        "responseId": "x", "modelVersion": "m",
        "candidates": [
            {"finishReason": "STOP", "index": 0, "content": {"role": "model", "parts": [
                {"functionCall": {"name": "Person", "args": {"n": u64::MAX}}},
                {"functionCall": {"id": "own", "name": "Person"}}]}},
            {"finishReason": "STOP", "content": {"parts": [
                {"text": "I think", "thought": true, "thoughtSignature": "c2ln"},
                {"text": "he"}, {"executableCode": {}}, {"text": "llo"}]}},
        ],
        "usageMetadata": {"promptTokenCount": 10, "toolUsePromptTokenCount": 2,
            "candidatesTokenCount": 3, "thoughtsTokenCount": 4, "cachedContentTokenCount": 8,
            "totalTokenCount": 19, "trafficType": "ON_DEMAND"},
    });
    let reply = decode(200, &body.to_string()).unwrap();
    let mut usage = Usage::new(12, 7);
    (usage.cached_input_tokens, usage.reasoning_tokens) = (8, 4);
    assert_eq!(reply.usage, Some(usage));
    assert_eq!((reply.id.as_deref(), reply.model.as_deref()), (Some("x"), Some("m")));
    let [called, said] = reply.choices.as_slice() else { panic!("two choices") };
    let call =
        |id: &str, arguments: String| Call { id: id.into(), name: "Person".into(), arguments };
    assert_eq!(called.stop, Stop::ToolCalls);
    assert_eq!(
        called.calls,
        [call("call_0_0", format!("{{\"n\":{}}}", u64::MAX)), call("own", "{}".into())]
    );
    assert_eq!((&said.stop, said.content.as_deref()), (&Stop::End, Some("hello")));
    let native: Value = serde_json::from_str(said.native.as_deref().unwrap()).unwrap();
    assert_eq!(native["parts"], body["candidates"][1]["content"]["parts"]);
    assert_eq!(native["role"], "model");
}

#[test]
fn every_reason_to_stop() {
    for (reason, stop) in [
        (json!("STOP"), Stop::End),
        (json!(null), Stop::Unknown),
        (json!("FINISH_REASON_UNSPECIFIED"), Stop::Unknown),
        (json!("MAX_TOKENS"), Stop::Length),
        (json!("SAFETY"), Stop::ContentFilter),
        (json!("RECITATION"), Stop::ContentFilter),
        (json!("BLOCKLIST"), Stop::ContentFilter),
        (json!("PROHIBITED_CONTENT"), Stop::ContentFilter),
        (json!("SPII"), Stop::ContentFilter),
        (json!("IMAGE_SAFETY"), Stop::ContentFilter),
        (json!("MALFORMED_FUNCTION_CALL"), Stop::Other("MALFORMED_FUNCTION_CALL".into())),
        (json!("UNEXPECTED_TOOL_CALL"), Stop::Other("UNEXPECTED_TOOL_CALL".into())),
        (json!("OTHER"), Stop::Other("OTHER".into())),
    ] {
        for content in [json!(null), json!({}), json!({"role": "model", "parts": []})] {
            let body = json!({"candidates": [{"finishReason": reason, "content": content}]});
            let reply = decode(200, &body.to_string()).unwrap();
            let mut expected = Choice::default();
            expected.stop = stop.clone();
            assert_eq!(reply.choices, [expected], "{reason}");
        }
    }
    for (body, stop) in [
        (json!({"promptFeedback": {"blockReason": "SAFETY"}}), Stop::ContentFilter),
        (
            json!({"promptFeedback": {"blockReason": "JAILBREAK"}, "candidates": []}),
            Stop::ContentFilter,
        ),
        (json!({"usageMetadata": {"promptTokenCount": 3}}), Stop::Unknown),
    ] {
        assert_eq!(*decode(200, &body.to_string()).unwrap().stop(), stop);
    }
}

#[test]
fn garbage_is_an_error_and_not_a_panic() {
    for body in [
        "",
        "{}",
        "[]",
        "[{}]",
        "null",
        "<html>500</html>",
        "{\"candidates\":[]}",
        "{\"candidates\":{}}",
        "{\"candidates\":[{\"content\":{\"parts\":7}}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\\ud800\"}]}}]}",
        "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":1}]}}]}",
        "{\"candidates\":[{\"content\"",
    ] {
        let error = decode(200, body).unwrap_err();
        assert_eq!((error.kind, error.advice), (Kind::InvalidReply, Advice::Never), "{body}");
    }
    let whole = json!({"candidates": [{"content": {"parts": [{"text": "ä"}]}}]}).to_string();
    for (end, _) in whole.char_indices() {
        assert!(decode(200, &whole[..end]).is_err());
    }
}

#[test]
fn errors_are_told_apart() {
    let of = |status: &str, message: &str, details: Value| json!({"error": {"code": 1, "message": message, "status": status, "details": details}});
    let info = |reason: &str| json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]);
    let wrong_key =
        of("INVALID_ARGUMENT", "API key not valid.", info("API_KEY_INVALID")).to_string();
    let per_day = "You exceeded your current quota, please check your plan and billing details.";
    let per_day = of(
        "RESOURCE_EXHAUSTED",
        per_day,
        json!([{"violations": []}, {"@type": "x", "retryDelay": "31.5s"}]),
    );
    let credits = of("RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", json!([]));
    let within = json!({"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}});
    let delay = Advice::After(Duration::from_millis(31_500));
    let listed = json!([per_day]).to_string();
    let cases: &[(u16, &str, Kind, Advice)] = &[
        (400, &wrong_key, Kind::Authentication, Advice::Never),
        (400, "{}", Kind::BadRequest, Advice::Never),
        (401, "{}", Kind::Authentication, Advice::Never),
        (403, "{}", Kind::PermissionDenied, Advice::Never),
        (404, "<html>", Kind::NotFound, Advice::Never),
        (429, "{}", Kind::RateLimited, Advice::Backoff),
        (429, &per_day.to_string(), Kind::RateLimited, delay),
        (429, &listed, Kind::RateLimited, delay),
        (429, &credits.to_string(), Kind::QuotaExhausted, Advice::Never),
        (500, "", Kind::Unavailable(500), Advice::Backoff),
        (503, "[]", Kind::Unavailable(503), Advice::Backoff),
        (504, "{}", Kind::Unavailable(504), Advice::Backoff),
        (200, &within.to_string(), Kind::Unavailable(503), Advice::Backoff),
    ];
    for (status, body, kind, advice) in cases {
        let error = decode(*status, body).unwrap_err();
        assert_eq!((error.kind, error.advice), (*kind, *advice), "{status} {body}");
        assert!(!error.message.is_empty());
    }
    assert_eq!(decode(429, &listed).unwrap_err().message, per_day["error"]["message"]);
    let echo = of("INVALID_ARGUMENT", &format!("bad key {KEY}!"), json!([])).to_string();
    assert_eq!(decode(400, &echo).unwrap_err().message, "bad key ***!");
}
