//! Work on the disk that takes long, beside the tasks of tokio.

use std::io;

/// Does the work beside the tasks of tokio; without tokio, right here.
pub(crate) async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> io::Result<R> + Send + 'static,
) -> io::Result<R> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.unwrap_or_else(|e| Err(e.into())),
        Err(_) => work(),
    }
}
