//! Reads result files of any size: typed, validated, with all cores and in constant memory.

use std::fmt;
use std::io::{Cursor, Read};
use std::iter::FusedIterator;
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread::available_parallelism;

use instructor_core::{Extract, Form, Mode};

use crate::file::{self, FileError};
use crate::line::Envelope;
use crate::results::BatchResult;

mod blocks;
mod feed;
mod threads;

use blocks::Blocks;
use feed::{Feed, Task};
use threads::Threads;

/// Reads the results of a batch, one for each line: an iterator that needs the same memory whatever
/// the size of the file. A line that cannot be read is an error with its number and its text, and
/// never the end; blank lines are passed over. If the file itself cannot be read any further, the
/// last item says so.
///
/// ```no_run
/// use instructor_batch::BatchReader;
/// # use instructor_core::Extract;
/// # use serde::Deserialize;
/// # #[derive(Deserialize, Extract)]
/// # struct Person { name: String }
///
/// # fn main() -> Result<(), instructor_batch::FileError> {
/// for result in BatchReader::<Person>::open("output.jsonl.gz")?.and("errors.jsonl")? {
///     match result {
///         Ok(success) => println!("{}: {}", success.custom_id, success.result.name),
///         Err(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "an iterator reads nothing unless it is asked for its items"]
pub struct BatchReader<T> {
    /// Nothing once threads have it, or all is read.
    feed: Option<Feed<T>>,
    /// What this thread reads.
    task: Option<Task<T>>,
    threads: Option<Threads<T>>,
    wanted_threads: usize,
    in_file_order: bool,
}

impl<T: Extract + Send + Sync + 'static> BatchReader<T> {
    /// Reads a file, uncompressed if its name ends with `.gz` or `.zst`.
    ///
    /// # Errors
    /// If it cannot be opened, or is compressed and the feature `compression` is off.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FileError> {
        file::open(path.as_ref()).map(Self::from_reader)
    }

    /// Reads another file behind it, such as the file of errors behind that of results; numbers of
    /// lines begin again.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn and(mut self, path: impl AsRef<Path>) -> Result<Self, FileError> {
        let input = file::open(path.as_ref())?;
        if let Some(feed) = &mut self.feed {
            feed.blocks.push(input);
        }
        Ok(self)
    }

    /// Reads from anywhere.
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        let input: Box<dyn Read + Send> = Box::new(reader);
        Self {
            feed: Some(Feed::new(Blocks::new([input]))),
            task: None,
            threads: None,
            wanted_threads: available_parallelism().map_or(1, NonZeroUsize::get),
            in_file_order: true,
        }
    }

    /// Reads a text.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self::from_reader(Cursor::new(text.into()))
    }

    /// The envelope of the lines; by default the first readable line tells.
    pub fn envelope(self, envelope: &'static Envelope) -> Self {
        self.with(|feed| feed.envelope = Some(envelope))
    }

    /// The form by which was asked: its provider reads the answers, in its mode.
    pub fn form(self, form: Form<T>) -> Self {
        self.with(|feed| feed.form = Some(form))
    }

    /// The mode in which was asked; by default answers of all modes are read.
    pub fn mode(self, mode: Mode) -> Self {
        self.with(|feed| feed.mode = Some(mode))
    }

    /// How many threads read, the one that asks for the items among them; by default as many as there
    /// are cores.
    pub fn threads(mut self, threads: usize) -> Self {
        self.wanted_threads = threads.max(1);
        self
    }

    /// Whether results come in the order of their lines, as they do by default, or as they are
    /// finished.
    pub fn in_file_order(mut self, on: bool) -> Self {
        self.in_file_order = on;
        self
    }

    /// The most bytes of a line, 256 MB by default. Of a longer one only the start is kept, in an
    /// error.
    pub fn longest_line(self, bytes: usize) -> Self {
        self.with(|feed| feed.blocks.set_longest(bytes))
    }

    fn with(mut self, set: impl FnOnce(&mut Feed<T>)) -> Self {
        if let Some(feed) = &mut self.feed {
            set(feed);
        }
        self
    }
}

impl<T: Extract + Send + Sync + 'static> Iterator for BatchReader<T> {
    type Item = BatchResult<T>;

    fn next(&mut self) -> Option<BatchResult<T>> {
        loop {
            if let Some(task) = &mut self.task
                && let Some(result) = task.next()
            {
                return Some(result);
            }
            if let Some(threads) = &mut self.threads {
                return threads.next();
            }
            let memory = self.task.take().map(Task::into_memory).unwrap_or_default();
            self.task = self.feed.as_mut()?.next(memory);
            if self.task.is_none() {
                self.feed = None;
            }
            // What fits into a block is read faster than threads are started.
            if self.wanted_threads > 1 && self.feed.as_ref().is_some_and(|feed| !feed.is_over()) {
                let threads = std::mem::replace(&mut self.wanted_threads, 1);
                let feed = self.feed.take();
                self.threads = feed.map(|feed| Threads::start(feed, threads, self.in_file_order));
            }
        }
    }
}

impl<T: Extract + Send + Sync + 'static> FusedIterator for BatchReader<T> {}

/// How it reads, never what.
impl<T> fmt::Debug for BatchReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchReader")
            .field("threads", &self.wanted_threads)
            .field("in_file_order", &self.in_file_order)
            .finish_non_exhaustive()
    }
}
