//! The server that all other tests of batches believe is checked here against the client of single
//! requests.

mod support;

use instructor_core::{Error, Extract};
use support::{Answer, Call, Family, Fault, Person, Server, right, wrong_first};

#[tokio::test]
async fn every_family_answers_a_request_alone_and_asks_again() {
    for family in Family::ALL {
        let server = Server::start(family, wrong_first(|row| row % 3));
        let client = server.client().0.build().unwrap();
        for row in 0..3 {
            let person = Person::extract(&client, Person::text(row)).await;
            assert_eq!(person.unwrap_or_else(|e| panic!("{family:?}: {e}")), Person::of(row));
        }
        let paid = server.paid();
        let wrong = paid.iter().filter(|paid| !paid.right).count();
        assert_eq!((paid.len(), wrong), (6, 3), "{family:?}");
        assert!(paid.iter().all(|paid| paid.text == Person::text(Person::row(&paid.text))));
        assert_eq!(server.count(Call::Single), 6);
    }
}

#[tokio::test]
async fn every_family_says_what_is_wrong() {
    for family in Family::ALL {
        let server = Server::start(family, |item| match Person::row(item.text) {
            0 => Answer::Refusal("No.".to_owned()),
            1 => Answer::Truncated,
            2 => Answer::Error(400, "invalid_value", "It is wrong."),
            _ => right(item),
        });
        let client = server.client().0.build().unwrap();
        let ask = |row| Person::extract(&client, Person::text(row));
        let error = ask(0).await.unwrap_err();
        assert!(matches!(error, Error::Refused { .. } | Error::ContentFiltered { .. }), "{error}");
        let error = ask(1).await.unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{family:?}: {error}");
        let error = ask(2).await.unwrap_err();
        assert!(error.to_string().contains("It is wrong."), "{family:?}: {error}");
        assert_eq!(ask(3).await.unwrap(), Person::of(3));
        let wrong = server.client().0.api_key("sk-wrong-key-000000").build().unwrap();
        let error = Person::extract(&wrong, Person::text(3)).await.unwrap_err();
        assert!(!format!("{error:?}").contains("sk-wrong"), "{family:?}");
    }
}

#[tokio::test]
async fn faults_come_where_they_are_set() {
    let faults = [
        Fault::Status(500),
        Fault::TooMany(Some(7)),
        Fault::Lost,
        Fault::CutUpload,
        Fault::Cut,
        Fault::Status(503),
    ];
    let server = Server::start(Family::OpenAi, right);
    for (n, fault) in faults.iter().enumerate() {
        server.fault(Call::Single, 2 * n, fault.clone());
    }
    let (builder, pauses) = server.client();
    let client = builder.build().unwrap();
    for row in 0..faults.len() {
        let person = Person::extract(&client, Person::text(row)).await.unwrap();
        assert_eq!(person, Person::of(row));
    }
    assert_eq!(server.count(Call::Single), 12);
    assert_eq!(pauses.made().len(), 6);
    assert_eq!(pauses.made()[1].as_secs(), 7);
    // What was done and not heard of is on the bill as well.
    assert_eq!(server.paid().len(), 8);
}
