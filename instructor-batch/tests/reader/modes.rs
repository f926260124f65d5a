//! A file is read well whatever the mode in which was asked.

use std::collections::BTreeMap;

use http::HeaderMap;
use instructor_batch::{BatchErrorKind, BatchReader, BatchResult, Envelope, Lines};
use instructor_core::provider::{Service, Setup};
use instructor_core::{Client, Extract, Form, Mode, Parallel};
use serde::Deserialize;

use super::Person;

/// Each wire has another form of it where the schema is strict: a map and a default value.
#[derive(Debug, PartialEq, Deserialize, Extract)]
struct Tags {
    tags: BTreeMap<String, String>,
    #[serde(default)]
    count: u8,
}

fn chat(id: &str, message: &str) -> String {
    format!(
        r#"{{"custom_id":"{id}","response":{{"status_code":200,"body":{{"choices":[{{"message":{message},"finish_reason":"stop"}}]}}}},"error":null}}"#
    )
}

fn call(id: &str, arguments: &str) -> String {
    let arguments = serde_json::to_string(arguments).unwrap();
    let call = format!(
        r#"{{"tool_calls":[{{"id":"c","function":{{"name":"Tags","arguments":{arguments}}}}}]}}"#
    );
    chat(id, &call)
}

fn text(id: &str, text: &str) -> String {
    chat(id, &format!(r#"{{"content":{}}}"#, serde_json::to_string(text).unwrap()))
}

#[test]
fn answers_of_all_modes_stand_in_one_file() {
    let plain = r#"{"tags":{"a":"b"},"count":1}"#;
    let strict = r#"{"tags":[{"key":"a","value":"b"}],"count":null}"#;
    let file = [
        call("tools", plain),
        call("tools-strict", strict),
        text("json", plain),
        text("json-schema", strict),
        text("markdown", &format!("Here:\n```json\n{plain}\n```")),
        call("tools-again", plain),
    ];
    let results: Vec<BatchResult<Tags>> =
        BatchReader::from_text(file.join("\n")).threads(1).collect();
    let tags = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
    for result in results {
        let success = result.unwrap_or_else(|error| panic!("{error}"));
        let count =
            u8::from(!success.custom_id.ends_with("strict") && success.custom_id != "json-schema");
        assert_eq!(success.result, Tags { tags: tags.clone(), count }, "{}", success.custom_id);
    }
}

#[test]
fn the_mode_and_the_form_can_be_given() {
    let line = chat("a", r#"{"content":"{\"name\":\"Ada\",\"age\":36}"}"#);
    for mode in [Mode::Tools, Mode::ToolsStrict, Mode::JsonSchema, Mode::Json, Mode::MarkdownJson] {
        let mut reader = BatchReader::<Person>::from_text(line.as_str()).mode(mode);
        assert_eq!(reader.next().unwrap().unwrap().result.age, 36, "{mode}");
        let service = Service::find("openai").unwrap();
        let setup =
            Setup { key: None, base_url: None, headers: HeaderMap::new(), variable: &|_| None };
        let provider = (service.connect)(service, setup).unwrap();
        let form = Form::<Person>::reading(provider, Some(mode)).unwrap();
        let mut reader = BatchReader::from_text(line.as_str()).form(form);
        assert_eq!(reader.next().unwrap().unwrap().result.age, 36, "{mode}");
    }
    let mut wrong = BatchReader::<Person>::from_text(line.as_str()).mode(Mode::Parallel);
    let error = wrong.next().unwrap().unwrap_err();
    assert_eq!(error.kind, BatchErrorKind::Unreadable);
    assert!(error.message.contains("Parallel"), "{error}");
    assert!(wrong.next().is_none());
}

#[test]
fn several_calls_are_one_answer() {
    let two = r#"{"tool_calls":[{"id":"c","function":{"name":"Person","arguments":"{\"name\":\"Ada\",\"age\":36}"}},{"id":"d","function":{"name":"Person","arguments":"{\"name\":\"Alan\",\"age\":41}"}}]}"#;
    let read: Vec<_> = BatchReader::<Parallel<Person>>::from_text(chat("a", two)).collect();
    let calls = read[0].as_ref().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(calls.result.iter().count(), 2);
}

#[tokio::test]
async fn what_a_client_would_be_answered_is_read() {
    let client = Client::offline();
    let form = client.extract::<Person>("").form().unwrap();
    let lines = Lines::new(&form).unwrap();
    let mut request = Vec::new();
    lines.push_text("a", "Ada Lovelace, 36", &mut request).unwrap();
    let asked = Envelope::OPENAI.asked(&request).unwrap();
    let url = form.encode(form.ask("").request()).unwrap().url;
    let http = instructor_core::transport::HttpRequest::json(url, asked.body.to_vec());
    let response = client.transport().send(http).await.unwrap();
    let line = format!(
        r#"{{"custom_id":"a","response":{{"status_code":200,"body":{}}},"error":null}}"#,
        String::from_utf8_lossy(&response.body)
    );
    let result = BatchReader::<Person>::from_text(line).next().unwrap().unwrap();
    assert_eq!(result.result.age, 36);
}
