//! What a service says, fit to be shown: short, on one line, and without keys.

use crate::keys;

/// More is an HTML page or a copy of the request.
const LIMIT: usize = 300;

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
            shown.push_str(&keys::mask_likely(word));
        }
        masked_next = word.eq_ignore_ascii_case("bearer");
    }
    if let Some((end, _)) = shown.char_indices().nth(LIMIT) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
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
