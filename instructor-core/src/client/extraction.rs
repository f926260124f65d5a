//! A question that is not sent yet.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;

use super::run::{self, Draft};
use super::settings::{draft_setters, setters};
use super::{Client, Extracted, Form};
use crate::error::Error;
use crate::extract::Extract;
use crate::media::Media;
use crate::transport::BoxFuture;

/// A question that is not sent yet. Ends with `.await` (the value) or `.send().await` (the value
/// with its report).
#[must_use = "nothing is asked until this is awaited or sent"]
pub struct Extraction<T> {
    client: Client,
    draft: Draft,
    settings: super::Settings,
    marker: PhantomData<fn() -> T>,
}

impl<T> Extraction<T> {
    setters!();
    draft_setters!();

    /// A picture, sound or a document that belongs to the text. What the service does not take is
    /// refused when it is sent; what is at an address and the service takes only as bytes is fetched
    /// then, as [`ClientBuilder::fetch`](crate::ClientBuilder::fetch) permits.
    ///
    /// ```no_run
    /// use instructor_core::{Client, Media};
    ///
    /// # async fn run() -> Result<(), instructor_core::Error> {
    /// let client = Client::from_env("openai/gpt-4.1-mini")?;
    /// let total: f64 = client
    ///     .extract("What is the total of this invoice, and is it signed?")
    ///     .attach(Media::from_path("invoice.pdf")?)
    ///     .attach(Media::image_url("https://example.com/signature.png"))
    ///     .await?;
    /// # let _ = total;
    /// # Ok(())
    /// # }
    /// ```
    pub fn attach(mut self, media: Media) -> Self {
        self.draft.media.push(media);
        self
    }
}

impl<T: Extract + Send + Sync> Extraction<T> {
    pub(super) fn new(client: Client, text: String) -> Self {
        let settings = super::Settings::default();
        Self { client, draft: Draft::new(text), settings, marker: PhantomData }
    }

    /// Asks, and gives the value with its report.
    ///
    /// # Errors
    /// If the request fails for good, the model refuses, its answer is cut off, or no answer is
    /// right within `max_reasks` and `token_budget`; see [`Error`]. What was sent is in
    /// [`Error::attempts`].
    pub async fn send(self) -> Result<Extracted<T>, Error> {
        run::run(&self.client, self.draft, self.settings).await
    }

    /// Everything but the text, which is left out: for a batch, which asks the same of many texts.
    ///
    /// # Errors
    /// If a setting cannot be taken, or the provider cannot express the type.
    pub fn form(self) -> Result<Form<T>, Error> {
        Form::new(&self.client, self.draft, &self.settings)
    }
}

impl<T: Extract + Send + Sync> IntoFuture for Extraction<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.send().await?.value) })
    }
}

/// How it is asked, not what.
impl<T> fmt::Debug for Extraction<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extraction")
            .field("client", &self.client)
            .field("type", &std::any::type_name::<T>())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
