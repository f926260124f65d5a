//! Runs at services with all their faults: every row ends with exactly one outcome, and what is odd
//! is reported.

mod support;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use instructor_batch::{BatchErrorKind, Engine, Outcome, Receipt, Row, Run, RunError, RunSettings};
use instructor_core::Client;
use proptest::prelude::*;
use support::{
    Answer, Call, Chaos, Edit, End, Family, Fault, Item, JobPlan, Person, Server, mixed, right,
};
use tempfile::TempDir;

/// A run at a service, and the folder of its directory.
struct Place {
    folder: TempDir,
    server: Server,
}

impl Place {
    fn new(family: Family, answerer: impl Fn(&Item<'_>) -> Answer + Send + Sync + 'static) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), server: Server::start(family, answerer) }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    fn client(&self) -> Client {
        self.server.client().0.build().unwrap()
    }

    fn create(&self, rows: usize, set: impl FnOnce(RunSettings) -> RunSettings) -> Run<Person> {
        self.create_from(0..rows, set)
    }

    fn create_from(
        &self,
        rows: Range<usize>,
        set: impl FnOnce(RunSettings) -> RunSettings,
    ) -> Run<Person> {
        let rows = rows.map(|row| Row::keyed(format!("k{row}"), Person::text(row)));
        let settings = RunSettings::with_client(self.client()).poll(Duration::from_millis(1));
        Run::create(self.dir(), rows.collect::<Vec<_>>(), set(settings)).unwrap()
    }

    /// Executes until it is over or stops for good.
    async fn finish(&self, run: &Run<Person>) -> Receipt {
        for _ in 0..20 {
            match run.execute().await {
                Ok(receipt) => return receipt,
                Err(RunError::Job(_)) => {}
                Err(error) => panic!("{:?}: {error}", self.server.family()),
            }
        }
        panic!("{:?}: the run never ends", self.server.family())
    }

    /// What holds of every run that is over, whatever happened.
    fn check(&self, run: &Run<Person>, receipt: &Receipt, rows: usize) -> Vec<Outcome> {
        let family = self.server.family();
        let results: Vec<_> = run.results().collect();
        let keys: Vec<_> = results.iter().map(|row| row.key.clone()).collect();
        assert_eq!(keys, (0..rows).map(|row| format!("k{row}")).collect::<Vec<_>>(), "{family:?}");
        for (n, row) in results.iter().enumerate() {
            match &row.result {
                Ok(found) => assert_eq!(found.result, Person::of(n), "{family:?}"),
                Err(error) => assert_ne!(
                    (row.outcome, error.kind.name()),
                    (Outcome::Succeeded, "unreadable"),
                    "{family:?}"
                ),
            }
            assert_eq!(row.result.is_ok(), row.outcome == Outcome::Succeeded, "{family:?}");
        }
        let outcomes: Vec<_> = results.iter().map(|row| row.outcome).collect();
        assert_eq!((receipt.rows, receipt.outcomes.total()), (rows as u64, rows as u64));
        for outcome in Outcome::ALL {
            let count = outcomes.iter().filter(|found| **found == outcome).count();
            assert_eq!(receipt.outcomes.of(outcome), count as u64, "{family:?}: {outcome}");
        }
        // No id is used twice, and no job is left alone.
        let mut ids = HashSet::new();
        for id in self
            .server
            .jobs()
            .iter()
            .filter(|job| !job.phase.is_failed())
            .flat_map(|job| &job.custom_ids)
        {
            assert!(ids.insert(id.clone()), "{family:?}: `{id}` was sent in two jobs");
        }
        let orphans: Vec<_> = self.server.orphans().into_iter().map(|job| job.id).collect();
        assert!(orphans.is_empty(), "{family:?}: {orphans:?}");
        outcomes
    }

    /// No row was answered rightly twice.
    fn check_paid_once(&self) {
        let mut paid = HashMap::new();
        for one in self.server.paid().into_iter().filter(|paid| paid.right) {
            *paid.entry(one.text).or_insert(0) += 1;
        }
        let twice: Vec<_> = paid.into_iter().filter(|(_, count)| *count > 1).collect();
        assert!(twice.is_empty(), "{:?}: {twice:?}", self.server.family());
    }

    /// Runs to the end with what was set; every row is right then, and paid for once.
    async fn all_right(&self, rows: usize) -> Receipt {
        let run = self.create(rows, |settings| settings.shard_rows(4).max_rounds(3));
        let receipt = self.finish(&run).await;
        let outcomes = self.check(&run, &receipt, rows);
        assert_eq!(outcomes, vec![Outcome::Succeeded; rows], "{:?}", self.server.family());
        self.check_paid_once();
        receipt
    }
}

