//! The plain answer of a response, found without reading the rest.

use std::borrow::Cow;

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
