//! How a text is laid out: lines, bullets, `key: value` labels, sentences, paragraphs.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::facts::constant;
use super::words::{is_stop, words};

/// The parts of a text, each list in the order of the text.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) lines: Vec<Line>,
    pub(super) labels: Vec<Label>,
    pub(super) sentences: Vec<Range<usize>>,
    pub(super) paragraphs: Vec<Range<usize>>,
}

/// A line that is not blank, without its bullet.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) span: Range<usize>,
    pub(super) bullet: bool,
}

/// `key: value`; the value of a key at the end of its line is the block of lines below.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub(super) key: Range<usize>,
    pub(super) stems: Vec<String>,
    pub(super) value: Range<usize>,
    /// The value stands on lines of its own.
    pub(super) block: bool,
}

static BULLET: LazyLock<Regex> =
    LazyLock::new(|| constant(r"^(?:[-*•–]|\([0-9]{1,2}\)|[0-9]{1,2}[.)])\s+"));
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?:^|[;|,]\s+|\.\s+)(?:\*\*|__)?([A-Za-z][A-Za-z0-9 /()#%.'&-]{0,48}?)(?:\*\*|__)?\s?[:=](?:\*\*|__)?(\s|$)",
    )
});
static ABBREVIATION: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?i)(?:^|[\s(])(?:mr|mrs|ms|dr|prof|st|no|nr|inc|ltd|co|corp|e\.g|i\.e|vs|approx|[a-z])\.$",
    )
});

/// Reads the layout.
pub(super) fn read(text: &str) -> Layout {
    let mut layout = Layout {
        lines: Vec::new(),
        labels: Vec::new(),
        sentences: Vec::new(),
        paragraphs: Vec::new(),
    };
    let mut start = 0;
    // The block that goes on: a paragraph, and within it the run of lines that may share sentences.
    let mut paragraph: Option<Range<usize>> = None;
    let mut run: Option<Range<usize>> = None;
    for raw in text.split_inclusive('\n') {
        let from = start;
        start += raw.len();
        let trimmed = raw.trim();
        if trimmed.is_empty() {
            layout.paragraphs.extend(paragraph.take());
            sentences(text, run.take(), &mut layout.sentences);
            continue;
        }
        let indent = from + (raw.len() - raw.trim_start().len());
        let bullet = BULLET.find(trimmed).map_or(0, |bullet| bullet.end());
        let span = indent + bullet..indent + trimmed.len();
        let labels = labels(text, &span);
        let own = bullet > 0 || labels.first().is_some_and(|label| label.key.start == span.start);
        paragraph = Some(paragraph.map_or(span.clone(), |p| p.start..span.end));
        if own {
            sentences(text, run.take(), &mut layout.sentences);
        }
        run = Some(run.map_or(span.clone(), |r| r.start..span.end));
        layout.lines.push(Line { span, bullet: bullet > 0 });
        layout.labels.extend(labels);
    }
    layout.paragraphs.extend(paragraph);
    sentences(text, run, &mut layout.sentences);
    blocks(&layout.lines, &mut layout.labels, text);
    layout
}

/// The labels of one line; the value of each ends where the next begins.
fn labels(text: &str, line: &Range<usize>) -> Vec<Label> {
    let mut found: Vec<Label> = Vec::new();
    for captures in KEY.captures_iter(&text[line.clone()]) {
        let (Some(whole), Some(key)) = (captures.get(0), captures.get(1)) else { continue };
        // A sentence that ends before the key is no part of it.
        let skipped = key.as_str().rfind(". ").map_or(0, |at| at + 2);
        let key = key.start() + skipped..key.end();
        let text = &text[line.clone()][key.clone()];
        let stems: Vec<String> = words(text).into_iter().map(|word| word.stem).collect();
        let sentence = stems.len() > 5 || stems.iter().all(|stem| is_stop(stem)) && stems.len() > 1;
        if stems.is_empty() || sentence {
            continue;
        }
        let key = line.start + key.start..line.start + key.end;
        if let Some(previous) = found.last_mut() {
            previous.value.end = line.start + whole.start();
        }
        let value = line.start + whole.end()..line.end;
        found.push(Label { key, stems, value, block: false });
    }
    for label in &mut found {
        label.value = trim(text, label.value.start.min(label.value.end)..label.value.end);
    }
    found
}

