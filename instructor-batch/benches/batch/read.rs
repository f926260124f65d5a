//! Reading a result file.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use cpu_time::ProcessTime;
use instructor_batch::BatchReader;

use super::{Invoice, by_hand, count, generate, median};

/// How many lines one side reads before it is the other's turn.
const PIECE: usize = 5_000;

fn reader(path: &Path, threads: usize) -> BatchReader<Invoice> {
    BatchReader::open(path).expect("the file").threads(threads)
}

pub(super) fn run(path: &Path, lines: usize) {
    let size = std::fs::metadata(path).expect("the file").len();
    println!("reading {lines} lines, {} bytes each", size / lines.max(1) as u64);
    memory(path, lines);
    by_hand_too(path);
    threads(path);
}

/// Reads a file with one thread and with two; prints the threads, the good lines and the seconds.
pub(super) fn alone(path: &Path) {
    for threads in [1, 2] {
        let start = Instant::now();
        let good = reader(path, threads).filter(|result| black_box(result).is_ok()).count();
        println!("{threads} {good} {:.3}", start.elapsed().as_secs_f64());
    }
}

/// Must be the first: the peak is that of the whole process.
fn memory(path: &Path, lines: usize) {
    let before = memory_of("VmRSS:");
    let mut good = 0;
    for result in reader(path, 2) {
        good += usize::from(black_box(result).is_ok());
    }
    assert_eq!(good, generate::good(lines), "each good line gives a value");
    let grown = (memory_of("VmHWM:") - before) / 1024.0;
    row("memory for the whole file, 2 threads", &format!("{grown:.1} MB"), "< 50");
}

/// A value of `/proc/self/status`, in kB; 0 where there is none.
fn memory_of(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|value| value.parse().ok()).unwrap_or(0.0)
}

fn by_hand_too(path: &Path) {
    let mut ours = reader(path, 1);
    let mut theirs = by_hand::Reader::open(path);
    let mut found = Vec::new();
    let mut all = [0.0; 2];
    loop {
        let start = ProcessTime::now();
        let mine: usize =
            ours.by_ref().take(PIECE).map(|result| usize::from(black_box(result).is_ok())).sum();
        let our_time = start.elapsed().as_secs_f64();
        let start = ProcessTime::now();
        let mut read = 0;
        for row in theirs.by_ref().take(PIECE) {
            read += 1;
            black_box(row);
        }
        let their_time = start.elapsed().as_secs_f64();
        if read == 0 {
            break;
        }
        assert!(mine > 0, "ours reads as many");
        if read == PIECE {
            found.push(our_time / their_time);
            all[0] += our_time;
            all[1] += their_time;
        }
    }
    if found.is_empty() {
        return;
    }
    let piece = count(found.len() * PIECE);
    let rate = |time: f64| format!("{:.0} lines/s", piece / time);
    row("one thread, CPU, typed and validated", &rate(all[0]), "");
    row("serde_json by hand, not validated", &rate(all[1]), "");
    row("ratio of both", &format!("{:.2}", median(found)), "<= 0.9");
}

fn threads(path: &Path) {
    let time = |threads: usize| {
        let start = Instant::now();
        for result in reader(path, threads) {
            let _ = black_box(result);
        }
        start.elapsed().as_secs_f64()
    };
    // Other programs only ever add to the time, so the shortest tells most.
    let mut best = [f64::INFINITY; 2];
    for _ in 0..5 {
        for (best, threads) in best.iter_mut().zip([1, 2]) {
            *best = best.min(time(threads));
        }
    }
    let [one, two] = best;
    row("two threads / one thread, wall", &format!("{:.2}", two / one), "< 0.6");
}

pub(super) fn row(name: &str, value: &str, goal: &str) {
    println!("{name:<58} {value:>18}   {goal}");
}
