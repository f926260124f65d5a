//! What is written.

use instructor_core::media::{Media, MediaKind};
use instructor_core::provider::ProviderErrorKind as Kind;
use instructor_core::reply::{Call, Choice};
use instructor_core::request::{
    CallResult, Example, ExampleAnswer, Exchange, Message, Mode, Reasoning, Request,
};
use serde_json::{Value, json};

use super::support::KEY;
use super::{LLAMA, MODEL, NOVA, Variables, body, connect, provider, request};

/// The body must be `expected` to the letter, in which `SCHEMA` stands for the rendered schema.
#[track_caller]
fn check_body(model: &str, mode: Mode, change: impl FnOnce(&mut Request), expected: &str) {
    let mut request = request(model, mode);
    change(&mut request);
    let expected: String = expected.lines().map(str::trim).collect();
    let body = provider().encode(&request).unwrap().body;
    let body = std::str::from_utf8(&body).unwrap();
    let schema = request.rendered.json.get();
    assert_eq!(
        body,
        expected.replace("\"SCHEMA\"", schema).replace("SCHEMA", &schema.replace('"', "\\\""))
    );
}

const NOTHING: fn(&mut Request) = |_| {};

fn wrong(answer: Choice, results: usize) -> Exchange {
    let result = CallResult { text: "Wrong.".into(), is_error: true };
    Exchange { answer, results: vec![result; results], complaint: "Wrong.".into() }
}

#[test]
fn tools() {
    check_body(
        NOVA,
        Mode::Tools,
        NOTHING,
        r#"{"messages":[{"role":"user","content":[{"text":"Ada is 36."}]}],
        "toolConfig":{"tools":[{"toolSpec":{"name":"Person","description":"A person in the text.",
        "inputSchema":{"json":"SCHEMA"}}}],"toolChoice":{"tool":{"name":"Person"}}}}"#,
    );
}

#[test]
fn tools_strict_in_the_cache() {
    check_body(
        MODEL,
        Mode::ToolsStrict,
        |request| {
            request.system = Some("Be brief.".into());
            request.options.cache = true;
            request.options.max_tokens = Some(99);
            request.options.temperature = Some(0.5);
        },
        r#"{"system":[{"text":"Be brief."},{"cachePoint":{"type":"default"}}],
        "messages":[{"role":"user","content":[{"text":"Ada is 36."}]}],
        "toolConfig":{"tools":[{"toolSpec":{"name":"Person","description":"A person in the text.",
        "inputSchema":{"json":"SCHEMA"},"strict":true}},{"cachePoint":{"type":"default"}}],
        "toolChoice":{"tool":{"name":"Person"}}},
        "inferenceConfig":{"maxTokens":99,"temperature":0.5}}"#,
    );
}

#[test]
fn json_schema() {
    check_body(
        MODEL,
        Mode::JsonSchema,
        NOTHING,
        r#"{"messages":[{"role":"user","content":[{"text":"Ada is 36."}]}],
        "outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{
        "schema":QUOTED,"name":"Person","description":"A person in the text."}}}}}"#
            .replace("QUOTED", &quoted_schema())
            .as_str(),
    );
}

/// The schema as text with JSON in it.
fn quoted_schema() -> String {
    Value::from(request(MODEL, Mode::JsonSchema).rendered.json.get()).to_string()
}

#[test]
fn json_is_asked_for_in_words() {
    check_body(
        LLAMA,
        Mode::Json,
        |request| request.system = Some("Be brief.".into()),
        r#"{"system":[{"text":"Be brief.\n\nA person in the text.\nAnswer with one JSON object that matches this JSON Schema, and nothing else:\nSCHEMA"}],
        "messages":[{"role":"user","content":[{"text":"Ada is 36."}]}]}"#,
    );
}

