//! Blocks together with who reads their lines.

use std::collections::VecDeque;
use std::sync::Arc;

use instructor_core::{Error, Extract, Form, Mode};

use super::blocks::{Block, Blocks, Lines};
use crate::judge::{Judge, unparsable};
use crate::line::Envelope;
use crate::results::{BatchError, BatchErrorKind, BatchResult};

/// Blocks together with who reads their lines, which the first readable line tells.
pub(super) struct Feed<T> {
    pub(super) blocks: Blocks,
    pub(super) envelope: Option<&'static Envelope>,
    pub(super) form: Option<Form<T>>,
    pub(super) mode: Option<Mode>,
    judge: Option<Arc<Judge<T>>>,
    over: bool,
}

/// A block and who reads its lines.
pub(super) struct Task<T> {
    block: Kind,
    judge: Option<Arc<Judge<T>>>,
}

enum Kind {
    Lines(Lines),
    /// One error.
    Error(Option<Box<BatchError>>),
}

impl<T: Extract + Send + Sync> Feed<T> {
    pub(super) fn new(blocks: Blocks) -> Self {
        Self { blocks, envelope: None, form: None, mode: None, judge: None, over: false }
    }

    /// Whether nothing more will come.
    pub(super) fn is_over(&self) -> bool {
        self.over || self.blocks.is_over()
    }

    /// The next task, in the memory of an old one.
    pub(super) fn next(&mut self, memory: Vec<u8>) -> Option<Task<T>> {
        if self.over {
            return None;
        }
        let error = match self.blocks.next(memory)? {
            Block::Lines(lines) => match self.prepare(&lines) {
                Ok(()) => {
                    return Some(Task { block: Kind::Lines(lines), judge: self.judge.clone() });
                }
                Err(error) => {
                    self.over = true;
                    let message = format!("the lines cannot be read as this type: {error}");
                    BatchError::new("", BatchErrorKind::Unreadable, message)
                }
            },
            Block::TooLong(line, start) => too_long(line, &start),
            Block::Broken(line, error) => {
                let message = format!("the file cannot be read any further: {error}");
                let error = BatchError::new("", BatchErrorKind::Unreadable, message);
                BatchError { line: Some(line), ..error }
            }
        };
        Some(Task { block: Kind::Error(Some(Box::new(error))), judge: None })
    }

    /// Finds out who reads the lines, if these tell.
    fn prepare(&mut self, lines: &Lines) -> Result<(), Error> {
        if self.judge.is_some() {
            return Ok(());
        }
        let told = || lines.all().find_map(Envelope::of_results);
        let Some(envelope) = self.envelope.or_else(told) else { return Ok(()) };
        let judge = match self.form.take() {
            Some(form) => Judge::new(envelope, form),
            None => Judge::of(envelope, self.mode)?,
        };
        self.judge = Some(Arc::new(judge));
        Ok(())
    }
}

impl<T> Task<T> {
    /// Its memory, for another one.
    pub(super) fn into_memory(self) -> Vec<u8> {
        match self.block {
            Kind::Lines(lines) => lines.into_bytes(),
            Kind::Error(_) => Vec::new(),
        }
    }
}

impl<T: Extract + Send + Sync> Task<T> {
    /// Puts all that is left behind these.
    pub(super) fn all(
        &mut self,
        mut results: VecDeque<BatchResult<T>>,
    ) -> VecDeque<BatchResult<T>> {
        results.reserve(match &self.block {
            Kind::Lines(lines) => lines.count(),
            Kind::Error(_) => 1,
        });
        results.extend(self);
        results
    }
}

impl<T: Extract + Send + Sync> Iterator for Task<T> {
    type Item = BatchResult<T>;

    fn next(&mut self) -> Option<BatchResult<T>> {
        let lines = match &mut self.block {
            Kind::Lines(lines) => lines,
            Kind::Error(error) => return error.take().map(|error| Err(*error)),
        };
        let (number, line) = lines.next()?;
        Some(match (line, &self.judge) {
            (Ok(line), Some(judge)) => judge.read(line, number),
            (Ok(line), None) => Err(unparsable("", line, Some(number))),
            (Err(start), _) => Err(too_long(number, start)),
        })
    }
}

fn too_long(line: u64, start: &[u8]) -> BatchError {
    let message = "the line is too long; `longest_line` allows longer ones";
    let raw = String::from_utf8_lossy(start).into_owned();
    let error = BatchError::new("", BatchErrorKind::Unparsable, message);
    BatchError { raw, line: Some(line), ..error }
}
