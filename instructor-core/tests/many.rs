//! Many texts at once, over real HTTP: order, failures, how many at a time, and how fast.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use instructor_core::{Client, Error, Extract, Message, Mode, Observer, observe};
use serde_json::{Value, json};
use support::{Person, Received, Server, Step, called};
use tokio::sync::Semaphore;

/// The number that the last text says, or 0.
fn number(request: &Received) -> usize {
    let text = request.messages().iter().rev().find(|message| message["role"] == "user").unwrap();
    text["content"].as_str().unwrap().parse().unwrap_or(0)
}

fn person(number: usize) -> Value {
    json!({"name": format!("P{number}"), "age": 1})
}

fn answer(request: &Received) -> Step {
    called("Person", &person(number(request)))
}

fn texts(numbers: std::ops::Range<usize>) -> impl Iterator<Item = String> + Send {
    numbers.map(|number| number.to_string())
}

/// Waits until so many requests have arrived.
async fn arrived(server: &Server, requests: usize) {
    while server.received().len() < requests {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn values_come_in_the_order_of_the_texts() {
    let server = Server::answering(answer).await;
    let client = server.client().0.build().unwrap();
    let people = Person::extract_many(&client, texts(0..20)).concurrency(5).await;
    let names: Vec<_> = people.into_iter().map(|person| person.unwrap().name).collect();
    assert_eq!(names, (0..20).map(|number| format!("P{number}")).collect::<Vec<_>>());
    assert!(client.extract_many::<Person>([] as [String; 0]).await.is_empty());
}

#[tokio::test]
async fn items_come_as_they_finish_or_in_order() {
    for ordered in [false, true] {
        let late = Arc::new(Semaphore::new(0));
        let held = Arc::clone(&late);
        let server = Server::answering(move |request| match number(request) {
            0 => Step::Held(Arc::clone(&held), Box::new(answer(request))),
            _ => answer(request),
        })
        .await;
        let client = server.client().0.build().unwrap();
        let mut people = client.extract_many::<Person>(texts(0..6)).concurrency(2);
        if ordered {
            people = people.ordered();
        }
        let mut numbers = Vec::new();
        if ordered {
            // What waits behind the first one takes a place, so that no more are asked.
            tokio::select! {
                _ = people.next() => panic!("the first is not there yet"),
                () = arrived(&server, 2) => {}
            }
        } else {
            for _ in 1..6 {
                numbers.push(people.next().await.unwrap().0);
            }
        }
        late.add_permits(1);
        while let Some((number, person)) = people.next().await {
            assert_eq!(person.unwrap().value.name, format!("P{number}"));
            numbers.push(number);
        }
        assert!(people.next().await.is_none());
        if !ordered {
            assert_eq!(numbers.pop(), Some(0));
            numbers.sort_unstable();
            numbers.insert(0, 0);
        }
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5], "ordered: {ordered}");
    }
}

#[tokio::test]
async fn one_failure_ends_no_other() {
    let server = Server::answering(|request| match number(request) {
        1 => Step::status(400, &json!({"error": {"message": "no"}})),
        3 => called("Person", &json!({"name": "", "age": 1})),
        5 if request.messages().len() < 2 => called("Person", &json!({"name": "", "age": 1})),
        _ => answer(request),
    })
    .await;
    let client = server.client().0.build().unwrap();
    let mut people = client.extract_many::<Person>(texts(0..7)).max_reasks(1).ordered();
    let mut kinds = Vec::new();
    while let Some((_, person)) = people.next().await {
        kinds.push(match person {
            Ok(person) => (person.value.name, person.attempts.len()),
            Err(error) => (error.kind().to_owned(), error.attempts().len()),
        });
    }
    let expected = [
        ("P0", 1),
        ("bad_request", 1),
        ("P2", 1),
        ("rejected", 2),
        ("P4", 1),
        ("P5", 2),
        ("P6", 1),
    ];
    assert_eq!(kinds, expected.map(|(name, attempts)| (name.to_owned(), attempts)));
}

#[tokio::test]
async fn no_more_are_under_way_than_wanted_and_texts_are_taken_one_by_one() {
    const WANTED: usize = 3;
    let permits = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&permits);
    let server =
        Server::answering(move |request| Step::Held(Arc::clone(&held), Box::new(answer(request))))
            .await;
    let client = server.client().0.build().unwrap();
    let taken = AtomicUsize::new(0);
    let endless = std::iter::repeat_with(|| taken.fetch_add(1, Ordering::SeqCst).to_string());
    let mut people = client.extract_many::<Person>(endless).concurrency(WANTED);
    assert_eq!(taken.load(Ordering::SeqCst), 0, "nothing is taken before it is asked for");
    for done in 0..10 {
        let more = async {
            arrived(&server, done + WANTED).await;
            permits.add_permits(1);
        };
        let (item, ()) = tokio::join!(people.next(), more);
        item.unwrap().1.unwrap();
        assert_eq!(server.received().len(), done + WANTED);
        assert_eq!(taken.load(Ordering::SeqCst), done + WANTED);
    }
    // Whoever does not ask for the next takes no more, and whoever drops it ends all.
    drop(people);
    assert_eq!(taken.load(Ordering::SeqCst), 9 + WANTED);
    assert_eq!(Arc::strong_count(client.transport()), 1, "nothing is left behind");
}

