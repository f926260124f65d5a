//! Record and replay: what is written, what is left out, and what is answered.

mod support;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::StatusCode;
use instructor_core::transport::{
    BoxFuture, CassetteError, HttpRequest, HttpResponse, Recorder, Replay, Transport,
    TransportError,
};
use instructor_core::{Client, Error, Extract};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{KEY, Person, Server, Step, called};

const TEXT: &str = "Ada Lovelace died at 36.";
const HEADER: &str = "{\"format\":\"instructor-cassette\",\"version\":1}\n";

/// The path of a file that is deleted in the end.
struct Temp(PathBuf);

impl Temp {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = format!("instructor-cassettes-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(folder).join("cassette.jsonl"))
    }

    fn with(content: impl AsRef<[u8]>) -> Self {
        let temp = Self::new();
        fs::create_dir_all(temp.0.parent().unwrap()).unwrap();
        fs::write(&temp.0, content).unwrap();
        temp
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

/// Answers every request with the same.
#[derive(Debug)]
struct Always(HttpResponse);

impl Transport for Always {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

fn answer(age: u16) -> Step {
    called("Person", &json!({"name": "Ada", "age": age})).header("content-type", "application/json")
}

fn client(server: &Server, transport: Arc<dyn Transport>) -> Client {
    server.client().0.transport(transport).build().unwrap()
}

#[tokio::test]
async fn what_was_recorded_is_played_without_a_network_and_without_a_key() {
    let limited = Step::status(429, &json!({"error": {"message": format!("slow down {KEY}")}}))
        .header("retry-after", "7")
        .header("set-cookie", "session=5ecret");
    let server = Server::start([limited, answer(900), answer(36)]).await;
    let temp = Temp::new();
    let (_, pauses) = server.client();
    let transport = Arc::new(Recorder::new(pauses.clone(), &temp.0).unwrap());
    let recorded = client(&server, transport).extract::<Person>(TEXT).send().await.unwrap();
    assert_eq!((recorded.attempts.len(), server.received().len()), (2, 3));
    assert_eq!(pauses.made(), [Duration::from_secs(7)]);

    let text = temp.text();
    assert!(text.starts_with(HEADER));
    assert_eq!(text.lines().count(), 4);
    assert!(!text.contains("5ecret"), "{text}");
    for left_out in ["authorization", "set-cookie", "user-agent", "content-length"] {
        assert!(!text.contains(left_out), "{left_out}");
    }
    let line: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    assert_eq!(line["response"]["headers"]["retry-after"], "7");
    assert_eq!(line["response"]["body"]["json"]["error"]["message"], "slow down ***");
    assert_eq!(line["request"]["method"], "POST");

    let replay = Arc::new(Replay::open(&temp.0).unwrap());
    let played = server.client().0.transport(replay.clone()).api_key("unused").build().unwrap();
    let found = played.extract::<Person>(TEXT).send().await.unwrap();
    assert_eq!(found.value, recorded.value);
    assert_eq!(found.usage(), recorded.usage());
    assert_eq!(found.attempts.len(), 2);
    assert_eq!(server.received().len(), 3, "nothing more was sent");

    // Everything was played once.
    let error = Person::extract(&played, TEXT).await.unwrap_err().to_string();
    assert!(error.contains("it is recorded 2 times, and was asked as often before"), "{error}");
    assert!(!format!("{replay:?}").contains("Ada"));
}

#[tokio::test]
async fn another_request_is_an_error_that_says_what_differs() {
    let server = Server::start([answer(36)]).await;
    let temp = Temp::new();
    let recorder = Arc::new(Recorder::new(server.client().1, &temp.0).unwrap());
    let recording = client(&server, recorder.clone());
    Person::extract(&recording, TEXT).await.unwrap();
    let printed = format!("{recorder:?} {recording:?}");
    assert!(!printed.contains("5ecret") && !printed.contains("Ada"), "{printed}");

    let replay: Arc<dyn Transport> = Arc::new(Replay::open(&temp.0).unwrap());
    let error = Person::extract(&client(&server, replay.clone()), "private").await.unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, Error::Configuration(_)));
    for part in [
        &temp.0.display().to_string(),
        &format!("POST {}/chat/completions", server.url()),
        "the body of line 2 differs at `/messages/0/content`",
        "record the cassette again",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(!message.contains("private") && !message.contains("Ada"), "{message}");

    let elsewhere = server.client().0.base_url("http://other.invalid/v2").transport(replay);
    let error = Person::extract(&elsewhere.build().unwrap(), TEXT).await.unwrap_err().to_string();
    let nearest =
        format!("the nearest address is POST {}/chat/completions in line 2", server.url());
    assert!(error.contains(&nearest), "{error}");
}

#[tokio::test]
async fn the_same_request_gets_its_answers_in_order_whatever_the_order_of_its_properties() {
    let exchange = |body: &str, status: u16| {
        format!(
            "{{\"request\":{{\"method\":\"POST\",\"url\":\"https://a.b/x?key=***\",\"body\":{body}}},\
             \"response\":{{\"status\":{status},\"headers\":{{}},\"body\":{{\"text\":\"\"}}}}}}\n"
        )
    };
    let (a, b) = (r#"{"json":{"p":1,"q":[2]}}"#, r#"{"json":{"p":2}}"#);
    let lines = [exchange(a, 201), exchange(b, 202), "\n".into(), exchange(a, 203)].concat();
    let temp = Temp::with(format!("{HEADER}{lines}"));
    let replay = Replay::open(&temp.0).unwrap();
    let ask = async |body: &'static str| {
        let response = replay.send(HttpRequest::json("https://me@a.b/x?key=1", body)).await;
        response.map(|response| response.status.as_u16())
    };
    assert_eq!(ask(r#"{ "q": [2], "p": 1 }"#).await.unwrap(), 201);
    assert_eq!(ask(r#"{"p":1,"q":[2]}"#).await.unwrap(), 203);
    assert_eq!(ask(r#"{"p":2}"#).await.unwrap(), 202);
    assert!(ask(r#"{"p":2}"#).await.is_err());
    assert!(ask("p").await.is_err());
}

#[tokio::test]
async fn a_request_without_a_response_is_not_recorded() {
    let server = Server::start([Step::Cut, answer(36)]).await;
    let temp = Temp::new();
    let recorder = Recorder::new(server.client().1, &temp.0).unwrap();
    Person::extract(&client(&server, Arc::new(recorder)), TEXT).await.unwrap();
    assert_eq!((server.received().len(), temp.text().lines().count()), (2, 2));
    let replay = Replay::open(&temp.0).unwrap();
    assert_eq!(
        Person::extract(&client(&server, Arc::new(replay)), TEXT).await.unwrap(),
        Person::ada()
    );
}

#[test]
fn what_is_no_cassette_is_refused_with_its_line() {
    let exchange = r#"{"request":{"method":"POST","url":"u","body":{"text":"ä"}},"response":{"status":200,"headers":{},"body":{"base64":"AA=="}}}"#;
    let with = |from: &str, to: &str| format!("{HEADER}{}\n", exchange.replace(from, to));
    let cut = format!("{HEADER}{exchange}\n{}", &exchange[..exchange.len() - 9]);
    let half_letter = [HEADER.as_bytes(), exchange.split_once("ä").unwrap().0.as_bytes(), &[0xc3]];
    let cases: [(Vec<u8>, &str); 11] = [
        ("".into(), "line 1 "),
        ("{}\n".into(), "line 1 "),
        ("{\"format\":\"other\",\"version\":1}\n".into(), "line 1 "),
        ("{\"format\":\"instructor-cassette\",\"version\":0}\n".into(), "line 1 "),
        (
            "{\"format\":\"instructor-cassette\",\"version\":2,\"more\":[]}\n".into(),
            "version 2 of the format, and this version of instructor reads 1: update instructor",
        ),
        (cut.into(), "line 3 of the cassette"),
        (half_letter.concat(), "is cut off, the recording was interrupted: delete the line"),
        (format!("{HEADER}{{\"request\":1}}\n").into(), "holds no exchange"),
        (with("200", "1").into(), "has a status that is none"),
        (with("{}", "{\"a b\":\"\"}").into(), "has a header that is none"),
        (with("AA==", "A").into(), "has a body that is no base64"),
    ];
    for (content, expected) in cases {
        let temp = Temp::with(&content);
        let error = Replay::open(&temp.0).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
    // What an editor did to the last line break is no harm.
    let temp = Temp::with(format!("{HEADER}{exchange}").replace('\n', "\r\n"));
    assert!(Replay::open(&temp.0).is_ok());
    assert!(matches!(Replay::open("nowhere"), Err(CassetteError::File { .. })));
    let always: Arc<dyn Transport> = Arc::new(Always(HttpResponse::new("")));
    let folder = std::env::temp_dir();
    assert!(matches!(Recorder::new(always, folder), Err(CassetteError::File { .. })));
}

/// Records an exchange, plays it, and gives the text of the cassette with what was played.
fn round(request: &HttpRequest, response: HttpResponse) -> (String, HttpResponse) {
    let temp = Temp::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let recorder = Recorder::new(Arc::new(Always(response)), &temp.0).unwrap();
    runtime.block_on(recorder.send(request.clone())).unwrap();
    let replay = Replay::open(&temp.0).unwrap();
    (temp.text(), runtime.block_on(replay.send(request.clone())).unwrap())
}

#[test]
fn keys_stand_nowhere_in_a_cassette() {
    let key = "abcdefghijkl";
    let mut request = HttpRequest::json(
        format!("https://{key}:x@a.b/v1?key={key}&alt=json"),
        format!("\"{key}\""),
    );
    request.headers.insert("authorization", format!("Bearer {key}").parse().unwrap());
    request.headers.insert("x-api-key", "sk-other-aB3dE5gH7jK9mN1pQ3".parse().unwrap());
    let echoed = [b"\xff your key is ", key.as_bytes()].concat();
    for body in [
        format!("<p>{key}</p>").into_bytes(),
        echoed,
        b"{\"k\":\"\\nsk-ant-aB3dE5gH7jK9mN1pQ3\"}".to_vec(),
    ] {
        let mut response = HttpResponse::new(body);
        response.headers.insert("date", key.parse().unwrap());
        let (text, _) = round(&request, response);
        assert!(!text.contains(key) && !text.contains("aB3d"), "{text}");
        assert!(text.contains("https://a.b/v1?key=***&alt=json"), "{text}");
    }
}

#[test]
fn json_keeps_its_digits_and_its_order() {
    let json = "{\r\n  \"z\": 340282366920938463463374607431768211455,\n  \"a\": [1.0, 1e400, \"\\ud800\"]\n}\n";
    let mut response = HttpResponse::new(json);
    response.status = StatusCode::CREATED;
    let (_, played) = round(&HttpRequest::json("https://a.b", json), response);
    assert_eq!(played.status, StatusCode::CREATED);
    assert_eq!(played.body, json.trim_end().replace(['\r', '\n'], " "));
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let odd =
        "[\u{0}-\u{1f}\"\\\\a\u{7f}\u{85}\u{2028}\u{2029}\u{feff}\u{10ffff}{}\\[\\],:1\n\r]{0,20}";
    prop_oneof![
        any::<Vec<u8>>(),
        any::<String>().prop_map(String::into_bytes),
        odd.prop_map(String::into_bytes),
        odd.prop_map(|text| Value::from(text).to_string().into_bytes()),
        (odd, any::<i64>()).prop_map(|(key, number)| {
            serde_json::to_vec_pretty(&json!({key: [number, null, {}]})).unwrap()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is sent and received, the recording is found and played to the byte; JSON may have
    /// other spaces.
    #[test]
    fn what_is_recorded_is_played(asked in body(), received in body()) {
        let request = HttpRequest::json("https://a.b/v1", asked);
        let (text, played) = round(&request, HttpResponse::new(received.clone()));
        prop_assert_eq!(text.split('\n').count(), 3);
        let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
        let expected = value(&received);
        prop_assert_eq!(value(&played.body), expected.clone());
        prop_assert!(expected.is_some() || played.body[..] == received[..]);
    }
}
