//! A job from its creation to its end, and the list of all.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::{Value, json};

use super::files::Files;
use super::lines::{self, Done, Line, Problem};
use super::{Answers, Refused, now};
use crate::offline::lock;
use crate::offline::wire::hash;

/// The time that a service gives itself, in seconds.
const WINDOW: u64 = 24 * 60 * 60;

/// The most lines that are answered between two questions for the state, unless that is less than
/// an eighth of all.
const STEP: usize = 64;

/// All jobs, the oldest first.
#[derive(Default)]
pub(super) struct Jobs(Vec<(String, SharedJob)>);

/// A job that goes on without the others.
pub(super) type SharedJob = Arc<Mutex<Job>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Validating,
    InProgress,
    Finalizing,
    Completed,
    Failed,
    Cancelling,
    Cancelled,
}

/// A job. It goes on a step whenever somebody asks for it, so nothing runs when nobody does, and
/// the same questions get the same answers.
pub(super) struct Job {
    id: String,
    input: String,
    endpoint: String,
    metadata: Value,
    /// The states that it was in, and when they began.
    states: Vec<(Status, u64)>,
    /// The file; nothing if there is none, or if it was read.
    file: Option<Bytes>,
    lines: Vec<Line>,
    next: usize,
    problems: Vec<Problem>,
    model: Option<String>,
    /// The results and the errors.
    written: [Vec<u8>; 2],
    counts: [usize; 2],
    /// The files of results and of errors.
    output: [Option<String>; 2],
    usage: [u64; 2],
}

impl Jobs {
    /// Adds a job with the parameters of the request.
    pub(super) fn create(&mut self, body: &[u8], files: &Files) -> Result<Value, Refused> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|_| Refused::new(400, "the body is no JSON object"))?;
        let text = |name: &'static str| {
            let missing = || Refused::new(400, format!("`{name}` is missing")).param(name);
            body.get(name).and_then(Value::as_str).ok_or_else(missing)
        };
        let input = text("input_file_id")?.to_owned();
        let endpoint = text("endpoint")?.to_owned();
        if !lines::is_endpoint(&endpoint) {
            let only = format!("the offline model has batches for `{}` only", lines::ENDPOINT);
            return Err(Refused::new(400, only).param("endpoint"));
        }
        if text("completion_window")? != "24h" {
            let only = "the only window is `24h`";
            return Err(Refused::new(400, only).param("completion_window"));
        }
        let metadata = body.get("metadata").cloned().unwrap_or_default();
        if !is_metadata(&metadata) {
            let must =
                "`metadata` must be up to 16 texts of up to 512 characters, with names of up to 64";
            return Err(Refused::new(400, must).param("metadata"));
        }
        let id = format!("batch_{:016x}", hash(format!("{} {input} {metadata}", self.0.len())));
        let file = files.content(&input).ok();
        let job = Job::new(id.clone(), input, endpoint, metadata, file);
        let view = job.view();
        self.0.push((id, Arc::new(Mutex::new(job))));
        Ok(view)
    }

    pub(super) fn find(&self, id: &str) -> Result<SharedJob, Refused> {
        let found = self.0.iter().find(|(known, _)| known == id);
        found.map(|(_, job)| Arc::clone(job)).ok_or_else(|| missing(id))
    }

    /// A page of jobs, the newest first, and whether there are more.
    pub(super) fn page(&self, query: &str) -> Result<(Vec<SharedJob>, bool), Refused> {
        let value = |wanted: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find_map(|(name, value)| (name == wanted).then_some(value))
        };
        let limit = value("limit").map_or(Some(20), |limit| limit.parse::<usize>().ok());
        let Some(limit) = limit.filter(|limit| (1..=100).contains(limit)) else {
            return Err(Refused::new(400, "`limit` must be from 1 to 100").param("limit"));
        };
        let end = match value("after") {
            Some(after) => self.0.iter().position(|(id, _)| id == after),
            None => Some(self.0.len()),
        };
        let end = end.ok_or_else(|| missing(value("after").unwrap_or_default()))?;
        let start = end.saturating_sub(limit);
        let page = self.0[start..end].iter().rev().map(|(_, job)| Arc::clone(job));
        Ok((page.collect(), start > 0))
    }
}

fn missing(id: &str) -> Refused {
    Refused::new(404, format!("there is no batch `{id}`"))
}

