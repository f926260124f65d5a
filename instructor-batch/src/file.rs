//! Files that are compressed if their name says so.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// How much is read or written at a time.
const BUFFER: usize = 128 * 1024;

/// A file cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file is compressed, and this program was built without that.
    #[error(
        "{}: build `instructor-batch` with the feature `compression` for files that end with `.gz` or `.zst`, or give the file uncompressed",
        path.display()
    )]
    NoCompression {
        /// The file.
        path: PathBuf,
    },
}

impl FileError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Gzip,
    Zstd,
}

impl Form {
    fn of(path: &Path) -> Self {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        match extension.to_str() {
            Some("gz" | "gzip") => Self::Gzip,
            Some("zst" | "zstd") => Self::Zstd,
            _ => Self::Plain,
        }
    }
}

/// The name of a file without what says that it is compressed.
pub(crate) fn plain_name(path: &Path) -> &Path {
    if Form::of(path) == Form::Plain {
        path
    } else {
        Path::new(path.file_stem().unwrap_or_default())
    }
}

/// Opens a file for reading, uncompressed if its name ends with `.gz` or `.zst`.
///
/// # Errors
/// If it cannot be opened, or is compressed and the feature `compression` is off.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>, FileError> {
    let failed = |source| FileError::io(path, source);
    let file = File::open(path).map_err(failed)?;
    match Form::of(path) {
        Form::Plain => Ok(Box::new(file)),
        #[cfg(feature = "compression")]
        Form::Gzip => {
            let file = BufReader::with_capacity(BUFFER, file);
            Ok(Box::new(flate2::bufread::MultiGzDecoder::new(file)))
        }
        #[cfg(feature = "compression")]
        Form::Zstd => Ok(Box::new(zstd::Decoder::new(file).map_err(failed)?)),
        #[cfg(not(feature = "compression"))]
        Form::Gzip | Form::Zstd => Err(FileError::NoCompression { path: path.to_owned() }),
    }
}

/// The same with a buffer.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_buffered(path: &Path) -> Result<BufReader<Box<dyn Read + Send>>, FileError> {
    Ok(BufReader::with_capacity(BUFFER, open(path)?))
}

/// A file that is written, compressed if its name says so. Without [`finish`](Self::finish) its end
/// is missing.
pub(crate) struct Writer(Kind);

enum Kind {
    Plain(BufWriter<File>),
    #[cfg(feature = "compression")]
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
    #[cfg(feature = "compression")]
    Zstd(zstd::Encoder<'static, BufWriter<File>>),
}

/// Creates a file, or empties one that is there; it is written compressed if its name ends with
/// `.gz` or `.zst`.
///
/// # Errors
/// If it cannot be created, or is to be compressed and the feature `compression` is off.
pub(crate) fn create(path: &Path) -> Result<Writer, FileError> {
    let failed = |source| FileError::io(path, source);
    let form = Form::of(path);
    if cfg!(not(feature = "compression")) && form != Form::Plain {
        return Err(FileError::NoCompression { path: path.to_owned() });
    }
    let file = BufWriter::with_capacity(BUFFER, File::create(path).map_err(failed)?);
    Ok(Writer(match form {
        #[cfg(feature = "compression")]
        Form::Gzip => {
            Kind::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::default()))
        }
        #[cfg(feature = "compression")]
        Form::Zstd => Kind::Zstd(zstd::Encoder::new(file, 0).map_err(failed)?),
        _ => Kind::Plain(file),
    }))
}

impl Writer {
    /// Writes everything to the file, the end of the compression included.
    ///
    /// # Errors
    /// If the system says no.
    pub(crate) fn finish(self) -> io::Result<File> {
        match self.0 {
            Kind::Plain(file) => ended(file),
            #[cfg(feature = "compression")]
            Kind::Gzip(encoder) => ended(encoder.finish()?),
            #[cfg(feature = "compression")]
            Kind::Zstd(encoder) => ended(encoder.finish()?),
        }
    }

    fn inner(&mut self) -> &mut dyn Write {
        match &mut self.0 {
            Kind::Plain(file) => file,
            #[cfg(feature = "compression")]
            Kind::Gzip(encoder) => encoder,
            #[cfg(feature = "compression")]
            Kind::Zstd(encoder) => encoder,
        }
    }
}

fn ended(file: BufWriter<File>) -> io::Result<File> {
    file.into_inner().map_err(io::IntoInnerError::into_error)
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}
