//! How far a run is, while it goes: a bar on a terminal, a line now and then elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use instructor_core::Extract;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::say::{Say, note};
use crate::run::{Run, RunStatus, ShardState};

/// How often the ledger is asked.
const LOOK: Duration = Duration::from_millis(300);
/// How often a line is printed, where there is no terminal.
const LINE: Duration = Duration::from_secs(5);

/// What watches a run.
pub(super) struct Progress {
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Progress {
    pub(super) fn begin<T: Extract + Send + Sync>(run: &Run<T>, say: Say) -> Self {
        let (end, ended) = oneshot::channel();
        let task = tokio::spawn(watch(run.clone(), say, ended));
        Self { end, task }
    }

    /// Removes the bar.
    pub(super) async fn end(self) {
        let _ = self.end.send(());
        let _ = self.task.await;
    }
}

async fn watch<T: Extract + Send + Sync>(run: Run<T>, say: Say, mut ended: oneshot::Receiver<()>) {
    let mut screen = Screen::new(say);
    // Nothing is shown of what is over at once.
    while let Err(_elapsed) = tokio::time::timeout(LOOK, &mut ended).await {
        let status = tokio::task::spawn_blocking({
            let run = run.clone();
            move || run.status()
        });
        // A ledger that cannot be read ends the run itself; here there is nothing to show then.
        if let Ok(Ok(status)) = status.await {
            screen.show(&status);
        }
    }
    screen.clear();
}

enum Screen {
    Bar(ProgressBar),
    Lines { last: String, at: Option<Instant> },
}

impl Screen {
    fn new(say: Say) -> Self {
        if !say.terminal() {
            return Self::Lines { last: String::new(), at: None };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = "{bar:30} {pos}/{len} rows  {elapsed}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    fn show(&mut self, status: &RunStatus) {
        let message = words(status);
        match self {
            Self::Bar(bar) => {
                bar.set_length(status.rows);
                bar.set_position(done(status));
                bar.set_message(message);
            }
            Self::Lines { last, at } => {
                let line = format!("{} of {} rows, {message}", done(status), status.rows);
                if line != *last && at.is_none_or(|at| at.elapsed() >= LINE) {
                    note(&line);
                    *last = line;
                    *at = Some(Instant::now());
                }
            }
        }
    }

    fn clear(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// The rows that are over, and those of which the service says that they are done.
fn done(status: &RunStatus) -> u64 {
    let at_service: u64 = status.shards.iter().filter_map(|shard| shard.done).sum();
    (status.outcomes.total() + at_service).min(status.rows)
}

/// "2 failed, round 1, 3 jobs (2 queued, 1 validating)".
fn words(status: &RunStatus) -> String {
    let mut words = Vec::new();
    if status.outcomes.failed() > 0 {
        words.push(format!("{} failed", status.outcomes.failed()));
    }
    words.push(format!("round {}", status.round.max(1)));
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for shard in &status.shards {
        let state = match (&shard.job_status, shard.state) {
            (Some(word), _) => word.as_str(),
            (None, ShardState::Planned) => "planned",
            (None, ShardState::Submitting) => "being submitted",
            (None, _) => "submitted",
        };
        match counts.iter_mut().find(|(known, _)| *known == state) {
            Some((_, count)) => *count += 1,
            None => counts.push((state, 1)),
        }
    }
    if !counts.is_empty() {
        let parts: Vec<_> = counts.iter().map(|(state, n)| format!("{n} {state}")).collect();
        let jobs = status.shards.len();
        let job = if jobs == 1 { "job" } else { "jobs" };
        words.push(format!("{jobs} {job} ({})", parts.join(", ")));
    }
    words.join(", ")
}
