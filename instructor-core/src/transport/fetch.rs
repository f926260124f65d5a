//! What is at an address that a question names: how far it is trusted, and why it is not there.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::HttpResponse;
use crate::media::MediaKind;

/// What may be fetched for a service that does not take addresses. An address may come from
/// somebody who is not trusted, and must not lead into the network of the caller; so the defaults
/// are narrow.
///
/// No key, no cookie and no proxy is used, whatever this says: a proxy would look the name up in our
/// place, and nobody would know where it leads. Where there is no way but a proxy, pass the bytes.
///
/// ```
/// use instructor_core::{Client, FetchPolicy};
///
/// let mut policy = FetchPolicy::default();
/// policy.max_bytes = 5 << 20;
/// let client = Client::builder().model("offline").fetch(policy).build()?;
/// # Ok::<(), instructor_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchPolicy {
    /// `http` is fetched, too; by default only `https`.
    pub allow_http: bool,
    /// Addresses that are not public are asked, too: those of this machine, of the networks around
    /// it, and of the metadata service of a cloud.
    pub allow_private: bool,
    /// The largest size; 20 MiB by default.
    pub max_bytes: usize,
    /// The longest time for all of it, redirects included; 30 s by default.
    pub timeout: Duration,
    /// How many redirects are followed; 3 by default. Each is judged like the first address.
    pub max_redirects: u32,
}

impl Default for FetchPolicy {
    fn default() -> Self {
        Self {
            allow_http: false,
            allow_private: false,
            max_bytes: 20 << 20,
            timeout: Duration::from_secs(30),
            max_redirects: 3,
        }
    }
}

/// What was at an address.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetched {
    /// The host that sent it, the last one after redirects.
    pub host: String,
    /// The type it was served as, in lower case and without parameters; empty if none was said.
    pub mime: String,
    /// The bytes.
    pub bytes: Bytes,
}

impl Fetched {
    /// What this host sent as this `Content-Type`.
    pub fn new(host: impl Into<String>, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        let mime = content_type.split(';').next().unwrap_or_default().trim();
        let is_one = |c: char| c.is_ascii_alphanumeric() || "/.+-_".contains(c);
        let mime = if mime.len() <= 100 && mime.chars().all(is_one) { mime } else { "" };
        Self { host: host.into(), mime: mime.to_ascii_lowercase(), bytes: bytes.into() }
    }

    /// As a response, for a cassette.
    pub(super) fn to_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.bytes.clone());
        if let Ok(mime) = HeaderValue::try_from(&self.mime) {
            response.headers.insert(CONTENT_TYPE, mime);
        }
        response
    }

    /// What this response of a cassette held.
    pub(super) fn from_response(url: &str, response: &HttpResponse) -> Self {
        let uri = url.parse::<http::Uri>().ok();
        let host = uri.as_ref().and_then(http::Uri::host).unwrap_or_default();
        let mime = response.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self::new(host, mime.unwrap_or_default(), response.body.clone())
    }
}

/// The type and the size, never the content.
impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched")
            .field("mime", &self.mime)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Nothing was fetched. Names the host only, because the rest of an address may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The transport does not fetch.
    #[error("this transport does not fetch")]
    Unsupported,
    /// It cannot be written to a cassette, or is not in it.
    #[error("{0}")]
    Cassette(String),
    /// The address is none that can be fetched.
    #[error("the address {0}")]
    Invalid(&'static str),
    /// The address is not one of `https`.
    #[error("`{scheme}` is not fetched, only `https`{}", way_out(scheme))]
    Scheme {
        /// What the address begins with.
        scheme: String,
    },
    /// The host is or has an address that is not public.
    #[error("`{host}` has no public address (`FetchPolicy::allow_private` allows others)")]
    NotPublic {
        /// The host.
        host: String,
    },
    /// Too many redirects.
    #[error("`{host}` redirects once more after {limit} redirects")]
    Redirects {
        /// The host that redirects once more.
        host: String,
        /// How many are followed.
        limit: u32,
    },
    /// The status is another one than 200.
    #[error("`{host}` answers with status {status}")]
    Status {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// It is larger than the policy allows.
    #[error("`{host}` sends more than {limit} bytes (`FetchPolicy::max_bytes`)")]
    TooLarge {
        /// The host.
        host: String,
        /// The largest size.
        limit: usize,
    },
    /// It was not there in time.
    #[error("it was not there within {limit:?} (`FetchPolicy::timeout`)")]
    Timeout {
        /// The longest time.
        limit: Duration,
    },
    /// No connection came about.
    #[error("no connection to `{host}`: {cause}")]
    Unreachable {
        /// The host.
        host: String,
        /// The cause.
        cause: String,
    },
    /// The connection broke.
    #[error("the connection to `{host}` broke")]
    Interrupted {
        /// The host.
        host: String,
    },
    /// It is something else.
    #[error("`{host}` sends {}, and no {}", Found(found), wanted.name())]
    WrongType {
        /// The host.
        host: String,
        /// What was expected.
        wanted: MediaKind,
        /// The type it is of or served as; empty if that is not known.
        found: String,
    },
}

fn way_out(scheme: &str) -> &'static str {
    if scheme == "http" { " (`FetchPolicy::allow_http` allows it)" } else { "" }
}

/// "`text/html`", or that it is not known.
struct Found<'a>(&'a str);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => f.write_str("something of no known type"),
            mime => write!(f, "`{mime}`"),
        }
    }
}
