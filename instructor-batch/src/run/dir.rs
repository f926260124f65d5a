//! The directory of a run: where what is, and who works on it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::RunError;

/// What the name of a folder holds in which a run is being created.
pub(crate) const DRAFT: &str = ".creating-";

/// The directory of a run (`docs/run-format.md`).
#[derive(Debug, Clone)]
pub(crate) struct Dir(PathBuf);

const LOCK: &str = "lock";

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

    pub(crate) fn shards(&self) -> PathBuf {
        self.0.join("shards")
    }

    pub(crate) fn results(&self) -> PathBuf {
        self.0.join("results")
    }

    /// The requests of a shard.
    pub(crate) fn shard(&self, number: u64) -> PathBuf {
        self.shards().join(format!("{number:05}.jsonl"))
    }

    /// A file of results, by its name.
    pub(crate) fn result(&self, name: &str) -> PathBuf {
        self.results().join(name)
    }

    /// Makes the folders.
    pub(crate) fn make(&self) -> Result<(), RunError> {
        for path in [self.shards(), self.results()] {
            fs::create_dir_all(&path).map_err(RunError::file(&path))?;
        }
        Ok(())
    }

    /// Keeps everybody else away. The system lets go of it when the process ends, however it ends.
    pub(crate) fn lock(&self) -> Result<Lock, RunError> {
        let path = self.0.join(LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(RunError::file(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => Err(RunError::Locked { dir: self.0.clone() }),
            Err(TryLockError::Error(error)) => Err(RunError::file(&path)(error)),
        }
    }

    /// Whether nothing is there but what a creation leaves that came to no end.
    pub(crate) fn is_free(&self) -> Result<bool, RunError> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(RunError::file(&self.0)(error)),
        };
        for entry in entries {
            let name = entry.map_err(RunError::file(&self.0))?.file_name();
            if name != LOCK && !name.to_string_lossy().starts_with(DRAFT) {
                return Ok(false);
            }
        }
        Ok(true)
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
