//! Addresses and headers, the same for every wire format.

use std::fmt::Write as _;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use secrecy::{ExposeSecret, SecretString};

use super::ProviderError;

/// A base URL, split where a path is put into it.
#[derive(Debug, Clone)]
pub(super) struct Base {
    /// Without a slash at the end.
    path: String,
    /// With its question mark, or empty.
    query: String,
}

impl Base {
    /// Reads a base URL such as `https://host/v1?api-version=1`.
    pub(super) fn new(url: &str) -> Result<Self, ProviderError> {
        let url = url.trim();
        if url.is_empty() {
            return Err(ProviderError::encode("the base URL is missing: set it with `base_url`"));
        }
        // A fragment is never sent, and what we append would become part of it.
        let valid = !url.contains('#')
            && url.parse::<Uri>().is_ok_and(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
            });
        if !valid {
            return Err(ProviderError::encode("the base URL must look like `https://host/v1`"));
        }
        let (path, query) = match url.split_once('?') {
            Some((path, query)) => (path, format!("?{query}")),
            None => (url, String::new()),
        };
        Ok(Self { path: path.trim_end_matches('/').to_owned(), query })
    }

    /// The address of `path`, which begins with a slash; a base that ends with it has it already.
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}{path}{}", self.path.strip_suffix(path).unwrap_or(&self.path), self.query)
    }

    /// The same without `end`, if the path ends with it.
    pub(super) fn without(mut self, end: &str) -> Self {
        if let Some(rest) = self.path.strip_suffix(end) {
            self.path.truncate(rest.len());
        }
        self
    }

    /// The part before the query, without a slash at the end.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The query with its question mark, or nothing.
    pub(super) fn query(&self) -> &str {
        &self.query
    }
}

/// The address with this scheme and path where it has none: users often have only a host.
pub(super) fn completed(address: &str, scheme: &str, path: &str) -> String {
    let address = address.trim();
    let mut url = match address.split_once("://") {
        Some(_) => address.to_owned(),
        None => format!("{scheme}://{address}"),
    };
    let host = url.find("://").map_or(0, |at| at + 3);
    if !url[host..].trim_end_matches('/').contains(['/', '?']) {
        url.truncate(url.trim_end_matches('/').len());
        url.push_str(path);
    }
    url
}

/// The base URL with its version, which some services' own libraries add to the host.
pub(super) fn versioned(url: &str, version: &str) -> String {
    if !url.contains("://") {
        return url.to_owned();
    }
    completed(url, "https", &format!("/{version}"))
}

/// A piece of a path: letters, digits, `-._~` and what is in `kept` stand for themselves.
pub(super) fn escaped(text: &str, kept: &[u8]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// All headers of a request that shows its key as a bearer's; `given` win over ours.
pub(super) fn bearer(
    given: &HeaderMap,
    key: Option<&SecretString>,
) -> Result<HeaderMap, ProviderError> {
    let bearer = key.map(|key| format!("Bearer {}", key.expose_secret().trim()));
    headers(given, bearer.map(|bearer| ("authorization", bearer)).as_slice())
}

/// All headers of a request with a JSON body, marked sensitive; `given` win over `own`.
pub(super) fn headers(
    given: &HeaderMap,
    own: &[(&'static str, String)],
) -> Result<HeaderMap, ProviderError> {
    let mut all = HeaderMap::with_capacity(given.len() + own.len() + 1);
    all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in own {
        let value = HeaderValue::try_from(value.trim()).map_err(|_| {
            ProviderError::encode("the key has characters that no HTTP header can hold")
        })?;
        all.insert(HeaderName::from_static(name), value);
    }
    for (name, value) in given {
        all.insert(name, value.clone());
    }
    for value in all.values_mut() {
        value.set_sensitive(true);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::{Base, completed, versioned};

    #[test]
    fn what_an_address_lacks_is_added() {
        for (address, expected) in [
            ("a.b", "https://a.b/p"),
            (" a.b/ ", "https://a.b/p"),
            ("http://a.b:1", "http://a.b:1/p"),
            ("https://a.b//", "https://a.b/p"),
            ("https://a.b/q", "https://a.b/q"),
            ("https://a.b/q/", "https://a.b/q/"),
            ("https://a.b?x=1", "https://a.b?x=1"),
        ] {
            assert_eq!(completed(address, "https", "/p"), expected);
        }
    }

    #[test]
    fn a_base_url_is_taken_however_it_ends() {
        for (base, expected) in [
            ("https://a.b/v1", "https://a.b/v1/chat/completions"),
            ("https://a.b/v1/", "https://a.b/v1/chat/completions"),
            ("https://a.b/v1/chat/completions", "https://a.b/v1/chat/completions"),
            ("http://localhost:8000", "http://localhost:8000/chat/completions"),
            ("https://a.b/d?api-version=1", "https://a.b/d/chat/completions?api-version=1"),
        ] {
            assert_eq!(Base::new(base).unwrap().join("/chat/completions"), expected);
        }
        for (base, expected) in [
            ("https://a.b", "https://a.b/v2"),
            (" https://a.b/ ", "https://a.b/v2"),
            ("https://a.b/v1", "https://a.b/v1"),
            ("https://a.b/?k=1", "https://a.b/?k=1"),
            ("nonsense", "nonsense"),
            ("", ""),
        ] {
            assert_eq!(versioned(base, "v2"), expected);
        }
        for base in
            ["", "a.b/v1", "ftp://a.b", "https://", "https://a b", "/v1", "https://a.b/v1#c"]
        {
            assert!(Base::new(base).is_err(), "{base}");
        }
    }
}
