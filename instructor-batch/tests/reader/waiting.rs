//! Validators that wait, with and without a runtime around.

use std::time::Duration;

use instructor_batch::{BatchErrorKind, BatchReader};
use instructor_core::Extract;
use serde::Deserialize;

#[derive(Debug, Deserialize, Extract)]
struct Known {
    #[extract(custom = known)]
    name: String,
}

async fn known(name: &String) -> Result<(), String> {
    // Needs the timer of a runtime.
    tokio::time::sleep(Duration::from_millis(1)).await;
    if name == "Ada" { Ok(()) } else { Err("must be known".into()) }
}

fn read(threads: usize) {
    let line = |name: &str| {
        let padding = " ".repeat(100_000);
        format!(
            r#"{{"custom_id":"{name}",{padding}"response":{{"body":{{"choices":[{{"message":{{"content":"{{\"name\":\"{name}\"}}"}},"finish_reason":"stop"}}]}}}}}}"#
        )
    };
    let file = [line("Ada"), line("Bob")].join("\n");
    let file = vec![file; 6].join("\n");
    let results: Vec<_> = BatchReader::<Known>::from_text(file).threads(threads).collect();
    assert_eq!(results.len(), 12);
    for pair in results.chunks(2) {
        assert_eq!(pair[0].as_ref().map(|success| success.result.name.as_str()), Ok("Ada"));
        let error = pair[1].as_ref().unwrap_err();
        assert!(matches!(&error.kind, BatchErrorKind::Rejected(_)), "{error}");
        assert_eq!(error.message, "the answer does not fit: `name`: must be known");
    }
}

#[test]
fn without_a_runtime() {
    read(1);
    read(3);
}

#[tokio::test]
async fn within_a_runtime_of_one_thread() {
    read(1);
    read(3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn within_a_runtime_of_one_worker() {
    read(1);
    read(3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn within_a_runtime_of_several_workers() {
    tokio::spawn(async { read(1) }).await.unwrap();
    tokio::task::spawn_blocking(|| read(3)).await.unwrap();
}