#[test]
fn example_and_history() {
    let mut calls = Choice::default();
    calls.calls =
        vec![Call { id: "a".into(), name: "Person".into(), arguments: "{\"age\":1}".into() }];
    let mut signed = calls.clone();
    signed.native = Some(
        r#"[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},{"text":""},{"toolUse":{"toolUseId":"a","name":"Person","input":{}}}]"#.into(),
    );
    // Reasoning alone is refused.
    let mut silent = Choice::default();
    silent.native =
        Some(r#"[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}}]"#.into());
    for (model, status) in [(MODEL, r#","status":"error""#), (LLAMA, "")] {
        let (calls, signed, silent) = (calls.clone(), signed.clone(), silent.clone());
        let mut request = request(model, Mode::Tools);
        let answer = ExampleAnswer { tool: "Person", json: r#"{"name":"Bob"}"#.into() };
        request.examples.push(Example { input: "Bob".into(), answers: vec![answer] });
        request.history = vec![wrong(calls, 1), wrong(signed, 1), wrong(silent, 0)];
        let wrong = format!(
            r#"{{"toolResult":{{"toolUseId":"a","content":[{{"text":"Wrong."}}]{status}}}}}"#
        );
        let expected = r#"[{"role":"user","content":[{"text":"Bob"}]},
            {"role":"assistant","content":[{"toolUse":{"toolUseId":"call_example_0_0","name":"Person","input":{"name":"Bob"}}}]},
            {"role":"user","content":[{"toolResult":{"toolUseId":"call_example_0_0","content":[{"text":"Correct."}]}},{"text":"Ada is 36."}]},
            {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"Person","input":{"age":1}}}]},
            {"role":"user","content":[WRONG]},
            {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"s"}}},{"toolUse":{"toolUseId":"a","name":"Person","input":{}}}]},
            {"role":"user","content":[WRONG,{"text":"Wrong."}]}]"#
            .replace("WRONG", &wrong);
        let expected: Value = serde_json::from_str(&expected).unwrap();
        assert_eq!(body(&request)["messages"], expected, "{model}");
    }
}

#[test]
fn each_family_is_told_in_its_own_way_to_call_a_tool() {
    let named = || json!({"tool": {"name": "Person"}});
    let (any, auto) = (|| json!({"any": {}}), || json!({"auto": {}}));
    let arn = "arn:aws:bedrock:eu-central-1:1:application-inference-profile/abc";
    for (model, mode, choice, asked) in [
        (MODEL, Mode::Tools, named(), false),
        (NOVA, Mode::Parallel, any(), false),
        (arn, Mode::Tools, named(), false),
        ("mistral.mistral-large-2407-v1:0", Mode::Tools, any(), false),
        (LLAMA, Mode::Tools, auto(), true),
        ("anthropic.claude-opus-5-5", Mode::Tools, auto(), true),
    ] {
        let body = body(&request(model, mode));
        assert_eq!(body["toolConfig"]["toolChoice"], choice, "{model}");
        assert_eq!(body.get("system").is_some(), asked, "{model}");
    }
    // The user's own tools may have to be called before ours, wherever they are written.
    let tool = json!({"toolSpec": {"name": "search", "inputSchema": {"json": {}}}});
    let extras = [json!({"tools": [tool]}), json!({"toolConfig": {"tools": [tool]}})];
    for extra in extras {
        let mut request = request(NOVA, Mode::Tools);
        request.options.extra = extra.as_object().unwrap().clone();
        let body = body(&request);
        assert_eq!(body["toolConfig"]["toolChoice"], any());
        assert_eq!(body["toolConfig"]["tools"][1], tool);
        assert_eq!((body.get("tools"), body.get("system").is_some()), (None, true));
    }
    let mut both = request(NOVA, Mode::Tools);
    both.options.extra.insert("tools".into(), json!([tool]));
    both.options.extra.insert("toolConfig".into(), json!({"tools": [tool]}));
    assert_eq!(body(&both)["toolConfig"]["tools"].as_array().map(Vec::len), Some(3));
}

#[test]
fn claude_reasons_in_its_own_words() {
    let mut old = request(MODEL, Mode::Tools);
    old.options.reasoning = Some(Reasoning::Low);
    old.options.extra =
        json!({"additionalModelRequestFields": {"top_k": 5}}).as_object().unwrap().clone();
    let told = body(&old);
    let thinking = json!({"type": "enabled", "budget_tokens": 2048});
    let fields = json!({"thinking": thinking, "top_k": 5});
    assert_eq!(told["additionalModelRequestFields"], fields);
    assert_eq!(told["inferenceConfig"], json!({"maxTokens": 10_240}));
    assert_eq!(told["toolConfig"]["toolChoice"], json!({"auto": {}}));

    let mut new = request("global.anthropic.claude-opus-4-6-v1", Mode::JsonSchema);
    new.options.reasoning = Some(Reasoning::High);
    let told = body(&new);
    let fields = json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}});
    assert_eq!(told["additionalModelRequestFields"], fields);
    assert_eq!(told.get("inferenceConfig"), None);
    let mut none = request(NOVA, Mode::Tools);
    none.options.reasoning = Some(Reasoning::Off);
    assert_eq!(body(&none).get("additionalModelRequestFields"), None);
}

