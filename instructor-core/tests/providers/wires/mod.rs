//! The wire formats, one file each.

mod ollama;
mod openai;

use crate::wire::Wire;

/// All wire formats.
pub(crate) fn wires() -> Vec<Box<dyn Wire>> {
    vec![Box::new(ollama::Ollama), Box::new(openai::OpenAi)]
}
