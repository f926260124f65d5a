//! From the files of a job to one answer for each row of its shard.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use instructor_core::{Extract, Form, Usage};
use tokio::runtime::Handle;

use super::ledger::{Answer, Item, Ledger, Next, Place};
use super::past::{Past, token_limit};
use super::policy::{self, Case};
use super::{Inner, Outcome, RunError};
use crate::judge::Judge;
use crate::line::{End, Opened};
use crate::results::{BatchError, BatchErrorKind};

/// What is needed to read the answers of a run.
pub(crate) struct Reading<'a, T> {
    pub(crate) form: &'a Form<T>,
    pub(crate) judge: &'a Judge<T>,
    pub(crate) ledger: &'a Ledger,
    pub(crate) past: &'a Past,
    pub(crate) max_rounds: u32,
    /// What all ids of the run begin with.
    pub(crate) run_id: &'a str,
}

/// What a job brought.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// One for each row of the shard.
    pub(crate) answers: Vec<Answer>,
    /// Lines that belong to no row, or to one that has its answer: file, line and what is wrong.
    pub(crate) faults: Vec<(Option<i64>, Option<u64>, String)>,
    /// How many rows no line came back for.
    pub(crate) missing: usize,
    /// How many lines belong to the shard.
    pub(crate) lines: usize,
    /// An error that concerns the whole account.
    pub(crate) account: Option<String>,
}

/// A line of a file of results, read ahead of its judgement.
struct Line {
    bytes: Vec<u8>,
    number: u64,
    place: Place,
}

/// What a line is worth.
enum Worth {
    Answer { answer: Answer, account: bool },
    Fault(Option<i64>, Option<u64>, String),
}

/// How many lines are judged at a time.
const AT_ONCE: usize = 4096;

/// The id of a row the `sent`-th time it is sent.
pub(crate) fn custom_id(run_id: &str, n: u64, sent: u32) -> String {
    format!("{run_id}-{n}-{sent}")
}

/// The row and the time, if the id is one of the run.
pub(crate) fn parse_id(run_id: &str, id: &str) -> Option<(u64, u32)> {
    let (n, sent) = id.strip_prefix(run_id)?.strip_prefix('-')?.split_once('-')?;
    let parsed = (n.parse().ok()?, sent.parse().ok()?);
    (custom_id(run_id, parsed.0, parsed.1) == id).then_some(parsed)
}

impl<T: Extract + Send + Sync> Inner<T> {
    /// What is needed to read answers.
    pub(crate) fn reading(&self) -> Reading<'_, T> {
        Reading {
            form: &self.form,
            judge: &self.judge,
            ledger: &self.ledger,
            past: &self.past,
            max_rounds: self.kept.max_rounds,
            run_id: &self.id,
        }
    }

    /// Reads the files of a shard's job; `rest` is what became of the rows that no line came back
    /// for.
    pub(crate) async fn collect(
        self: &Arc<Self>,
        shard: u64,
        files: Vec<(i64, PathBuf)>,
        rest: BatchErrorKind,
    ) -> Result<Collected, RunError> {
        let run = Arc::clone(self);
        // Reading takes time, and validators may block.
        let task = tokio::task::spawn_blocking(move || {
            let items = run.ledger.items_of(shard)?;
            run.reading().collect(&items, &files, &rest)
        });
        match task.await {
            Ok(collected) => collected,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(error) => Err(RunError::Settings(format!("the runtime ended: {error}"))),
        }
    }
}

