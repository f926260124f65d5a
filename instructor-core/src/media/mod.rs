//! Pictures, sound and documents, as parts of a message.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

mod sniff;
mod data_url;

/// The largest file that is read: no service takes more in a request.
const FILE_LIMIT: u64 = 64 * 1024 * 1024;

/// What a piece of media is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// A picture.
    Image,
    /// Sound.
    Audio,
    /// A document, such as a PDF.
    Document,
}

impl MediaKind {
    /// One of it: `image`, `audio`, `document`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Document => "document",
        }
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Image => "images",
            Self::Audio => "audio",
            Self::Document => "documents",
        })
    }
}

/// Where a piece of media is.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// At this address.
    Url(String),
    /// Here.
    Bytes(Bytes),
}

/// A picture, sound or a document that the model is shown.
///
/// A text is never taken for a path or an address: a file is read only by
/// [`from_path`](Self::from_path), and an address is one only in [`image_url`](Self::image_url),
/// [`audio_url`](Self::audio_url) and [`document_url`](Self::document_url).
///
/// ```
/// use instructor_core::Media;
/// use instructor_core::media::MediaKind;
///
/// // The bytes say what they are.
/// let invoice = Media::from_bytes("%PDF-1.7 …")?.named("invoice.pdf");
/// assert_eq!((invoice.kind, invoice.mime.as_str()), (MediaKind::Document, "application/pdf"));
///
/// // What is not known by its bytes is said.
/// let drawing = Media::new(MediaKind::Image, "image/svg+xml", "<svg/>");
/// let notes = Media::text_document("notes.txt", "Ada Lovelace, born 1815.");
///
/// // An address is passed on where the service takes it, and else fetched by the client.
/// let photo = Media::image_url("https://example.com/photo.png");
/// assert_eq!(photo.mime, "image/png");
/// # let _ = (drawing, notes);
/// # Ok::<(), instructor_core::media::MediaError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where it is.
    pub source: Source,
    /// Its media type, such as `image/png`; empty if it is not known.
    pub mime: String,
    /// The file's name, if it has one.
    pub name: Option<String>,
}

impl Media {
    /// Media of this kind and type.
    pub fn new(kind: MediaKind, mime: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { kind, source: Source::Bytes(bytes.into()), mime: mime.into(), name: None }
    }

