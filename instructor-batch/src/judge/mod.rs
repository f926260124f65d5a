//! What one line of a result file is worth.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderMap;
use instructor_core::provider::{Provider, Service, Setup};
use instructor_core::reply::Reply;
use instructor_core::transport::HttpResponse;
use instructor_core::{Conversation, Error, Extract, Form, Glanced, Judged, Mode, Rejection};

use crate::line::{End, Envelope, Opened, Plain};
use crate::results::{BatchError, BatchResult, BatchSuccess};

mod fault;
mod wait;

pub(crate) use fault::unparsable;
use fault::{decoded, worth};
pub(crate) use wait::until_ready;

/// Reads the lines of one envelope as values of one type. It can be shared between threads.
#[derive(Debug)]
pub(crate) struct Judge<T> {
    envelope: &'static Envelope,
    /// At least one.
    forms: Vec<Form<T>>,
    /// The one that read the last plain answer.
    usual: AtomicUsize,
}

impl<T: Extract + Send + Sync> Judge<T> {
    /// Reads lines that were asked for with a form.
    pub(crate) fn new(envelope: &'static Envelope, form: Form<T>) -> Self {
        Self { envelope, forms: vec![form], usual: AtomicUsize::new(0) }
    }

    /// Reads lines that were asked for in a mode, or in any.
    ///
    /// # Errors
    /// If no service with this envelope has the mode, or can express the type in it.
    pub(crate) fn of(envelope: &'static Envelope, mode: Option<Mode>) -> Result<Self, Error> {
        let mut forms = Vec::new();
        let mut problem = None;
        for service in [Some(envelope.service), envelope.responses].into_iter().flatten() {
            let provider = match connected(service) {
                Ok(provider) => provider,
                Err(error) => {
                    problem.get_or_insert(error);
                    continue;
                }
            };
            let known = forms.len();
            let usual = std::iter::once(mode);
            let others = provider.modes().iter().copied().map(Some).filter(|_| mode.is_none());
            for mode in usual.chain(others) {
                let first: Option<&Form<T>> = forms.get(known);
                // Several calls in one answer are a type of their own, which has no other mode.
                if first.is_some_and(|first| {
                    Some(first.mode()) == mode
                        || [first.mode(), mode.unwrap_or_default()].contains(&Mode::Parallel)
                }) {
                    continue;
                }
                match Form::reading(Arc::clone(&provider), mode) {
                    Ok(form) => forms.push(form),
                    Err(error) => {
                        problem.get_or_insert(error);
                    }
                }
            }
        }
        match problem {
            Some(error) if forms.is_empty() => Err(error),
            _ => Ok(Self { envelope, forms, usual: AtomicUsize::new(0) }),
        }
    }

