//! What the exam must know of a wire format: the bodies that its services send.

use instructor_core::Mode;
use serde_json::Value;

/// Tokens of every good reply: question, answer, of these from the cache, of these reasoning. A wire
/// that does not count one of them has 0 there.
pub(crate) const TOKENS: [u64; 4] = [100, 20, 40, 8];

/// A wire format as a service speaks it.
pub(crate) trait Wire {
    /// The services that speak it, by name.
    fn speaks(&self, service: &str) -> bool;

    /// A good reply: one call for each `(tool, arguments)` in a mode with tools, otherwise the text of
    /// the only one. The id is `reply-1`, the model `model-1`, the usage [`TOKENS`].
    fn reply(&self, mode: Mode, answers: &[(&str, Value)]) -> Value;

    /// A reply in text, whatever was asked for.
    fn text(&self, text: &str) -> Value;

    /// The model refuses with these words; `None` if the wire has no word for it.
    fn refusal(&self, words: &str) -> Option<Value>;

    /// An answer that is cut off at the limit of tokens.
    fn truncated(&self, mode: Mode) -> Value;

    /// An answer that the service held back; `None` if the wire has no word for it.
    fn filtered(&self) -> Option<Value>;

    /// A reply of the model without any content.
    fn empty(&self) -> Value;

    /// The body of an error with this status and message.
    fn error(&self, status: u16, message: &str) -> Value;

    /// The base URL with which a service is reached at this address of the server.
    fn base_url(&self, service: &str, server: &str) -> String {
        let _ = service;
        server.to_owned()
    }

    /// Which of [`TOKENS`] the wire counts.
    fn counts(&self) -> [bool; 4] {
        [true; 4]
    }
}
