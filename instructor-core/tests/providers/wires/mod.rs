//! The wire formats, one file each.

mod anthropic;
mod bedrock;
mod openai;

use crate::wire::Wire;

/// All wire formats.
pub(crate) fn wires() -> Vec<Box<dyn Wire>> {
    vec![Box::new(anthropic::Anthropic), Box::new(bedrock::Bedrock), Box::new(openai::OpenAi)]
}
