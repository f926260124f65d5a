//! Does a value that the user wrote suit its type?
//!
//! It reads JSON that the derive has checked and written without spaces.

use super::{accepts_missing, all_units, is_scalar};
use crate::schema::message::Message;
use crate::schema::{Data, Field, Presence, Schema, Shape, Tagging, Text, Variant};

/// `example`, `default` or a value of `one_of` (`what`): a JSON text without spaces.
#[track_caller]
pub const fn value(schema: &'static Schema, field: &str, what: &str, json: &str) {
    let about = About { field, what, json: json.as_bytes() };
    // Values of a list and the like are no values of `one_of`, which is told at its name.
    if !matches!(what.as_bytes(), b"one_of") || is_scalar(schema) {
        about.check(schema, 0);
    }
}

struct About<'a> {
    field: &'a str,
    what: &'a str,
    json: &'a [u8],
}

impl About<'_> {
    #[track_caller]
    const fn mismatch(&self, wanted: &str) -> ! {
        self.message(" does not suit ").name(self.field).text(": expected ").text(wanted).fail()
    }

    const fn message(&self, text: &str) -> Message {
        let message = Message::new();
        let message = match self.what.as_bytes() {
            b"one_of" => message.text("this value of `one_of`"),
            _ => message.text("this `").text(self.what).text("`"),
        };
        message.text(text)
    }

    const fn peek(&self, at: usize) -> u8 {
        if at < self.json.len() { self.json[at] } else { 0 }
    }

    /// The place behind the value at `at`.
    const fn end(&self, mut at: usize) -> usize {
        let mut depth = 0;
        loop {
            match self.peek(at) {
                0 => return at,
                b'"' => {
                    at = self.end_of_text(at);
                    if depth == 0 {
                        return at;
                    }
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' | b',' | b':' if depth == 0 => return at,
                b']' | b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    const fn end_of_text(&self, mut at: usize) -> usize {
        at += 1;
        while self.peek(at) != b'"' && self.peek(at) != 0 {
            at += if self.peek(at) == b'\\' { 2 } else { 1 };
        }
        at + 1
    }

    const fn equals(&self, at: usize, end: usize, text: &str) -> bool {
        let text = text.as_bytes();
        if end < at || end - at != text.len() {
            return false;
        }
        let mut i = 0;
        while i < text.len() {
            if self.json[at + i] != text[i] {
                return false;
            }
            i += 1;
        }
        true
    }

    /// Whether the text at `at` is this one, or one of these; escapes are not looked into.
    const fn is_named(&self, at: usize, name: &str, aliases: &[&str]) -> bool {
        let end = self.end_of_text(at) - 1;
        if self.equals(at + 1, end, name) {
            return true;
        }
        let mut i = 0;
        while i < aliases.len() {
            if self.equals(at + 1, end, aliases[i]) {
                return true;
            }
            i += 1;
        }
        false
    }

    #[track_caller]
    const fn check(&self, schema: &'static Schema, at: usize) {
        let first = self.peek(at);
        match schema.shape {
            Shape::Option(inner) if first != b'n' => self.check(inner, at),
            Shape::Newtype { field, .. } => self.check(field.schema, at),
            Shape::Null if first != b'n' => self.mismatch("`null`"),
            Shape::Bool if first != b't' && first != b'f' => self.mismatch("`true` or `false`"),
            Shape::Integer { min, max, nonzero } => self.check_integer(at, min, max, nonzero),
            Shape::Number if first != b'-' && !first.is_ascii_digit() => self.mismatch("a number"),
            Shape::Text(text) => self.check_text(at, text),
            Shape::List { items, min, max, .. } => {
                if first != b'[' {
                    self.mismatch("a list");
                }
                self.check_list(at, items, min, max);
            }
            Shape::Tuple(fields) => {
                if first != b'[' {
                    self.mismatch("a list of fixed length");
                }
                self.check_tuple(at, fields);
            }
            Shape::Map { values, .. } => {
                if first != b'{' {
                    self.mismatch("an object: `(json = \"{…}\")`");
                }
                self.check_map(at, values);
            }
            Shape::Object { fields, closed } => {
                if first == b'{' {
                    self.check_object(at, fields, closed);
                } else if first != b'[' {
                    self.mismatch("an object: `(json = \"{…}\")`");
                }
            }
            Shape::Enum { variants, tagging: Tagging::External, .. } => {
                self.check_enum(at, variants);
            }
            _ => {}
        }
    }

    #[track_caller]
    const fn check_integer(&self, at: usize, min: i128, max: u128, nonzero: bool) {
        let negative = self.peek(at) == b'-';
        let end = self.end(at);
        let mut i = if negative { at + 1 } else { at };
        let mut value: u128 = 0;
        let mut fits = true;
        while i < end {
            let c = self.peek(i);
            if !c.is_ascii_digit() {
                self.mismatch("a whole number");
            }
            let digit = (c - b'0') as u128;
            if value > (u128::MAX - digit) / 10 {
                fits = false;
            } else {
                value = value * 10 + digit;
            }
            i += 1;
        }
        fits = fits
            && if negative { min < 0 && value <= min.unsigned_abs() } else { value <= max }
            && (negative || min < 0 || value >= min.unsigned_abs())
            && !(nonzero && value == 0);
        if !fits {
            self.message(" is outside the type of ")
                .name(self.field)
                .text(", which holds ")
                .int(min)
                .text(" to ")
                .uint(max)
                .text(if nonzero { " without 0" } else { "" })
                .fail();
        }
    }

    #[track_caller]
    const fn check_text(&self, at: usize, text: Text) {
        if self.peek(at) != b'"' {
            self.mismatch("text");
        }
        let end = self.end_of_text(at) - 1;
        let mut count = 0;
        let mut i = at + 1;
        while i < end {
            if self.peek(i) == b'\\' {
                i += if self.peek(i + 1) == b'u' { 5 } else { 1 };
                count += 1;
            } else if self.peek(i) & 0b1100_0000 != 0b1000_0000 {
                count += 1;
            }
            i += 1;
        }
        let above = match text.max {
            Some(max) => count > max,
            None => false,
        };
        if count < text.min || above {
            self.mismatch(if text.min == 1 && matches!(text.max, Some(1)) {
                "one character"
            } else {
                "a text of another length"
            });
        }
    }

    #[track_caller]
    const fn check_list(
        &self,
        mut at: usize,
        items: &'static Schema,
        min: usize,
        max: Option<usize>,
    ) {
        let mut count = 0;
        at += 1;
        while self.peek(at) != b']' && self.peek(at) != 0 {
            self.check(items, at);
            count += 1;
            at = self.behind(at);
        }
        let above = match max {
            Some(max) => count > max,
            None => false,
        };
        if count < min || above {
            self.mismatch("a list of another length");
        }
    }

    /// The place of the next element.
    const fn behind(&self, at: usize) -> usize {
        let end = self.end(at);
        if self.peek(end) == b',' { end + 1 } else { end }
    }

    #[track_caller]
    const fn check_tuple(&self, mut at: usize, fields: &'static [Field]) {
        let mut count = 0;
        at += 1;
        while self.peek(at) != b']' && self.peek(at) != 0 {
            if count >= fields.len() {
                self.mismatch("fewer elements");
            }
            self.check(fields[count].schema, at);
            count += 1;
            at = self.behind(at);
        }
        if count < fields.len() && matches!(fields[count].presence, Presence::ByType) {
            self.mismatch("more elements");
        }
    }

    #[track_caller]
    const fn check_map(&self, mut at: usize, values: &'static Schema) {
        at += 1;
        while self.peek(at) == b'"' {
            at = self.end_of_text(at) + 1;
            self.check(values, at);
            at = self.behind(at);
        }
    }

    #[track_caller]
    const fn check_object(&self, start: usize, fields: &'static [Field], closed: bool) {
        let mut at = start + 1;
        let mut has_flatten = false;
        let mut i = 0;
        while i < fields.len() {
            has_flatten = has_flatten || fields[i].flatten;
            i += 1;
        }
        while self.peek(at) == b'"' {
            let key = at;
            at = self.end_of_text(at) + 1;
            match self.find(key, fields) {
                Some(i) => {
                    let (what, json) = (self.what, self.json);
                    About { field: fields[i].name, what, json }.check(fields[i].schema, at);
                }
                None if closed && !has_flatten => {
                    self.mismatch("no property that the type does not have");
                }
                None => {}
            }
            at = self.behind(at);
        }
        let mut i = 0;
        while i < fields.len() {
            let field = &fields[i];
            let needed = match field.presence {
                Presence::Required => true,
                Presence::Defaulted => false,
                Presence::ByType => !accepts_missing(field.schema),
            };
            if needed && !field.flatten && !self.has(start, field) {
                self.message(" lacks the property `").text(field.name).text("`").fail();
            }
            i += 1;
        }
    }

    const fn find(&self, key: usize, fields: &'static [Field]) -> Option<usize> {
        let mut i = 0;
        while i < fields.len() {
            if !fields[i].flatten && self.is_named(key, fields[i].name, fields[i].aliases) {
                return Some(i);
            }
            i += 1;
        }
        None
    }

    const fn has(&self, start: usize, field: &Field) -> bool {
        let mut at = start + 1;
        while self.peek(at) == b'"' {
            if self.is_named(at, field.name, field.aliases) {
                return true;
            }
            at = self.behind(self.end_of_text(at) + 1);
        }
        false
    }

    #[track_caller]
    const fn check_enum(&self, at: usize, variants: &'static [Variant]) {
        let mut i = 0;
        while i < variants.len() {
            let variant = &variants[i];
            if variant.other || variant.untagged {
                return;
            }
            if self.peek(at) == b'"' && self.is_named(at, variant.name, variant.aliases) {
                if !matches!(variant.data, Data::Unit) {
                    self.mismatch("data beside the variant's name");
                }
                return;
            }
            i += 1;
        }
        if self.peek(at) == b'"' {
            self.mismatch("the name of a variant");
        }
        if all_units(variants) || self.peek(at) != b'{' {
            self.mismatch("a variant");
        }
    }
}
