//! The directory of a run: where what is, and who works on it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::RunError;

/// The directory of a run (`docs/run-format.md`).
#[derive(Debug, Clone)]
pub(crate) struct Dir(PathBuf);

/// As long as it lives, nobody else works on the run.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Dir {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.0.join("ledger.sqlite")
    }

    /// What is asked about, one line for each row.
    pub(crate) fn rows(&self) -> PathBuf {
        self.0.join("rows.jsonl")
    }

    /// The requests of a shard.
    pub(crate) fn shard(&self, number: u64) -> PathBuf {
        self.0.join("shards").join(format!("{number:05}.jsonl"))
    }

    /// A file of results, by its name.
    pub(crate) fn result(&self, name: &str) -> PathBuf {
        self.0.join("results").join(name)
    }

    /// Makes the folders.
    pub(crate) fn make(&self) -> Result<(), RunError> {
        for folder in ["shards", "results"] {
            let path = self.0.join(folder);
            fs::create_dir_all(&path).map_err(RunError::file(&path))?;
        }
        Ok(())
    }

    /// Keeps everybody else away. The system lets go of it when the process ends, however it ends.
    pub(crate) fn lock(&self) -> Result<Lock, RunError> {
        let path = self.0.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(RunError::file(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(RunError::Locked { dir: self.0.clone() }),
            Err(TryLockError::Error(error)) => Err(RunError::file(&path)(error)),
        }
    }

    /// Whether nothing is there.
    pub(crate) fn is_free(&self) -> Result<bool, RunError> {
        match fs::read_dir(&self.0) {
            Ok(mut entries) => Ok(entries.next().is_none()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            Err(error) => Err(RunError::file(&self.0)(error)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file lets go of the lock anyway.
        let _ = self.0.unlock();
    }
}

/// Makes a file's name durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent().filter(|_| cfg!(unix)) {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        Some(_) => File::open(".")?.sync_all(),
        None => Ok(()),
    }
}
