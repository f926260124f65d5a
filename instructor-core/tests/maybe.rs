//! A value or the reason why there is none; and `Option` at the root.
#![cfg(feature = "client")]

use std::sync::Arc;

use instructor_core::offline::{Answer, Offline};
use instructor_core::schema::{Dialect, rendered};
use instructor_core::{Client, Error, Extract, Maybe, Mode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A person mentioned in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
struct Person {
    name: String,
    #[extract(range(max = 150))]
    age: u8,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Extract)]
struct Form {
    /// The sender's email address.
    email: Maybe<String>,
    people: Vec<Maybe<Person>>,
    boss: Option<Maybe<Person>>,
}

fn missing<T>(reason: &str) -> Maybe<T> {
    Maybe::Missing(reason.into())
}

fn told<T: Extract>(json: &Value) -> String {
    T::from_json(&json.to_string()).err().map(|wrong| wrong.to_string()).unwrap_or_default()
}

#[test]
fn it_is_read_and_written() {
    for (json, value, written) in [
        (
            json!({"value": 5, "reason": null}),
            Maybe::Found(5_u8),
            json!({"value": 5, "reason": null}),
        ),
        (json!({"value": 5}), Maybe::Found(5), json!({"value": 5, "reason": null})),
        // The value counts.
        (json!({"value": 5, "reason": "?"}), Maybe::Found(5), json!({"value": 5, "reason": null})),
        (
            json!({"value": null, "reason": "no"}),
            missing("no"),
            json!({"value": null, "reason": "no"}),
        ),
        (json!({"reason": "no"}), missing("no"), json!({"value": null, "reason": "no"})),
    ] {
        assert_eq!(Maybe::from_json(&json.to_string()).as_ref(), Ok(&value), "{json}");
        assert_eq!(json!(value), written);
    }
    let value = Maybe::Found(5);
    assert_eq!((value.found(), value.reason(), value.clone().ok()), (Some(&5), None, Some(5)));
    assert_eq!(value.into_result(), Ok(5));
    let value = missing::<u8>("no");
    assert_eq!((value.found(), value.reason(), value.clone().ok()), (None, Some("no"), None));
    assert_eq!(value.into_result(), Err("no".to_owned()));
}

#[test]
fn without_a_value_it_needs_a_reason() {
    let asked = "must say why there is no `value`, or there must be one";
    for json in [json!({}), json!({"value": null}), json!({"value": null, "reason": " \n"})] {
        assert_eq!(told::<Maybe<u8>>(&json), format!("`reason`: {asked}"), "{json}");
    }
    let form = json!({
        "email": {"reason": ""},
        "people": [{"value": {"name": "Ada", "age": 200}}, {"value": null}, {"reason": "none"}],
        "boss": {"value": {"name": "Ada", "age": 201}, "reason": ""},
    });
    assert_eq!(
        told::<Form>(&form),
        format!(
            "`email.reason`: {asked}; `people[0].value.age`: must be at most 150; \
             `people[1].reason`: {asked}; `boss.value.age`: must be at most 150"
        )
    );
}

#[test]
fn the_tool_is_called_after_the_value() {
    let name = |rendered: Result<&'static instructor_core::schema::Rendered, _>| {
        rendered.map(|rendered| (rendered.name.as_str(), rendered.wrapped))
    };
    assert_eq!(name(rendered(Maybe::<Person>::SCHEMA, &Dialect::TOOL)), Ok(("Person", false)));
    assert_eq!(name(rendered(Maybe::<u8>::SCHEMA, &Dialect::TOOL)), Ok(("Answer", false)));
    let strict = rendered(Maybe::<u8>::SCHEMA, &Dialect::OPENAI_STRICT).expect("it is taken");
    let schema: Value = serde_json::from_str(strict.json.get()).expect("JSON");
    assert_eq!(schema["required"], json!(["value", "reason"]));
    assert_eq!(schema["properties"]["reason"]["type"], json!(["string", "null"]));
}

const MODES: [Mode; 5] =
    [Mode::Tools, Mode::ToolsStrict, Mode::JsonSchema, Mode::Json, Mode::MarkdownJson];

/// What every mode makes of an answer; an error is its text.
async fn scripted<T: Extract + Serialize + Send + Sync>(answer: &Value) -> Value {
    let mut all = Vec::new();
    for mode in MODES {
        let client = Client::offline().answers([Answer::json(answer.clone())]);
        all.push(match client.extract::<T>("?").mode(mode).max_reasks(0).await {
            Ok(value) => json!(value),
            Err(error) => json!(error.to_string()),
        });
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{answer}: {all:?}");
    all.swap_remove(0)
}

/// What the offline model finds in every mode.
async fn found<T: Extract + Serialize + Send + Sync>(text: &str) -> Value {
    let mut all = Vec::new();
    for mode in MODES {
        all.push(match Client::offline().extract::<T>(text).mode(mode).max_reasks(0).await {
            Ok(value) => json!(value),
            Err(error) => json!(error.to_string()),
        });
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{text}: {all:?}");
    all.swap_remove(0)
}

#[tokio::test]
async fn an_option_may_be_the_whole_answer() {
    let ada = json!({"name": "Ada", "age": 36});
    assert_eq!(scripted::<Option<Person>>(&json!({"value": ada})).await, ada);
    assert_eq!(scripted::<Option<Person>>(&json!({"value": null})).await, Value::Null);
    assert_eq!(scripted::<Option<Person>>(&Value::Null).await, Value::Null);
    assert_eq!(scripted::<Option<u8>>(&json!({"value": 7})).await, 7);
    assert_eq!(scripted::<Option<Vec<u8>>>(&json!({"value": null})).await, Value::Null);
    assert_eq!(found::<Option<Person>>("Ada is 36.").await, ada);
    assert_eq!(found::<Option<Person>>("Nothing to see.").await, Value::Null);
    assert_eq!(found::<Option<u8>>("Nothing to see.").await, Value::Null);
}

#[tokio::test]
async fn it_may_be_the_whole_answer_or_a_part_of_it() {
    let ada = json!({"name": "Ada", "age": 36});
    let whole = json!({"value": ada, "reason": null});
    assert_eq!(scripted::<Maybe<Person>>(&whole).await, whole);
    let none = json!({"value": null, "reason": "nobody"});
    assert_eq!(scripted::<Maybe<Person>>(&none).await, none);

    let unsaid = json!({"value": null, "reason": "The text does not say it."});
    assert_eq!(found::<Maybe<Person>>("Ada is 36.").await, whole);
    assert_eq!(found::<Maybe<Person>>("Nothing to see.").await, unsaid);
    let form = json!({
        "email": {"value": "ada@b.org", "reason": null}, "people": [], "boss": null,
    });
    assert_eq!(found::<Form>("Write to ada@b.org.").await, form);
}

#[tokio::test]
async fn without_a_reason_it_is_asked_again() {
    let offline = Offline::default().answers([
        Answer::json(json!({"value": null, "reason": null})),
        Answer::json(json!({"value": null, "reason": "no name is given"})),
    ]);
    let client = Client::with_transport(Arc::new(offline.clone()));
    let answer = client.extract::<Maybe<Person>>("?").max_reasks(1).await;
    assert_eq!(answer.map_err(|error| error.to_string()), Ok(missing("no name is given")));
    let complaint = offline.requests()[1].to_string();
    assert!(complaint.contains("must say why there is no `value`"), "{complaint}");

    let client = Client::offline().answers([Answer::json(json!({"value": null}))]);
    let error = client.extract::<Maybe<Person>>("?").max_reasks(0).await;
    assert!(matches!(error, Err(Error::Rejected { .. })));
}