#[tokio::test]
async fn the_limit_holds_for_every_request() {
    // The second text is turned away once, and answered wrong once.
    let tries = AtomicUsize::new(0);
    let server = Server::answering(move |request| match number(request) {
        1 => match tries.fetch_add(1, Ordering::SeqCst) {
            0 => Step::text(500, ""),
            1 => called("Person", &json!({"name": "", "age": 1})),
            _ => answer(request),
        },
        _ => answer(request),
    })
    .await;
    let (builder, pauses) = server.client();
    let client = builder.build().unwrap();
    let people = client.extract_many::<Person>(texts(0..3)).requests_per_minute(1).await;
    assert!(people.iter().all(Result::is_ok));
    assert_eq!(server.received().len(), 5);
    // Four gaps of a minute, less what the test itself took, and one pause before the retry.
    let gaps: Vec<_> = pauses.made().into_iter().filter(|pause| pause.as_secs() > 1).collect();
    assert_eq!(gaps.len(), 4, "{gaps:?}");
    assert!(gaps.iter().all(|gap| *gap <= Duration::from_secs(60)), "{gaps:?}");
}

#[tokio::test]
async fn tokens_are_counted_as_the_service_counts_them() {
    // Every answer has 15 tokens, and no request is as small.
    let server = Server::answering(answer).await;
    let (builder, pauses) = server.client();
    let client = builder.build().unwrap();
    let many = client.extract_many::<Person>(texts(0..5)).tokens_per_minute(15).concurrency(1);
    assert!(many.await.iter().all(Result::is_ok));
    let waited: Duration = pauses.made().iter().sum();
    assert!(waited <= Duration::from_secs(5 * 60), "{waited:?}");
    assert!(waited >= Duration::from_secs(4 * 60), "{waited:?}");
}

#[tokio::test]
async fn when_one_is_asked_to_wait_all_wait_once() {
    let turned_away = AtomicUsize::new(0);
    let server =
        Server::answering(move |request| match turned_away.fetch_add(1, Ordering::SeqCst) {
            0 => Step::text(429, "").header("retry-after", "100"),
            _ => answer(request),
        })
        .await;
    let (builder, pauses) = server.client();
    let client = builder.build().unwrap();
    let people = client.extract_many::<Person>(texts(0..4)).concurrency(1).await;
    assert!(people.iter().all(Result::is_ok));
    assert_eq!(server.received().len(), 5);
    let [pause] = pauses.made()[..] else { panic!("{:?}", pauses.made()) };
    assert!(pause > Duration::from_secs(90) && pause <= Duration::from_secs(100), "{pause:?}");
}

#[tokio::test]
async fn a_limit_that_is_over_only_tomorrow_is_an_error_for_each() {
    let tomorrow = || Step::text(429, "").header("retry-after", "86400");
    let server = Server::answering(move |_| tomorrow()).await;
    let (builder, pauses) = server.client();
    let client = builder.build().unwrap();
    let people = client.extract_many::<Person>(texts(0..3)).await;
    assert!(people.iter().all(|person| matches!(person, Err(Error::RateLimited { .. }))));
    assert_eq!((server.received().len(), pauses.made()), (3, vec![]));
}

#[tokio::test]
async fn settings_observers_and_sources_are_as_for_one() {
    #[derive(Default)]
    struct Count(Mutex<Vec<bool>>);

    impl Observer for Count {
        fn done(&self, event: &observe::Done<'_>) {
            self.0.lock().unwrap().push(event.error.is_none());
        }
    }

    let server = Server::answering(answer).await;
    let count = Arc::new(Count::default());
    let watched: Arc<dyn Observer> = count.clone();
    let client = server.client().0.observer(watched).build().unwrap();
    let incoming = stream::iter(["7", "", "8"]);
    let people = client
        .extract_many_from::<Person>(incoming)
        .mode(Mode::Tools)
        .system("Find the person.")
        .example("0", &Person::ada())
        .messages([Message::user("Before.")])
        .temperature(0.0)
        .await;
    // An empty text adds no turn to the conversation before it.
    let names: Vec<_> = people.into_iter().map(|person| person.unwrap().name).collect();
    assert_eq!(names, ["P7", "P0", "P8"]);
    let body = server.received().remove(0).body;
    assert_eq!(
        (&body["temperature"], &body["tool_choice"]["function"]["name"]),
        (&json!(0.0), &json!("Person"))
    );
    assert_eq!(body["messages"][0]["content"], "Find the person.");
    assert_eq!(body["messages"].as_array().unwrap().len(), 1 + 3 + 2);
    assert_eq!(count.0.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn what_cannot_be_taken_is_reported_for_each() {
    let client = Client::offline();
    for people in [
        client.extract_many::<Person>(["a", "b"]).requests_per_minute(0),
        client.extract_many::<Person>(["a", "b"]).tokens_per_minute(0),
        client
            .extract_many::<Person>(["a", "b"])
            .example("c", &Person { name: String::new(), age: 0 }),
        client.extract_many::<Person>(["", " "]),
    ] {
        let shown = format!("{people:?}");
        assert!(shown.contains("Person") && !shown.contains("\"a\""), "{shown}");
        for person in people.await {
            assert!(matches!(person, Err(Error::Configuration(_))), "{person:?}");
        }
    }
}

#[tokio::test]
async fn it_may_move_between_tasks_and_borrow_its_texts() {
    let owned = texts(0..3).collect::<Vec<_>>();
    let client =
        Client::offline().answers([person(0), person(1), person(2)].map(|p| p.to_string()));
    let mut people = client.extract_many::<Person>(&owned).concurrency(0);
    assert!(people.next().await.unwrap().1.is_ok());
    drop(people);
    let rest = client.extract_many::<Person>(owned.clone()).take(2).count();
    assert_eq!(tokio::spawn(rest).await.unwrap(), 2);
}
