//! A file that appears when it is complete.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::OutputError;
use crate::file::{self, FileError};

/// A file that is written under another name beside its own, and renamed at the end; compressed if
/// its name says so. Without [`finish`](Self::finish) nothing remains of it.
pub(crate) struct Atomic {
    to: PathBuf,
    partial: PathBuf,
    writer: Option<file::Writer>,
}

impl Atomic {
    pub(crate) fn create(path: &Path) -> Result<Self, OutputError> {
        // The name's end stays, because it says how the file is compressed.
        let mut name = OsString::from(format!(".partial-{}-", std::process::id()));
        name.push(path.file_name().unwrap_or_default());
        let partial = path.with_file_name(name);
        let writer = file::create(&partial).map_err(|error| match error {
            FileError::Io { source, .. } => OutputError::File { path: path.to_owned(), source },
            FileError::NoCompression { .. } => OutputError::NoCompression(path.to_owned()),
        })?;
        Ok(Self { to: path.to_owned(), partial, writer: Some(writer) })
    }

    /// Writes out what is left and gives the file its name.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if let Some(writer) = self.writer.take() {
            writer.finish()?.sync_all()?;
        }
        fs::rename(&self.partial, &self.to)
    }
}

impl Write for Atomic {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Some(writer) => writer.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Atomic {
    fn drop(&mut self) {
        // After a rename there is nothing to remove.
        let _ = fs::remove_file(&self.partial);
    }
}
