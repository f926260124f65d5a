//! A run from its rows to its receipt, with the model built in: what is kept, what is refused, and
//! what every row ends with.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use instructor_batch::{BatchErrorKind, Engine, Outcome, Row, Run, RunError, RunSettings, Source};
use instructor_core::{Client, Extract};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

/// A person mentioned in the text.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, Extract)]
struct Person {
    /// Full name, exactly as written.
    name: String,
    /// Age in years.
    #[extract(range(min = 0, max = 150))]
    age: u8,
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn dir(&self) -> PathBuf {
        self.0.path().join("run")
    }
}

fn settings(client: Client) -> RunSettings {
    RunSettings::with_client(client).poll(Duration::from_millis(1))
}

fn people(number: usize) -> Vec<Row> {
    (0..number)
        .map(|n| Row::keyed(format!("p{n}"), format!("Ada Byron, {} years", n % 100)))
        .collect()
}

fn outcomes(run: &Run<Person>) -> Vec<(String, Outcome, u32)> {
    run.results().map(|row| (row.key, row.outcome, row.rounds)).collect()
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn every_row_ends_with_its_value() {
    let place = Place::new();
    let settings = settings(Client::offline()).shard_rows(7);
    let run = Run::<Person>::create(place.dir(), people(20), settings).unwrap();
    let plan = run.plan().unwrap();
    assert_eq!((plan.rows, plan.jobs), (20, 3));
    let receipt = is_send(run.execute()).await.unwrap();
    assert_eq!((receipt.rows, receipt.outcomes.succeeded, receipt.jobs), (20, 20, 3));
    assert!(receipt.usage.input_tokens > 0);
    let results: Vec<_> = run.results().collect();
    assert_eq!(results.len(), 20);
    for (n, row) in results.into_iter().enumerate() {
        let found = row.result.unwrap();
        assert_eq!((row.row, row.key), (n as u64, format!("p{n}")));
        assert_eq!(usize::from(found.result.age), n % 100);
    }
    // Nothing is left to do, and nothing is done twice.
    let again = run.execute().await.unwrap();
    assert_eq!((again.jobs, again.usage), (receipt.jobs, receipt.usage));
}

#[tokio::test]
async fn a_wrong_answer_is_asked_for_again_with_what_is_wrong() {
    let place = Place::new();
    let wrong = r#"{"name":"Ada","age":200}"#;
    let right = r#"{"name":"Ada","age":36}"#;
    let client = Client::offline().answers([wrong, wrong, right, wrong]);
    let settings = settings(client).max_rounds(2);
    let run = Run::<Person>::create(place.dir(), people(2), settings).unwrap();
    run.execute().await.unwrap();
    let expected =
        [("p0".to_owned(), Outcome::Succeeded, 2), ("p1".to_owned(), Outcome::Invalid, 2)];
    assert_eq!(outcomes(&run), expected);
    // The second request holds the answer and the complaint.
    let asked = fs::read_to_string(place.dir().join("shards/00002.jsonl")).unwrap();
    for part in ["must be at most 150, but is 200", r#"\"age\":200"#, "Ada Byron, 0 years"] {
        assert!(asked.lines().next().unwrap().contains(part), "{part} is not in {asked}");
    }
    let failed: Vec<_> = run.failed().collect();
    let [row] = failed.as_slice() else { panic!("{failed:?}") };
    let error = row.result.as_ref().unwrap_err();
    let BatchErrorKind::Rejected(rejection) = &error.kind else { panic!("{error:?}") };
    assert_eq!(rejection.violations()[0].path, "age");
    assert!(error.raw.contains("custom_id"));
}

#[tokio::test]
async fn a_run_that_was_opened_again_goes_on() {
    let place = Place::new();
    let client = Client::offline();
    let settings = settings(client.clone()).shard_rows(2);
    let run = Run::<Person>::create(place.dir(), people(5), settings).unwrap();
    // Stopped after the first step that takes time.
    let stopped = tokio::time::timeout(Duration::ZERO, run.execute()).await;
    assert!(stopped.is_err());
    drop(run);
    let run = Run::<Person>::open_with(place.dir(), client).unwrap();
    let receipt = run.execute().await.unwrap();
    assert_eq!(receipt.outcomes.succeeded, 5);
}

#[test]
fn what_cannot_be_a_run_is_refused_and_leaves_nothing() {
    let place = Place::new();
    let create = |rows: Vec<Row>| {
        Run::<Person>::create(place.dir(), rows, settings(Client::offline())).map(|_| ())
    };
    let same = vec![Row::keyed("a", "1"), Row::keyed("b", "2"), Row::keyed("a", "3")];
    assert!(matches!(create(same), Err(RunError::DuplicateKey { first: 0, second: 2 })));
    assert!(matches!(create(Vec::new()), Err(RunError::Empty)));
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 0);
    create(people(1)).unwrap();
    assert!(matches!(create(people(1)), Err(RunError::Exists { .. })));
    let nowhere = place.0.path().join("nowhere");
    assert!(matches!(Run::<Person>::open(&nowhere), Err(RunError::NotARun { .. })));
    assert!(matches!(
        Run::<u8>::open_with(place.dir(), Client::offline()),
        Err(RunError::OtherType { .. })
    ));
    let other = Client::builder().model("ollama/x").build().unwrap();
    assert!(matches!(
        Run::<Person>::open_with(place.dir(), other),
        Err(RunError::OtherModel { .. })
    ));
}

