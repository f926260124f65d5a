//! `OpenAI`'s envelope, which most services took over, and Mistral's, which is nearly the same.

use std::borrow::Cow;

use instructor_core::scan::{Entries, text};

use super::plain::Place;
use super::read::{
    as_body, failed, failure, id, is_failure, number, object, present, properties, properties_and,
    words,
};
use super::{Asked, End, Envelope, Opened};

/// The service that has its own form for requests.
const MISTRAL_NAME: &str = "mistral";

pub(super) static OPENAI: Envelope = Envelope {
    name: "openai",
    id: "custom_id",
    service: "openai",
    responses: Some("openai-responses"),
    place: Place::Body,
    takes: |_, path| path.ends_with("/chat/completions") || path.ends_with("/responses"),
    seal: |line, out| {
        for piece in [
            br#"{"custom_id":""#,
            line.id.as_bytes(),
            br#"","method":"POST","url":""#,
            line.path.as_bytes(),
            br#"","body":"#,
            line.body,
            b"}",
        ] {
            out.extend_from_slice(piece);
        }
    },
    opens,
    asks: |line| {
        let [name, url, body] = properties(line, ["custom_id", "url", "body"])?;
        let path = present(url).and_then(text);
        Some(Asked { id: id(name), path, body: object(body)? })
    },
};

pub(super) static MISTRAL: Envelope = Envelope {
    name: MISTRAL_NAME,
    id: "custom_id",
    service: MISTRAL_NAME,
    responses: None,
    place: Place::Body,
    takes: |service, path| service == MISTRAL_NAME && path.ends_with("/chat/completions"),
    seal: |line, out| {
        for piece in [br#"{"custom_id":""#, line.id.as_bytes(), br#"","body":{"#] {
            out.extend_from_slice(piece);
        }
        let entries = Entries::new(line.body).into_iter().flatten();
        for (i, (name, value)) in entries.filter(|(name, _)| *name != b"model").enumerate() {
            let start: &[u8] = if i == 0 { b"\"" } else { b",\"" };
            for piece in [start, name, b"\":", value] {
                out.extend_from_slice(piece);
            }
        }
        out.extend_from_slice(b"}}");
    },
    opens,
    asks: |line| {
        let [name, body] = properties(line, ["custom_id", "body"])?;
        Some(Asked { id: id(name), path: None, body: object(body)? })
    },
};

fn opens(line: &[u8]) -> Option<Opened<'_>> {
    let names = ["custom_id", "error", "response"];
    let ([name, error, other], response) =
        properties_and(line, names, "response", ["status_code", "body"])?;
    let ended = response.is_some() || error.is_some() || other.is_some();
    if !ended || present(other).is_some() {
        return None;
    }
    let [status, body] = response.unwrap_or_default();
    Some(Opened { id: id(name), end: end(number(status), present(body), failure(error)) })
}

/// An error stands in one of two places: in the body of a response whose status says so, or beside
/// the response, which then may have a status, but no body.
fn end<'a>(status: Option<u16>, body: Option<&'a [u8]>, error: Option<&'a [u8]>) -> End<'a> {
    let success = status.is_none_or(|status| (200..300).contains(&status));
    let status_of_failure = status.filter(|status| is_failure(*status));
    match (body, error) {
        (Some(body), None) if success => {
            End::Response { status: status.unwrap_or(200), body: Cow::Borrowed(body) }
        }
        (body, error) if status_of_failure.is_some() => {
            let status = status_of_failure.unwrap_or_default();
            let body = body.map(Cow::Borrowed).or(error.map(as_body));
            End::Response { status, body: body.unwrap_or_default() }
        }
        (_, Some(error)) => without_response(error),
        (Some(body), None) => {
            let (code, message) = words(body);
            End::Failed { code, message: format!("no response: {message}") }
        }
        (None, None) => failed("the line holds neither a response nor an error"),
    }
}

/// What an error means that has no status beside it. Its code may be one.
fn without_response(error: &[u8]) -> End<'_> {
    let (code, message) = words(error);
    match code.as_deref() {
        Some("batch_expired") => End::Expired,
        Some("batch_cancelled" | "batch_canceled") => End::Cancelled,
        _ => match code.as_deref().and_then(|code| code.parse().ok()) {
            Some(status) if (400..600).contains(&status) => {
                End::Response { status, body: as_body(error) }
            }
            _ => End::Failed { code, message },
        },
    }
}
