//! Strict JSON into a [`Node`]: one pass, bounded depth, errors that say where and what.

use std::borrow::Cow;

use super::node::Node;

/// So many lists and objects may stand inside each other; `serde_json` draws the same line.
const DEPTH: usize = 127;

/// The text is no JSON from `offset` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// The byte where something else should stand.
    pub(crate) offset: usize,
    /// What should stand there.
    pub(crate) expected: &'static str,
}

impl Syntax {
    /// The sentence for the model; `text` is what was parsed.
    pub(crate) fn message(&self, text: &str) -> String {
        let before = text.get(..self.offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        format!("must be valid JSON: expected {} at line {line}, column {column}", self.expected)
    }

    /// What stands there instead.
    pub(crate) fn found(&self, text: &str) -> String {
        match text.get(self.offset..).and_then(|rest| rest.chars().next()) {
            Some(char) => format!("{char:?}"),
            None => "the end".into(),
        }
    }
}

/// The whole text as one value.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, Syntax> {
    let (node, end) = parse_at(text, 0)?;
    let mut parser = Parser { text, pos: end, depth: 0 };
    parser.space();
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.expected("nothing more")),
    }
}

/// The value that starts at the byte `start`, and where it ends.
pub(crate) fn parse_at(text: &str, start: usize) -> Result<(Node<'_>, usize), Syntax> {
    let mut parser = Parser { text, pos: start, depth: 0 };
    parser.space();
    let node = parser.value()?;
    Ok((node, parser.pos))
}

struct Parser<'a> {
    text: &'a str,
    pos: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.pos += 1;
        }
    }

    /// Steps over `byte` if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.pos += usize::from(next);
        next
    }

    fn expected(&self, expected: &'static str) -> Syntax {
        Syntax { offset: self.pos, expected }
    }

    fn value(&mut self) -> Result<Node<'a>, Syntax> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => Ok(Node::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Node::Bool(true)),
            Some(b'f') => self.word("false", Node::Bool(false)),
            Some(b'n') => self.word("null", Node::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn word(&mut self, word: &str, node: Node<'a>) -> Result<Node<'a>, Syntax> {
        if !self.text[self.pos..].starts_with(word) {
            return Err(self.expected("a value"));
        }
        self.pos += word.len();
        Ok(node)
    }

    fn nested(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Node<'a>, Syntax>,
    ) -> Result<Node<'a>, Syntax> {
        if self.depth == DEPTH {
            return Err(self.expected("less nesting"));
        }
        self.depth += 1;
        self.pos += 1;
        self.space();
        let node = inner(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn list(&mut self) -> Result<Node<'a>, Syntax> {
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Node::List(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            if self.take(b']') {
                return Ok(Node::List(items));
            }
            if !self.take(b',') {
                return Err(self.expected("`,` or `]`"));
            }
            self.space();
        }
    }

    fn object(&mut self) -> Result<Node<'a>, Syntax> {
        let mut entries = Vec::new();
        if self.take(b'}') {
            return Ok(Node::Object(entries));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.expected("a property name in double quotes"));
            }
            let key = self.string()?;
            self.space();
            if !self.take(b':') {
                return Err(self.expected("`:`"));
            }
            self.space();
            entries.push((key, self.value()?));
            self.space();
            if self.take(b'}') {
                return Ok(Node::Object(entries));
            }
            if !self.take(b',') {
                return Err(self.expected("`,` or `}`"));
            }
            self.space();
        }
    }

    fn digits(&mut self) -> Result<(), Syntax> {
        let start = self.pos;
        while let Some(b'0'..=b'9') = self.peek() {
            self.pos += 1;
        }
        if self.pos == start { Err(self.expected("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Node<'a>, Syntax> {
        let start = self.pos;
        self.take(b'-');
        if self.take(b'0') {
            if let Some(b'0'..=b'9') = self.peek() {
                return Err(self.expected("a number without leading zeros"));
            }
        } else {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Node::Number(Cow::Borrowed(&self.text[start..self.pos])))
    }

    /// The text between double quotes; it is copied only if it has escapes.
    fn string(&mut self) -> Result<Cow<'a, str>, Syntax> {
        self.pos += 1;
        let mut start = self.pos;
        let mut copy: Option<String> = None;
        loop {
            match self.peek() {
                None => return Err(self.expected("`\"` at the end of the text")),
                Some(b'"') => {
                    let rest = &self.text[start..self.pos];
                    self.pos += 1;
                    return Ok(match copy {
                        None => Cow::Borrowed(rest),
                        Some(copy) => Cow::Owned(copy + rest),
                    });
                }
                Some(b'\\') => {
                    let copy = copy.get_or_insert_default();
                    copy.push_str(&self.text[start..self.pos]);
                    self.pos += 1;
                    copy.push(self.escape()?);
                    start = self.pos;
                }
                Some(0..=0x1F) => return Err(self.expected("an escape such as `\\n`")),
                Some(_) => self.pos += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<char, Syntax> {
        let char = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.expected("one of `\"\\/bfnrtu`")),
        };
        self.pos += 1;
        Ok(char)
    }

    /// `u` and four hex digits, or twice that for a character beyond the first 65,536.
    fn unicode(&mut self) -> Result<char, Syntax> {
        let start = self.pos;
        let first = self.hex()?;
        let code = if let 0xD800..=0xDBFF = first {
            let second = if self.take(b'\\') { self.hex()? } else { 0 };
            let low = second.wrapping_sub(0xDC00);
            if low < 0x400 { 0x10000 + ((first - 0xD800) << 10) + low } else { first }
        } else {
            first
        };
        char::from_u32(code).ok_or(Syntax { offset: start, expected: "a whole surrogate pair" })
    }

    fn hex(&mut self) -> Result<u32, Syntax> {
        const EXPECTED: &str = "`u` and four hexadecimal digits";
        let digits = self.text.as_bytes().get(self.pos..self.pos + 5);
        let code = match digits {
            Some([b'u', hex @ ..]) => hex.iter().try_fold(0, |code, &byte| {
                char::from(byte).to_digit(16).map(|digit| code * 16 + digit)
            }),
            _ => None,
        };
        let code = code.ok_or_else(|| self.expected(EXPECTED))?;
        self.pos += 5;
        Ok(code)
    }
}
