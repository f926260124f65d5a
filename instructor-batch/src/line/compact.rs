//! A body as one line.

use std::borrow::Cow;

use memchr::memchr2;

/// The same JSON without an end of line in it: those that stand in texts are escaped already, and
/// all others are mere space.
pub(super) fn on_one_line(json: &[u8]) -> Cow<'_, [u8]> {
    let json = json.trim_ascii();
    if memchr2(b'\n', b'\r', json).is_none() {
        return Cow::Borrowed(json);
    }
    let mut line = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some(&byte) = rest.first() {
        let length = if byte == b'"' { text_length(rest) } else { 1 };
        if !byte.is_ascii_whitespace() {
            line.extend_from_slice(&rest[..length]);
        }
        rest = &rest[length..];
    }
    Cow::Owned(line)
}

/// The length of the text that begins with the first byte, its quotes included.
fn text_length(json: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = json.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if json[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    json.len()
}
