//! The rows of a run, kept in a file of their own.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::RunError;
use super::dir::Dir;

/// A file of which pieces are read in any order, and mostly in theirs.
#[derive(Debug)]
pub(crate) struct Pieces {
    window: Mutex<Window>,
    path: PathBuf,
}

/// The part of a file that was read last.
#[derive(Debug)]
struct Window {
    file: File,
    at: u64,
    bytes: Vec<u8>,
    /// Where the last piece ended.
    end: u64,
}

/// How much is read at once while one piece follows the other.
const AHEAD: u64 = 1 << 16;

impl Pieces {
    /// The rows of a run.
    pub(crate) fn rows(dir: &Dir) -> Result<Self, RunError> {
        Self::open(dir.rows())
    }

    pub(crate) fn open(path: PathBuf) -> Result<Self, RunError> {
        let file = File::open(&path).map_err(RunError::file(&path))?;
        let window = Window { file, at: 0, bytes: Vec::new(), end: 0 };
        Ok(Self { window: Mutex::new(window), path })
    }

    /// The piece that begins at `at`.
    pub(crate) fn read(&self, at: u64, bytes: u64) -> Result<Vec<u8>, RunError> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        window.piece(at, bytes).map(<[u8]>::to_vec).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => {
                self.damaged("it is shorter than it was; put back the file as it was")
            }
            _ => RunError::file(&self.path)(error),
        })
    }

    /// What is wrong with the file.
    pub(crate) fn damaged(&self, what: impl Into<String>) -> RunError {
        RunError::Damaged { path: self.path.clone(), what: what.into() }
    }
}

impl Window {
    fn piece(&mut self, at: u64, bytes: u64) -> io::Result<&[u8]> {
        if let Some(known) = self.range(at, bytes) {
            self.end = at + bytes;
            return Ok(&self.bytes[known]);
        }
        let follows = at >= self.end && at - self.end < AHEAD;
        self.at = at;
        self.bytes.clear();
        self.file.seek(SeekFrom::Start(at))?;
        let wanted = if follows { bytes.max(AHEAD) } else { bytes };
        (&self.file).take(wanted).read_to_end(&mut self.bytes)?;
        let known = self.range(at, bytes).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.end = at + bytes;
        Ok(&self.bytes[known])
    }

    /// Where a piece stands in what was read.
    fn range(&self, at: u64, bytes: u64) -> Option<std::ops::Range<usize>> {
        let start = usize::try_from(at.checked_sub(self.at)?).ok()?;
        let end = start.checked_add(usize::try_from(bytes).ok()?)?;
        (end <= self.bytes.len()).then_some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_what_stands_there_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let bytes: Vec<u8> = (0..300_000).map(|n: u32| n.to_le_bytes()[(n % 3) as usize]).collect();
        std::fs::write(&path, &bytes).unwrap();
        let pieces = Pieces::open(path).unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        let mut at = 0;
        for _ in 0..2000 {
            let size = random.usize(0..700);
            // Mostly one after the other.
            at = if random.u8(..10) == 0 { random.usize(..bytes.len()) } else { at + 1 };
            let expected = bytes.get(at..at + size);
            let found = pieces.read(at as u64, size as u64).ok();
            assert_eq!(found.as_deref(), expected, "{at} {size}");
            at = (at + size) % bytes.len();
        }
        assert!(pieces.read(u64::MAX, u64::MAX).is_err());
    }
}
