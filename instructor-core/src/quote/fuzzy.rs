//! The stretch of a text that is nearest to a quote with a few wrong characters.
//!
//! A quote with at most `k` edits, cut into `k + 1` pieces, has a piece without any. So only the
//! places of the pieces are looked at, each with a band of `k` characters to both sides: that is
//! linear in the text, and a budget keeps it so for texts made to be slow.

use std::cell::Cell;
use std::ops::Range;

/// A shorter quote has too little in common with what it is only like.
const LEAST: usize = 6;

/// The most edits, however long the quote is.
const MOST_EDITS: usize = 16;

/// The place of the quote and the number of edits: at most one in ten characters, but one always,
/// and none in a number.
pub(super) fn find(quote: &str, text: &str) -> Option<(Range<usize>, usize)> {
    Search::new(quote, text).run()
}

struct Search<'s> {
    quote: Vec<char>,
    text: &'s str,
    edits: usize,
    digits: Vec<char>,
    /// How many more cells of tables may be computed.
    budget: Cell<usize>,
}

impl<'s> Search<'s> {
    fn new(quote: &str, text: &'s str) -> Self {
        let quote: Vec<char> = quote.chars().collect();
        let edits = (quote.len() / 10).clamp(1, MOST_EDITS);
        let digits = quote.iter().copied().filter(|c| c.is_numeric()).collect();
        let budget = Cell::new((edits + 1) * (text.len() + quote.len()) + 65_536);
        Self { quote, text, edits, digits, budget }
    }

    fn run(&self) -> Option<(Range<usize>, usize)> {
        if self.quote.len() < LEAST {
            return None;
        }
        let mut best: Option<(Range<usize>, usize)> = None;
        let pieces = self.edits + 1;
        for number in 0..pieces {
            let cut = |number: usize| number * self.quote.len() / pieces;
            let piece = cut(number)..cut(number + 1);
            let wanted: String = self.quote[piece.clone()].iter().collect();
            let step = wanted.chars().next().map_or(1, char::len_utf8);
            let mut from = 0;
            while let Some(offset) = self.text[from..].find(&wanted) {
                let at = from + offset;
                from = at + step;
                let most = best.as_ref().map_or(self.edits, |(_, edits)| edits - 1);
                if let Some(better) = self.around(&piece, at..at + wanted.len(), most) {
                    best = Some(better);
                }
                // Without any edit it would not have come here.
                if best.as_ref().is_some_and(|(_, edits)| *edits <= 1) || self.budget.get() == 0 {
                    return best;
                }
            }
        }
        best
    }

    /// Notes work; `None` when there has been too much of it.
    fn spend(&self, cost: usize) -> Option<()> {
        let left = self.budget.get().checked_sub(cost);
        self.budget.set(left.unwrap_or(0));
        left.map(|_| ())
    }

    /// The quote around a piece of it that stands at `at`, with at most so many edits.
    fn around(
        &self,
        piece: &Range<usize>,
        at: Range<usize>,
        most: usize,
    ) -> Option<(Range<usize>, usize)> {
        let text = self.text;
        let before = self.quote[..piece.start].iter().rev();
        let (left, width) = self.extend(before, text[..at.start].chars().rev(), most)?;
        let start = at.start - width;
        let after = self.quote[piece.end..].iter();
        let (right, width) = self.extend(after, text[at.end..].chars(), most - left)?;
        let found = &text[start..at.end + width];
        self.spend(found.len())?;
        // "1816" is not a misspelt "1815".
        if !found.chars().filter(|c| c.is_numeric()).eq(self.digits.iter().copied()) {
            return None;
        }
        let start = start + (found.len() - found.trim_start().len());
        Some((start..start + found.trim().len(), left + right))
    }

