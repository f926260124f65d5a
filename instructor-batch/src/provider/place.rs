//! Where the calls of a batch API go: told by where a single request goes.

use std::fmt::Write as _;

/// The address that all calls have in common.
#[derive(Clone)]
pub(super) struct Place {
    /// Without a slash at the end.
    base: String,
    /// With its question mark, or empty.
    query: String,
}

impl Place {
    /// The part of an address before `end`, which begins with a slash; nothing if it has no such end.
    pub(super) fn before(url: &str, end: &str) -> Option<Self> {
        let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
        let base = path.strip_suffix(end)?.to_owned();
        Some(Self { base, query: query.to_owned() })
    }

    /// The same, but everything from the last `part` on is left out as well.
    pub(super) fn cut(mut self, part: &str) -> Self {
        if let Some(at) = self.base.rfind(part) {
            self.base.truncate(at);
        }
        self
    }

    /// The same with a directory before the version: `https://host/upload/v1beta`.
    pub(super) fn within(&self, directory: &str) -> Self {
        let at = self.base.rfind('/').unwrap_or(self.base.len());
        let (host, version) = self.base.split_at(at);
        Self { base: format!("{host}/{directory}{version}"), query: self.query.clone() }
    }

    /// The address of a path, which begins with a slash.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}{}", self.base, self.query)
    }

    /// The address of a path with these parameters.
    pub(super) fn asking(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let mut url = self.at(path);
        for (name, value) in parameters {
            let sign = if url.contains('?') { '&' } else { '?' };
            // Writing to a string cannot fail.
            let _ = write!(url, "{sign}{name}={}", escaped(value));
        }
        url
    }

    /// Whether an address is at the same host, so that it may see the key.
    pub(super) fn holds(&self, url: &str) -> bool {
        origin(url) == origin(&self.base)
    }
}

/// Scheme, host and port.
pub(super) fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#', '\\']).map_or(url.len(), |at| host + at);
    &url[..end]
}

/// A piece of a path or a query: an id can lead to nothing but its own address.
pub(super) fn escaped(text: &str) -> String {
    let dots = !text.is_empty() && text.bytes().all(|byte| byte == b'.');
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) || byte == b'.' && !dots {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    // Even escaped, two dots mean the directory above.
    if dots { format!("{escaped}%00") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_told_by_where_a_single_request_goes() {
        for (url, end, path, expected) in [
            (
                "https://a.b/v1/chat/completions",
                "/chat/completions",
                "/files",
                "https://a.b/v1/files",
            ),
            ("https://a.b/v1/responses?x=1", "/responses", "/files", "https://a.b/v1/files?x=1"),
            (
                "https://a.b/openai/deployments/d/chat/completions?api-version=1",
                "/chat/completions",
                "/batches",
                "https://a.b/openai/batches?api-version=1",
            ),
        ] {
            let place = Place::before(url, end).unwrap().cut("/deployments/");
            assert_eq!(place.at(path), expected);
        }
        assert!(Place::before("https://a.b/v1/chat", "/chat/completions").is_none());
        let place = Place::before("https://a.b/p/v1/x?k=1", "/x").unwrap();
        assert_eq!(place.within("upload").at("/files"), "https://a.b/p/upload/v1/files?k=1");
        assert_eq!(place.asking("/f", &[("a", "b&c")]), "https://a.b/p/v1/f?k=1&a=b%26c");
        assert!(place.holds("https://a.b/else"));
        for other in ["https://a.b.c/", "http://a.b/", "https://a.b:1/", "https://a.b@c/", "/p"] {
            assert!(!place.holds(other), "{other}");
        }
    }

    #[test]
    fn an_id_leads_nowhere_else() {
        for (id, expected) in [
            ("batch_1-a", "batch_1-a"),
            ("a/../b", "a%2F..%2Fb"),
            ("a?b#c", "a%3Fb%23c"),
            ("é", "%C3%A9"),
        ] {
            assert_eq!(escaped(id), expected);
        }
        assert!(!escaped("..").ends_with('.'));
    }
}
