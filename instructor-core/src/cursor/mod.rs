//! JSON read in one pass and without a tree, as strictly as serde reads it.
//!
//! Nothing is what it says for everything that is no JSON, and for the few things that are and need
//! not be understood here: names with escapes, and values nested deeper than 100 levels.

use std::borrow::Cow;

mod marks;
mod unescape;

pub use marks::plain;
use marks::plain_ascii;
pub(crate) use marks::special_in;
use unescape::{escaped, hexadecimal, unescaped};

/// A place in a JSON text.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// Before the first byte of a text that should be JSON.
    pub(crate) const fn new(json: &'a [u8]) -> Self {
        Self { rest: json }
    }

    /// Reads an object; `entry` reads the value of each property.
    #[inline]
    pub(crate) fn object(
        &mut self,
        mut entry: impl FnMut(&mut Self, &'a [u8]) -> Option<()>,
    ) -> Option<()> {
        self.expect(b'{')?;
        if self.takes(b'}') {
            return Some(());
        }
        loop {
            let name = self.name()?;
            entry(self, name)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Reads a list.
    #[inline]
    pub(crate) fn list(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        if self.takes(b']') {
            return Some(());
        }
        loop {
            element(self)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
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
    #[inline]
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
        self.literal(b"null")
    }

    /// Reads a text; borrowed where it has no escapes.
    pub(crate) fn text(&mut self) -> Option<Cow<'a, str>> {
        self.expect(b'"')?;
        let length = plain(self.rest);
        if self.rest.get(length) == Some(&b'"') {
            let text = std::str::from_utf8(self.go(length)).ok()?;
            self.go(1);
            return Some(Cow::Borrowed(text));
        }
        let (text, length) = unescaped(self.rest)?;
        self.go(length);
        Some(Cow::Owned(text))
    }

    /// Reads a text that nobody wants to know.
    pub(crate) fn some_text(&mut self) -> Option<()> {
        let before = self.rest;
        self.expect(b'"')?;
        self.go(plain_ascii(self.rest));
        if !self.take(b'"') {
            self.rest = before;
            self.text()?;
        }
        Some(())
    }

    /// Reads a whole number that is not negative.
    pub(crate) fn count(&mut self) -> Option<u64> {
        let first = self.next()?.wrapping_sub(b'0');
        let mut count = u64::from(first);
        loop {
            match self.rest.first()? {
                byte @ b'0'..=b'9' if first > 0 => {
                    count = count.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
                    self.go(1);
                }
                b'0'..=b'9' | b'.' | b'e' | b'E' => return None,
                _ => return (first <= 9).then_some(count),
            }
        }
    }

    /// Reads any value, as it stands there.
    pub(crate) fn raw(&mut self) -> Option<&'a [u8]> {
        self.space();
        let before = self.rest;
        self.skip()?;
        before.get(..before.len() - self.rest.len())
    }

    /// The first byte of what comes next.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        self.space();
        self.rest.first().copied()
    }

    /// Reads any value.
    pub(crate) fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' | b'[' => self.skip_nested(),
            _ => self.skip_simple(),
        }
    }

    /// Reads what is no object and no list.
    #[inline]
    fn skip_simple(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.skip_text(),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            _ => self.number(),
        }
    }

    fn skip_nested(&mut self) -> Option<()> {
        const DEEPEST: u32 = 100;
        // A bit for each level, set for an object; the lowest is the innermost.
        let (mut depth, mut objects) = (0_u32, 0_u128);
        loop {
            match self.peek()? {
                open @ (b'{' | b'[') if depth < DEEPEST => {
                    self.go(1);
                    let is_object = open == b'{';
                    if !self.takes(if is_object { b'}' } else { b']' }) {
                        (depth, objects) = (depth + 1, objects << 1 | u128::from(is_object));
                        if is_object {
                            self.name()?;
                        }
                        continue;
                    }
                }
                b'{' | b'[' => return None,
                _ => self.skip_simple()?,
            }
            // Behind a value.
            while depth > 0 {
                let in_object = objects & 1 == 1;
                match self.next()? {
                    b',' => {
                        if in_object {
                            self.name()?;
                        }
                        break;
                    }
                    b'}' if in_object => {}
                    b']' if !in_object => {}
                    _ => return None,
                }
                (depth, objects) = (depth - 1, objects >> 1);
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Reads what may stand behind the last value.
    pub(crate) fn end(mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// Reads the name of a property and the colon.
    #[inline]
    fn name(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let name = self.go(plain_ascii(self.rest));
        self.literal(b"\"")?;
        self.expect(b':')?;
        Some(name)
    }

    fn skip_text(&mut self) -> Option<()> {
        self.go(1);
        let text = self.rest;
        self.go(plain_ascii(text));
        if self.take(b'"') {
            return Some(());
        }
        loop {
            self.go(plain(self.rest));
            match self.rest {
                [b'"', ..] => {
                    let text = &text[..text.len() - self.rest.len()];
                    self.go(1);
                    return std::str::from_utf8(text).is_ok().then_some(());
                }
                [b'\\', b'u', digits @ ..] => {
                    hexadecimal(digits)?;
                    self.go(6);
                }
                [b'\\', escape, ..] if escaped(*escape) != 0 => {
                    self.go(2);
                }
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
        let count = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.go(count);
        (count > 0).then_some(())
    }

    #[inline]
    fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(literal)?;
        Some(())
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        self.takes(byte).then_some(())
    }

    /// Whether this comes next, behind spaces; then it is read.
    #[inline]
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        self.take(byte)
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let there = self.rest.first() == Some(&byte);
        self.go(usize::from(there));
        there
    }

    /// Reads the first byte behind spaces.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        self.space();
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    #[inline]
    fn space(&mut self) {
        while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Goes on by so many bytes, which are given.
    #[inline]
    fn go(&mut self, count: usize) -> &'a [u8] {
        let (passed, rest) = self.rest.split_at_checked(count).unwrap_or((self.rest, &[]));
        self.rest = rest;
        passed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    fn whole<'a, R>(json: &'a [u8], read: impl FnOnce(&mut Cursor<'a>) -> Option<R>) -> Option<R> {
        let mut cursor = Cursor::new(json);
        let read = read(&mut cursor)?;
        cursor.end().map(|()| read)
    }

    fn shown(json: &[u8]) -> String {
        String::from_utf8_lossy(json).into_owned()
    }

    #[test]
    fn objects_and_lists_are_read_in_one_pass() {
        let json = br#" { "a" : [ 1 , "x\n" ] , "b" : null , "c" : {} , "d" : [ ] } "#;
        let mut found = Vec::new();
        let read = whole(json, |at| {
            at.object(|at, name| {
                found.push(shown(name));
                match name {
                    b"a" => at.list(|at| {
                        found.push(shown(at.raw()?));
                        Some(())
                    }),
                    b"b" => at.optional(&mut None, Cursor::text),
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
        fn a_text_is_what_serde_reads(text in any::<String>(), more in json(), times in 1..9_usize) {
            let (text, more) = (text.repeat(times), more.repeat(times));
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
