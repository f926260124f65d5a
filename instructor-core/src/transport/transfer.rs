//! Requests and responses that are files.

use std::fs::{self, File};
use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};

use super::{HttpRequest, HttpResponse, Transport, TransportError};

/// The files of a request that is too large for memory.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Files<'a> {
    /// The file that is sent behind the body of the request.
    pub upload: Option<&'a Path>,
    /// What is sent behind the file.
    pub after: Bytes,
    /// Where the body of a successful response goes; what is there is replaced once it is complete.
    /// Until then it grows beside it, under the same name with `.part` at its end.
    pub download: Option<&'a Path>,
}

impl<'a> Files<'a> {
    /// The file is sent between the body of the request and `after`.
    pub fn upload(path: &'a Path, after: impl Into<Bytes>) -> Self {
        Self { upload: Some(path), after: after.into(), download: None }
    }

    /// The body of a successful response goes into the file.
    pub fn download(path: &'a Path) -> Self {
        Self { download: Some(path), ..Self::default() }
    }
}

/// Sends and receives with both files in memory.
pub(super) async fn through_memory<T: Transport + ?Sized>(
    transport: &T,
    mut request: HttpRequest,
    files: Files<'_>,
) -> Result<HttpResponse, TransportError> {
    if let Some(path) = files.upload.map(Path::to_owned) {
        let (before, after) = (mem::take(&mut request.body), files.after);
        let body = blocking(move || joined(&before, &path, &after)).await;
        request.body = body.map_err(TransportError::File)?;
    }
    let mut response = transport.send(request).await?;
    if let Some(path) = files.download.filter(|_| response.status.is_success()) {
        let (path, body) = (path.to_owned(), mem::take(&mut response.body));
        blocking(move || save(&path, &body)).await.map_err(TransportError::File)?;
    }
    Ok(response)
}

fn joined(before: &[u8], path: &Path, after: &[u8]) -> io::Result<Bytes> {
    let file = fs::read(path)?;
    let mut body = BytesMut::with_capacity(before.len() + file.len() + after.len());
    for part in [before, &file, after] {
        body.extend_from_slice(part);
    }
    Ok(body.freeze())
}

fn save(path: &Path, body: &[u8]) -> io::Result<()> {
    let (partial, mut file) = Partial::create(path)?;
    file.write_all(body)?;
    partial.complete(file)
}

/// A file that is not there until it is complete, and of which nothing is left otherwise.
pub(super) struct Partial {
    place: PathBuf,
    temporary: PathBuf,
    complete: bool,
}

impl Partial {
    /// An empty file beside its place. What a killed process left there is written over.
    pub(super) fn create(place: &Path) -> io::Result<(Self, File)> {
        let Some(name) = place.file_name() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"));
        };
        let mut name = name.to_owned();
        name.push(".part");
        let temporary = place.with_file_name(name);
        let file = File::create(&temporary)?;
        Ok((Self { place: place.to_owned(), temporary, complete: false }, file))
    }

    /// Puts the file in its place, where it is even if the power fails a moment later.
    pub(super) fn complete(mut self, file: File) -> io::Result<()> {
        file.sync_all()?;
        drop(file);
        fs::rename(&self.temporary, &self.place)?;
        self.complete = true;
        sync_folder(&self.place)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.complete {
            // Nobody can be told, and the next download writes over it.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// A name is as durable as its folder. Elsewhere, folders cannot be opened.
#[cfg(unix)]
fn sync_folder(place: &Path) -> io::Result<()> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Does what takes long beside the tasks of tokio; without tokio, right here.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.unwrap_or_else(|e| Err(e.into())),
        Err(_) => work(),
    }
}
