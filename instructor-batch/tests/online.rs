//! Runs that ask now: outcomes, limits, faults of the service, and what is left when they are stopped.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use instructor_batch::{Engine, Outcome, Run, RunError, RunSettings};
use instructor_core::transport::{BoxFuture, HttpRequest, HttpResponse, Transport, TransportError};
use instructor_core::{Client, Extract};
use serde::Deserialize;
use serde_json::{Value, json};

/// Somebody.
#[derive(Debug, Clone, PartialEq, Deserialize, Extract)]
struct Person {
    #[extract(length(min = 1))]
    name: String,
}

/// What comes back.
enum Back {
    Answer(Value),
    Cut,
    Error(u16, Option<u32>),
    Html,
    Unreachable,
}

/// The service: what comes back for the text of a row, the n-th time it is sent.
struct Service<F> {
    script: F,
    sent: Mutex<Vec<(String, Value)>>,
    slept: Mutex<Vec<Duration>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

impl<F> std::fmt::Debug for Service<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Service")
    }
}

impl<F: Fn(&str, usize) -> Back + Send + Sync + 'static> Service<F> {
    fn new(script: F) -> Arc<Self> {
        Arc::new(Self {
            script,
            sent: Mutex::default(),
            slept: Mutex::default(),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        })
    }

    fn client(self: &Arc<Self>) -> Client {
        let service: Arc<dyn Transport> = self.clone();
        Client::with_transport(service)
    }

    /// How often a row was sent.
    fn times(&self, text: &str) -> usize {
        self.sent.lock().unwrap().iter().filter(|(sent, _)| sent == text).count()
    }

    fn total(&self) -> usize {
        self.sent.lock().unwrap().len()
    }
}

impl<F: Fn(&str, usize) -> Back + Send + Sync + 'static> Transport for Service<F> {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let messages = body["messages"].as_array().unwrap();
            let first = messages.iter().find(|message| message["role"] == "user").unwrap();
            let text = first["content"].as_str().unwrap().to_owned();
            let nth = self.times(&text);
            self.sent.lock().unwrap().push((text.clone(), body));
            let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(under_way, Ordering::SeqCst);
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            let (status, retry_after, body) = match (self.script)(&text, nth) {
                Back::Answer(arguments) => (200, None, called(&arguments, "tool_calls")),
                Back::Cut => (200, None, called(&json!({"name": "A"}), "length")),
                Back::Error(status, retry_after) => {
                    (status, retry_after, json!({"error": {"message": "no"}}).to_string())
                }
                Back::Html => (502, None, "<html>\n".to_owned()),
                Back::Unreachable => {
                    let (origin, source) = ("http://127.0.0.1:9".to_owned(), "refused".into());
                    return Err(TransportError::Unreachable { origin, source });
                }
            };
            let mut response = HttpResponse::new(Bytes::from(body));
            response.status = StatusCode::from_u16(status).unwrap();
            if let Some(seconds) = retry_after {
                response.headers.insert("retry-after", seconds.into());
            }
            Ok(response)
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.slept.lock().unwrap().push(duration);
        Box::pin(tokio::task::yield_now())
    }
}

