//! What stands in a text, found once: addresses, dates, numbers, names, labels, lines, sentences.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::words::{Word, words};
use super::{dates, layout, names, numbers};

/// The text and everything found in it, in the order of the text.
#[derive(Debug)]
pub(super) struct Facts<'t> {
    pub(super) text: &'t str,
    pub(super) words: Vec<Word>,
    pub(super) found: Vec<Fact>,
    pub(super) lines: Vec<layout::Line>,
    pub(super) labels: Vec<layout::Label>,
    pub(super) sentences: Vec<Range<usize>>,
    pub(super) paragraphs: Vec<Range<usize>>,
}

/// One thing found.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
    /// The thing in its plain form: an ISO date, a number without separators.
    pub(super) text: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Email,
    Url,
    Phone,
    Uuid,
    Ip,
    Date {
        time: Option<String>,
        zone: Option<String>,
    },
    Time,
    Number(Number),
    /// Letters and digits mixed, such as `INV-2024-17`.
    Code,
    Quote,
    /// `@ada`, `#rust`.
    Handle,
    Name(names::Likeness),
}

/// A number with what stands at it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Number {
    pub(super) value: f64,
    pub(super) unit: Unit,
    /// It is the lower end of a range.
    pub(super) low: bool,
    /// It is the upper end of a range.
    pub(super) high: bool,
    /// It is the 5 of "4 out of 5".
    pub(super) limit: bool,
    /// 1000 for "60k".
    pub(super) scale: f64,
}

/// The sign at a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Unit {
    #[default]
    None,
    Money,
    Percent,
}

impl Fact {
    pub(super) fn new(span: Range<usize>, kind: Kind, text: impl Into<String>) -> Self {
        Self { span, kind, text: text.into() }
    }
}

/// Compiles a pattern of this module's own.
pub(super) fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("a constant pattern: {error}"))
}

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    constant(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
});
static URL: LazyLock<Regex> = LazyLock::new(|| constant(r#"\b(?:https?|ftp)://[^\s<>"')\]]+"#));
static WWW: LazyLock<Regex> = LazyLock::new(|| constant(r#"\bwww\.[^\s<>"')\]]+\.[^\s<>"')\]]+"#));
static UUID: LazyLock<Regex> = LazyLock::new(|| {
    constant(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b")
});
static IP: LazyLock<Regex> = LazyLock::new(|| constant(r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b"));
static PHONE: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?:\+[0-9]|\([0-9]{2,5}\)\s?[0-9]|\b0[0-9])[0-9 ()/-]{5,}[0-9]|\b[0-9]{3}[-. ][0-9]{3}[-. ][0-9]{4}\b",
    )
});
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"\b[A-Z]{2} [0-9]{3,4}\b|#[0-9A-Za-z][0-9A-Za-z_-]*|\b[A-Za-z0-9]+(?:[-_/][A-Za-z0-9]+)*\b",
    )
});
static HANDLE: LazyLock<Regex> =
    LazyLock::new(|| constant(r"(?:^|[\s(])([@#][\p{L}_][\p{L}\p{N}_]*)"));
