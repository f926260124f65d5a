//! The reask loop: a better question after a wrong answer, within bounds.

use std::mem;
use std::sync::Arc;

use super::builder::has_mode;
use super::examples;
use super::media;
use super::route;
use super::send::{question, send};
use super::{Client, Conversation, Extracted, Judged, Settings, Shared};
use crate::attempt::{Attempt, Attempts};
use crate::error::Error;
use crate::extract::Extract;
use crate::media::Media;
use crate::observe;
use crate::provider::Provider;
use crate::reply::Reply;
use crate::request::{Example, Message, Mode, Part, Request, Role};
use crate::schema::{self, Rendered, Schema, rendered};
use crate::validate::Rejection;

/// What the user says, before it is known how the schema is rendered.
#[derive(Clone, Default)]
pub(super) struct Draft {
    text: String,
    pub(super) media: Vec<Media>,
    pub(super) system: Option<String>,
    pub(super) messages: Vec<Message>,
    /// Texts and values, the values as JSON.
    pub(super) examples: Vec<(String, String)>,
}

impl Draft {
    pub(super) fn new(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// The same about another text.
    pub(super) fn about(&self, text: String) -> Self {
        Self { text, ..self.clone() }
    }

    fn request(
        mut self,
        model: &str,
        rendered: &'static Rendered,
        mode: Mode,
        settings: &Settings,
    ) -> Result<Request, Error> {
        let (text, media) = (mem::take(&mut self.text), mem::take(&mut self.media));
        let mut request = self.blank(model, rendered, mode, settings)?;
        let silent = text.trim().is_empty() && media.is_empty();
        if silent && request.messages.is_empty() && request.system.is_none() {
            let message = "there is nothing to ask about: the text is empty";
            return Err(Error::Configuration(message.into()));
        }
        if !text.is_empty() || (request.messages.is_empty() && media.is_empty()) {
            request.messages.push(Message::user(text));
        } else if !media.is_empty() {
            request.messages.push(Message { role: Role::User, parts: Vec::new() });
        }
        if let Some(last) = request.messages.last_mut() {
            last.parts.extend(media.into_iter().map(Part::Media));
        }
        Ok(request)
    }

    /// The request without the text and what is attached to it.
    pub(super) fn blank(
        self,
        model: &str,
        rendered: &'static Rendered,
        mode: Mode,
        settings: &Settings,
    ) -> Result<Request, Error> {
        let mut request = Request::new(model, rendered, mode);
        request.system = self.system;
        request.messages = self.messages;
        for (input, json) in self.examples {
            let answers = examples::answers(&json, &request).map_err(|rejection| {
                Error::Configuration(format!("an example is not of its type: {rejection}"))
            })?;
            request.examples.push(Example { input, answers });
        }
        request.options = settings.options.clone();
        Ok(request)
    }
}

/// Asks, and tells the observer of the end.
pub(super) async fn run<T: Extract + Send + Sync>(
    client: &Client,
    draft: Draft,
    settings: Settings,
) -> Result<Extracted<T>, Error> {
    let result = anyone(client, draft, &settings).await;
    let shared = &*client.shared;
    if let Some(observer) = &shared.observer {
        let (attempts, error) = match &result {
            Ok(extracted) => (&extracted.attempts, None),
            Err(error) => (error.attempts(), Some(error)),
        };
        let tool = schema::tool_name(T::SCHEMA);
        let question = observe::Question::new(shared.provider.name(), &shared.model, &tool);
        observer.done(&observe::Done { question, attempts, error });
    }
    result
}

/// Asks one client after the other until one has an answer, or an error that the next could not
/// help. One that cannot ask such a question is passed over.
async fn anyone<T: Extract + Send + Sync>(
    client: &Client,
    draft: Draft,
    settings: &Settings,
) -> Result<Extracted<T>, Error> {
    let mut attempts = Attempts::default();
    let mut before: Option<Error> = None;
    let mut route = client.route();
    loop {
        let next = route.next.take();
        let hurry = next.as_ref().is_some_and(|next| next.same_service);
        // Whoever watches this client is told what the others do for it.
        let shared = match &client.shared.observer {
            Some(observer) => {
                &Shared { observer: Some(Arc::clone(observer)), ..(*route.shared).clone() }
            }
            None => &*route.shared,
        };
        let Some(next) = next else {
            // Nobody needs the question or the attempts after this one.
            let result = one(shared, draft, settings, hurry, attempts).await;
            return result.map_err(|error| match before {
                Some(real) if route::is_misfit(&error) => real,
                _ => error,
            });
        };
        let result = one(shared, draft.clone(), settings, hurry, attempts.clone()).await;
        let error = match result {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        tracing::debug!(provider = shared.provider.name(), error = error.kind(), "no answer");
        match before.take() {
            Some(real) if route::is_misfit(&error) => before = Some(real),
            _ if route::helps(&error, next.same_service) => {
                attempts = error.attempts().clone();
                before = Some(error);
            }
            _ => return Err(error),
        }
        route = *next;
    }
}

/// Asks one client until an answer is right or a bound is reached; `hurry` if another is at hand.
async fn one<T: Extract + Send + Sync>(
    shared: &Shared,
    draft: Draft,
    settings: &Settings,
    hurry: bool,
    attempts: Attempts,
) -> Result<Extracted<T>, Error> {
    let mut settings = settings.over(&shared.settings);
    if let Some(problem) = settings.problem.take() {
        return Err(Error::Configuration(problem));
    }
    let mode = mode(T::SCHEMA, &*shared.provider, settings.mode)?;
    let rendered = rendered(T::SCHEMA, shared.provider.dialect(mode))?;
    let mut request = draft.request(&shared.model, rendered, mode, &settings)?;
    media::ready(&mut request, shared).await?;
    let conversation = Conversation::new(request, settings.keep_last_attempt_only);
    ask(shared, conversation, &settings, hurry, attempts).await
}

/// The mode for a type: the one that is asked for, or what the provider does best.
pub(super) fn mode(
    schema: &'static Schema,
    provider: &dyn Provider,
    wanted: Option<Mode>,
) -> Result<Mode, Error> {
    let calls = schema.resolve().calls;
    let Some(mode) = wanted else {
        let parallel = Some(Mode::Parallel).filter(|mode| calls && provider.modes().contains(mode));
        let usual = provider.modes().iter().find(|mode| **mode != Mode::Parallel);
        return Ok(parallel.or(usual.copied()).unwrap_or_default());
    };
    has_mode(provider, mode)?;
    if mode == Mode::Parallel && !calls {
        let message =
            "the mode `Parallel` is for the type `Parallel<T>`: ask for that, or take another mode";
        return Err(Error::Configuration(message.into()));
    }
    Ok(mode)
}

async fn ask<T: Extract + Send + Sync>(
    shared: &Shared,
    mut conversation: Conversation<T>,
    settings: &Settings,
    hurry: bool,
    mut attempts: Attempts,
) -> Result<Extracted<T>, Error> {
    let mut spent = 0_u64;
    let mut asked = 0;
    loop {
        let number = attempts.len() + 1;
        let request = conversation.request();
        let mut attempt = Attempt::of(shared.provider.name(), &request.model);
        let reply = match send(shared, request, settings, hurry, number, &mut attempt).await {
            Ok(reply) => reply,
            Err(failure) => {
                attempts.push(attempt);
                return Err(Error::failed(failure, attempts));
            }
        };
        spent = spent.saturating_add(tokens(&reply, &attempt));
        let judged = conversation.hear(&reply).await;
        let request = conversation.request();
        let rejection = match judged {
            Judged::Valid { value, repairs, from_text } => {
                attempt.repairs = repairs;
                attempt.from_text = from_text;
                received(shared, request, number, attempt, reply, &mut attempts);
                return Ok(Extracted { value, attempts });
            }
            Judged::Rejected(rejection) => rejection,
            Judged::Truncated => {
                received(shared, request, number, attempt, reply, &mut attempts);
                return Err(Error::Truncated { attempts });
            }
            Judged::Refused(refusal) => {
                received(shared, request, number, attempt, reply, &mut attempts);
                return Err(Error::Refused { refusal, attempts });
            }
            Judged::Filtered => {
                received(shared, request, number, attempt, reply, &mut attempts);
                return Err(Error::ContentFiltered { attempts });
            }
        };
        attempt.rejection = Some(rejection.clone());
        received(shared, request, number, attempt, reply, &mut attempts);
        rejected(shared, request, number, &rejection);
        if asked >= settings.max_reasks() {
            return Err(Error::Rejected { rejection, attempts });
        }
        if let Some(budget) = settings.token_budget.filter(|budget| spent >= *budget) {
            return Err(Error::TokenBudgetExceeded { budget, spent, rejection, attempts });
        }
        asked += 1;
    }
}

/// The tokens of one answer; guessed from the bytes where the service does not count.
fn tokens(reply: &Reply, attempt: &Attempt) -> u64 {
    let bytes = attempt.request_bytes + reply.raw.len();
    reply.usage.map_or(u64::try_from(bytes / 4).unwrap_or(u64::MAX), |usage| usage.total_tokens())
}

fn received(
    shared: &Shared,
    request: &Request,
    number: usize,
    mut attempt: Attempt,
    reply: Reply,
    attempts: &mut Attempts,
) {
    attempt.reply = Some(reply);
    if let Some(observer) = &shared.observer {
        let question = question(shared, request);
        observer.response(&observe::Response { question, number, attempt: &attempt });
    }
    attempts.push(attempt);
}

fn rejected(shared: &Shared, request: &Request, number: usize, rejection: &Rejection) {
    let violations = rejection.violations().len();
    tracing::debug!(tool = request.rendered.name, attempt = number, violations, "answer rejected");
    if let Some(observer) = &shared.observer {
        let question = question(shared, request);
        observer.rejection(&observe::Rejected { question, number, rejection });
    }
}
