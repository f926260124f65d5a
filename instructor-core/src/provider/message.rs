//! What a service says, fit to be shown: short, on one line, and without keys.

/// More is an HTML page or a copy of the request.
const LIMIT: usize = 300;

/// How keys of well-known services begin.
const KEYS: &[&str] = &["sk-", "sk_", "gsk_", "xai-", "AIza", "hf_", "tgp_", "key-", "pk-", "r8_"];

/// The message without keys, on one line, cut to 300 characters.
pub(super) fn shown(message: &str) -> String {
    let mut shown = String::with_capacity(message.len().min(LIMIT));
    let mut masked_next = false;
    // Far more than is shown, because masking may shorten.
    let start = message.char_indices().nth(LIMIT * 8).map_or(message, |(end, _)| &message[..end]);
    for word in start.split_whitespace() {
        if !shown.is_empty() {
            shown.push(' ');
        }
        if masked_next {
            shown.push_str("***");
        } else {
            push_masked(&mut shown, word);
        }
        masked_next = word.eq_ignore_ascii_case("bearer");
    }
    if let Some((end, _)) = shown.char_indices().nth(LIMIT) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// Masks the parts of a word that begin like a key, whatever stands around them.
fn push_masked(shown: &mut String, word: &str) {
    let of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*');
    let mut rest = word;
    while let Some(start) = rest.find(of_key) {
        let (before, tail) = rest.split_at(start);
        let end = tail.find(|c| !of_key(c)).unwrap_or(tail.len());
        let (token, after) = tail.split_at(end);
        shown.push_str(before);
        match KEYS.iter().find(|key| token.starts_with(**key) && token.len() > key.len() + 4) {
            Some(key) => {
                shown.push_str(key);
                shown.push_str("***");
            }
            None => shown.push_str(token),
        }
        rest = after;
    }
    shown.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn keys_are_masked_wherever_they_stand() {
        for (message, expected) in [
            (
                "Incorrect API key provided: sk-proj-abc123def.",
                "Incorrect API key provided: sk-***.",
            ),
            ("key \"sk-abcdefgh\" and gsk_abcdefgh", "key \"sk-***\" and gsk_***"),
            ("Authorization: Bearer abcdefgh failed", "Authorization: Bearer *** failed"),
            ("the sk- prefix", "the sk- prefix"),
            ("risk-averse task-force", "risk-averse task-force"),
            ("two\n  lines", "two lines"),
            ("größer – ≤ 3", "größer – ≤ 3"),
            ("", ""),
        ] {
            assert_eq!(shown(message), expected);
        }
    }

    #[test]
    fn a_long_message_is_cut() {
        let long = shown(&"ä".repeat(100_000));
        assert_eq!(long.chars().count(), 301);
    }
}
