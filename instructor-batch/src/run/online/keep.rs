//! Answers on their way to the disk: the file first, then the ledger, many at a time.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use instructor_core::Extract;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::super::dir::{Dir, sync_folder};
use super::super::ledger::{Answer, Place};
use super::super::{Inner, RunError};
use crate::line::Envelope;

/// How many answers are made durable at a time, and how many may wait for it.
const AT_ONCE: usize = 1000;

/// An answer and its line, which stands nowhere yet.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) answer: Answer,
    pub(super) line: Vec<u8>,
}

/// Makes answers durable in a thread of its own. What it was given is durable when it is gone,
/// however it goes.
pub(super) struct Keeper {
    entries: Option<Sender<Entry>>,
    thread: Option<JoinHandle<Result<(), RunError>>>,
}

impl Keeper {
    pub(super) fn start<T: Extract + Send + Sync>(run: Arc<Inner<T>>) -> Result<Self, RunError> {
        let (sender, receiver) = mpsc::channel(AT_ONCE);
        let thread = thread::Builder::new()
            .name("instructor-keep".into())
            .spawn(move || {
                let kept = keep(&run, receiver);
                if kept.is_err() {
                    // What cannot be kept is not asked for.
                    run.stop.set(None);
                }
                kept
            })
            .map_err(|error| RunError::Settings(format!("no thread can be started: {error}")))?;
        Ok(Self { entries: Some(sender), thread: Some(thread) })
    }

    /// Waits while too many are on their way. If the disk fails, the run stops, and
    /// [`finish`](Self::finish) says why.
    pub(super) async fn keep(&self, entry: Entry) {
        if let Some(entries) = &self.entries {
            let _ = entries.send(entry).await;
        }
    }

    /// Waits until everything is durable.
    pub(super) fn finish(mut self) -> Result<(), RunError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), RunError> {
        drop(self.entries.take());
        let Some(thread) = self.thread.take() else { return Ok(()) };
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!(%error, "answers cannot be kept");
        }
    }
}

fn keep<T>(run: &Inner<T>, mut entries: Receiver<Entry>) -> Result<(), RunError> {
    let mut raw: Option<Raw> = None;
    let (mut answers, mut lines) = (Vec::new(), Vec::new());
    while let Some(first) = entries.blocking_recv() {
        let raw = match &mut raw {
            Some(raw) => raw,
            None => raw.insert(Raw::new(run)?),
        };
        raw.add(first, &mut lines, &mut answers);
        // Others came while the last ones were written; they share the way to the disk.
        while answers.len() < AT_ONCE {
            let Ok(entry) = entries.try_recv() else { break };
            raw.add(entry, &mut lines, &mut answers);
        }
        raw.write(&lines)?;
        run.ledger.record(None, &answers, &[])?;
        answers.clear();
        lines.clear();
    }
    Ok(())
}

/// A file of results that grows.
struct Raw {
    file: File,
    path: PathBuf,
    number: i64,
    /// Where the next line begins.
    at: u64,
}

impl Raw {
    fn new<T>(run: &Inner<T>) -> Result<Self, RunError> {
        let last = latest(&run.dir)?.map_or(0, |(number, _)| number);
        let name = name(last + 1);
        let path = run.dir.result(&name);
        let file = File::create_new(&path).map_err(RunError::file(&path))?;
        sync_folder(&path).map_err(RunError::file(&path))?;
        let number = run.ledger.file(&name, Envelope::OPENAI.name)?;
        Ok(Self { file, path, number, at: 0 })
    }

    fn add(&mut self, entry: Entry, lines: &mut Vec<u8>, answers: &mut Vec<Answer>) {
        let Entry { mut answer, line } = entry;
        let bytes = line.len() as u64;
        answer.place = Some(Place { file: self.number, at: self.at, bytes });
        answers.push(answer);
        lines.extend(line);
        lines.push(b'\n');
        self.at += bytes + 1;
    }

    fn write(&mut self, lines: &[u8]) -> Result<(), RunError> {
        let written = self.file.write_all(lines).and_then(|()| self.file.sync_data());
        written.map_err(RunError::file(&self.path))
    }
}

fn name(number: u32) -> String {
    format!("online-{number:04}.jsonl")
}

/// The latest of the files: its number and its name.
pub(super) fn latest(dir: &Dir) -> Result<Option<(u32, String)>, RunError> {
    let folder = dir.result("");
    let entries = folder.read_dir().map_err(RunError::file(&folder))?;
    let mut latest = None;
    for entry in entries {
        let file = entry.map_err(RunError::file(&folder))?.file_name();
        let Some(file) = file.to_str() else { continue };
        let number = file.strip_prefix("online-").and_then(|rest| rest.strip_suffix(".jsonl"));
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            latest = latest.max(Some((number, file.to_owned())));
        }
    }
    Ok(latest)
}
