//! From a file of lines to values, where all goes well or single lines fail.

use instructor_batch::BatchStatus;

use crate::support::{Answer, Call, Family, JobPlan, KEY, Person, right};
use crate::{Exam, all_right, assert_same, is_over};

#[tokio::test]
async fn a_job_runs_from_its_file_to_its_values() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        exam.server.plan(JobPlan { polls: 3, ..JobPlan::default() });
        let job = exam.submitted(5).await;
        assert!(!job.status.is_terminal() && job.status != BatchStatus::Unknown, "{family:?}");
        assert!(job.timestamps.created.is_some(), "{family:?}");
        let states = async {
            let mut states = Vec::new();
            for _ in 0..3 {
                states.push(exam.provider.status(&job.id).await.unwrap().status);
            }
            states
        };
        let states = states.await;
        assert!(states[..2].iter().all(|state| !state.is_terminal()), "{family:?}: {states:?}");
        assert!(!states.contains(&BatchStatus::Unknown), "{family:?}: {states:?}");
        let job = exam.over(&job.id).await;
        is_over(&job, BatchStatus::Completed);
        let counted = family != Family::Together;
        assert_eq!(job.counts.completed, counted.then_some(5), "{family:?}");
        assert_eq!(exam.results(&job).await, all_right(5), "{family:?}");
        assert!(exam.server.orphans().is_empty(), "{family:?}");
        let mut ids: Vec<_> = exam.server.paid().into_iter().map(|paid| paid.text).collect();
        ids.sort();
        assert_eq!(ids, (0..5).map(Person::text).collect::<Vec<_>>(), "{family:?}");
    }
}

#[tokio::test]
async fn the_label_and_the_model_are_told_where_the_service_keeps_them() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        let job = exam.submitted(1).await;
        let keeps = exam.provider.keeps_labels();
        assert_eq!(keeps, ![Family::Anthropic, Family::Together].contains(&family));
        assert_eq!(job.label.as_deref(), keeps.then_some("label-1"), "{family:?}");
        let knows = family != Family::Anthropic;
        assert_eq!(job.model.as_deref(), knows.then_some("test-1"), "{family:?}");
        assert_eq!(exam.server.jobs()[0].label.as_deref(), keeps.then_some("label-1"));
    }
}

#[tokio::test]
async fn failed_lines_come_with_what_went_wrong() {
    for family in Family::ALL {
        let exam = Exam::start(family, |item| match Person::row(item.text) {
            0 => Answer::Error(400, "invalid_value", "The age is wrong."),
            1 => Answer::Failed("internal_error", "It broke."),
            2 => Answer::Nothing,
            3 => Answer::Refusal("No.".to_owned()),
            4 => Answer::Truncated,
            _ => right(item),
        });
        let job = exam.submitted(6).await;
        let job = exam.over(&job.id).await;
        is_over(&job, BatchStatus::Completed);
        let results = exam.results(&job).await;
        let what = |id: &str| {
            let found: Vec<_> = results.iter().filter(|(found, _)| found == id).collect();
            assert!(found.len() < 2, "{family:?}: {found:?}");
            found.first().map(|(_, what)| what.as_str())
        };
        let failed = what("r0").unwrap();
        assert!(failed == "failed" || failed.contains("The age is wrong."), "{family:?}: {failed}");
        assert!(what("r1").is_some(), "{family:?}");
        assert_eq!(what("r2"), None, "{family:?}");
        assert!(what("r3").is_some() && what("r4").is_some(), "{family:?}");
        assert_eq!(what("r5"), Some("Ada 5"), "{family:?}");
        assert!(exam.server.orphans().is_empty(), "{family:?}");
    }
}

#[tokio::test]
async fn a_job_whose_lines_all_failed_has_only_errors() {
    for family in Family::ALL {
        let error = Answer::Error(500, "server_error", "It broke.");
        let exam = Exam::start(family, move |_| error.clone());
        let job = exam.submitted(3).await;
        let job = exam.over(&job.id).await;
        is_over(&job, BatchStatus::Completed);
        let results = exam.results(&job).await;
        assert_eq!(results.len(), 3, "{family:?}");
        assert!(results.iter().all(|(_, what)| !what.contains("Ada")), "{family:?}: {results:?}");
    }
}

#[tokio::test]
async fn a_large_file_goes_up_and_comes_down_whole() {
    for family in Family::MAIN {
        let exam = Exam::start(family, right);
        let job = exam.submitted(800).await;
        let job = exam.over(&job.id).await;
        assert_same(exam.results(&job).await, &all_right(800), "a large file");
    }
}

#[tokio::test]
async fn the_key_goes_with_every_call_and_is_shown_nowhere() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        let job = exam.submitted(1).await;
        exam.provider.list(3).await.unwrap();
        let job = exam.over(&job.id).await;
        exam.results(&job).await;
        // To the address that was given for an upload no key must go.
        let records = exam.server.records();
        let with_key = records.iter().filter(|record| record.path != "/upload/next");
        for record in with_key {
            let held = record.headers.values().any(|value| value.contains(KEY));
            assert!(held, "{family:?} {:?} has no key", record.call);
            assert!(!record.path.contains(KEY), "{family:?}");
        }
        let shown = format!("{:?} {:?} {job:?}", exam.provider, exam.form);
        assert!(!shown.contains("5ecret"), "{family:?}");
        assert_eq!(exam.server.count(Call::Unknown), 0, "{family:?}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_an_error_without_it() {
    for family in Family::ALL {
        let wrong = "sk-wrong-000-000-000-000";
        let exam = Exam::with(family, right, |builder| builder.api_key(wrong));
        let error = exam.submit("label-1", 1).await.unwrap_err();
        let listed = exam.provider.list(3).await.unwrap_err();
        for shown in [
            format!("{error} {error:?}"),
            format!("{listed} {listed:?}"),
            format!("{:?}", exam.provider),
        ] {
            assert!(!shown.contains(wrong) && !shown.contains(KEY), "{family:?}: {shown}");
        }
        assert!(exam.server.jobs().is_empty(), "{family:?}");
        assert!(matches!(error, instructor_batch::provider::SubmitError::Refused(_)), "{family:?}");
    }
}
