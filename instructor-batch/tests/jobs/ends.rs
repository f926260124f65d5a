//! All the ways in which a job ends, and the words for them.

use instructor_batch::BatchStatus;
use instructor_batch::provider::{JobError, SubmitError};

use crate::support::{Answer, Call, Edit, End, Family, Fault, JobPlan, right};
use crate::{Exam, all_right, assert_same, is_over, owned};

fn plan(end: End) -> JobPlan {
    JobPlan { end, ..JobPlan::default() }
}

#[tokio::test]
async fn what_was_done_before_the_time_was_over_comes_back() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        exam.server.plan(plan(End::Expired(2)));
        let job = exam.submitted(4).await;
        let job = exam.over(&job.id).await;
        is_over(&job, BatchStatus::Expired);
        let results = exam.results(&job).await;
        let expired = owned(&[("r2", "expired"), ("r3", "expired")]);
        let expected = match family {
            // It keeps nothing of such a job.
            Family::Gemini => Vec::new(),
            // What was not done is not there.
            Family::Mistral => all_right(2),
            _ => [all_right(2), expired].concat(),
        };
        assert_same(results, &expected, &format!("{family:?}"));
        assert!(exam.server.orphans().is_empty(), "{family:?}");
    }
}

#[tokio::test]
async fn what_was_done_before_a_cancellation_comes_back() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        let plan = JobPlan { polls: 9, done_when_cancelled: 2, ..JobPlan::default() };
        exam.server.plan(JobPlan { silent: family == Family::OpenAi, ..plan });
        let job = exam.submitted(4).await;
        exam.provider.status(&job.id).await.unwrap();
        let job = exam.provider.cancel(&job.id).await.unwrap();
        let states = [BatchStatus::Cancelling, BatchStatus::Cancelled, BatchStatus::Running];
        assert!(states.contains(&job.status), "{family:?}: {:?}", job.status);
        let job = exam.over(&job.id).await;
        is_over(&job, BatchStatus::Cancelled);
        let results = exam.results(&job).await;
        let done = results.iter().filter(|(_, what)| what.starts_with("Ada")).count();
        assert_eq!(done, if family == Family::Gemini { 0 } else { 2 }, "{family:?}");
        let others = results.iter().filter(|(_, what)| !what.starts_with("Ada"));
        assert!(others.map(|(_, what)| what).all(|what| what == "cancelled" || what == "failed"));
        assert!(exam.server.orphans().is_empty(), "{family:?}");
    }
}

#[tokio::test]
async fn what_is_over_is_not_cancelled() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        let job = exam.submitted(1).await;
        let job = exam.over(&job.id).await;
        let again = exam.provider.cancel(&job.id).await;
        assert!(again.is_err() || again.unwrap().status == BatchStatus::Completed, "{family:?}");
        assert_eq!(exam.results(&job).await, all_right(1), "{family:?}");
    }
}

#[tokio::test]
async fn a_wrong_file_says_where() {
    for family in Family::ALL.into_iter().filter(|family| *family != Family::Anthropic) {
        let exam = Exam::start(family, right);
        let mut file = Vec::new();
        exam.lines.push_text("r0", "row 0:", &mut file).unwrap();
        file.extend_from_slice(b"{\"custom_id\": what}\n");
        let job = exam.submit_file("label-1", 2, &file).await.unwrap();
        let job = exam.over(&job.id).await;
        is_over(&job, BatchStatus::Failed);
        assert!(!job.errors.is_empty(), "{family:?}");
        let has_lines = ![Family::Together, Family::Gemini, Family::Mistral].contains(&family);
        if has_lines {
            assert_eq!(job.errors[0].line, Some(2), "{family:?}");
            assert_eq!(job.errors[0].code.as_deref(), Some("invalid_json_line"), "{family:?}");
        }
        assert_eq!(exam.results(&job).await, Vec::new(), "{family:?}");
    }
}

#[tokio::test]
async fn the_same_id_twice_is_refused_or_fails() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        let mut file = Vec::new();
        exam.lines.push_text("r0", "row 0:", &mut file).unwrap();
        exam.lines.push_text("r0", "row 1:", &mut file).unwrap();
        match exam.submit_file("label-1", 2, &file).await {
            Ok(job) => is_over(&exam.over(&job.id).await, BatchStatus::Failed),
            Err(SubmitError::Refused(JobError::Failed { message, .. })) => {
                assert!(message.contains("r0"), "{family:?}: {message}");
            }
            Err(error) => panic!("{family:?}: {error}"),
        }
        assert!(exam.server.paid().is_empty(), "{family:?}");
    }
}

#[tokio::test]
async fn a_job_for_which_there_is_no_room_names_the_limit() {
    for family in [Family::OpenAi, Family::Azure, Family::Groq, Family::Mistral, Family::Gemini] {
        let exam = Exam::start(family, right);
        exam.server.plan(plan(End::TokenLimit));
        let job = exam.submitted(2).await;
        let job = exam.over(&job.id).await;
        is_over(&job, BatchStatus::Failed);
        let error = &job.errors[0];
        let told = format!("{} {}", error.code.as_deref().unwrap_or_default(), error.message);
        assert!(told.to_lowercase().contains("limit"), "{family:?}: {told}");
        assert!(exam.server.paid().is_empty(), "{family:?}");
    }
}

