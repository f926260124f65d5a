//! Anthropic's envelope.

use std::borrow::Cow;

use instructor_core::scan::text;

use super::plain::Place;
use super::read::{failed, failure, id, object, properties, properties_and, words};
use super::{Asked, End, Envelope, Opened};

pub(super) static ANTHROPIC: Envelope = Envelope {
    name: "anthropic",
    id: "custom_id",
    service: "anthropic",
    responses: None,
    place: Place::Message,
    takes: |_, path| path.ends_with("/messages"),
    seal: |line, out| {
        for piece in [br#"{"custom_id":""#, line.id.as_bytes(), br#"","params":"#, line.body, b"}"]
        {
            out.extend_from_slice(piece);
        }
    },
    opens: |line| {
        let names = ["type", "message", "error"];
        let ([name], result) = properties_and(line, ["custom_id"], "result", names)?;
        let [kind, message, error] = result?;
        let end = match kind? {
            br#""succeeded""# => match object(message) {
                Some(body) => End::Response { status: 200, body: Cow::Borrowed(body) },
                None => failed("the line says that it succeeded, but holds no message"),
            },
            br#""errored""# => errored(failure(error)),
            br#""expired""# => End::Expired,
            br#""canceled""# | br#""cancelled""# => End::Cancelled,
            kind => {
                let code = text(kind).map(Cow::into_owned);
                let message = "the line ended in a way that is not known".to_owned();
                End::Failed { code, message }
            }
        };
        Some(Opened { id: id(name), end })
    },
    asks: |line| {
        let [name, body] = properties(line, ["custom_id", "params"])?;
        Some(Asked { id: id(name), path: None, body: object(body)? })
    },
};

/// The response that the request would have had alone: the error as its body, with the status of its
/// type.
fn errored(error: Option<&[u8]>) -> End<'_> {
    let Some(error) = error else {
        return failed("the line says that it failed, but holds no error");
    };
    let (inner, body) = if let Some([Some(inner)]) = properties(error, ["error"]) {
        (inner, Cow::Borrowed(error))
    } else {
        (error, Cow::Owned([br#"{"type":"error","error":"#, error, b"}"].concat()))
    };
    let kind = properties(inner, ["type"]).and_then(|[kind]| text(kind?));
    let status = match kind.as_deref() {
        Some("invalid_request_error") => 400,
        Some("authentication_error") => 401,
        Some("billing_error") => 402,
        Some("permission_error") => 403,
        Some("not_found_error") => 404,
        Some("request_too_large") => 413,
        Some("rate_limit_error") => 429,
        Some("timeout_error") => 504,
        Some("overloaded_error") => 529,
        Some(_) => 500,
        None => {
            let (code, message) = words(error);
            return End::Failed { code, message };
        }
    };
    End::Response { status, body }
}