static QUOTE: LazyLock<Regex> =
    LazyLock::new(|| constant(r#""([^"\n]{1,200})"|“([^”\n]{1,200})”|„([^“”\n]{1,200})[“”]"#));

impl<'t> Facts<'t> {
    /// Reads the text in a fixed number of passes.
    pub(super) fn read(text: &'t str) -> Self {
        let words = words(text);
        let mut taken = Taken(vec![false; text.len()]);
        let mut facts: Vec<Fact> = Vec::new();
        {
            let mut push = |fact: Fact| {
                if taken.take(&fact.span) {
                    facts.push(fact);
                }
            };
            for (regex, kind) in [(&EMAIL, Kind::Email), (&URL, Kind::Url), (&UUID, Kind::Uuid)] {
                for found in regex.find_iter(text) {
                    let trimmed = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?']);
                    let span = found.start()..found.start() + trimmed.len();
                    push(Fact::new(span, kind.clone(), trimmed));
                }
            }
            for found in WWW.find_iter(text) {
                let trimmed = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?']);
                let span = found.start()..found.start() + trimmed.len();
                push(Fact::new(span, Kind::Url, format!("https://{trimmed}")));
            }
            for found in IP.find_iter(text) {
                if found.as_str().split('.').all(|part| part.parse::<u8>().is_ok()) {
                    push(Fact::new(found.range(), Kind::Ip, found.as_str()));
                }
            }
            for found in HANDLE.captures_iter(text).filter_map(|found| found.get(1)) {
                push(Fact::new(found.range(), Kind::Handle, &found.as_str()[1..]));
            }
            dates::scan(text, &mut push);
            for found in PHONE.find_iter(text) {
                let digits = found.as_str().bytes().filter(u8::is_ascii_digit).count();
                if (7..=15).contains(&digits) {
                    push(Fact::new(found.range(), Kind::Phone, found.as_str()));
                }
            }
            for found in CODE.find_iter(text) {
                let code = found.as_str();
                if is_code(code) {
                    push(Fact::new(found.range(), Kind::Code, code.trim_start_matches('#')));
                }
            }
            numbers::scan(text, &words, &mut push);
        }
        for found in QUOTE.captures_iter(text) {
            if let Some(inner) = found.iter().skip(1).flatten().next() {
                facts.push(Fact::new(inner.range(), Kind::Quote, inner.as_str()));
            }
        }
        let layout = layout::read(text);
        names::scan(text, &words, &layout, &mut |fact| {
            // "Nordvik K2" is a name, though K2 alone is a code.
            if taken.0.get(fact.span.start) == Some(&false) {
                facts.push(fact);
            }
        });
        facts.sort_by_key(|fact| (fact.span.start, fact.span.end));
        let layout::Layout { lines, labels, sentences, paragraphs } = layout;
        Self { text, words, found: facts, lines, labels, sentences, paragraphs }
    }

    /// The facts that lie inside the range.
    pub(super) fn within(&self, range: &Range<usize>) -> impl Iterator<Item = &Fact> {
        let first = self.found.partition_point(|fact| fact.span.start < range.start);
        let range = range.clone();
        self.found[first..]
            .iter()
            .take_while(move |fact| fact.span.start < range.end)
            .filter(move |fact| fact.span.end <= range.end)
    }

    /// The words that lie inside the range.
    pub(super) fn words_in(&self, range: &Range<usize>) -> &[Word] {
        let first = self.words.partition_point(|word| word.span.start < range.start);
        let last = self.words.partition_point(|word| word.span.end <= range.end);
        &self.words[first.min(last)..last]
    }

    /// The lines that lie inside the range.
    pub(super) fn lines_in(&self, range: &Range<usize>) -> &[layout::Line] {
        let first = self.lines.partition_point(|line| line.span.start < range.start);
        let last = self.lines.partition_point(|line| line.span.end <= range.end);
        &self.lines[first.min(last)..last]
    }

    /// The labels whose keys lie inside the range.
    pub(super) fn labels_in(&self, range: &Range<usize>) -> &[layout::Label] {
        let first = self.labels.partition_point(|label| label.key.start < range.start);
        let last = self.labels.partition_point(|label| label.key.start < range.end);
        &self.labels[first.min(last)..last]
    }

    /// The sentences that lie inside the range.
    pub(super) fn sentences_in(&self, range: &Range<usize>) -> &[Range<usize>] {
        let first = self.sentences.partition_point(|sentence| sentence.start < range.start);
        let last = self.sentences.partition_point(|sentence| sentence.end <= range.end);
        &self.sentences[first.min(last)..last]
    }

    /// The sentence in which the position lies.
    pub(super) fn sentence_at(&self, position: usize) -> Range<usize> {
        containing(&self.sentences, position).unwrap_or(0..self.text.len())
    }

    /// The label whose value holds the position.
    pub(super) fn label_at(&self, position: usize) -> Option<&layout::Label> {
        let after = self.labels.partition_point(|label| label.key.start <= position);
        self.labels[..after].iter().rev().take(4).find(|label| label.value.contains(&position))
    }
}

/// The range among sorted ones in which the position lies.
pub(super) fn containing(ranges: &[Range<usize>], position: usize) -> Option<Range<usize>> {
    let after = ranges.partition_point(|range| range.start <= position);
    ranges[..after].last().filter(|range| position < range.end).cloned()
}

/// Mixes letters and digits, or is a number behind `#`, or a number with inner dashes.
fn is_code(code: &str) -> bool {
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let letters = code.bytes().filter(u8::is_ascii_alphabetic).count();
    if code.starts_with('#') {
        return digits > 0;
    }
    let lower = code.bytes().any(|b| b.is_ascii_lowercase());
    let joined = code.contains(['-', '_', '/']);
    let ordinal = ["st", "nd", "rd", "th", "k", "x", "m"].iter().any(|end| {
        code.strip_suffix(end).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    });
    match (digits, letters) {
        (0, _) => false,
        (_, 0) => joined && digits >= 5 && !code.contains('/'),
        _ if ordinal => false,
        _ => !lower || (joined && code.bytes().next().is_some_and(|b| b.is_ascii_uppercase())),
    }
}

/// The bytes that belong to a fact already.
struct Taken(Vec<bool>);

impl Taken {
    fn take(&mut self, span: &Range<usize>) -> bool {
        let Some(bytes) = self.0.get_mut(span.clone()) else { return false };
        if bytes.is_empty() || bytes.iter().any(|taken| *taken) {
            return false;
        }
        bytes.fill(true);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_once() {
        let text = "Order #4711 (INV-2024-17) of 12 March 2024, EUR 1,250.00: write to a.b@c-d.org, \
                    see https://c-d.org/x?y=1, call +49 30 123456, or visit Ada Lovelace in London.";
        let facts = Facts::read(text);
        let found: Vec<_> = facts.found.iter().map(|fact| fact.text.as_str()).collect();
        for expected in
            ["4711", "INV-2024-17", "2024-03-12", "1250.00", "a.b@c-d.org", "https://c-d.org/x?y=1"]
        {
            assert_eq!(found.iter().filter(|text| **text == expected).count(), 1, "{found:?}");
        }
        for expected in ["+49 30 123456", "Ada Lovelace", "London"] {
            assert!(found.contains(&expected), "{found:?}");
        }
    }

    #[test]
    fn codes_mix_letters_and_digits() {
        for (code, expected) in [
            ("INV-17", true),
            ("#12", true),
            ("10-20", false),
            ("10-20471", true),
            ("36-year", false),
            ("3rd", false),
            ("60k", false),
            ("A20", true),
            ("word", false),
        ] {
            assert_eq!(is_code(code), expected, "{code}");
        }
    }
}
