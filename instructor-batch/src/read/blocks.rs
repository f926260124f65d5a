//! Files as blocks of whole lines, whatever their size.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

/// The size of a block, unless a line is longer.
const BLOCK: usize = 256 * 1024;

/// How much of a line that is too long is kept.
const START: usize = 1024;

/// The mark that some editors put before a file.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Where bytes come from.
pub(super) type Input = Box<dyn Read + Send>;

/// Splits inputs, one after the other, into blocks.
pub(super) struct Blocks {
    inputs: VecDeque<Input>,
    /// What was read beyond the last block.
    rest: Vec<u8>,
    /// The number of the next line in its input, from 1.
    line: u64,
    /// The last input could not be read to its end.
    broken: Option<io::Error>,
    longest: usize,
}

/// A piece of an input.
#[derive(Debug)]
pub(super) enum Block {
    /// Whole lines.
    Lines(Lines),
    /// A line that is too long: its number and how it starts.
    TooLong(u64, Vec<u8>),
    /// The input cannot be read any further; the number of the line behind the last.
    Broken(u64, io::Error),
}

/// Whole lines, the first of which has this number.
#[derive(Debug)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    at: usize,
    line: u64,
}

/// How far an input could be read.
enum Filled {
    /// A block ends here.
    To(usize),
    /// To its end.
    Whole,
    TooLong,
}

impl Blocks {
    pub(super) fn new(inputs: impl IntoIterator<Item = Input>) -> Self {
        Self {
            inputs: inputs.into_iter().collect(),
            rest: Vec::new(),
            line: 1,
            broken: None,
            longest: 256 * 1024 * 1024,
        }
    }

    /// Puts another input behind all others.
    pub(super) fn push(&mut self, input: Input) {
        self.inputs.push_back(input);
    }

    /// Lines with more bytes are not kept.
    pub(super) fn set_longest(&mut self, bytes: usize) {
        self.longest = bytes;
    }

    /// Whether nothing more will come.
    pub(super) fn is_over(&self) -> bool {
        self.inputs.is_empty() && self.broken.is_none()
    }

    /// The next block, in the memory of an old one.
    pub(super) fn next(&mut self, mut bytes: Vec<u8>) -> Option<Block> {
        loop {
            if let Some(error) = self.broken.take() {
                return Some(Block::Broken(std::mem::replace(&mut self.line, 1), error));
            }
            if self.is_over() {
                return None;
            }
            bytes.clear();
            bytes.append(&mut self.rest);
            let filled = self.fill(&mut bytes);
            if let Filled::TooLong = filled {
                let number = self.line;
                self.line += 1;
                bytes.truncate(START);
                self.pass_line();
                return Some(Block::TooLong(number, bytes));
            }
            if let Filled::To(end) = filled {
                self.rest.extend_from_slice(&bytes[end..]);
                bytes.truncate(end);
            }
            let (line, at) = (self.line, if bytes.starts_with(MARK) { MARK.len() } else { 0 });
            self.line += memchr_iter(b'\n', &bytes).count() as u64;
            if let Filled::Whole = filled {
                self.end_input();
            }
            if at < bytes.len() {
                return Some(Block::Lines(Lines { bytes, at, line }));
            }
        }
    }

    /// Reads on until there is a block.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> Filled {
        let mut searched = 0;
        loop {
            if bytes.len() >= BLOCK {
                if let Some(last) = memrchr(b'\n', &bytes[searched..]) {
                    return Filled::To(searched + last + 1);
                }
                if bytes.len() > self.longest {
                    return Filled::TooLong;
                }
                searched = bytes.len();
            }
            let wanted = if bytes.len() < BLOCK { BLOCK - bytes.len() } else { BLOCK };
            if !self.read(wanted, bytes) {
                return Filled::Whole;
            }
        }
    }

    /// Reads so many bytes; whether there were so many.
    fn read(&mut self, wanted: usize, bytes: &mut Vec<u8>) -> bool {
        let Some(input) = self.inputs.front_mut() else { return false };
        match input.take(wanted as u64).read_to_end(bytes) {
            Ok(read) => read == wanted,
            Err(error) => {
                self.broken = Some(error);
                false
            }
        }
    }

    /// Passes over the rest of a line.
    fn pass_line(&mut self) {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let more = self.read(BLOCK, &mut bytes);
            if let Some(end) = memchr(b'\n', &bytes) {
                self.rest.extend_from_slice(&bytes[end + 1..]);
                return;
            }
            if !more {
                return self.end_input();
            }
        }
    }

    fn end_input(&mut self) {
        self.inputs.pop_front();
        if self.broken.is_none() {
            self.line = 1;
        }
    }
}

