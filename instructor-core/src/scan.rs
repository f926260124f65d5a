//! JSON read without building anything: the raw bytes of what an object holds.
//!
//! What is skipped is not checked: whoever needs that reads the same bytes with serde. It serves to
//! look for a few values in many lines.

use std::borrow::Cow;

use memchr::memchr2;

pub use crate::cursor::plain;
use crate::cursor::special_in;

/// The properties of an object, each as the raw name (without quotes, escapes as they are) and the
/// raw value.
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    json: &'a [u8],
    at: usize,
    state: State,
    /// Something may come behind it.
    inner: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Among,
    Done,
    Broken,
}

impl<'a> Entries<'a> {
    /// The properties of the object that is the whole of `json`.
    pub fn new(json: &'a [u8]) -> Option<Self> {
        let at = space(json, 0);
        let is_object = json.get(at) == Some(&b'{');
        is_object.then_some(Self { json, at: at + 1, state: State::Before, inner: false })
    }

    /// The name of the next property. Its value comes next, from [`value`](Self::value) or
    /// [`enter`](Self::enter).
    pub fn name(&mut self) -> Option<&'a [u8]> {
        if !self.goes_on() {
            return None;
        }
        let name = self.read_name();
        if name.is_none() {
            self.state = State::Broken;
        }
        name
    }

    /// The value of the property whose name was read.
    pub fn value(&mut self) -> Option<&'a [u8]> {
        let value = self.read_value();
        if value.is_none() {
            self.state = State::Broken;
        }
        value
    }

    /// The properties of this value, if it is an object, so that it need not be read twice. It must
    /// be read to its end and [left](Self::leave).
    pub fn enter(&self) -> Option<Self> {
        let Self { json, at, .. } = *self;
        let is_object = json.get(at) == Some(&b'{');
        is_object.then_some(Self { json, at: at + 1, state: State::Before, inner: true })
    }

    /// Goes on behind an object that was entered.
    pub fn leave(&mut self, entered: &Self) {
        self.at = entered.at;
        if !entered.is_complete() {
            self.state = State::Broken;
        }
    }

    /// Whether the object was read to its end, and nothing comes after it.
    pub fn is_complete(&self) -> bool {
        self.state == State::Done
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.name()?, self.value()?))
    }
}

impl<'a> Entries<'a> {
    /// Goes to the next entry, if there is one.
    fn goes_on(&mut self) -> bool {
        self.at = space(self.json, self.at);
        match (self.json.get(self.at), self.state) {
            (_, State::Done | State::Broken) => return false,
            (Some(b'}'), _) if self.inner => {
                (self.at, self.state) = (self.at + 1, State::Done);
                return false;
            }
            (Some(b'}'), _) => {
                let rest = space(self.json, self.at + 1);
                self.state = if rest == self.json.len() { State::Done } else { State::Broken };
                return false;
            }
            (Some(b','), State::Among) => self.at = space(self.json, self.at + 1),
            (Some(_), State::Before) => self.state = State::Among,
            _ => {
                self.state = State::Broken;
                return false;
            }
        }
        true
    }

    /// A name and the colon behind it.
    fn read_name(&mut self) -> Option<&'a [u8]> {
        let name = self.read_value()?;
        let name = name.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        self.at = space(self.json, self.at);
        if self.json.get(self.at) != Some(&b':') {
            return None;
        }
        self.at = space(self.json, self.at + 1);
        Some(name)
    }

    fn read_value(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        self.at = after_value(self.json, start)?;
        self.json.get(start..self.at)
    }
}

fn space(json: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = json.get(at) {
        at += 1;
    }
    at
}