#[test]
fn what_cannot_be_said_is_refused() {
    let with = |change: fn(&mut Request)| {
        let mut request = request(NOVA, Mode::Tools);
        change(&mut request);
        let error = provider().encode(&request).unwrap_err();
        assert_eq!(error.kind, Kind::Encode);
        error.message
    };
    let attach = |media: Media| {
        let mut request = request(NOVA, Mode::Tools);
        request.messages[0] = Message::user("x").attach(media);
        provider().encode(&request).unwrap_err().message
    };
    for (error, expected) in [
        (with(|r| r.options.reasoning = Some(Reasoning::Low)), "`additionalModelRequestFields`"),
        (
            with(|r| drop(r.options.extra.insert("outputConfig".into(), json!({})))),
            "`outputConfig`",
        ),
        (
            with(|r| {
                r.options.extra.insert("toolConfig".into(), json!({"toolChoice": {"auto": {}}}));
            }),
            "`toolConfig.toolChoice`",
        ),
        (attach(Media::image_url("https://a.b/c.png")), "images only as bytes"),
        (attach(Media::new(MediaKind::Audio, "audio/mp3", "x")), "no audio"),
        (attach(Media::new(MediaKind::Image, "image/tiff", "x")), "no images of the type"),
    ] {
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_seed_is_left_out() {
    let without = request(MODEL, Mode::Tools);
    let mut with = without.clone();
    with.options.seed = Some(1);
    assert_eq!(body(&with), body(&without));
}

#[test]
fn media_as_bytes() {
    let mut request = request(NOVA, Mode::Tools);
    let mut bill = Media::new(MediaKind::Document, "application/pdf", "%PDF");
    bill.name = Some("my_bill.pdf".into());
    request.messages[0] = Message::user("Read.")
        .attach(Media::new(MediaKind::Image, "image/jpeg", "png"))
        .attach(bill.clone())
        .attach(bill);
    assert_eq!(
        body(&request)["messages"][0]["content"],
        json!([
            {"text": "Read."},
            {"image": {"format": "jpeg", "source": {"bytes": "cG5n"}}},
            {"document": {"format": "pdf", "name": "my bill", "source": {"bytes": "JVBERg=="}}},
            {"document": {"format": "pdf", "name": "my bill 2", "source": {"bytes": "JVBERg=="}}},
        ])
    );
}

#[test]
fn the_address_holds_region_and_model() {
    let arn = "arn:aws:bedrock:us-east-1:1:inference-profile/a.b-c";
    for (base, variables, model, url) in [
        (
            None,
            &[] as Variables,
            NOVA,
            "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-pro-v1%3A0/converse",
        ),
        (
            None,
            &[("AWS_DEFAULT_REGION", "x"), ("AWS_REGION", "eu-central-1")],
            arn,
            "https://bedrock-runtime.eu-central-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fa.b-c/converse",
        ),
        (
            Some("http://localhost:1/"),
            &[("AWS_REGION", "eu-central-1")],
            "m",
            "http://localhost:1/model/m/converse",
        ),
    ] {
        let provider = connect(Some(KEY), base, variables).unwrap();
        assert_eq!(provider.encode(&request(model, Mode::Tools)).unwrap().url, url);
    }
}

#[test]
fn the_key_is_sent_and_never_printed() {
    let provider = provider();
    let http = provider.encode(&request(NOVA, Mode::Tools)).unwrap();
    assert_eq!(http.headers["authorization"], format!("Bearer {KEY}"));
    assert!(http.signer.is_none());
    for printed in [format!("{provider:?}"), format!("{http:?}"), format!("{:?}", http.headers)] {
        assert!(!printed.contains("5ecret"), "{printed}");
    }
}

#[test]
fn without_any_credentials_both_ways_out_are_named() {
    let error = connect(None, None, &[]).unwrap_err().message;
    for way in ["AWS_BEARER_TOKEN_BEDROCK", "`api_key`", "AWS_SECRET_ACCESS_KEY"] {
        assert!(error.contains(way), "{error}");
    }
    assert_eq!(error.contains("`sigv4`"), !cfg!(feature = "sigv4"), "{error}");
}
