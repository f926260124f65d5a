//! Requests as lines: the same question about many texts, with everything but the text written once.

use std::fmt;

use instructor_core::request::Request;
use instructor_core::{Error, Extract, Form, Message};

use crate::line::{Envelope, SealError, is_id, path_of};
use crate::row::Ask;
use crate::template::Template;

/// Writes the lines of a batch: one form, one envelope, many ids and texts. It writes into memory;
/// [`BatchWriter`](crate::BatchWriter) writes files.
///
/// ```
/// use instructor_batch::Lines;
/// use instructor_core::Client;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let form = Client::offline().extract::<u8>("").system("How old is the person?").form()?;
/// let lines = Lines::new(&form)?;
/// let mut file = Vec::new();
/// lines.push_text("ada", "Ada, 36", &mut file)?;
/// lines.push_text("alan", "Alan, 41", &mut file)?;
/// assert!(file.starts_with(br#"{"custom_id":"ada","method":"POST","url":"/v1/chat/completions","#));
/// # Ok(())
/// # }
/// ```
pub struct Lines<T> {
    form: Form<T>,
    envelope: &'static Envelope,
    path: String,
    /// Nothing if the lines of two texts differ in more than the texts.
    template: Option<Template>,
}

/// A request cannot be written as a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// Nothing is known of batches of this service.
    #[error(
        "`{service}` takes no batch that is known here: those of openai, anthropic, google, mistral and of services that speak OpenAI's API are"
    )]
    NoEnvelope {
        /// The service.
        service: String,
    },
    /// The id or the body cannot stand on a line.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The request cannot be written.
    #[error(transparent)]
    Request(Box<Error>),
}

impl From<Error> for LineError {
    fn from(error: Error) -> Self {
        Self::Request(Box::new(error))
    }
}

/// Stand for an id and a text while the template is made; neither needs escapes anywhere.
const ID: &str = "id-4f1d0c7ab2e95836-id";
const TEXT: &str = "text-93b6e1d25c08f74a-text";

/// Another text, to see that only the text differs: whatever an encoder may escape, trim or split.
const PROBE: &str =
    "  \"q\" \\ / <&> \u{0}\u{7f}\u{85}\u{2028}\u{1f600}\r\n\n\ttwo\n\n```json {\"a\": 1}\n ";

impl<T: Extract + Send + Sync> Lines<T> {
    /// Lines in the envelope of the form's service.
    ///
    /// # Errors
    /// If there is none, or the service has no words for the form.
    pub fn new(form: &Form<T>) -> Result<Self, LineError> {
        let asked = form.ask(TEXT);
        let path = path_of(&form.encode(asked.request())?.url).into_owned();
        let service = form.provider().name();
        let Some(envelope) = Envelope::of_service(service, &path) else {
            return Err(LineError::NoEnvelope { service: service.to_owned() });
        };
        Self::within(form, envelope, path)
    }

    /// Lines in this envelope, whatever the service.
    ///
    /// # Errors
    /// If the service has no words for the form.
    pub fn in_envelope(form: &Form<T>, envelope: &'static Envelope) -> Result<Self, LineError> {
        let asked = form.ask(TEXT);
        let path = path_of(&form.encode(asked.request())?.url).into_owned();
        Self::within(form, envelope, path)
    }

    fn within(
        form: &Form<T>,
        envelope: &'static Envelope,
        path: String,
    ) -> Result<Self, LineError> {
        let mut lines = Self { form: form.clone(), envelope, path, template: None };
        let (mut line, mut other, mut spliced) = (Vec::new(), Vec::new(), Vec::new());
        lines.push_text(ID, TEXT, &mut line)?;
        lines.push_text("other", PROBE, &mut other)?;
        lines.template = Template::new(&line, ID, TEXT).filter(|template| {
            template.push("other", PROBE, &mut spliced);
            spliced == other
        });
        Ok(lines)
    }

    /// Appends the line of a text, its end included. Nothing is appended if it fails.
    ///
    /// # Errors
    /// If the id does not match `^[a-zA-Z0-9_-]{1,64}$`, or the service has no words for the request.
    pub fn push_text(&self, id: &str, text: &str, out: &mut Vec<u8>) -> Result<(), LineError> {
        match &self.template {
            // What is said about a blank text may differ in more than the text.
            Some(template) if !text.trim_start().is_empty() => {
                if !is_id(id) {
                    return Err(SealError::Id.into());
                }
                template.push(id, text, out);
                Ok(())
            }
            _ => self.push_request(id, self.form.ask(text).request(), out),
        }
    }

    /// Appends the line of what is asked about a row.
    ///
    /// # Errors
    /// As [`push_text`](Self::push_text).
    pub fn push(&self, id: &str, ask: &Ask, out: &mut Vec<u8>) -> Result<(), LineError> {
        match ask {
            Ask::Text(text) => self.push_text(id, text, out),
            Ask::Messages(messages) => self.push_messages(id, messages.clone(), out),
        }
    }

    fn push_messages(
        &self,
        id: &str,
        messages: Vec<Message>,
        out: &mut Vec<u8>,
    ) -> Result<(), LineError> {
        self.push_request(id, self.form.ask_with(messages).request(), out)
    }

    /// Appends the line of a whole request, such as one that asks again.
    ///
    /// # Errors
    /// As [`push_text`](Self::push_text).
    pub fn push_request(
        &self,
        id: &str,
        request: &Request,
        out: &mut Vec<u8>,
    ) -> Result<(), LineError> {
        let http = self.form.encode(request)?;
        Ok(self.envelope.wrap(id, &self.path, &http.body, out)?)
    }
}

impl<T> Lines<T> {
    /// The form.
    pub fn form(&self) -> &Form<T> {
        &self.form
    }

    /// The envelope.
    pub fn envelope(&self) -> &'static Envelope {
        self.envelope
    }

    /// The path of the address that takes a single one of the requests: `/v1/chat/completions`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether the text alone is written for each line, which is fast, and not the whole request.
    #[doc(hidden)]
    pub fn splices(&self) -> bool {
        self.template.is_some()
    }
}

impl<T> Clone for Lines<T> {
    fn clone(&self) -> Self {
        Self {
            form: self.form.clone(),
            envelope: self.envelope,
            path: self.path.clone(),
            template: self.template.clone(),
        }
    }
}

/// How it is asked, not what.
impl<T> fmt::Debug for Lines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("form", &self.form)
            .field("envelope", &self.envelope)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