    /// Media whose kind and type are read from its first bytes: PNG, JPEG, GIF, WebP, HEIC, WAV,
    /// MP3, Ogg, FLAC, M4A, AAC, `WebM` or PDF.
    ///
    /// # Errors
    /// If the bytes are none of these; [`new`](Self::new) takes any.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Result<Self, MediaError> {
        let bytes = bytes.into();
        let known = sniff::by_content(&bytes).ok_or_else(|| MediaError::of(&bytes, None))?;
        Ok(Self::new(known.kind, known.mime, bytes))
    }

    /// The file at this path, which is read at once. It is known by its first bytes, as in
    /// [`from_bytes`](Self::from_bytes), or is a text in UTF-8 that ends in `.txt`, `.md`, `.csv` or
    /// `.html`. Its name is told to services that take one.
    ///
    /// # Errors
    /// If the file cannot be read, is larger than 64 MiB, or is of no known type.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, MediaError> {
        let path = path.as_ref();
        let bytes = read(path)?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let named = name.as_deref().and_then(|name| sniff::by_name(name, MediaKind::Document));
        let text = || named.filter(|known| known.is_text() && std::str::from_utf8(&bytes).is_ok());
        let known = sniff::by_content(&bytes)
            .or_else(text)
            .ok_or_else(|| MediaError::of(&bytes, Some(path)))?;
        Ok(Self { name, ..Self::new(known.kind, known.mime, bytes) })
    }

    /// A text as a document of its own, with a name. What belongs to the question is better put into
    /// the question: many services take no documents.
    pub fn text_document(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(MediaKind::Document, "text/plain", text.into()).named(name)
    }

    /// A picture at this address. A `data:` URL is taken for the bytes in it.
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::at(MediaKind::Image, url.into())
    }

    /// Sound at this address. A `data:` URL is taken for the bytes in it.
    pub fn audio_url(url: impl Into<String>) -> Self {
        Self::at(MediaKind::Audio, url.into())
    }

    /// A document at this address. A `data:` URL is taken for the bytes in it.
    pub fn document_url(url: impl Into<String>) -> Self {
        Self::at(MediaKind::Document, url.into())
    }

    /// The same with a name, such as `invoice.pdf`.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The same with a media type, where an address does not tell it: `image/png`.
    #[must_use]
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime = mime.into();
        self
    }

    /// The bytes in base64; `None` if they are at an address.
    pub fn base64(&self) -> Option<String> {
        match &self.source {
            Source::Bytes(bytes) => Some(STANDARD.encode(bytes)),
            Source::Url(_) => None,
        }
    }

    /// The address: where it is, or a `data:` URL that holds the bytes.
    pub fn url(&self) -> String {
        match &self.source {
            Source::Url(url) => url.clone(),
            Source::Bytes(bytes) => format!("data:{};base64,{}", self.mime, STANDARD.encode(bytes)),
        }
    }

    /// Whether it is a `data:` URL that cannot be read; the others have become bytes.
    pub(crate) fn is_broken(&self) -> bool {
        matches!(&self.source, Source::Url(url) if data_url::is_one(url))
    }

    /// Takes what was fetched from its address and served as this type.
    ///
    /// # Errors
    /// With the type that it is instead.
    pub(crate) fn arrived(&mut self, bytes: Bytes, served: &str) -> Result<(), String> {
        self.mime = match sniff::by_content(&bytes) {
            Some(known) if known.kind == self.kind => known.mime.to_owned(),
            Some(known) => return Err(known.mime.to_owned()),
            None if self.kind == MediaKind::Document && self.trusts(served, &bytes) => {
                served.into()
            }
            None => return Err(served.to_owned()),
        };
        self.source = Source::Bytes(bytes);
        Ok(())
    }

    /// Whether a document that is not known by its bytes may be what it is served as: what was asked
    /// for, or text. A web page that nobody asked for is most often an error or a login.
    fn trusts(&self, served: &str, bytes: &[u8]) -> bool {
        let is_text = served.starts_with("text/");
        let wanted = !served.is_empty() && served.eq_ignore_ascii_case(&self.mime);
        let usual = is_text && served != "text/html";
        (wanted || usual) && (!is_text || std::str::from_utf8(bytes).is_ok())
    }

    fn at(kind: MediaKind, url: String) -> Self {
        if let Some((mime, bytes)) = data_url::read(&url) {
            let known = sniff::by_content(&bytes).filter(|known| known.kind == kind);
            let mime = known.map_or(mime, |known| known.mime.to_owned());
            return Self::new(kind, mime, bytes);
        }
        let known = sniff::by_url(&url, kind);
        let mime = known.map_or_else(String::new, |known| known.mime.to_owned());
        Self { kind, source: Source::Url(url), mime, name: None }
    }
}

/// A whole file, unless it is too large.
fn read(path: &Path) -> Result<Vec<u8>, MediaError> {
    let failed = |source| MediaError::File { path: path.to_owned(), source };
    // Opening a pipe would wait for its writer.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("it is not a file")));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(FILE_LIMIT + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(MediaError::TooLarge { path: path.to_owned(), limit: FILE_LIMIT });
    }
    Ok(bytes)
}

/// The kind, the type and the size, never the content or the address.
impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = if let Source::Bytes(bytes) = &self.source { Some(bytes.len()) } else { None };
        f.debug_struct("Media")
            .field("kind", &self.kind)
            .field("mime", &self.mime)
            .field("bytes", &bytes)
            .finish_non_exhaustive()
    }
}

/// The form and the size, never the content or the address.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(_) => f.write_str("Url(…)"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

/// Bytes or a file cannot be taken as media.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The first bytes are those of no known type.
    #[error(
        "{} is of no known type: known are {}, and files of text in UTF-8; `Media::new` takes any",
        Place(path.as_deref()),
        sniff::Known
    )]
    Unknown {
        /// The file, if it is one.
        path: Option<PathBuf>,
    },
    /// There are no bytes.
    #[error("{} is empty", Place(path.as_deref()))]
    Empty {
        /// The file, if it is one.
        path: Option<PathBuf>,
    },
    /// The file is larger than any service takes.
    #[error("`{}` is larger than {} MiB", path.display(), limit >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The largest size, in bytes.
        limit: u64,
    },
    /// The file cannot be read.
    #[error("`{}` cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl MediaError {
    /// Why these bytes are not known.
    fn of(bytes: &[u8], path: Option<&Path>) -> Self {
        let path = path.map(Path::to_owned);
        if bytes.is_empty() { Self::Empty { path } } else { Self::Unknown { path } }
    }
}

/// The file, or that there is none.
struct Place<'a>(Option<&'a Path>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(path) => write!(f, "`{}`", path.display()),
            None => f.write_str("the attachment"),
        }
    }
}
