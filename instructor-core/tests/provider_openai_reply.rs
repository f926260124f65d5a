//! The wire format of `OpenAI`'s chat completions: what is read.

mod support;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use instructor_core::provider::{
    OpenAi, Provider, ProviderError, ProviderErrorKind as Kind, Service,
};
use instructor_core::reply::{Call, Choice, Reply, Stop};
use instructor_core::transport::HttpResponse;
use instructor_core::{Advice, Usage};
use serde_json::{Value, json};
use support::KEY;

fn provider(service: &str) -> OpenAi {
    let service = Service::find(service).unwrap();
    let base = Some("http://localhost/v1");
    OpenAi::new(service, base, Some(KEY.into()), &HeaderMap::new()).unwrap()
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
fn tokens_are_counted_however_the_service_counts_them() {
    for (usage, expected) in [
        // Reasoning apart from the answer: xAI, and DeepInfra for some models.
        (
            json!({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 35,
                "completion_tokens_details": {"reasoning_tokens": 20}}),
            [10, 25, 0, 20],
        ),
        (
            json!({"prompt_tokens": 10, "completion_tokens": 5,
                "completion_tokens_details": {"reasoning_tokens": 20}}),
            [10, 25, 0, 20],
        ),
        // Part of it.
        (
            json!({"prompt_tokens": 10, "completion_tokens": 30, "total_tokens": 40,
                "completion_tokens_details": {"reasoning_tokens": 20}}),
            [10, 30, 0, 20],
        ),
        // Other places and words: DeepSeek, Moonshot, Perplexity, Writer.
        (
            json!({"prompt_tokens": 10, "completion_tokens": 5, "prompt_cache_hit_tokens": 4}),
            [10, 5, 4, 0],
        ),
        (json!({"prompt_tokens": 10, "completion_tokens": 5, "cached_tokens": 4}), [10, 5, 4, 0]),
        (
            json!({"prompt_tokens": 10, "completion_tokens": 5, "reasoning_tokens": 2}),
            [10, 5, 0, 2],
        ),
        (
            json!({"prompt_tokens": 10, "completion_tokens": 5,
                "prompt_token_details": {"cached_tokens": 4},
                "completion_token_details": {"reasoning_tokens": 1}}),
            [10, 5, 4, 1],
        ),
        (
            json!({"prompt_tokens": u64::MAX, "completion_tokens": u64::MAX}),
            [u64::MAX, u64::MAX, 0, 0],
        ),
    ] {
        let body = json!({"choices": [{}], "usage": usage});
        let read = decode(200, &[], &body.to_string()).unwrap().usage.unwrap();
        let found = [
            read.input_tokens,
            read.output_tokens,
            read.cached_input_tokens,
            read.reasoning_tokens,
        ];
        assert_eq!(found, expected, "{usage}");
    }
}

#[test]
fn what_must_be_sent_back_unchanged_is_kept() {
    let call = json!({"id": "c", "type": "function", "function": {"name": "P", "arguments": "{}"}});
    let with = |key: &str, value: Value, calls: &[&Value]| {
        let mut message = json!({"role": "assistant", "content": null, "tool_calls": calls});
        message[key] = value;
        message
    };
    let mut signed = call.clone();
    signed["extra_content"] = json!({"google": {"thought_signature": "s"}});
    let thinking = json!([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "36"}]);
    for (message, kept) in [
        (with("reasoning_details", json!([{"type": "reasoning.encrypted"}]), &[&call]), true),
        (with("reasoning_content", json!("hm"), &[&call]), true),
        // Without a call nothing refers to the thought.
        (with("reasoning_content", json!("hm"), &[]), false),
        (with("reasoning_content", Value::Null, &[&call]), false),
        (with("content", thinking, &[]), true),
        (with("content", json!([{"type": "text", "text": "36"}]), &[]), false),
        (with("refusal", Value::Null, &[&signed]), true),
        (with("refusal", Value::Null, &[&call]), false),
    ] {
        let native = one(&message).native;
        let expected = kept.then(|| message.to_string());
        assert_eq!(native.as_deref(), expected.as_deref(), "{message}");
    }

    // What the results must refer to is added.
    let bare = json!({"tool_calls": [{"function": null}, {"id": "", "extra_content": {}, "function": {"name": "P"}}]});
    let choice = one(&bare);
    let native: Value = serde_json::from_str(&choice.native.unwrap()).unwrap();
    assert_eq!(native["role"], "assistant");
    assert_eq!(native["tool_calls"][1]["id"], choice.calls[0].id.as_str());
    assert_eq!(native["tool_calls"][1]["extra_content"], json!({}));
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
        (200, "{\"error\":\"overloaded\"}", Kind::Unavailable(200), Advice::Backoff),
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
fn an_error_without_words_says_what_came() {
    let elsewhere = "it redirects elsewhere with status 307; set `base_url` to where it is";
    for (status, body, expected) in [
        (
            413,
            " <html>",
            "a web page with status 413 came instead of an answer; check the base URL or the proxy",
        ),
        (502, "<html>", "a web page came instead of an answer; check the base URL or the proxy"),
        (500, "", "it does not say why"),
        (413, "", "an empty answer with status 413"),
        (307, "", elsewhere),
        (307, "<html>Moved</html>", elsewhere),
        (200, r#"{"error":{"code":"x"}}"#, "it does not say why"),
    ] {
        assert_eq!(decode(status, &[], body).unwrap_err().message, expected);
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
        (
            r#"{"detail":[{"loc":["body","seed"],"msg":"not a number","input":"text of a user"},
            {"loc":["body","messages",0],"msg":"too short"}]}"#,
            "body.seed: not a number; body.messages.0: too short",
        ),
        (r#"{"object":"error","message":{"detail":[{"loc":[],"msg":"no","input":"x"}]}}"#, "no"),
        (r#"{"object":"error","message":"no such","type":"t","code":"1500"}"#, "no such"),
        ("plain words", "plain words"),
        (
            "<!DOCTYPE html><html>",
            "a web page with status 404 came instead of an answer; check the base URL or the proxy",
        ),
        ("", "an empty answer with status 404"),
        (&echo, "bad key ***!"),
    ] {
        assert_eq!(decode(404, &[], body).unwrap_err().message, expected);
    }
    assert_eq!(decode(404, &[], &long).unwrap_err().message.chars().count(), 301);
    assert!(!decode(404, &[], &split).unwrap_err().message.contains("sk-test"));
}
