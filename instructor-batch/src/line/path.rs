//! Where a request goes, as a line says it.

use std::borrow::Cow;

/// The addresses of `OpenAI`'s API that batches are made for, wherever a service has put them.
const KNOWN: [&str; 4] = ["/chat/completions", "/responses", "/completions", "/embeddings"];

/// The path of a URL as the lines and jobs of a batch name it: `/v1/chat/completions` for
/// `https://api.groq.com/openai/v1/chat/completions`. All services of `OpenAI`'s form are told
/// `/v1`, whatever stands before it in their address.
pub fn path_of(url: &str) -> Cow<'_, str> {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    };
    if let Some(known) = KNOWN.iter().find(|known| path.ends_with(**known)) {
        let before = &path[..path.len() - known.len()];
        return match before.strip_suffix("/v1") {
            Some(host) => Cow::Borrowed(&path[host.len()..]),
            None => Cow::Owned(format!("/v1{known}")),
        };
    }
    Cow::Borrowed(path)
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn a_path_is_told_from_v1_on() {
        for (url, path) in [
            ("https://api.openai.com/v1/chat/completions", "/v1/chat/completions"),
            ("https://api.openai.com/v1/responses", "/v1/responses"),
            ("https://api.groq.com/openai/v1/chat/completions", "/v1/chat/completions"),
            (
                "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=1",
                "/v1/chat/completions",
            ),
            ("https://api.z.ai/api/paas/v4/chat/completions", "/v1/chat/completions"),
            ("https://api.anthropic.com/v1/messages", "/v1/messages"),
            ("https://g.com/v1beta/models/m:generateContent", "/v1beta/models/m:generateContent"),
            ("/v1/chat/completions", "/v1/chat/completions"),
            ("http://localhost", ""),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
