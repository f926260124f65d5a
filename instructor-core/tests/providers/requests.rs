//! What is sent: a reviewed snapshot for every service, with all its modes.

use std::fmt::Write;

use instructor_core::{Message, Mode, Parallel};
use serde_json::{Value, json};

use super::support::{KEY, Person, Received, Step};
use super::{Candidate, candidates, parallel};

/// The request line, the headers that are the wire's own, and each property of the body on a line;
/// what is the same as in `known` is not repeated.
fn shown(received: &Received, known: Option<&Received>, schema: &str) -> String {
    let mut text = String::new();
    let mut lines = received.head.lines();
    writeln!(text, "{}", lines.next().unwrap_or_default().replace(" HTTP/1.1", "")).unwrap();
    let usual = ["host", "accept", "user-agent", "content-length", "content-type"];
    let mut headers: Vec<_> = lines
        .filter(|line| line.split_once(':').is_some_and(|(name, _)| !usual.contains(&name)))
        .map(|line| line.replace(KEY, "KEY"))
        .collect();
    headers.sort();
    for header in headers {
        writeln!(text, "{header}").unwrap();
    }
    for (key, value) in received.body.as_object().expect("an object") {
        if known.is_some_and(|known| known.body.get(key) == Some(value)) {
            writeln!(text, "  {key}: as for openai").unwrap();
            continue;
        }
        let escaped = Value::from(schema).to_string();
        let value = value.to_string();
        let value = value.replace(schema, "SCHEMA").replace(escaped.trim_matches('"'), "SCHEMA");
        writeln!(text, "  {key}: {value}").unwrap();
    }
    text
}

/// The second request of a question with everything: instruction, example, conversation, options and
/// a wrong answer.
async fn second_request(candidate: &Candidate) -> Received {
    let wrong = [("Person", json!({"name": "Ada", "age": 900}))];
    let step = Step::status(200, &candidate.wire.reply(candidate.mode, &wrong));
    let (client, server) = candidate.built([step]).await;
    let messages = [Message::user("Who wrote this?"), Message::assistant("A woman.")];
    let _ = if candidate.mode == Mode::Parallel {
        let bob: Parallel<Person> = [Person { name: "Bob".into(), age: 4 }].into_iter().collect();
        let question = client.extract::<Parallel<Person>>("Ada, 36").example("Bob, 4", &bob);
        question.system("Be brief.").messages(messages).max_tokens(99).send().await.map(drop)
    } else {
        let bob = Person { name: "Bob".into(), age: 4 };
        let question = client.extract::<Person>("Ada, 36").example("Bob, 4", &bob);
        question.system("Be brief.").messages(messages).max_tokens(99).send().await.map(drop)
    };
    let received = server.received();
    assert_eq!(received.len(), 2, "{}", candidate.name());
    received[1].clone()
}

#[tokio::test]
async fn requests_are_as_reviewed() {
    use instructor_core::Extract;
    use instructor_core::provider::Setup;
    use instructor_core::schema::rendered;
    let mut texts: Vec<(&str, String)> = Vec::new();
    let mut openai: Vec<(Mode, Received)> = Vec::new();
    for candidate in candidates().chain(parallel()) {
        let base = candidate.wire.base_url(candidate.service.name, "http://localhost/v1");
        let setup = Setup {
            key: Some(KEY.into()),
            base_url: Some(base),
            headers: http::HeaderMap::new(),
            variable: &|_| None,
        };
        let provider = (candidate.service.connect)(candidate.service, setup).unwrap();
        let dialect = provider.dialect(candidate.mode);
        let schema = rendered(Person::SCHEMA, dialect).unwrap().json.get().to_owned();
        let request = second_request(&candidate).await;
        let known = openai.iter().find(|(mode, _)| *mode == candidate.mode);
        let shown = shown(&request, known.map(|(_, request)| request), &schema);
        if candidate.service.name == "openai" {
            openai.push((candidate.mode, request));
        }
        let text = format!("## {} ({})\n{shown}\n", candidate.mode, dialect.name);
        match texts.iter_mut().find(|(name, _)| *name == candidate.service.name) {
            Some((_, all)) => all.push_str(&text),
            None => texts.push((candidate.service.name, text)),
        }
    }
    for (name, text) in texts {
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name, text);
        });
    }
}
