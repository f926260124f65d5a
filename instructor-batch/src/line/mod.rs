//! One line of a batch file: how a service wraps a request, and how it wraps the response.

use std::borrow::Cow;
use std::fmt;

mod read;
mod compact;
mod path;
mod plain;
mod openai;
mod anthropic;
mod gemini;
mod tell;

pub use path::path_of;
pub(crate) use plain::Plain;

/// How a service wraps requests and responses into lines: a row of a table, and pure functions.
#[non_exhaustive]
pub struct Envelope {
    /// The name: `openai`, `anthropic`, `gemini`, `mistral`.
    pub name: &'static str,
    /// The property that holds the id of a line.
    pub id: &'static str,
    /// The service whose [`Provider`](instructor_core::provider::Provider) reads the bodies, unless
    /// they are of `OpenAI`'s Responses API; see [`service_of`](Self::service_of).
    pub service: &'static str,
    /// The service that reads those of the Responses API, where they may be.
    pub(crate) responses: Option<&'static str>,
    place: plain::Place,
    /// Whether a service that takes a request at this path takes its lines in this envelope.
    pub(crate) takes: fn(&str, &str) -> bool,
    pub(crate) seal: fn(&Sealing<'_>, &mut Vec<u8>),
    pub(crate) opens: fn(&[u8]) -> Option<Opened<'_>>,
    pub(crate) asks: fn(&[u8]) -> Option<Asked<'_>>,
}

/// A request that is to stand on a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sealing<'a> {
    /// The id, of the form `[a-zA-Z0-9_-]{1,64}`.
    pub(crate) id: &'a str,
    /// The path of the address that takes such a request alone: `/v1/chat/completions`.
    pub(crate) path: &'a str,
    /// The body, a JSON object on one line.
    pub(crate) body: &'a [u8],
}

/// A line of a result file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Opened<'a> {
    /// The id of the line that was asked; nothing if the line names none.
    pub id: Option<Cow<'a, str>>,
    /// What became of it.
    pub end: End<'a>,
}

/// What became of a request in a batch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum End<'a> {
    /// There is a response, as if the request had been sent alone, whatever its status.
    Response {
        /// The HTTP status; 200 where the service says none and means success.
        status: u16,
        /// The body, raw JSON.
        body: Cow<'a, [u8]>,
    },
    /// The time of the batch was over before its turn came.
    Expired,
    /// The batch was cancelled before its turn came.
    Cancelled,
    /// It failed, and there is no response.
    Failed {
        /// The service's code, if it has one.
        code: Option<String>,
        /// The service's words, shortened.
        message: String,
    },
}

/// A line of a request file.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Asked<'a> {
    /// The id; nothing if the line names none.
    pub id: Option<Cow<'a, str>>,
    /// The path, such as `/v1/chat/completions`, if the line says so.
    pub path: Option<Cow<'a, str>>,
    /// The body, raw JSON.
    pub body: &'a [u8],
}

/// A request cannot stand on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The id is not of the form that every service takes.
    #[error("an id has 1 to 64 characters, each a letter from a to z, a digit, `_` or `-`")]
    Id,
    /// The body is not what a request sends.
    #[error("the body is no JSON object")]
    Body,
}

impl Envelope {
    /// `OpenAI` and all that took its form: `{"custom_id", "method", "url", "body"}`.
    pub const OPENAI: &'static Self = &openai::OPENAI;
    /// Anthropic: `{"custom_id", "params"}`.
    pub const ANTHROPIC: &'static Self = &anthropic::ANTHROPIC;
    /// Gemini: `{"key", "request"}`.
    pub const GEMINI: &'static Self = &gemini::GEMINI;
    /// Mistral: `{"custom_id", "body"}`, and the model stands in the job, not in the body.
    pub const MISTRAL: &'static Self = &openai::MISTRAL;

    /// All envelopes.
    pub const fn all() -> [&'static Self; 4] {
        [Self::OPENAI, Self::ANTHROPIC, Self::GEMINI, Self::MISTRAL]
    }

    /// The envelope of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::all().into_iter().find(|envelope| envelope.name == name)
    }

    /// The envelope of a service that takes a single request at this path, such as
    /// `/v1/chat/completions`; nothing if none is known.
    pub fn of_service(service: &str, path: &str) -> Option<&'static Self> {
        // Mistral takes requests where all compatible services do, so it is asked before them.
        let mut all = Self::all().into_iter().rev();
        all.find(|envelope| (envelope.takes)(service, path))
    }

    /// Appends one line, its end included: the body of a request, which is taken at this path if it
    /// is sent alone.
    ///
    /// # Errors
    /// If the id does not match `^[a-zA-Z0-9_-]{1,64}$`, or the body is no JSON object.
    pub fn seal(
        &self,
        id: &str,
        path: &str,
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        let checked = serde_json::from_slice::<serde::de::IgnoredAny>(body);
        if checked.is_err() || !body.trim_ascii_start().starts_with(b"{") {
            return Err(SealError::Body);
        }
        self.wrap(id, path, body, out)
    }

    /// The same for a body that is known to be a JSON object.
    pub(crate) fn wrap(
        &self,
        id: &str,
        path: &str,
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), SealError> {
        if !is_id(id) {
            return Err(SealError::Id);
        }
        let body = compact::on_one_line(body);
        out.reserve(body.len() + path.len() + 128);
        (self.seal)(&Sealing { id, path, body: &body }, out);
        out.push(b'\n');
        Ok(())
    }

    /// Reads a line of a result file, with or without its end; nothing if it is none.
    pub fn open<'a>(&self, line: &'a [u8]) -> Option<Opened<'a>> {
        (self.opens)(read::without_mark(line))
    }

    /// Reads a line of a request file, with or without its end; nothing if it is none.
    pub fn asked<'a>(&self, line: &'a [u8]) -> Option<Asked<'a>> {
        (self.asks)(read::without_mark(line))
    }
}

/// Whether every service takes this as an id.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

impl PartialEq for Envelope {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Envelope {}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Envelope").field(&self.name).finish()
    }
}