impl Lines {
    /// The next line that is not blank, without its end, and its number.
    pub(super) fn next(&mut self) -> Option<(u64, &[u8])> {
        loop {
            let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            let (number, start) = (self.line, self.at);
            self.line += 1;
            self.at = start + length + 1;
            let line = self.bytes[start..start + length].trim_ascii_end();
            if !line.is_empty() {
                let end = start + line.len();
                return Some((number, &self.bytes[start..end]));
            }
        }
    }

    /// All lines that are not blank, from the first.
    pub(super) fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes[self.at..].split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii)
    }

    /// Its memory, for another block.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocks").field("line", &self.line).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives a few bytes at a time, and an error at the end if it is broken.
    struct Slow(Vec<u8>, usize, bool);

    impl Read for Slow {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() && std::mem::take(&mut self.2) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }

    fn all(mut blocks: Blocks) -> Vec<String> {
        let mut found = Vec::new();
        let mut memory = Vec::new();
        while let Some(block) = blocks.next(std::mem::take(&mut memory)) {
            match block {
                Block::Lines(mut lines) => {
                    while let Some((number, line)) = lines.next() {
                        let line = String::from_utf8_lossy(line).into_owned();
                        found.push(format!("{number}:{}:{line}", line.len()));
                    }
                    memory = lines.into_bytes();
                }
                Block::TooLong(number, start) => {
                    found.push(format!("{number}:long:{}", start.len()));
                }
                Block::Broken(number, error) => found.push(format!("{number}:{}", error.kind())),
            }
        }
        assert!(blocks.is_over());
        found
    }

    fn input(bytes: &[u8], step: usize, broken: bool) -> Input {
        Box::new(Slow(bytes.to_vec(), step, broken))
    }

    #[test]
    fn lines_have_numbers_and_no_ends() {
        for (text, expected) in [
            ("", vec![]),
            ("\n \n\r\n", vec![]),
            ("a", vec!["1:1:a"]),
            ("\u{feff}a\r\n\n b \n\u{2028}\n", vec!["1:1:a", "3:2: b", "4:3:\u{2028}"]),
        ] {
            assert_eq!(all(Blocks::new([input(text.as_bytes(), 2, false)])), expected, "{text:?}");
        }
        let two =
            Blocks::new([input(b"a\nb", 9, false), input(b"c\n", 9, true), input(b"d", 1, false)]);
        assert_eq!(all(two), ["1:1:a", "2:1:b", "1:1:c", "2:unexpected end of file", "1:1:d"]);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let text = format!("a\n{}\nb\n{}", "x".repeat(3 * BLOCK), "y".repeat(2 * BLOCK));
        let mut blocks =
            Blocks::new([input(text.as_bytes(), 100_000, false), input(b"c", 1, false)]);
        blocks.set_longest(2 * BLOCK - 1);
        assert_eq!(all(blocks), ["1:1:a", "2:long:1024", "3:1:b", "4:long:1024", "1:1:c"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn where_bytes_are_cut_never_changes_the_lines(
            lengths in prop::collection::vec(0..BLOCK, 0..6),
            step in 1_000..BLOCK,
        ) {
            let text: String = lengths.iter().map(|length| "z".repeat(*length) + "\n").collect();
            let expected: Vec<_> = (1_u64..).zip(text.lines()).filter(|(_, line)| !line.is_empty())
                .map(|(number, line)| format!("{number}:{}:{line}", line.len())).collect();
            prop_assert_eq!(all(Blocks::new([input(text.as_bytes(), step, false)])), expected);
        }
    }
}
