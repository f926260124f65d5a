//! Jobs found again in the service's lists.

use instructor_batch::BatchStatus;

use crate::Exam;
use crate::support::{Call, Family, Fault, JobPlan, right};

#[tokio::test]
async fn a_label_is_found_over_all_pages() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        exam.server.page(2);
        for n in 0..5 {
            exam.submit(&format!("label-{n}"), 1).await.unwrap();
        }
        let jobs = exam.provider.list(100).await.unwrap();
        let mut ids: Vec<_> = jobs.iter().map(|job| job.id.clone()).collect();
        let mut all: Vec<_> = exam.server.jobs().into_iter().map(|job| job.id).collect();
        ids.sort();
        all.sort();
        assert_eq!(ids, all, "{family:?}");
        if exam.provider.keeps_labels() {
            let found: Vec<_> =
                jobs.iter().filter(|job| job.label.as_deref() == Some("label-0")).collect();
            assert_eq!(found.len(), 1, "{family:?}");
            assert_eq!(found[0].id, exam.server.jobs()[0].id, "{family:?}");
        }
    }
}

#[tokio::test]
async fn a_list_is_as_long_as_asked_and_may_be_empty() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        assert!(exam.provider.list(10).await.unwrap().is_empty(), "{family:?}");
        for _ in 0..3 {
            exam.submitted(1).await;
        }
        let jobs = exam.provider.list(2).await.unwrap();
        assert_eq!(jobs.len(), 2, "{family:?}");
        assert!(jobs.iter().all(|job| !job.status.is_terminal()), "{family:?}");
        assert_eq!(jobs[0].id, exam.server.jobs()[2].id, "{family:?}: the newest is first");
    }
}

#[tokio::test]
async fn a_new_job_may_be_shown_late() {
    for family in Family::MAIN {
        let exam = Exam::start(family, right);
        exam.server.plan(JobPlan { hidden: 2, ..JobPlan::default() });
        exam.submitted(1).await;
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(exam.provider.list(5).await.unwrap().len());
        }
        assert_eq!(seen, [0, 0, 1, 1], "{family:?}");
    }
}

#[tokio::test]
async fn a_list_with_unknown_states_is_still_a_list() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        exam.server.plan_of(1, JobPlan { odd: vec!["sleeping"], ..JobPlan::default() });
        for _ in 0..3 {
            exam.submitted(1).await;
        }
        exam.server.fault(Call::List, 0, Fault::Status(503));
        let jobs = exam.provider.list(9).await.unwrap();
        let unknown = jobs.iter().filter(|job| job.status == BatchStatus::Unknown).count();
        assert_eq!((jobs.len(), unknown), (3, 1), "{family:?}");
    }
}