#[tokio::test]
async fn all_moods_of_a_service_end_well() {
    for family in Family::ALL {
        let place = Place::new(family, mixed);
        let run = place.create(40, |settings| settings.shard_rows(7).max_rounds(4));
        let receipt = place.finish(&run).await;
        let outcomes = place.check(&run, &receipt, 40);
        for (row, outcome) in outcomes.into_iter().enumerate() {
            let refused = row % 10 == 6;
            let expected = if refused { Outcome::Refused } else { Outcome::Succeeded };
            assert_eq!(outcome, expected, "{family:?}: row {row}");
        }
        place.check_paid_once();
        let paid = place.server.paid().len() as u64;
        assert_eq!(receipt.usage.input_tokens, paid * support::TOKENS.0, "{family:?}");
    }
}

#[tokio::test]
async fn one_by_one_all_ends_the_same() {
    for family in Family::ALL {
        let place = Place::new(family, mixed);
        let engine =
            Engine::Online { concurrency: 4, requests_per_minute: None, tokens_per_minute: None };
        let run = place.create(20, |settings| settings.engine(engine).max_rounds(4));
        let receipt = place.finish(&run).await;
        let outcomes = place.check(&run, &receipt, 20);
        for (row, outcome) in outcomes.into_iter().enumerate() {
            let refused = row % 10 == 6;
            let expected = if refused { Outcome::Refused } else { Outcome::Succeeded };
            assert_eq!(outcome, expected, "{family:?}: row {row}");
        }
        place.check_paid_once();
        assert!(place.server.jobs().is_empty(), "{family:?}");
    }
}

#[tokio::test]
async fn what_stays_wrong_is_told_by_its_kind() {
    for family in Family::MAIN {
        let place = Place::new(family, |item| match Person::row(item.text) {
            0 => Answer::Wrong(serde_json::json!({"name": "", "age": 900})),
            1 => Answer::Refusal("No.".to_owned()),
            2 => Answer::Truncated,
            3 => Answer::Error(500, "server_error", "It broke."),
            4 => Answer::Error(400, "invalid_value", "It is wrong."),
            5 => Answer::Nothing,
            _ => right(item),
        });
        let run = place.create(7, |settings| settings.max_rounds(2));
        let receipt = place.finish(&run).await;
        let outcomes = place.check(&run, &receipt, 7);
        let expected = [
            Outcome::Invalid,
            Outcome::Refused,
            Outcome::Truncated,
            Outcome::Errored,
            Outcome::Errored,
            Outcome::Missing,
            Outcome::Succeeded,
        ];
        assert_eq!(outcomes, expected, "{family:?}");
        let rounds: Vec<_> = run.results().map(|row| row.rounds).collect();
        assert_eq!(rounds, [2, 1, 2, 2, 1, 2, 1], "{family:?}");
        let first = run.results().next().unwrap().result.unwrap_err();
        let BatchErrorKind::Rejected(rejection) = &first.kind else { panic!("{first:?}") };
        assert_eq!(rejection.violations().len(), 2, "{family:?}");
        place.check_paid_once();
    }
}

