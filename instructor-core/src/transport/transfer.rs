//! Requests and responses that are files.

use std::io;
use std::path::Path;

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
    if let Some(path) = files.upload {
        let file = std::fs::read(path).map_err(file_error)?;
        let mut body = BytesMut::with_capacity(request.body.len() + file.len() + files.after.len());
        for part in [&request.body[..], &file, &files.after] {
            body.extend_from_slice(part);
        }
        request.body = body.freeze();
    }
    let mut response = transport.send(request).await?;
    if let Some(path) = files.download.filter(|_| response.status.is_success()) {
        std::fs::write(path, &response.body).map_err(file_error)?;
        response.body = Bytes::new();
    }
    Ok(response)
}

/// A file that cannot be read or written.
pub(super) fn file_error(error: io::Error) -> TransportError {
    TransportError::File(error)
}