    /// The fewest edits, at most `most`, between the pattern and a beginning of the text, and the
    /// bytes of that beginning. Of a table with a row for each character of the pattern, only the
    /// band is computed in which there are so few edits.
    fn extend<'q>(
        &self,
        pattern: impl ExactSizeIterator<Item = &'q char>,
        mut text: impl Iterator<Item = char>,
        most: usize,
    ) -> Option<(usize, usize)> {
        let width = 2 * most + 1;
        // The column `j` of the row `i` is kept at `j + most - i`.
        let mut row: Vec<usize> =
            (0..width).map(|kept| kept.checked_sub(most).unwrap_or(most + 1)).collect();
        let mut next = row.clone();
        let mut known: Vec<char> = text.by_ref().take(most).collect();
        let length = pattern.len();
        for (i, c) in pattern.enumerate().map(|(i, c)| (i + 1, c)) {
            self.spend(width)?;
            known.extend(text.next());
            for kept in 0..width {
                next[kept] = most + 1;
                let Some(j) = (i + kept).checked_sub(most).filter(|j| *j <= known.len()) else {
                    continue;
                };
                let same = j > 0 && known[j - 1] == *c;
                let replaced = if j > 0 { row[kept] + usize::from(!same) } else { most + 1 };
                let missing = row.get(kept + 1).map_or(most + 1, |edits| edits + 1);
                let added = if kept > 0 && j > 0 { next[kept - 1] + 1 } else { most + 1 };
                next[kept] = replaced.min(missing).min(added);
            }
            std::mem::swap(&mut row, &mut next);
            if row.iter().all(|edits| *edits > most) {
                return None;
            }
        }
        // Of ends with as many edits, the one that is as long as the pattern.
        let ends = row.iter().enumerate().filter(|(_, edits)| **edits <= most);
        let (kept, edits) = ends.min_by_key(|(kept, edits)| (**edits, kept.abs_diff(most)))?;
        let length = (length + kept).saturating_sub(most);
        Some((*edits, known.iter().take(length).map(|c| c.len_utf8()).sum()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of edits, and the cells that were computed to find it.
    fn work(quote: &str, text: &str) -> (Option<usize>, usize) {
        let search = Search::new(quote, text);
        let before = search.budget.get();
        let found = search.run();
        (found.map(|(_, edits)| edits), before - search.budget.get())
    }

    fn repeated(text: &str, bytes: usize) -> String {
        text.repeat(bytes / text.len())
    }

    #[test]
    fn work_grows_with_the_text() {
        let prose = "the quick brown fox jumps over the lazy dog near the old mill; ";
        let letters = "ab".repeat(300);
        for (quote, unit, doublings) in [
            ("a quite different sentence of which no piece is anywhere in the text", prose, 6),
            ("the quikc brown fax jumbs over the lasy dog", prose, 6),
            ("the lazy fox near the quick old dog over the brown mill", prose, 6),
            // Made to be slow: the budget ends it.
            (&*format!("{letters}{}", "c".repeat(200)), "ab", 3),
            (&*format!("{}{letters}", "ac".repeat(40)), "ab", 3),
        ] {
            let (_, small) = work(quote, &repeated(unit, 64 << 10));
            let (_, large) = work(quote, &repeated(unit, 64 << (10 + doublings)));
            assert!(large <= (small.max(65_536) * 2) << doublings, "{quote}: {small}, {large}");
            assert!(large <= (MOST_EDITS + 2) * (64 << (10 + doublings)), "{quote}: {large}");
        }
    }

    #[test]
    fn the_fewest_edits_win() {
        let quote = "one two three four five six seven";
        for (text, expected) in [
            ("one two three for fife six seven; one two three fourr five six seven", Some((34, 1))),
            ("one tw three four five six sevn", Some((0, 2))),
            ("xone two three four five six sevenx", Some((1, 0))),
            ("one three five seven", None),
            ("", None),
        ] {
            let found = find(quote, text).map(|(range, edits)| (range.start, edits));
            assert_eq!(found, expected, "{text}");
        }
    }
}
