//! The wire formats, one file each.

mod anthropic;
mod bedrock;
mod cohere;
mod gemini;
mod ollama;
mod openai;
mod responses;

use crate::wire::Wire;

/// All wire formats; the last speaks for every service that no other speaks for.
pub(crate) fn wires() -> Vec<Box<dyn Wire>> {
    vec![
        Box::new(anthropic::Anthropic),
        Box::new(bedrock::Bedrock),
        Box::new(responses::Responses),
        Box::new(gemini::Gemini),
        Box::new(cohere::Cohere),
        Box::new(ollama::Ollama),
        Box::new(openai::OpenAi),
    ]
}
