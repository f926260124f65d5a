//! The input and output of all batch APIs: a call, its retries, and files that go up and come down.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method};
use instructor_core::provider::Provider;
use instructor_core::transport::{
    Files, HttpRequest, HttpResponse, Sign, Transport, TransportError,
};
use instructor_core::{Client, RetryPolicy};
use serde_json::Value;

use super::JobError;
use super::failure::CallError;
use super::place::origin;

/// How often something is asked for again that should be there soon.
const LATE: u32 = 6;

/// How many redirections of a download are followed.
const REDIRECTS: usize = 4;

/// How a service is called: with the headers of a single request, the key among them.
#[derive(Clone)]
pub(super) struct Calls {
    transport: Arc<dyn Transport>,
    retry: RetryPolicy,
    /// Reads errors, and shows them without the key.
    wire: Arc<dyn Provider>,
    headers: HeaderMap,
    signer: Option<Arc<dyn Sign>>,
    timeout: Option<Duration>,
}

impl Calls {
    /// Calls as the client makes them, and where it sends a single request.
    pub(super) fn of(client: &Client) -> Result<(Self, String), JobError> {
        let form = client.extract::<String>("").form()?;
        let request = form.encode(form.ask("").request())?;
        let calls = Self {
            transport: Arc::clone(client.transport()),
            retry: client.retry().clone(),
            wire: Arc::clone(form.provider()),
            headers: request.headers,
            signer: request.signer,
            timeout: request.timeout,
        };
        Ok((calls, request.url))
    }

    /// Reads what is at an address.
    pub(super) async fn get(&self, url: String) -> Result<Value, CallError> {
        json(&self.again(self.request(Method::GET, url, Bytes::new()), 0).await?)
    }

    /// Reads what is at an address, where a service may not know it yet.
    pub(super) async fn get_late(&self, url: String) -> Result<Value, CallError> {
        json(&self.again(self.request(Method::GET, url, Bytes::new()), LATE).await?)
    }

    /// Asks for something that may be asked for twice, such as to cancel.
    pub(super) async fn post(&self, url: String) -> Result<HttpResponse, CallError> {
        self.again(self.request(Method::POST, url, Bytes::new()), 0).await
    }

    /// Deletes what is at an address.
    pub(super) async fn delete(&self, url: String) -> Result<HttpResponse, CallError> {
        self.again(self.request(Method::DELETE, url, Bytes::new()), 0).await
    }

    /// Creates something: sent once, whatever comes back.
    pub(super) async fn create(&self, url: String, body: &Value) -> Result<Value, CallError> {
        let request = self.request(Method::POST, url, body.to_string());
        json(&self.once(request, None).await?)
    }

    /// Creates something out of a whole file: sent once, whatever comes back.
    pub(super) async fn create_from(&self, url: String, file: &Path) -> Result<Value, CallError> {
        let request = self.request(Method::POST, url, Bytes::new());
        json(&self.once(request, Some((file, Bytes::new()))).await?)
    }

