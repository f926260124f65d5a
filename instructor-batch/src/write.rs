//! A file of requests, written while rows come.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use futures_util::{Stream, StreamExt};
use instructor_core::{Extract, Form};

use crate::file::{self, FileError};
use crate::lines::{LineError, Lines};
use crate::row::{Ask, Row};
use crate::source::{Source, SourceError};

/// How many bytes are written at a time.
const BUFFER: usize = 256 * 1024;

/// Writes a file of requests, one line for each row, while the rows come. A row without a key has the
/// id `request-{number}`, from 0; ids do not repeat.
///
/// ```
/// use instructor_batch::BatchWriter;
/// use instructor_core::Client;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("requests.jsonl");
/// let form = Client::offline().extract::<u8>("").system("How old is the person?").form()?;
/// let mut batch = BatchWriter::create(&path, &form)?;
/// batch.write("ada", "Ada, 36")?;
/// batch.write_all(["Alan, 41", "Grace, 85"])?;
/// let written = batch.finish()?;
/// assert_eq!(written.lines, 3);
/// # Ok(())
/// # }
/// ```
#[must_use = "without `finish` the end of the file is missing"]
pub struct BatchWriter<T> {
    lines: Lines<T>,
    out: Box<dyn Output>,
    buffer: Vec<u8>,
    id: String,
    ids: Ids,
    /// How many rows there were, those that failed included.
    rows: u64,
    written: Written,
    path: Option<PathBuf>,
}

/// How much was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// How many lines.
    pub lines: u64,
    /// How many bytes, before they are compressed.
    pub bytes: u64,
}

/// A file of requests cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The form cannot be asked in a batch; nothing was written.
    #[error(transparent)]
    Form(LineError),
    /// The row cannot be written; nothing of it was.
    #[error("row {row}: {problem}")]
    Row {
        /// The number of the row, from 0.
        row: u64,
        /// Why.
        problem: LineError,
    },
    /// The row has the id of an earlier one; nothing of it was written.
    #[error("row {row}: an earlier row has the same id; make the keys unique, or leave them out")]
    Duplicate {
        /// The number of the row, from 0.
        row: u64,
    },
    /// The rows end with an error.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is written to says no.
    #[error("the lines cannot be written: {0}")]
    Output(#[source] io::Error),
}

impl<T: Extract + Send + Sync> BatchWriter<T> {
    /// Creates a file, or empties the one that is there. It is compressed if its name ends with `.gz`
    /// or `.zst`; services take only files that are not.
    ///
    /// # Errors
    /// If the form cannot be asked in a batch, or the file cannot be created.
    pub fn create(path: impl AsRef<Path>, form: &Form<T>) -> Result<Self, WriteError> {
        let path = path.as_ref();
        let lines = Lines::new(form).map_err(WriteError::Form)?;
        let mut writer = Self::with_lines(lines, Box::new(file::create(path)?));
        writer.path = Some(path.to_owned());
        Ok(writer)
    }

    /// Writes somewhere else; [`Lines`] writes into memory.
    ///
    /// # Errors
    /// If the form cannot be asked in a batch.
    pub fn new(out: impl Write + Send + 'static, form: &Form<T>) -> Result<Self, WriteError> {
        let lines = Lines::new(form).map_err(WriteError::Form)?;
        Ok(Self::with_lines(lines, Box::new(Plain(out))))
    }

    fn with_lines(lines: Lines<T>, out: Box<dyn Output>) -> Self {
        Self {
            lines,
            out,
            buffer: Vec::with_capacity(BUFFER + BUFFER / 4),
            id: String::new(),
            ids: Ids::default(),
            rows: 0,
            written: Written::default(),
            path: None,
        }
    }

    /// Writes the line of a text.
    ///
    /// # Errors
    /// If the id was written before or does not match `^[a-zA-Z0-9_-]{1,64}$`, the service has no
    /// words for the request, or the file cannot be written.
    pub fn write(&mut self, custom_id: &str, text: &str) -> Result<(), WriteError> {
        self.push(Some(custom_id), |lines, id, out| lines.push_text(id, text, out))
    }

