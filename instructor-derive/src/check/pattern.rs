//! Regular expressions: refused at the literal if wrong, and matched against examples.

use darling::Error;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use syn::LitStr;

/// Refuses a pattern that the `regex` crate would refuse.
pub(super) fn check(pattern: &LitStr) -> Result<(), Error> {
    match regex_syntax::parse(&pattern.value()) {
        Ok(_) => Ok(()),
        Err(error) => {
            let reason = match &error {
                regex_syntax::Error::Parse(error) => error.kind().to_string(),
                regex_syntax::Error::Translate(error) => error.kind().to_string(),
                _ => error.to_string(),
            };
            let part = match &error {
                regex_syntax::Error::Parse(error) => excerpt(error.pattern(), *error.span()),
                regex_syntax::Error::Translate(error) => excerpt(error.pattern(), *error.span()),
                _ => "",
            };
            let place = if part.is_empty() { String::new() } else { format!(" at `{part}`") };
            let message = format!("this is no regular expression: {reason}{place}");
            Err(Error::custom(message).with_span(&pattern.span()))
        }
    }
}

fn excerpt(pattern: &str, span: regex_syntax::ast::Span) -> &str {
    pattern.get(span.start.offset..span.end.offset).unwrap_or_default()
}

/// Whether the pattern has a match in the text; `None` if that takes too long to find out.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let chars: Vec<char> = text.chars().collect();
    let mut matcher = Matcher { text: &chars, fuel: 100_000 };
    for start in 0..=chars.len() {
        if matcher.run(&hir, start, &mut |_, _| Some(true))? {
            return Some(true);
        }
    }
    Some(false)
}

/// A backtracking matcher, for the few characters of an example.
struct Matcher<'a> {
    text: &'a [char],
    fuel: u32,
}

type Next<'n> = dyn FnMut(&mut Matcher<'_>, usize) -> Option<bool> + 'n;

impl Matcher<'_> {
    /// Matches `hir` at `at`, then what `next` wants behind it; `None` if the fuel is spent.
    fn run(&mut self, hir: &Hir, at: usize, next: &mut Next<'_>) -> Option<bool> {
        self.fuel = self.fuel.checked_sub(1)?;
        match hir.kind() {
            HirKind::Empty => next(self, at),
            HirKind::Literal(literal) => {
                let literal = std::str::from_utf8(&literal.0).ok()?;
                let count = literal.chars().count();
                let here = self.text.get(at..at + count);
                if here.is_some_and(|here| literal.chars().eq(here.iter().copied())) {
                    next(self, at + count)
                } else {
                    Some(false)
                }
            }
            HirKind::Class(class) => match self.text.get(at) {
                Some(c) if contains(class, *c) => next(self, at + 1),
                _ => Some(false),
            },
            HirKind::Look(look) => {
                if self.looks(*look, at)? {
                    next(self, at)
                } else {
                    Some(false)
                }
            }
            HirKind::Capture(capture) => self.run(&capture.sub, at, next),
            HirKind::Concat(parts) => self.sequence(parts, at, next),
            HirKind::Alternation(parts) => {
                for part in parts {
                    if self.run(part, at, next)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            HirKind::Repetition(repetition) => {
                self.repeat(&repetition.sub, repetition.min, repetition.max, at, next)
            }
        }
    }

    fn sequence(&mut self, parts: &[Hir], at: usize, next: &mut Next<'_>) -> Option<bool> {
        match parts.split_first() {
            None => next(self, at),
            Some((first, rest)) => {
                self.run(first, at, &mut |matcher, at| matcher.sequence(rest, at, next))
            }
        }
    }

    fn repeat(
        &mut self,
        sub: &Hir,
        min: u32,
        max: Option<u32>,
        at: usize,
        next: &mut Next<'_>,
    ) -> Option<bool> {
        if max != Some(0) {
            let matched = self.run(sub, at, &mut |matcher, end| {
                if end == at && min == 0 {
                    return Some(false);
                }
                let max = max.map(|max| max - 1);
                matcher.repeat(sub, min.saturating_sub(1), max, end, next)
            })?;
            if matched {
                return Some(true);
            }
        }
        if min == 0 { next(self, at) } else { Some(false) }
    }

    fn looks(&self, look: Look, at: usize) -> Option<bool> {
        let before = at.checked_sub(1).and_then(|i| self.text.get(i));
        let after = self.text.get(at);
        let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
        Some(match look {
            Look::Start => before.is_none(),
            Look::End => after.is_none(),
            Look::StartLF => before.is_none_or(|c| *c == '\n'),
            Look::EndLF => after.is_none_or(|c| *c == '\n'),
            Look::WordUnicode => word(before) != word(after),
            Look::WordUnicodeNegate => word(before) == word(after),
            _ => return None,
        })
    }
}

fn contains(class: &Class, c: char) -> bool {
    match class {
        Class::Unicode(class) => class.iter().any(|range| range.start() <= c && c <= range.end()),
        Class::Bytes(class) => {
            class.iter().any(|range| (range.start()..=range.end()).any(|b| char::from(b) == c))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_in_the_regex_crate() {
        for (pattern, text, expected) in [
            ("^[A-Z]{2}$", "DE", Some(true)),
            ("^[A-Z]{2}$", "DEU", Some(false)),
            ("b+", "abbc", Some(true)),
            (r"^\d{4}-\d{2}$", "2024-05", Some(true)),
            (r"^\d{4}-\d{2}$", "2024-5", Some(false)),
            ("^(a|bc)*$", "abcbca", Some(true)),
            ("^(a|bc)*$", "abcb", Some(false)),
            ("(?i)^de$", "De", Some(true)),
            (r"^\w+\b.é?$", "über!", Some(true)),
            ("^(a*)*$", "aaaa", Some(true)),
            ("", "", Some(true)),
            ("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", None),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
