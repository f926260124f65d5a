//! What the envelopes have in common when they read a line, without a tree.

use std::borrow::Cow;

use instructor_core::provider::ProviderError;
use instructor_core::scan::{Entries, is_null, text};
use serde_json::Value;

use super::End;

/// A raw value, if there is one.
type Raw<'a> = Option<&'a [u8]>;

/// The line without the mark that some editors put before a file.
pub(super) fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
}

/// The raw values of these properties; nothing if it is no whole object. The last of two with one
/// name counts, as everywhere.
pub(super) fn properties<'a, const N: usize>(
    json: &'a [u8],
    names: [&str; N],
) -> Option<[Raw<'a>; N]> {
    let mut entries = Entries::new(json)?;
    let found = among(&mut entries, names);
    entries.is_complete().then_some(found)
}

/// The same, and the properties of the object `inside`, which is not read twice. If it is no object,
/// it is one of the others, if it is asked for.
pub(super) fn properties_and<'a, const N: usize, const M: usize>(
    json: &'a [u8],
    names: [&str; N],
    inside: &str,
    inner_names: [&str; M],
) -> Option<([Raw<'a>; N], Option<[Raw<'a>; M]>)> {
    let (mut found, mut found_inside) = ([None; N], None);
    let mut entries = Entries::new(json)?;
    while let Some(name) = entries.name() {
        if name == inside.as_bytes()
            && let Some(mut inner) = entries.enter()
        {
            found_inside = Some(among(&mut inner, inner_names));
            entries.leave(&inner);
        } else if let Some(i) = names.iter().position(|wanted| wanted.as_bytes() == name) {
            found[i] = entries.value();
        } else {
            entries.value();
        }
    }
    entries.is_complete().then_some((found, found_inside))
}

fn among<'a, const N: usize>(entries: &mut Entries<'a>, names: [&str; N]) -> [Raw<'a>; N] {
    let mut found = [None; N];
    for (name, value) in entries {
        if let Some(i) = names.iter().position(|wanted| wanted.as_bytes() == name) {
            found[i] = Some(value);
        }
    }
    found
}

/// The value, unless it is `null`.
pub(super) fn present(raw: Option<&[u8]>) -> Option<&[u8]> {
    raw.filter(|raw| !is_null(raw))
}

/// The value, if it is an object.
pub(super) fn object(raw: Option<&[u8]>) -> Option<&[u8]> {
    raw.filter(|raw| raw.starts_with(b"{"))
}

/// What an error says, unless it says nothing.
pub(super) fn failure(raw: Option<&[u8]>) -> Option<&[u8]> {
    present(raw).filter(|raw| !matches!(*raw, b"\"\"" | b"{}" | b"false"))
}

/// An id: a text, or a number as it is spelled.
pub(super) fn id(raw: Option<&[u8]>) -> Option<Cow<'_, str>> {
    let raw = present(raw)?;
    let id = match raw.first()? {
        b'"' => text(raw)?,
        b'0'..=b'9' | b'-' => Cow::Borrowed(std::str::from_utf8(raw).ok()?),
        _ => return None,
    };
    Some(id).filter(|id| !id.is_empty())
}

/// A whole number, which may stand in quotes.
pub(super) fn number(raw: Option<&[u8]>) -> Option<u16> {
    let raw = present(raw)?;
    let digits = raw.strip_prefix(b"\"").and_then(|raw| raw.strip_suffix(b"\"")).unwrap_or(raw);
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

/// The code and the words of an error: an object, one inside another, or a text.
pub(super) fn words(error: &[u8]) -> (Option<String>, String) {
    let error: Value = serde_json::from_slice(error).unwrap_or(Value::Null);
    let inner = error.get("error").filter(|inner| inner.is_object()).unwrap_or(&error);
    let word = |name: &str| match inner.get(name)? {
        Value::String(word) if !word.is_empty() => Some(word.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let message = word("message").or_else(|| inner.as_str().map(str::to_owned));
    let message = message.unwrap_or_else(|| "it does not say why".to_owned());
    (word("code").or_else(|| word("type")), shown(&message))
}

/// The words without keys, on one line and shortened.
fn shown(message: &str) -> String {
    ProviderError::encode(message).message
}

/// A failure in our own words.
pub(super) fn failed(message: &str) -> End<'static> {
    End::Failed { code: None, message: message.to_owned() }
}

/// An error as the body that it would have come in: `{"error": …}`.
pub(super) fn as_body(error: &[u8]) -> Cow<'_, [u8]> {
    match properties(error, ["error"]) {
        Some([Some(_)]) => Cow::Borrowed(error),
        _ => Cow::Owned([b"{\"error\":", error, b"}"].concat()),
    }
}

/// Whether this is the status of a response, and not of success.
pub(super) fn is_failure(status: u16) -> bool {
    matches!(status, 100..=199 | 300..=599)
}
