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

/// Whole lines: a part of some bytes, whose first line has this number.
#[derive(Debug)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    at: usize,
    end: usize,
    line: u64,
    /// At least as many as there are.
    count: usize,
    longest: usize,
}

/// The number of a line and the line; of one that is too long, only the start.
pub(super) type Numbered<'a> = (u64, Result<&'a [u8], &'a [u8]>);

/// How far an input could be read.
enum Filled {
    /// Whole lines end here, and bytes here.
    To(usize, usize),
    /// To its end, which is here.
    Whole(usize),
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
            if self.rest.is_empty()
                && let Some(error) = self.broken.take()
            {
                return Some(Block::Broken(std::mem::replace(&mut self.line, 1), error));
            }
            if self.is_over() {
                return None;
            }
            let filled = self.fill(&mut bytes);
            let end = match filled {
                Filled::To(end, filled) => {
                    self.rest.extend_from_slice(&bytes[end..filled]);
                    end
                }
                Filled::Whole(end) => end,
                Filled::TooLong => {
                    let number = self.line;
                    self.line += 1;
                    bytes.truncate(START);
                    self.pass_line();
                    return Some(Block::TooLong(number, bytes));
                }
            };
            let whole = &bytes[..end];
            let (line, at) = (self.line, if whole.starts_with(MARK) { MARK.len() } else { 0 });
            let ends = memchr_iter(b'\n', whole).count();
            self.line += ends as u64;
            if let Filled::Whole(_) = filled {
                self.end_input();
            }
            if at < end {
                let (count, longest) = (ends + 1, self.longest);
                return Some(Block::Lines(Lines { bytes, at, end, line, count, longest }));
            }
        }
    }

    /// Reads on until there is a block. What is in the bytes already is of no use, but their memory.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> Filled {
        let mut filled = self.rest.len();
        // The memory of a long line is given back.
        if bytes.len() > BLOCK + filled {
            bytes.truncate(BLOCK + filled);
            bytes.shrink_to(2 * (BLOCK + filled));
        }
        bytes.resize(BLOCK + filled, 0);
        bytes[..filled].copy_from_slice(&self.rest);
        self.rest.clear();
        let mut searched = 0;
        loop {
            filled += self.read(&mut bytes[filled..]);
            if filled < bytes.len() {
                return Filled::Whole(filled);
            }
            if let Some(last) = memrchr(b'\n', &bytes[searched..]) {
                return Filled::To(searched + last + 1, filled);
            }
            if filled > self.longest {
                return Filled::TooLong;
            }
            searched = filled;
            bytes.resize(filled * 2, 0);
        }
    }

    /// Reads until there is no room; how much, which is less only at the end of the input.
    fn read(&mut self, mut into: &mut [u8]) -> usize {
        let room = into.len();
        let Some(input) = self.inputs.front_mut().filter(|_| self.broken.is_none()) else {
            return 0;
        };
        while !into.is_empty() {
            match input.read(into) {
                Ok(0) => break,
                Ok(read) => into = into.get_mut(read..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.broken = Some(error);
                    break;
                }
            }
        }
        room - into.len()
    }

    /// Passes over the rest of a line.
    fn pass_line(&mut self) {
        let mut bytes = vec![0; BLOCK];
        loop {
            let read = self.read(&mut bytes);
            if let Some(end) = memchr(b'\n', &bytes[..read]) {
                self.rest.extend_from_slice(&bytes[end + 1..read]);
            } else if read == bytes.len() {
                continue;
            }
            if read < bytes.len() && self.rest.is_empty() {
                self.end_input();
            }
            return;
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
    /// The next line that is not blank, without its end.
    pub(super) fn next(&mut self) -> Option<Numbered<'_>> {
        loop {
            let rest = self.bytes.get(self.at..self.end).filter(|rest| !rest.is_empty())?;
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            let (number, start) = (self.line, self.at);
            self.line += 1;
            self.at = start + length + 1;
            let line = self.bytes[start..start + length].trim_ascii_end();
            if !line.is_empty() {
                let end = start + line.len();
                let line = &self.bytes[start..end];
                let kept = if line.len() > self.longest {
                    Err(&line[..line.len().min(START)])
                } else {
                    Ok(line)
                };
                return Some((number, kept));
            }
        }
    }

    /// All lines that are not blank, from the first.
    pub(super) fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes[self.at..self.end].split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii)
    }

    /// At least as many lines as are left.
    pub(super) fn count(&self) -> usize {
        self.count
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
                        found.push(match line {
                            Ok(line) => {
                                let line = String::from_utf8_lossy(line);
                                format!("{number}:{}:{line}", line.len())
                            }
                            Err(start) => format!("{number}:long:{}", start.len()),
                        });
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
        for cut in [false, true] {
            let text = format!("{}\nb\n123456", "x".repeat(3 * BLOCK));
            let mut blocks = Blocks::new([input(text.as_bytes(), 100_000, cut)]);
            blocks.set_longest(5);
            let mut expected = vec!["1:long:1024", "2:1:b", "3:long:6"];
            expected.extend(cut.then_some("3:unexpected end of file"));
            assert_eq!(all(blocks), expected);
        }
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
