//! What is written is read again.

use std::collections::BTreeMap;
use std::fs;

use instructor_core::reply::Stop;
use instructor_core::{Extract, Path as Place, Rejection, Usage, Violation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::*;
use crate::results::{BatchError, BatchErrorKind, BatchSuccess};
use crate::run::Outcome;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
struct Order {
    key: String,
    big: u64,
    price: f64,
    paid: Option<bool>,
    state: State,
    buyer: Buyer,
    agent: Option<Buyer>,
    lines: Vec<Line>,
    notes: BTreeMap<String, i32>,
    way: Way,
    #[serde(flatten)]
    more: More,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
enum State {
    Open,
    Done,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
struct Buyer {
    name: String,
    age: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
struct Line {
    sku: String,
    count: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
enum Way {
    Post { street: String },
    Pickup,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
struct More {
    zip: String,
}

fn order(i: u64) -> Order {
    let buyer =
        Buyer { name: format!("Zoë, \"{i}\"\n=1+1"), age: i.is_multiple_of(2).then_some(-3) };
    Order {
        key: format!("k{i}"),
        big: u64::MAX - i,
        price: 0.1,
        paid: i.is_multiple_of(3).then_some(true),
        state: if i.is_multiple_of(2) { State::Open } else { State::Done },
        buyer: buyer.clone(),
        agent: (i % 2 == 1).then_some(buyer),
        lines: (0..i % 3).map(|n| Line { sku: format!("s{n}"), count: 7 }).collect(),
        notes: BTreeMap::from([("a\u{2028}".to_owned(), 1)]),
        way: if i.is_multiple_of(2) { Way::Pickup } else { Way::Post { street: "x".into() } },
        more: More { zip: "0123".into() },
        rest: BTreeMap::from([("extra".to_owned(), json!([1, null]))]),
    }
}

fn row<T>(row: u64, result: Result<T, BatchErrorKind>) -> RunResult<T> {
    let result = match result {
        Ok(result) => Ok(BatchSuccess {
            custom_id: "x".into(),
            result,
            usage: Some(Usage::new(3, 4)),
            model: Some("m".into()),
            finish: Stop::End,
            repairs: Vec::new(),
        }),
        Err(kind) => {
            let raw = "{\"raw\":1}".to_owned();
            Err(BatchError { raw, ..BatchError::new("x", kind, "it is wrong") })
        }
    };
    let outcome = match &result {
        Ok(_) => Outcome::Succeeded,
        Err(error) => Outcome::of(&error.kind),
    };
    RunResult { row, key: format!("row-{row}"), outcome, rounds: 2, result }
}

/// Ten rows, of which the second was rejected and the third is missing.
fn rows() -> Vec<RunResult<Order>> {
    let place = Place::ROOT;
    let violation = Violation::new(place.field("big"), "range", "must be at most 9").found(&900);
    (0..10)
        .map(|i| match i {
            1 => row(i, Err(BatchErrorKind::Rejected(Rejection::from(violation.clone())))),
            2 => row(i, Err(BatchErrorKind::Missing)),
            _ => row(i, Ok(order(i))),
        })
        .collect()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn json_lines_hold_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.jsonl");
    let written = write(rows(), &path, &Failed::Beside).unwrap();
    assert_eq!((written.succeeded, written.failed), (8, 2));
    let good = lines(&path);
    assert_eq!(good.len(), 8);
    let usage = json!({
        "input_tokens": 3, "output_tokens": 4, "cached_input_tokens": 0, "reasoning_tokens": 0
    });
    let value = serde_json::to_value(order(3)).unwrap();
    assert_eq!(
        good[1],
        json!({
            "key": "row-3", "outcome": "succeeded", "value": value, "rounds": 2, "usage": usage,
            "model": "m"
        })
    );
    let read: Order = serde_json::from_value(good[1]["value"].clone()).unwrap();
    assert_eq!(read, order(3));
    let failed = written.failed_path.unwrap();
    assert_eq!(failed, folder.path().join("orders.jsonl.failed.jsonl"));
    assert_eq!(
        lines(&failed),
        [
            json!({
                "key": "row-1", "outcome": "invalid", "kind": "rejected", "reason": "it is wrong",
                "violations": [{
                    "path": "big", "pointer": "/big", "rule": "range",
                    "message": "must be at most 9", "found": "900"
                }],
                "rounds": 2, "raw": "{\"raw\":1}"
            }),
            json!({
                "key": "row-2", "outcome": "missing", "kind": "missing", "reason": "it is wrong",
                "rounds": 2, "raw": "{\"raw\":1}"
            }),
        ]
    );
}

#[test]
fn failed_rows_go_where_they_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let beside = folder.path().join("a.jsonl.failed.jsonl");
    let elsewhere = folder.path().join("elsewhere");
    for (failed, in_results, file) in [
        (Failed::Beside, 8, Some(&beside)),
        (Failed::At(elsewhere.clone()), 8, Some(&elsewhere)),
        (Failed::Among, 10, None),
        (Failed::Dropped, 8, None),
    ] {
        let written = write(rows(), &path, &failed).unwrap();
        assert_eq!(lines(&path).len(), in_results, "{failed:?}");
        assert_eq!(written.failed_path.as_ref(), file, "{failed:?}");
        if let Some(file) = file {
            assert_eq!(lines(file).len(), 2, "{failed:?}");
        }
    }
    // Nothing failed this time: what was left over from before is not there any more.
    write(rows().into_iter().take(1), &path, &Failed::Beside).unwrap();
    assert!(!beside.exists());
}

#[test]
fn an_error_leaves_the_older_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.jsonl", "a.csv", "a.parquet"] {
        if name == "a.parquet" && !cfg!(feature = "parquet") {
            continue;
        }
        let path = folder.path().join(name);
        fs::write(&path, "older").unwrap();
        let gone = BatchError::new("", BatchErrorKind::Unreadable, "the ledger is gone");
        let last = RunResult { key: String::new(), result: Err(gone), ..rows().remove(0) };
        let broken = rows().into_iter().take(5).chain([last]);
        let error = write(broken, &path, &Failed::Beside).unwrap_err();
        assert_eq!(error.to_string(), "the results cannot be read: the ledger is gone");
        assert_eq!(fs::read_to_string(&path).unwrap(), "older");
        fs::remove_file(path).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{name}");
    }
}

#[test]
fn names_say_the_format() {
    for (name, format) in [
        ("a.jsonl", Some(Format::Jsonl)),
        ("A.NDJSON.gz", Some(Format::Jsonl)),
        ("a.b.csv.zst", Some(Format::Csv)),
        ("a.parquet", Some(Format::Parquet)),
        ("a.parquet.gz", None),
        ("a.json", None),
        ("csv", None),
    ] {
        assert_eq!(Format::of(Path::new(name)), format, "{name}");
    }
    let error = write(rows(), Path::new("a.txt"), &Failed::Beside).unwrap_err();
    assert!(error.to_string().starts_with("a.txt: the name says no format"), "{error}");
}

#[test]
fn csv_has_a_column_for_each_scalar() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    write(rows(), &path, &Failed::Among).unwrap();
    let mut reader = ::csv::Reader::from_path(&path).unwrap();
    let header: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let expected = "row.key outcome reason key big price paid state buyer.name buyer.age agent.name \
        agent.age lines notes way zip rest";
    assert_eq!(header.join(" "), expected);
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 10);
    let five = order(5);
    assert_eq!(
        records[5].iter().collect::<Vec<_>>(),
        [
            "row-5",
            "succeeded",
            "",
            "k5",
            "18446744073709551610",
            "0.1",
            "",
            "done",
            &five.buyer.name,
            "",
            &five.buyer.name,
            "",
            r#"[{"sku":"s0","count":7},{"sku":"s1","count":7}]"#,
            "{\"a\u{2028}\":1}",
            r#"{"Post":{"street":"x"}}"#,
            "0123",
            r#"{"extra":[1,null]}"#
        ]
    );
    assert_eq!(&records[1][0], "row-1");
    assert_eq!(&records[1][1], "invalid");
    assert_eq!(&records[1][2], "it is wrong");
    assert!(records[1].iter().skip(3).all(str::is_empty));
}

#[test]
fn what_is_no_object_is_one_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    write([row(0, Ok(vec![1u8, 2])), row(1, Ok(vec![]))], &path, &Failed::Beside).unwrap();
    let expected = "key,outcome,value\nrow-0,succeeded,\"[1,2]\"\nrow-1,succeeded,[]\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    write([row(0, Ok(Some(7u128))), row(1, Ok(None))], &path, &Failed::Beside).unwrap();
    let expected = "key,outcome,value\nrow-0,succeeded,7\nrow-1,succeeded,\n";
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
struct Tree {
    name: String,
    children: Vec<Tree>,
}

#[test]
fn what_contains_itself_ends_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let leaf = Tree { name: "b".into(), children: Vec::new() };
    let tree = Tree { name: "a".into(), children: vec![leaf] };
    let path = folder.path().join("a.csv");
    write([row(0, Ok(tree))], &path, &Failed::Beside).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(r#"a,"[{""name"":""b"",""children"":[]}]""#), "{text}");
}

#[cfg(feature = "parquet")]
mod table {
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
    use arrow_array::{Array, RecordBatch};

    use super::*;

    fn read(path: &Path) -> (Vec<RecordBatch>, usize) {
        let file = fs::File::open(path).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let groups = builder.metadata().num_row_groups();
        let reader = builder.with_batch_size(100_000).build().unwrap();
        (reader.map(Result::unwrap).collect(), groups)
    }

    #[test]
    fn columns_have_the_types_of_the_schema() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        write(rows(), &path, &Failed::Among).unwrap();
        let (batches, _) = read(&path);
        let [batch] = batches.as_slice() else { panic!("one batch") };
        let types: Vec<_> = batch
            .schema()
            .fields()
            .iter()
            .map(|field| {
                let nullable = if field.is_nullable() { "?" } else { "" };
                format!("{}: {}{nullable}", field.name(), field.data_type())
            })
            .collect();
        let types = types.join("\n");
        for expected in [
            "row.key: Utf8\n",
            "outcome: Utf8\n",
            "reason: Utf8?\n",
            "big: UInt64?\n",
            "price: Float64?\n",
            "paid: Boolean?\n",
            "state: Utf8?\n",
            "buyer: Struct(",
            "lines: List(",
            "notes: Utf8?\n",
            "way: Utf8?\n",
            "zip: Utf8?\n",
        ] {
            assert!(types.contains(expected), "{expected} in\n{types}");
        }
        let column = |name: &str| batch.column_by_name(name).unwrap();
        assert_eq!(column("big").as_primitive::<UInt64Type>().value(3), u64::MAX - 3);
        assert!((column("price").as_primitive::<Float64Type>().value(3) - 0.1).abs() < 1e-12);
        assert!(column("paid").is_null(4) && column("paid").as_boolean().value(3));
        let buyer = column("buyer").as_struct();
        assert_eq!(buyer.column(0).as_string::<i32>().value(5), order(5).buyer.name);
        assert_eq!(buyer.column(1).as_primitive::<Int64Type>().value(4), -3);
        assert!(column("agent").is_null(4) && column("agent").is_valid(5));
        let lines = column("lines").as_list::<i32>().value(5);
        let skus = lines.as_struct().column(0).as_string::<i32>();
        assert_eq!(skus.iter().flatten().collect::<Vec<_>>(), ["s0", "s1"]);
        let way: Value = serde_json::from_str(column("way").as_string::<i32>().value(5)).unwrap();
        assert_eq!(way, json!({"Post": {"street": "x"}}));
        // A row without a value.
        assert_eq!(column("outcome").as_string::<i32>().value(2), "missing");
        assert!(
            column("big").is_null(2) && column("lines").is_null(2) && column("buyer").is_null(2)
        );
    }

    #[test]
    fn options_are_nullable_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        write(rows(), &path, &Failed::Dropped).unwrap();
        let (batches, _) = read(&path);
        let schema = batches[0].schema();
        let nullable: Vec<_> = schema
            .fields()
            .iter()
            .filter(|field| field.is_nullable())
            .map(|field| field.name().as_str())
            .collect();
        assert_eq!(nullable, ["paid", "agent", "rest"]);
        assert_eq!(batches[0].num_rows(), 8);
    }

    #[test]
    fn many_rows_are_several_groups() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let rows = (0..70_000).map(|i| row(i, Ok(i)));
        write(rows, &path, &Failed::Beside).unwrap();
        let (batches, groups) = read(&path);
        assert_eq!(groups, 2);
        let values: Vec<u64> = batches
            .iter()
            .flat_map(|b| b.column(2).as_primitive::<UInt64Type>().values().to_vec())
            .collect();
        assert!(values.iter().copied().eq(0..70_000));
    }

    #[derive(Debug, Deserialize, Extract)]
    struct Liar {
        age: u8,
    }

    impl Serialize for Liar {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            json!({"age": "many"}).serialize(serializer)
        }
    }

    #[test]
    fn a_value_that_is_not_what_its_schema_says_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let error = write([row(4, Ok(Liar { age: 1 }))], &path, &Failed::Beside).unwrap_err();
        assert_eq!(
            error.to_string(),
            "row 4: `age` does not fit its column; JSON Lines take any value"
        );
        assert!(!path.exists());
    }
}
