//! Runs at their limits: what is too large, what never ends, what is stopped half-way, and what another
//! engine leaves unfinished.

mod support;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use instructor_batch::{Engine, Outcome, Row, Run, RunSettings, RunState, RunStatus};
use instructor_core::Client;
use support::{Answer, Call, End, Family, Fault, Item, JobPlan, Person, Server, mixed, right};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    server: Server,
}

impl Place {
    fn new(family: Family, answerer: fn(&Item<'_>) -> Answer) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), server: Server::start(family, answerer) }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    fn client(&self) -> Client {
        self.server.client().0.build().unwrap()
    }

    fn create(&self, rows: usize, set: impl FnOnce(RunSettings) -> RunSettings) -> Run<Person> {
        let rows = (0..rows).map(|row| Row::keyed(format!("k{row}"), Person::text(row)));
        let settings = RunSettings::with_client(self.client()).poll(Duration::from_millis(1));
        Run::create(self.dir(), rows.collect::<Vec<_>>(), set(settings)).unwrap()
    }

    fn ledger(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir().join("ledger.sqlite")).unwrap()
    }
}

/// Executes until something is so, which must be before the run ends.
async fn until(run: &Run<Person>, mut so: impl FnMut(&RunStatus) -> bool) {
    let seen = async {
        while !so(&run.status().unwrap()) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        end = run.execute() => panic!("{end:?}"),
        () = seen => {}
    }
}

fn outcomes(run: &Run<Person>) -> Vec<Outcome> {
    run.results().map(|row| row.outcome).collect()
}

#[tokio::test]
async fn rows_above_the_limits_of_the_settings_go_alone() {
    type Set = fn(RunSettings) -> RunSettings;
    let limits: [Set; 3] =
        [|set| set.shard_bytes(1), |set| set.queued_tokens(1), |set| set.shard_rows(1)];
    for set in limits {
        let place = Place::new(Family::OpenAi, right);
        let run = place.create(4, set);
        let receipt = run.execute().await.unwrap();
        assert_eq!((receipt.outcomes.succeeded, receipt.rounds), (4, 1));
        assert_eq!(place.server.jobs().len(), 4);
    }
}

#[tokio::test]
async fn what_holds_a_run_up_for_ever_can_be_seen() {
    for (plan, word) in [
        (JobPlan { odd: vec!["dreaming"; 100_000], ..JobPlan::default() }, "dreaming"),
        (JobPlan { end: End::TokenLimit, ..JobPlan::default() }, "token_limit_exceeded"),
    ] {
        let place = Place::new(Family::OpenAi, right);
        place.server.plan(plan);
        let run = place.create(4, |set| set);
        let looks = || place.server.count(Call::Status);
        until(&run, |status| looks() > 30 && status.shards[0].job_status.as_deref() == Some(word))
            .await;
        let status = run.status().unwrap();
        assert_eq!((status.state, status.in_shards), (RunState::Open, 4));
    }
}

#[tokio::test]
async fn the_totals_are_what_a_count_gives() {
    let place = Place::new(Family::OpenAi, mixed);
    let run = place.create(40, |set| set.shard_rows(7).max_rounds(4));
    until(&run, |status| status.outcomes.total() > 10).await;
    for step in 0..3 {
        match step {
            0 => drop(run.execute().await.unwrap()),
            1 => assert_eq!(run.retry(&[Outcome::Refused]).unwrap(), 4),
            _ => drop(run.cancel().await.unwrap()),
        }
        let (status, ledger) = (run.status().unwrap(), place.ledger());
        let count = |sql: &str| {
            ledger.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().cast_unsigned()
        };
        for (code, outcome) in Outcome::ALL.into_iter().enumerate() {
            let counted = count(&format!("SELECT count(*) FROM items WHERE outcome = {code}"));
            assert_eq!(status.outcomes.of(outcome), counted, "{step}: {outcome}");
        }
        for (told, sql) in [
            (status.rows, "SELECT count(*) FROM items"),
            (status.in_shards, "SELECT count(*) FROM items WHERE shard IS NOT NULL"),
            (status.waiting, "SELECT count(*) FROM items WHERE shard IS NULL AND outcome IS NULL"),
            (u64::from(status.round), "SELECT max(sent) FROM items"),
            (status.shards_total, "SELECT count(*) FROM shards"),
            (status.faults, "SELECT count(*) FROM faults"),
            (status.usage.input_tokens, "SELECT sum(input_tokens) FROM answers"),
            (status.usage.output_tokens, "SELECT sum(output_tokens) FROM answers"),
        ] {
            assert_eq!(told, count(sql), "{step}: {sql}");
        }
    }
}

#[tokio::test]
async fn a_job_that_was_lost_on_its_way_is_cancelled_as_well() {
    let place = Place::new(Family::OpenAi, right);
    place.server.plan(JobPlan { polls: 100_000, done_when_cancelled: 1, ..JobPlan::default() });
    place.server.fault(Call::Create, 0, Fault::Lost);
    let run = place.create(4, |set| set);
    until(&run, |_| place.server.count(Call::Create) > 0).await;
    let receipt = run.cancel().await.unwrap();
    assert_eq!((receipt.outcomes.succeeded, receipt.outcomes.cancelled), (1, 3));
    assert_eq!((place.server.jobs().len(), place.server.count(Call::Cancel)), (1, 1));
    assert!(place.server.orphans().is_empty());
}

