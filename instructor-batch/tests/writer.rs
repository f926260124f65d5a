//! Files of requests: every line is what a full encoding gives, whatever the text, for every service.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};

use futures_util::stream;
use instructor_batch::line::{SealError, path_of};
use instructor_batch::request::Tool;
use instructor_batch::{
    Ask, BatchRequest, BatchWriter, Envelope, LineError, Lines, Row, Source, WriteError,
};
use instructor_core::provider::services;
use instructor_core::{Client, Extract, Form, Message, Mode};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A person mentioned in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
struct Person {
    /// Full name, as written.
    name: String,
    /// Age in years.
    #[extract(range(min = 0, max = 150))]
    age: u8,
}

/// A form of each service that has an envelope, in each of its modes, plain and with everything that
/// stands around a text.
fn forms() -> Vec<Form<Person>> {
    let mut forms = Vec::new();
    for service in services() {
        let client = || {
            let mut named = service.clone();
            if named.base_url.is_empty() {
                named.base_url = "https://host.example/v1";
            }
            let client =
                Client::builder().model(format!("{}/gpt-4.1", service.name)).service(named);
            let client = client.api_key("sk-test-5ecret").base_url("https://host.example/v1");
            // Nothing is sent.
            client.transport(Client::offline().transport().clone())
        };
        let client = if service.name == "offline" {
            Client::offline()
        } else if let Ok(client) = client().build() {
            client
        } else {
            continue;
        };
        let modes = service.modes.iter().filter(|mode| **mode != Mode::Parallel);
        for mode in modes {
            let plain = client.extract::<Person>("").mode(*mode);
            let example = Person { name: "Bo \"x\"".into(), age: 3 };
            let full = client
                .extract::<Person>("")
                .mode(*mode)
                .system("Read \"closely\".\n")
                .messages([Message::user("Before."), Message::assistant("Yes?")])
                .example("Bo is 3", &example)
                .temperature(0.5)
                .max_tokens(700)
                .extra(json!({"metadata": {"run": "1"}}));
            forms.extend([plain.form().unwrap(), full.form().unwrap()]);
        }
    }
    forms
}

/// The line that a full encoding gives.
fn expected(lines: &Lines<Person>, id: &str, text: &str) -> Vec<u8> {
    let http = lines.form().encode(lines.form().ask(text).request()).unwrap();
    let mut out = Vec::new();
    lines.envelope().seal(id, &path_of(&http.url), &http.body, &mut out).unwrap();
    out
}

/// The lines of all these forms.
static LINES: LazyLock<Vec<Lines<Person>>> = LazyLock::new(|| {
    let made = forms().into_iter().filter_map(|form| match Lines::new(&form) {
        Ok(lines) => Some(lines),
        Err(LineError::NoEnvelope { service }) => {
            let known =
                ["bedrock", "cohere", "ollama-native", "vertex", "vertex-express", "writer"];
            assert!(known.contains(&service.as_str()), "{service}");
            None
        }
        Err(error) => panic!("{error}"),
    });
    made.collect()
});

#[track_caller]
fn check(lines: &Lines<Person>, id: &str, text: &str) {
    let mut out = b"line before\n".to_vec();
    lines.push_text(id, text, &mut out).unwrap();
    let line = &out[b"line before\n".len()..];
    assert!(line == expected(lines, id, text), "{lines:?}: {text:?}");
    assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
    let mut asked = out[..12].to_vec();
    lines.push(id, &Ask::Text(text.into()), &mut asked).unwrap();
    assert!(asked == out);
}

#[test]
fn every_service_writes_any_text_as_its_encoding_does() {
    let all = &*LINES;
    assert!(all.len() > 100, "{}", all.len());
    let odd =
        ["", " ", "\n", "\u{feff}", "\u{2028}a\u{85}", "\"\\/\u{0}\u{7f}\u{1f}", "😀é\r\n", "id"];
    let names: std::collections::BTreeSet<_> = all.iter().map(|it| it.envelope().name).collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["anthropic", "gemini", "mistral", "openai"]);
    for lines in all {
        assert!(lines.splices(), "{lines:?}");
        for text in odd {
            check(lines, "a-1", text);
        }
    }
}

