//! Answers that a test has written beforehand.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::tools::Call;

/// One scripted answer of the [`Offline`](super::Offline) model.
///
/// A JSON value converts into [`Answer::json`], a text into [`Answer::text`].
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) kind: Kind,
    pub(super) headers: HeaderMap,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Arguments(String),
    Calls(Vec<Call>),
    Text(String),
    Refusal(String),
    Truncated(String),
    Filtered,
    Status { status: StatusCode, body: Option<String> },
    Cut,
    Timeout,
}

impl Answer {
    fn new(kind: Kind) -> Self {
        Self { kind, headers: HeaderMap::new() }
    }

    /// The arguments of the tool call, or the content where no tool is asked for. The value is sent
    /// as it is: for a type that is no object, that is `{"value": …}`. Of several tools, the one is
    /// called that has the value's properties; [`Answer::call`] names it.
    pub fn json(value: impl Into<Value>) -> Self {
        Self::new(Kind::Arguments(value.into().to_string()))
    }

    /// A call of this tool, as for a variant of a union.
    pub fn call(tool: impl Into<String>, arguments: impl Into<Value>) -> Self {
        Self::calls([(tool, arguments)])
    }

    /// Calls of tools, in this order, as for [`Mode::Parallel`](crate::Mode::Parallel). Where no tool
    /// is asked for, the arguments of one call are the content, and those of several a list.
    pub fn calls<T, A>(calls: impl IntoIterator<Item = (T, A)>) -> Self
    where
        T: Into<String>,
        A: Into<Value>,
    {
        let calls = calls.into_iter().map(|(tool, arguments)| Call {
            tool: tool.into(),
            arguments: arguments.into().to_string(),
        });
        Self::new(Kind::Calls(calls.collect()))
    }

    /// The arguments of the tool call as a text, which may be broken JSON.
    pub fn arguments(text: impl Into<String>) -> Self {
        Self::new(Kind::Arguments(text.into()))
    }

    /// Content without any tool call.
    pub fn text(content: impl Into<String>) -> Self {
        Self::new(Kind::Text(content.into()))
    }

    /// The model refuses, with this reason.
    pub fn refusal(reason: impl Into<String>) -> Self {
        Self::new(Kind::Refusal(reason.into()))
    }

    /// Arguments that end here because the limit of tokens was reached.
    pub fn truncated(text: impl Into<String>) -> Self {
        Self::new(Kind::Truncated(text.into()))
    }

    /// The service's content filter took the answer away.
    pub fn filtered() -> Self {
        Self::new(Kind::Filtered)
    }

    /// An HTTP error with the body that `OpenAI` sends with it. A number outside 100 to 999 counts
    /// as 500.
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(Kind::Status { status, body: None })
    }

    /// A response with this status and this body, whatever it is.
    pub fn response(status: u16, body: impl Into<String>) -> Self {
        let mut answer = Self::status(status);
        if let Kind::Status { body: place, .. } = &mut answer.kind {
            *place = Some(body.into());
        }
        answer
    }

    /// The connection breaks before the response is complete.
    pub fn cut() -> Self {
        Self::new(Kind::Cut)
    }

    /// The time limit passes; nobody waits for it.
    pub fn timeout() -> Self {
        Self::new(Kind::Timeout)
    }

    /// Adds a header to the response.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Adds `retry-after`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(http::header::RETRY_AFTER, HeaderValue::from(seconds))
    }
}

impl From<Value> for Answer {
    fn from(value: Value) -> Self {
        Self::json(value)
    }
}

impl From<&str> for Answer {
    fn from(content: &str) -> Self {
        Self::text(content)
    }
}

impl From<String> for Answer {
    fn from(content: String) -> Self {
        Self::text(content)
    }
}
