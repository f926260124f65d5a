//! How each family of services speaks of files, jobs and lines.

mod anthropic;
mod gemini;
mod mistral;
mod openai;

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;
use std::time::SystemTime;

use super::answer::{self, Answer};
use super::http::Asked;
use super::plan::End;
use super::state::{Job, Kind, Line, Order, Problem, Stored};

/// A service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    OpenAi,
    /// Through `/v1/responses`.
    Responses,
    /// Capitalised states, times as text, counts that are null, an empty file of errors.
    Azure,
    Groq,
    /// Upper-case states, a job in a job, a bare list, no counts and no metadata.
    Together,
    Anthropic,
    Gemini,
    Mistral,
}

impl Family {
    pub const ALL: [Self; 8] = [
        Self::OpenAi,
        Self::Responses,
        Self::Azure,
        Self::Groq,
        Self::Together,
        Self::Anthropic,
        Self::Gemini,
        Self::Mistral,
    ];

    /// One for each way to speak.
    pub const MAIN: [Self; 4] = [Self::OpenAi, Self::Anthropic, Self::Gemini, Self::Mistral];

    /// The name of the service.
    pub fn service(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Responses => "openai-responses",
            Self::Azure => "azure",
            Self::Groq => "groq",
            Self::Together => "together",
            Self::Anthropic => "anthropic",
            Self::Gemini => "google",
            Self::Mistral => "mistral",
        }
    }

    /// The service and a model of it.
    pub fn model(self) -> String {
        format!("{}/test-1", self.service())
    }

    pub fn find(service: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.service() == service)
    }

    pub fn base_url(self, port: u16) -> String {
        let path = match self {
            Self::Azure | Self::Groq => "/openai/v1",
            Self::Gemini => "/v1beta",
            _ => "/v1",
        };
        format!("http://127.0.0.1:{port}{path}")
    }

    pub(super) fn wire(self) -> Box<dyn Wire> {
        match self {
            Self::Anthropic => Box::new(anthropic::Anthropic),
            Self::Gemini => Box::new(gemini::Gemini),
            Self::Mistral => Box::new(mistral::Mistral),
            _ => Box::new(openai::OpenAi(self)),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    Single,
    Begin,
    Upload,
    File(String),
    Content(String),
    Create,
    List,
    Status(String),
    Cancel(String),
    Delete(String),
    Unknown,
}

/// How a family speaks.
pub(super) trait Wire: Send + Sync {
    fn route(&self, asked: &Asked) -> Route;

    /// The key of a request.
    fn key<'a>(&self, asked: &'a Asked) -> Option<&'a str>;

    /// The name and the bytes of an uploaded file.
    fn uploaded(&self, asked: &Asked) -> Result<(String, Vec<u8>), &'static str>;

    fn file_id(&self, kind: Kind, number: usize) -> String;

    fn file(&self, id: &str, name: &str, bytes: usize) -> Value;

    /// What an upload is answered with.
    fn after_upload(&self, file: Value) -> Value {
        file
    }

    fn job_id(&self, number: usize) -> String;

    /// Reads a request to create a job.
    fn order(&self, asked: &Asked, files: &BTreeMap<String, Stored>) -> Result<Order, String>;

    fn job(&self, job: &Job, origin: &str) -> Value;

    fn created(&self, job: &Job, origin: &str) -> Value {
        self.job(job, origin)
    }

    fn cancelled(&self, job: &Job, origin: &str) -> Value {
        self.job(job, origin)
    }

    /// A page of these jobs, which are the newest first.
    fn list(&self, jobs: &[&Job], asked: &Asked, page: usize, origin: &str) -> Value;

    /// The line of a result file, and which file.
    fn line(&self, line: &Line, answer: &Answer) -> Option<(Kind, Value)>;

    /// The response to a request alone, if there is one.
    fn reply(&self, asked: &Asked, body: &Value, answer: &Answer) -> Option<Value>;

    fn error(&self, status: u16, code: &str, message: &str) -> Value;

    /// The status of an error about a job that is over and cannot be cancelled.
    fn too_late(&self) -> u16 {
        400
    }

    /// Whether a job that ended so has results.
    fn keeps_results(&self, _end: &End) -> bool {
        true
    }

    /// Whether there is a file of errors even if there are none.
    fn writes_empty_errors(&self) -> bool {
        false
    }

    /// Whether results come without a length.
    fn streams(&self) -> bool {
        false
    }
}

/// The lines of a file, each read by a function that says what is wrong with it; and ids that come
/// twice.
fn lines(
    file: &[u8],
    mut read: impl FnMut(&Value) -> Result<Line, (&'static str, String)>,
) -> (Vec<Line>, Vec<Problem>) {
    let (mut lines, mut problems, mut ids) = (Vec::new(), Vec::new(), HashSet::new());
    let file = file.strip_suffix(b"\n").unwrap_or(file);
    for (n, text) in file.split(|byte| *byte == b'\n').enumerate() {
        let read = match serde_json::from_slice::<Value>(text) {
            Ok(line) => read(&line),
            Err(error) => Err(("invalid_json_line", error.to_string())),
        };
        match read {
            Ok(line) if !ids.insert(line.custom_id.clone()) => {
                let (message, line) = (line.custom_id, Some(n as u64 + 1));
                problems.push(Problem { code: "duplicate_custom_id", message, line });
            }
            Ok(line) => lines.push(line),
            Err((code, message)) => {
                problems.push(Problem { code, message, line: Some(n as u64 + 1) });
            }
        }
    }
    (lines, problems)
}

/// Whether an id is one that every service takes.
fn is_safe(id: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&id.len()) && id.bytes().all(good)
}

/// The time as text.
fn text(time: SystemTime) -> String {
    Timestamp::try_from(time).unwrap().to_string()
}

/// The time in seconds.
fn seconds(time: SystemTime) -> i64 {
    Timestamp::try_from(time).unwrap().as_second()
}

/// The part of a path behind the version.
fn below<'a>(path: &'a str, version: &str) -> &'a str {
    path.split_once(version).map_or("", |(_, rest)| rest)
}