#[test]
fn a_text_of_a_megabyte_is_a_line() {
    let text = "Zeile \"ä\"\n\u{2028}😀 \u{1}".repeat(1 << 15);
    assert!(text.len() > 1 << 19);
    for lines in LINES.iter().step_by(LINES.len() / 5) {
        check(lines, "large", &text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_text_is_written_as_its_encoding_does(
        text in "(?s).{0,200}",
        id in "[a-zA-Z0-9_-]{1,64}",
        first in 0..12_usize,
    ) {
        for lines in LINES.iter().skip(first).step_by(12) {
            check(lines, &id, &text);
        }
    }
}

fn form() -> Form<Person> {
    Client::offline().extract::<Person>("").form().unwrap()
}

#[test]
fn a_form_with_the_words_of_the_gaps_is_written_in_full() {
    let probe = Lines::new(&form()).unwrap();
    assert!(probe.splices());
    // Whatever stands for a text in the template, it may stand in the system text as well.
    let system = "text-93b6e1d25c08f74a-text";
    let form = Client::offline().extract::<Person>("").system(system).form().unwrap();
    let lines = Lines::new(&form).unwrap();
    assert!(!lines.splices());
    check(&lines, "a", "Ada, 36");
}

#[test]
fn messages_and_further_requests_are_lines_too() {
    let lines = Lines::new(&form()).unwrap();
    let messages = vec![Message::user("Ada"), Message::assistant("Her age?"), Message::user("36")];
    let asked = lines.form().ask_with(messages.clone());
    let (mut out, mut again) = (Vec::new(), Vec::new());
    lines.push("a", &Ask::Messages(messages), &mut out).unwrap();
    lines.push_request("a", asked.request(), &mut again).unwrap();
    assert_eq!(out, again);
    let value: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(value["body"]["messages"][1], json!({"role": "assistant", "content": "Her age?"}));
    assert_eq!(lines.path(), "/v1/chat/completions");

    let before = out.clone();
    let wrong = lines.push_text("a b", "x", &mut out);
    assert!(matches!(wrong, Err(LineError::Seal(SealError::Id))));
    assert_eq!(out, before);
}

/// A file in memory that says no when it is told to.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<(Vec<u8>, bool)>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut inner = self.0.lock().unwrap();
        if inner.1 {
            return Err(io::Error::other("full"));
        }
        inner.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn ids(file: &[u8]) -> Vec<String> {
    let lines = std::str::from_utf8(file).unwrap().lines();
    let asked =
        lines.map(|line| Envelope::OPENAI.asked(line.as_bytes()).unwrap().id.unwrap().into_owned());
    asked.collect()
}

#[tokio::test]
async fn rows_of_every_kind_are_written_in_their_order() {
    let memory = Memory::default();
    let mut batch = BatchWriter::new(memory.clone(), &form()).unwrap();
    batch.write("first", "Ada, 36").unwrap();
    batch.write_all(["Alan, 41", "Grace, 85"]).unwrap();
    batch.write_all([("k-1", "Bo, 3")]).unwrap();
    batch.write_row(&Row::messages([Message::user("Cy, 4")])).unwrap();
    batch.write_source(vec!["Di, 5"]).unwrap();
    batch
        .write_stream(stream::iter([Row::keyed("k-2", "Ed, 6"), Row::text("Flo, 7")]))
        .await
        .unwrap();
    let written = batch.finish().unwrap();
    let file = memory.0.lock().unwrap().0.clone();
    assert_eq!(
        ids(&file),
        ["first", "request-1", "request-2", "k-1", "request-4", "request-5", "k-2", "request-7"]
    );
    assert_eq!((written.lines, written.bytes), (8, file.len() as u64));
}

#[test]
fn an_id_is_valid_and_stands_there_once() {
    let memory = Memory::default();
    let mut batch = BatchWriter::new(memory.clone(), &form()).unwrap();
    batch.write("a", "x").unwrap();
    let told = |result: Result<(), WriteError>| result.unwrap_err().to_string();
    assert_eq!(
        told(batch.write("a", "secret")),
        "row 1: an earlier row has the same id; make the keys unique, or leave them out"
    );
    assert_eq!(
        told(batch.write("no good", "secret")),
        "row 2: an id has 1 to 64 characters, each a letter from a to z, a digit, `_` or `-`"
    );
    // A row without a key whose name another one has taken.
    batch.write("request-5", "x").unwrap();
    batch.write_all(["x"]).unwrap();
    assert!(matches!(batch.write_row(&Row::text("x")), Err(WriteError::Duplicate { row: 5 })));
    let failing = Source::fallible([Ok("x"), Err("the rows end here")]);
    assert_eq!(told(batch.write_source(failing)), "the rows end here");
    assert_eq!(batch.finish().unwrap().lines, 4);
    assert_eq!(ids(&memory.0.lock().unwrap().0), ["a", "request-5", "request-4", "request-6"]);
}

#[test]
fn what_cannot_be_written_is_told() {
    let memory = Memory::default();
    let mut batch = BatchWriter::new(memory.clone(), &form()).unwrap();
    batch.write("a", "x").unwrap();
    memory.0.lock().unwrap().1 = true;
    let text = "y".repeat(1 << 20);
    assert_eq!(
        batch.write("b", &text).unwrap_err().to_string(),
        "the lines cannot be written: full"
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none").join("requests.jsonl");
    let error = BatchWriter::create(&path, &form()).unwrap_err();
    assert!(error.to_string().starts_with(&path.display().to_string()), "{error}");

    let cohere = Client::builder().model("cohere/command-a").api_key("sk-test").build().unwrap();
    let form = cohere.extract::<Person>("").form().unwrap();
    let error = BatchWriter::create(folder.path().join("requests.jsonl"), &form).unwrap_err();
    assert!(error.to_string().starts_with("`cohere` takes no batch"), "{error}");
}

#[test]
#[cfg(feature = "compression")]
fn a_file_is_compressed_if_its_name_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = folder.path().join(name);
        let mut batch = BatchWriter::create(&path, &form()).unwrap();
        batch.write_all((0..5000).map(|i| format!("Person {i}, {}", i % 90))).unwrap();
        assert_eq!(batch.finish().unwrap().lines, 5000);
        std::fs::read(path).unwrap()
    };
    let plain = write("a.jsonl");
    assert_eq!(ids(&plain)[4999], "request-4999");
    let (gzip, zstd) = (write("a.jsonl.gz"), write("a.jsonl.ZST"));
    assert!(gzip.len() * 4 < plain.len() && zstd.len() * 4 < plain.len());
    let mut unpacked = Vec::new();
    io::copy(&mut flate2::read::GzDecoder::new(&*gzip), &mut unpacked).unwrap();
    assert!(unpacked == plain);
    assert!(zstd::decode_all(&*zstd).unwrap() == plain);
}

#[test]
fn a_request_for_a_type_is_to_the_letter_what_a_client_sends() {
    let client = Client::builder().model("openai/gpt-4.1-mini").api_key("sk-test").build().unwrap();
    let lines = Lines::new(&client.extract::<Person>("").form().unwrap()).unwrap();
    let messages = || vec![Message::system("Read."), Message::user("Ada \"36\"\u{2028}")];
    for row in [Row::text("Ada\n36"), Row::messages(messages())] {
        let mut line = Vec::new();
        lines.push("a", &row.ask, &mut line).unwrap();
        let request = BatchRequest::of::<Person>("a", "gpt-4.1-mini", row).unwrap();
        assert_eq!(request.to_line().unwrap().as_bytes(), line);
        let read = BatchRequest::from_line(&line).unwrap();
        assert_eq!(read.to_line().unwrap().as_bytes(), line);
        assert_eq!(read.body.tools[0].function.name, "Person");
    }
    assert!(BatchRequest::of::<Person>("a b", "m", "x").unwrap().to_line().is_err());
}

#[test]
fn a_request_is_made_of_parameters_and_read_from_any_line_of_its_form() {
    let extra: Map<String, Value> =
        serde_json::from_str(r#"{"temperature":0.1,"seed":7,"service_tier":"flex"}"#).unwrap();
    let messages = [json!({"role": "user", "content": "Ada"})];
    let tools = [Tool::new("person", "A person.", &json!({"type": "object"}))];
    let request = BatchRequest::from_create_params(
        "r-1",
        "m",
        messages.clone(),
        tools.clone(),
        extra.clone(),
    );
    let line = concat!(
        r#"{"custom_id":"r-1","method":"POST","url":"/v1/chat/completions","body":{"model":"m","#,
        r#""messages":[{"role":"user","content":"Ada"}],"tools":[{"type":"function","function":"#,
        r#"{"name":"person","description":"A person.","parameters":{"type":"object"}}}],"#,
        r#""tool_choice":{"type":"function","function":{"name":"person"}},"#,
        r#""temperature":0.1,"seed":7,"service_tier":"flex"}}"#,
        "\n"
    );
    assert_eq!(request.to_line().unwrap(), line);

    let two = [Tool::of::<Person>(), tools[0].clone()];
    let request = BatchRequest::from_create_params("r", "m", messages.clone(), two.clone(), extra);
    assert_eq!(request.body.tool_choice, Some(json!("required")));
    let extra: Map<String, Value> = serde_json::from_str(r#"{"tool_choice":"auto"}"#).unwrap();
    let request = BatchRequest::from_create_params("r", "m", messages, two, extra);
    assert_eq!(request.body.tool_choice, Some(json!("auto")));

    // Together's form, in another order.
    let read =
        BatchRequest::from_line(br#"{"body":{"top_k":3,"model":"m"},"custom_id":"a"}"#).unwrap();
    assert_eq!((read.url.as_str(), &read.body.extra["top_k"]), ("/v1/chat/completions", &json!(3)));
    for line in ["", "{}", r#"{"custom_id":"a","params":{}}"#, r#"{"custom_id":"a","body":{}}"#] {
        assert!(BatchRequest::from_line(line.as_bytes()).is_err(), "{line}");
    }
}
