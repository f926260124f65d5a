//! A client, part by part.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::settings::{Settings, setters};
use super::{Client, Shared};
use crate::attempt::Attempts;
use crate::error::{Error, Failure};
use crate::observe::Observer;
use crate::offline::Offline;
use crate::provider::{self, Provider, Service, Setup};
use crate::request::Mode;
use crate::retry::RetryPolicy;
use crate::transport::{FetchPolicy, Network, Reqwest, Sign, Transport};

/// Builds a [`Client`]. What is not set comes from the environment (key, base URL, proxy) or has a
/// default.
///
/// ```
/// use std::time::Duration;
/// use instructor_core::{Client, Mode, RetryPolicy};
///
/// # fn main() -> Result<(), instructor_core::Error> {
/// // Any server that speaks OpenAI's chat completions.
/// let client = Client::builder()
///     .model("compatible/my-model")
///     .base_url("http://localhost:8000/v1")
///     .api_key("secret")
///     .header("x-team", "research")
///     .connect_timeout(Duration::from_secs(2))
///     .retry(RetryPolicy { max_retries: 5, ..RetryPolicy::default() })
///     .mode(Mode::JsonSchema)
///     .temperature(0.0)
///     .build()?;
/// assert!(!format!("{client:?}").contains("secret"));
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[must_use = "no client is there until `build` is called"]
pub struct ClientBuilder {
    model: String,
    provider: Option<Arc<dyn Provider>>,
    service: Option<Service>,
    signer: Option<Arc<dyn Sign>>,
    key: Option<SecretString>,
    base_url: Option<String>,
    headers: HeaderMap,
    network: Network,
    transport: Option<Arc<dyn Transport>>,
    retry: RetryPolicy,
    fetch: FetchPolicy,
    settings: Settings,
    observer: Option<Arc<dyn Observer>>,
    trace_content: bool,
}

impl ClientBuilder {
    setters!();

    /// The model, as `provider/model`: `openai/gpt-4.1-mini`, `anthropic/claude-sonnet-4-5`,
    /// `openrouter/meta-llama/llama-3.3-70b-instruct`, `offline`; `compatible/…` for any other
    /// server that speaks `OpenAI`'s chat completions at [`base_url`](Self::base_url).
    /// [`services`](crate::provider::services) lists all.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    /// A service of your own, or one that can do more or less than its row says; the whole of
    /// [`model`](Self::model) is then the model's name.
    pub fn service(mut self, service: Service) -> Self {
        self.service = Some(service);
        self
    }

