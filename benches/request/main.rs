//! What one request costs, as ratios against the same work by hand in the same run.
//!
//! `cargo bench --bench request`. Each row runs both sides in turn, A B A B …, and prints the median
//! of the ratios, so that a noisy machine disturbs both alike.

mod loopback;
mod pure;

use std::hint::black_box;
use std::time::Instant;

use instructor::Extract;
use serde::{Deserialize, Serialize};

/// A line of an invoice.
#[derive(Debug, Clone, Serialize, Deserialize, Extract)]
pub(crate) struct Line {
    /// What was bought.
    #[extract(length(min = 1, max = 200))]
    pub(crate) item: String,
    /// How many.
    #[extract(range(min = 1, max = 10_000))]
    pub(crate) quantity: u32,
    /// Price of one, in euros.
    #[extract(range(min = 0.0))]
    pub(crate) price: f64,
}

/// An invoice.
#[derive(Debug, Clone, Serialize, Deserialize, Extract)]
pub(crate) struct Invoice {
    /// The invoice's number, as printed.
    #[extract(length(min = 1), pattern = "^[A-Z0-9-]+$")]
    pub(crate) number: String,
    /// Who sent it.
    pub(crate) seller: String,
    /// Who pays it.
    pub(crate) buyer: String,
    /// Where questions go.
    #[extract(email)]
    pub(crate) contact: Option<String>,
    /// The lines.
    #[extract(items(min = 1))]
    pub(crate) lines: Vec<Line>,
    /// Whether it is paid.
    pub(crate) paid: bool,
}

pub(crate) fn invoice() -> Invoice {
    let line = |n: u32| Line {
        item: format!("Machine part number {n}, hardened"),
        quantity: n + 1,
        price: f64::from(n) * 1.25,
    };
    Invoice {
        number: "INV-2024-0042".into(),
        seller: "Babbage & Sons".into(),
        buyer: "Analytical Engines Ltd".into(),
        contact: Some("ada@analytical.org".into()),
        lines: (0..10).map(line).collect(),
        paid: false,
    }
}

/// Prints the time of one call of `a` and the median ratio to `b`.
pub(crate) fn compare<A, B>(
    name: &str,
    calls: u32,
    mut a: impl FnMut() -> A,
    mut b: impl FnMut() -> B,
) {
    let mut rows: Vec<(f64, f64)> = Vec::new();
    for round in 0..21 {
        let start = Instant::now();
        (0..calls).for_each(|_| drop(black_box(a())));
        let ours = start.elapsed().as_secs_f64();
        let start = Instant::now();
        (0..calls).for_each(|_| drop(black_box(b())));
        let theirs = start.elapsed().as_secs_f64();
        // The first round warms up.
        if round > 0 {
            rows.push((ours / theirs, ours / f64::from(calls) * 1e9));
        }
    }
    rows.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (ratio, nanoseconds) = rows[rows.len() / 2];
    println!("{name:<58} {nanoseconds:>9.0} ns   {ratio:>5.2} x");
}

fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if argument == "serve" {
        return loopback::serve();
    }
    println!("{:<58} {:>12}   {:>7}", "", "one call", "ratio");
    pure::run();
    loopback::run();
}
