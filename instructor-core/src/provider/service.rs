//! A service as data: where it is, which key it wants, and what it can do.

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use secrecy::SecretString;

use super::{Content, Provider, ProviderError, Quirks};
use crate::request::Mode;

/// One service: the row of a table. Take a known one, change what differs, and hand it to
/// [`ClientBuilder::service`](crate::ClientBuilder::service) to describe a server or a model of your
/// own.
///
/// ```
/// use instructor_core::Mode;
/// use instructor_core::provider::Service;
///
/// let mut mine = Service::find("vllm").expect("a known service").clone();
/// mine.name = "gpu-cluster";
/// mine.base_url = "http://gpu.internal:8000/v1";
/// mine.modes = &[Mode::JsonSchema, Mode::Tools];
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Service {
    /// The name, as it stands before the `/` of `openai/gpt-4.1-mini`.
    pub name: &'static str,
    /// Further names.
    pub aliases: &'static [&'static str],
    /// What its makers call it.
    pub title: &'static str,
    /// Where it is, up to and with the version; empty if the user must say.
    pub base_url: &'static str,
    /// The environment variables that move it elsewhere; the first that is set counts.
    pub base_url_variables: &'static [&'static str],
    /// The environment variables that hold the key; the first that is set counts.
    pub key_variables: &'static [&'static str],
    /// It answers no one without a key.
    pub needs_key: bool,
    /// The modes it has, its default first.
    pub modes: &'static [Mode],
    /// The media it takes.
    pub content: Content,
    /// What it does differently, if it speaks `OpenAI`'s chat completions.
    pub quirks: Quirks,
    /// Makes its provider.
    pub connect: Connect,
}

/// Makes the provider of a service.
pub type Connect = fn(&Service, Setup<'_>) -> Result<Arc<dyn Provider>, ProviderError>;

/// What a user says about a service, and the environment.
pub struct Setup<'a> {
    /// The key, if there is one.
    pub key: Option<SecretString>,
    /// Where the service is, if not at its own address.
    pub base_url: Option<String>,
    /// Headers that win over the provider's.
    pub headers: HeaderMap,
    /// The environment: the trimmed value of a variable that is set and not empty.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

impl Service {
    /// The service of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        super::services().find(|service| service.name == name || service.aliases.contains(&name))
    }
}

/// The name and what it can do.
impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.name)
            .field("modes", &self.modes)
            .field("content", &self.content)
            .field("quirks", &self.quirks)
            .finish_non_exhaustive()
    }
}

/// Never the key, and no header's value.
impl fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("has_key", &self.key.is_some())
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
