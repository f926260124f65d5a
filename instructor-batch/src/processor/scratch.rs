//! A directory for what passes through the disk; it is gone when nobody needs it.

use std::fs::DirBuilder;
use std::path::PathBuf;

use crate::file::FileError;

/// A directory that only this user can read.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    /// A new, empty one.
    pub(super) fn new() -> Result<Self, FileError> {
        let path = std::env::temp_dir().join(format!("instructor-{:032x}", fastrand::u128(..)));
        let mut builder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| FileError::io(&path, error))?;
        Ok(Self(path))
    }

    /// The directory.
    pub(super) fn path(&self) -> &std::path::Path {
        &self.0
    }

    /// A file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nobody can be told, and the system clears the directory above some time.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
