//! A finished line with two gaps, for an id and a text: what is the same in all lines is written once.

use memchr::memmem;

/// A line, its end included, in three pieces around an id and a text.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pieces: [Vec<u8>; 3],
    id_first: bool,
}

impl Template {
    /// A template of a line that holds this id and this text, both plain letters; nothing if one of
    /// them does not stand in it exactly once.
    pub(crate) fn new(line: &[u8], id: &str, text: &str) -> Option<Self> {
        let (id, text) = (once(line, id)?, once(line, text)?);
        let id_first = id.0 < text.0;
        let (first, second) = if id_first { (id, text) } else { (text, id) };
        let pieces = [
            line[..first.0].to_vec(),
            line.get(first.1..second.0)?.to_vec(),
            line[second.1..].to_vec(),
        ];
        Some(Self { pieces, id_first })
    }

    /// Appends the line for an id that needs no escapes, and a text.
    pub(crate) fn push(&self, id: &str, text: &str, out: &mut Vec<u8>) {
        let [start, middle, end] = &self.pieces;
        let length = start.len() + middle.len() + end.len() + id.len();
        // A few escapes more, and the text is seldom moved.
        out.reserve(length + text.len() + text.len() / 32 + 16);
        out.extend_from_slice(start);
        if self.id_first {
            out.extend_from_slice(id.as_bytes());
            out.extend_from_slice(middle);
            push_escaped(text, out);
        } else {
            push_escaped(text, out);
            out.extend_from_slice(middle);
            out.extend_from_slice(id.as_bytes());
        }
        out.extend_from_slice(end);
    }
}

/// Where the word begins and ends, if it stands there once.
fn once(line: &[u8], word: &str) -> Option<(usize, usize)> {
    let mut found = memmem::find_iter(line, word);
    let start = found.next()?;
    found.next().is_none().then_some((start, start + word.len()))
}

/// Appends the inside of a JSON string, escaped as `serde_json` does.
pub(crate) fn push_escaped(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while let Some(at) = special(rest) {
        out.extend_from_slice(&rest[..at]);
        push_escape(rest[at], out);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

/// Where the first byte is that needs an escape. Most texts have few: many bytes are looked at
/// together, for which the compiler has instructions, and then eight at a time.
fn special(bytes: &[u8]) -> Option<usize> {
    let (chunks, _) = bytes.as_chunks::<64>();
    let plain = chunks.iter().take_while(|chunk| is_plain(chunk)).count() * 64;
    let (words, _) = bytes[plain..].as_chunks::<8>();
    let mut marks = words.iter().map(|word| specials(u64::from_le_bytes(*word)));
    if let Some(i) = marks.position(|marks| marks != 0) {
        let bits = specials(u64::from_le_bytes(words[i])).trailing_zeros();
        return Some(plain + i * 8 + bits as usize / 8);
    }
    let last = plain + words.len() * 8;
    bytes[last..].iter().position(|byte| is_special(*byte)).map(|at| last + at)
}

fn is_plain(chunk: &[u8; 64]) -> bool {
    !chunk.iter().fold(false, |special, byte| special | is_special(*byte))
}

const fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// The highest bit of the first of eight bytes that needs an escape; behind it there may be others
/// that are wrong, because a subtraction borrows from there.
const fn specials(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let control = word.wrapping_sub(ONES * b' ' as u64) & !word;
    (control | quote.wrapping_sub(ONES) & !quote | backslash.wrapping_sub(ONES) & !backslash)
        & (ONES << 7)
}

fn push_escape(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digits = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            out.extend_from_slice(b"\\u00");
            return out.extend_from_slice(&digits);
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Template, push_escaped};

    fn check(text: &str) {
        let mut ours = vec![b'"'];
        push_escaped(text, &mut ours);
        ours.push(b'"');
        assert_eq!(ours, serde_json::to_vec(text).unwrap(), "{text:?}");
    }

    proptest! {
        #[test]
        fn a_text_is_escaped_as_serde_does(text in "(?s).*", plain in "[a-z]{0,200}") {
            check(&text);
            check(&format!("{plain}{text}{plain}"));
        }
    }

    #[test]
    fn every_character_is_escaped_as_serde_does_at_every_place() {
        for c in (0..0x80).map(char::from).chain(['\u{80}', '\u{2028}', '😀']) {
            for before in [0, 1, 62, 63, 64, 65, 200] {
                check(&format!("{}{c}{c}{}", "x".repeat(before), "y".repeat(70)));
            }
        }
        check("");
    }

    #[test]
    fn what_stands_twice_or_nowhere_is_no_gap() {
        let lines = [r#"{"i":"ID","t":"TEXT"}"#, r#"{"t":"TEXT","i":"ID"}"#];
        for line in lines {
            let mut out = Vec::new();
            Template::new(line.as_bytes(), "ID", "TEXT").unwrap().push("a", "\"b", &mut out);
            let expected = line.replace("ID", "a").replace("TEXT", "\\\"b");
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
        for line in ["ID", "TEXT", "ID TEXT ID", "TEXT ID TEXT", ""] {
            assert!(Template::new(line.as_bytes(), "ID", "TEXT").is_none(), "{line}");
        }
    }
}
