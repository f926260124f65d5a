//! Results by id, whatever their order.

use instructor_batch::{
    BatchErrorKind, BatchReader, BatchResult, BatchResults, extract_results, filter_errors,
    filter_successful, results_by_custom_id,
};
use proptest::prelude::*;

/// A line with a number, or one that expired.
fn line(id: &str, age: Option<u8>) -> String {
    match age {
        Some(age) => format!(
            r#"{{"custom_id":"{id}","response":{{"status_code":200,"body":{{"choices":[{{"message":{{"content":"{age}"}},"finish_reason":"stop"}}]}}}},"error":null}}"#
        ),
        None => format!(
            r#"{{"custom_id":"{id}","response":null,"error":{{"code":"batch_expired","message":"late"}}}}"#
        ),
    }
}

fn read(lines: &[String]) -> Vec<BatchResult<u8>> {
    BatchReader::from_text(lines.join("\n")).collect()
}

/// What is known of each id: the value, or nothing for an error.
fn known(lines: &[String]) -> Vec<(String, Option<u8>)> {
    let by_id = results_by_custom_id(read(lines));
    let told = |result: BatchResult<u8>| result.ok().map(|success| success.result);
    let mut known: Vec<_> = by_id.results.into_iter().map(|(id, it)| (id, told(it))).collect();
    known.sort();
    known
}

#[test]
fn a_success_counts_more_than_an_error() {
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 3, 4, 1]] {
        let lines = [
            line("a", None),
            line("a", Some(1)),
            line("b", None),
            line("b", None),
            r#"{"response":null,"error":{"code":"batch_expired"}}"#.to_owned(),
        ];
        let lines = order.map(|i| lines[i].clone());
        assert_eq!(known(&lines), [("a".into(), Some(1)), ("b".into(), None)]);
        let by_id = results_by_custom_id(read(&lines));
        assert_eq!((by_id.duplicates.len(), by_id.nameless.len()), (2, 1));
        assert!(by_id.duplicates.iter().all(Result::is_err));
    }
    let by_id = results_by_custom_id(read(&[line("a", Some(1)), line("a", Some(2))]));
    assert_eq!(by_id.results["a"].as_ref().map(|success| success.result), Ok(1));
    assert_eq!(by_id.duplicates[0].as_ref().map(|success| success.result), Ok(2));
}

#[test]
fn filters_and_adapters_say_the_same() {
    let lines = [line("a", Some(1)), line("b", None), "x".into(), line("c", Some(3))];
    assert_eq!(extract_results(read(&lines)), [1, 3]);
    assert_eq!(read(&lines).into_iter().values().collect::<Vec<_>>(), [1, 3]);
    let ids = |successes: Vec<_>| {
        let id = |success: instructor_batch::BatchSuccess<u8>| success.custom_id;
        successes.into_iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids(filter_successful(read(&lines))), ["a", "c"]);
    assert_eq!(ids(read(&lines).into_iter().successful().collect()), ["a", "c"]);
    let errors = filter_errors(read(&lines));
    assert_eq!(errors, read(&lines).into_iter().errors().collect::<Vec<_>>());
    assert_eq!(errors[0].to_string(), format!("b: {}", errors[0].message));
    assert_eq!(errors[1].to_string(), "line 3: the line is no JSON");
    assert_eq!(errors[1].kind, BatchErrorKind::Unparsable);
}

/// At most one success for each id, any number of errors.
fn files() -> impl Strategy<Value = Vec<String>> {
    let ids = prop::collection::btree_map("[a-c]{1,2}", prop::option::of(any::<u8>()), 0..8);
    (ids, prop::collection::vec("[a-d]{1,2}", 0..8)).prop_map(|(ids, errors)| {
        let first = ids.iter().map(|(id, age)| line(id, *age));
        first.chain(errors.iter().map(|id| line(id, None))).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_order_of_lines_never_changes_the_results(
        (lines, shuffled) in files().prop_flat_map(|lines| {
            (Just(lines.clone()), Just(lines).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(known(&lines), known(&shuffled));
        let by_id = results_by_custom_id(read(&shuffled));
        prop_assert_eq!(by_id.results.len() + by_id.duplicates.len(), lines.len());
    }
}

#[test]
fn a_file_of_requests_is_told_from_one_of_results() {
    let request = r#"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]}}"#;
    let results = read(&[request.to_owned()]);
    let error = results[0].as_ref().unwrap_err();
    assert_eq!(error.message, "the line is a request: read the file of results");
    assert_eq!(error.kind, BatchErrorKind::Unparsable);
}
