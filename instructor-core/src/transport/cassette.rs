//! Exchanges in a file, without what must not leave the machine: `docs/cassettes.md` has the format.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{HttpRequest, HttpResponse};
use crate::keys;

pub(super) use wire::Body;

const FORMAT: &str = "instructor-cassette";
const VERSION: u32 = 1;

/// The headers of a response that a provider reads, or a reader of the cassette.
const HEADERS: &[&str] =
    &["content-type", "retry-after", "retry-after-ms", "date", "x-should-retry"];

/// The parts of a query that are no secret and tell requests apart.
const QUERY: &[&str] = &["api-version", "alt"];

/// What is said of a last line without an end.
const CUT_OFF: &str =
    "is cut off, the recording was interrupted: delete the line, or record the cassette again";

/// What stands for a secret.
const MASK: &str = "***";

/// A cassette cannot be written, read or played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CassetteError {
    /// The file cannot be created, written or read.
    #[error("the cassette `{}` cannot be {action}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What cannot be done: `created`, `written` or `read`.
        action: &'static str,
        /// The cause.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("line {line} of the cassette `{}` {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, the first is 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The cassette was written by a newer version of this crate.
    #[error(
        "the cassette `{}` has version {version} of the format, and this version of instructor reads {VERSION}: update instructor, or record it again",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
    /// Nothing like the request was recorded, or its answers are used up.
    #[error(
        "the cassette `{}` has no answer to {asked}: {nearest}; if this is the right request, record the cassette again with a `Recorder`",
        path.display()
    )]
    NotRecorded {
        /// The file.
        path: PathBuf,
        /// The method and the address, without secrets.
        asked: String,
        /// What is recorded instead, and where it differs.
        nearest: String,
    },
}

/// A request as a cassette knows it.
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) body: Body,
    /// The credentials in its headers, which may be repeated anywhere.
    secrets: Vec<String>,
}

/// A request and its response, read from a line.
pub(super) struct Exchange {
    pub(super) line: usize,
    pub(super) asked: Asked,
    pub(super) response: HttpResponse,
}

impl Asked {
    /// The request without headers and secrets.
    pub(super) fn new(request: &HttpRequest) -> Self {
        let secrets = secrets(&request.headers);
        let url = mask(&public(&request.url), &secrets);
        let body = Body::new(&request.body, &secrets);
        Self { method: request.method.to_string(), url, body, secrets }
    }

    /// The line that holds it and its response.
    pub(super) fn line(self, response: &HttpResponse) -> serde_json::Result<String> {
        let Self { method, url, body, secrets } = self;
        let request = wire::Request { method, url, body };
        let header = |name: &&str| {
            let value = response.headers.get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), mask(value, &secrets)))
        };
        let response = wire::Response {
            status: response.status.as_u16(),
            headers: HEADERS.iter().filter_map(header).collect(),
            body: Body::new(&response.body, &secrets),
        };
        Ok(serde_json::to_string(&wire::Exchange { request, response })? + "\n")
    }
}

/// The first line.
pub(super) fn header() -> serde_json::Result<String> {
    let header = wire::Header { format: FORMAT.into(), version: VERSION };
    Ok(serde_json::to_string(&header)? + "\n")
}

/// Reads the whole file.
pub(super) fn read(path: PathBuf) -> Result<Vec<Exchange>, CassetteError> {
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(source) => return Err(CassetteError::File { path, action: "read", source }),
    };
    let mut lines = (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n'));
    let first = lines.next().and_then(|(_, line)| serde_json::from_slice(line).ok());
    match first {
        Some(wire::Header { format, version: VERSION }) if format == FORMAT => {}
        Some(wire::Header { format, version }) if format == FORMAT && version > VERSION => {
            return Err(CassetteError::Version { path, version });
        }
        _ => {
            let problem = "is not the header of a cassette: is this the right file?";
            return Err(CassetteError::Line { path, line: 1, problem });
        }
    }
    let mut exchanges = Vec::new();
    for (line, bytes) in lines.filter(|(_, bytes)| !bytes.trim_ascii().is_empty()) {
        match exchange(line, bytes) {
            Ok(exchange) => exchanges.push(exchange),
            Err(problem) => {
                let problem = if bytes.ends_with(b"\n") { problem } else { CUT_OFF };
                return Err(CassetteError::Line { path, line, problem });
            }
        }
    }
    Ok(exchanges)
}

