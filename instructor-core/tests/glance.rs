//! The law of the glance: what it finds is what decoding gives, and on anything odd it finds nothing.

use std::sync::Arc;

use http::{HeaderMap, StatusCode};
use instructor_core::provider::{Provider, Service, Setup};
use instructor_core::transport::HttpResponse;
use proptest::prelude::*;

/// A body of each wire with a call, and one with text; both are plain.
const PLAIN: &[(&str, &str)] = &[
    (
        "openai",
        r#"{"id":"c-1","object":"chat.completion","created":1,"model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"annotations":[],"tool_calls":[{"id":"call_1","type":"function","function":{"name":"Person","arguments":"{\"name\":\"Ada\\u00e9\\n\",\"age\":36}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}},"service_tier":"default"}"#,
    ),
    (
        "openai",
        r#"{"id":"c-1","model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"{\"name\":\"Ada\"}","tool_calls":[]},"finish_reason":"stop"}],"usage":null,"error":null}"#,
    ),
    (
        "openai-responses",
        r#"{"id":"r-1","object":"response","status":"completed","error":null,"incomplete_details":null,"model":"m-1","output":[{"id":"rs","type":"reasoning","summary":[]},{"id":"fc","type":"function_call","status":"completed","call_id":"call_1","name":"Person","arguments":"{\"name\":\"Ada\"}"}],"store":true,"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":2},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":14}}"#,
    ),
    (
        "openai-responses",
        r#"{"id":"r-1","status":"completed","model":"m-1","output":[{"id":"msg","type":"message","role":"assistant","content":[{"type":"output_text","annotations":[],"text":"{\"name\":\"Ada\"}"}]}],"store":false}"#,
    ),
    (
        "anthropic",
        r#"{"id":"msg_1","type":"message","role":"assistant","model":"m-1","content":[{"type":"thinking","thinking":"hm","signature":"x"},{"type":"text","text":"Here:"},{"type":"tool_use","id":"toolu_1","name":"Person","input":{"name":"Ada","lines":[{"a":1.5e3}]}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":9,"cache_read_input_tokens":2,"output_tokens":5}}"#,
    ),
    (
        "anthropic",
        r#"{"id":"msg_1","model":"m-1","content":[{"type":"text","text":"{\"name\":\"Ada\"}"}],"stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":5}}"#,
    ),
    (
        "google",
        r#"{"candidates":[{"content":{"parts":[{"thought":true,"text":"hm"},{"functionCall":{"name":"Person","args":{"name":"Ada","age":36}},"thoughtSignature":"x"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":5,"totalTokenCount":14,"promptTokensDetails":[{"modality":"TEXT","tokenCount":9}]},"modelVersion":"m-1","responseId":"r-1"}"#,
    ),
    (
        "google",
        r#"{"candidates":[{"content":{"parts":[{"text":"{\"name\":\"Ada\"}"}],"role":"model"},"finishReason":"STOP"}],"modelVersion":"m-1"}"#,
    ),
];

fn provider(name: &str) -> Arc<dyn Provider> {
    let service = Service::find(name).unwrap();
    let setup = Setup { key: None, base_url: None, headers: HeaderMap::new(), variable: &|_| None };
    (service.connect)(service, setup).unwrap()
}

/// Whether something was found; if so, it must be what decoding gives.
fn check(provider: &dyn Provider, body: &[u8]) -> bool {
    let Some(glance) = provider.glance(body) else { return false };
    let shown = String::from_utf8_lossy(body);
    let response = HttpResponse {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: body.to_vec().into(),
    };
    let reply = provider.decode(&response).unwrap_or_else(|error| panic!("{error}: {shown}"));
    assert_eq!(reply.choices.len(), 1, "{shown}");
    let choice = &reply.choices[0];
    assert_eq!(glance.model.as_deref(), reply.model.as_deref(), "{shown}");
    assert_eq!(glance.usage, reply.usage, "{shown}");
    assert_eq!(glance.stop, choice.stop, "{shown}");
    assert_eq!(choice.refusal, None, "{shown}");
    match (&glance.tool, choice.calls.as_slice()) {
        (Some(tool), [call]) => {
            assert_eq!((&**tool, &*glance.answer), (&*call.name, &*call.arguments), "{shown}");
        }
        (None, []) => assert_eq!(Some(&*glance.answer), choice.content.as_deref(), "{shown}"),
        _ => panic!("a call on one side only: {shown}"),
    }
    true
}