    /// Opens a line of this number.
    ///
    /// # Errors
    /// If it is no line of a result file, or names no id.
    pub(crate) fn open<'a>(&self, line: &'a [u8], number: u64) -> Result<Opened<'a>, BatchError> {
        let Some(opened) = self.envelope.open(line) else {
            return Err(unparsable("", line, Some(number)));
        };
        if opened.id.is_none() {
            let mut error = unparsable("", line, Some(number));
            error.message = format!("the line names no id: it has no `{}`", self.envelope.id);
            return Err(error);
        }
        Ok(opened)
    }

    /// Reads a line of this number without the text that was asked about.
    pub(crate) fn read(&self, line: &[u8], number: u64) -> BatchResult<T> {
        // Most lines are plain, and then nothing is read twice.
        if let Some(Plain { id, body }) = self.envelope.plain(line)
            && let Some(form) = self.usual()
        {
            if let Some(glanced) = form.glance(body) {
                return Ok(success(id.into_owned(), glanced));
            }
            // A body that can be decoded is whole.
            if let Ok(reply) = form.decode(&HttpResponse::new(body.to_vec())) {
                return self.read_reply(form, &reply, &id, line, number);
            }
        }
        let Opened { id, end } = self.open(line, number)?;
        let id = id.unwrap_or_default();
        if let Some(glanced) = self.glance(&end) {
            return Ok(success(id.into_owned(), glanced));
        }
        let service = match &end {
            End::Response { body, .. } if self.forms.len() > 1 => self.envelope.service_of(body),
            _ => self.envelope.service,
        };
        let of_service = |form: &&Form<T>| form.provider().name() == service;
        let form = self.forms.iter().find(of_service).or(self.forms.first());
        let Some(form) = form else { return Err(unparsable(&id, line, Some(number))) };
        let reply = decoded(form.provider().as_ref(), end, &id, line)
            .map_err(|error| BatchError { line: Some(number), ..error })?;
        self.read_reply(form, &reply, &id, line, number)
    }

    /// The form that is right for most lines.
    fn usual(&self) -> Option<&Form<T>> {
        self.forms.get(self.usual.load(Ordering::Relaxed))
    }

    /// The plain answer in a response, if it is right whatever the text was.
    pub(crate) fn glance(&self, end: &End<'_>) -> Option<Glanced<T>> {
        match end {
            End::Response { status: 200..=299, body } => self.usual()?.glance(body),
            _ => None,
        }
    }

    /// Reads what became of the request of a conversation, which then holds a wrong answer to be
    /// asked again. `raw` is the whole line.
    pub(crate) async fn hear(
        &self,
        end: End<'_>,
        id: &str,
        raw: &[u8],
        conversation: &mut Conversation<T>,
    ) -> BatchResult<T> {
        let Some(form) = self.forms.first() else { return Err(unparsable(id, raw, None)) };
        let reply = decoded(form.provider().as_ref(), end, id, raw)?;
        worth(conversation.hear(&reply).await, &reply, id, raw)
    }

    /// What an answer is worth that the provider of `asker` has decoded.
    fn read_reply(
        &self,
        asker: &Form<T>,
        reply: &Reply,
        id: &str,
        raw: &[u8],
        number: u64,
    ) -> BatchResult<T> {
        let judged = until_ready(self.judged(asker, reply));
        worth(judged, reply, id, raw).map_err(|error| BatchError { line: Some(number), ..error })
    }

    /// Reads an answer with every form that may have asked for it.
    async fn judged(&self, asker: &Form<T>, reply: &Reply) -> Judged<T> {
        let calls = reply.choices.iter().any(|choice| !choice.calls.is_empty());
        let mut best: Option<(bool, Judged<T>)> = None;
        for (number, form) in self.forms.iter().enumerate() {
            let same = form.provider().name() == asker.provider().name();
            if !same || form.mode().uses_tools() != calls {
                continue;
            }
            // What is exact in one mode may look as if it could be mended in another.
            let judged = form.ask_with([]).hear(reply).await;
            let valid = match &judged {
                Judged::Valid { repairs, .. } if repairs.is_empty() => {
                    self.usual.store(number, Ordering::Relaxed);
                    return judged;
                }
                Judged::Valid { .. } => true,
                Judged::Rejected(rejection) if !fits(rejection) => false,
                _ => return judged,
            };
            if best.as_ref().is_none_or(|(known, _)| valid && !known) {
                best = Some((valid, judged));
            }
        }
        match best {
            Some((_, judged)) => judged,
            None => asker.ask_with([]).hear(reply).await,
        }
    }
}

/// Whether the answer is of the right form, and only breaks validators: no other mode would read it
/// differently.
fn fits(rejection: &Rejection) -> bool {
    const FORM: [&str; 8] =
        ["type", "required", "unknown", "variant", "duplicate", "syntax", "value", "tool"];
    rejection.violations().iter().all(|violation| !FORM.contains(&violation.rule))
}

/// A service that only reads, without a key.
fn connected(name: &str) -> Result<Arc<dyn Provider>, Error> {
    let Some(service) = Service::find(name) else {
        return Err(Error::Configuration(format!("there is no service `{name}`")));
    };
    let setup = Setup { key: None, base_url: None, headers: HeaderMap::new(), variable: &|_| None };
    (service.connect)(service, setup)
        .map_err(|error| Error::Configuration(format!("`{name}` cannot be read: {error}")))
}

pub(crate) fn success<T>(custom_id: String, glanced: Glanced<T>) -> BatchSuccess<T> {
    BatchSuccess {
        custom_id,
        result: glanced.value,
        usage: glanced.usage,
        model: glanced.model,
        finish: glanced.stop,
        repairs: Vec::new(),
    }
}
