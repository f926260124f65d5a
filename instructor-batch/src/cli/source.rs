//! The rows of a file, as the options say what stands where.

use std::ffi::OsStr;
use std::io::{BufRead, Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::args::Columns;
use super::exit::Failure;
use crate::file;
use crate::run::RunError;
use crate::source::Source;

/// The rows of a file.
pub(super) fn source(path: PathBuf, columns: &Columns) -> Result<Source, Failure> {
    if is_text(&path) {
        return lines(&path, columns);
    }
    if path.is_dir() {
        let way = "give a `.jsonl`, `.csv`, `.parquet` or `.txt` file";
        return Err(Failure::configuration(format!("{} is a folder: {way}", path.display())));
    }
    let mut table = Source::file(path).map_err(RunError::from)?;
    if let Some(column) = &columns.key {
        table = table.key(column);
    }
    if let Some(column) = &columns.text {
        table = table.text(column);
    }
    if let Some(template) = &columns.prompt {
        table = table.prompt(template);
    }
    if let Some(column) = &columns.messages {
        table = table.messages(column);
    }
    Ok(table.open().map_err(RunError::from)?)
}

fn is_text(path: &Path) -> bool {
    file::plain_name(path).extension().and_then(OsStr::to_str) == Some("txt")
}

/// A row for each line that is not empty.
fn lines(path: &Path, columns: &Columns) -> Result<Source, Failure> {
    let Columns { key, text, prompt, messages } = columns;
    if [key, text, prompt, messages].into_iter().any(Option::is_some) {
        let message =
            "a `.txt` file has no columns: leave out --key, --text, --prompt and --messages";
        return Err(Failure::usage(message));
    }
    let reader = file::open_buffered(path).map_err(|e| Failure::configuration(e.to_string()))?;
    let path = path.to_owned();
    let named = move |(number, line): (u64, Result<String, Error>)| {
        line.map_err(|error| {
            let invalid = error.kind() == ErrorKind::InvalidData;
            let what = if invalid { "it is not UTF-8".to_owned() } else { error.to_string() };
            format!("{}: line {number}: {what}", path.display())
        })
    };
    let full = |line: &Result<String, String>| line.as_ref().map_or(true, |l| !l.trim().is_empty());
    Ok(Source::fallible((1..).zip(reader.lines()).map(named).filter(full)))
}