impl<T: Extract + Send + Sync> Reading<'_, T> {
    /// Reads the files of a job. `rest` is what became of the rows that no line came back for. It
    /// blocks, and must be called within a runtime.
    pub(crate) fn collect(
        &self,
        items: &[Item],
        files: &[(i64, PathBuf)],
        rest: &BatchErrorKind,
    ) -> Result<Collected, RunError> {
        let items: HashMap<u64, Item> = items.iter().map(|item| (item.n, *item)).collect();
        let mut best: HashMap<u64, Answer> = HashMap::with_capacity(items.len());
        let mut collected = Collected::default();
        for (file, path) in files {
            let mut lines = Lines::open(*file, path)?;
            loop {
                let some = lines.some(AT_ONCE)?;
                if some.is_empty() {
                    break;
                }
                for worth in self.judge_all(&some, &items)? {
                    match worth {
                        Worth::Fault(file, line, what) => collected.faults.push((file, line, what)),
                        Worth::Answer { answer, account } => {
                            collected.lines += 1;
                            if account && collected.account.is_none() {
                                collected.account.clone_from(&answer.message);
                            }
                            keep(answer, &mut best, &mut collected.faults);
                        }
                    }
                }
            }
        }
        collected.missing = items.len() - best.len();
        let mut answers: Vec<_> = best.into_values().collect();
        let seen: std::collections::HashSet<u64> = answers.iter().map(|answer| answer.n).collect();
        for item in items.values().filter(|item| !seen.contains(&item.n)) {
            answers.push(self.nothing(item, rest));
        }
        answers.sort_unstable_by_key(|answer| {
            (answer.place.map(|place| (place.file, place.at)), answer.n)
        });
        collected.answers = answers;
        Ok(collected)
    }

    /// The answer of a row for which nothing came back.
    pub(crate) fn nothing(&self, item: &Item, kind: &BatchErrorKind) -> Answer {
        let message = match kind {
            BatchErrorKind::Expired => "the time of its job was over before its turn came",
            BatchErrorKind::Cancelled => "its job was cancelled before its turn came",
            _ => "no line came back for it",
        };
        let error = BatchError::new("", kind.clone(), message);
        self.failed(item, &error, None, false)
    }

    /// The answer of a row that gave an error.
    pub(crate) fn failed(
        &self,
        item: &Item,
        error: &BatchError,
        place: Option<Place>,
        can_grow: bool,
    ) -> Answer {
        let sent = item.sent + 1;
        let case = Case { rounds: sent - item.forgiven, max_rounds: self.max_rounds, can_grow };
        Answer {
            n: item.n,
            sent,
            outcome: Outcome::of(&error.kind),
            kind: error.kind.name().to_owned(),
            message: Some(error.message.clone()),
            place,
            model: None,
            usage: error.usage,
            next: policy::next(&error.kind, case),
        }
    }

    /// The answer of a row that gave a value.
    pub(crate) fn succeeded(
        item: &Item,
        place: Option<Place>,
        model: Option<String>,
        usage: Option<Usage>,
    ) -> Answer {
        Answer {
            n: item.n,
            sent: item.sent + 1,
            outcome: Outcome::Succeeded,
            kind: "succeeded".to_owned(),
            message: None,
            place,
            model,
            usage,
            next: Next::Over,
        }
    }

    fn judge_all(
        &self,
        lines: &[Line],
        items: &HashMap<u64, Item>,
    ) -> Result<Vec<Worth>, RunError> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let share = lines.len().div_ceil(threads).max(64);
        let handle = Handle::current();
        let judge_some = |lines: &[Line]| -> Result<Vec<Worth>, RunError> {
            lines.iter().map(|line| self.worth(line, items, &handle)).collect()
        };
        if lines.len() <= share {
            return judge_some(lines);
        }
        thread::scope(|scope| {
            let judge_some = &judge_some;
            let workers: Vec<_> =
                lines.chunks(share).map(|lines| scope.spawn(move || judge_some(lines))).collect();
            let mut all = Vec::with_capacity(lines.len());
            for worker in workers {
                match worker.join() {
                    Ok(worths) => all.extend(worths?),
                    // A validator of the caller's panicked.
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(all)
        })
    }

    fn worth(
        &self,
        line: &Line,
        items: &HashMap<u64, Item>,
        handle: &Handle,
    ) -> Result<Worth, RunError> {
        let fault = |what: &str| {
            Ok(Worth::Fault(Some(line.place.file), Some(line.number), what.to_owned()))
        };
        let Ok(opened) = self.judge.open(&line.bytes, line.number) else {
            return fault("the line cannot be read");
        };
        let Opened { id: Some(id), end, .. } = opened else {
            return fault("the line has no id");
        };
        let Some((n, sent)) = parse_id(self.run_id, &id) else {
            return fault("the line's id is not of this run");
        };
        let Some(item) = items.get(&n).filter(|item| item.sent + 1 == sent) else {
            return fault("the line's id is of another shard");
        };
        let answer = self.answer(item, &id, end, line, handle)?;
        Ok(answer)
    }

    fn answer(
        &self,
        item: &Item,
        id: &str,
        end: End<'_>,
        line: &Line,
        handle: &Handle,
    ) -> Result<Worth, RunError> {
        let place = Some(line.place);
        if let Some(found) = self.judge.glance(&end) {
            let answer = Self::succeeded(item, place, found.model, found.usage);
            return Ok(Worth::Answer { answer, account: false });
        }
        let (judged, can_grow) = handle.block_on(async {
            let form = self.form;
            let past = self.past.conversation(form, self.ledger, item, item.sent + 1);
            let mut conversation = past.await?;
            let judged = self.judge.hear(end, id, &line.bytes, &mut conversation).await;
            let can_grow = token_limit(form, &conversation)?.is_some();
            Ok::<_, RunError>((judged, can_grow))
        })?;
        Ok(match judged {
            Ok(found) => {
                let answer = Self::succeeded(item, place, found.model, found.usage);
                Worth::Answer { answer, account: false }
            }
            Err(error) => {
                let account = matches!(error.kind, BatchErrorKind::Provider { account: true, .. });
                Worth::Answer { answer: self.failed(item, &error, place, can_grow), account }
            }
        })
    }
}

