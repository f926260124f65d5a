//! Which envelope a line is in, and which service reads what is in it.

use instructor_core::scan::is_null;

use super::read::{object, present, properties, without_mark};
use super::{Asked, Envelope};

impl Envelope {
    /// The envelope of a line of a result file, told by its properties. Mistral's results look like
    /// `OpenAI`'s and are read like them.
    pub fn of_results(line: &[u8]) -> Option<&'static Self> {
        let names = ["result", "key", "custom_id", "response", "error", "status"];
        let [result, key, id, response, error, status] = properties(without_mark(line), names)?;
        let ended = response.is_some() || error.is_some();
        if object(result).is_some() {
            Some(Self::ANTHROPIC)
        } else if key.is_some() && id.is_none() {
            (ended || status.is_some()).then_some(Self::GEMINI)
        } else if id.is_none() && object(response).is_some_and(is_of_gemini) {
            Some(Self::GEMINI)
        } else {
            ended.then_some(Self::OPENAI)
        }
    }

    /// The envelope of a line of a request file, told by its properties.
    pub fn of_requests(line: &[u8]) -> Option<&'static Self> {
        let names = ["params", "request", "url", "body"];
        let [params, request, url, body] = properties(without_mark(line), names)?;
        if object(params).is_some() {
            return Some(Self::ANTHROPIC);
        }
        if object(request).is_some() {
            return Some(Self::GEMINI);
        }
        let [model] = properties(object(body)?, ["model"])?;
        Some(if url.is_some() || model.is_some() { Self::OPENAI } else { Self::MISTRAL })
    }

    /// The service whose [`Provider`](instructor_core::provider::Provider) reads this body of a
    /// response: `openai`, `openai-responses`, `anthropic`, `google` or `mistral`.
    pub fn service_of(&self, body: &[u8]) -> &'static str {
        let made = |[object, choices, output]: [Option<&[u8]>; 3]| match object {
            Some(object) if !is_null(object) => object == br#""response""#,
            _ => output.is_some() && choices.is_none(),
        };
        let is_response = || properties(body, ["object", "choices", "output"]).is_some_and(made);
        self.responses.filter(|_| is_response()).unwrap_or(self.service)
    }

    /// The service that is spoken to in this line of a request file.
    pub fn service_asked(&self, asked: &Asked<'_>) -> &'static str {
        let is_response = || match &asked.path {
            Some(path) => path.ends_with("/responses"),
            None => properties(asked.body, ["input", "messages"])
                .is_some_and(|[input, messages]| input.is_some() && messages.is_none()),
        };
        self.responses.filter(|_| is_response()).unwrap_or(self.service)
    }
}

fn is_of_gemini(response: &[u8]) -> bool {
    let names = ["candidates", "promptFeedback", "usageMetadata"];
    properties(response, names)
        .is_some_and(|found| found.into_iter().any(|raw| present(raw).is_some()))
}
