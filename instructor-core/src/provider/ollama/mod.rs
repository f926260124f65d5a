//! Ollama's own chat API, which keeps the model to a schema and tells it how much to reason.

use std::sync::Arc;

use super::endpoint::{self, Base};
use super::wired::{Url, Wire, Wired};
use super::{Content, Provider, ProviderError, Service, Setup, Takes, compatible};
use crate::request::Mode;
use crate::schema::Dialect;

mod decode;
mod encode;

/// One row: a server of one's own, or the one at ollama.com with a key.
pub(super) static SERVICES: &[Service] = &[Service {
    name: "ollama-native",
    title: "Ollama, its own wire",
    base_url: "http://localhost:11434",
    base_url_variables: &["OLLAMA_HOST"],
    key_variables: &["OLLAMA_API_KEY"],
    modes: &[Mode::JsonSchema, Mode::Tools, Mode::Json, Mode::MarkdownJson, Mode::Parallel],
    content: Content { images: Takes::Bytes, ..Content::TEXT },
    connect,
    ..compatible::ANY
}];

static WIRE: Wire = Wire {
    dialect: |_, mode| if mode.is_strict() { &Dialect::OLLAMA } else { &Dialect::TOOL },
    body: |_, request| encode::body(request),
    reply: decode::reply,
    glance: |_| None,
};

fn connect(service: &Service, setup: Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError> {
    let Setup { key, base_url, headers, .. } = setup;
    let base = base_url.map(|host| address(&host, ""));
    let base = Base::new(base.as_deref().unwrap_or(service.base_url))?;
    // The other wire, at `/v1`, may have the same address in `OLLAMA_HOST`.
    let url = base.without("/v1").join("/api/chat");
    let headers = endpoint::bearer(&headers, key.as_ref())?;
    Ok(Arc::new(Wired::new(&WIRE, service, Url::Same(url), headers, key)))
}

/// The address that `OLLAMA_HOST` means, as Ollama itself reads it: a host alone is at port 11434,
/// a port alone at this machine. `path` is added if there is none.
pub(super) fn address(host: &str, path: &str) -> String {
    let host = host.trim();
    if host.contains("://") {
        return endpoint::completed(host, "http", path);
    }
    let (place, rest) = host.find('/').map_or((host, ""), |slash| host.split_at(slash));
    if place == "ollama.com" {
        return endpoint::completed(host, "https", path);
    }
    let (name, port) = match place.rsplit_once(':') {
        // The colons of a bare IPv6 address are no port's.
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, port),
        _ => (place, "11434"),
    };
    let name = match name {
        // Where a server listens on all addresses, it can be reached at this machine's own.
        "" | "0.0.0.0" => "127.0.0.1".to_owned(),
        name if name.contains(':') && !name.starts_with('[') => format!("[{name}]"),
        name => name.to_owned(),
    };
    endpoint::completed(&format!("{name}:{port}{rest}"), "http", path)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_host_is_read_as_ollama_reads_it() {
        for (host, expected) in [
            ("localhost", "http://localhost:11434/v1"),
            ("10.0.0.7", "http://10.0.0.7:11434/v1"),
            ("box:8080", "http://box:8080/v1"),
            (":8080", "http://127.0.0.1:8080/v1"),
            ("0.0.0.0", "http://127.0.0.1:11434/v1"),
            ("0.0.0.0:1", "http://127.0.0.1:1/v1"),
            ("::1", "http://[::1]:11434/v1"),
            ("[::1]", "http://[::1]:11434/v1"),
            ("[::1]:1", "http://[::1]:1/v1"),
            ("http://box", "http://box/v1"),
            ("https://box:1/", "https://box:1/v1"),
            ("https://box/ollama", "https://box/ollama"),
            ("box/ollama", "http://box:11434/ollama"),
            ("ollama.com", "https://ollama.com/v1"),
            ("http://box:1/v1", "http://box:1/v1"),
        ] {
            assert_eq!(address(host, "/v1"), expected, "{host}");
        }
    }
}
