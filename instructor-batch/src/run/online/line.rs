//! What came back for one row, as a line of the file of results.

use std::borrow::Cow;

use bytes::Bytes;
use http::StatusCode;
use instructor_core::transport::TransportError;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::line::End;

/// What came back for one row.
#[derive(Debug)]
pub(super) enum Came {
    /// A response; its body is a JSON text on one line.
    Response { status: StatusCode, body: Bytes },
    /// No response; the code and the words for it.
    Failed { code: &'static str, message: String },
}

impl Came {
    pub(super) fn response(status: StatusCode, body: Bytes) -> Self {
        Self::Response { status, body: on_one_line(body) }
    }

    pub(super) fn failed(error: &TransportError) -> Self {
        let code = match error {
            TransportError::Timeout => "timeout",
            TransportError::Interrupted(_) => "interrupted",
            TransportError::TooLarge { .. } => "too_large",
            _ => "not_sent",
        };
        Self::Failed { code, message: error.to_string() }
    }

    /// The line, without its end, in the form of `OpenAI`'s result files.
    pub(super) fn line(&self, id: &str) -> Vec<u8> {
        match self {
            Self::Response { status, body } => {
                let start = format!(
                    r#"{{"custom_id":"{id}","response":{{"status_code":{},"body":"#,
                    status.as_u16()
                );
                [start.as_bytes(), body, br#"},"error":null}"#].concat()
            }
            Self::Failed { code, message } => {
                let error = json!({"code": code, "message": message});
                json!({"custom_id": id, "response": null, "error": error}).to_string().into()
            }
        }
    }

    /// What reading the line gives.
    pub(super) fn end(&self) -> End<'_> {
        match self {
            Self::Response { status, body } => {
                End::Response { status: status.as_u16(), body: Cow::Borrowed(body) }
            }
            Self::Failed { code, message } => {
                End::Failed { code: Some((*code).to_owned()), message: message.clone() }
            }
        }
    }
}

/// The same JSON without line breaks, or a text with all that is no JSON.
fn on_one_line(body: Bytes) -> Bytes {
    if serde_json::from_slice::<IgnoredAny>(&body).is_err() {
        return json!(String::from_utf8_lossy(&body)).to_string().into();
    }
    if !body.contains(&b'\n') && !body.contains(&b'\r') {
        return body;
    }
    // Within JSON's own texts they would be escaped.
    let space = |byte: u8| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte };
    body.iter().map(|byte| space(*byte)).collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Envelope;

    #[test]
    fn a_line_is_read_back_as_it_came() {
        let deep = "[".repeat(500);
        for (body, kept) in [
            ("{\"a\": 1}", "{\"a\": 1}"),
            ("{\n  \"a\": \"x\\ny\"\r\n}\n", "{   \"a\": \"x\\ny\"  } "),
            ("<html>\n", "\"<html>\\n\""),
            ("", "\"\""),
            (&deep, &format!("\"{deep}\"")),
        ] {
            let came = Came::response(StatusCode::BAD_GATEWAY, Bytes::from(body.to_owned()));
            let line = came.line("run-1-1");
            assert!(!line.contains(&b'\n'));
            let opened = Envelope::OPENAI.open(&line).unwrap();
            assert_eq!(opened.id.as_deref(), Some("run-1-1"));
            let End::Response { status, body } = opened.end else { panic!("{opened:?}") };
            assert_eq!((status, body.trim_ascii()), (502, kept.trim().as_bytes()));
        }
        let failed = Came::failed(&TransportError::Timeout);
        let line = failed.line("run-1-1");
        let opened = Envelope::OPENAI.open(&line).unwrap();
        assert!(matches!(opened.end, End::Failed { code: Some(code), .. } if code == "timeout"));
    }
}
