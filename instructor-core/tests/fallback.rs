//! Other models and other keys, against real HTTP servers.

mod support;

use std::sync::{Arc, Mutex};

use instructor_core::provider::Service;
use instructor_core::{Client, Error, Mode, Observer, RetryPolicy, observe};
use serde_json::{Value, json};
use support::{Person, Server, Step, called};

fn ada() -> Value {
    json!({"name": "Ada", "age": 36})
}

fn failing(status: u16) -> Step {
    Step::status(status, &json!({"error": {"message": "not now"}}))
}

/// A client of the server that retries once.
fn client(server: &Server) -> Client {
    let policy = RetryPolicy { max_retries: 1, ..RetryPolicy::default() };
    server.client().0.retry(policy).build().unwrap()
}

/// A client of a port at which nobody listens.
async fn nowhere() -> Client {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let server = Server::start([]).await;
    let url = format!("http://127.0.0.1:{port}/v1");
    server.client().0.base_url(url).retry(RetryPolicy::never()).build().unwrap()
}

#[tokio::test]
async fn another_client_is_asked_when_one_cannot_answer() {
    for status in [429, 500, 503, 529] {
        let first = Server::start([failing(status), failing(status)]).await;
        let second = Server::start([called("Person", &ada())]).await;
        let client = client(&first).with_fallback(client(&second));
        let found = client.extract::<Person>("Ada, 36").send().await.unwrap();
        assert_eq!(found.value, Person::ada());
        assert_eq!((first.received().len(), second.received().len()), (2, 1), "{status}");
        assert_eq!((found.attempts.len(), found.attempts.requests()), (2, 3));
        assert!(found.attempts[0].reply.is_none());
        assert_eq!(found.attempts[1].provider, "openai");
        assert_eq!(found.attempts[1].asked, "gpt-test");
    }
}

#[tokio::test]
async fn fallbacks_are_asked_in_their_order_and_the_last_error_counts() {
    let overloaded = Server::start([failing(503), failing(503)]).await;
    let last = Server::start([failing(500), failing(500)]).await;
    let client = nowhere().await.with_fallback(client(&overloaded)).with_fallback(client(&last));
    let error = client.extract::<Person>("Ada, 36").await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { status: 500, .. }), "{error}");
    assert_eq!(error.attempts().len(), 3);
    assert_eq!(error.attempts().requests(), 5);
}

#[tokio::test]
async fn a_fallback_that_cannot_ask_the_question_is_passed_over() {
    let first = Server::start([failing(503), failing(503)]).await;
    let unfit = Server::start([]).await;
    let last = Server::start([called("Person", &ada())]).await;
    let mut service = Service::find("compatible").unwrap().clone();
    service.modes = &[Mode::Json];
    let text_only = unfit.client().0.service(service).model("m").build().unwrap();
    for (unfit, question_fits_last) in [(text_only.clone(), true), (text_only, false)] {
        let mut client = self::client(&first).with_fallback(unfit);
        if question_fits_last {
            client = client.with_fallback(self::client(&last));
        }
        let found = client.extract::<Person>("Ada, 36").mode(Mode::Tools).send().await;
        match found {
            Ok(found) => {
                assert!(question_fits_last);
                assert_eq!((found.value, found.attempts.len()), (Person::ada(), 2));
            }
            // What really happened, not that the fallback lacks a mode.
            Err(error) => assert!(!question_fits_last && error.attempts().len() == 1, "{error}"),
        }
    }
    assert!(unfit.received().is_empty());
}

/// Writes down what it is told.
#[derive(Default)]
struct Log(Mutex<Vec<String>>);

impl Observer for Log {
    fn request(&self, event: &observe::Request<'_>) {
        self.0.lock().unwrap().push(format!("request {}", event.number));
    }

    fn response(&self, event: &observe::Response<'_>) {
        self.0.lock().unwrap().push(format!("response {}", event.number));
    }

    fn done(&self, event: &observe::Done<'_>) {
        self.0.lock().unwrap().push(format!("done after {}", event.attempts.len()));
    }
}

