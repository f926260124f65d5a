//! Gemini's envelope, which is that of its files.

use std::borrow::Cow;

use instructor_core::scan::text;

use super::plain::Place;
use super::read::{as_body, failed, failure, id, number, object, present, properties, words};
use super::{Asked, End, Envelope, Opened};

pub(super) static GEMINI: Envelope = Envelope {
    name: "gemini",
    id: "key",
    service: "google",
    responses: None,
    place: Place::Response,
    // Vertex AI speaks the same, but its lines have no id.
    takes: |_, path| {
        path.ends_with(":generateContent")
            && !path.contains("/publishers/")
            && !path.contains("/projects/")
    },
    seal: |line, out| {
        for piece in [br#"{"key":""#, line.id.as_bytes(), br#"","request":"#, line.body, b"}"] {
            out.extend_from_slice(piece);
        }
    },
    opens: |line| {
        let names = ["key", "response", "error", "status", "metadata"];
        let [key, response, error, status, metadata] = properties(line, names)?;
        if response.is_none() && error.is_none() && status.is_none() {
            return None;
        }
        let id = id(key).or_else(|| {
            let [key] = properties(object(metadata)?, ["key"])?;
            id(key)
        });
        let end = match (failure(error).or(failure(status)), object(response)) {
            (None, Some(body)) => End::Response { status: 200, body: Cow::Borrowed(body) },
            (Some(error), _) => failure_of(error),
            (None, None) => failed("the line holds neither a response nor an error"),
        };
        Some(Opened { id, end })
    },
    asks: |line| {
        let [key, body] = properties(line, ["key", "request"])?;
        Some(Asked { id: id(key), path: None, body: object(body)? })
    },
};

/// The response that the request would have had alone: the error as its body, with the status that
/// belongs to its code, which is that of a remote call or of HTTP.
fn failure_of(error: &[u8]) -> End<'_> {
    let inner = properties(error, ["error"]).and_then(|[inner]| object(inner)).unwrap_or(error);
    let [code, status] = properties(inner, ["code", "status"]).unwrap_or_default();
    let word = present(status).and_then(text).or_else(|| present(code).and_then(text));
    let by_word = word.and_then(|word| CODES.iter().find(|code| code.1 == word));
    let number = number(code);
    let known = by_word.or_else(|| CODES.iter().find(|code| Some(code.0) == number));
    match (known, number) {
        (Some((1, ..)), _) | (None, Some(499)) => End::Cancelled,
        (_, Some(status)) if (400..600).contains(&status) => {
            End::Response { status, body: as_body(error) }
        }
        (Some((_, _, status)), _) => End::Response { status: *status, body: as_body(error) },
        _ => {
            let (code, message) = words(error);
            End::Failed { code, message }
        }
    }
}

/// The codes of remote calls, by number and by name, with the status that they have in HTTP.
const CODES: [(u16, &str, u16); 16] = [
    (1, "CANCELLED", 499),
    (2, "UNKNOWN", 500),
    (3, "INVALID_ARGUMENT", 400),
    (4, "DEADLINE_EXCEEDED", 504),
    (5, "NOT_FOUND", 404),
    (6, "ALREADY_EXISTS", 409),
    (7, "PERMISSION_DENIED", 403),
    (8, "RESOURCE_EXHAUSTED", 429),
    (9, "FAILED_PRECONDITION", 400),
    (10, "ABORTED", 409),
    (11, "OUT_OF_RANGE", 400),
    (12, "UNIMPLEMENTED", 501),
    (13, "INTERNAL", 500),
    (14, "UNAVAILABLE", 503),
    (15, "DATA_LOSS", 500),
    (16, "UNAUTHENTICATED", 401),
];
