//! What was asked about: the rows of a run, read in their order.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::RunError;

/// The rows of a run (`docs/run-format.md`), read in their order.
pub(super) struct Asked {
    path: PathBuf,
    reader: BufReader<File>,
    /// The number of the row that comes next.
    next: u64,
}

impl Asked {
    pub(super) fn open(dir: &Path) -> Result<Self, RunError> {
        let path = dir.join("rows.jsonl");
        let file = File::open(&path).map_err(RunError::file(&path))?;
        Ok(Self { path, reader: BufReader::with_capacity(1 << 17, file), next: 0 })
    }

    /// What a row is about, as text; rows before the last one are not found any more.
    pub(super) fn about(&mut self, row: u64) -> Result<String, RunError> {
        let mut line = Vec::new();
        while self.next <= row {
            line.clear();
            self.read(&mut line).map_err(RunError::file(&self.path))?;
            self.next += 1;
        }
        Ok(text(&line))
    }

    fn read(&mut self, line: &mut Vec<u8>) -> io::Result<usize> {
        self.reader.read_until(b'\n', line)
    }
}

/// The text of a row, or its messages as JSON.
fn text(line: &[u8]) -> String {
    let Ok(mut row) = serde_json::from_slice::<Value>(line) else {
        return String::from_utf8_lossy(line).into_owned();
    };
    match (row["text"].take(), row["messages"].take()) {
        (Value::String(text), _) => text,
        (_, Value::Null) => format!("{row:#}"),
        (_, messages) => format!("{messages:#}"),
    }
}