/// Gives a label without a value on its line the lines below: the bullets, or the lines up to the
/// next label. Whoever asks for a range looks at the lines inside it.
fn blocks(lines: &[Line], labels: &mut [Label], text: &str) {
    let keys: Vec<usize> = labels.iter().map(|label| label.key.start).collect();
    let mut next_line = 0;
    for label in labels.iter_mut().filter(|label| label.value.is_empty()) {
        while lines.get(next_line).is_some_and(|line| line.span.start <= label.key.start) {
            next_line += 1;
        }
        let bullets = lines.get(next_line).is_some_and(|line| line.bullet);
        let mut end = label.key.end;
        let mut last = label.key.end;
        for line in &lines[next_line..] {
            let labelled = keys.binary_search(&line.span.start).is_ok();
            let gap = text[last..line.span.start].matches('\n').count() > 1;
            if bullets != line.bullet || (labelled && !bullets) || (gap && end > label.key.end) {
                break;
            }
            end = line.span.end;
            last = end;
        }
        if end > label.key.end {
            label.value = lines[next_line].span.start..end;
            label.block = true;
        }
    }
}

/// Cuts a run of lines into sentences.
fn sentences(text: &str, run: Option<Range<usize>>, found: &mut Vec<Range<usize>>) {
    let Some(run) = run else { return };
    let mut start = run.start;
    for (at, c) in text[run.clone()].char_indices() {
        if !matches!(c, '.' | '!' | '?' | '…') {
            continue;
        }
        let end = run.start + at + c.len_utf8();
        let mut rest = text[end..run.end].trim_start_matches(['"', '”', '’', ')', '\'']).chars();
        let ends = match rest.next() {
            None => true,
            Some(space) if space.is_whitespace() => {
                let next = rest.find(|c| !c.is_whitespace());
                let tail_start =
                    text[start..end].char_indices().rev().nth(8).map_or(start, |(i, _)| start + i);
                let capital = next.is_some_and(|c| !c.is_lowercase());
                capital && !(c == '.' && ABBREVIATION.is_match(&text[tail_start..end]))
            }
            Some(_) => false,
        };
        if ends {
            let quotes =
                text[end..run.end].chars().take_while(|c| matches!(c, '"' | '”' | '’' | ')'));
            let end = end + quotes.map(char::len_utf8).sum::<usize>();
            push_trimmed(text, start..end, found);
            start = end;
        }
    }
    push_trimmed(text, start..run.end, found);
}

fn push_trimmed(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    if range.start < range.end {
        let range = trim(text, range);
        if !range.is_empty() {
            found.push(range);
        }
    }
}

/// The range without white space at its ends.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start.max(range.start + part.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        let text = "Dr. Smith met J. Doe. They paid $3.50 \
                    for tea!\nAnd left?\n\nNotes: none\n- one\n- two";
        let layout = read(text);
        let found: Vec<_> = layout.sentences.iter().map(|s| &text[s.clone()]).collect();
        assert_eq!(
            found,
            [
                "Dr. Smith met J. Doe.",
                "They paid $3.50 for tea!",
                "And left?",
                "Notes: none",
                "one",
                "two"
            ]
        );
        assert_eq!(layout.paragraphs.len(), 2);
    }

    #[test]
    fn labels_are_found_at_the_start_and_within_a_line() {
        let text = "From: Ann <a@b.c>\nTotal: EUR 5, Due: 2024-01-01\nat 10:30 we met\nAttendees:\n- Ann\n- Bob\n\nhttps://x.y";
        let layout = read(text);
        let found: Vec<_> =
            layout.labels.iter().map(|l| (&text[l.key.clone()], &text[l.value.clone()])).collect();
        assert_eq!(
            found,
            [
                ("From", "Ann <a@b.c>"),
                ("Total", "EUR 5"),
                ("Due", "2024-01-01"),
                ("Attendees", "Ann\n- Bob")
            ]
        );
    }
}
