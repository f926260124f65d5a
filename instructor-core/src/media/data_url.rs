//! Addresses that hold what they lead to: `data:image/png;base64,…` (RFC 2397).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Base64 with or without its `=` at the end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether this is one, right or wrong.
pub(super) fn is_one(url: &str) -> bool {
    rest(url).is_some()
}

/// The media type and the bytes of a `data:` URL; `None` if it is none, or a wrong one.
pub(super) fn read(url: &str) -> Option<(String, Vec<u8>)> {
    let (head, data) = rest(url)?.split_once(',')?;
    let data = unescaped(data)?;
    let mut parts = head.split(';').map(str::trim);
    let mime = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mime = if mime.is_empty() { "text/plain".to_owned() } else { mime };
    let bytes = if parts.any(|part| part.eq_ignore_ascii_case("base64")) {
        let data: Vec<_> = data.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
        BASE64.decode(data).ok()?
    } else {
        data
    };
    Some((mime, bytes))
}

/// What stands after `data:`.
fn rest(url: &str) -> Option<&str> {
    let (scheme, rest) = url.trim().split_once(':')?;
    scheme.eq_ignore_ascii_case("data").then_some(rest)
}

/// The bytes that `%41` and the like stand for.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (escape, after) = piece.split_at_checked(2)?;
        // `from_str_radix` takes a sign as well.
        if !escape.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(escape, 16).ok()?);
        bytes.extend_from_slice(after.as_bytes());
    }
    Some(bytes)
}