/// Keeps the better of two answers for a row, and reports the other.
fn keep(
    new: Answer,
    best: &mut HashMap<u64, Answer>,
    faults: &mut Vec<(Option<i64>, Option<u64>, String)>,
) {
    match best.get_mut(&new.n) {
        None => {
            best.insert(new.n, new);
        }
        Some(old) => {
            let file = new.place.map(|place| place.file);
            faults.push((file, None, format!("row {} has more than one line", new.n)));
            if policy::is_better(new.outcome, old.outcome) {
                *old = new;
            }
        }
    }
}

/// The lines of a file with their places.
struct Lines<'a> {
    reader: BufReader<File>,
    path: &'a Path,
    file: i64,
    at: u64,
    number: u64,
}

impl<'a> Lines<'a> {
    fn open(file: i64, path: &'a Path) -> Result<Self, RunError> {
        let opened = File::open(path).map_err(RunError::file(path))?;
        let reader = BufReader::with_capacity(1 << 18, opened);
        Ok(Self { reader, path, file, at: 0, number: 0 })
    }

    /// The next lines that are not blank, at most `limit`.
    fn some(&mut self, limit: usize) -> Result<Vec<Line>, RunError> {
        let mut lines = Vec::new();
        while lines.len() < limit {
            let mut bytes = Vec::new();
            let read =
                self.reader.read_until(b'\n', &mut bytes).map_err(RunError::file(self.path))?;
            if read == 0 {
                break;
            }
            let at = self.at;
            self.at += read as u64;
            self.number += 1;
            while bytes.last().is_some_and(u8::is_ascii_whitespace) {
                bytes.pop();
            }
            if !bytes.is_empty() {
                let place = Place { file: self.file, at, bytes: bytes.len() as u64 };
                lines.push(Line { bytes, number: self.number, place });
            }
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_back_and_no_others() {
        for (n, sent) in [(0, 1), (999_999, 3), (u64::MAX, u32::MAX)] {
            let id = custom_id("k3f9a2bc", n, sent);
            assert_eq!(parse_id("k3f9a2bc", &id), Some((n, sent)));
            assert!(id.len() <= 64);
        }
        for id in ["", "k3f9a2bc", "k3f9a2bc-1", "k3f9a2bd-1-1", "k3f9a2bc-01-1", "k3f9a2bc-1-1-1"]
        {
            assert_eq!(parse_id("k3f9a2bc", id), None, "{id}");
        }
    }
}
