//! As much JSON as examples need: is a text JSON, and the same text without spaces.

use std::fmt;

/// Why a text is no JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotJson {
    what: &'static str,
    at: usize,
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at character {}", self.what, self.at + 1)
    }
}

/// The text as a JSON string.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let code = u32::from(c);
                quoted.extend(format!("\\u{code:04x}").chars());
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The text of a JSON string without its quotes and escapes; `None` if it is something else.
pub(super) fn unquote(json: &str) -> Option<String> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next()? {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'u' => {
                let code: String = chars.by_ref().take(4).collect();
                text.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
            }
            other => text.push(other),
        }
    }
    Some(text)
}

/// The elements of a JSON array without spaces; `None` if it is something else.
pub(super) fn elements(json: &str) -> Option<Vec<&str>> {
    let inner = json.strip_prefix('[')?.strip_suffix(']')?;
    let (mut found, mut start, mut depth, mut quoted, mut escaped) =
        (Vec::new(), 0, 0, false, false);
    for (i, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(&inner[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    if !inner.is_empty() {
        found.push(&inner[start..]);
    }
    Some(found)
}

/// The same JSON without spaces between its tokens.
pub(super) fn compact(text: &str) -> Result<String, NotJson> {
    let chars: Vec<char> = text.chars().collect();
    let mut reader = Reader { chars: &chars, at: 0, out: String::new() };
    reader.value()?;
    reader.spaces();
    if reader.at < chars.len() { Err(reader.expected("the end")) } else { Ok(reader.out) }
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
    out: String,
}

impl Reader<'_> {
    fn expected(&self, what: &'static str) -> NotJson {
        NotJson { what, at: self.at }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        match self.peek() {
            Some(c) if wanted(c) => {
                self.out.push(c);
                self.at += 1;
                true
            }
            _ => false,
        }
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(|c| matches!(c, ' ' | '\n' | '\r' | '\t')) {
            self.at += 1;
        }
    }

    /// Spaces, then this character.
    fn token(&mut self, c: char) -> bool {
        self.spaces();
        self.take(|next| next == c)
    }

    fn value(&mut self) -> Result<(), NotJson> {
        self.spaces();
        match self.peek() {
            Some('{') => self.object(),
            Some('[') => self.array(),
            Some('"') => self.string(),
            Some('-' | '0'..='9') => self.number(),
            _ => self.word(),
        }
    }

    fn object(&mut self) -> Result<(), NotJson> {
        self.token('{');
        if self.token('}') {
            return Ok(());
        }
        loop {
            self.spaces();
            self.string()?;
            if !self.token(':') {
                return Err(self.expected("`:`"));
            }
            self.value()?;
            if self.token('}') {
                return Ok(());
            }
            if !self.token(',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn array(&mut self) -> Result<(), NotJson> {
        self.token('[');
        if self.token(']') {
            return Ok(());
        }
        loop {
            self.value()?;
            if self.token(']') {
                return Ok(());
            }
            if !self.token(',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn string(&mut self) -> Result<(), NotJson> {
        if !self.take(|c| c == '"') {
            return Err(self.expected("`\"`"));
        }
        loop {
            if self.take(|c| c == '"') {
                return Ok(());
            }
            if self.take(|c| c == '\\') {
                if self.take(|c| c == 'u') {
                    if !(0..4).all(|_| self.take(|c| c.is_ascii_hexdigit())) {
                        return Err(self.expected("four hexadecimal digits"));
                    }
                } else if !self.take(|c| "\"\\/bfnrt".contains(c)) {
                    return Err(self.expected("an escaped character"));
                }
            } else if !self.take(|c| u32::from(c) >= 0x20) {
                return Err(self.expected("`\"`"));
            }
        }
    }

    fn digits(&mut self) -> Result<(), NotJson> {
        if !self.take(|c| c.is_ascii_digit()) {
            return Err(self.expected("a digit"));
        }
        while self.take(|c| c.is_ascii_digit()) {}
        Ok(())
    }

    fn number(&mut self) -> Result<(), NotJson> {
        self.take(|c| c == '-');
        if !self.take(|c| c == '0') {
            self.digits()?;
        }
        if self.take(|c| c == '.') {
            self.digits()?;
        }
        if self.take(|c| matches!(c, 'e' | 'E')) {
            self.take(|c| matches!(c, '+' | '-'));
            self.digits()?;
        }
        Ok(())
    }

    fn word(&mut self) -> Result<(), NotJson> {
        for word in ["true", "false", "null"] {
            let length = word.chars().count();
            let here = self.chars.get(self.at..self.at + length);
            if here.is_some_and(|here| word.chars().eq(here.iter().copied())) {
                self.out.push_str(word);
                self.at += length;
                return Ok(());
            }
        }
        Err(self.expected("a value"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_loses_its_spaces_only() {
        for (text, expected) in [
            (
                r#" { "a b" : [ 1 , -2.5e+3 , "x\"\u00e9" ] , "c" : null } "#,
                r#"{"a b":[1,-2.5e+3,"x\"\u00e9"],"c":null}"#,
            ),
            ("[ ]", "[]"),
            ("{}", "{}"),
            ("true", "true"),
        ] {
            assert_eq!(compact(text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_is_no_json_is_refused_at_its_place() {
        for (text, expected) in [
            ("", "expected a value at character 1"),
            ("{a: 1}", "expected `\"` at character 2"),
            ("[1,]", "expected a value at character 4"),
            ("{\"a\" 1}", "expected `:` at character 6"),
            ("01", "expected the end at character 2"),
            ("\"a", "expected `\"` at character 3"),
            ("1 2", "expected the end at character 3"),
        ] {
            assert_eq!(
                compact(text).map_err(|e| e.to_string()),
                Err(expected.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn arrays_and_strings_come_apart() {
        assert_eq!(
            elements(r#"[1,"a,]",[2,3],{"b":4}]"#),
            Some(vec!["1", "\"a,]\"", "[2,3]", "{\"b\":4}"])
        );
        assert_eq!(elements("[]"), Some(vec![]));
        assert_eq!(elements("1"), None);
        for text in ["", "a\"b\\c\n\u{1}é"] {
            assert_eq!(unquote(&quote(text)).as_deref(), Some(text));
        }
    }
}