    /// Writes the line of a row.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_row(&mut self, row: &Row) -> Result<(), WriteError> {
        let key = row.key.as_deref();
        match &row.ask {
            Ask::Text(text) => self.push(key, |lines, id, out| lines.push_text(id, text, out)),
            ask @ Ask::Messages(_) => self.push(key, |lines, id, out| lines.push(id, ask, out)),
        }
    }

    /// Writes the lines of rows: texts, pairs of an id and a text, messages, or rows.
    ///
    /// # Errors
    /// As [`write`](Self::write), at the first row for which it fails.
    pub fn write_all(
        &mut self,
        rows: impl IntoIterator<Item: Into<Row>>,
    ) -> Result<(), WriteError> {
        rows.into_iter().try_for_each(|row| self.write_row(&row.into()))
    }

    /// Writes the lines of the rows of a source.
    ///
    /// # Errors
    /// As [`write`](Self::write), and if the source has an error, at the first of them.
    pub fn write_source(&mut self, rows: impl Into<Source>) -> Result<(), WriteError> {
        rows.into().try_for_each(|row| self.write_row(&row?))
    }

    /// Writes the lines of rows as they arrive.
    ///
    /// # Errors
    /// As [`write`](Self::write), at the first row for which it fails.
    pub async fn write_stream(
        &mut self,
        rows: impl Stream<Item: Into<Row>>,
    ) -> Result<(), WriteError> {
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = rows.next().await {
            self.write_row(&row.into())?;
        }
        Ok(())
    }

    /// How much was written so far.
    pub fn written(&self) -> Written {
        self.written
    }

    /// Writes what is left, and the end of the file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(self) -> Result<Written, WriteError> {
        let Self { mut out, buffer, path, written, .. } = self;
        let ended = out.write_all(&buffer).and_then(|()| out.end());
        ended.map_err(|error| failed(path.as_deref(), error))?;
        Ok(written)
    }

    fn push(
        &mut self,
        key: Option<&str>,
        line: impl FnOnce(&Lines<T>, &str, &mut Vec<u8>) -> Result<(), LineError>,
    ) -> Result<(), WriteError> {
        let row = self.rows;
        self.rows += 1;
        let id = if let Some(key) = key {
            key
        } else {
            use fmt::Write as _;
            self.id.clear();
            // Writing to a string cannot fail.
            let _ = write!(self.id, "request-{row}");
            &self.id
        };
        let start = self.buffer.len();
        line(&self.lines, id, &mut self.buffer)
            .map_err(|problem| WriteError::Row { row, problem })?;
        if !self.ids.take(id) {
            self.buffer.truncate(start);
            return Err(WriteError::Duplicate { row });
        }
        self.written.lines += 1;
        self.written.bytes += (self.buffer.len() - start) as u64;
        if self.buffer.len() >= BUFFER {
            self.out
                .write_all(&self.buffer)
                .map_err(|error| failed(self.path.as_deref(), error))?;
            self.buffer.clear();
        }
        Ok(())
    }
}

fn failed(path: Option<&Path>, error: io::Error) -> WriteError {
    match path {
        Some(path) => FileError::io(path, error).into(),
        None => WriteError::Output(error),
    }
}

/// What lines are written to.
trait Output: Write + Send {
    /// Writes the end.
    fn end(self: Box<Self>) -> io::Result<()>;
}

impl Output for file::Writer {
    fn end(self: Box<Self>) -> io::Result<()> {
        self.finish().map(drop)
    }
}

struct Plain<W>(W);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write + Send> Output for Plain<W> {
    fn end(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

/// The ids so far. Those that count up need no place; of the others a hash is kept, so long that two
/// never meet.
#[derive(Default)]
struct Ids {
    /// `request-0` up to this one without it are taken.
    counted: u64,
    others: HashSet<u128>,
    hashers: [RandomState; 2],
}

impl Ids {
    /// Takes an id, if it is free.
    fn take(&mut self, id: &str) -> bool {
        let number = id.strip_prefix("request-").and_then(canonical);
        match number {
            Some(number) if number < self.counted => return false,
            Some(number) if number == self.counted => {
                self.counted += 1;
                return self.others.is_empty() || !self.others.contains(&self.hash(id));
            }
            _ => {}
        }
        let hash = self.hash(id);
        self.others.insert(hash)
    }

    fn hash(&self, id: &str) -> u128 {
        let [high, low] = self.hashers.each_ref().map(|hasher| u128::from(hasher.hash_one(id)));
        high << 64 | low
    }
}

/// The number, if this is how it is written.
fn canonical(digits: &str) -> Option<u64> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let zero = digits.len() > 1 && digits.starts_with('0');
    digits.parse().ok().filter(|_| plain && !zero)
}

/// How it is asked, not what.
impl<T> fmt::Debug for BatchWriter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchWriter")
            .field("lines", &self.lines)
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn no_id_is_taken_twice() {
        let mut ids = Ids::default();
        for (id, free) in [
            ("request-0", true),
            ("request-0", false),
            ("request-2", true),
            ("a", true),
            ("request-1", true),
            ("request-2", false),
            ("request-3", true),
            ("request-1", false),
            ("a", false),
            ("request-03", true),
            ("request-+4", true),
            ("request-4", true),
            ("request-", true),
            ("request-18446744073709551616", true),
        ] {
            assert_eq!(ids.take(id), free, "{id}");
        }
    }
}