#[test]
fn a_ledger_of_a_later_format_is_refused() {
    let place = Place::new();
    Run::<Person>::create(place.dir(), people(1), settings(Client::offline())).unwrap();
    let ledger = rusqlite::Connection::open(place.dir().join("ledger.sqlite")).unwrap();
    ledger.pragma_update(None, "user_version", 2).unwrap();
    drop(ledger);
    let error = Run::<Person>::open(place.dir()).unwrap_err();
    assert!(matches!(error, RunError::TooNew { found: 2, known: 1, .. }), "{error}");
}

#[tokio::test]
async fn only_one_works_on_a_run_at_a_time() {
    let place = Place::new();
    let run = Run::<Person>::create(place.dir(), people(1), settings(Client::offline())).unwrap();
    let lock = fs::File::create(place.dir().join("lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(run.execute().await, Err(RunError::Locked { .. })));
    assert!(matches!(run.cancel().await, Err(RunError::Locked { .. })));
    assert!(matches!(run.retry(&[Outcome::Invalid]), Err(RunError::Locked { .. })));
    assert_eq!(run.status().unwrap().waiting, 1);
    lock.unlock().unwrap();
    assert_eq!(run.execute().await.unwrap().outcomes.succeeded, 1);
}

#[tokio::test]
async fn rows_that_failed_can_be_tried_again() {
    let place = Place::new();
    let wrong = r#"{"name":"Ada","age":200}"#;
    let settings = settings(Client::offline().answers([wrong])).max_rounds(1);
    let run = Run::<Person>::create(place.dir(), people(3), settings).unwrap();
    run.execute().await.unwrap();
    assert_eq!(run.failed().count(), 1);
    assert!(run.retry(&[Outcome::Succeeded]).is_err());
    assert_eq!(run.retry(&[Outcome::Invalid]).unwrap(), 1);
    run.execute().await.unwrap();
    assert_eq!(outcomes(&run)[0], ("p0".to_owned(), Outcome::Succeeded, 2));
}

#[tokio::test]
async fn a_cancelled_run_has_an_outcome_for_every_row() {
    let place = Place::new();
    let run = Run::<Person>::create(place.dir(), people(4), settings(Client::offline())).unwrap();
    let receipt = run.cancel().await.unwrap();
    assert_eq!((receipt.outcomes.cancelled, receipt.outcomes.total()), (4, 4));
    assert!(
        run.results().all(|row| matches!(row.result.unwrap_err().kind, BatchErrorKind::Cancelled))
    );
}

#[tokio::test]
async fn another_engine_takes_files_and_gives_files() {
    let place = Place::new();
    let settings = settings(Client::offline()).engine(Engine::File).shard_rows(2);
    let run = Run::<Person>::create(place.dir(), people(3), settings).unwrap();
    assert_eq!(run.execute().await.unwrap().outcomes.total(), 0);
    let shards = run.status().unwrap().shards;
    assert_eq!(shards.len(), 2);
    for shard in &shards {
        let asked =
            fs::read_to_string(place.dir().join(format!("shards/{:05}.jsonl", shard.number)));
        let answers: String = asked.unwrap().lines().map(vllm).collect();
        let name = shard.job.as_ref().unwrap();
        fs::write(place.dir().join("results").join(name), answers).unwrap();
    }
    let receipt = run.execute().await.unwrap();
    assert_eq!((receipt.outcomes.succeeded, receipt.outcomes.total()), (3, 3));
}

/// A line as `vllm run-batch` writes it.
fn vllm(line: &str) -> String {
    let asked: serde_json::Value = serde_json::from_str(line).unwrap();
    let call = serde_json::json!({
        "id": "call-1", "type": "function",
        "function": {"name": "Person", "arguments": r#"{"name":"Ada","age":36}"#},
    });
    let answer = serde_json::json!({
        "id": "vllm-1", "custom_id": asked["custom_id"],
        "response": {"status_code": 200, "request_id": "vllm-batch-1", "body": {
            "id": "chat-1", "object": "chat.completion", "model": "m",
            "choices": [{"index": 0, "finish_reason": "tool_calls",
                "message": {"role": "assistant", "content": null, "tool_calls": [call]}}],
        }},
        "error": null,
    });
    format!("{answer}\n")
}

#[tokio::test]
async fn rows_without_keys_are_named_by_their_numbers() {
    let place = Place::new();
    let rows = vec!["Ada, 36".to_owned(), "Alan, 41".to_owned()];
    let run = Run::<Person>::create(place.dir(), rows, settings(Client::offline())).unwrap();
    run.execute().await.unwrap();
    let keys: Vec<_> = run.results().map(|row| row.key).collect();
    assert_eq!(keys, ["0", "1"]);
    let source: Source = people(1).into();
    drop(source);
}