#[test]
fn plain_answers_are_found() {
    for (name, body) in PLAIN {
        assert!(check(&*provider(name), body.as_bytes()), "{name}: {body}");
    }
}

#[test]
fn odd_answers_are_left_to_decoding() {
    for (number, from, to) in [
        (0, r#""finish_reason":"tool_calls""#, r#""finish_reason":"length""#),
        (0, r#""refusal":null"#, r#""refusal":"no""#),
        (0, r#""id":"c-1""#, r#""id":"c-1","error":{"message":"x"}"#),
        (0, r#""id":"c-1""#, r#""id":"c-1","error":[]"#),
        (0, r#""id":"c-1""#, r#""id":"c-1","id":"c-2""#),
        (0, r#""id":"c-1""#, r#""id":"\ud800""#),
        (0, r#""created":1"#, r#""created":01"#),
        (0, r#""model":"m-1""#, r#""mod\u0065l":"m-1""#),
        (0, r"\\u00e9", r"\ud800"),
        (1, r#""{\"name\":\"Ada\"}""#, r#""""#),
        (2, r#""status":"completed","error""#, r#""status":"incomplete","error""#),
        (2, r#""type":"reasoning""#, r#""type":"web_search_call""#),
        (3, r#""text":"{"#, r#""refusal":"no","text":"{"#),
        (4, r#""stop_reason":"tool_use""#, r#""stop_reason":"max_tokens""#),
        (4, r#""input":{"#, r#""input":"x","more":{"#),
        (5, r#"[{"type":"text""#, r#"[{"type":"text","text":"a"},{"type":"text""#),
        (6, r#""finishReason":"STOP""#, r#""finishReason":"MALFORMED_FUNCTION_CALL""#),
        (7, r#"{"candidates""#, r#"{"promptFeedback":{"blockReason":"SAFETY"},"candidates""#),
    ] {
        let (name, body) = PLAIN[number];
        assert!(body.contains(from), "{name}: {from}");
        let body = body.replacen(from, to, 1);
        assert!(!check(&*provider(name), body.as_bytes()), "{name}: {body}");
    }
}

/// Changes a body: the pieces between its structural characters are cut, doubled or replaced.
fn mutated(body: &str, changes: &[(prop::sample::Index, prop::sample::Index, u8)]) -> Vec<u8> {
    const WORDS: &[&str] = &[
        "null",
        "\"\"",
        "[]",
        "{}",
        "1",
        "-",
        "true",
        "\"x\"",
        "\"text\"",
        "\"tool_use\"",
        "\"id\"",
        "\"error\"",
        "\"refusal\"",
        "\"usage\"",
        "\"type\"",
        "\"stop\"",
        "\\",
        "\u{0}",
        "é",
        "\\u00e9",
    ];
    let is_mark = |c: char| matches!(c, '{' | '}' | '[' | ']' | ',' | ':');
    let mut pieces: Vec<Vec<u8>> =
        body.split_inclusive(is_mark).map(|piece| piece.as_bytes().to_vec()).collect();
    for (place, word, kind) in changes {
        let (place, word) = (place.index(pieces.len()), WORDS[word.index(WORDS.len())]);
        let end = pieces[place].last().copied().unwrap_or_default();
        match kind % 6 {
            0 => pieces[place] = [word.as_bytes(), &[end]].concat(),
            1 => pieces.insert(place, pieces[place].clone()),
            2 => pieces[place].insert(0, b' '),
            3 => {
                let other = place.midpoint(pieces.len() - 1);
                pieces.swap(place, other);
            }
            4 => pieces[place].push(0xff),
            _ => {
                pieces.remove(place);
            }
        }
        if pieces.is_empty() {
            break;
        }
    }
    pieces.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_found_is_what_decoding_gives(
        number in 0..PLAIN.len(),
        changes in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index, u8)>(), 0..4),
    ) {
        let (name, body) = PLAIN[number];
        check(&*provider(name), &mutated(body, &changes));
    }
}