    /// The key, instead of the one in the environment.
    pub fn api_key(mut self, key: impl Into<SecretString>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Where the service is, up to and with its version: `http://localhost:8000/v1`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// A further header of every request; it wins over ours.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                self.headers.append(name, value);
            }
            // The value may be a key.
            _ => self.settings.problem = Some(format!("the header `{name}` is not a valid one")),
        }
        self
    }

    /// The longest time to open a connection; 10 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.network.connect_timeout = timeout;
        self
    }

    /// Ignores the proxy of the environment (`HTTPS_PROXY`, `ALL_PROXY`, …).
    pub fn no_proxy(mut self) -> Self {
        self.network.proxy = false;
        self
    }

    /// When a request that failed is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// What may be fetched when an attachment is at an address and the service takes only bytes.
    pub fn fetch(mut self, policy: FetchPolicy) -> Self {
        self.fetch = policy;
        self
    }

    /// Who is told what happens.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Puts what is asked and answered into the `tracing` events too; off by default, because it is
    /// content of the user.
    pub fn trace_content(mut self, on: bool) -> Self {
        self.trace_content = on;
        self
    }

    /// Sends through this instead of the network.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Signs every request right before it is sent, in place of the provider's own signature or key:
    /// for tokens that expire (Vertex AI, Entra ID), which are put into a header here. No key is
    /// needed then.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::SystemTime;
    /// use instructor_core::Client;
    /// use instructor_core::transport::{HttpRequest, Sign, TransportError};
    ///
    /// #[derive(Debug)]
    /// struct Fresh;
    ///
    /// impl Sign for Fresh {
    ///     fn sign(&self, request: &mut HttpRequest, _now: SystemTime) -> Result<(), TransportError> {
    ///         let token = "from a cache that another task keeps fresh";
    ///         let header = format!("Bearer {token}").parse();
    ///         let header = header.map_err(|e| TransportError::Invalid(Box::new(e)))?;
    ///         request.headers.insert("authorization", header);
    ///         Ok(())
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), instructor_core::Error> {
    /// let client = Client::builder()
    ///     .model("vertex/gemini-2.5-flash")
    ///     .base_url("https://aiplatform.googleapis.com/v1/projects/mine/locations/global")
    ///     .signer(Arc::new(Fresh))
    ///     .build()?;
    /// # let _ = client;
    /// # Ok(())
    /// # }
    /// ```
    pub fn signer(mut self, signer: Arc<dyn Sign>) -> Self {
        self.signer = Some(signer);
        self
    }

    /// Speaks this wire format; the whole of [`model`](Self::model) is then the model's name. Key,
    /// base URL and headers are the provider's own affair.
    pub fn provider(mut self, provider: Arc<dyn Provider>) -> Self {
        self.provider = Some(provider);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// If the model or its provider is missing or unknown, a key is needed and there is none, the
    /// provider does not have the mode, a URL or header is invalid, or the network cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        self.build_in(&|variable| std::env::var(variable).ok())
    }

    /// The client in an environment.
    fn build_in(mut self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Client, Error> {
        if let Some(problem) = self.settings.problem.take() {
            return Err(Error::Configuration(problem));
        }
        self.model = self.model.trim().to_owned();
        if self.model.split('/').any(|part| matches!(part, "." | "..")) {
            let message = format!("`{}` is no name of a model: it leads elsewhere", self.model);
            return Err(Error::Configuration(message));
        }
        let mut offline = false;
        let (provider, model) = if let Some(provider) = self.provider.take() {
            (provider, self.model.clone())
        } else if let Some(service) = self.service.take() {
            if self.model.is_empty() {
                return Err(Error::Configuration("no model is set: call `model`".into()));
            }
            (self.connect(&service, variable)?, self.model.clone())
        } else {
            let (service, model) = find(&self.model)?;
            let model = model.to_owned();
            offline = service.name == provider::OFFLINE;
            (self.connect(service, variable)?, model)
        };
        if let Some(mode) = self.settings.mode {
            has_mode(&*provider, mode)?;
        }
        let transport = match self.transport {
            Some(transport) => transport,
            None if offline => Arc::new(Offline::default()),
            None => Arc::new(Reqwest::new(&self.network).map_err(|e| failed(e.into()))?),
        };
        Ok(Client::from(Shared {
            provider,
            model,
            transport,
            signer: self.signer,
            retry: self.retry,
            fetch: self.fetch,
            settings: self.settings,
            observer: self.observer,
            trace_content: self.trace_content,
        }))
    }

    fn connect(
        &mut self,
        service: &Service,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Arc<dyn Provider>, Error> {
        let set = |name: &str| {
            variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let first = |names: &[&str]| names.iter().find_map(|name| set(name));
        let given = self.key.take().filter(|key| !key.expose_secret().trim().is_empty());
        let key = given.or_else(|| first(service.key_variables).map(SecretString::from));
        if service.modes.is_empty() {
            let message = format!("`{}` has no mode: name one in `Service::modes`", service.name);
            return Err(Error::Configuration(message));
        }
        if key.is_none() && service.needs_key && self.signer.is_none() {
            let provider = service.name.to_owned();
            return Err(match service.key_variables {
                [variable, ..] => Error::MissingKey { provider, variable },
                [] => Error::Configuration(format!("no key for `{provider}`: call `api_key`")),
            });
        }
        let base_url = self.base_url.take().or_else(|| first(service.base_url_variables));
        let headers = std::mem::take(&mut self.headers);
        let setup = Setup { key, base_url, headers, variable: &set };
        (service.connect)(service, setup).map_err(|e| failed(e.into()))
    }
}

/// Refuses a mode that the provider does not have.
pub(super) fn has_mode(provider: &dyn Provider, mode: Mode) -> Result<(), Error> {
    let modes = provider.modes();
    if modes.contains(&mode) {
        return Ok(());
    }
    let (provider, modes) = (provider.name().to_owned(), modes.to_vec());
    Err(Error::UnsupportedMode { provider, mode, modes })
}

fn failed(failure: Failure) -> Error {
    Error::failed(failure, Attempts::default())
}

/// The service and the model's name in it.
fn find(model: &str) -> Result<(&'static Service, &str), Error> {
    if model == provider::OFFLINE
        && let Some(service) = Service::find(model)
    {
        return Ok((service, model));
    }
    let example = "write `provider/model`, such as `openai/gpt-4.1-mini`";
    let Some((provider, name)) = model.split_once('/') else {
        return Err(match Service::find(model) {
            Some(_) => Error::Configuration(format!("`{model}` has no model: {example}")),
            None if model.is_empty() => Error::Configuration(format!("no model is set: {example}")),
            None => Error::Configuration(format!("`{model}` has no provider: {example}")),
        });
    };
    let service = Service::find(&provider.to_ascii_lowercase())
        .ok_or_else(|| Error::UnknownProvider { provider: provider.to_owned() })?;
    if name.is_empty() {
        return Err(Error::Configuration(format!("`{model}` has no model: {example}")));
    }
    Ok((service, name))
}

/// Never a key, and no header's value.
impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("model", &self.model)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("network", &self.network)
            .field("retry", &self.retry)
            .field("fetch", &self.fetch)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(model: &str, environment: &[(&str, &str)]) -> Result<Client, Error> {
        Client::builder().model(model).build_in(&|name| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_model_string_names_provider_and_model() {
        let key = &[("OPENAI_API_KEY", "k\n"), ("OPENROUTER_API_KEY", "k"), ("GROQ_API_KEY", " ")];
        for (model, expected) in [
            ("openai/gpt-4.1-mini", "openai gpt-4.1-mini"),
            ("openrouter/meta-llama/llama-3.3", "openrouter meta-llama/llama-3.3"),
            ("ollama/llama3.2", "ollama llama3.2"),
            (" OpenAI/gpt-4.1-mini ", "openai gpt-4.1-mini"),
            ("openai/..", "`openai/..` is no name of a model: it leads elsewhere"),
            ("openrouter/a/../b", "`openrouter/a/../b` is no name of a model: it leads elsewhere"),
            ("offline", "offline offline"),
            ("offline/rules", "offline rules"),
            ("acme/x", "unknown provider `acme`"),
            (
                "groq/x",
                "no key for `groq`: set the environment variable GROQ_API_KEY, or call `api_key`",
            ),
            (
                "deepseek/x",
                "no key for `deepseek`: set the environment variable DEEPSEEK_API_KEY, or call `api_key`",
            ),
            ("compatible/x", "the base URL is missing: set it with `base_url`"),
            ("", "no model is set: write `provider/model`, such as `openai/gpt-4.1-mini`"),
            (
                "gpt-4.1",
                "`gpt-4.1` has no provider: write `provider/model`, such as `openai/gpt-4.1-mini`",
            ),
            (
                "openai",
                "`openai` has no model: write `provider/model`, such as `openai/gpt-4.1-mini`",
            ),
            (
                "openai/",
                "`openai/` has no model: write `provider/model`, such as `openai/gpt-4.1-mini`",
            ),
        ] {
            let found = match build(model, key) {
                Ok(client) => format!("{} {}", client.provider(), client.model()),
                Err(error) => error.to_string(),
            };
            // The list of the known providers grows.
            let found = found.split(": known are ").next().unwrap_or_default();
            assert_eq!(found, expected, "{model}");
        }
    }

    #[test]
    fn the_environment_moves_openai_elsewhere() {
        let moved = |url| build("openai/x", &[("OPENAI_API_KEY", "k"), ("OPENAI_BASE_URL", url)]);
        assert!(moved("http://localhost:1/v1").is_ok());
        assert!(matches!(moved("nonsense"), Err(Error::Configuration(_))));
    }

    #[test]
    fn what_cannot_be_sent_is_refused_early() {
        let builder = || Client::builder().model("compatible/x").base_url("http://localhost:1");
        for (builder, expected) in [
            (builder().header("a b", "c"), "the header `a b` is not a valid one"),
            (builder().header("a", "secret\n"), "the header `a` is not a valid one"),
            (builder().api_key("a\nb"), "the key has characters that no HTTP header can hold"),
            (builder().extra(1.into()), "`extra` takes a JSON object"),
            (builder().base_url("localhost"), "the base URL must look like `https://host/v1`"),
        ] {
            assert_eq!(builder.build_in(&|_| None).unwrap_err().to_string(), expected);
        }
    }
}