#[tokio::test]
async fn a_cancellation_that_was_interrupted_is_finished_and_can_be_taken_back() {
    let place = Place::new(Family::OpenAi, right);
    place.server.plan(JobPlan { polls: 100_000, ..JobPlan::default() });
    let run = place.create(8, |set| set.shard_rows(2).jobs(2));
    until(&run, |_| place.server.jobs().len() == 2).await;
    let fact = "INSERT INTO facts (name, value) VALUES ('cancelled', '1')";
    place.ledger().execute(fact, []).unwrap();
    run.execute().await.unwrap();
    assert_eq!(outcomes(&run), [Outcome::Cancelled; 8]);
    assert_eq!(run.status().unwrap().state, RunState::Cancelled);
    assert_eq!(place.server.jobs().len(), 2, "nothing more is sent");
    place.server.plan(JobPlan::default());
    assert_eq!(run.retry(&[Outcome::Cancelled]).unwrap(), 8);
    run.execute().await.unwrap();
    assert_eq!(outcomes(&run), [Outcome::Succeeded; 8]);
    assert_eq!(run.status().unwrap().state, RunState::Done);
}

#[tokio::test]
async fn a_job_of_others_that_brought_nothing_is_not_taken_for_ours() {
    for family in [Family::Anthropic, Family::Together] {
        for end in [End::Cancelled(0), End::Expired(0), End::Failed("", None), End::Completed] {
            let server = Server::start(family, |item: &Item<'_>| match Person::row(item.text) {
                0..4 => Answer::Nothing,
                _ => right(item),
            });
            let theirs = Place { folder: tempfile::tempdir().unwrap(), server };
            let silent = end != End::Completed;
            let plan = JobPlan { end: end.clone(), silent, polls: 100, ..JobPlan::default() };
            theirs.server.plan_of(0, plan);
            let run = theirs.create(4, |set| set.max_rounds(1));
            until(&run, |status| status.shards.first().is_some_and(|shard| shard.job.is_some()))
                .await;
            drop(run);
            let ours = Place { folder: tempfile::tempdir().unwrap(), server: theirs.server };
            ours.server.plan(JobPlan { hidden: 2, ..JobPlan::default() });
            ours.server.fault(Call::Create, 1, Fault::Lost);
            let rows = (4..8).map(|row| Row::keyed(format!("k{row}"), Person::text(row)));
            let settings = RunSettings::with_client(ours.client()).poll(Duration::from_millis(1));
            let run =
                Run::<Person>::create(ours.dir(), rows.collect::<Vec<_>>(), settings).unwrap();
            run.execute().await.unwrap();
            assert_eq!(outcomes(&run), [Outcome::Succeeded; 4], "{family:?} {end:?}");
            assert_eq!(ours.server.jobs().len(), 2, "{family:?} {end:?}: sent again");
        }
    }
}

#[tokio::test]
async fn files_that_another_engine_did_not_finish_lose_nothing() {
    let place = Place::new(Family::OpenAi, right);
    let run = place.create(6, |set| set.engine(Engine::File).shard_rows(3));
    run.execute().await.unwrap();
    let paths: Vec<_> = run
        .status()
        .unwrap()
        .shards
        .into_iter()
        .map(|shard| place.dir().join("results").join(shard.job.unwrap()))
        .collect();
    // The first is only begun, the second ends within its second line.
    fs::write(&paths[0], "").unwrap();
    let asked = fs::read_to_string(place.dir().join("shards/00002.jsonl")).unwrap();
    let answers: Vec<_> = asked.lines().map(answered).collect();
    fs::write(&paths[1], format!("{}\n{}", answers[0], &answers[1][..40])).unwrap();
    run.execute().await.unwrap();
    let status = run.status().unwrap();
    assert_eq!((status.outcomes.succeeded, status.outcomes.total(), status.faults), (1, 1, 1));
    assert_eq!((status.in_shards, status.waiting), (3, 2));
    // What came late is not lost when the run is cancelled.
    let asked = fs::read_to_string(place.dir().join("shards/00001.jsonl")).unwrap();
    fs::write(&paths[0], asked.lines().map(answered).collect::<Vec<_>>().join("\n")).unwrap();
    let receipt = run.cancel().await.unwrap();
    assert_eq!((receipt.outcomes.succeeded, receipt.outcomes.cancelled), (4, 2));
}

/// A line of results for a line of requests.
fn answered(line: &str) -> String {
    let asked: serde_json::Value = serde_json::from_str(line).unwrap();
    let function = serde_json::json!({"name": "Person", "arguments": r#"{"name":"Ada","age":36}"#});
    let message = serde_json::json!({
        "role": "assistant", "content": null,
        "tool_calls": [{"id": "c", "type": "function", "function": function}],
    });
    serde_json::json!({
        "id": "r", "custom_id": asked["custom_id"], "error": null,
        "response": {"status_code": 200, "request_id": "q", "body": {
            "id": "a", "object": "chat.completion", "model": "m",
            "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
        }},
    })
    .to_string()
}
