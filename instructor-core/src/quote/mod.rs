//! Where a quote stands in a text: word for word, in another spelling, or nearly.

use std::cell::OnceCell;
use std::ops::Range;

mod normal;
mod fuzzy;

use normal::Normal;

/// How a quote agrees with the text it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Match {
    /// Byte for byte.
    Exact,
    /// But for upper and lower case, white space, the kind of quotation marks and dashes, and what
    /// an ellipsis leaves out.
    Normalised,
    /// But for a few characters.
    Fuzzy {
        /// How many characters differ, are missing or are too many.
        distance: usize,
    },
}

/// A quote's place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The bytes of the text, cut between characters.
    pub(crate) span: Range<usize>,
    pub(crate) how: Match,
}

/// A text in which quotes are looked for; it is normalised at most once.
pub(crate) struct Source<'t> {
    text: &'t str,
    normal: OnceCell<Normal>,
}

impl<'t> Source<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, normal: OnceCell::new() }
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// The best place of the quote, the first of equals; white space around the quote is no part
    /// of it.
    pub(crate) fn find(&self, quote: &str) -> Option<Place> {
        let quote = quote.trim();
        if quote.is_empty() {
            return None;
        }
        if let Some(start) = self.text.find(quote) {
            return Some(Place { span: start..start + quote.len(), how: Match::Exact });
        }
        let wanted = Normal::new(quote).text;
        let wanted = wanted.trim();
        if wanted.is_empty() {
            return None;
        }
        let normal = self.normal.get_or_init(|| Normal::new(self.text));
        let whole = normal.text.find(wanted).map(|start| start..start + wanted.len());
        let (found, how) = if let Some(found) = whole.or_else(|| in_parts(&normal.text, wanted)) {
            (found, Match::Normalised)
        } else {
            let (found, distance) = fuzzy::find(wanted, &normal.text)?;
            (found, Match::Fuzzy { distance })
        };
        Some(Place { span: normal.span(self.text, found), how })
    }
}

/// The shortest stretch that holds the parts of "it began … and ended" in their order; also a quote
/// that is put into quotation marks once more.
fn in_parts(text: &str, wanted: &str) -> Option<Range<usize>> {
    const ELISION: &str = "...";
    let plain = wanted.replace("[...]", ELISION).replace("(...)", ELISION);
    let parts = plain.split(ELISION).map(|part| part.trim_matches([' ', '"', '\'']));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    // Two letters somewhere prove nothing.
    let tells = |part: &&str| part.chars().filter(|c| c.is_alphanumeric()).count() > 2;
    if parts.is_empty() || !parts.iter().all(tells) {
        return None;
    }
    let mut end = 0;
    for part in &parts {
        end += text[end..].find(part)? + part.len();
    }
    let mut start = end;
    for part in parts.iter().rev() {
        start = text[..start].rfind(part)?;
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "  Ada Lovelace,\n born “Byron” — in 1815, died in London.\u{a0}Straße 5…\n\
        She wrote to Charles Babbage about the Analytical Engine, then she wrote to Faraday.";

    #[test]
    fn quotes_are_found_in_the_best_way() {
        use Match::{Exact, Fuzzy, Normalised};
        for (quote, expected) in [
            ("born “Byron”", Some(("born “Byron”", Exact))),
            ("  Ada ", Some(("Ada", Exact))),
            (
                "ada lovelace, born \"byron\" - in",
                Some(("Ada Lovelace,\n born “Byron” — in", Normalised)),
            ),
            ("STRASSE 5...", Some(("Straße 5…", Normalised))),
            ("London. Stras", Some(("London.\u{a0}Straß", Normalised))),
            ("\"died in London\"", Some(("died in London", Normalised))),
            ("She wrote … to Faraday", Some(("she wrote to Faraday", Normalised))),
            (
                "wrote to Charles [...] the Analytical Engine",
                Some(("wrote to Charles Babbage about the Analytical Engine", Normalised)),
            ),
            ("…Charles Babbage…", Some(("Charles Babbage", Normalised))),
            ("Faraday … Babbage", None),
            ("Ada … to … in", None),
            ("Charles Babage", Some(("Charles Babbage", Fuzzy { distance: 1 }))),
            ("charles Baggage about", Some(("Charles Babbage about", Fuzzy { distance: 2 }))),
            ("died in London!", Some(("died in London.", Fuzzy { distance: 1 }))),
            ("Adam Lovelace", Some(("Ada Lovelace", Fuzzy { distance: 1 }))),
            // A number is never nearly right.
            ("in 1816, died in London", None),
            ("Stra", Some(("Stra", Exact))),
            ("Stry", None),
            ("Alan Turing", None),
            ("", None),
            (" \n", None),
            ("\u{ad}", None),
            ("......", None),
        ] {
            let found = Source::new(TEXT).find(quote);
            let found = found.map(|place| (&TEXT[place.span], place.how));
            assert_eq!(found, expected, "{quote}");
        }
    }
}
