//! One line of a batch file: how a service wraps a request, and how it wraps the response.

use std::borrow::Cow;
use std::fmt;

/// How a service wraps requests and responses into lines: a row of a table, and pure functions.
#[non_exhaustive]
pub struct Envelope {
    /// The name: `openai`, `anthropic`, `gemini`, `mistral`.
    pub name: &'static str,
    /// The property that holds the id of a line.
    pub id: &'static str,
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
    /// The body, a JSON object.
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

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Envelope").field(&self.name).finish()
    }
}
