//! A transport that writes down what another one does.

use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::cassette::{self, Asked, CassetteError};
use super::{
    BoxFuture, FetchError, FetchPolicy, Fetched, HttpRequest, HttpResponse, Transport,
    TransportError,
};

/// Passes requests on and writes each exchange to a cassette, from which [`Replay`](super::Replay)
/// answers without a network.
///
/// Keys are left out: no header of a request is written, few of a response, and what looks like a
/// key is masked in addresses and bodies. The texts that are asked about and the answers stand in
/// the cassette to the letter, so treat it like the data it was made of.
///
/// What is fetched for a service that takes no addresses is an exchange, too: a `GET` without a body.
/// [`Files`](super::Files) are written whole, so a recording is no place for large ones.
///
/// A request that fails without a response (no connection, no answer in time) is not written: a
/// cassette has answers only. What is sent again after it is.
///
/// ```
/// use std::sync::Arc;
/// use instructor_core::transport::{CassetteError, Recorder, Replay, Transport};
/// use instructor_core::{Client, Offline};
///
/// # fn run(path: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
/// // For a real service: Reqwest::new(&Network::default())?
/// let recorder = Recorder::new(Arc::new(Offline::default()), path)?;
/// let client = Client::builder()
///     .model("openai/gpt-4.1-mini")
///     .api_key("unused")
///     .transport(Arc::new(recorder))
///     .build()?;
/// # Ok(())
/// # }
/// # let path = std::env::temp_dir().join(format!("instructor-{}.jsonl", std::process::id()));
/// # run(&path).unwrap();
/// # std::fs::remove_file(path).unwrap();
/// ```
pub struct Recorder {
    inner: Arc<dyn Transport>,
    path: PathBuf,
    file: Mutex<File>,
}

impl Recorder {
    /// Records what `inner` does. A file that is there is replaced, and a folder that is not there
    /// is made.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub fn new(inner: Arc<dyn Transport>, path: impl Into<PathBuf>) -> Result<Self, CassetteError> {
        let path = path.into();
        match create(&path) {
            Ok(file) => Ok(Self { inner, path, file: Mutex::new(file) }),
            Err(source) => Err(CassetteError::File { path, action: "created", source }),
        }
    }

    /// Writes the line at once and whole, so that a crash loses nothing before it.
    fn write(&self, line: serde_json::Result<String>) -> Result<(), CassetteError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = line.map_err(Into::into).and_then(|line| file.write_all(line.as_bytes()));
        written.and_then(|()| file.flush()).map_err(|source| CassetteError::File {
            path: self.path.clone(),
            action: "written",
            source,
        })
    }
}

fn create(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::create(path)?;
    file.write_all(cassette::header()?.as_bytes())?;
    Ok(file)
}

impl Transport for Recorder {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let asked = Asked::new(&request);
            let response = self.inner.send(request).await?;
            self.write(asked.line(&response)).map_err(|e| TransportError::Invalid(e.into()))?;
            Ok(response)
        })
    }

    fn fetch<'a>(
        &'a self,
        url: &'a str,
        policy: &'a FetchPolicy,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async move {
            let fetched = self.inner.fetch(url, policy).await?;
            let line = Asked::new(&HttpRequest::get(url)).line(&fetched.to_response());
            self.write(line).map_err(|e| FetchError::Cassette(e.to_string()))?;
            Ok(fetched)
        })
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.inner.sleep(duration)
    }
}

/// The file, never what is written to it.
impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("path", &self.path)
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
