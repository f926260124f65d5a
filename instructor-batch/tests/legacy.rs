//! The older pair of functions.

use instructor_batch::BatchJob;
use instructor_core::Extract;
use serde::Deserialize;

/// A person.
#[derive(Debug, PartialEq, Deserialize, Extract)]
struct Person {
    name: String,
    #[extract(range(max = 150))]
    age: u8,
}

const FILE: &str = r#"{"custom_id":"request-0","response":{"status_code":200,"body":{"choices":[{"message":{"content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"Person","arguments":"{\"name\":\"Ada\",\"age\":36}"}}]},"finish_reason":"tool_calls"}]}},"error":null}
{"custom_id":"request-1","response":{"status_code":200,"body":{"choices":[{"message":{"content":"{\"name\":\"Alan\",\"age\":41}"},"finish_reason":"stop"}]}},"error":null}
{"custom_id":"request-2","response":{"status_code":200,"body":{"choices":[{"message":{"content":"Here it is:\n```json\n{\"name\":\"Grace\",\"age\":\"85\"}\n```"},"finish_reason":"stop"}]}},"error":null}
{"custom_id":"request-3","response":{"status_code":200,"body":{"choices":[{"message":{"content":"{\"name\":\"Methuselah\",\"age\":200}"},"finish_reason":"stop"}]}},"error":null}
{"custom_id":"request-4","response":null,"error":{"code":"batch_expired","message":"late"}}
no JSON
"#;

const ANTHROPIC: &str = r#"{"custom_id":"request-0","result":{"type":"succeeded","message":{"content":[{"type":"tool_use","id":"t","name":"Person","input":{"name":"Ada","age":36}}],"stop_reason":"tool_use"}}}
{"custom_id":"request-1","result":{"type":"succeeded","message":{"content":[{"type":"text","text":"```json\n{\"name\":\"Alan\",\"age\":41}\n```"}],"stop_reason":"end_turn"}}}
{"custom_id":"request-2","result":{"type":"errored","error":{"type":"error","error":{"type":"invalid_request_error","message":"no"}}}}
"#;

fn person(name: &str, age: u8) -> Person {
    Person { name: name.into(), age }
}

#[test]
fn values_and_errors_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("output.jsonl");
    std::fs::write(&path, FILE).unwrap();
    for (people, errors) in [
        BatchJob::parse_from_string::<Person>(FILE),
        BatchJob::parse_from_file::<Person>(&path).unwrap(),
    ] {
        assert_eq!(people, [person("Ada", 36), person("Alan", 41), person("Grace", 85)]);
        let told: Vec<_> = errors
            .iter()
            .map(|error| {
                format!("{} {} {}", error["custom_id"], error["kind"], error["violations"])
            })
            .collect();
        let broken = r#""request-3" "rejected" ["`age`: must be at most 150"]"#;
        assert_eq!(told, [broken, r#""request-4" "expired" []"#, r#""" "unparsable" []"#]);
        assert_eq!(errors[2]["raw"], "no JSON");
        assert_eq!(errors[2]["line"], 6);
        assert_eq!(errors[2]["message"], "the line is no JSON");
    }
    assert!(BatchJob::parse_from_file::<Person>(folder.path().join("none")).is_err());
}

#[test]
fn anthropics_lines_are_read() {
    let (people, errors) = BatchJob::parse_from_string::<Person>(ANTHROPIC);
    assert_eq!(people, [person("Ada", 36), person("Alan", 41)]);
    assert_eq!(errors[0]["kind"], "provider");
    assert_eq!(errors[0]["message"], "the service reports an error: no");
}
