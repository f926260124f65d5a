//! The network: the only folder that may use it.

#![expect(clippy::disallowed_types, reason = "this is the one folder that may use the network")]

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ::reqwest::redirect::Policy;
use ::reqwest::{Request, Response, Url};
use bytes::{Bytes, BytesMut};
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use rustls::crypto::{CryptoProvider, ring};

use super::{
    BoxFuture, FetchError, FetchPolicy, Fetched, Files, HttpRequest, HttpResponse, Transport,
    TransportError,
};

mod fetch;
mod transfer;

const USER_AGENT: &str = concat!("instructor-rust/", env!("CARGO_PKG_VERSION"));

/// No answer of a model comes near it; an endless response must not fill the memory.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// What a [`Reqwest`] can be told.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Network {
    /// The longest time to open a connection.
    pub connect_timeout: Duration,
    /// The proxy of the environment is used (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, …).
    pub proxy: bool,
}

impl Default for Network {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(10), proxy: true }
    }
}

/// HTTP over the network: one pool of connections, proxies from the environment, certificates from
/// the system, no redirects (they would carry the key elsewhere). It must run within tokio.
#[derive(Clone)]
pub struct Reqwest {
    client: ::reqwest::Client,
    tls: rustls::ClientConfig,
    /// Why `https` cannot be spoken, such as a container without any root certificate; `http` to a
    /// local model works nevertheless.
    tls_problem: Option<Arc<str>>,
}

impl Reqwest {
    /// A transport with its own pool.
    ///
    /// # Errors
    /// If the TLS library or the resolver of the system cannot be set up.
    pub fn new(network: &Network) -> Result<Self, TransportError> {
        let invalid = |e: ::reqwest::Error| TransportError::Invalid(e.into());
        let (tls, problem) = match tls() {
            Ok(config) => (config, None),
            Err(error) => {
                let config = tls_without_roots().map_err(|e| TransportError::Invalid(e.into()))?;
                (config, Some(error.to_string().into()))
            }
        };
        let builder = ::reqwest::Client::builder();
        let builder = if network.proxy { builder } else { builder.no_proxy() };
        let client = builder
            .tls_backend_preconfigured(tls.clone())
            .connect_timeout(network.connect_timeout)
            .redirect(Policy::none())
            .user_agent(USER_AGENT)
            .build()
            .map_err(invalid)?;
        Ok(Self { client, tls, tls_problem: problem })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let outgoing = self.outgoing(request)?;
        received(self.client.execute(outgoing).await.map_err(classify)?, None).await
    }

    /// The request, signed, if it can be sent at all.
    fn outgoing(&self, mut request: HttpRequest) -> Result<Request, TransportError> {
        request.sign(SystemTime::now())?;
        let url = Url::parse(&request.url).map_err(|e| TransportError::Invalid(e.into()))?;
        if let (Some(problem), "https") = (&self.tls_problem, url.scheme()) {
            let (origin, source) = (origin(&url), problem.to_string().into());
            return Err(TransportError::Unreachable { origin, source });
        }
        let mut outgoing = Request::new(request.method, url);
        *outgoing.headers_mut() = request.headers;
        *outgoing.body_mut() = Some(request.body.into());
        *outgoing.timeout_mut() = request.timeout;
        Ok(outgoing)
    }
}

impl Transport for Reqwest {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(self.exchange(request))
    }

    fn transfer<'a>(
        &'a self,
        request: HttpRequest,
        files: Files<'a>,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(transfer::transfer(self, request, files))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn fetch<'a>(
        &'a self,
        url: &'a str,
        policy: &'a FetchPolicy,
    ) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(fetch::fetch(self.tls.clone(), url, policy))
    }
}

/// The client only; the settings of TLS are long and the same for all.
impl fmt::Debug for Reqwest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reqwest").field("client", &self.client).finish_non_exhaustive()
    }
}

/// The provider that the application installed, or `ring`; none is installed here, because that is
/// the application's to do.
fn crypto() -> Arc<CryptoProvider> {
    CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(ring::default_provider()))
}

fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let crypto = crypto();
    let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(&crypto))?;
    let config = rustls::ClientConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(with_alpn(config))
}

