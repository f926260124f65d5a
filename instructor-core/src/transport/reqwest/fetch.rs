//! Fetching what a question names, without being led into a private network.

use std::error::Error as StdError;
use std::fmt;
use std::net::{IpAddr, ToSocketAddrs};

use ::reqwest::dns::{Addrs, Name, Resolve, Resolving};
use ::reqwest::redirect::Policy;
use ::reqwest::{Client, Response, Url};
use bytes::BytesMut;
use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};

use super::USER_AGENT;
use crate::transport::address::is_public;
use crate::transport::{FetchError, FetchPolicy, Fetched};

/// Which addresses may be asked.
type Allowed = fn(IpAddr) -> bool;

/// Fetches what is at the address.
pub(super) async fn fetch(
    tls: rustls::ClientConfig,
    url: &str,
    policy: &FetchPolicy,
) -> Result<Fetched, FetchError> {
    let allowed: Allowed = if policy.allow_private { |_| true } else { is_public };
    fetch_allowed(tls, url, policy, allowed).await
}

async fn fetch_allowed(
    tls: rustls::ClientConfig,
    url: &str,
    policy: &FetchPolicy,
    allowed: Allowed,
) -> Result<Fetched, FetchError> {
    let limit = policy.timeout;
    tokio::time::timeout(limit, follow(tls, url, policy, allowed))
        .await
        .unwrap_or(Err(FetchError::Timeout { limit }))
}

async fn follow(
    tls: rustls::ClientConfig,
    url: &str,
    policy: &FetchPolicy,
    allowed: Allowed,
) -> Result<Fetched, FetchError> {
    // A client of its own, so that no connection is used again that another policy allowed.
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Names { allowed })
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .user_agent(USER_AGENT)
        .build()
        .map_err(|_| FetchError::Unsupported)?;
    let mut url = Url::parse(url).map_err(|_| FetchError::Invalid("is no URL"))?;
    let mut redirects = 0;
    loop {
        let host = judge(&url, policy, allowed)?;
        let response =
            client.get(url.clone()).send().await.map_err(|error| failed(&error, &host))?;
        match redirect(&response, &url)? {
            None => return read(response, host, policy.max_bytes).await,
            Some(_) if redirects >= policy.max_redirects => {
                return Err(FetchError::Redirects { host, limit: policy.max_redirects });
            }
            Some(next) => url = next,
        }
        redirects += 1;
    }
}

/// The host, if it may be asked as far as the address tells: a name is judged when it is looked up.
fn judge(url: &Url, policy: &FetchPolicy, allowed: Allowed) -> Result<String, FetchError> {
    let scheme = url.scheme();
    if !(scheme == "https" || scheme == "http" && policy.allow_http) {
        return Err(FetchError::Scheme { scheme: scheme.to_owned() });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::Invalid("holds a user name or a password"));
    }
    let host = url.host_str().ok_or(FetchError::Invalid("has no host"))?;
    // Whatever way it was written, `Url` has made a plain address of it.
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse();
    match literal {
        Ok(address) if !allowed(address) => Err(FetchError::NotPublic { host: host.to_owned() }),
        _ => Ok(host.to_owned()),
    }
}

/// Where the response sends us.
fn redirect(response: &Response, url: &Url) -> Result<Option<Url>, FetchError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let wrong = FetchError::Invalid("redirects to no URL");
    let place = response.headers().get(LOCATION).and_then(|place| place.to_str().ok());
    url.join(place.ok_or_else(|| wrong.clone())?).map(Some).map_err(|_| wrong)
}

async fn read(mut response: Response, host: String, limit: usize) -> Result<Fetched, FetchError> {
    let status = response.status();
    if status != StatusCode::OK {
        return Err(FetchError::Status { host, status: status.as_u16() });
    }
    let fits = |size: u64| usize::try_from(size).is_ok_and(|size| size <= limit);
    if !response.content_length().is_none_or(fits) {
        return Err(FetchError::TooLarge { host, limit });
    }
    let mut body = BytesMut::new();
    // The length that was promised may be a lie.
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error, &host))? {
        if chunk.len() > limit - body.len() {
            return Err(FetchError::TooLarge { host, limit });
        }
        body.extend_from_slice(&chunk);
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(Fetched::new(host, content_type, body))
}

/// Looks names up, and leaves out the addresses that may not be asked. The connection is made to what
/// this gives, so a name cannot lead elsewhere a moment later.
struct Names {
    allowed: Allowed,
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed;
        Box::pin(async move {
            let look_up = move || (name.as_str(), 0).to_socket_addrs();
            let found = tokio::task::spawn_blocking(look_up).await??;
            let asked: Vec<_> = found.filter(|address| allowed(address.ip())).collect();
            if asked.is_empty() {
                return Err(NotAllowed.into());
            }
            Ok(Box::new(asked.into_iter()) as Addrs)
        })
    }
}

/// A name has no address that may be asked.
#[derive(Debug)]
struct NotAllowed;

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name has no public address")
    }
}

impl StdError for NotAllowed {}

fn failed(error: &::reqwest::Error, host: &str) -> FetchError {
    let host = host.to_owned();
    let mut cause: &(dyn StdError + 'static) = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if cause.is::<NotAllowed>() {
        FetchError::NotPublic { host }
    } else if error.is_connect() {
        FetchError::Unreachable { host, cause: cause.to_string() }
    } else {
        FetchError::Interrupted { host }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// Only this address is public here.
    fn only_127_0_0_1(address: IpAddr) -> bool {
        address == IpAddr::from([127, 0, 0, 1])
    }

    /// A server that sends whoever asks to another address; its port.
    fn redirecting(place: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let head = format!("HTTP/1.1 307 X\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
        });
        port
    }

    async fn fetch(url: &str) -> FetchError {
        let policy = FetchPolicy { allow_http: true, ..FetchPolicy::default() };
        let tls = super::super::tls_without_roots().unwrap();
        fetch_allowed(tls, url, &policy, only_127_0_0_1).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_redirect_is_judged_like_the_first_address() {
        for (place, host) in [
            ("http://127.0.0.2/", "127.0.0.2"),
            ("//127.2/", "127.0.0.2"),
            ("https://[::ffff:127.0.0.1]/", "[::ffff:7f00:1]"),
            ("http://169.254.169.254/latest/meta-data", "169.254.169.254"),
        ] {
            let error = fetch(&format!("http://127.0.0.1:{}/", redirecting(place))).await;
            assert_eq!(error, FetchError::NotPublic { host: host.into() }, "{place}");
        }
        let error = fetch(&format!("http://127.0.0.1:{}/", redirecting("ftp://127.0.0.1/"))).await;
        assert_eq!(error, FetchError::Scheme { scheme: "ftp".into() });
    }

    #[tokio::test]
    async fn a_name_gives_only_the_addresses_that_may_be_asked() {
        let look_up = |allowed| Names { allowed }.resolve("localhost".parse().unwrap());
        let all: Vec<_> = look_up(|_| true).await.unwrap().collect();
        assert!(!all.is_empty() && all.iter().all(|address| address.ip().is_loopback()));
        let some: Vec<_> = look_up(only_127_0_0_1).await.unwrap().collect();
        assert_eq!(some, [([127, 0, 0, 1], 0).into()]);
        let none = look_up(is_public).await;
        assert!(none.is_err_and(|error| error.is::<NotAllowed>()));
    }
}
