//! Jobs one at a time, over real HTTP: from texts to values, whatever happens on the way.

mod support;

use std::time::Duration;

use instructor_batch::provider::{JobError, SubmitError};
use instructor_batch::{BatchInput, BatchProcessor, BatchStatus, ProcessorError, Row};
use support::{Answer, Call, Family, Fault, JobPlan, Pauses, Person, Server, right};

fn processor(server: &Server) -> (BatchProcessor<Person>, std::sync::Arc<Pauses>) {
    let (builder, pauses) = server.client();
    (BatchProcessor::with_client(builder.build().unwrap()).unwrap(), pauses)
}

fn rows(rows: usize) -> impl Iterator<Item = Row> {
    (0..rows).map(|row| Row::text(Person::text(row)))
}

#[tokio::test]
async fn texts_become_values_at_every_service() {
    for family in Family::ALL {
        let server = Server::start(family, |item| match Person::row(item.text) {
            1 => Answer::Error(400, "invalid_value", "The age is wrong."),
            _ => right(item),
        });
        let (batch, pauses) = processor(&server);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("requests.jsonl.gz");
        for file in [None, Some(&*path)] {
            let input = batch.create_batch_from_messages(rows(3), file).unwrap();
            let job = batch.submit_batch(input, Some("mine")).await.unwrap();
            let over = batch.wait(&job).await.unwrap();
            assert_eq!(over.status, BatchStatus::Completed, "{family:?}");
            let results = batch.retrieve_results(&job).await.unwrap();
            let ids = results.iter().map(|result| match result {
                Ok(success) => (success.custom_id.as_str(), Some(success.result.name.as_str())),
                Err(error) => (error.custom_id.as_str(), None),
            });
            let mut ids: Vec<_> = ids.collect();
            ids.sort_unstable();
            let expected = [
                ("mine-request-0", Some("Ada 0")),
                ("mine-request-1", None),
                ("mine-request-2", Some("Ada 2")),
            ];
            assert_eq!(ids, expected, "{family:?}");
            let files = batch.download_results(&job, directory.path()).await.unwrap();
            assert!(files.iter().all(|file| file.is_file()) && !files.is_empty(), "{family:?}");
        }
        assert!(pauses.made().iter().all(|pause| *pause >= batch.limits().poll), "{family:?}");
        assert_eq!(batch.list_batches(10).await.unwrap().len(), 2, "{family:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_that_would_fail_later() {
    let server = Server::start(Family::OpenAi, right);
    let (batch, _) = processor(&server);
    let twice = [Row::keyed("a", "x"), Row::keyed("a", "y")];
    let input = batch.create_batch_from_messages(twice, None).unwrap();
    let error = batch.submit_batch(input, None).await.unwrap_err();
    assert_eq!(error.to_string(), "line 2: its id has come before");
    let error = batch.submit_batch(b"{}".to_vec(), None).await.unwrap_err();
    assert!(matches!(error, ProcessorError::Input { line: Some(1), .. }), "{error}");
    let nowhere = BatchInput::File("/nowhere/at/all.jsonl".into());
    assert!(matches!(batch.submit_batch(nowhere, None).await, Err(ProcessorError::File(_))));
    assert_eq!(server.calls(), 0);
}

#[tokio::test]
async fn a_job_that_may_have_been_created_is_looked_for() {
    for family in [Family::OpenAi, Family::Gemini, Family::Mistral] {
        let server = Server::start(family, right);
        server.fault(Call::Create, 0, Fault::Lost);
        server.plan(JobPlan { hidden: 1, ..JobPlan::default() });
        let (batch, _) = processor(&server);
        let input = batch.create_batch_from_messages(rows(2), None).unwrap();
        let job = batch.submit_batch(input, None).await.unwrap();
        assert_eq!((server.jobs().len(), server.count(Call::Create)), (1, 1), "{family:?}");
        assert_eq!(server.jobs()[0].id, job, "{family:?}");
    }
    let server = Server::start(Family::Anthropic, right);
    server.fault(Call::Create, 0, Fault::Lost);
    let (batch, _) = processor(&server);
    let input = batch.create_batch_from_messages(rows(2), None).unwrap();
    let error = batch.submit_batch(input, None).await.unwrap_err();
    assert!(matches!(error, ProcessorError::Submit(SubmitError::Unknown(_))), "{error}");
}

#[tokio::test]
async fn what_was_surely_not_created_is_created_again() {
    let server = Server::start(Family::OpenAi, right);
    server.fault(Call::Create, 0, Fault::TooMany(Some(7)));
    let (batch, pauses) = processor(&server);
    let input = batch.create_batch_from_messages(rows(2), None).unwrap();
    batch.submit_batch(input, None).await.unwrap();
    assert_eq!((server.jobs().len(), server.count(Call::Create)), (1, 2));
    assert!(pauses.made().contains(&Duration::from_secs(7)));
}

#[tokio::test]
async fn waiting_ends_when_nothing_is_known_for_too_long() {
    let server = Server::start(Family::OpenAi, right);
    server.plan(JobPlan { odd: vec!["dreaming"; 5], ..JobPlan::default() });
    let (batch, _) = processor(&server);
    let input = batch.create_batch_from_messages(rows(1), None).unwrap();
    let job = batch.submit_batch(input, None).await.unwrap();
    let error = batch.retrieve_results(&job).await.unwrap_err();
    assert!(matches!(error, ProcessorError::NotOver { .. }), "{error}");
    let batch = batch.patience(Duration::from_secs(60));
    let error = batch.wait(&job).await.unwrap_err();
    let ProcessorError::Lost { problem, waited, .. } = error else { panic!("{error}") };
    assert!(problem.contains("dreaming") && waited <= Duration::from_secs(60), "{problem}");
    let batch = batch.patience(Duration::from_secs(6000));
    assert_eq!(batch.wait(&job).await.unwrap().status, BatchStatus::Completed);

    let before = server.count(Call::Status);
    let error = batch.wait("batch_nobody").await.unwrap_err();
    assert!(matches!(error, ProcessorError::Job(JobError::NotFound { .. })), "{error}");
    assert_eq!(server.count(Call::Status) - before, 3);
}

#[tokio::test]
async fn waiting_goes_on_while_calls_fail() {
    let server = Server::start(Family::OpenAi, right);
    for number in 0..12 {
        server.fault(Call::Status, number, Fault::Status(503));
    }
    server.fault(Call::Status, 12, Fault::TooMany(Some(400)));
    let (batch, pauses) = processor(&server);
    let input = batch.create_batch_from_messages(rows(1), None).unwrap();
    let job = batch.submit_batch(input, None).await.unwrap();
    let mut looks = Vec::new();
    let over = batch.wait_with(&job, |job| looks.push(job.status)).await.unwrap();
    assert_eq!(
        (over.status, looks.last()),
        (BatchStatus::Completed, Some(&BatchStatus::Completed))
    );
    assert!(pauses.made().contains(&Duration::from_secs(400)));
}
