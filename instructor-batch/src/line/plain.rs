//! A line that holds a response of success and nothing peculiar, without looking into the response.

use std::borrow::Cow;

use instructor_core::scan::plain;

use super::Envelope;

/// Where the response stands in a line, if it stands where services put it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// `{…, "response": {"status_code": 2xx, …, "body": HERE}, "error": null}`
    Body,
    /// `{…, "result": {"type": "succeeded", "message": HERE}}`
    Message,
    /// `{…, "response": HERE}`
    Response,
}

/// An id, and what must be the whole body of a response: if it is one JSON object, the line is a
/// line of success with this body. If it is not, nothing is known.
pub(crate) struct Plain<'a> {
    pub(crate) id: Cow<'a, str>,
    pub(crate) body: &'a [u8],
}

impl Envelope {
    /// Guesses where the body of a response is, from the start and the end of the line.
    pub(crate) fn plain<'a>(&self, line: &'a [u8]) -> Option<Plain<'a>> {
        let mut rest = Rest(line);
        rest.take(b'{')?;
        let id = rest.until(self.place.outer(), self.id.as_bytes())?;
        let mut end = before(line, b"}")?;
        match self.place {
            Place::Response => {}
            Place::Body => {
                rest.take(b'{')?;
                let status = rest.until(b"body", b"status_code")?;
                if !(status.len() == 3 && status.starts_with(b"2")) {
                    return None;
                }
                if let Some(error) = before(end, b"null") {
                    end = before(before(before(error, b":")?, b"\"error\"")?, b",")?;
                }
                end = before(end, b"}")?;
            }
            Place::Message => {
                rest.take(b'{')?;
                if rest.until(b"message", b"type")? != b"\"succeeded\"" {
                    return None;
                }
                end = before(end, b"}")?;
            }
        }
        let start = line.len() - rest.0.len();
        let id = id.strip_prefix(b"\"")?.strip_suffix(b"\"").filter(|id| !id.is_empty())?;
        let id = Cow::Borrowed(std::str::from_utf8(id).ok()?);
        Some(Plain { id, body: line.get(start..end.len())? })
    }
}

impl Place {
    /// The property of the line that holds the response.
    fn outer(self) -> &'static [u8] {
        match self {
            Self::Body | Self::Response => b"response",
            Self::Message => b"result",
        }
    }
}

/// What comes before this end of a text, and before the spaces around it.
fn before<'a>(text: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    text.trim_ascii_end().strip_suffix(end)
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// Reads properties up to the colon behind one of this name, and gives the raw value of another,
    /// which must stand before it. All of these must be texts without escapes, numbers, or words, and
    /// none of them an error.
    fn until(&mut self, name: &[u8], wanted: &[u8]) -> Option<&'a [u8]> {
        let mut found = None;
        loop {
            let property = self.plain_text()?;
            self.take(b':')?;
            if property == name {
                return found;
            }
            let value = self.scalar()?;
            if matches!(property, b"error" | b"status") && value != b"null" {
                return None;
            }
            if property == wanted && found.replace(value).is_some() {
                return None;
            }
            self.take(b',')?;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.trim_ascii_start().strip_prefix(&[byte])?;
        Some(())
    }

    fn plain_text(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let (text, rest) = self.0.split_at(plain(self.0));
        self.0 = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    fn scalar(&mut self) -> Option<&'a [u8]> {
        let value = self.0.trim_ascii_start();
        if value.first() == Some(&b'"') {
            let text = self.plain_text()?;
            return value.get(..text.len() + 2);
        }
        let end = value.iter().position(|byte| !byte.is_ascii_alphanumeric())?;
        let (word, rest) = value.split_at(end);
        self.0 = rest;
        let digits = word.iter().all(u8::is_ascii_digit) && !word.starts_with(b"0");
        (digits && !word.is_empty() || matches!(word, b"null" | b"true" | b"false")).then_some(word)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;
    use crate::line::End;

    /// What was guessed, if its body is an object; then it must be what the line says.
    fn check(line: &[u8]) -> bool {
        let mut any = false;
        for envelope in Envelope::all() {
            let Some(Plain { id, body }) = envelope.plain(line) else { continue };
            let is_whole = serde_json::from_slice::<IgnoredAny>(body).is_ok();
            if !is_whole || body.trim_ascii().first() != Some(&b'{') {
                continue;
            }
            any = true;
            let shown = String::from_utf8_lossy(line);
            let opened = envelope.open(line).unwrap_or_else(|| panic!("{shown}"));
            assert_eq!(opened.id, Some(Cow::Borrowed(&*id)), "{shown}");
            let End::Response { status: 200..=299, body: read } = opened.end else {
                panic!("{shown}: {:?}", opened.end)
            };
            assert_eq!(read.trim_ascii(), body.trim_ascii(), "{shown}");
        }
        any
    }

    const LINES: &[&str] = &[
        r#"{"id":"b","custom_id":"a","response":{"status_code":200,"request_id":"r","body":{"x":{"y":"\"}}"}}},"error":null}"#,
        r#"{ "custom_id": "a", "response": { "status_code": 200, "body": { "x": 1 } }, "error": null } "#,
        r#"{"custom_id":"a","response":{"status_code":200,"body":{}}}"#,
        r#"{"custom_id":"a","result":{"type":"succeeded","message":{"content":[]}}}"#,
        r#"{"key":"a","response":{"candidates":[{"x":"}"}]}}"#,
    ];

    #[test]
    fn most_lines_are_plain() {
        for line in LINES {
            assert!(check(line.as_bytes()), "{line}");
        }
        for line in [
            r#"{"custom_id":"a","response":{"status_code":500,"body":{}},"error":null}"#,
            r#"{"custom_id":"a","error":"boom","response":{"status_code":200,"body":{}}}"#,
            r#"{"custom_id":"a","response":{"status_code":200,"body":{}},"error":{}}"#,
            r#"{"custom_id":"a","response":{"status_code":200,"body":{},"id":"x"},"error":null}"#,
            r#"{"custom_id":"a","custom_id":"b","response":{"status_code":200,"body":{}}}"#,
            r#"{"custom_id":"a","result":{"type":"errored","message":{}}}"#,
            r#"{"response":{"status_code":200,"body":{}}}"#,
        ] {
            assert!(!check(line.as_bytes()), "{line}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_is_guessed_and_whole_is_what_is_there(
            number in 0..LINES.len(),
            changes in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index, bool)>(), 0..3),
        ) {
            let is_mark = |c: char| matches!(c, '{' | '}' | '[' | ']' | ',' | ':');
            let mut pieces: Vec<&str> = LINES[number].split_inclusive(is_mark).collect();
            for (from, to, doubled) in changes {
                let piece = pieces[from.index(pieces.len())];
                if doubled {
                    pieces.insert(to.index(pieces.len()), piece);
                } else if pieces.len() > 1 {
                    pieces.remove(from.index(pieces.len()));
                }
            }
            check(pieces.concat().as_bytes());
        }
    }
}
