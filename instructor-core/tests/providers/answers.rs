//! What models answer: right, wrong, refused, cut off, held back, nothing.

use instructor_core::reply::Stop;
use instructor_core::{Error, Parallel};
use serde_json::{Value, json};

use super::support::{Person, Step};
use super::wire::TOKENS;
use super::{Candidate, candidates, parallel};

fn ada() -> Value {
    json!({"name": "Ada", "age": 36})
}

impl Candidate {
    /// A good reply with this answer.
    fn answer(&self, answer: Value) -> Step {
        self.answers(&[("Person", answer)])
    }

    fn answers(&self, answers: &[(&str, Value)]) -> Step {
        Step::status(200, &self.wire.reply(self.mode, answers))
    }
}

#[tokio::test]
async fn a_good_reply_is_read_with_all_that_is_counted() {
    for candidate in candidates() {
        let (client, server) = candidate.built([candidate.answer(ada())]).await;
        let found = client.extract::<Person>("Ada, 36").send().await;
        let found = found.unwrap_or_else(|e| panic!("{}: {e}", candidate.name()));
        let name = candidate.name();
        assert_eq!(found.value, Person::ada(), "{name}");
        assert_eq!((found.repairs(), found.attempts[0].from_text), (&[][..], false), "{name}");
        assert!(matches!(found.finish_reason(), Some(Stop::End | Stop::ToolCalls)), "{name}");
        let usage = found.usage();
        let counted = [
            usage.input_tokens,
            usage.output_tokens,
            usage.cached_input_tokens,
            usage.reasoning_tokens,
        ];
        for ((counted, expected), counts) in counted.iter().zip(TOKENS).zip(candidate.wire.counts())
        {
            assert_eq!(*counted, if counts { expected } else { 0 }, "{name}: {usage:?}");
        }
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_wrong_answer_is_asked_for_again_with_the_answer_and_every_error() {
    for candidate in candidates() {
        let wrong = candidate.answer(json!({"name": "", "age": 900}));
        let (client, server) = candidate.built([wrong, candidate.answer(ada())]).await;
        let found = client.extract::<Person>("Ada, 36").send().await;
        let found = found.unwrap_or_else(|e| panic!("{}: {e}", candidate.name()));
        assert_eq!(found.value, Person::ada());
        assert_eq!(found.attempts.len(), 2);
        let name = candidate.name();
        let [first, second] = server.received().try_into().expect("two requests");
        let (first, second) = (first.body.to_string(), second.body.to_string());
        for told in ["must not be empty", "must be at most 150", "900"] {
            assert!(!first.contains(told) && second.contains(told), "{name}: {second}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_none_of_the_models_answers() {
    for candidate in candidates() {
        let Some(refusal) = candidate.wire.refusal("I will not do that.") else { continue };
        let (client, server) = candidate.built([Step::status(200, &refusal)]).await;
        let error = client.extract::<Person>("Ada, 36").await.unwrap_err();
        match error {
            Error::Refused { refusal, .. } => assert_eq!(refusal, "I will not do that."),
            error => panic!("{}: {error}", candidate.name()),
        }
        assert_eq!(server.received().len(), 1, "{}", candidate.name());
    }
}

#[tokio::test]
async fn a_truncated_answer_is_never_a_value() {
    for candidate in candidates() {
        let cut = Step::status(200, &candidate.wire.truncated(candidate.mode));
        let (client, server) = candidate.built([cut]).await;
        let error = client.extract::<Person>("Ada, 36").await.unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{}: {error}", candidate.name());
        assert_eq!(error.usage().output_tokens, TOKENS[1], "{}", candidate.name());
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_was_held_back_says_so() {
    for candidate in candidates() {
        let Some(filtered) = candidate.wire.filtered() else { continue };
        let (client, _) = candidate.built([Step::status(200, &filtered)]).await;
        let error = client.extract::<Person>("Ada, 36").await.unwrap_err();
        assert!(matches!(error, Error::ContentFiltered { .. }), "{}: {error}", candidate.name());
    }
}

#[tokio::test]
async fn an_empty_reply_is_asked_for_again() {
    for candidate in candidates() {
        let empty = Step::status(200, &candidate.wire.empty());
        let (client, server) = candidate.built([empty, candidate.answer(ada())]).await;
        let found = client.extract::<Person>("Ada, 36").await;
        assert_eq!(found.ok(), Some(Person::ada()), "{}", candidate.name());
        assert_eq!(server.received().len(), 2);
    }
}

#[tokio::test]
async fn prose_is_asked_for_again_and_json_in_it_is_found() {
    for candidate in candidates() {
        let prose = Step::status(200, &candidate.wire.text("I think she was 36."));
        let json = r#"Here: {"name":"Ada","age":36}"#;
        let found = Step::status(200, &candidate.wire.text(json));
        let (client, server) = candidate.built([prose, found]).await;
        let found = client.extract::<Person>("Ada, 36").send().await;
        let found = found.unwrap_or_else(|e| panic!("{}: {e}", candidate.name()));
        assert_eq!(found.value, Person::ada());
        assert_eq!(found.attempts[1].from_text, candidate.mode.uses_tools());
        let again = server.received()[1].body.to_string();
        assert!(again.contains("I think she was 36."), "{}: {again}", candidate.name());
    }
}

#[tokio::test]
async fn a_call_of_another_tool_is_asked_for_again() {
    for candidate in candidates().filter(|candidate| candidate.mode.uses_tools()) {
        let other = candidate.answers(&[("Animal", ada())]);
        let (client, server) = candidate.built([other, candidate.answer(ada())]).await;
        let found = client.extract::<Person>("Ada, 36").await;
        assert_eq!(found.ok(), Some(Person::ada()), "{}", candidate.name());
        let again = server.received()[1].body.to_string();
        assert!(again.contains("must be given as a call of the tool `Person`"), "{again}");
    }
}

#[tokio::test]
async fn of_two_calls_the_first_right_one_counts() {
    for candidate in candidates().filter(|candidate| candidate.mode.uses_tools()) {
        let bob = json!({"name": "Bob", "age": 4});
        let wrong = json!({"name": "", "age": 1});
        let two = candidate.answers(&[("Person", wrong), ("Person", ada()), ("Person", bob)]);
        let (client, server) = candidate.built([two]).await;
        let found = client.extract::<Person>("Ada, 36").await;
        assert_eq!(found.ok(), Some(Person::ada()), "{}", candidate.name());
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn of_several_calls_only_the_wrong_ones_are_asked_for_again() {
    let person = |name: &str, age: u16| ("Person", json!({"name": name, "age": age}));
    for candidate in parallel() {
        let first = candidate.answers(&[person("Ada", 36), person("Bob", 900), person("", 3)]);
        let second = candidate.answers(&[person("Bob", 9), person("Eve", 3)]);
        let (client, server) = candidate.built([first, second]).await;
        let found = client.extract::<Parallel<Person>>("Three people.").await;
        let found = found.unwrap_or_else(|e| panic!("{}: {e}", candidate.name()));
        let names: Vec<_> = found.values().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["Ada", "Bob", "Eve"], "{}", candidate.name());
        let mut ids: Vec<_> = found.iter().map(|call| call.id.as_str()).collect();
        assert!(ids.iter().all(|id| !id.is_empty()), "{}: {ids:?}", candidate.name());
        ids.dedup();
        let again = server.received()[1].body.to_string();
        for told in ["Accepted: do not call it again.", "must be at most 150", "must not be empty"]
        {
            assert!(again.contains(told), "{}: {again}", candidate.name());
        }
    }
}
