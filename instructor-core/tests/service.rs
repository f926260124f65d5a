//! Services that the user describes: other addresses, other abilities.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use http::HeaderValue;
use instructor_core::provider::{Service, ToolChoice};
use instructor_core::transport::{HttpRequest, Sign, TransportError};
use instructor_core::{Client, Error, Mode};
use serde_json::json;
use support::{Person, Server, Step, called};

fn mine() -> Service {
    let mut mine = Service::find("compatible").unwrap().clone();
    mine.name = "gpu-cluster";
    mine.modes = &[Mode::Tools, Mode::Json];
    mine.quirks.tool_choice = ToolChoice::Required;
    mine.quirks.max_tokens = "max_new_tokens";
    mine
}

#[tokio::test]
async fn a_service_of_the_users_own_does_what_its_row_says() {
    let server = Server::start([called("Person", &json!({"name": "Ada", "age": 36}))]).await;
    let builder = server.client().0.model("meta/llama").service(mine()).max_tokens(50);
    let client = builder.build().unwrap();
    assert_eq!((client.provider(), client.model()), ("gpu-cluster", "meta/llama"));
    assert_eq!(client.extract::<Person>("Ada, 36").await.unwrap(), Person::ada());
    let body = &server.received()[0].body;
    assert_eq!(body["model"], "meta/llama");
    assert_eq!((&body["tool_choice"], &body["max_new_tokens"]), (&json!("required"), &json!(50)));
}

#[tokio::test]
async fn a_mode_it_lacks_is_refused_when_the_client_is_made_and_when_a_question_is_sent() {
    let server = Server::start([]).await;
    let builder = || server.client().0.model("m").service(mine());
    let error = builder().mode(Mode::ToolsStrict).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`gpu-cluster` does not have the mode `ToolsStrict`: it has `Tools`, `Json`"
    );
    let client = builder().build().unwrap();
    let error = client.extract::<Person>("x").mode(Mode::JsonSchema).await.unwrap_err();
    assert!(matches!(error, Error::UnsupportedMode { mode: Mode::JsonSchema, .. }), "{error}");
    assert!(server.received().is_empty());
}

#[test]
fn a_service_without_a_model_is_an_error() {
    let error = Client::builder().service(mine()).base_url("http://localhost:1").build();
    assert_eq!(error.unwrap_err().to_string(), "no model is set: call `model`");
}

#[test]
fn a_service_that_cannot_be_asked_is_an_error() {
    let mut wants_key = mine();
    wants_key.needs_key = true;
    let mut speechless = mine();
    speechless.modes = &[];
    for (service, key, expected) in [
        (wants_key.clone(), None, "no key for `gpu-cluster`: call `api_key`"),
        (wants_key, Some(" "), "no key for `gpu-cluster`: call `api_key`"),
        (speechless, None, "`gpu-cluster` has no mode: name one in `Service::modes`"),
    ] {
        let mut builder =
            Client::builder().service(service).model("m").base_url("http://localhost");
        if let Some(key) = key {
            builder = builder.api_key(key);
        }
        assert_eq!(builder.build().unwrap_err().to_string(), expected);
    }
}

/// Counts its signatures.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Sign for Counting {
    fn sign(&self, request: &mut HttpRequest, _now: SystemTime) -> Result<(), TransportError> {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let token = HeaderValue::try_from(format!("Bearer token-{number}")).unwrap();
        request.headers.insert("authorization", token);
        Ok(())
    }
}

#[tokio::test]
async fn a_signer_replaces_the_key_and_signs_every_try_anew() {
    let limited = Step::status(429, &json!({"error": {"message": "slow down"}}));
    let good = json!({"candidates": [{"content": {"role": "model", "parts": [
        {"functionCall": {"name": "Person", "args": {"name": "Ada", "age": 36}}},
    ]}, "finishReason": "STOP"}]});
    let server = Server::start([limited, Step::status(200, &good)]).await;
    let base = format!("{}/projects/p/locations/l", server.url());
    let (_, pauses) = server.client();
    let client = Client::builder()
        .model("vertex/gemini-2.5-flash")
        .base_url(base)
        .transport(pauses)
        .signer(Arc::new(Counting::default()))
        .build()
        .unwrap();
    assert_eq!(client.extract::<Person>("Ada, 36").await.unwrap(), Person::ada());
    let received = server.received();
    for (i, received) in received.iter().enumerate() {
        assert!(received.head.contains(&format!("authorization: Bearer token-{i}\r\n")));
    }
    assert_eq!(received.len(), 2);
}
