//! JSON read in one pass and without a tree, as strictly as serde reads it.
//!
//! Nothing is what it says for everything that is no JSON, and for the few things that are and need
//! not be understood here: names with escapes, and values nested deeper than 100 levels.

use std::borrow::Cow;

/// A place in a JSON text.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    json: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Before the first byte of a text that should be JSON.
    pub(crate) fn new(json: &'a [u8]) -> Option<Self> {
        std::str::from_utf8(json).ok().map(|json| Self { json, at: 0 })
    }

    /// Reads an object; `entry` reads the value of each property.
    pub(crate) fn object(
        &mut self,
        mut entry: impl FnMut(&mut Self, &'a str) -> Option<()>,
    ) -> Option<()> {
        self.expect(b'{')?;
        if self.takes(b'}') {
            return Some(());
        }
        loop {
            let name = self.name()?;
            entry(self, name)?;
            if self.takes(b'}') {
                return Some(());
            }
            self.expect(b',')?;
        }
    }

    /// Reads a list.
    pub(crate) fn list(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        if self.takes(b']') {
            return Some(());
        }
        loop {
            element(self)?;
            if self.takes(b']') {
                return Some(());
            }
            self.expect(b',')?;
        }
    }

    /// Reads a list with exactly one element.
    pub(crate) fn only<R>(&mut self, element: impl FnOnce(&mut Self) -> Option<R>) -> Option<R> {
        self.expect(b'[')?;
        let read = element(self)?;
        self.expect(b']')?;
        Some(read)
    }

    /// Reads a value that may be `null`; it stays nothing then.
    pub(crate) fn optional<R>(
        &mut self,
        value: &mut Option<R>,
        read: impl FnOnce(&mut Self) -> Option<R>,
    ) -> Option<()> {
        if self.peek() == Some(b'n') {
            return self.null();
        }
        *value = Some(read(self)?);
        Some(())
    }

    /// Reads `null`.
    pub(crate) fn null(&mut self) -> Option<()> {
        self.space();
        self.literal("null")
    }

    /// Reads a text; borrowed where it has no escapes.
    pub(crate) fn text(&mut self) -> Option<Cow<'a, str>> {
        self.expect(b'"')?;
        let rest = self.rest();
        let plain = plain(rest);
        if rest.get(plain) == Some(&b'"') {
            let text = self.json.get(self.at..self.at + plain)?;
            self.at += plain + 1;
            return Some(Cow::Borrowed(text));
        }
        let (text, length) = unescaped(rest)?;
        self.at += length;
        Some(Cow::Owned(text))
    }

    /// Reads any value, as it stands there.
    pub(crate) fn raw(&mut self) -> Option<&'a str> {
        self.space();
        let start = self.at;
        self.skip()?;
        self.json.get(start..self.at)
    }

    /// The first byte of what comes next.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        self.space();
        self.rest().first().copied()
    }

    /// Reads any value.
    pub(crate) fn skip(&mut self) -> Option<()> {
        const DEEPEST: u32 = 100;
        // A bit for each level, set for an object; the lowest is the innermost.
        let (mut depth, mut objects) = (0_u32, 0_u128);
        loop {
            match self.peek()? {
                open @ (b'{' | b'[') if depth < DEEPEST => {
                    self.at += 1;
                    let is_object = open == b'{';
                    if !self.takes(if is_object { b'}' } else { b']' }) {
                        (depth, objects) = (depth + 1, objects << 1 | u128::from(is_object));
                        if is_object {
                            self.name()?;
                        }
                        continue;
                    }
                }
                b'"' => self.skip_text()?,
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                _ => self.number()?,
            }
            // Behind a value.
            loop {
                if depth == 0 {
                    return Some(());
                }
                let in_object = objects & 1 == 1;
                if self.takes(b',') {
                    if in_object {
                        self.name()?;
                    }
                    break;
                }
                self.expect(if in_object { b'}' } else { b']' })?;
                (depth, objects) = (depth - 1, objects >> 1);
            }
        }
    }

    /// Reads what may stand behind the last value.
    pub(crate) fn end(mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// Reads the name of a property and the colon.
    fn name(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let length = plain(self.rest());
        let name = self.json.get(self.at..self.at + length)?;
        self.at += length;
        self.literal("\"")?;
        self.expect(b':')?;
        Some(name)
    }

    fn skip_text(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            self.at += plain(self.rest());
            match self.rest() {
                [b'"', ..] => {
                    self.at += 1;
                    return Some(());
                }
                [b'\\', b'u', digits @ ..] => {
                    hexadecimal(digits)?;
                    self.at += 6;
                }
                [b'\\', escape, ..] if escaped(*escape) != 0 => self.at += 2,
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    fn literal(&mut self, literal: &str) -> Option<()> {
        let there = self.rest().starts_with(literal.as_bytes());
        self.at += if there { literal.len() } else { 0 };
        there.then_some(())
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.takes(byte).then_some(())
    }

    /// Whether this comes next, behind spaces; then it is read.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        self.take(byte)
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.rest().first() == Some(&byte);
        self.at += usize::from(there);
        there
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.rest().first() {
            self.at += 1;
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.json.as_bytes().get(self.at..).unwrap_or_default()
    }
}

/// Eight bytes at a time.
const WORD: usize = 8;

/// How many bytes there are before a quote, a backslash or a control character.
fn plain(json: &[u8]) -> usize {
    let mut before = 0;
    for word in json.chunks_exact(WORD) {
        let plain = plain_in(word);
        before += plain;
        if plain < WORD {
            return before;
        }
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
    before + json[before..].iter().take_while(|byte| !special(byte)).count()
}

/// The same for a word: a byte that is none of them keeps its highest bit clear in all three
/// differences, at least below the first one that is.
fn plain_in(word: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let word = word.try_into().map_or(0, u64::from_le_bytes);
    let equal = |byte: u8| {
        let different = word ^ (ONES * u64::from(byte));
        different.wrapping_sub(ONES) & !different
    };
    let control = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
    let found = (equal(b'"') | equal(b'\\') | control) & (ONES << 7);
    found.trailing_zeros() as usize / WORD
}

/// The text behind an opening quote, and how many bytes it takes up together with the closing one.
fn unescaped(json: &[u8]) -> Option<(String, usize)> {
    // Whole words are copied, so there must be room for one, and the closing quote is behind it.
    let mut text = vec![0; json.len().min(2048) + WORD];
    let (mut from, mut to) = (0, 0);
    loop {
        if text.len() < to + WORD {
            text.resize(text.len() * 2, 0);
        }
        if let Some(word) = json.get(from..from + WORD) {
            text[to..to + WORD].copy_from_slice(word);
            let plain = plain_in(word);
            (from, to) = (from + plain, to + plain);
            if plain == WORD {
                continue;
            }
        }
        let rest = &json[from..];
        match rest {
            [b'"', ..] => {
                text.truncate(to);
                return Some((String::from_utf8(text).ok()?, from + 1));
            }
            [b'\\', b'u', digits @ ..] => {
                let (character, length) = character(digits)?;
                if text.len() < to + WORD {
                    text.resize(text.len() * 2, 0);
                }
                to += character.encode_utf8(&mut text[to..]).len();
                from += 2 + length;
            }
            [b'\\', escape, ..] => {
                let byte = escaped(*escape);
                if byte == 0 {
                    return None;
                }
                text[to] = byte;
                (from, to) = (from + 2, to + 1);
            }
            [byte, ..] if *byte >= b' ' => {
                text[to] = *byte;
                (from, to) = (from + 1, to + 1);
            }
            _ => return None,
        }
    }
}

/// What stands for itself behind a backslash, or for a control character; 0 for anything else.
fn escaped(escape: u8) -> u8 {
    match escape {
        b'"' | b'\\' | b'/' => escape,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'f' => 12,
        b'r' => b'\r',
        _ => 0,
    }
}

/// The character whose digits stand behind `\u`, and how many bytes they take up, together with
/// those of the second half where it has two.
fn character(digits: &[u8]) -> Option<(char, usize)> {
    let first = hexadecimal(digits)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 4));
    }
    let [b'\\', b'u', second @ ..] = digits.get(4..)? else { return None };
    let halves = [first, hexadecimal(second)?].map(|half| u16::try_from(half).unwrap_or_default());
    let character = char::decode_utf16(halves).next()?.ok()?;
    Some((character, 10))
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let digits = digits.first_chunk::<4>()?;
    let digit = |digit: u8| char::from(digit).to_digit(16);
    digits.iter().try_fold(0, |number, each| Some(number << 4 | digit(*each)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    fn whole<'a, R>(json: &'a [u8], read: impl FnOnce(&mut Cursor<'a>) -> Option<R>) -> Option<R> {
        let mut cursor = Cursor::new(json)?;
        let read = read(&mut cursor)?;
        cursor.end().map(|()| read)
    }

    #[test]
    fn objects_and_lists_are_read_in_one_pass() {
        let json = br#" { "a" : [ 1 , "x\n" ] , "b" : null , "c" : {} , "d" : [ ] } "#;
        let mut found = Vec::new();
        let read = whole(json, |at| {
            at.object(|at, name| {
                found.push(name.to_owned());
                match name {
                    "a" => at.list(|at| {
                        found.push(at.raw()?.to_owned());
                        Some(())
                    }),
                    "b" => at.optional(&mut None, Cursor::text),
                    _ => at.skip(),
                }
            })
        });
        assert_eq!(read, Some(()));
        assert_eq!(found, ["a", "1", r#""x\n""#, "b", "c", "d"]);
        assert!(matches!(whole(b"[\"x\"]", |at| at.only(Cursor::text)), Some(Cow::Borrowed("x"))));
        assert_eq!(whole(br#"["x","y"]"#, |at| at.only(Cursor::text)), None);
        assert_eq!(whole(b"[]", |at| at.only(Cursor::text)), None);
        assert_eq!(whole(br#"{"\u0061":1}"#, |at| at.object(|at, _| at.skip())), None);
    }

    fn json() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\"a\"",
            "\"a\":",
            " ",
            "\n",
            "0",
            "1",
            "-",
            ".",
            "e",
            "E",
            "+",
            "true",
            "false",
            "null",
            "nul",
            "\\u00e9",
            "\\ud83d\\ude00",
            "\\ud83d",
            "\\n",
            "\\/",
            "\\x",
            "é",
            "😀",
            "\u{1}",
            "longer than a word",
        ]);
        prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn a_text_is_what_serde_reads(text in any::<String>(), more in json()) {
            for json in [serde_json::to_string(&text).unwrap(), format!("\"{more}\"")] {
                let read = whole(json.as_bytes(), Cursor::text).map(Cow::into_owned);
                prop_assert_eq!(read, serde_json::from_str::<String>(&json).ok());
            }
        }

        #[test]
        fn what_is_skipped_is_json(json in json(), cut in any::<prop::sample::Index>()) {
            for json in [&json[..], &format!("[{json}]"), &format!("{{\"a\":[{json}]}}")] {
                let is_json = serde_json::from_str::<&RawValue>(json).is_ok();
                let skipped = whole(json.as_bytes(), Cursor::skip).is_some();
                // A name with an escape is not understood.
                prop_assert!(skipped == is_json || (is_json && json.contains('\\')), "{}", json);
                let bytes = &json.as_bytes()[..cut.index(json.len() + 1)];
                let _ = whole(bytes, Cursor::skip);
                let _ = whole(bytes, Cursor::text);
            }
        }
    }
}