fn exchange(line: usize, bytes: &[u8]) -> Result<Exchange, &'static str> {
    let wire::Exchange { request, response } = serde_json::from_slice(bytes)
        .map_err(|_| "holds no exchange: record the cassette again")?;
    let wire::Request { method, url, body } = request;
    let asked = Asked { method, url, body, secrets: Vec::new() };
    let mut headers = HeaderMap::new();
    for (name, value) in response.headers {
        let pair = (HeaderName::try_from(name).ok(), HeaderValue::try_from(value).ok());
        let (Some(name), Some(value)) = pair else { return Err("has a header that is none") };
        headers.insert(name, value);
    }
    let status = StatusCode::from_u16(response.status).map_err(|_| "has a status that is none")?;
    let body = response.body.bytes().ok_or("has a body that is no base64")?;
    Ok(Exchange { line, asked, response: HttpResponse { status, headers, body } })
}

impl Body {
    /// The body without secrets: JSON as such, on one line, so that people can read it.
    fn new(bytes: &[u8], secrets: &[String]) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else {
            let has = |secret: &String| {
                bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
            };
            if secrets.iter().any(has) {
                return Self::Text(mask(&String::from_utf8_lossy(bytes), secrets));
            }
            return Self::Base64(STANDARD.encode(bytes));
        };
        let text = mask(text, secrets);
        if serde_json::from_str::<&RawValue>(&text).is_err() {
            return Self::Text(text);
        }
        // In JSON, a line break stands only where a space may stand, too.
        match RawValue::from_string(text.replace(['\n', '\r'], " ")) {
            Ok(json) => Self::Json(json),
            Err(_) => Self::Text(text),
        }
    }

    /// The bytes; `None` if it is no base64.
    fn bytes(self) -> Option<Bytes> {
        Some(match self {
            Self::Json(json) => Bytes::from(String::from(Box::<str>::from(json))),
            Self::Text(text) => Bytes::from(text),
            Self::Base64(text) => Bytes::from(STANDARD.decode(text).ok()?),
        })
    }

    /// Where the two differ first, as a JSON pointer, empty for the whole; `None` if they do not.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Json(a), Self::Json(b)) => {
                let value = |json: &RawValue| serde_json::from_str::<Value>(json.get());
                match (value(a), value(b)) {
                    (Ok(a), Ok(b)) => difference(&a, &b),
                    _ => (a.get() != b.get()).then(String::new),
                }
            }
            (Self::Text(a), Self::Text(b)) | (Self::Base64(a), Self::Base64(b)) => {
                (a != b).then(String::new)
            }
            _ => Some(String::new()),
        }
    }
}

fn difference(a: &Value, b: &Value) -> Option<String> {
    let below = |key: &str, a: Option<&Value>, b: Option<&Value>| {
        let inner = match (a, b) {
            (Some(a), Some(b)) => difference(a, b)?,
            _ => String::new(),
        };
        Some(format!("/{}{inner}", key.replace('~', "~0").replace('/', "~1")))
    };
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let more = b.keys().filter(|key| !a.contains_key(*key));
            a.keys().chain(more).find_map(|key| below(key, a.get(key), b.get(key)))
        }
        (Value::Array(a), Value::Array(b)) => {
            (0..a.len().max(b.len())).find_map(|i| below(&i.to_string(), a.get(i), b.get(i)))
        }
        _ => (a != b).then(String::new),
    }
}

