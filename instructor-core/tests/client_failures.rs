//! The client against a real HTTP server that fails: retries, distinct errors, no key printed.

mod support;

use std::time::Duration;

use instructor_core::{Client, Error, Extract, RetryPolicy, Usage};
use serde_json::{Value, json};
use support::{KEY, Person, Server, Step, called, choice, completion, tool_call};

const TEXT: &str = "Ada Lovelace died at 36.";

fn ada() -> Value {
    json!({"name": "Ada", "age": 36})
}

/// Asks a server with this script for a person, three attempts at most.
async fn ask(steps: impl IntoIterator<Item = Step>) -> (Result<Person, Error>, Server) {
    let server = Server::start(steps).await;
    let client = server.client().0.build().unwrap();
    (Person::extract(&client, TEXT).await, server)
}

#[tokio::test]
async fn what_is_cut_off_refused_or_filtered_is_never_mended() {
    let call = tool_call("x", "Person", "{\"name\": \"Ada\", \"age\": 3");
    let cut = choice(&json!({"role": "assistant", "tool_calls": [call]}), "length");
    let refused =
        choice(&json!({"role": "assistant", "content": null, "refusal": "I must not."}), "stop");
    let filtered =
        choice(&json!({"role": "assistant", "content": ada().to_string()}), "content_filter");
    for (answer, kind) in [(cut, "truncated"), (refused, "refused"), (filtered, "content_filtered")]
    {
        let (person, server) = ask([completion(&json!([answer]))]).await;
        let error = person.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!((error.attempts().len(), error.usage()), (1, Usage::new(10, 5)));
        assert_eq!(server.received().len(), 1, "no other question");
        if let Error::Refused { refusal, .. } = error {
            assert_eq!(refusal, "I must not.");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_before_anything_is_sent() {
    let server = Server::start([]).await;
    let client = server.client().0.build().unwrap();
    for (extra, expected) in [
        (
            json!({"messages": []}),
            "`messages` cannot be set with `extra`: the request sets it itself",
        ),
        (json!([1]), "`extra` takes a JSON object"),
    ] {
        let error = client.extract::<Person>(TEXT).extra(extra).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), ("configuration", expected));
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn the_same_bytes_are_sent_again_after_the_pause_the_service_asks_for() {
    let server = Server::start([
        Step::text(429, "{}").header("retry-after", "7"),
        Step::text(503, "").header("retry-after-ms", "30"),
        called("Person", &ada()),
    ])
    .await;
    let (builder, pauses) = server.client();
    let client = builder.build().unwrap();
    let extracted = client.extract::<Person>(TEXT).send().await.unwrap();
    assert_eq!(pauses.made(), [Duration::from_secs(7), Duration::from_millis(30)]);
    assert_eq!((extracted.attempts.len(), extracted.attempts[0].retries), (1, 2));
    let received = server.received();
    assert!(received.iter().all(|request| request.body == received[0].body));
}

#[tokio::test]
async fn a_date_in_retry_after_is_read_although_the_response_has_none() {
    let then = std::time::SystemTime::now() + Duration::from_secs(100);
    let limited = Step::text(429, "{}").header("retry-after", httpdate::fmt_http_date(then));
    let server = Server::start([limited, called("Person", &ada())]).await;
    let (builder, pauses) = server.client();
    builder.build().unwrap().extract::<Person>(TEXT).await.unwrap();
    let [pause] = pauses.made()[..] else { panic!("one pause") };
    assert!((90..=100).contains(&pause.as_secs()), "{pause:?}");
}

#[tokio::test]
async fn failures_that_may_pass_are_retried() {
    for failure in [Step::text(500, "oops"), Step::text(529, ""), Step::text(409, ""), Step::Cut] {
        let server = Server::start([failure, called("Person", &ada())]).await;
        let (builder, pauses) = server.client();
        let client = builder.build().unwrap();
        assert_eq!(client.extract::<Person>(TEXT).await.unwrap(), Person::ada());
        assert_eq!(pauses.made().len(), 1);
        assert!(pauses.made()[0] <= RetryPolicy::default().base);
    }
}

#[tokio::test]
async fn a_retry_is_no_reask_and_both_are_counted() {
    let wrong = called("Person", &json!({"name": "", "age": 1}));
    let busy = || Step::text(500, "");
    let server = Server::start([busy(), wrong, busy(), busy(), called("Person", &ada())]).await;
    let client = server.client().0.build().unwrap();
    let extracted = client.extract::<Person>(TEXT).send().await.unwrap();
    let retries: Vec<_> = extracted.attempts.iter().map(|attempt| attempt.retries).collect();
    assert_eq!((retries, extracted.attempts.requests()), (vec![1, 2], 5));
}

#[tokio::test]
async fn errors_are_distinct_and_say_what_to_do() {
    let body = |message: &str| json!({"error": {"message": message, "code": null}});
    let quota = json!({"error": {"message": "no money", "code": "insufficient_quota"}});
    let leak = format!("Incorrect API key provided: {KEY}.");
    let html = Step::text(200, "<html>hello</html>");
    for (step, kind, requests, shown) in [
        (
            Step::status(401, &body(&leak)),
            "authentication",
            1,
            "the service does not know the key: Incorrect API key provided: ***.",
        ),
        (
            Step::status(403, &body("no")),
            "permission_denied",
            1,
            "the service does not permit this: no",
        ),
        (
            Step::status(404, &body("no model x")),
            "not_found",
            1,
            "the service does not know the model or the address: no model x",
        ),
        (
            Step::status(429, &quota),
            "quota_exhausted",
            1,
            "the quota is used up, check the plan and the billing: no money",
        ),
        (Step::status(400, &body("bad")), "bad_request", 1, "the service refuses the request: bad"),
        (
            html,
            "invalid_reply",
            1,
            "the service did not send a chat completion: it is a web page; check the base URL",
        ),
        (
            Step::status(429, &body("slow down")).header("retry-after", "3"),
            "rate_limited",
            4,
            "rate limited after 4 requests: slow down",
        ),
        (
            Step::status(500, &body("oops")),
            "unavailable",
            4,
            "the service fails with status 500 after 4 requests: oops",
        ),
        (
            Step::Cut,
            "interrupted",
            4,
            "the connection broke before the answer was complete after 4 requests",
        ),
    ] {
        let (person, server) = ask(vec![step; 4]).await;
        let error = person.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, shown));
        assert_eq!(server.received().len(), requests, "{kind}");
        assert_eq!((error.attempts().len(), error.usage()), (1, Usage::default()));
        assert_eq!(error.attempts().requests(), requests as u64);
        if let Error::RateLimited { retry_after, .. } = error {
            assert_eq!(retry_after, Some(Duration::from_secs(3)));
        }
    }
}

#[tokio::test]
async fn a_pause_beyond_the_budget_is_not_made() {
    let limited = Step::text(429, "{}").header("retry-after", "3600");
    let server = Server::start([limited]).await;
    let (builder, pauses) = server.client();
    let error = builder.build().unwrap().extract::<Person>(TEXT).await.unwrap_err();
    assert_eq!((error.kind(), pauses.made().len()), ("rate_limited", 0));
}

#[tokio::test]
async fn a_silent_service_is_a_timeout() {
    let server = Server::start([Step::Silence]).await;
    let client = server.client().0.retry(RetryPolicy::never()).build().unwrap();
    let asked = client.extract::<Person>(TEXT).timeout(Duration::from_millis(50));
    let error = asked.await.unwrap_err();
    assert_eq!(error.to_string(), "no answer within the time limit: raise `timeout`");
    assert!(error.attempts()[0].latency >= Duration::from_millis(50));
}

#[tokio::test]
async fn nobody_at_home_is_unreachable() {
    // Bound and dropped, so that nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/v1");
    let client = Client::builder()
        .model("compatible/x")
        .base_url(url)
        .no_proxy()
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client.extract::<Person>(TEXT).await.unwrap_err();
    let expected = format!(
        "no connection to http://127.0.0.1:{port}: check the network, the proxy and the base URL"
    );
    assert_eq!(error.to_string(), expected);
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn https_begins_with_a_handshake() {
    use tokio::io::AsyncReadExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/v1", listener.local_addr().unwrap().port());
    let hello = tokio::spawn(async move { listener.accept().await?.0.read_u8().await });
    let builder = Client::builder().model("compatible/x").base_url(url).no_proxy();
    let client = builder.retry(RetryPolicy::never()).build().unwrap();
    assert_eq!(client.extract::<Person>(TEXT).await.unwrap_err().kind(), "unreachable");
    assert_eq!(hello.await.unwrap().unwrap(), 0x16, "a TLS handshake record");
}

#[tokio::test]
async fn the_key_is_printed_nowhere() {
    let leak = json!({"error": {"message": format!("bad {KEY}"), "code": KEY}});
    let server = Server::start([Step::status(401, &leak), called("Person", &ada())]).await;
    let builder = || server.client().0.header("x-api-key", KEY).extra(json!({"token": KEY}));
    let client = builder().build().unwrap();
    let error = client.extract::<Person>(TEXT).await.unwrap_err();
    let extraction = client.extract::<Person>(TEXT);
    let mut printed = vec![
        format!("{:?}", builder()),
        format!("{client:?}"),
        format!("{extraction:?}"),
        format!("{error:?} {error} {error:#?}"),
    ];
    printed.push(format!("{:?}", extraction.send().await.unwrap()));
    for (i, text) in printed.iter().enumerate() {
        assert!(!text.contains("5ecret"), "{i}: {text}");
    }
}

#[tokio::test]
async fn what_asks_nothing_is_not_sent() {
    let server = Server::start([]).await;
    let client = server.client().0.build().unwrap();
    for (question, expected) in [
        (client.extract::<Person>(" \n"), "there is nothing to ask about: the text is empty"),
        (client.extract::<Person>("x").temperature(f64::NAN), "the temperature must be a number"),
    ] {
        assert_eq!(question.await.unwrap_err().to_string(), expected);
    }
    assert!(server.received().is_empty());
}
