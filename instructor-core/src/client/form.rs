//! A question with everything but the text: what a batch asks of every row, and how it reads answers.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::read::quick;
use super::run::{Draft, mode};
use super::{Client, Conversation, Settings};
use crate::attempt::Attempts;
use crate::error::Error;
use crate::extract::Extract;
use crate::provider::{Provider, ProviderError};
use crate::reply::{Reply, Stop, Usage};
use crate::request::{Message, Mode, Request};
use crate::schema::{Rendered, rendered};
use crate::transport::{HttpRequest, HttpResponse, Sign};

/// A question with everything but the text. It writes requests and reads responses, and sends
/// nothing: that is up to a batch. Made by [`Extraction::form`](super::Extraction::form).
///
/// ```
/// use instructor_core::Client;
///
/// # fn main() -> Result<(), instructor_core::Error> {
/// let form = Client::offline().extract::<u8>("").system("How old is the person?").form()?;
/// let asked = form.ask("Ada, 36");
/// let request = form.encode(asked.request())?;
/// assert!(String::from_utf8_lossy(&request.body).contains("Ada, 36"));
/// # Ok(())
/// # }
/// ```
pub struct Form<T> {
    provider: Arc<dyn Provider>,
    signer: Option<Arc<dyn Sign>>,
    timeout: Duration,
    keep_last_attempt_only: bool,
    blank: Request,
    marker: PhantomData<fn() -> T>,
}

/// A plain answer that is right.
#[derive(Clone)]
#[non_exhaustive]
pub struct Glanced<T> {
    /// The value.
    pub value: T,
    /// The model that answered, if the service says so.
    pub model: Option<String>,
    /// The tokens, if the service counts them.
    pub usage: Option<Usage>,
    /// Why the answer ended.
    pub stop: Stop,
}

impl<T: Extract + Send + Sync> Form<T> {
    /// A form that only reads answers, of a provider in a mode; by default the mode for the type.
    ///
    /// # Errors
    /// If the provider does not have the mode, or cannot express the type in it.
    pub fn reading(provider: Arc<dyn Provider>, wanted: Option<Mode>) -> Result<Self, Error> {
        let mode = mode(T::SCHEMA, &*provider, wanted)?;
        let rendered = rendered(T::SCHEMA, provider.dialect(mode))?;
        Ok(Self {
            provider,
            signer: None,
            timeout: Settings::default().timeout(),
            keep_last_attempt_only: false,
            blank: Request::new("", rendered, mode),
            marker: PhantomData,
        })
    }

    pub(super) fn new(client: &Client, draft: Draft, settings: &Settings) -> Result<Self, Error> {
        let shared = &client.shared;
        let mut settings = settings.over(&shared.settings);
        if let Some(problem) = settings.problem.take() {
            return Err(Error::Configuration(problem));
        }
        let mode = mode(T::SCHEMA, &*shared.provider, settings.mode)?;
        let rendered = rendered(T::SCHEMA, shared.provider.dialect(mode))?;
        Ok(Self {
            provider: Arc::clone(&shared.provider),
            signer: shared.signer.clone(),
            timeout: settings.timeout(),
            keep_last_attempt_only: settings.keep_last_attempt_only,
            blank: draft.blank(&shared.model, rendered, mode, &settings)?,
            marker: PhantomData,
        })
    }

    /// The question for a text.
    pub fn ask(&self, text: impl Into<String>) -> Conversation<T> {
        self.ask_with([Message::user(text)])
    }

    /// The question for a conversation, behind the messages of the form.
    pub fn ask_with(&self, messages: impl IntoIterator<Item = Message>) -> Conversation<T> {
        let mut request = self.blank.clone();
        request.messages.extend(messages);
        Conversation::new(request, self.keep_last_attempt_only)
    }

    /// Writes a request.
    ///
    /// # Errors
    /// If the service has no words for it, or it holds media at an address that the service takes
    /// only as bytes.
    pub fn encode(&self, request: &Request) -> Result<HttpRequest, Error> {
        let mut http = self.provider.encode(request).map_err(failed)?;
        http.timeout = Some(self.timeout);
        if let Some(signer) = &self.signer {
            http.signer = Some(Arc::clone(signer));
        }
        Ok(http)
    }

    /// Reads a response.
    ///
    /// # Errors
    /// If the service reports an error, or the body is no response of a model.
    pub fn decode(&self, response: &HttpResponse) -> Result<Reply, ProviderError> {
        self.provider.decode(response)
    }

    /// Reads the body of a successful response in the fast way, straight into the value, which is
    /// validated. Nothing if it is no plain answer, is wrong in any way, or can only be judged
    /// together with its text: [`decode`](Self::decode) and [`Conversation::hear`] find out.
    pub fn glance(&self, body: &[u8]) -> Option<Glanced<T>> {
        let glance = self.provider.glance(body)?;
        let value = quick(&glance, &self.blank)?;
        let model = glance.model.map(std::borrow::Cow::into_owned);
        Some(Glanced { value, model, usage: glance.usage, stop: glance.stop })
    }
}

impl<T> Form<T> {
    /// The wire format.
    pub fn provider(&self) -> &Arc<dyn Provider> {
        &self.provider
    }

    /// The model that is asked; empty if the form only reads.
    pub fn model(&self) -> &str {
        &self.blank.model
    }

    /// How it is asked.
    pub fn mode(&self) -> Mode {
        self.blank.mode
    }

    /// What is asked for.
    pub fn rendered(&self) -> &'static Rendered {
        self.blank.rendered
    }

    /// The longest answer that was set, in tokens.
    pub fn max_tokens(&self) -> Option<u32> {
        self.blank.options.max_tokens
    }
}

fn failed(error: ProviderError) -> Error {
    Error::failed(error.into(), Attempts::default())
}

impl<T> Clone for Form<T> {
    fn clone(&self) -> Self {
        Self {
            provider: Arc::clone(&self.provider),
            signer: self.signer.clone(),
            timeout: self.timeout,
            keep_last_attempt_only: self.keep_last_attempt_only,
            blank: self.blank.clone(),
            marker: PhantomData,
        }
    }
}

/// How it is asked, not what.
impl<T> fmt::Debug for Form<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form")
            .field("provider", &self.provider)
            .field("model", &self.blank.model)
            .field("mode", &self.blank.mode)
            .field("type", &std::any::type_name::<T>())
            .finish_non_exhaustive()
    }
}

/// What it cost, never what it says.
impl<T> fmt::Debug for Glanced<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Glanced")
            .field("model", &self.model)
            .field("usage", &self.usage)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}
