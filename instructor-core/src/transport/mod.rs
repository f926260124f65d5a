//! The outside world behind one trait: network and time.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::advice::Advice;

mod address;
mod fetch;
mod transfer;
mod cassette;
mod record;
mod replay;
mod reqwest;

pub use self::fetch::{FetchError, FetchPolicy, Fetched};
pub use self::reqwest::{Network, Reqwest};
pub use cassette::CassetteError;
pub use record::Recorder;
pub use replay::Replay;
pub use transfer::Files;

pub(crate) use transfer::blocking;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends requests and waits. Everything else in this crate is pure.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends one request and reads the whole response, whatever its status.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>>;

    /// Sends one request whose body or response is too large for memory: a file goes up, or the body
    /// of a successful response into a file, and the response is without it. The file is there only
    /// if all of it came; the body of any other response is in the response. A signer sees the body
    /// of the request without the file.
    ///
    /// By default both pass through memory and [`send`](Self::send). A transport that wraps another
    /// one hands this on.
    fn transfer<'a>(
        &'a self,
        request: HttpRequest,
        files: Files<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(transfer::through_memory(self, request, files))
    }

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;

    /// Fetches what is at an address that the caller's data names, and that is trusted as little as
    /// the policy says. A transport that wraps another one hands this on.
    fn fetch<'a>(
        &'a self,
        url: &'a str,
        policy: &'a FetchPolicy,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        let _ = (url, policy);
        Box::pin(std::future::ready(Err(FetchError::Unsupported)))
    }
}

/// Signs requests where a key in a header is not enough: the signature holds the time, and a provider
/// has no clock.
pub trait Sign: fmt::Debug + Send + Sync {
    /// Adds the signature, made at `now`.
    ///
    /// # Errors
    /// If the request cannot be signed.
    fn sign(&self, request: &mut HttpRequest, now: SystemTime) -> Result<(), TransportError>;
}

/// A request as a provider encodes it: `POST` with a JSON body, unless it says otherwise.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// The headers; the ones that hold keys are marked sensitive.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The longest time from sending to the last byte, if it is limited. Where a [`Transport`]
    /// streams [`Files`], which may take hours, it is the longest time in which nothing moves.
    pub timeout: Option<Duration>,
    /// Who signs the request; a transport calls [`sign`](Self::sign) right before it sends.
    pub signer: Option<Arc<dyn Sign>>,
}

impl HttpRequest {
    /// A `POST` request without limit of time.
    pub fn new(url: impl Into<String>, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let (url, body) = (url.into(), body.into());
        Self { method: Method::POST, url, headers, body, timeout: None, signer: None }
    }

    /// A `GET` request without headers and body.
    pub(crate) fn get(url: impl Into<String>) -> Self {
        Self { method: Method::GET, ..Self::new(url, HeaderMap::new(), Bytes::new()) }
    }

    /// Adds the signature that the request asks for, if any.
    ///
    /// # Errors
    /// If it cannot be signed.
    pub fn sign(&mut self, now: SystemTime) -> Result<(), TransportError> {
        self.signer.take().map_or(Ok(()), |signer| signer.sign(self, now))
    }

    /// A request with `content-type: application/json` and no other header.
    pub fn json(url: impl Into<String>, body: impl Into<Bytes>) -> Self {
        let json = (http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let headers = HeaderMap::<HeaderValue>::from_iter([json] as [(HeaderName, HeaderValue); 1]);
        Self::new(url, headers, body)
    }
}

/// Names the place and the size of the body; never the query, which may hold a key, nor a header,
/// nor the body itself.
impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.url.split(['?', '#']).next().unwrap_or_default();
        let place = place.rsplit_once('@').map_or(place, |(_, host)| host);
        f.debug_struct("HttpRequest")
            .field("url", &place)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A whole response, whatever its status.
#[derive(Clone)]
pub struct HttpResponse {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl HttpResponse {
    /// A response with status 200 and no headers.
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body: body.into() }
    }
}

/// Names the status and the size of the body, never the body itself.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// No response came.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection: wrong address, refused, no network, or TLS failed.
    #[error("no connection to {origin}")]
    Unreachable {
        /// Scheme, host and port, such as `http://localhost:11434`.
        origin: String,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The time limit passed.
    #[error("no answer within the time limit")]
    Timeout,
    /// The connection broke before the response was complete.
    #[error("the connection broke before the response was complete")]
    Interrupted(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The request cannot be sent at all, such as one with an invalid URL.
    #[error("the request cannot be sent")]
    Invalid(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file that is sent or received cannot be read or written.
    #[error("the file of the request cannot be read or written")]
    File(#[source] std::io::Error),
    /// The response is larger than any answer could be.
    #[error("the response is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

impl TransportError {
    /// Whether another try may help.
    pub fn advice(&self) -> Advice {
        match self {
            Self::Unreachable { .. } | Self::Timeout | Self::Interrupted(_) => Advice::Backoff,
            Self::Invalid(_) | Self::File(_) | Self::TooLarge { .. } => Advice::Never,
        }
    }
}
