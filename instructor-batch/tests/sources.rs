//! Rows from memory and from files: what is read, and what is said when that fails.

use std::path::{Path, PathBuf};

use instructor_batch::{Ask, BatchWriter, Row, RowError, Source, Table};
use instructor_core::media::MediaKind;
use instructor_core::request::{Part, Role};
use instructor_core::{Client, Media, Message};
use proptest::prelude::*;
use tempfile::TempDir;

fn file(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// All rows, in short, and errors without the folder.
fn shown(folder: &Path, rows: impl Into<Source>) -> Vec<String> {
    let folder = format!("{}/", folder.display());
    let show = |row: Row| {
        let ask = match row.ask {
            Ask::Text(text) => format!("{text:?}"),
            Ask::Messages(messages) => {
                let said = messages.iter().map(|message| {
                    let parts = message.parts.iter().map(|part| match part {
                        Part::Text(text) => format!("{text:?}"),
                        Part::Media(media) => format!("{:?}", media.kind),
                        _ => unreachable!(),
                    });
                    format!("{:?} {}", message.role, parts.collect::<Vec<_>>().join(" "))
                });
                said.collect::<Vec<_>>().join(" | ")
            }
            _ => unreachable!(),
        };
        format!("{} {ask}", row.key.as_deref().unwrap_or("-"))
    };
    let rows = rows.into();
    rows.map(|row| row.map_or_else(|error| error.to_string().replace(&folder, ""), show)).collect()
}

fn check(name: &str, content: &str, choose: impl FnOnce(Table) -> Table, expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let table = Source::file(file(&folder, name, content)).unwrap();
    assert_eq!(shown(folder.path(), choose(table)), expected, "{content}");
}

fn usual(table: Table) -> Table {
    table
}

#[test]
fn rows_are_made_of_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(shown(here, vec!["a", "b"]), [r#"- "a""#, r#"- "b""#]);
    assert_eq!(shown(here, vec![("k".to_owned(), "a")]), [r#"k "a""#]);
    assert_eq!(shown(here, [Row::keyed("k", "a"), Row::text("b")]), [r#"k "a""#, r#"- "b""#]);
    assert_eq!(shown(here, Source::new((1..3).map(|i| i.to_string()))), [r#"- "1""#, r#"- "2""#]);
    assert_eq!(shown(here, vec![vec![Message::user("a")]]), [r#"- User "a""#]);
    let rows = [Ok("a"), Err("the database is away"), Ok("b")];
    assert_eq!(
        shown(here, Source::fallible(rows)),
        [r#"- "a""#, "the database is away", r#"- "b""#]
    );
}

#[test]
fn json_lines_are_objects_texts_or_messages() {
    check(
        "a.jsonl",
        "\u{feff}{\"text\": \"Ada\\n\\u2028\", \"id\": 7}\n\r\n \"Bo \\\"x\\\"\" \r\n[{\"role\":\"user\",\"content\":\"Cy\"}]\n{\"id\":null,\"key\":\"k\",\"messages\":[{\"role\":\"system\",\"content\":\"S\"},{\"content\":[{\"type\":\"text\",\"text\":\"U\"}],\"role\":\"user\"}]}\n{\"custom_id\":\"c\",\"key\":\"k\",\"id\":1,\"text\":\"last\"}",
        usual,
        &[
            r#"7 "Ada\n\u{2028}""#,
            r#"- "Bo \"x\"""#,
            r#"- User "Cy""#,
            r#"k System "S" | User "U""#,
            r#"c "last""#,
        ],
    );
    let nested = r#"{"a":{"b":[1, 2.50]},"n":12345678901234567890123,"t":"x","z":null}"#;
    check(
        "a.ndjson",
        nested,
        |table| table.key("n").prompt("{t}:{a}{z}{{}}"),
        &[r#"12345678901234567890123 "x:{\"b\":[1, 2.50]}{}""#],
    );
    check("a.jsonl", nested, |table| table.text("t"), &[r#"- "x""#]);
}

#[test]
fn what_is_wrong_with_a_line_is_told_without_what_stands_in_it() {
    let known = "there are `id`, `secret`";
    for (line, choose, problem) in [
        (r#"{"text":"secret""#, usual as fn(Table) -> Table, "it is no JSON (character 16)"),
        ("secret", usual, "it is no JSON (character 1)"),
        ("12", usual, "the line is no JSON object, text or list of messages"),
        (r#""secret""#, |it| it.text("a"), "the line is no JSON object, and columns are chosen"),
        (
            r#"{"id":1,"secret":"secret"}"#,
            usual,
            "there is no column `text` or `messages`; choose one of `id`, `secret` with `text`, `prompt` or `messages`",
        ),
        (
            r#"{"id":1,"secret":"secret"}"#,
            |it| it.prompt("{secret}{titel}"),
            &format!("there is no column `titel`; {known}"),
        ),
        (
            r#"{"id":1,"secret":"secret"}"#,
            |it| it.text("body"),
            &format!("there is no column `body`; {known}"),
        ),
        (
            r#"{"id":1,"secret":"secret"}"#,
            |it| it.text("secret").key("no"),
            &format!("there is no column `no`; {known}"),
        ),
        (r#"{"text":null}"#, usual, "the column `text` is empty here"),
        (r#"{"text":"secret","no":""}"#, |it| it.key("no"), "the column `no` is empty here"),
        (r#"{"messages":"secret"}"#, usual, "it is no JSON (character 1)"),
        (
            r#"{"messages":[{"content":"secret"}]}"#,
            usual,
            "its messages are not a list of objects with `role` and `content`, as in `[{\"role\": \"user\", \"content\": \"…\"}]`",
        ),
        (
            r#"[{"role":"user","content":"a"},{"role":"secret","content":"a"}]"#,
            usual,
            "message 2: the role is none of `system`, `user` and `assistant`",
        ),
        (
            r#"[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"secret"}}]}]"#,
            usual,
            "message 1: it has a part that is none of `text`, `image_url`, `image`, `audio` and `document`, the last three with a `url`",
        ),
        (
            r#"[{"role":"assistant","content":"","tool_calls":[{"id":"secret"}]}]"#,
            usual,
            "message 1: it holds tool calls; say in a text what they were for",
        ),
    ] {
        let content = format!("{{\"text\":\"fine\",\"a\":\"fine\"}}\n{line}\n");
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, "a.jsonl", content);
        let rows = shown(folder.path(), choose(Source::jsonl(path)));
        assert_eq!(rows[1], format!("a.jsonl, line 2: {problem}"), "{line}");
        assert_eq!(rows.len(), 2);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "a.jsonl", b"\"a\"\n\"\xff\"\n\"b\"\n");
    let rows = shown(folder.path(), Source::jsonl(path));
    let encoding = "a.jsonl, line 2: it is not UTF-8; convert the file first";
    assert_eq!(rows, [r#"- "a""#, encoding, r#"- "b""#]);
}

#[test]
fn records_of_csv_have_named_columns() {
    let content = "\u{feff}id,title,body\r\n1,\"A \"\"q\"\"\",\"two\nlines, one\"\r\n2,,b\n";
    check(
        "a.csv",
        content,
        |table| table.prompt("T: {title}\n\n{body}"),
        &[r#"1 "T: A \"q\"\n\ntwo\nlines, one""#, r#"2 "T: \n\nb""#],
    );
    check(
        "a.csv",
        content,
        |table| table.key("title").text("body"),
        &[r#"A "q" "two\nlines, one""#, "a.csv, row 2: the column `title` is empty here"],
    );
    check(
        "a.csv",
        content,
        |table| table.prompt("{titel}"),
        &[
            "a.csv, row 1: there is no column `titel`; there are `id`, `title`, `body`",
            "a.csv, row 2: there is no column `titel`; there are `id`, `title`, `body`",
        ],
    );
    check(
        "a.csv",
        "text,key\na,b\nsecret,c,d\ne,f\n",
        usual,
        &[
            r#"b "a""#,
            "a.csv, row 2: it has 3 fields, and the first line names 2; quote fields that hold the separator",
            r#"f "e""#,
        ],
    );
    check("a.tsv", "text\tkey\na, b\tk\n", usual, &[r#"k "a, b""#]);
    check("a.csv", "text;key\na, b;k\n", |table| table.separator(b';'), &[r#"k "a, b""#]);
    check(
        "a.csv",
        "messages\n\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"x\"\"}]\"\n",
        usual,
        &[r#"- User "x""#],
    );
    check("a.csv", "", usual, &[]);
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "a.csv", b"text\na\n\xff\nb\n");
    assert_eq!(
        shown(folder.path(), Source::csv(path)),
        [r#"- "a""#, "a.csv, row 2: it is not UTF-8; convert the file first", r#"- "b""#]
    );
}

#[test]
fn files_and_prompts_that_cannot_be_taken() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.jsonl");
    let rows = shown(folder.path(), Source::jsonl(&missing));
    assert_eq!(rows.len(), 1);
    assert!(rows[0].starts_with("none.jsonl: "), "{}", rows[0]);
    assert!(Source::jsonl(&missing).open().is_err());

    let error = Source::file(folder.path().join("rows.xlsx")).unwrap_err().to_string();
    assert!(error.contains("rows.xlsx: the name says no format"), "{error}");

    let path = file(&folder, "a.jsonl", "{\"a\":1}\n");
    for (prompt, problem) in [
        (
            "",
            "it names no column, so that all rows would be alike; write `{column}` where the row's text belongs",
        ),
        ("{a", "the `{` at character 1 has no partner; write `{{` for the character itself"),
        ("a}", "the `}` at character 2 has no partner; write `}}` for the character itself"),
        (
            "{}",
            "between the braces at character 1 stands no name of a column; write `{{` for the character itself",
        ),
    ] {
        let error = Source::jsonl(&path).prompt(prompt).open().unwrap_err();
        assert_eq!(error.to_string(), format!("the prompt: {problem}"));
    }
}

#[test]
#[cfg(feature = "compression")]
fn compressed_files_are_read_by_their_name() {
    let folder = tempfile::tempdir().unwrap();
    let packed = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    // Two members, as `cat` makes them.
    let gzip = [packed("\"a\"\n\"b"), packed("c\"\n")].concat();
    let path = file(&folder, "a.jsonl.gz", &gzip);
    assert_eq!(shown(folder.path(), Source::file(&path).unwrap()), [r#"- "a""#, r#"- "bc""#]);
    let zstd = zstd::encode_all(&b"text,id\nx,1\n"[..], 0).unwrap();
    let path = file(&folder, "a.csv.zst", zstd);
    assert_eq!(shown(folder.path(), Source::file(path).unwrap()), [r#"1 "x""#]);
    // Cut, and not compressed at all.
    for content in [&gzip[..gzip.len() - 9], b"\"a\"\n"] {
        let path = file(&folder, "cut.jsonl.gz", content);
        let rows = shown(folder.path(), Source::jsonl(path));
        let last = rows.last().unwrap();
        assert!(
            last.starts_with("cut.jsonl.gz, line ") && last.contains("cannot be read"),
            "{last}"
        );
    }
}

#[test]
#[cfg(not(feature = "compression"))]
fn a_compressed_file_says_which_feature_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.jsonl.gz", "a.jsonl.zst"] {
        let error = Source::jsonl(file(&folder, name, "")).open().unwrap_err().to_string();
        assert!(error.contains("feature `compression`"), "{error}");
        let form = Client::offline().extract::<u8>("").form().unwrap();
        let error = BatchWriter::create(folder.path().join(name), &form).unwrap_err().to_string();
        assert!(error.contains("feature `compression`"), "{error}");
    }
}

/// Any text, control characters included.
const ANY: &str = "(?s).*";

fn any_row() -> impl Strategy<Value = Row> {
    let part = prop_oneof![
        ANY.prop_map(Part::Text),
        ("[a-z]{0,8}", any::<Vec<u8>>(), proptest::option::of(ANY), 0..3_u8).prop_map(
            |(mime, bytes, name, kind)| {
                let kinds = [MediaKind::Image, MediaKind::Audio, MediaKind::Document];
                let mut media = Media::new(kinds[usize::from(kind)], mime, bytes);
                media.name = name;
                Part::Media(media)
            }
        ),
        "[a-z/.]{0,12}".prop_map(|path| {
            Part::Media(Media::image_url(format!("https://host.example/{path}")))
        }),
    ];
    let role = prop_oneof![Just(Role::System), Just(Role::User), Just(Role::Assistant)];
    let message = (role, proptest::collection::vec(part, 0..4)).prop_map(|(role, parts)| {
        let mut message = Message::new(role, "");
        message.parts = parts;
        message
    });
    let ask = prop_oneof![
        ANY.prop_map(Ask::Text),
        proptest::collection::vec(message, 1..4).prop_map(Ask::Messages),
    ];
    (proptest::option::of(ANY), ask).prop_map(|(key, ask)| Row { key, ask })
}

proptest! {
    #[test]
    fn rows_that_are_written_are_read_again(rows in proptest::collection::vec(any_row(), 0..6)) {
        let mut file = Vec::new();
        for row in &rows {
            row.write(&mut file);
        }
        let lines: Vec<_> = file.split_inclusive(|byte| *byte == b'\n').collect();
        prop_assert_eq!(lines.len(), rows.len());
        for (line, row) in lines.into_iter().zip(&rows) {
            prop_assert_eq!(&Row::read(line).unwrap(), row);
        }
    }

    #[test]
    fn texts_go_through_files_unchanged(texts in proptest::collection::vec(ANY, 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        let rows: Vec<_> = texts.iter().enumerate().map(|(i, text)| Row::keyed(format!("k{i}"), text)).collect();
        let (mut jsonl, mut csv) = (Vec::new(), csv::Writer::from_writer(Vec::new()));
        csv.write_record(["key", "text"]).unwrap();
        for (row, text) in rows.iter().zip(&texts) {
            row.write(&mut jsonl);
            csv.write_record([row.key.as_deref().unwrap(), text]).unwrap();
        }
        let read = |table: Table| table.into_iter().collect::<Result<Vec<_>, _>>().unwrap();
        prop_assert_eq!(&read(Source::jsonl(file(&folder, "a.jsonl", jsonl))), &rows);
        prop_assert_eq!(&read(Source::csv(file(&folder, "a.csv", csv.into_inner().unwrap()))), &rows);
        // And through a file of requests.
        let form = Client::offline().extract::<u8>("").form().unwrap();
        let path = folder.path().join("requests.jsonl");
        let mut batch = BatchWriter::create(&path, &form).unwrap();
        batch.write_all(rows).unwrap();
        batch.finish().unwrap();
        let written = std::fs::read_to_string(&path).unwrap();
        let asked = written.split_terminator('\n').map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["body"]["messages"][0]["content"].as_str().unwrap().to_owned()
        });
        prop_assert_eq!(asked.collect::<Vec<_>>(), texts);
    }
}

#[test]
fn a_line_that_is_no_row_is_told() {
    for (line, error) in [
        ("", RowError::Syntax { column: 0 }),
        (r#"{"text":"a""#, RowError::Syntax { column: 11 }),
        ("{}", RowError::Form),
        (r#"{"text":"a","messages":[]}"#, RowError::Form),
        (r#"{"text":1}"#, RowError::Form),
        (r#"{"messages":[]}"#, RowError::Messages),
        (r#"{"messages":[{"role":"user","content":null}]}"#, RowError::Messages),
        (r#"{"messages":[{"role":"tool","content":"a"}]}"#, RowError::Role { number: 1 }),
    ] {
        assert_eq!(Row::read(line.as_bytes()), Err(error), "{line}");
    }
}

#[test]
#[cfg(feature = "parquet")]
fn rows_of_parquet_have_columns_of_several_types() {
    use std::sync::Arc;

    use arrow_array::builder::ListBuilder;
    use arrow_array::{
        ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, builder,
    };
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{Compression, ZstdLevel};
    use parquet::file::properties::WriterProperties;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let count = 1000_usize;
    let text = |i: usize| (i != 3).then(|| format!("text \"{i}\"\u{2028}"));
    let mut lists = ListBuilder::new(builder::Int64Builder::new());
    (0..count).for_each(|_| lists.append(true));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values((0..1000).map(|i| i * 2)))),
        ("text", Arc::new(StringArray::from((0..count).map(text).collect::<Vec<_>>()))),
        ("score", Arc::new(Float64Array::from(vec![0.5; count]))),
        ("good", Arc::new(BooleanArray::from(vec![true; count]))),
        ("list", Arc::new(lists.finish())),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(300))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let out = std::fs::File::create(&path).unwrap();
    let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();

    let rows = shown(folder.path(), Source::file(&path).unwrap());
    assert_eq!(rows.len(), count);
    assert_eq!(rows[999], r#"1998 "text \"999\"\u{2028}""#);
    assert_eq!(rows[3], "a.parquet, row 4: the column `text` is empty here");
    let prompt = "{text} {score} {good}";
    let rows = shown(folder.path(), Source::parquet(&path).key("score").prompt(prompt));
    assert_eq!(rows[3], r#"0.5 " 0.5 true""#);
    let rows = shown(folder.path(), Source::parquet(&path).text("list"));
    assert!(
        rows[0].starts_with("a.parquet, row 1: the column `list` is of the type List("),
        "{}",
        rows[0]
    );
    let rows = shown(folder.path(), Source::parquet(&path).text("no"));
    assert!(
        rows[0]
            .ends_with("there is no column `no`; there are `id`, `text`, `score`, `good`, `list`")
    );

    let broken = file(&folder, "b.parquet", b"PAR1 nothing");
    let rows = shown(folder.path(), Source::parquet(broken));
    assert!(rows.len() == 1 && rows[0].starts_with("b.parquet: it cannot be read: "), "{rows:?}");
}