fn tls_without_roots() -> Result<rustls::ClientConfig, rustls::Error> {
    let config = rustls::ClientConfig::builder_with_provider(crypto())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(with_alpn(config))
}

fn with_alpn(mut config: rustls::ClientConfig) -> rustls::ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// RFC 9110, 6.6.1: who receives a response without a date and has a clock adds one. Providers need
/// it to read a `Retry-After` that is a date, and they have no clock.
fn date(headers: &mut HeaderMap) {
    if headers.contains_key(RETRY_AFTER)
        && !headers.contains_key(DATE)
        && let Ok(now) = HeaderValue::try_from(httpdate::fmt_http_date(SystemTime::now()))
    {
        headers.insert(DATE, now);
    }
}

/// The response with its body, in which something must come all the time, if that is limited.
async fn received(
    mut response: Response,
    idle: Option<Duration>,
) -> Result<HttpResponse, TransportError> {
    let head = head(&mut response);
    Ok(HttpResponse { body: body(response, idle).await?, ..head })
}

/// The response without its body.
fn head(response: &mut Response) -> HttpResponse {
    let status = response.status();
    let mut headers = std::mem::take(response.headers_mut());
    date(&mut headers);
    HttpResponse { status, headers, body: Bytes::new() }
}

async fn body(mut response: Response, idle: Option<Duration>) -> Result<Bytes, TransportError> {
    let Some(first) = chunk(&mut response, idle).await? else {
        return Ok(Bytes::new());
    };
    let Some(second) = chunk(&mut response, idle).await? else {
        return Ok(first);
    };
    let mut body = BytesMut::from(first);
    let mut next = Some(second);
    while let Some(part) = next {
        if body.len() + part.len() > BODY_LIMIT {
            return Err(TransportError::TooLarge { limit: BODY_LIMIT });
        }
        body.extend_from_slice(&part);
        next = chunk(&mut response, idle).await?;
    }
    Ok(body.freeze())
}

/// The next part of the body.
async fn chunk(
    response: &mut Response,
    idle: Option<Duration>,
) -> Result<Option<Bytes>, TransportError> {
    let chunk = match idle {
        None => response.chunk().await,
        Some(idle) => tokio::time::timeout(idle, response.chunk())
            .await
            .map_err(|_| TransportError::Timeout)?,
    };
    chunk.map_err(classify)
}

fn classify(error: ::reqwest::Error) -> TransportError {
    let origin = error.url().map(origin).unwrap_or_default();
    // The rest of the URL may hold a key.
    let error = error.without_url();
    if error.is_connect() {
        TransportError::Unreachable { origin, source: boxed(error) }
    } else if error.is_timeout() {
        TransportError::Timeout
    } else if error.is_builder() {
        TransportError::Invalid(boxed(error))
    } else {
        TransportError::Interrupted(boxed(error))
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn boxed(error: ::reqwest::Error) -> Box<dyn StdError + Send + Sync> {
    Box::new(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_can_be_spoken_without_an_installed_crypto_provider() {
        let transport = Reqwest::new(&Network::default()).unwrap();
        assert_eq!(transport.tls_problem, None);
        assert!(CryptoProvider::get_default().is_none(), "none must be installed by us");
    }

    #[tokio::test]
    async fn without_root_certificates_only_https_fails() {
        let transport = Reqwest {
            tls_problem: Some("no certificates".into()),
            ..Reqwest::new(&Network::default()).unwrap()
        };
        let https = HttpRequest::json("https://localhost:1/v1", "{}");
        let Err(TransportError::Unreachable { origin, source }) = transport.send(https).await
        else {
            panic!("https must be refused");
        };
        assert_eq!(origin, "https://localhost:1");
        assert_eq!(source.to_string(), "no certificates");
    }

    #[test]
    fn a_missing_date_is_added_where_it_is_needed() {
        let mut headers = HeaderMap::new();
        date(&mut headers);
        assert!(headers.is_empty());
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        date(&mut headers);
        assert!(headers.contains_key(DATE));
    }

    #[test]
    fn debug_of_a_request_hides_what_may_be_a_key() {
        let request = HttpRequest::json("https://me:hunter2@host/v1?key=hunter2", "hunter2");
        assert!(!format!("{request:?}").contains("hunter2"));
    }
}