#[tokio::test]
async fn no_room_when_it_is_created_is_told_apart() {
    let openai = r#"{"error":{"message":"Enqueued token limit reached for gpt-x","type":"invalid_request_error","param":null,"code":"token_limit_exceeded"}}"#;
    let anthropic = r#"{"type":"error","error":{"type":"rate_limit_error","message":"Your workspace has too many requests in its processing queue."}}"#;
    let gemini = r#"{"error":{"code":429,"message":"You exceeded the limit of enqueued tokens for batch requests.","status":"RESOURCE_EXHAUSTED"}}"#;
    for (family, status, body) in [
        (Family::OpenAi, 400, openai),
        (Family::OpenAi, 429, openai),
        (Family::Anthropic, 429, anthropic),
        (Family::Gemini, 429, gemini),
    ] {
        let exam = Exam::start(family, right);
        exam.server.fault(Call::Create, 0, Fault::Body(status, body.to_owned()));
        let error = exam.submit("label-1", 1).await.unwrap_err();
        assert!(matches!(error, SubmitError::Full(_)), "{family:?} {status}: {error:?}");
        assert_eq!(exam.server.count(Call::Create), 1, "{family:?}");
    }
}

#[tokio::test]
async fn unknown_states_are_no_end() {
    for family in Family::ALL {
        let exam = Exam::start(family, right);
        let odd = vec!["hibernating", "BATCH_STATE_DREAMING", ""];
        exam.server.plan(JobPlan { odd, ..JobPlan::default() });
        let job = exam.submitted(1).await;
        assert_eq!((job.status, &*job.raw_status), (BatchStatus::Unknown, "hibernating"));
        assert!(!job.status.is_terminal());
        let job = exam.provider.status(&job.id).await.unwrap();
        assert_eq!(job.status, BatchStatus::Unknown, "{family:?}");
        let job = exam.over(&job.id).await;
        is_over(&job, BatchStatus::Completed);
        assert_eq!(exam.results(&job).await, all_right(1), "{family:?}");
    }
}

#[tokio::test]
async fn results_may_be_told_late_and_without_errors() {
    for family in Family::MAIN {
        let exam = Exam::start(family, right);
        let plan = JobPlan { late_output: 3, empty_error_id: true, ..JobPlan::default() };
        exam.server.plan(plan);
        let job = exam.submitted(2).await;
        let job = exam.over(&job.id).await;
        assert_eq!(exam.results(&job).await, all_right(2), "{family:?}");
    }
}

#[tokio::test]
async fn lines_come_in_any_order_and_number() {
    let cases: &[(&str, Vec<Edit>, &[usize])] = &[
        ("reversed", vec![Edit::Reverse], &[0, 1, 2, 3]),
        ("twice", vec![Edit::Again(1)], &[0, 1, 1, 2, 3]),
        ("missing", vec![Edit::Drop(0)], &[1, 2, 3]),
        ("any", vec![Edit::Pick(vec![3, 0, 0])], &[0, 0, 3]),
        ("crlf", vec![Edit::Crlf, Edit::Blank, Edit::NoLastNewline], &[0, 1, 2, 3]),
    ];
    for family in Family::MAIN {
        for (what, edits, rows) in cases {
            let exam = Exam::start(family, right);
            exam.server.plan(JobPlan { output: edits.clone(), ..JobPlan::default() });
            let job = exam.submitted(4).await;
            let job = exam.over(&job.id).await;
            let all = all_right(4);
            let expected: Vec<_> = rows.iter().map(|row| all[*row].clone()).collect();
            assert_same(exam.results(&job).await, &expected, what);
        }
    }
}

#[tokio::test]
async fn a_bad_line_does_not_hide_the_others() {
    for family in Family::MAIN {
        let exam = Exam::start(family, right);
        let output = vec![Edit::InvalidUtf8(1), Edit::Stranger(2), Edit::Garbage(0), Edit::Cut(9)];
        exam.server.plan(JobPlan { output, ..JobPlan::default() });
        let job = exam.submitted(5).await;
        let job = exam.over(&job.id).await;
        let results = exam.results(&job).await;
        assert_eq!(results.len(), 6, "{family:?}");
        assert_eq!(results[0].1, "no line", "{family:?}");
        assert_eq!(results[1], all_right(1)[0], "{family:?}");
        assert_eq!(results[3], ("nobody-asked".to_owned(), "Ada 2".to_owned()), "{family:?}");
        assert_eq!(results[4], all_right(4)[3], "{family:?}");
        assert!(!results[5].1.starts_with("Ada"), "{family:?}: {:?}", results[5]);
    }
}

#[tokio::test]
async fn a_job_is_deleted_where_the_service_can() {
    for family in Family::ALL {
        let exam = Exam::start(family, |_| Answer::Nothing);
        let job = exam.submitted(1).await;
        exam.over(&job.id).await;
        let deleted = exam.provider.delete(&job.id).await;
        let can = [Family::Anthropic, Family::Gemini, Family::Mistral].contains(&family);
        if can {
            deleted.unwrap();
            let error = exam.provider.status(&job.id).await.unwrap_err();
            assert!(matches!(error, JobError::NotFound { .. }), "{family:?}: {error}");
        } else {
            assert!(matches!(deleted, Err(JobError::Unsupported { .. })), "{family:?}");
        }
        assert_eq!(exam.server.jobs()[0].deleted, can, "{family:?}");
    }
}