#[tokio::test]
async fn the_observer_of_the_first_is_told_of_all() {
    let first = Server::start([failing(503), failing(503)]).await;
    let second = Server::start([called("Person", &ada())]).await;
    let (log, others) = (Arc::new(Log::default()), Arc::new(Log::default()));
    let watched = |server: &Server, log: &Arc<Log>| {
        let policy = RetryPolicy { max_retries: 1, ..RetryPolicy::default() };
        server.client().0.retry(policy).observer(log.clone()).build().unwrap()
    };
    let client = watched(&first, &log).with_fallback(watched(&second, &others));
    client.extract::<Person>("Ada, 36").await.unwrap();
    assert_eq!(*log.0.lock().unwrap(), ["request 1", "request 2", "response 2", "done after 2"]);
    assert!(others.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_error_that_another_could_hide_is_an_error_at_once() {
    for (status, kind) in [(400, "bad_request"), (401, "authentication"), (404, "not_found")] {
        let first = Server::start([failing(status)]).await;
        let second = Server::start([called("Person", &ada())]).await;
        let client = client(&first).with_fallback(client(&second));
        let error = client.extract::<Person>("Ada, 36").await.unwrap_err();
        assert_eq!((error.kind(), second.received().len()), (kind, 0));
    }
}

#[tokio::test]
async fn a_wrong_answer_is_asked_for_again_where_it_was_given() {
    let wrong = || called("Person", &json!({"name": "", "age": 3}));
    let first = Server::start([wrong(), wrong(), wrong()]).await;
    let second = Server::start([called("Person", &ada())]).await;
    let client = client(&first).with_fallback(client(&second));
    let error = client.extract::<Person>("Ada, 36").await.unwrap_err();
    assert_eq!((error.kind(), second.received().len()), ("rejected", 0));
}

#[tokio::test]
async fn a_fallback_asks_in_its_own_mode_unless_the_question_says_otherwise() {
    for (asked, tools) in [(None, false), (Some(Mode::Tools), true)] {
        let first = Server::start([failing(500), failing(500)]).await;
        let second = Server::start([called("Person", &ada())]).await;
        let other = second.client().0.mode(Mode::Json).temperature(0.5).build().unwrap();
        let client = client(&first).with_fallback(other);
        let mut question = client.extract::<Person>("Ada, 36").max_reasks(0);
        if let Some(mode) = asked {
            question = question.mode(mode);
        }
        // In text mode the call is no answer; only what was asked counts here.
        let _ = question.await;
        let body = &second.received()[0].body;
        assert_eq!((body.get("tools").is_some(), &body["temperature"]), (tools, &json!(0.5)));
    }
}

/// Clients of one server, one for each key.
async fn with_keys(keys: &[&str], steps: Vec<Step>) -> (Client, Server, Arc<support::Pauses>) {
    let server = Server::start(steps).await;
    let (_, pauses) = server.client();
    let client = Client::for_each(keys, |key| {
        server.client().0.transport(pauses.clone()).api_key(*key).build()
    });
    (client.unwrap(), server, pauses)
}

fn keys_of(server: &Server) -> Vec<String> {
    let key = |head: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
        line.unwrap_or_default().to_owned()
    };
    server.received().iter().map(|received| key(&received.head)).collect()
}

#[tokio::test]
async fn keys_take_turns() {
    let answers = vec![called("Person", &ada()); 4];
    let (client, server, _) = with_keys(&["key-aaaa", "key-bbbb", "key-cccc"], answers).await;
    for _ in 0..4 {
        client.extract::<Person>("Ada, 36").await.unwrap();
    }
    assert_eq!(keys_of(&server), ["key-aaaa", "key-bbbb", "key-cccc", "key-aaaa"]);
    assert!(!format!("{client:?}").contains("key-"));
}

#[tokio::test]
async fn a_limited_or_refused_key_gives_way_to_the_next_without_a_pause() {
    for status in [429, 401, 403, 402] {
        let steps = vec![failing(status), called("Person", &ada())];
        let (client, server, pauses) = with_keys(&["key-aaaa", "key-bbbb"], steps).await;
        client.extract::<Person>("Ada, 36").await.unwrap();
        assert_eq!(keys_of(&server), ["key-aaaa", "key-bbbb"], "{status}");
        assert!(pauses.made().is_empty());
    }
}

#[tokio::test]
async fn the_last_key_is_waited_for() {
    let limited = || failing(429).header("retry-after", "2");
    let steps = vec![limited(), limited(), called("Person", &ada())];
    let (client, server, pauses) = with_keys(&["key-aaaa", "key-bbbb"], steps).await;
    client.extract::<Person>("Ada, 36").await.unwrap();
    assert_eq!(keys_of(&server), ["key-aaaa", "key-bbbb", "key-bbbb"]);
    assert_eq!(pauses.made(), [std::time::Duration::from_secs(2)]);
}

#[test]
fn no_key_is_an_error() {
    let error = Client::for_each(Vec::<&str>::new(), |_| Ok(Client::offline())).unwrap_err();
    assert_eq!(error.to_string(), "there is no key: give at least one");
}
