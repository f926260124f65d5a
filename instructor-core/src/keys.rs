//! Keys in a text: told by how they begin, and masked.

/// How keys of well-known services begin.
const STARTS: &[&str] =
    &["sk-", "sk_", "gsk_", "xai-", "AIza", "hf_", "tgp_", "key-", "pk-", "r8_"];

/// The text with `***` for everything that may be a key, for people: a word too many is no harm.
pub(crate) fn mask_likely(text: &str) -> String {
    mask(text, |rest| rest.len() > 4)
}

/// The text with `***` for everything that must be a key, for machines: `key-value` is none. A key
/// has a long run of letters and digits.
pub(crate) fn mask_certain(text: &str) -> String {
    let random = |run: &str| {
        let has = |class: fn(&u8) -> bool| run.bytes().any(|byte| class(&byte));
        run.len() >= 16 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
    };
    mask(text, |rest| rest.split(['-', '_', '*']).any(random))
}

/// Masks the parts of a text that begin like a key, whatever stands around them, if what follows the
/// beginning is that of a key.
fn mask(text: &str, is_key: impl Fn(&str) -> bool) -> String {
    let of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(of_key) {
        let (before, tail) = rest.split_at(start + escaped(rest, start));
        let end = tail.find(|c| !of_key(c)).unwrap_or(tail.len());
        let (token, after) = tail.split_at(end);
        masked.push_str(before);
        let key = STARTS.iter().find(|start| token.strip_prefix(**start).is_some_and(&is_key));
        match key {
            Some(start) => {
                masked.push_str(start);
                masked.push_str("***");
            }
            None => masked.push_str(token),
        }
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// 1 if the letter at `start` is that of an escape such as `\n`: in JSON, it begins no word.
fn escaped(text: &str, start: usize) -> usize {
    let (before, tail) = text.split_at(start);
    let backslashes = before.bytes().rev().take_while(|byte| *byte == b'\\').count();
    usize::from(backslashes % 2 == 1 && tail.starts_with(['b', 'f', 'n', 'r', 't']))
}

#[cfg(test)]
mod tests {
    use super::{mask_certain, mask_likely};

    #[test]
    fn what_must_be_a_key_is_masked_and_nothing_else() {
        for (text, expected) in [
            ("{\"a\":\"sk-proj-aB3dE5gH7jK9mN1pQ3\"}\n", "{\"a\":\"sk-***\"}\n"),
            ("gsk_aB3dE5gH7jK9mN1pQ3,AIzaB3dE5gH7jK9mN1pQ3", "gsk_***,AIza***"),
            ("sk-test-5ecret5ecret5ecret", "sk-***"),
            (
                "key-value and key-performance-indicators-2026",
                "key-value and key-performance-indicators-2026",
            ),
            ("sk-***", "sk-***"),
            (r#""a\nsk-aB3dE5gH7jK9mN1pQ3""#, r#""a\nsk-***""#),
            (r#""\\sk-aB3dE5gH7jK9mN1pQ3\r""#, r#""\\sk-***\r""#),
            ("  größer\u{2028}–\t≤ 3\r\n", "  größer\u{2028}–\t≤ 3\r\n"),
            ("", ""),
        ] {
            assert_eq!(mask_certain(text), expected);
        }
        assert_eq!(mask_likely("key-value"), "key-***");
    }
}
