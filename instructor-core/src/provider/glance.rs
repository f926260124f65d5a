//! The plain answer of a response, found in one pass and without a tree.

use std::borrow::Cow;

use crate::cursor::Cursor;
use crate::reply::{Stop, Usage};

/// One complete answer with nothing peculiar about it: one tool call, or text.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Glance<'a> {
    /// The model that answered, if the service says so.
    pub model: Option<Cow<'a, str>>,
    /// The tokens, if the service counts them.
    pub usage: Option<Usage>,
    /// Why the answer ended.
    pub stop: Stop,
    /// The tool that was called; nothing if the answer is text.
    pub tool: Option<Cow<'a, str>>,
    /// The arguments of the call, or the text.
    pub answer: Cow<'a, str>,
}

/// A property that may be there once, and be `null`.
#[derive(Debug)]
pub(super) struct Once<T> {
    seen: bool,
    /// The value, if there is one.
    pub(super) value: Option<T>,
}

/// A text.
pub(super) type Text<'a> = Once<Cow<'a, str>>;

impl<T> Once<T> {
    /// Reads it; nothing if it was there before.
    pub(super) fn read<'a>(
        &mut self,
        at: &mut Cursor<'a>,
        read: impl FnOnce(&mut Cursor<'a>) -> Option<T>,
    ) -> Option<()> {
        if std::mem::replace(&mut self.seen, true) {
            return None;
        }
        at.optional(&mut self.value, read)
    }
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { seen: false, value: None }
    }
}

/// Reads what must be an object, as it stands there.
pub(super) fn object<'a>(at: &mut Cursor<'a>) -> Option<&'a str> {
    if at.peek() != Some(b'{') {
        return None;
    }
    std::str::from_utf8(at.raw()?).ok()
}

/// Reads one number in an object.
pub(super) fn inner(at: &mut Cursor<'_>, wanted: &[u8]) -> Option<Once<u64>> {
    let mut value = Once::default();
    at.object(|at, name| if name == wanted { value.read(at, Cursor::count) } else { at.skip() })?;
    Some(value)
}
