//! What a run costs from its rows to its results, as ratios against the same work without a ledger, and
//! how much memory it takes.
//!
//! `cargo bench -p instructor-batch --bench run`; `ROWS=1000000` for a longer one. Another engine's
//! part is played by a loop that writes its files; that is not measured. The goal of the ledger is
//! 50,000 outcomes a second that are on the disk.

mod files;
mod plain;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use instructor_batch::{BatchReader, Engine, Outcome, Row, Run, RunSettings, Source};
use instructor_core::{Client, Extract};
use serde::{Deserialize, Serialize};

/// A ticket of a help desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
pub(crate) struct Ticket {
    /// What it is about, in a few words.
    #[extract(length(min = 1, max = 200))]
    pub(crate) subject: String,
    /// Who wrote it.
    #[extract(email)]
    pub(crate) sender: Option<String>,
    /// How much it matters.
    #[extract(range(min = 1, max = 5))]
    pub(crate) priority: u8,
    /// What it has to do with.
    #[extract(items(max = 10))]
    pub(crate) topics: Vec<String>,
}

/// A row of the source.
pub(crate) fn row(number: usize) -> Row {
    Row::keyed(
        format!("ticket-{number:07}"),
        format!(
            "From: ada{number}@engines.example\nTo: help@works.example\n\nMy \"Analytical Engine\" no. \
             {number} stops after {} turns: the cards of the mill jam, and the store loses its \
             tens carry. I have oiled the barrel, as the manual says, and it did not help. Please \
             send somebody before the end of the week.\n\nAda",
            number % 1000
        ),
    )
}

fn rows() -> usize {
    std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(200_000)
}

/// What a piece of work took.
struct Cost {
    wall: Duration,
    cpu: Duration,
    /// By how much it grew the memory of the process at most, in MB.
    memory: f64,
}

fn cost<V>(work: impl FnOnce() -> V) -> (V, Cost) {
    // From here on, the peak counts anew.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = memory("VmRSS:");
    let (start, cpu) = (Instant::now(), ProcessTime::now());
    let value = work();
    let (wall, cpu) = (start.elapsed(), cpu.elapsed());
    (value, Cost { wall, cpu, memory: (memory("VmHWM:") - before) / 1024.0 })
}

/// A value of `/proc/self/status`, in kB; 0 where there is none.
fn memory(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|value| value.parse().ok()).unwrap_or(0.0)
}

/// Prints what both took.
fn compare(name: &str, rows: usize, ours: &Cost, plain: &Cost) {
    let ratio = |ours: Duration, plain: Duration| ours.as_secs_f64() / plain.as_secs_f64();
    println!(
        "{name:<48} {:>9.0} rows/s   wall {:>5.2}   cpu {:>5.2}   {:>6.1} MB",
        per_second(rows, ours.wall),
        ratio(ours.wall, plain.wall),
        ratio(ours.cpu, plain.cpu),
        ours.memory
    );
}

#[expect(clippy::cast_precision_loss, reason = "a count")]
fn per_second(rows: usize, time: Duration) -> f64 {
    rows as f64 / time.as_secs_f64()
}

fn execute(run: &Run<Ticket>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(run.execute()).expect("the run goes on");
}

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        // Not in a folder that is memory.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let path = target.join(format!("run-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn main() {
    let (folder, rows) = (Folder::new(), rows());
    println!("{rows} rows; ratios against the same work without a run; memory that was added");
    let dir = folder.0.join("run");
    let settings = RunSettings::with_client(Client::offline()).engine(Engine::File);
    let (run, ours) = cost(|| {
        Run::<Ticket>::create(&dir, Source::new((0..rows).map(row)), settings).expect("a run")
    });
    let ((), theirs) = cost(|| plain::create(&folder.0, rows));
    compare("create / rows to a file and plain inserts", rows, &ours, &theirs);

    let ((), ours) = cost(|| execute(&run));
    let ((), theirs) = cost(|| plain::write(&folder.0, rows));
    compare("write shards / write the same lines", rows, &ours, &theirs);

    let results = files::answer(&run);
    let ((), ours) = cost(|| execute(&run));
    let read = || {
        let read = |path: &PathBuf| BatchReader::<Ticket>::open(path).expect("the file").threads(2);
        results.iter().flat_map(read).filter(|result| black_box(result).is_ok()).count()
    };
    let (good, theirs) = cost(read);
    compare("collect / read the same files, two threads", rows, &ours, &theirs);
    let recorded = ours.wall.saturating_sub(theirs.wall);
    println!(
        "{:<48} {:>9.0} rows/s   goal 50000",
        "the ledger's part of it",
        per_second(rows, recorded)
    );
    let ((), plain) = cost(|| plain::record(&folder.0, rows));
    println!(
        "{:<48} {:>9.0} rows/s",
        "plain inserts of as many outcomes, no updates",
        per_second(rows, plain.wall)
    );

    let (succeeded, ours) =
        cost(|| run.results().filter(|row| black_box(row).outcome == Outcome::Succeeded).count());
    assert_eq!((good, succeeded), (files::good(rows), files::good(rows)), "all is read");
    let read = || {
        let read = |path: &PathBuf| BatchReader::<Ticket>::open(path).expect("the file").threads(1);
        results.iter().flat_map(read).filter(|result| black_box(result).is_ok()).count()
    };
    let (_, theirs) = cost(read);
    compare("results / read the same files, one thread", rows, &ours, &theirs);

    let (status, ours) = cost(|| run.status().expect("the ledger"));
    println!("{:<48} {:>9.2} ms", "status", ours.wall.as_secs_f64() * 1e3);
    assert_eq!(status.outcomes.succeeded, files::good(rows) as u64);
}
