//! Writing a request file.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use cpu_time::ProcessTime;
use instructor_batch::{BatchWriter, Envelope};
use instructor_core::{Client, Form};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::read::row;
use super::{Invoice, count, median};

/// How many lines one side writes before it is the next one's turn.
const PIECE: usize = 5_000;

/// Counts what is written to a file; the file is emptied now and then, so that the disk is not what is
/// measured.
struct Emptied {
    file: File,
    written: usize,
}

impl Emptied {
    fn create(path: &Path) -> Self {
        Self { file: File::create(path).expect("a file"), written: 0 }
    }
}

impl Write for Emptied {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written > 64 << 20 {
            self.file.set_len(0)?;
            self.file = self.file.try_clone()?;
            io::Seek::rewind(&mut self.file)?;
            self.written = 0;
        }
        self.written += bytes.len();
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn text(number: usize) -> String {
    format!(
        "Invoice INV-2026-{number:07} of Babbage & Sons, {} Analytical Lane, London.\n\
         12 \u{d7} \"Steel bolt M8\" at 0.25 \u{20ac} each, 3 \u{d7} bearing 6204-2RS at 7.80 \u{20ac}; \
         to be paid by transfer.\nQuestions: billing@babbage.example. Thank you for your order, and \
         see you at the works.",
        number % 250 + 1
    )
}

/// The pieces of a line around its id and its text, as a program would have them that knows nothing
/// of what it writes.
struct Pieces {
    head: Vec<u8>,
    middle: Vec<u8>,
    end: Vec<u8>,
}

impl Pieces {
    fn of(form: &Form<Invoice>) -> Self {
        let body = form.encode(form.ask("TEXT").request()).expect("a request").body;
        let mut line = Vec::new();
        Envelope::OPENAI.seal("ID", "/v1/chat/completions", &body, &mut line).expect("a line");
        let line = String::from_utf8(line).expect("UTF-8");
        let (head, rest) = line.split_once("ID").expect("the id");
        let (middle, end) = rest.split_once("\"TEXT\"").expect("the text");
        Self { head: head.into(), middle: middle.into(), end: end.into() }
    }

    fn write(&self, out: &mut impl Write, id: &str, text: &str) {
        out.write_all(&self.head).expect("room");
        out.write_all(id.as_bytes()).expect("room");
        out.write_all(&self.middle).expect("room");
        serde_json::to_writer(&mut *out, text).expect("room");
        out.write_all(&self.end).expect("room");
    }
}

#[derive(Serialize)]
struct Line<'a> {
    custom_id: &'a str,
    method: &'static str,
    url: &'static str,
    body: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: [Message<'a>; 2],
    tools: [Tool<'a>; 1],
    tool_choice: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct Tool<'a> {
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a RawValue,
}

const SYSTEM: &str = "Extract the invoice. Keep to what is written there.";

fn typed(out: &mut impl Write, form: &Form<Invoice>, id: &str, text: &str) {
    let tool = form.rendered();
    let line = Line {
        custom_id: id,
        method: "POST",
        url: "/v1/chat/completions",
        body: Body {
            model: form.model(),
            messages: [
                Message { role: "system", content: SYSTEM },
                Message { role: "user", content: text },
            ],
            tools: [Tool {
                r#type: "function",
                function: Function {
                    name: &tool.name,
                    description: &tool.description,
                    parameters: &tool.json,
                },
            }],
            tool_choice: "required",
        },
    };
    serde_json::to_writer(&mut *out, &line).expect("room");
    out.write_all(b"\n").expect("room");
}

fn tree(out: &mut impl Write, form: &Form<Invoice>, schema: &Value, id: &str, text: &str) {
    let tool = form.rendered();
    let line = json!({
        "custom_id": id, "method": "POST", "url": "/v1/chat/completions",
        "body": {
            "model": form.model(),
            "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}],
            "tools": [{"type": "function", "function": {
                "name": &*tool.name, "description": &*tool.description, "parameters": schema,
            }}],
            "tool_choice": "required",
        },
    });
    serde_json::to_writer(&mut *out, &line).expect("room");
    out.write_all(b"\n").expect("room");
}

pub(super) fn run(folder: &Path, lines: usize) {
    let client = Client::builder()
        .model("openai/gpt-4.1-mini")
        .api_key("sk-not-a-key")
        .build()
        .expect("a client");
    let form = client.extract::<Invoice>("").system(SYSTEM).form().expect("a form");
    let file = |name: &str| Emptied::create(&folder.join(name));
    let buffered = |name: &str| BufWriter::with_capacity(256 * 1024, file(name));
    let mut ours = BatchWriter::new(file("ours"), &form).expect("a writer");
    let mut numbered = BatchWriter::new(file("numbered"), &form).expect("a writer");
    let (mut spliced, mut serde, mut value) =
        (buffered("spliced"), buffered("serde"), buffered("value"));
    let pieces = Pieces::of(&form);
    let schema: Value = serde_json::from_str(form.rendered().json.get()).expect("a schema");

    let mut found: [Vec<f64>; 4] = Default::default();
    let mut all = 0.0;
    let rounds = (lines / PIECE).max(1);
    for round in 0..rounds {
        let rows: Vec<_> = (round * PIECE..(round + 1) * PIECE)
            .map(|number| (format!("s0001-{number:08}"), text(number)))
            .collect();
        let baseline = timed(&rows, |id, text| pieces.write(&mut spliced, id, text));
        let own = timed(&rows, |id, text| ours.write(id, text).expect("a line"));
        let by_number = {
            let start = ProcessTime::now();
            numbered
                .write_all(rows.iter().map(|(_, text)| black_box(text.as_str())))
                .expect("lines");
            start.elapsed().as_secs_f64()
        };
        let by_serde = timed(&rows, |id, text| typed(&mut serde, &form, id, text));
        // It is so slow that a part of the rows tells enough.
        let few = &rows[..PIECE / 10];
        let by_value = timed(few, |id, text| tree(&mut value, &form, &schema, id, text)) * 10.0;
        all += own;
        for (found, time) in found.iter_mut().zip([by_number, own, by_serde, by_value]) {
            found.push(time / baseline);
        }
    }
    let written = ours.finish().expect("room");
    println!("writing {} lines, {} bytes each", written.lines, written.bytes / written.lines);
    let [by_number, own, by_serde, by_value] = found.map(|found| format!("{:.2}", median(found)));
    let rate = format!("{:.0} lines/s", count(rounds * PIECE) / all);
    row("the writer, CPU, ids checked", &rate, "");
    row("the writer, numbered rows / splicing finished bytes", &by_number, "<= 1.3");
    row("the writer, ids of one's own / splicing finished bytes", &own, "<= 1.3");
    row("typed serde writer / splicing finished bytes", &by_serde, "");
    row("`Value` writer / splicing finished bytes", &by_value, "");
}

/// CPU seconds for all rows.
fn timed(rows: &[(String, String)], mut write: impl FnMut(&str, &str)) -> f64 {
    let start = ProcessTime::now();
    for (id, text) in rows {
        write(black_box(id), black_box(text));
    }
    start.elapsed().as_secs_f64()
}
