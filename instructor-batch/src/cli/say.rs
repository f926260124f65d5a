//! What is printed: results on stdout, everything else on stderr.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::exit::Failure;

/// Who prints, and for whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Say {
    json: bool,
    terminal: bool,
}

impl Say {
    pub(super) fn new(json: bool) -> Self {
        Self { json, terminal: io::stderr().is_terminal() }
    }

    /// Whether a person watches stderr.
    pub(super) fn terminal(self) -> bool {
        self.terminal
    }

    /// The result: one JSON document for machines, text for people.
    pub(super) fn result(
        self,
        json: &impl Serialize,
        text: &dyn fmt::Display,
    ) -> Result<(), Failure> {
        if self.json {
            let json = serde_json::to_string(json)
                .map_err(|e| Failure::configuration(format!("the result is no JSON: {e}")))?;
            print(&format!("{json}\n"));
        } else {
            print(&format!("{text}\n"));
        }
        Ok(())
    }

    /// Something beside the result, for people: what to do next.
    pub(super) fn hint(self, text: &dyn fmt::Display) {
        if !self.json {
            complain(&format!("{text}\n"));
        }
    }
}

/// Something beside the result that everybody should know.
pub(super) fn note(text: &dyn fmt::Display) {
    complain(&format!("{text}\n"));
}

/// The one line of an error.
pub(super) fn error(failure: &Failure) {
    complain(&format!("error: {failure}\n"));
}

/// To stdout. Whoever reads it may have gone, such as `head`; there is nobody left to tell.
pub(super) fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

/// To stderr.
pub(super) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
