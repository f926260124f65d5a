//! A text without the differences that no reader sees, and the way back to its bytes.

use std::ops::Range;

/// A text with every run of white space as one space, in one case, with plain quotation marks and
/// dashes.
pub(super) struct Normal {
    pub(super) text: String,
    /// Bytes of the normal text, each with the byte of the original at which the same character
    /// begins.
    marks: Vec<(usize, usize)>,
}

/// The way back is walked from the last mark; this many bytes at most.
const BETWEEN_MARKS: usize = 256;

impl Normal {
    pub(super) fn new(original: &str) -> Self {
        let mut normal = Self { text: String::with_capacity(original.len()), marks: Vec::new() };
        let mut next_mark = 0;
        let mut after_space = false;
        for (at, c) in original.char_indices() {
            match Kind::of(c) {
                Kind::Space if !after_space => {
                    normal.text.push(' ');
                    after_space = true;
                }
                Kind::Space | Kind::Nothing => {}
                Kind::Seen => {
                    after_space = false;
                    if normal.text.len() >= next_mark {
                        normal.marks.push((normal.text.len(), at));
                        next_mark = normal.text.len() + BETWEEN_MARKS;
                    }
                    fold(c, |folded| normal.text.push(folded));
                }
            }
        }
        normal
    }

    /// The bytes of `original` that became this part, which neither begins nor ends with a space.
    pub(super) fn span(&self, original: &str, part: Range<usize>) -> Range<usize> {
        let start = self.character(original, part.start).start;
        let end = self.character(original, part.end.saturating_sub(1)).end;
        start..end.max(start)
    }

    /// The character of `original` that became the byte `at`.
    fn character(&self, original: &str, at: usize) -> Range<usize> {
        let before = self.marks.partition_point(|(normal, _)| *normal <= at);
        let mark = before.checked_sub(1).and_then(|mark| self.marks.get(mark));
        let (mut normal, start) = mark.copied().unwrap_or_default();
        let mut after_space = false;
        for (offset, c) in original[start..].char_indices() {
            let kind = Kind::of(c);
            normal += match kind {
                Kind::Space if after_space => 0,
                Kind::Space => 1,
                Kind::Nothing => 0,
                Kind::Seen => {
                    let mut length = 0;
                    fold(c, |folded| length += folded.len_utf8());
                    length
                }
            };
            if normal > at {
                return start + offset..start + offset + c.len_utf8();
            }
            after_space = match kind {
                Kind::Space => true,
                Kind::Nothing => after_space,
                Kind::Seen => false,
            };
        }
        original.len()..original.len()
    }
}

enum Kind {
    Space,
    /// Only says where a line may be broken, or how characters join.
    Nothing,
    Seen,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => Self::Nothing,
            c if c.is_whitespace() => Self::Space,
            _ => Self::Seen,
        }
    }
}

/// What a character becomes. Upper case between two times lower case makes `ß`, `ẞ` and `SS` the
/// same, and a ligature its letters.
fn fold(c: char, mut push: impl FnMut(char)) {
    match c {
        c if c.is_ascii() => push(c.to_ascii_lowercase()),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => push('"'),
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '′' => push('\''),
        '‐'..='―' | '−' => push('-'),
        '…' => "...".chars().for_each(push),
        c => {
            let upper = c.to_lowercase().flat_map(char::to_uppercase);
            upper.flat_map(char::to_lowercase).for_each(push);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(chars: impl Iterator<Item = char>) -> String {
        let mut text = String::new();
        chars.for_each(|c| fold(c, |folded| text.push(folded)));
        text
    }

    #[test]
    fn every_character_is_the_same_in_both_cases() {
        for c in '\0'..=char::MAX {
            let own = folded([c].into_iter());
            assert_eq!(folded(c.to_uppercase()), own, "{c:?}");
            assert_eq!(folded(c.to_lowercase()), own, "{c:?}");
            assert_eq!(folded(own.chars()), own, "{c:?}");
        }
    }

    #[test]
    fn the_way_back_leads_to_the_same_characters() {
        let text = " Ü\u{ad}ber  \n die „Straße“ — Eﬃzienz… ".repeat(50);
        let normal = Normal::new(&text);
        let one = "über die \"strasse\" - effizienz... ";
        assert_eq!(normal.text, format!(" {}", one.repeat(50)));
        let mut from = 0;
        for (start, found) in normal.text.match_indices("die \"strasse\" - eff") {
            let span = normal.span(&text, start..start + found.len());
            assert_eq!(&text[span.clone()], "die „Straße“ — Eﬃ");
            assert!(span.start >= from);
            from = span.end;
        }
        assert_eq!(from, text.rfind("zienz").unwrap_or_default());
    }
}
