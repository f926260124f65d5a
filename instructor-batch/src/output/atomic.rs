//! A file that appears when it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is written under another name beside its own, and renamed at the end. Without
/// [`finish`](Self::finish) nothing remains of it.
pub(super) struct Atomic {
    to: PathBuf,
    partial: PathBuf,
    writer: Option<Box<dyn Write + Send>>,
}

impl Atomic {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        // The name's end stays, because it says how the file is compressed.
        let mut partial = std::ffi::OsString::from(format!(".partial-{}-", std::process::id()));
        partial.push(name);
        let partial = path.with_file_name(partial);
        let writer: Box<dyn Write + Send> = Box::new(BufWriter::new(File::create(&partial)?));
        Ok(Self { to: path.to_owned(), partial, writer: Some(writer) })
    }

    /// Writes out what is left and gives the file its name.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let Some(mut writer) = self.writer.take() {
            writer.flush()?;
        }
        File::open(&self.partial)?.sync_all()?;
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
