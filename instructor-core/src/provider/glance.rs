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

/// A property that may be there once; nothing if it is there twice.
pub(super) type Once<T> = Option<Option<T>>;

/// Reads a property that may be `null`, for the first time.
pub(super) fn once<'a, T>(
    place: &mut Once<T>,
    at: &mut Cursor<'a>,
    read: impl FnOnce(&mut Cursor<'a>) -> Option<T>,
) -> Option<()> {
    place.replace(at.optional(read)?).is_none().then_some(())
}

/// Reads what must be an object, as it stands there.
pub(super) fn object<'a>(at: &mut Cursor<'a>) -> Option<&'a str> {
    (at.peek()? == b'{').then(|| at.raw())?
}