fn is_metadata(metadata: &Value) -> bool {
    let short = |text: &str, most| text.chars().count() <= most;
    let pair = |(name, value): (&String, &Value)| {
        short(name, 64) && value.as_str().is_some_and(|value| short(value, 512))
    };
    match metadata {
        Value::Object(pairs) => pairs.len() <= 16 && pairs.iter().all(pair),
        other => other.is_null(),
    }
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Validating => "validating",
            Self::InProgress => "in_progress",
            Self::Finalizing => "finalizing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Job {
    fn new(
        id: String,
        input: String,
        endpoint: String,
        metadata: Value,
        file: Option<Bytes>,
    ) -> Self {
        Self {
            id,
            input,
            endpoint,
            metadata,
            states: vec![(Status::Validating, now())],
            file,
            lines: Vec::new(),
            next: 0,
            problems: Vec::new(),
            model: None,
            written: Default::default(),
            counts: [0; 2],
            output: [None, None],
            usage: [0; 2],
        }
    }

    fn status(&self) -> Status {
        self.states.last().map_or(Status::Validating, |(status, _)| *status)
    }

    fn enter(&mut self, status: Status) {
        self.states.push((status, now()));
    }

    /// Goes on for a step.
    pub(super) fn advance(&mut self, answers: Answers<'_>, files: &Mutex<Files>) {
        match self.status() {
            Status::Validating => self.validate(files),
            Status::InProgress => self.run(answers),
            Status::Finalizing => self.end(Status::Completed, files),
            Status::Cancelling => {
                while let Some(line) = self.lines.get(self.next) {
                    let (code, message) =
                        ("batch_cancelled", "the batch was cancelled before its turn");
                    let id = self.request_id();
                    let done = Done::failed(&id, &line.custom_id, code, message);
                    self.written[1].extend_from_slice(done.line());
                    self.next += 1;
                }
                self.end(Status::Cancelled, files);
            }
            Status::Completed | Status::Failed | Status::Cancelled => {}
        }
    }

    /// Asks for its end.
    pub(super) fn cancel(&mut self) -> Result<(), Refused> {
        match self.status() {
            Status::Completed | Status::Failed | Status::Cancelled => {
                let over = format!("the batch is {} and cannot be cancelled", self.status().name());
                Err(Refused::new(409, over))
            }
            Status::Cancelling => Ok(()),
            Status::Validating | Status::InProgress | Status::Finalizing => {
                self.enter(Status::Cancelling);
                Ok(())
            }
        }
    }

    fn validate(&mut self, files: &Mutex<Files>) {
        let read = match self.file.take() {
            Some(file) => lines::read(&file),
            None => Err(vec![Problem::whole("file_not_found", "there is no such input file")]),
        };
        match read {
            Ok((lines, model)) => {
                (self.lines, self.model) = (lines, Some(model));
                self.enter(Status::InProgress);
            }
            Err(problems) => {
                self.problems = problems;
                self.end(Status::Failed, files);
            }
        }
    }

    fn run(&mut self, answers: Answers<'_>) {
        let step = STEP.max(self.lines.len().div_ceil(8));
        for _ in 0..step {
            let Some(line) = self.lines.get(self.next) else { break };
            let answer = answers(&line.body);
            let done = Done::answered(&self.request_id(), &line.custom_id, answer);
            let kind = usize::from(!done.success);
            self.written[kind].extend_from_slice(done.line());
            self.counts[kind] += 1;
            for (all, one) in self.usage.iter_mut().zip(done.usage) {
                *all += one;
            }
            self.next += 1;
        }
        if self.next == self.lines.len() {
            self.enter(Status::Finalizing);
        }
    }

    /// The id of the next line, the same in every run.
    fn request_id(&self) -> String {
        let job = self.id.strip_prefix("batch_").unwrap_or_default();
        format!("{job}{:08x}", self.next)
    }

    /// Puts what was written into files, and keeps no more than that.
    fn end(&mut self, status: Status, files: &Mutex<Files>) {
        let mut files = lock(files);
        for (kind, name) in ["output", "error"].into_iter().enumerate() {
            let written = std::mem::take(&mut self.written[kind]);
            if !written.is_empty() {
                let name = format!("{}_{name}.jsonl", self.id);
                self.output[kind] = Some(files.add(name, "batch_output", written.into()));
            }
        }
        files.used(&self.input);
        (self.file, self.next) = (None, self.lines.len());
        self.enter(status);
    }

    /// The job as the API shows it.
    pub(super) fn view(&self) -> Value {
        let at = |wanted| {
            self.states.iter().find_map(|(status, time)| (*status == wanted).then_some(*time))
        };
        let created = at(Status::Validating).unwrap_or_default();
        let problems: Vec<Value> = self.problems.iter().map(Problem::view).collect();
        let errors = match &problems[..] {
            [] => Value::Null,
            _ => json!({"object": "list", "data": problems}),
        };
        let ([completed, failed], [input, output]) = (self.counts, self.usage);
        json!({
            "id": self.id,
            "object": "batch",
            "endpoint": self.endpoint,
            "model": self.model,
            "errors": errors,
            "input_file_id": self.input,
            "completion_window": "24h",
            "status": self.status().name(),
            "output_file_id": self.output[0],
            "error_file_id": self.output[1],
            "created_at": created,
            "in_progress_at": at(Status::InProgress),
            "expires_at": created + WINDOW,
            "finalizing_at": at(Status::Finalizing),
            "completed_at": at(Status::Completed),
            "failed_at": at(Status::Failed),
            "expired_at": null,
            "cancelling_at": at(Status::Cancelling),
            "cancelled_at": at(Status::Cancelled),
            "request_counts": {"total": self.lines.len(), "completed": completed, "failed": failed},
            "usage": {
                "input_tokens": input,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": output,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": input + output,
            },
            "metadata": self.metadata,
        })
    }
}
