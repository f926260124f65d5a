//! Azure `OpenAI`: its addresses, keys and refusals.

mod support;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use instructor_core::Extract;
use instructor_core::provider::{
    Provider, ProviderError, ProviderErrorKind as Kind, Service, Setup,
};
use instructor_core::request::{Message, Mode, Request};
use instructor_core::schema::rendered;
use instructor_core::transport::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use support::{KEY, Person};

type Variables<'a> = &'a [(&'a str, &'a str)];

fn connect(
    base: Option<&str>,
    key: &str,
    variables: Variables<'_>,
) -> Result<Arc<dyn Provider>, ProviderError> {
    let service = Service::find("azure").unwrap();
    let setup = Setup {
        key: Some(key.to_owned().into()),
        base_url: base.map(str::to_owned),
        headers: HeaderMap::new(),
        variable: &|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        },
    };
    (service.connect)(service, setup)
}

fn encode(base: &str, key: &str, variables: Variables<'_>) -> HttpRequest {
    let provider = connect(Some(base), key, variables).unwrap();
    let rendered = rendered(Person::SCHEMA, provider.dialect(Mode::Tools)).unwrap();
    let mut request = Request::new("my gpt/4", rendered, Mode::Tools);
    request.messages.push(Message::user("Ada is 36."));
    request.options.max_tokens = Some(9);
    provider.encode(&request).unwrap()
}

#[test]
fn a_resource_has_two_kinds_of_address() {
    const V1: &str = "https://r.openai.azure.com/openai/v1/chat/completions";
    const DATED: &str =
        "https://r.openai.azure.com/openai/deployments/my%20gpt%2F4/chat/completions?api-version=";
    const OLD: Variables<'_> = &[("OPENAI_API_VERSION", "2024-10-21")];
    let dated = |version: &str| format!("{DATED}{version}");
    for (base, variables, expected) in [
        ("https://r.openai.azure.com", &[][..], V1.to_owned()),
        ("https://r.openai.azure.com/", &[], V1.to_owned()),
        ("r.openai.azure.com", &[], V1.to_owned()),
        ("https://r.openai.azure.com/openai", &[], V1.to_owned()),
        ("https://r.openai.azure.com/openai/v1/", &[], V1.to_owned()),
        ("https://r.openai.azure.com/openai/v1", OLD, V1.to_owned()),
        ("https://r.openai.azure.com", OLD, dated("2024-10-21")),
        (
            "https://r.openai.azure.com",
            &[("OPENAI_API_VERSION", "2024-10-21"), ("AZURE_OPENAI_API_VERSION", "2025-01-01-preview")],
            dated("2025-01-01-preview"),
        ),
        ("https://r.openai.azure.com?api-version=2024-06-01", OLD, dated("2024-06-01")),
        (
            "https://r.openai.azure.com",
            &[("OPENAI_API_VERSION", "preview")],
            V1.to_owned(),
        ),
        (
            "https://r.openai.azure.com?api-version=preview",
            OLD,
            format!("{V1}?api-version=preview"),
        ),
        (
            "https://r.openai.azure.com/openai/deployments/d?api-version=2024-06-01",
            OLD,
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-06-01".to_owned(),
        ),
        (
            "https://r.openai.azure.com/openai/deployments/d",
            OLD,
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21".to_owned(),
        ),
    ] {
        assert_eq!(encode(base, KEY, variables).url, expected, "{base} {variables:?}");
    }
    let error = connect(None, KEY, &[]).unwrap_err();
    assert_eq!(error.kind, Kind::Encode);
    assert!(error.message.contains("AZURE_OPENAI_ENDPOINT"), "{error}");
    assert!(connect(Some("http://"), KEY, &[]).is_err());
}

#[test]
fn a_key_and_a_token_have_their_own_headers() {
    const TOKEN: &str = "an-opaque-token";
    let base = "https://r.openai.azure.com";
    let http = encode(base, KEY, &[]);
    assert_eq!(http.headers["api-key"], KEY);
    assert!(http.headers.get("authorization").is_none());
    for (key, variables) in
        [(TOKEN, &[("AZURE_OPENAI_AD_TOKEN", TOKEN)][..]), ("eyJhbGciOi.eyJzdWIi.c2ln", &[])]
    {
        let http = encode(base, key, variables);
        assert_eq!(http.headers["authorization"], format!("Bearer {key}"));
        assert!(http.headers.get("api-key").is_none());
        assert!(http.headers["authorization"].is_sensitive());
    }
    let provider = connect(Some("https://r.openai.azure.com?code=5ecret"), KEY, &[]).unwrap();
    assert!(!format!("{provider:?}").contains("5ecret"));
}

#[test]
fn the_body_is_that_of_openai() {
    let http = encode("https://r.openai.azure.com", KEY, &[]);
    let body: Value = serde_json::from_slice(&http.body).unwrap();
    assert_eq!(body["model"], "my gpt/4");
    assert_eq!(body["max_completion_tokens"], 9);
    assert_eq!(body["tool_choice"]["function"]["name"], "Person");
}

#[test]
fn what_the_filter_holds_back_is_told_apart() {
    let provider = connect(Some("https://r.openai.azure.com"), KEY, &[]).unwrap();
    let decode = |status: u16, body: &Value| {
        let mut response = HttpResponse::new(Bytes::from(body.to_string()));
        response.status = StatusCode::from_u16(status).unwrap();
        provider.decode(&response).unwrap_err()
    };
    let filtered = |code: Value, inner: &str| {
        json!({"error": {"message": "The response was filtered.", "type": null, "param": "prompt",
            "code": code, "status": 400,
            "innererror": {"code": inner, "content_filter_result": {"hate": {"filtered": true}}}}})
    };
    for (status, body, kind) in [
        (
            400,
            filtered(json!("content_filter"), "ResponsibleAIPolicyViolation"),
            Kind::ContentFiltered,
        ),
        (400, filtered(Value::Null, "ResponsibleAIPolicyViolation"), Kind::ContentFiltered),
        (400, filtered(Value::Null, "Other"), Kind::BadRequest),
        (
            401,
            json!({"error": {"code": "401", "message": format!("bad key {KEY}")}}),
            Kind::Authentication,
        ),
        (404, json!({"error": {"code": "DeploymentNotFound", "message": "none"}}), Kind::NotFound),
        (429, json!({"error": {"code": "429", "message": "slow down"}}), Kind::RateLimited),
    ] {
        let error = decode(status, &body);
        assert_eq!(error.kind, kind, "{body}");
        assert!(!error.message.contains("5ecret"), "{error}");
    }
}
