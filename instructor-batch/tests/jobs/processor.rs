//! `BatchProcessor` from the messages to the values, at every service.

use instructor_batch::provider::SubmitError;
use instructor_batch::{
    Ask, BatchErrorKind, BatchProcessor, BatchStatus, ProcessorError, Row, filter_errors,
    filter_successful, results_by_custom_id,
};
use instructor_core::Message;

use crate::support::{
    Answer, Call, Edit, End, Family, Fault, Item, JobPlan, Person, Server, right,
};

/// A processor of the service, whose pauses are not made.
fn start(
    family: Family,
    answerer: impl Fn(&Item<'_>) -> Answer + Send + Sync + 'static,
) -> (BatchProcessor<Person>, Server) {
    let server = Server::start(family, answerer);
    let client = server.client().0.build().unwrap();
    (BatchProcessor::with_client(client).unwrap(), server)
}

fn texts(rows: usize) -> Vec<Row> {
    (0..rows).map(|row| Row::text(Person::text(row))).collect()
}

#[tokio::test]
async fn messages_become_values() {
    for family in Family::ALL {
        let (batch, server) = start(family, right);
        server.plan(JobPlan { polls: 4, output: vec![Edit::Reverse], ..JobPlan::default() });
        let folder = tempfile::tempdir().unwrap();
        for path in [None, Some(folder.path().join("requests.jsonl.gz"))] {
            let requests = batch.create_batch_from_messages(texts(4), path.as_deref()).unwrap();
            let id = batch.submit_batch(requests, Some("people")).await.unwrap();
            let early = batch.retrieve_results(&id).await;
            assert!(matches!(early, Err(ProcessorError::NotOver { .. })), "{family:?}");
            let mut seen = Vec::new();
            let job = batch.wait_with(&id, |job| seen.push(job.status)).await.unwrap();
            assert_eq!((job.status, seen.len()), (BatchStatus::Completed, 3), "{family:?}");
            let results = batch.retrieve_results(&id).await.unwrap();
            let found = results_by_custom_id(results);
            assert!(found.duplicates.is_empty() && found.nameless.is_empty(), "{family:?}");
            for row in 0..4 {
                let id = format!("people-request-{row}");
                let found = found.results.get(&id).or(found.results.get(&format!("people{row}")));
                let keys: Vec<_> = server.jobs()[0].custom_ids.clone();
                let found = found.unwrap_or_else(|| panic!("{family:?}: no `{id}` in {keys:?}"));
                assert_eq!(found.as_ref().unwrap().result, Person::of(row), "{family:?}");
            }
        }
        assert!(server.orphans().is_empty(), "{family:?}");
        let listed = batch.list_batches(10).await.unwrap();
        assert_eq!(listed.len(), 2, "{family:?}");
    }
}

#[tokio::test]
async fn every_kind_of_failure_is_told_apart() {
    for family in Family::MAIN {
        let (batch, server) = start(family, |item| match Person::row(item.text) {
            0 => Answer::Wrong(serde_json::json!({"name": "", "age": 900})),
            1 => Answer::Refusal("I would rather not.".to_owned()),
            2 => Answer::Truncated,
            3 => Answer::Error(500, "server_error", "It broke."),
            4 => Answer::Text("Sorry?".to_owned()),
            5 => Answer::Failed("internal_error", "It broke."),
            _ => right(item),
        });
        let requests = batch.create_batch_from_messages(texts(8), None).unwrap();
        let id = batch.submit_batch(requests, None).await.unwrap();
        batch.wait(&id).await.unwrap();
        let results = batch.retrieve_results(&id).await.unwrap();
        assert_eq!(results.len(), 8, "{family:?}");
        let values = filter_successful(results.iter().cloned());
        assert_eq!(values.len(), 2, "{family:?}");
        let mut errors = filter_errors(results);
        errors.sort_by(|one, other| one.custom_id.cmp(&other.custom_id));
        for error in &errors {
            assert!(!error.raw.is_empty() && error.line.is_some(), "{family:?}: {error:?}");
            assert!(!error.message.contains("rather"), "{family:?}: {error}");
        }
        let kinds: Vec<_> = errors.iter().map(|error| error.kind.name()).collect();
        let refused = if family == Family::Gemini { "filtered" } else { "refused" };
        let expected = ["rejected", refused, "truncated", "provider", "rejected", "provider"];
        assert_eq!(kinds, expected, "{family:?}");
        let BatchErrorKind::Rejected(rejection) = &errors[0].kind else { unreachable!() };
        let paths: Vec<_> = rejection.violations().iter().map(|wrong| wrong.path.clone()).collect();
        assert_eq!(paths, ["name", "age"], "{family:?}");
        for error in [&errors[3], &errors[5]] {
            let BatchErrorKind::Provider { retryable, account, .. } = error.kind else {
                unreachable!()
            };
            assert!(retryable && !account, "{family:?}: {error}");
        }
        assert!(server.orphans().is_empty());
    }
}

#[tokio::test]
async fn what_was_done_before_the_end_is_a_result() {
    for family in [Family::OpenAi, Family::Anthropic, Family::Mistral] {
        let (batch, server) = start(family, right);
        server.plan(JobPlan { end: End::Expired(1), ..JobPlan::default() });
        let requests = batch.create_batch_from_messages(texts(3), None).unwrap();
        let id = batch.submit_batch(requests, None).await.unwrap();
        assert_eq!(batch.wait(&id).await.unwrap().status, BatchStatus::Expired);
        let results = batch.retrieve_results(&id).await.unwrap();
        assert_eq!(filter_successful(results.iter().cloned()).len(), 1, "{family:?}");
        let errors = filter_errors(results);
        let expired = errors.iter().filter(|error| error.kind.name() == "expired").count();
        assert_eq!(expired, if family == Family::Mistral { 0 } else { 2 }, "{family:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_by_its_label_and_paid_once() {
    for family in Family::ALL {
        let (batch, server) = start(family, right);
        server.plan(JobPlan { hidden: 1, ..JobPlan::default() });
        server.fault(Call::Create, 0, Fault::Lost).fault(Call::List, 1, Fault::Status(500));
        let requests = batch.create_batch_from_messages(texts(2), None).unwrap();
        let submitted = batch.submit_batch(requests, None).await;
        assert_eq!(server.count(Call::Create), 1, "{family:?}");
        if !batch.provider().keeps_labels() {
            let error = submitted.unwrap_err();
            let unknown = matches!(error, ProcessorError::Submit(SubmitError::Unknown(_)));
            assert!(unknown, "{family:?}: {error:?}");
            continue;
        }
        let id = submitted.unwrap();
        batch.wait(&id).await.unwrap();
        assert_eq!(batch.retrieve_results(&id).await.unwrap().len(), 2, "{family:?}");
        assert_eq!(server.paid().len(), 2, "{family:?}");
    }
}

#[tokio::test]
async fn an_unknown_state_is_waited_for_and_never_the_end() {
    for family in Family::MAIN {
        let (batch, server) = start(family, right);
        server.plan(JobPlan { odd: vec!["paused_by_moon"; 9], ..JobPlan::default() });
        let requests = batch.create_batch_from_messages(texts(1), None).unwrap();
        let id = batch.submit_batch(requests, None).await.unwrap();
        assert_eq!(batch.wait(&id).await.unwrap().status, BatchStatus::Completed, "{family:?}");
        // But not for longer than somebody has patience.
        let batch = batch.patience(std::time::Duration::from_secs(60));
        let requests = batch.create_batch_from_messages(texts(1), None).unwrap();
        let id = batch.submit_batch(requests, None).await.unwrap();
        let lost = batch.wait(&id).await.unwrap_err();
        assert!(lost.to_string().contains("paused_by_moon"), "{family:?}: {lost}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_before_anything_is() {
    let (batch, server) = start(Family::OpenAi, right);
    let line = |batch: &BatchProcessor<Person>| {
        let rows = [Row { key: None, ask: Ask::Messages(vec![Message::user("Ada, 36")]) }];
        let lines = batch.create_batch_from_messages(rows, None).unwrap();
        let instructor_batch::BatchInput::Bytes(lines) = lines else { panic!("{lines:?}") };
        lines
    };
    let good = line(&batch);
    let twice = [&good[..], &good[..]].concat();
    let wrong = [&good[..], b"{\"custom_id\": what}\n"].concat();
    let mark = [b"\xef\xbb\xbf", &good[..]].concat();
    let other = String::from_utf8(good.clone()).unwrap();
    let other = other.replace("request-0", "request-1").replace("test-1", "test-2");
    let models = [&good[..], other.as_bytes()].concat();
    for (what, file) in
        [("twice", twice), ("wrong", wrong), ("models", models), ("empty", Vec::new())]
    {
        let error = batch.submit_batch(file, None).await.unwrap_err();
        assert!(!error.to_string().contains("Ada"), "{what}: {error}");
    }
    assert_eq!(server.calls(), 0);
    // A mark at the beginning is taken off, or said to be wrong; it is never sent.
    if batch.submit_batch(mark, None).await.is_ok() {
        let upload = server.records().into_iter().find(|record| record.call == Call::Upload);
        assert!(memchr::memmem::find(&upload.unwrap().body, b"\xef\xbb\xbf").is_none());
    }
}