fn called(arguments: &Value, finish: &str) -> String {
    let function = json!({"name": "Person", "arguments": arguments.to_string()});
    let call = json!({"id": "c1", "type": "function", "function": function});
    let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
    // Several lines, as some services write.
    let body = json!({
        "id": "r1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    });
    serde_json::to_string_pretty(&body).unwrap()
}

fn named(text: &str) -> Back {
    Back::Answer(json!({"name": text}))
}

fn texts(rows: usize) -> Vec<String> {
    (0..rows).map(|row| format!("row {row}")).collect()
}

fn online(concurrency: usize) -> Engine {
    Engine::Online { concurrency, requests_per_minute: None, tokens_per_minute: None }
}

/// A place for a run that is gone after the test.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("run");
    (folder, dir)
}

fn create(dir: &Path, client: Client, rows: usize, engine: Engine) -> Run<Person> {
    Run::create(dir, texts(rows), RunSettings::with_client(client).engine(engine)).unwrap()
}

/// The outcome of each row, and how often it was asked.
fn outcomes(run: &Run<Person>) -> Vec<(Outcome, u32)> {
    run.results()
        .map(|row| {
            if let Ok(found) = &row.result {
                assert_eq!(found.result.name, format!("row {}", row.row));
            }
            (row.outcome, row.rounds)
        })
        .collect()
}

fn raw_lines(dir: &Path) -> Vec<String> {
    let mut files: Vec<_> =
        fs::read_dir(dir.join("results")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts: String = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    texts.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn every_row_ends_as_in_a_batch() {
    let service = Service::new(|text: &str, nth| match (text, nth) {
        ("row 1", 0) | ("row 2", _) => Back::Answer(json!({"name": ""})),
        ("row 3", 0) => Back::Cut,
        ("row 4", _) => Back::Error(400, None),
        ("row 5", 0..5) => Back::Html,
        _ => named(text),
    });
    let (_folder, dir) = place();
    let settings =
        RunSettings::with_client(service.client()).engine(online(3)).max_rounds(2).max_tokens(100);
    let run = Run::<Person>::create(&dir, texts(8), settings).unwrap();
    // It may be moved to another task.
    let moved = run.clone();
    let receipt = tokio::spawn(async move { moved.execute().await }).await.unwrap().unwrap();
    assert_eq!(service.most.load(Ordering::SeqCst), 3);
    let expected = [
        (Outcome::Succeeded, 1),
        (Outcome::Succeeded, 2),
        (Outcome::Invalid, 2),
        (Outcome::Succeeded, 2),
        (Outcome::Errored, 1),
        (Outcome::Succeeded, 2),
        (Outcome::Succeeded, 1),
        (Outcome::Succeeded, 1),
    ];
    assert_eq!(outcomes(&run), expected);
    assert_eq!(receipt.outcomes.succeeded, 6);
    // The second question holds the wrong answer, and the one after a cut answer allows more.
    let second = |text: &str| {
        let sent = service.sent.lock().unwrap();
        let mut bodies = sent.iter().filter(|(sent, _)| sent == text).map(|(_, body)| body);
        bodies.nth(1).unwrap().to_string()
    };
    assert!(second("row 1").contains("at least 1"), "{}", second("row 1"));
    assert!(second("row 3").contains("200"), "{}", second("row 3"));
    // A line for each answer, each of them JSON; sending the same again is none.
    let lines = raw_lines(&dir);
    assert_eq!(lines.len(), 12);
    assert!(lines.iter().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert_eq!(service.times("row 5"), 6);

    // Nothing is asked again.
    let again = Run::<Person>::open_with(&dir, service.client()).unwrap();
    let before = service.total();
    again.execute().await.unwrap();
    assert_eq!((service.total(), outcomes(&again)), (before, expected.to_vec()));
}

#[tokio::test]
async fn whatever_concerns_all_rows_pauses_the_run_and_uses_none_up() {
    type Script = fn(usize) -> Back;
    let cases: [(&str, Script); 6] = [
        ("no", |_| Back::Error(401, None)),
        ("no", |_| Back::Error(403, None)),
        ("no", |_| Back::Error(404, None)),
        ("rate limited", |_| Back::Error(429, Some(86_400))),
        ("rate limited", |_| Back::Error(429, None)),
        ("no connection", |_| Back::Unreachable),
    ];
    for (reason, fails) in cases {
        let broken = Arc::new(AtomicUsize::new(1));
        let state = Arc::clone(&broken);
        let service = Service::new(move |text: &str, nth| match text {
            "row 0" | "row 1" => named(text),
            _ if state.load(Ordering::SeqCst) == 1 => fails(nth),
            _ => named(text),
        });
        let (_folder, dir) = place();
        let run = create(&dir, service.client(), 30, online(4));
        let error = run.execute().await.unwrap_err();
        assert!(matches!(&error, RunError::Paused { .. }), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
        let status = run.status().unwrap();
        assert_eq!((status.outcomes.total(), status.waiting), (2, 28), "{reason}");
        assert!(status.problem.unwrap().contains(reason));
        broken.store(0, Ordering::SeqCst);
        run.execute().await.unwrap();
        assert_eq!(outcomes(&run), vec![(Outcome::Succeeded, 1); 30], "{reason}");
    }
}

#[tokio::test]
async fn a_service_that_fails_row_after_row_pauses_the_run() {
    let service = Service::new(|_: &str, _| Back::Error(500, None));
    let (_folder, dir) = place();
    let run = create(&dir, service.client(), 200, online(4));
    let error = run.execute().await.unwrap_err();
    assert!(error.to_string().contains("20 rows in a row failed"), "{error}");
    assert_eq!(run.status().unwrap().outcomes.total(), 0);
    // Those that were under way may have ended, too.
    assert!((20..20 + 4).contains(&raw_lines(&dir).len()));
}

#[tokio::test]
async fn when_one_is_turned_away_all_wait_and_none_is_used_up() {
    let service = Service::new(|text: &str, nth| match nth {
        0..9 if text == "row 0" => Back::Error(429, Some(10)),
        _ => named(text),
    });
    let (_folder, dir) = place();
    let run = create(&dir, service.client(), 5, online(1));
    run.execute().await.unwrap();
    assert_eq!(outcomes(&run), vec![(Outcome::Succeeded, 1); 5]);
    assert_eq!(service.slept.lock().unwrap().len(), 9);
    assert_eq!(raw_lines(&dir).len(), 5);
}

#[tokio::test]
async fn the_limit_of_the_settings_holds() {
    let service = Service::new(|text: &str, _| named(text));
    let (_folder, dir) = place();
    let engine = Engine::Online {
        concurrency: 8,
        requests_per_minute: std::num::NonZeroU32::new(1),
        tokens_per_minute: None,
    };
    let run = create(&dir, service.client(), 4, engine);
    run.execute().await.unwrap();
    let slept: Duration = service.slept.lock().unwrap().iter().sum();
    assert!(slept > Duration::from_secs(120) && slept <= Duration::from_secs(180), "{slept:?}");
}

#[tokio::test]
async fn a_run_that_is_stopped_or_dropped_goes_on_where_it_was() {
    for dropped in [false, true] {
        let service = Service::new(|text: &str, _| named(text));
        let (_folder, dir) = place();
        let run = create(&dir, service.client(), 40, online(4));
        {
            let execution = run.execute();
            let mut execution = std::pin::pin!(execution);
            let some = async {
                while service.total() < 15 {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                end = &mut execution => panic!("{end:?}"),
                () = some => {}
            }
            if !dropped {
                run.stop();
                execution.await.unwrap();
            }
        }
        let sent = service.total();
        let status = run.status().unwrap();
        assert_eq!(status.outcomes.total() + status.waiting, 40);
        if dropped {
            assert!(status.outcomes.total() >= 15 - 4, "{status:?}");
        } else {
            assert_eq!(status.outcomes.total(), sent as u64, "all that was sent is kept");
        }
        assert!(status.waiting > 0);
        drop(run);
        let run = Run::<Person>::open_with(&dir, service.client()).unwrap();
        run.execute().await.unwrap();
        assert_eq!(outcomes(&run), vec![(Outcome::Succeeded, 1); 40]);
        assert!(service.total() <= 40 + if dropped { 4 } else { 0 });
    }
}

#[tokio::test]
async fn what_the_ledger_was_not_told_of_is_not_paid_for_again() {
    let service = Service::new(|text: &str, _| match text {
        "row 0" => named(text),
        _ => Back::Error(401, None),
    });
    let (_folder, dir) = place();
    let run = create(&dir, service.client(), 4, online(1));
    run.execute().await.unwrap_err();
    drop(run);
    // The process ended after the file and before the ledger, in the midst of a line.
    let [line] = &raw_lines(&dir)[..] else { panic!("{:?}", raw_lines(&dir)) };
    let of = |row: usize| {
        line.replace("-0-1\"", &format!("-{row}-1\"")).replace("row 0", &format!("row {row}"))
    };
    let path = dir.join("results/online-0001.jsonl");
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    let cut = of(3);
    let foreign = line.replace("-0-1\"", "-9-1\"");
    write!(file, "{}\n{line}\n{foreign}\n{}\n{}", of(1), of(2), &cut[..cut.len() / 2]).unwrap();
    drop(file);

    let service = Service::new(|text: &str, _| named(text));
    let run = Run::<Person>::open_with(&dir, service.client()).unwrap();
    run.execute().await.unwrap();
    assert_eq!(outcomes(&run), vec![(Outcome::Succeeded, 1); 4]);
    assert_eq!((service.total(), service.times("row 3")), (1, 1));
}

#[tokio::test]
async fn one_row_goes_ahead_if_it_is_wanted() {
    let good = Arc::new(AtomicUsize::new(0));
    let state = Arc::clone(&good);
    let service = Service::new(move |text: &str, _| match state.load(Ordering::SeqCst) {
        0 => Back::Error(400, None),
        _ => named(text),
    });
    let (_folder, dir) = place();
    let settings = RunSettings::with_client(service.client()).engine(online(4)).canary(true);
    let run = Run::<Person>::create(&dir, texts(6), settings).unwrap();
    let error = run.execute().await.unwrap_err();
    assert!(matches!(&error, RunError::Paused { .. }), "{error}");
    assert_eq!(service.total(), 1);
    good.store(1, Ordering::SeqCst);
    run.execute().await.unwrap();
    let mut expected = vec![(Outcome::Succeeded, 1); 6];
    expected[0].0 = Outcome::Errored;
    assert_eq!(outcomes(&run), expected);
    assert_eq!(run.retry(&[Outcome::Errored]).unwrap(), 1);
    run.execute().await.unwrap();
    assert_eq!(outcomes(&run)[0], (Outcome::Succeeded, 2));
    assert_eq!(service.total(), 7);
}
