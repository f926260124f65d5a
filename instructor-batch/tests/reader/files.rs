//! Files of any shape: every line is one item, in its place, and nothing ends them early.

use std::io::{self, Read, Write};
use std::sync::mpsc;

use instructor_batch::{BatchErrorKind, BatchReader, BatchResult};
use proptest::prelude::*;

use super::{Person, told};

fn line(id: &str, name: &str) -> String {
    let arguments = serde_json::json!({"name": name, "age": 36}).to_string();
    serde_json::json!({
        "custom_id": id,
        "response": {"status_code": 200, "body": {"choices": [{
            "message": {"content": null, "tool_calls": [{
                "id": "c", "type": "function",
                "function": {"name": "Person", "arguments": arguments},
            }]},
            "finish_reason": "tool_calls",
        }]}},
        "error": null,
    })
    .to_string()
}

fn people(count: usize) -> String {
    (0..count).map(|i| line(&format!("id-{i}"), &format!("Ada {i}")) + "\n").collect()
}

fn reader(text: impl Into<Vec<u8>>) -> BatchReader<Person> {
    BatchReader::from_reader(io::Cursor::new(text.into()))
}

fn name(result: &BatchResult<Person>) -> &str {
    &result.as_ref().unwrap_or_else(|error| panic!("{error}")).result.name
}

#[test]
fn lines_end_in_many_ways() {
    let (a, b) = (line("a", "Ada"), line("b", "Bob\u{2028}\u{85}x"));
    let file = format!("\u{feff}{a}\r\n\n  \r\n{b}\nnot JSON\n{a}");
    let results: Vec<_> = reader(file).collect();
    assert_eq!(name(&results[0]), "Ada");
    assert_eq!(name(&results[1]), "Bob\u{2028}\u{85}x");
    let error = results[2].as_ref().unwrap_err();
    assert_eq!((error.line, error.raw.as_str()), (Some(5), "not JSON"));
    assert_eq!((name(&results[3]), results.len()), ("Ada", 4));
    assert_eq!(reader("").count() + reader("\n \n").count(), 0);
}

#[test]
fn invalid_utf8_is_one_bad_line() {
    let mut bad = line("b", "B#b").into_bytes();
    let place = bad.iter().position(|byte| *byte == b'#').unwrap();
    bad[place] = 0xff;
    let file =
        [line("a", "Ada").as_bytes(), b"\n", &bad, b"\n", line("c", "Cy").as_bytes()].concat();
    let results: Vec<_> = reader(file).collect();
    assert_eq!((name(&results[0]), name(&results[2])), ("Ada", "Cy"));
    let error = results[1].as_ref().unwrap_err();
    assert_eq!((&error.kind, error.line), (&BatchErrorKind::Unparsable, Some(2)));
    assert_eq!((error.custom_id.as_str(), error.message.as_str()), ("b", "the line is not UTF-8"));
    assert!(error.raw.contains("B\u{fffd}b"));
}

#[test]
fn rows_of_any_size_come_in_the_order_of_the_file() {
    let mut file = people(2000);
    let long = "\u{1f600} \"x\"\t\\ ".repeat(100_000);
    file.push_str(&line("long", &long));
    file.push('\n');
    file.push_str(&people(2000));
    for threads in [1, 2, 5] {
        let results: Vec<_> = reader(file.as_str()).threads(threads).collect();
        assert_eq!(results.len(), 4001);
        for (i, result) in results.iter().enumerate() {
            match i {
                2000 => assert_eq!(name(result), long),
                _ => assert_eq!(name(result), format!("Ada {}", i % 2001)),
            }
        }
        let any = reader(file.as_str()).threads(threads).in_file_order(false);
        let mut names: Vec<_> = any.map(|result| name(&result).to_owned()).collect();
        let mut expected: Vec<_> = results.iter().map(|result| name(result).to_owned()).collect();
        names.sort();
        expected.sort();
        assert_eq!(names, expected);
    }
}

#[test]
fn a_line_that_is_too_long_is_an_error_without_its_text() {
    let file = format!(
        "{}\n{}\n{}\n",
        line("a", "Ada"),
        line("b", &"x".repeat(2_000_000)),
        line("c", "Cy")
    );
    let results: Vec<_> = reader(file).longest_line(1_000_000).collect();
    assert_eq!((name(&results[0]), name(&results[2])), ("Ada", "Cy"));
    let error = results[1].as_ref().unwrap_err();
    assert_eq!((&error.kind, error.line), (&BatchErrorKind::Unparsable, Some(2)));
    assert!(error.raw.len() < 5_000 && error.message.contains("longest_line"), "{error}");
}

