//! The rows of a run, kept in a file of their own.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::RunError;
use super::dir::Dir;

/// A file of which pieces are read in any order.
#[derive(Debug)]
pub(crate) struct Pieces {
    file: Mutex<File>,
    path: PathBuf,
}

impl Pieces {
    /// The rows of a run.
    pub(crate) fn rows(dir: &Dir) -> Result<Self, RunError> {
        Self::open(dir.rows())
    }

    pub(crate) fn open(path: PathBuf) -> Result<Self, RunError> {
        let file = File::open(&path).map_err(RunError::file(&path))?;
        Ok(Self { file: Mutex::new(file), path })
    }

    /// The piece that begins at `at`.
    pub(crate) fn read(&self, at: u64, bytes: u64) -> Result<Vec<u8>, RunError> {
        let mut piece = vec![0; usize::try_from(bytes).unwrap_or(usize::MAX)];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at)).map_err(RunError::file(&self.path))?;
        file.read_exact(&mut piece).map_err(RunError::file(&self.path))?;
        Ok(piece)
    }

    /// What is wrong with the file.
    pub(crate) fn damaged(&self, what: impl Into<String>) -> RunError {
        RunError::Damaged { path: self.path.clone(), what: what.into() }
    }
}