#[tokio::test]
async fn what_was_lost_on_its_way_is_found_and_not_sent_again() {
    for family in Family::ALL {
        for fault in [Fault::Lost, Fault::Cut] {
            let place = Place::new(family, right);
            place.server.plan(JobPlan { hidden: 2, polls: 3, ..JobPlan::default() });
            place.server.fault(Call::Create, 0, fault.clone());
            place.server.fault(Call::Create, 2, fault.clone());
            place.all_right(12).await;
            assert_eq!(place.server.jobs().len(), 3, "{family:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn jobs_of_others_are_left_alone() {
    for family in Family::ALL {
        let place = Place::new(family, right);
        place.all_right(8).await;
        // Their jobs are as large, as young, and seen earlier than the one that was lost.
        place.server.plan(JobPlan { hidden: 2, ..JobPlan::default() });
        place.server.fault(Call::Create, 2, Fault::Lost).fault(Call::Create, 3, Fault::Lost);
        let other = Place { folder: tempfile::tempdir().unwrap(), server: place.server };
        let run = other.create_from(8..16, |settings| settings.shard_rows(4));
        let receipt = other.finish(&run).await;
        assert_eq!(receipt.outcomes.succeeded, 8, "{family:?}");
        assert_eq!(other.server.jobs().len(), 4, "{family:?}");
        other.check_paid_once();
        assert!(other.server.orphans().is_empty(), "{family:?}");
    }
}

#[tokio::test]
async fn what_never_arrived_is_sent_again() {
    for family in Family::ALL {
        for fault in [Fault::Status(500), Fault::CutUpload, Fault::Status(429)] {
            let place = Place::new(family, right);
            place.server.fault(Call::Create, 0, fault.clone());
            place.server.fault(Call::Create, 2, fault.clone());
            place.server.fault(Call::Upload, 1, fault.clone());
            place.all_right(12).await;
            assert_eq!(place.server.jobs().len(), 3, "{family:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn jobs_that_end_early_keep_what_they_did() {
    for family in Family::ALL {
        for end in [End::Expired(2), End::Expired(0)] {
            let place = Place::new(family, right);
            place.server.plan_of(0, JobPlan { end: end.clone(), ..JobPlan::default() });
            let receipt = place.all_right_or_lost(12).await;
            assert!(receipt.outcomes.succeeded == 12, "{family:?} {end:?}");
        }
    }
}

#[tokio::test]
async fn too_much_at_once_waits_for_room() {
    for family in [Family::OpenAi, Family::Azure, Family::Groq, Family::Mistral, Family::Gemini] {
        let place = Place::new(family, right);
        place.server.queue(9);
        let receipt = place.all_right(20).await;
        assert_eq!(receipt.rounds, 1, "{family:?}");
        assert!(place.server.jobs().len() > 5, "{family:?}: the limit was never met");
    }
}

#[tokio::test]
async fn a_line_that_the_service_names_is_over_and_the_others_go_on() {
    for family in [Family::OpenAi, Family::Azure, Family::Groq] {
        let place = Place::new(family, right);
        let end = End::Failed("invalid_request", Some(3));
        place.server.plan_of(0, JobPlan { end, ..JobPlan::default() });
        let run = place.create(4, |settings| settings);
        let receipt = place.finish(&run).await;
        let outcomes = place.check(&run, &receipt, 4);
        let mut expected = vec![Outcome::Succeeded; 4];
        expected[2] = Outcome::Errored;
        assert_eq!(outcomes, expected, "{family:?}");
    }
}

#[tokio::test]
async fn an_account_without_money_pauses_the_run() {
    for (family, status, code, message) in [
        (Family::OpenAi, 429, "insufficient_quota", "You exceeded your current quota."),
        (Family::Mistral, 402, "payment_required", "Pay first."),
        (Family::Anthropic, 400, "", "Your credit balance is too low to access the Anthropic API."),
        (Family::OpenAi, 401, "invalid_api_key", "Incorrect API key provided."),
    ] {
        let poor = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        let own = std::sync::Arc::clone(&poor);
        let place = Place::new(family, move |item| {
            let poor = own.load(std::sync::atomic::Ordering::Relaxed);
            if poor { Answer::Error(status, code, message) } else { right(item) }
        });
        let run = place.create(12, |settings| settings.shard_rows(4).jobs(1).max_rounds(1));
        let error = run.execute().await.unwrap_err();
        assert!(matches!(error, RunError::Paused { .. }), "{family:?} {status}: {error}");
        assert_eq!(place.server.jobs().len(), 1, "{family:?} {status}: no row more is burnt");
        let status = run.status().unwrap();
        assert_eq!(status.outcomes.total(), 0, "{family:?}: nobody looked at the rows");
        poor.store(false, std::sync::atomic::Ordering::Relaxed);
        let receipt = place.finish(&run).await;
        let outcomes = place.check(&run, &receipt, 12);
        assert_eq!(outcomes, vec![Outcome::Succeeded; 12], "{family:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_pauses_before_anything_is_paid() {
    for family in Family::MAIN {
        let place = Place::new(family, right);
        drop(place.create(4, |settings| settings));
        let wrong = place.server.client().0.api_key("sk-wrong-000-000-000").build().unwrap();
        let run = Run::<Person>::open_with(place.dir(), wrong).unwrap();
        let error = run.execute().await.unwrap_err();
        assert!(matches!(error, RunError::Paused { .. }), "{family:?}: {error}");
        assert!(!format!("{error} {error:?} {run:?}").contains("sk-wrong"), "{family:?}");
        drop(run);
        let run = Run::<Person>::open_with(place.dir(), place.client()).unwrap();
        let receipt = place.finish(&run).await;
        assert_eq!(place.check(&run, &receipt, 4), vec![Outcome::Succeeded; 4], "{family:?}");
    }
}

#[tokio::test]
async fn odd_words_and_late_files_are_waited_for() {
    for family in Family::MAIN {
        let place = Place::new(family, right);
        place.server.plan(JobPlan {
            odd: vec!["sleeping", "", "dreaming"],
            late_output: 2,
            empty_error_id: true,
            ..JobPlan::default()
        });
        place.all_right(6).await;
    }
}

#[tokio::test]
async fn a_cancelled_run_keeps_what_was_done() {
    for family in Family::ALL {
        let place = Place::new(family, right);
        let plan = JobPlan { polls: 1000, done_when_cancelled: 2, ..JobPlan::default() };
        place.server.plan(plan);
        let run = place.create(12, |settings| settings.shard_rows(4).jobs(2));
        let stopped = tokio::time::timeout(Duration::from_millis(300), run.execute()).await;
        assert!(stopped.is_err(), "{family:?}");
        let receipt = run.cancel().await.unwrap();
        let outcomes = place.check(&run, &receipt, 12);
        let done = outcomes.iter().filter(|outcome| **outcome == Outcome::Succeeded).count();
        let jobs = place.server.jobs().len();
        assert_eq!(done, if family == Family::Gemini { 0 } else { 2 * jobs }, "{family:?}");
        assert!(
            outcomes
                .iter()
                .all(|outcome| [Outcome::Succeeded, Outcome::Cancelled].contains(outcome))
        );
        place.check_paid_once();
    }
}

#[tokio::test]
async fn faults_in_any_call_change_nothing() {
    for family in Family::ALL {
        for seed in 0..3 {
            let place = Place::new(family, mixed);
            place.server.chaos(Some(Chaos { seed, per_mille: 120 }));
            let run = place.create(20, |settings| settings.shard_rows(6).max_rounds(4));
            let receipt = place.finish(&run).await;
            let outcomes = place.check(&run, &receipt, 20);
            let wrong = outcomes.iter().enumerate().find(|(row, outcome)| {
                let refused = row % 10 == 6;
                **outcome != if refused { Outcome::Refused } else { Outcome::Succeeded }
            });
            assert_eq!(wrong, None, "{family:?} {seed}");
            place.check_paid_once();
        }
    }
}

impl Place {
    /// As `all_right`, but a service may have lost what was done.
    async fn all_right_or_lost(&self, rows: usize) -> Receipt {
        if self.server.family() != Family::Gemini {
            return self.all_right(rows).await;
        }
        let run = self.create(rows, |settings| settings.shard_rows(4).max_rounds(3));
        let receipt = self.finish(&run).await;
        self.check(&run, &receipt, rows);
        receipt
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        4 => prop::collection::vec(0..6_usize, 0..9).prop_map(Edit::Pick),
        2 => (0..600_usize).prop_map(Edit::Cut),
        1 => Just(Edit::Reverse),
        1 => (0..5_usize).prop_map(Edit::Again),
        1 => (0..5_usize).prop_map(Edit::Drop),
        1 => (0..5_usize).prop_map(Edit::Stranger),
        1 => (0..5_usize).prop_map(Edit::InvalidUtf8),
        1 => (0..5_usize).prop_map(Edit::Garbage),
        1 => Just(Edit::Crlf),
        1 => Just(Edit::Blank),
        1 => Just(Edit::NoLastNewline),
    ]
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(edit(), 0..4)
}

#[test]
fn whatever_happens_to_a_file_each_row_has_one_outcome() {
    let cases = std::env::var("INSTRUCTOR_CASES").ok().and_then(|text| text.parse().ok());
    let config = ProptestConfig {
        cases: cases.unwrap_or(16),
        failure_persistence: None,
        max_shrink_iters: 64,
        ..ProptestConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let family = prop::sample::select(Family::MAIN.to_vec());
    let plans = prop::collection::vec((edits(), edits()), 0..5);
    proptest!(config, |(family in family, plans in plans, moody: bool)| {
        runtime.block_on(async {
            let answerer = if moody { mixed } else { right };
            let place = Place::new(family, answerer);
            for (job, (output, errors)) in plans.iter().enumerate() {
                let (output, errors) = (output.clone(), errors.clone());
                place.server.plan_of(job, JobPlan { output, errors, ..JobPlan::default() });
            }
            let run = place.create(10, |settings| settings.shard_rows(5).max_rounds(3));
            let receipt = place.finish(&run).await;
            let outcomes = place.check(&run, &receipt, 10);
            // What went through whole is a value.
            if plans.is_empty() && !moody {
                assert_eq!(outcomes, vec![Outcome::Succeeded; 10]);
            }
        });
    });
}

#[tokio::test]
async fn a_file_without_a_line_of_ours_is_of_our_job_nevertheless() {
    for family in Family::ALL {
        let place = Place::new(family, right);
        let output = vec![Edit::Pick(vec![0]), Edit::Stranger(0)];
        place.server.plan_of(0, JobPlan { output, ..JobPlan::default() });
        let run = place.create(4, |settings| settings);
        let receipt = place.finish(&run).await;
        let outcomes = place.check(&run, &receipt, 4);
        assert_eq!(outcomes, vec![Outcome::Succeeded; 4], "{family:?}");
        assert_eq!((receipt.rounds, receipt.faults), (2, 1), "{family:?}");
    }
}

#[tokio::test]
async fn every_odd_line_is_reported() {
    for (edits, faults) in [
        (vec![Edit::Again(0), Edit::Again(1)], 2),
        (vec![Edit::Pick(vec![3, 2, 1, 0, 0, 0])], 2),
        (vec![Edit::Garbage(2), Edit::Garbage(0)], 2),
        (vec![Edit::Stranger(1)], 1),
        (vec![Edit::InvalidUtf8(1), Edit::Crlf], 0),
        (vec![Edit::Crlf, Edit::Blank, Edit::NoLastNewline, Edit::Reverse], 0),
    ] {
        for family in Family::MAIN {
            let place = Place::new(family, right);
            place.server.plan_of(0, JobPlan { output: edits.clone(), ..JobPlan::default() });
            let run = place.create(4, |settings| settings);
            let receipt = place.finish(&run).await;
            let outcomes = place.check(&run, &receipt, 4);
            assert_eq!(outcomes, vec![Outcome::Succeeded; 4], "{family:?} {edits:?}");
            assert!(receipt.faults >= faults, "{family:?} {edits:?}: {}", receipt.faults);
            if faults == 0 && !edits.contains(&Edit::InvalidUtf8(1)) {
                assert_eq!(receipt.faults, 0, "{family:?} {edits:?}");
            }
        }
    }
}
