//! Files over the network: streamed from the disk and to it, in constant memory.

use std::io;
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::reqwest::{Body, Request, Response};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use http::HeaderValue;
use http::header::CONTENT_LENGTH;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter, Take};

use super::{Reqwest, chunk, classify, head, received};
use crate::transport::transfer::{Files, Partial, blocking};
use crate::transport::{HttpRequest, HttpResponse, TransportError};

/// How much is read and written at a time.
const CHUNK: usize = 256 * 1024;

/// Sends the request with its files.
pub(super) async fn transfer(
    network: &Reqwest,
    mut request: HttpRequest,
    files: Files<'_>,
) -> Result<HttpResponse, TransportError> {
    // A large file may take hours; what must not is that nothing moves.
    let idle = request.timeout.take();
    let before = request.body.clone();
    let mut outgoing = network.outgoing(request)?;
    let progress = Arc::new(Progress::default());
    if let Some(path) = files.upload {
        let opened = File::open(path).await.map_err(TransportError::File)?;
        let size = opened.metadata().await.map_err(TransportError::File)?.len();
        let ends = before.len() as u64 + files.after.len() as u64;
        outgoing.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(size + ends));
        let file = parts(opened.take(size), Arc::clone(&progress));
        let body = end(before).chain(file).chain(end(files.after));
        *outgoing.body_mut() = Some(Body::wrap_stream(body));
    }
    let response = execute(network, outgoing, idle, &progress).await?;
    match files.download.filter(|_| response.status().is_success()) {
        Some(path) => save(response, path, idle).await,
        None => received(response, idle).await,
    }
}

/// How far an upload is.
#[derive(Default)]
struct Progress {
    chunks: AtomicU64,
    /// Why the file cannot be read.
    broken: Mutex<Option<io::Error>>,
}

impl Progress {
    fn chunks(&self) -> u64 {
        self.chunks.load(Ordering::Relaxed)
    }

    fn broken(&self) -> Option<io::Error> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What stands before or behind the file; an empty chunk would end some bodies.
fn end(part: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::iter((!part.is_empty()).then_some(Ok(part)))
}

/// The file in parts, as long as it was when it was opened.
fn parts(
    file: Take<File>,
    progress: Arc<Progress>,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::try_unfold((file, progress), |(mut file, progress)| async move {
        let mut part = BytesMut::with_capacity(CHUNK);
        let problem = match file.read_buf(&mut part).await {
            Ok(0) if file.limit() == 0 => return Ok(None),
            Ok(0) => io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter"),
            Ok(_) => {
                progress.chunks.fetch_add(1, Ordering::Relaxed);
                return Ok(Some((part.freeze(), (file, progress))));
            }
            Err(problem) => problem,
        };
        let broken = io::Error::from(problem.kind());
        *progress.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
        Err(broken)
    })
}

/// Sends, and gives up when neither a part of the file went up nor an answer came for that long (or
/// up to twice as long: it looks now and then).
async fn execute(
    network: &Reqwest,
    outgoing: Request,
    idle: Option<Duration>,
    progress: &Progress,
) -> Result<Response, TransportError> {
    let mut response = pin!(network.client.execute(outgoing));
    let response = loop {
        let Some(idle) = idle else { break response.await };
        let before = progress.chunks();
        match tokio::time::timeout(idle, &mut response).await {
            Ok(response) => break response,
            Err(_) if progress.chunks() == before => return Err(TransportError::Timeout),
            Err(_) => {}
        }
    };
    response
        .map_err(|error| progress.broken().map_or_else(|| classify(error), TransportError::File))
}

/// Writes the body into the file, which is there only if all of it came.
async fn save(
    mut response: Response,
    path: &Path,
    idle: Option<Duration>,
) -> Result<HttpResponse, TransportError> {
    let promised = response.content_length();
    let path = path.to_owned();
    let (partial, file) =
        blocking(move || Partial::create(&path)).await.map_err(TransportError::File)?;
    let mut file = BufWriter::with_capacity(CHUNK, File::from_std(file));
    let mut size = 0;
    while let Some(part) = chunk(&mut response, idle).await? {
        size += part.len() as u64;
        file.write_all(&part).await.map_err(TransportError::File)?;
    }
    if promised.is_some_and(|promised| promised != size) {
        let cut = io::Error::from(io::ErrorKind::UnexpectedEof);
        return Err(TransportError::Interrupted(cut.into()));
    }
    file.flush().await.map_err(TransportError::File)?;
    let file = file.into_inner().into_std().await;
    blocking(move || partial.complete(file)).await.map_err(TransportError::File)?;
    Ok(head(&mut response))
}
