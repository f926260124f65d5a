//! Calls that fail: what is asked again, what is not, and what is not known.

use std::time::Duration;

use instructor_batch::BatchStatus;
use instructor_batch::provider::{JobError, SubmitError};

use crate::support::{Call, Chaos, Family, Fault, KEY, right};
use crate::{Exam, all_right, is_over};

/// Faults after which the same call works.
fn passing() -> [Fault; 6] {
    [
        Fault::Status(500),
        Fault::Status(503),
        Fault::TooMany(None),
        Fault::TooMany(Some(11)),
        Fault::Cut,
        Fault::Lost,
    ]
}

#[tokio::test]
async fn what_only_asks_is_asked_again() {
    for family in Family::ALL {
        for fault in passing() {
            let exam = Exam::start(family, right);
            for call in [Call::Status, Call::List, Call::Output] {
                exam.server.fault(call, 0, fault.clone());
            }
            let job = exam.submitted(3).await;
            assert_eq!(exam.provider.list(5).await.unwrap().len(), 1, "{family:?} {fault:?}");
            let job = exam.over(&job.id).await;
            is_over(&job, BatchStatus::Completed);
            assert_eq!(exam.results(&job).await, all_right(3), "{family:?} {fault:?}");
            let made = exam.pauses.made();
            assert!(made.len() >= 3, "{family:?} {fault:?}: {made:?}");
            if fault == Fault::TooMany(Some(11)) {
                let told = made.iter().filter(|pause| **pause == Duration::from_secs(11)).count();
                assert_eq!(told, 3, "{family:?}: {made:?}");
            }
            assert!(exam.server.orphans().is_empty(), "{family:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_file_is_uploaded_again_and_a_job_created_once() {
    for family in Family::ALL.into_iter().filter(|family| *family != Family::Anthropic) {
        for fault in passing().into_iter().chain([Fault::CutUpload]) {
            let exam = Exam::start(family, right);
            exam.server.fault(Call::Upload, 0, fault.clone());
            exam.server.fault(Call::Begin, 1, fault.clone());
            let job = exam.submitted(30).await;
            assert_eq!(exam.server.count(Call::Create), 1, "{family:?} {fault:?}");
            let job = exam.over(&job.id).await;
            assert_eq!(exam.results(&job).await.len(), 30, "{family:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_create_without_an_answer_is_unknown_and_never_sent_again() {
    let faults = [Fault::Lost, Fault::Cut, Fault::Status(500), Fault::Status(502), Fault::Page];
    for family in Family::ALL {
        for fault in faults.clone() {
            let exam = Exam::start(family, right);
            exam.server.fault(Call::Create, 0, fault.clone());
            let error = exam.submit("label-1", 2).await.unwrap_err();
            assert!(matches!(error, SubmitError::Unknown(_)), "{family:?} {fault:?}: {error:?}");
            assert_eq!(exam.server.count(Call::Create), 1, "{family:?} {fault:?}");
            let created = exam.server.jobs().len();
            let done = [Fault::Lost, Fault::Cut].contains(&fault);
            assert_eq!(created, usize::from(done), "{family:?} {fault:?}");
            assert_eq!(exam.provider.list(5).await.unwrap().len(), created, "{family:?}");
        }
    }
}

#[tokio::test]
async fn a_create_that_is_not_answered_in_time_is_unknown() {
    for family in Family::MAIN {
        for (fault, created) in [(Fault::Silence, 1), (Fault::Deaf, 0)] {
            let timeout = Duration::from_millis(250);
            let exam = Exam::with(family, right, |builder| builder.timeout(timeout));
            exam.server.fault(Call::Create, 0, fault.clone());
            let error = exam.submit("label-1", 1).await.unwrap_err();
            assert!(matches!(error, SubmitError::Unknown(_)), "{family:?} {fault:?}: {error:?}");
            assert_eq!(exam.server.count(Call::Create), 1, "{family:?} {fault:?}");
            assert_eq!(exam.server.jobs().len(), created, "{family:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_create_that_is_cut_off_is_unknown() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        exam.server.fault(Call::Create, 0, Fault::CutUpload);
        let error = exam.submit("label-1", 100).await.unwrap_err();
        assert!(matches!(error, SubmitError::Unknown(_)), "{family:?}: {error:?}");
        assert!(exam.server.jobs().is_empty(), "{family:?}");
    }
}

#[tokio::test]
async fn a_create_that_is_refused_is_refused() {
    for family in Family::ALL {
        for status in [400, 401, 402, 403, 404, 413, 422, 429] {
            let exam = Exam::start(family, right);
            exam.server.fault(Call::Create, 0, Fault::Status(status));
            let error = exam.submit("label-1", 1).await.unwrap_err();
            assert!(matches!(error, SubmitError::Refused(_)), "{family:?} {status}: {error:?}");
            assert!(exam.server.jobs().is_empty(), "{family:?} {status}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(KEY), "{family:?} {status}: {shown}");
        }
    }
}

#[tokio::test]
async fn nobody_there_is_refused() {
    for family in Family::ALL {
        let exam = Exam::with(family, right, |builder| {
            builder.base_url("http://127.0.0.1:9/v1").retry(instructor_core::RetryPolicy::never())
        });
        let error = exam.submit("label-1", 1).await.unwrap_err();
        assert!(matches!(error, SubmitError::Refused(_)), "{family:?}: {error:?}");
        let error = exam.provider.list(1).await.unwrap_err();
        assert!(matches!(error, JobError::Failed { kind: None, .. }), "{family:?}: {error:?}");
    }
}

#[tokio::test]
async fn what_does_not_pass_is_an_error_in_the_end() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        let job = exam.submitted(1).await;
        for number in 0..20 {
            exam.server.fault(Call::Status, number, Fault::Status(500));
            exam.server.fault(Call::List, number, Fault::Status(401));
        }
        let error = exam.provider.status(&job.id).await.unwrap_err();
        assert!(matches!(error, JobError::Failed { kind: Some(_), .. }), "{family:?}: {error:?}");
        assert!(exam.server.count(Call::Status) > 1, "{family:?}");
        exam.provider.list(1).await.unwrap_err();
        assert_eq!(exam.server.count(Call::List), 1, "{family:?}: a wrong key stays wrong");
        let error = exam.provider.status("batches-none").await.unwrap_err();
        assert!(matches!(error, JobError::NotFound { .. } | JobError::Failed { .. }));
    }
}

#[tokio::test]
async fn what_is_no_answer_is_said_so() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        let job = exam.submitted(1).await;
        for (number, body) in ["{}", "[]", "null", "", "{\"id\":7}"].iter().enumerate() {
            exam.server.fault(Call::Status, number, Fault::Body(200, (*body).to_owned()));
            let error = exam.provider.status(&job.id).await.unwrap_err();
            assert!(matches!(error, JobError::Invalid(_)), "{family:?} {body}: {error:?}");
        }
        let job = exam.over(&job.id).await;
        assert_eq!(exam.results(&job).await, all_right(1), "{family:?}");
    }
}

#[tokio::test]
async fn a_download_is_whole_or_an_error() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        let job = exam.submitted(50).await;
        let job = exam.over(&job.id).await;
        for number in 0..30 {
            exam.server.fault(Call::Output, number, Fault::Cut);
        }
        let error = exam.try_results(&job).await;
        assert!(error.is_err(), "{family:?}: half a file is no file");
        assert!(!exam.path("output.jsonl").exists(), "{family:?}");
        assert_eq!(exam.server.orphans().len(), 1, "{family:?}");
    }
}

#[tokio::test]
async fn many_faults_in_any_order_end_well() {
    for family in Family::ALL {
        for seed in 0..8 {
            let exam = Exam::start(family, right);
            exam.server.chaos(Some(Chaos { seed, per_mille: 250 }));
            let job = match exam.submit("label-1", 20).await {
                Ok(job) => job.id,
                Err(SubmitError::Unknown(_)) => {
                    let Some(job) = exam.provider.list(5).await.unwrap().pop() else { continue };
                    job.id
                }
                Err(_) => {
                    assert!(exam.server.jobs().is_empty(), "{family:?} {seed}");
                    continue;
                }
            };
            let Ok(mut job) = exam.provider.status(&job).await else { continue };
            while let (false, Ok(next)) =
                (job.status.is_terminal(), exam.provider.status(&job.id).await)
            {
                job = next;
            }
            if let (true, Ok(results)) = (job.status.is_terminal(), exam.try_results(&job).await) {
                assert_eq!(results, all_right(20), "{family:?} {seed}");
            }
        }
    }
}