    /// Sends a request without a file, again as the policy says.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        self.again(request, 0).await
    }

    /// Sends a file behind the body of the request, again as the policy says: what is uploaded
    /// twice costs nothing.
    pub(super) async fn upload(
        &self,
        request: HttpRequest,
        file: &Path,
        after: Bytes,
    ) -> Result<HttpResponse, CallError> {
        let upload = || self.once(request.clone(), Some((file, after.clone())));
        self.repeat(upload, 0).await
    }

    /// Streams what is at an address into a file, which is there once it is complete. A service may
    /// not know its own file for a while.
    pub(super) async fn download(&self, url: &str, into: &Path) -> Result<(), CallError> {
        self.repeat(|| self.fetch(url, into), LATE).await
    }

    /// The pause before something is asked for again that should be there soon.
    pub(super) fn patience(&self) -> impl Iterator<Item = Duration> {
        let Self { retry: RetryPolicy { base, cap, .. }, .. } = self;
        let (base, cap) = (*base, *cap);
        (0..LATE).map(move |again| base.saturating_mul(1 << again).min(cap))
    }

    /// Waits.
    pub(super) async fn sleep(&self, pause: Duration) {
        self.transport.sleep(pause).await;
    }

    /// A request with the headers of a single one.
    pub(super) fn request(
        &self,
        method: Method,
        url: String,
        body: impl Into<Bytes>,
    ) -> HttpRequest {
        let mut request = HttpRequest::new(url, self.headers.clone(), body);
        request.method = method;
        request.timeout = self.timeout;
        request.signer.clone_from(&self.signer);
        if request.body.is_empty() {
            request.headers.remove(CONTENT_TYPE);
        }
        request
    }

    async fn again(&self, request: HttpRequest, late: u32) -> Result<HttpResponse, CallError> {
        self.repeat(|| self.once(request.clone(), None), late).await
    }

    /// Makes a call again as the policy says, and after that up to `late` times if it fails as what
    /// is not there yet.
    async fn repeat<F, T>(&self, call: impl Fn() -> F, late: u32) -> Result<T, CallError>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let mut patience = self.patience().take(late as usize);
        let mut retries = 0;
        let mut elapsed = Duration::ZERO;
        loop {
            let started = Instant::now();
            let error = match call().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            elapsed = elapsed.saturating_add(started.elapsed());
            let planned = self.retry.next(retries, error.advice(), elapsed);
            let Some(pause) = planned.or_else(|| patience.next().filter(|_| error.may_pass()))
            else {
                return Err(error);
            };
            retries += 1;
            tracing::debug!(retry = retries, ?pause, %error, "calling the batch API again");
            self.sleep(pause).await;
            elapsed = elapsed.saturating_add(pause);
        }
    }

    async fn once(
        &self,
        request: HttpRequest,
        upload: Option<(&Path, Bytes)>,
    ) -> Result<HttpResponse, CallError> {
        let response = match &upload {
            None => self.transport.send(request).await,
            Some((file, after)) => {
                self.transport.transfer(request, Files::upload(file, after.clone())).await
            }
        };
        let response = response.map_err(|error| match (error, upload) {
            (TransportError::File(source), Some((file, _))) => CallError::file(file, source),
            (error, _) => CallError::Silent(error),
        })?;
        self.check(response)
    }

    /// Downloads once.
    async fn fetch(&self, url: &str, into: &Path) -> Result<(), CallError> {
        let mut url = url.to_owned();
        let mut headers = self.request(Method::GET, String::new(), Bytes::new()).headers;
        for _ in 0..=REDIRECTS {
            let mut request = self.request(Method::GET, url.clone(), Bytes::new());
            request.headers.clone_from(&headers);
            if headers.is_empty() {
                request.signer = None;
            }
            let response = self.transport.transfer(request, Files::download(into)).await;
            let response = response.map_err(|error| match error {
                TransportError::File(source) => CallError::file(into, source),
                error => CallError::Silent(error),
            })?;
            let Some(next) = redirection(&response, &url) else {
                return self.check(response).map(drop);
            };
            // Files are often with another host, and the key is none of its business.
            if origin(&next) != origin(&url) {
                headers = HeaderMap::new();
            }
            url = next;
        }
        Err(CallError::Unreadable("a file that is redirected again and again".to_owned()))
    }

    fn check(&self, response: HttpResponse) -> Result<HttpResponse, CallError> {
        if response.status.is_success() {
            Ok(response)
        } else {
            Err(CallError::refused(&*self.wire, &response))
        }
    }
}

/// Where a response sends us.
fn redirection(response: &HttpResponse, url: &str) -> Option<String> {
    if !response.status.is_redirection() {
        return None;
    }
    let place = response.headers.get(LOCATION)?.to_str().ok()?;
    if place.starts_with("http://") && !url.starts_with("http://") {
        return None;
    }
    match place {
        _ if place.starts_with("https://") || place.starts_with("http://") => {
            Some(place.to_owned())
        }
        _ if place.starts_with('/') && !place.starts_with("//") => {
            Some(format!("{}{place}", origin(url)))
        }
        _ => None,
    }
}

/// The body as JSON.
pub(super) fn json(response: &HttpResponse) -> Result<Value, CallError> {
    serde_json::from_slice(&response.body)
        .map_err(|_| CallError::Unreadable("the body is no JSON".to_owned()))
}

/// A header's value, marked so that nobody prints it.
pub(super) fn header(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Never a header.
impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls")
            .field("transport", &self.transport)
            .field("retry", &self.retry)
            .field("wire", &self.wire)
            .finish_non_exhaustive()
    }
}
