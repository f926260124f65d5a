//! The wire formats, one file each.

mod openai;
mod responses;

use crate::wire::Wire;

/// All wire formats.
pub(crate) fn wires() -> Vec<Box<dyn Wire>> {
    vec![Box::new(responses::Responses), Box::new(openai::OpenAi)]
}
