//! Finds the JSON in an answer: the whole text, or what stands in fences, in prose, after thinking.

use super::node::Node;
use super::parse::{Syntax, parse, parse_at};
use super::repair::RepairKind;

/// A JSON value in the text.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    pub(super) node: Node<'a>,
    /// Its first byte, and the one after its last.
    pub(super) span: (usize, usize),
    /// What it took to find it.
    pub(super) repairs: Vec<RepairKind>,
}

/// What an answer holds.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// The JSON values, none inside another.
    pub(super) candidates: Vec<Candidate<'a>>,
    /// The longest stretch that was meant as JSON and is none; the seam for mending its syntax.
    pub(super) broken: Option<Broken>,
    /// The answer without thinking and fences, for a value that is written without JSON's quotes.
    pub(super) bare: &'a str,
}

/// A stretch that was meant as JSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Broken {
    pub(super) span: (usize, usize),
    pub(super) syntax: Syntax,
}

const FENCE: &str = "```";
const TAGS: [&str; 4] = ["think", "thinking", "thought", "reasoning"];

pub(super) fn find(text: &str) -> Found<'_> {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    if let Ok(node) = parse(&text[start..]) {
        let candidate = Candidate { node, span: (start, text.len()), repairs: Vec::new() };
        return Found { candidates: vec![candidate], broken: None, bare: text.trim() };
    }
    let answer = after_thinking(text, start);
    let mut found = scan(text, answer);
    if answer > start {
        for candidate in &mut found.candidates {
            candidate.repairs.insert(0, RepairKind::Thinking);
        }
    } else {
        leave_out_thinking(text, &mut found);
    }
    if found.candidates.is_empty()
        && let Ok(node) = parse(found.bare)
    {
        let fenced = text[answer..].contains(FENCE);
        let kind = if fenced { RepairKind::Fence } else { RepairKind::Thinking };
        found.candidates.push(Candidate { node, span: (answer, text.len()), repairs: vec![kind] });
    }
    found
}

/// Where the answer starts after `<think>…</think>` at the front.
fn after_thinking(text: &str, start: usize) -> usize {
    let mut answer = start;
    loop {
        let rest = &text[answer..];
        let trimmed = rest.trim_start();
        let end = TAGS.iter().find_map(|tag| {
            let body = trimmed.strip_prefix('<')?.strip_prefix(tag)?.strip_prefix('>')?;
            let close = format!("</{tag}>");
            body.find(&close).map(|end| text.len() - body.len() + end + close.len())
        });
        match end {
            Some(end) => answer = end,
            None => return answer,
        }
    }
}

/// Some models are started inside their thinking, so that only the closing tag is in the answer:
/// what stands before it is dropped if something stands after it.
fn leave_out_thinking(text: &str, found: &mut Found<'_>) {
    let inside = |at: usize| {
        let broken = found.broken.iter().map(|broken| broken.span);
        let mut spans = found.candidates.iter().map(|candidate| candidate.span).chain(broken);
        spans.any(|(start, end)| start < at && at < end)
    };
    let closings = TAGS.iter().filter_map(|tag| text.rfind(&format!("</{tag}>")));
    let Some(cut) = closings.filter(|&at| !inside(at)).max() else { return };
    if !found.candidates.iter().any(|candidate| candidate.span.0 > cut) {
        return;
    }
    found.candidates.retain(|candidate| candidate.span.0 > cut);
    found.broken = found.broken.filter(|broken| broken.span.0 > cut);
    for candidate in &mut found.candidates {
        candidate.repairs.insert(0, RepairKind::Thinking);
    }
}

/// All objects and lists from `start` on. What was meant as JSON and is none is stepped over whole:
/// a value inside it is not the answer.
fn scan(text: &str, start: usize) -> Found<'_> {
    let mut found = Found { candidates: Vec::new(), broken: None, bare: bare(&text[start..]) };
    let mut pos = start;
    // Whether the last line with something in it starts a fence.
    let mut fenced = false;
    while let Some(step) = text[pos..].find(['{', '[']) {
        let open = pos + step;
        fenced = is_fenced(&text[pos..open], fenced);
        match parse_at(text, open) {
            Ok((node, end)) => {
                let kind = if fenced { RepairKind::Fence } else { RepairKind::Prose };
                let span = (open, end);
                found.candidates.push(Candidate { node, span, repairs: vec![kind] });
                pos = end;
            }
            Err(syntax) if is_meant(text, open, syntax.offset) => {
                let span = (open, extent(text, open));
                let length = |(start, end): (usize, usize)| end - start;
                if found.broken.is_none_or(|broken| length(broken.span) < length(span)) {
                    found.broken = Some(Broken { span, syntax });
                }
                pos = span.1;
            }
            Err(_) => pos = open + 1,
        }
    }
    found
}

/// The text inside the only fence, or the text itself.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix(FENCE).and_then(|rest| {
        let (_, body) = rest.split_once('\n')?;
        Some(body.strip_suffix(FENCE).unwrap_or(body).trim())
    });
    inner.unwrap_or(text)
}

/// Whether the last line of `before` that is not blank starts a fence; `fenced` is what is known of
/// the line that was already begun.
fn is_fenced(before: &str, fenced: bool) -> bool {
    let lines = before.trim_end();
    match lines.rsplit_once('\n') {
        Some((_, line)) => line.trim_start().starts_with(FENCE),
        None => lines.trim_start().starts_with(FENCE) || (fenced && lines.is_empty()),
    }
}

/// Whether the bracket at `open` starts JSON that breaks off at `error`, and not prose like
/// "[sic]", "{name}" or "[[link]]".
fn is_meant(text: &str, open: usize, error: usize) -> bool {
    let read = &text[open..error];
    if !read.bytes().all(|byte| b"[]{} \t\r\n".contains(&byte)) {
        return true;
    }
    let rest = &text[error..];
    if rest.starts_with(['\'', '"', '`', '“', '‘', ',', '#']) || rest.starts_with("//") {
        return true;
    }
    let word_end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    let (word, after) = rest.split_at(word_end.unwrap_or(rest.len()));
    if text[open..].starts_with('{') {
        !word.is_empty() && after.trim_start().starts_with(':')
    } else {
        matches!(word, "None" | "True" | "False" | "NaN" | "undefined")
    }
}

/// Where the bracket at `open` is closed, brackets in strings left aside; the end of the fence or
/// the text if nowhere.
fn extent(text: &str, open: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut quoted, mut i) = (0_usize, false, open);
    while i < bytes.len() {
        match bytes[i] {
            b'\\' if quoted => i += 1,
            b'"' => quoted = !quoted,
            b'\n' if text[i + 1..].starts_with(FENCE) => return i + 1,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return i + 1;
                }
            }
            _ => {}
        }
        i += 1;
    }
    bytes.len()
}
