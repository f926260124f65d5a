//! Quotes through the client: looked for in the text, and asked for again if they are made up.

mod support;

use instructor_core::media::{Media, MediaKind};
use instructor_core::request::{Message, Part};
use instructor_core::{Cited, Error, Extract, Match, Parallel};
use serde::Deserialize;
use serde_json::{Value, json};
use support::{Server, Step, called, choice, completion, tool_call};

const TEXT: &str = "Ada Lovelace – “the first programmer” – died in 1852, at the age of 36.";

/// A claim.
#[derive(Debug, Clone, PartialEq, Deserialize, Extract)]
struct Claim {
    what: Cited<String>,
    age: Option<Cited<u8>>,
}

fn claim(quote: &str, age: &str) -> Value {
    json!({
        "what": {"value": "She programmed.", "quotes": [quote]},
        "age": {"value": 36, "quotes": [age]},
    })
}

async fn ask<T: Extract + Send + Sync>(
    steps: impl IntoIterator<Item = Step>,
) -> (Result<T, Error>, Server) {
    let server = Server::start(steps).await;
    let client = server.client().0.build().unwrap();
    let before = [
        Message::user("Charles Babbage built engines."),
        Message::assistant("Yes, she did program."),
    ];
    (client.extract::<T>(TEXT).messages(before).await, server)
}

#[tokio::test]
async fn quotes_are_found_with_their_place_in_the_text() {
    let answer = called("Claim", &claim("\"the first Programmer\"", "at the age of 36"));
    let (found, _) = ask::<Claim>([answer]).await;
    let found = found.unwrap();
    let quote = &found.what.quotes[0];
    assert_eq!(&TEXT[quote.span().unwrap()], "“the first programmer”");
    assert_eq!(quote.matched(), Some(Match::Normalised));
    let quote = &found.age.unwrap().quotes[0];
    assert_eq!(&TEXT[quote.span().unwrap()], "at the age of 36");
    assert_eq!(quote.matched(), Some(Match::Exact));
}

#[tokio::test]
async fn a_quote_that_is_made_up_is_asked_for_again() {
    // What the model itself said is no support.
    let made_up = called("Claim", &claim("Yes, she did program", "aged 37"));
    let right = called("Claim", &claim("the first programmer", "36"));
    let (found, server) = ask::<Claim>([made_up, right]).await;
    assert_eq!(found.unwrap().what.value, "She programmed.");
    let received = server.received();
    let told = received[1].messages().last().unwrap()["content"].as_str().unwrap().to_owned();
    assert!(told.contains("- `what.quotes[0]`: "), "{told}");
    assert!(told.contains("- `age.quotes[0]`: ") && told.contains("aged 37"), "{told}");
}

#[tokio::test]
async fn a_quote_from_elsewhere_in_the_question_has_no_place_in_the_text() {
    let media = |kind, mime: &str, text: &str| Media::new(kind, mime, text.to_owned());
    let notes = || media(MediaKind::Document, "text/plain", "Notes: she loved numbers.");
    let picture = || media(MediaKind::Image, "image/png", "?");
    for (quote, attached, supported) in [
        ("Charles Babbage built engines", None, true),
        ("she loved numbers", None, false),
        ("she loved numbers", Some(notes()), true),
        ("she hated numbers", Some(notes()), false),
        // What is written in a picture cannot be checked.
        ("she loved numbers", Some(picture()), true),
    ] {
        let server = Server::start([called("Claim", &claim(quote, "36"))]).await;
        let client = server.client().0.base_url(server.url()).build().unwrap();
        // Only the text of a document is read here, whatever the service does with it.
        let mut before = Message::user("Charles Babbage built engines.");
        before.parts.extend(attached.clone().map(Part::Media));
        let question = client.extract::<Claim>(TEXT).messages([before]).max_reasks(0);
        let found = question.await;
        match found {
            Ok(found) => {
                assert!(supported, "{quote} {attached:?}");
                assert_eq!(found.what.quotes[0].span(), None);
                assert!(found.age.unwrap().quotes[0].span().is_some());
            }
            Err(Error::Rejected { .. }) => assert!(!supported, "{quote} {attached:?}"),
            Err(error) => panic!("{quote}: {error}"),
        }
    }
}

#[tokio::test]
async fn without_a_text_of_the_user_quotes_are_not_checked() {
    let server = Server::start([called("Claim", &claim("in the instruction", "36"))]).await;
    let client = server.client().0.build().unwrap();
    let found = client.extract::<Claim>("").system(TEXT).await.unwrap();
    assert_eq!(found.what.quotes[0].span(), None);
}

#[tokio::test]
async fn of_several_calls_each_has_its_own_quotes() {
    let calls = |answers: &[Value]| {
        let calls: Vec<_> =
            answers.iter().map(|answer| tool_call("c", "Claim", &answer.to_string())).collect();
        let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
        completion(&json!([choice(&message, "tool_calls")]))
    };
    let (good, bad) = (claim("first programmer", "36"), claim("a painter of cats", "36"));
    let (found, server) =
        ask::<Parallel<Claim>>([calls(&[good.clone(), bad]), calls(&[good])]).await;
    let found = found.unwrap();
    assert!(found.values().all(|claim| claim.what.quotes[0].span().is_some()), "{found:?}");
    assert_eq!((found.len(), server.received().len()), (2, 2));
}
