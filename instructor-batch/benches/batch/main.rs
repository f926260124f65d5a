//! What batch files cost to read and to write, as ratios against the same work by hand in one run.
//!
//! `cargo bench -p instructor-batch --bench batch`; `LINES=100000` for a shorter one. Each side works on a piece of the
//! file in turn, A B A B …, so that a noisy machine disturbs both alike; the medians of the ratios
//! are printed.

mod by_hand;
mod generate;
mod read;
mod write;

use std::path::PathBuf;

use instructor_core::Extract;
use serde::{Deserialize, Serialize};

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
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

/// Where somebody is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
pub(crate) struct Address {
    /// Street and number.
    #[extract(length(min = 1, max = 200))]
    pub(crate) street: String,
    /// City.
    #[extract(length(min = 1, max = 100))]
    pub(crate) city: String,
    /// Two letters.
    #[extract(length(min = 2, max = 2))]
    pub(crate) country: String,
}

/// How an invoice is to be paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Payment {
    Transfer,
    Card,
    Cash,
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Extract)]
pub(crate) struct Invoice {
    /// The invoice's number, as printed.
    #[extract(length(min = 1, max = 40), prefix = "INV-")]
    pub(crate) number: String,
    /// Who sent it.
    #[extract(length(min = 1))]
    pub(crate) seller: String,
    /// Where the seller is.
    pub(crate) address: Address,
    /// Where questions go.
    #[extract(email)]
    pub(crate) contact: Option<String>,
    /// The lines.
    #[extract(items(min = 1, max = 100))]
    pub(crate) lines: Vec<Line>,
    /// How it is to be paid.
    pub(crate) payment: Payment,
    /// The sum, in euros.
    #[extract(range(min = 0.0, max = 1_000_000.0))]
    pub(crate) total: f64,
}

/// How many lines the files have.
fn lines() -> usize {
    std::env::var("LINES").ok().and_then(|lines| lines.parse().ok()).unwrap_or(1_000_000)
}

/// Files of this run, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("batch-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The value in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[expect(clippy::cast_precision_loss, reason = "a count")]
pub(crate) fn count(value: usize) -> f64 {
    value as f64
}

fn main() {
    let arguments: Vec<String> = std::env::args().filter(|word| word != "--bench").collect();
    // For the comparison with other programs.
    if let [_, command, path] = arguments.as_slice() {
        match command.as_str() {
            "generate" => return generate::file(path.as_ref(), lines()),
            "parse" => return read::alone(path.as_ref()),
            _ => {}
        }
    }
    let wanted = |name: &str| arguments.get(1).is_none_or(|only| only == name);
    let folder = Folder::new();
    if wanted("read") {
        let path = folder.0.join("output.jsonl");
        generate::file(&path, lines());
        read::run(&path, lines());
        std::fs::remove_file(&path).expect("the file");
    }
    if wanted("write") {
        write::run(&folder.0, lines());
    }
}
