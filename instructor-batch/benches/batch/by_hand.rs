//! The parser that a program without this library would have: the same structs by `serde_json`, with
//! borrowed envelopes, and without any validation.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::Invoice;

/// What is kept of a line: as much as the library gives.
#[expect(dead_code, reason = "only the time is wanted that it takes to read them")]
pub(crate) struct Row {
    pub(crate) custom_id: String,
    pub(crate) invoice: Invoice,
    pub(crate) model: String,
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
    pub(crate) cached_tokens: u64,
    pub(crate) reasoning_tokens: u64,
}

#[derive(Deserialize)]
struct ResultLine<'a> {
    custom_id: &'a str,
    #[serde(borrow)]
    response: Option<Response<'a>>,
}

#[derive(Deserialize)]
struct Response<'a> {
    status_code: u16,
    #[serde(borrow)]
    body: Body<'a>,
}

#[derive(Deserialize)]
struct Body<'a> {
    model: Option<&'a str>,
    #[serde(borrow, default)]
    choices: Vec<Choice<'a>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Message<'a>,
    finish_reason: &'a str,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    tool_calls: Vec<Call<'a>>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    function: Function<'a>,
}

#[derive(Deserialize)]
struct Function<'a> {
    name: &'a str,
    arguments: String,
}

#[derive(Deserialize, Default)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    prompt_tokens_details: Option<InputDetails>,
    completion_tokens_details: Option<OutputDetails>,
}

#[derive(Deserialize)]
struct InputDetails {
    cached_tokens: u64,
}

#[derive(Deserialize)]
struct OutputDetails {
    reasoning_tokens: u64,
}

/// Reads a file line by line; nothing for a bad one.
pub(crate) struct Reader {
    file: BufReader<File>,
    line: Vec<u8>,
}

impl Reader {
    pub(crate) fn open(path: &Path) -> Self {
        let file = File::open(path).expect("the file");
        Self { file: BufReader::with_capacity(256 * 1024, file), line: Vec::new() }
    }
}

impl Iterator for Reader {
    type Item = Option<Row>;

    fn next(&mut self) -> Option<Option<Row>> {
        self.line.clear();
        let read = self.file.read_until(b'\n', &mut self.line).expect("a line");
        (read > 0).then(|| row(&self.line))
    }
}

fn row(line: &[u8]) -> Option<Row> {
    let line: ResultLine<'_> = serde_json::from_slice(line).ok()?;
    let response = line.response.filter(|response| response.status_code == 200)?;
    let choice = response.body.choices.into_iter().next()?;
    if choice.finish_reason == "length" || choice.message.refusal.is_some() {
        return None;
    }
    let call = choice.message.tool_calls.into_iter().next()?;
    if call.function.name != "Invoice" {
        return None;
    }
    let invoice = serde_json::from_str(&call.function.arguments).ok()?;
    let usage = response.body.usage.unwrap_or_default();
    Some(Row {
        custom_id: line.custom_id.to_owned(),
        invoice,
        model: response.body.model.unwrap_or_default().to_owned(),
        input_tokens: usage.prompt_tokens,
        output_tokens: usage.completion_tokens,
        cached_tokens: usage.prompt_tokens_details.map_or(0, |details| details.cached_tokens),
        reasoning_tokens: usage
            .completion_tokens_details
            .map_or(0, |details| details.reasoning_tokens),
    })
}