/// The values of all headers that hold credentials, without the scheme before them. One so short
/// stands in other words too.
fn secrets(headers: &HeaderMap) -> Vec<String> {
    const NAMES: &[&str] = &["auth", "key", "token", "secret", "password", "cookie"];
    let secret = |(name, value): (&HeaderName, &HeaderValue)| {
        let holds = NAMES.iter().any(|part| name.as_str().contains(part));
        let value = value.to_str().ok().filter(|_| holds)?.split_whitespace().last()?;
        (value.len() >= 8).then(|| value.to_owned())
    };
    headers.iter().filter_map(secret).collect()
}

fn mask(text: &str, secrets: &[String]) -> String {
    let text = secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK));
    keys::mask_certain(&text)
}

/// The address without user, fragment and the values of its query.
fn public(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let (place, query) = url.split_once('?').map_or((url, None), |(place, q)| (place, Some(q)));
    let (scheme, rest) = place.split_once("://").unwrap_or(("", place));
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let mut public = if scheme.is_empty() {
        format!("{host}{path}")
    } else {
        format!("{scheme}://{host}{path}")
    };
    let parts = query.into_iter().flat_map(|query| query.split('&'));
    for (part, sign) in parts.zip(std::iter::once('?').chain(std::iter::repeat('&'))) {
        public.push(sign);
        match part.split_once('=') {
            Some((name, _)) if QUERY.contains(&name) => public.push_str(part),
            Some((name, _)) => public.extend([name, "=", MASK]),
            None => public.push_str(MASK),
        }
    }
    public
}

mod wire {
    use serde::{Deserialize, Serialize};
    use serde_json::value::RawValue;

    use super::BTreeMap;

    #[derive(Serialize, Deserialize)]
    pub(super) struct Header {
        pub(super) format: String,
        pub(super) version: u32,
    }

    #[derive(Serialize, Deserialize)]
    pub(super) struct Exchange {
        pub(super) request: Request,
        pub(super) response: Response,
    }

    #[derive(Serialize, Deserialize)]
    pub(super) struct Request {
        pub(super) method: String,
        pub(super) url: String,
        pub(super) body: Body,
    }

    #[derive(Serialize, Deserialize)]
    pub(super) struct Response {
        pub(super) status: u16,
        pub(super) headers: BTreeMap<String, String>,
        pub(super) body: Body,
    }

    /// A body of a request or a response.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub(in crate::transport) enum Body {
        Json(Box<RawValue>),
        Text(String),
        Base64(String),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{difference, public};

    #[test]
    fn an_address_loses_what_may_be_a_secret() {
        for (url, expected) in [
            ("https://a.b/v1/x", "https://a.b/v1/x"),
            ("https://me:pw@a.b/v1/x@y#f", "https://a.b/v1/x@y"),
            ("https://a.b", "https://a.b"),
            (
                "https://a.b/x?api-version=1&key=k&alt=sse&t=",
                "https://a.b/x?api-version=1&key=***&alt=sse&t=***",
            ),
            ("https://a.b/x?hunter2", "https://a.b/x?***"),
            ("no url", "no url"),
        ] {
            assert_eq!(public(url), expected);
        }
    }

    #[test]
    fn the_first_difference_is_named_by_its_pointer() {
        let a = json!({"m": [{"c": 1, "d~/": 2}], "n": null});
        for (b, expected) in [
            (json!({"n": null, "m": [{"d~/": 2, "c": 1}]}), None),
            (json!({"m": [{"c": 2, "d~/": 2}], "n": null}), Some("/m/0/c")),
            (json!({"m": [{"c": 1, "d~/": 3}], "n": null}), Some("/m/0/d~0~1")),
            (json!({"m": [{"c": 1, "d~/": 2}, 1], "n": null}), Some("/m/1")),
            (json!({"m": [{"c": 1, "d~/": 2}]}), Some("/n")),
            (json!({"m": [{"c": 1, "d~/": 2}], "n": null, "o": 1}), Some("/o")),
            (json!([]), Some("")),
        ] {
            assert_eq!(difference(&a, &b).as_deref(), expected, "{b}");
        }
    }
}
