//! The program `instructor` against services on loopback: their jobs, and where a run asks.

#![cfg(feature = "cli")]

mod support;

use std::process::Command;

use instructor_batch::Lines;
use instructor_batch::provider::{self, NewJob};
use instructor_core::provider::Service;
use serde_json::{Value, json};
use support::{Call, Family, KEY, Person, Server, right};
use tempfile::TempDir;

/// The variable that holds the key of a service.
fn key_of(family: Family) -> &'static str {
    let variables = Service::find(family.service()).unwrap().key_variables;
    variables.iter().find(|name| name.ends_with("_KEY")).unwrap()
}

/// Runs a command in a folder: its exit code and what it says. It never says the key.
fn run(folder: &TempDir, family: Family, line: &str) -> (i32, String, String) {
    let (code, out, err) = run_with(folder, &[(key_of(family), KEY)], line);
    assert!(!out.contains(KEY) && !err.contains(KEY), "{line}");
    (code, out, err)
}

fn run_with(folder: &TempDir, keys: &[(&str, &str)], line: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_instructor"));
    command.args(line.split_whitespace()).current_dir(folder).env("NO_PROXY", "*");
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy().into_owned();
        if name.contains("_API_KEY") || name.contains("_BASE_URL") {
            command.env_remove(&variable);
        }
    }
    let output = command.envs(keys.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A job with two rows, and its id.
async fn submitted(server: &Server, folder: &TempDir) -> String {
    let client = server.client().0.build().unwrap();
    let form = client.extract::<Person>("").form().unwrap();
    let lines = Lines::new(&form).unwrap();
    let mut file = Vec::new();
    for row in 0..2 {
        lines.push_text(&format!("r{row}"), &Person::text(row), &mut file).unwrap();
    }
    let path = folder.path().join("requests.jsonl");
    std::fs::write(&path, file).unwrap();
    let job = NewJob::new(&path, 2, lines.path(), form.model(), "label-1");
    provider::connect(&client).unwrap().submit(job).await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_every_service_are_looked_after() {
    for family in Family::ALL {
        let server = Server::start(family, right);
        let folder = tempfile::tempdir().unwrap();
        let id = submitted(&server, &folder).await;
        let at = format!("--provider {} --base-url {}", family.service(), server.url());
        let expect = |line: &str, code: i32| {
            let ran = run(&folder, family, &format!("batch {line} {at}"));
            assert_eq!(ran.0, code, "{family:?}: {line}: {ran:?}");
            (ran.1, ran.2)
        };
        let list: Value = serde_json::from_str(&expect("list --json", 0).0).unwrap();
        assert_eq!((&list[0]["id"], list.as_array().unwrap().len()), (&json!(id), 1), "{family:?}");
        assert!(expect("list", 0).0.starts_with(&id), "{family:?}");
        let mut job = Value::Null;
        for _ in 0..20 {
            job = serde_json::from_str(&expect(&format!("show {id} --json"), 0).0).unwrap();
            if job["terminal"] == true {
                break;
            }
        }
        assert_eq!(
            (&job["status"], &job["provider"]),
            (&json!("completed"), &json!(family.service())),
            "{family:?}"
        );
        assert!(expect(&format!("show {id}"), 0).0.contains(&id), "{family:?}");
        let into = format!("download {id} -o got.jsonl --json");
        let got: Value = serde_json::from_str(&expect(&into, 0).0).unwrap();
        assert_eq!((&got["id"], &got["output"]), (&json!(id), &json!("got.jsonl")), "{family:?}");
        let lines = std::fs::read_to_string(folder.path().join("got.jsonl")).unwrap();
        assert_eq!(lines.lines().count(), 2, "{family:?}");
        let (_, err) = expect("show batch_nope", 4);
        assert!(err.starts_with("error: ") && err.lines().count() == 1, "{family:?}: {err}");
        let (wrong_key, variable) = ("sk-wr0ngwr0ngwr0ngwr0ng", key_of(family));
        let line = format!("batch list {at}");
        let ran = run_with(&folder, &[(variable, wrong_key)], &line);
        assert!(ran.0 == 3 && ran.2.contains("does not take the key"), "{family:?}: {ran:?}");
        assert!(!ran.2.contains(wrong_key), "{family:?}");
        // A service says whether a job that is over can be cancelled or deleted; nothing hangs.
        for verb in ["cancel", "delete"] {
            let (code, out, err) = run(&folder, family, &format!("batch {verb} {id} {at}"));
            assert!(code == 0 || (code >= 3 && out.is_empty()), "{family:?}: {verb}: {err}");
            assert!(code == 0 || err.lines().count() == 1, "{family:?}: {verb}: {err}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_where_it_was_created() {
    let server = Server::start(Family::OpenAi, right);
    let folder = tempfile::tempdir().unwrap();
    let schema = json!({
        "title": "Person", "type": "object", "required": ["name", "age"],
        "properties": { "name": {"type": "string"}, "age": {"type": "integer"} }
    });
    std::fs::write(folder.path().join("s.json"), schema.to_string()).unwrap();
    std::fs::write(folder.path().join("rows.txt"), Person::text(3)).unwrap();
    let at = server.url();
    let create = "--schema s.json --source rows.txt --model openai/test-1 --engine online";
    let ran = run(&folder, Family::OpenAi, &format!("run create r {create} --base-url {at}"));
    assert_eq!(ran.0, 0, "{ran:?}");
    let ran = run(&folder, Family::OpenAi, "run resume r");
    assert_eq!((ran.0, server.count(Call::Single)), (0, 1), "{ran:?}");
    // A secret in the address is not written down.
    let secret = at.replace("127.0.0.1", "me:s3cret@127.0.0.1");
    let ran = run(&folder, Family::OpenAi, &format!("run create q {create} --base-url {secret}"));
    assert!(ran.0 == 3 || ran.2.contains("is not kept"), "{ran:?}");
    assert!(!folder.path().join("q/base-url").exists());
}