/// The place behind the value that begins at `at`.
fn after_value(json: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match json.get(at)? {
            b'"' => at = after_text(json, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if depth > 0 => at += 1,
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => return None,
            _ => {
                let literal =
                    |byte: &u8| !matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
                at += json[at..].iter().take_while(|byte| literal(byte)).count();
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The place behind the text whose opening quote is at `at`.
fn after_text(json: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    while let Some(window) = json.get(at..).and_then(<[u8]>::first_chunk) {
        let end = at + window.len();
        let mut marks = special_in(window);
        while marks != 0 {
            let plain = marks.trailing_zeros() as usize;
            at += plain;
            let read = match json[at] {
                b'"' => return Some(at + 1),
                b'\\' => 2,
                _ => 1,
            };
            at += read;
            let passed = u32::try_from(plain + read).unwrap_or(u32::MAX);
            marks = marks.checked_shr(passed).unwrap_or_default();
        }
        at = at.max(end);
    }
    loop {
        at += memchr2(b'"', b'\\', json.get(at..)?)?;
        if json[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// The text that a raw value is; borrowed where it has no escapes.
pub fn text(raw: &[u8]) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if memchr2(b'"', b'\\', inner).is_none() && !inner.iter().any(|byte| *byte < b' ') {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice::<String>(raw).ok().map(Cow::Owned)
}

/// Whether a raw value is `null`.
pub fn is_null(raw: &[u8]) -> bool {
    raw == b"null"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> String {
        let Some(mut entries) = Entries::new(json.as_bytes()) else { return "none".into() };
        let mut shown = String::new();
        for (name, value) in entries.by_ref() {
            let part = [name, b"=", value, b";"].concat();
            shown.push_str(&String::from_utf8_lossy(&part));
        }
        if !entries.is_complete() {
            shown.push('!');
        }
        shown
    }

    #[test]
    fn an_object_is_its_raw_entries() {
        for (json, expected) in [
            ("{}", ""),
            (" { } ", ""),
            (r#"{"a":1,"b": "x\"}," , "c":[{"d":[]}, 2]}"#, r#"a=1;b="x\"},";c=[{"d":[]}, 2];"#),
            (r#"{"a":null}x"#, "a=null;!"),
            (r#"{"a":1"#, "a=1;!"),
            (r#"{"a":"#, "!"),
            (r#"{"a" 1}"#, "!"),
            (r#"{"a":1,}"#, "a=1;!"),
            (r#"{"a":1 "b":2}"#, "a=1;!"),
            (r#"{"a":"x"#, "!"),
            (r#"{"a":"\"#, "!"),
            ("[]", "none"),
            ("", "none"),
        ] {
            assert_eq!(shown(json), expected, "{json}");
        }
    }

    #[test]
    fn an_object_is_entered_and_left() {
        for (json, expected) in [
            (r#"{"a":{"b":1,"c":{"d":[]}} ,"e":2}"#, "a(b=1;c={\"d\":[]};)e=2;"),
            (r#"{"a":{} }"#, "a()"),
            (r#"{"a":[{}]}"#, "a=[{}];"),
            (r#"{"a":{"b":1"#, "a(b=1;)!"),
            (r#"{"a":{"b":1,}}"#, "a(b=1;)!"),
            (r#"{"a":{"b":1}"#, "a(b=1;)!"),
            (r#"{"a":{"b":1}}x"#, "a(b=1;)!"),
        ] {
            let mut found = Vec::new();
            let mut entries = Entries::new(json.as_bytes()).unwrap();
            let text = |raw| String::from_utf8_lossy(raw).into_owned();
            while let Some(name) = entries.name() {
                found.push(text(name));
                if let Some(mut inner) = entries.enter() {
                    let inside = inner.by_ref();
                    let inside = inside.map(|(name, value)| text(name) + "=" + &text(value) + ";");
                    found.push(format!("({})", inside.collect::<String>()));
                    entries.leave(&inner);
                } else if let Some(value) = entries.value() {
                    found.push(format!("={};", text(value)));
                }
            }
            let shown = found.concat() + if entries.is_complete() { "" } else { "!" };
            assert_eq!(shown, expected, "{json}");
        }
    }

    #[test]
    fn texts_end_at_their_quote_wherever_it_stands() {
        for before in 0..80 {
            let text = format!("\"{}\\\"é\\\\\"", "x".repeat(before));
            let json = format!("{{\"a\":{text},\"b\":1}}");
            let all: Vec<_> = Entries::new(json.as_bytes()).unwrap().collect();
            assert_eq!(all, [(&b"a"[..], text.as_bytes()), (b"b", b"1")]);
        }
    }

    #[test]
    fn texts_are_unescaped() {
        assert!(matches!(text(br#""plain""#), Some(Cow::Borrowed("plain"))));
        assert_eq!(text(br#""a\n\u00e9""#).as_deref(), Some("a\né"));
        assert_eq!(text(b"\"\xff\""), None);
        assert_eq!(text(b"1"), None);
        assert_eq!(text(b"\""), None);
    }
}