#[test]
fn files_may_be_compressed_cut_and_several() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let file = people(3000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(file.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    std::fs::write(path("whole.jsonl.gz"), &gzip).unwrap();
    std::fs::write(path("cut.jsonl.gz"), &gzip[..gzip.len() / 2]).unwrap();
    std::fs::write(path("all.jsonl.zst"), zstd::encode_all(file.as_bytes(), 1).unwrap()).unwrap();
    std::fs::write(path("empty.jsonl"), "").unwrap();
    let expired = r#"{"custom_id":"z","response":null,"error":{"code":"batch_expired"}}"#;
    std::fs::write(path("errors.jsonl"), expired).unwrap();

    for name in ["whole.jsonl.gz", "all.jsonl.zst"] {
        let reader = BatchReader::<Person>::open(path(name)).unwrap();
        assert_eq!(reader.flatten().count(), 3000, "{name}");
    }
    for threads in [1, 3] {
        let reader = BatchReader::<Person>::open(path("cut.jsonl.gz")).unwrap();
        let reader = reader.and(path("empty.jsonl")).unwrap().and(path("errors.jsonl")).unwrap();
        let results: Vec<_> = reader.threads(threads).collect();
        let good = results.iter().take_while(|result| result.is_ok()).count();
        let rest: Vec<_> = results[good..].iter().map(told).collect();
        assert!(good > 100 && good < 3000);
        assert!(
            matches!(&rest[..], [.., broken, late] if broken == ": unreadable" && late == "z: expired"),
            "{rest:?}"
        );
        assert!(rest.len() <= 3, "a cut line, the cut, and the other file: {rest:?}");
        let line =
            |result: &BatchResult<Person>| result.as_ref().err().and_then(|error| error.line);
        assert_eq!(line(&results[results.len() - 1]), Some(1));
    }
    assert!(BatchReader::<Person>::open(path("none")).is_err());
}

/// Says when it is dropped.
struct Watched(io::Cursor<Vec<u8>>, mpsc::Sender<()>);

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.1.send(());
    }
}

#[test]
fn whoever_stops_reading_ends_the_threads() {
    for ordered in [true, false] {
        let (sender, dropped) = mpsc::channel();
        let input = Watched(io::Cursor::new(people(20_000).into_bytes()), sender);
        let mut reader =
            BatchReader::<Person>::from_reader(input).threads(4).in_file_order(ordered);
        assert!(reader.by_ref().take(10).all(|result| result.is_ok()));
        assert!(dropped.try_recv().is_err());
        drop(reader);
        dropped.recv().unwrap();
    }
}

#[test]
fn a_panic_of_the_type_is_the_callers() {
    #[derive(serde::Deserialize, instructor_core::Extract)]
    #[serde(try_from = "u64")]
    struct Panics;
    impl TryFrom<u64> for Panics {
        type Error = String;
        fn try_from(_: u64) -> Result<Self, String> {
            panic!("by the type")
        }
    }
    let line = r#"{"custom_id":"a","response":{"body":{"choices":[{"message":{"content":"1"},"finish_reason":"stop"}]}}}"#;
    let file = format!("{line}\n").repeat(10_000);
    for threads in [1, 2] {
        let read = || BatchReader::<Panics>::from_text(file.as_str()).threads(threads).count();
        assert!(std::panic::catch_unwind(read).is_err(), "{threads}");
    }
}

/// Lines of a file: good ones, broken ones, and any bytes.
fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let good = "[a-z \"\\\\é]{0,9}".prop_map(|name| line("id", &name).into_bytes());
    let cut = (good.clone(), any::<prop::sample::Index>())
        .prop_map(|(line, at)| line[..at.index(line.len())].to_vec());
    let changed = (good.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(
        |(mut line, at, byte)| {
            let at = at.index(line.len());
            line[at] = byte;
            line
        },
    );
    let any = prop::collection::vec(any::<u8>(), 0..30);
    let line = prop_oneof![4 => good, 1 => cut, 2 => changed, 1 => any];
    let one_line = |mut line: Vec<u8>| {
        line.retain(|byte| *byte != b'\n');
        line
    };
    prop::collection::vec(line.prop_map(one_line), 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_line_is_one_item(lines in lines()) {
        let file = lines.join(&b'\n');
        let content: Vec<_> = lines.iter().enumerate().map(|(i, line)| {
            let mark = if i == 0 { line.strip_prefix(b"\xef\xbb\xbf") } else { None };
            mark.unwrap_or(line).trim_ascii_end()
        }).collect();
        let expected: Vec<_> = (1_u64..).zip(&content).filter(|(_, line)| !line.is_empty()).collect();
        let results: Vec<_> = reader(file.clone()).threads(1).collect();
        prop_assert_eq!(results.len(), expected.len());
        for (result, (number, line)) in results.iter().zip(expected) {
            if let Err(error) = result {
                prop_assert_eq!(error.line, Some(number));
                prop_assert_eq!(&error.raw, &String::from_utf8_lossy(line));
            }
        }
        // Enough of them for several blocks.
        let many = [&file[..], b"\n"].concat().repeat(1 + 600_000 / (file.len() + 1));
        if file.len() > 4000 {
            let all: Vec<_> = reader(many.clone()).threads(1).map(|result| told(&result)).collect();
            let same: Vec<_> = reader(many).threads(3).map(|result| told(&result)).collect();
            prop_assert_eq!(all, same);
        }
    }
}
