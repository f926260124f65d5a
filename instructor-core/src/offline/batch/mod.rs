//! `OpenAI`'s files and batches over the rules: jobs without a key, in this process.
//!
//! A job lives in the [`Offline`](super::Offline) value and its clones, and goes on a step whenever
//! somebody asks for it.

use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use http::StatusCode;
use serde_json::{Value, json};

use super::{lock, respond, wire};
use crate::transport::{HttpRequest, HttpResponse, TransportError};

mod multipart;
mod files;
mod lines;
mod jobs;

use files::Files;
use jobs::{Jobs, SharedJob};

/// Answers the body of a single request.
pub(super) type Answers<'a> = &'a dyn Fn(&[u8]) -> Result<HttpResponse, TransportError>;

/// The files and the jobs.
#[derive(Default)]
pub(super) struct Batches {
    files: Mutex<Files>,
    jobs: Mutex<Jobs>,
}

/// A call of the API.
#[derive(Debug)]
pub(super) enum Call {
    Upload,
    File(String),
    Content(String),
    Delete(String),
    Create,
    List(String),
    Job(String),
    Cancel(String),
    /// To the address of files or batches, which have no such call.
    Unknown,
}

impl Call {
    /// The call that a request is, if it goes to files or batches, wherever the API is.
    pub(super) fn of(request: &HttpRequest) -> Option<Self> {
        let url = request.url.split('#').next()?;
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let mut names = place.trim_end_matches('/').rsplit('/');
        let last = [names.next()?, names.next()?, names.next()?];
        let (kind, id, verb) = match last {
            [kind @ ("files" | "batches"), ..] => (kind, None, None),
            [id, kind @ ("files" | "batches"), _] => (kind, Some(id), None),
            [verb @ ("content" | "cancel"), id, kind @ ("files" | "batches")] => {
                (kind, Some(id), Some(verb))
            }
            _ => return None,
        };
        let id = id.map(str::to_owned);
        Some(match (request.method.as_str(), kind, id, verb) {
            ("POST", "files", None, None) => Self::Upload,
            ("GET", "files", Some(id), None) => Self::File(id),
            ("GET", "files", Some(id), Some("content")) => Self::Content(id),
            ("DELETE", "files", Some(id), None) => Self::Delete(id),
            ("POST", "batches", None, None) => Self::Create,
            ("GET", "batches", None, None) => Self::List(query.to_owned()),
            ("GET", "batches", Some(id), None) => Self::Job(id),
            ("POST", "batches", Some(id), Some("cancel")) => Self::Cancel(id),
            _ => Self::Unknown,
        })
    }
}

impl Batches {
    /// Does what is called. It may take a while: jobs go on while their state is asked for.
    pub(super) fn respond(
        &self,
        call: Call,
        request: &HttpRequest,
        answers: Answers<'_>,
    ) -> HttpResponse {
        if let Call::Content(id) = &call {
            return lock(&self.files).content(id).map_or_else(Refused::respond, HttpResponse::new);
        }
        match self.call(call, request, answers) {
            Ok(body) => respond(StatusCode::OK, body.to_string()),
            Err(refused) => refused.respond(),
        }
    }

    fn call(
        &self,
        call: Call,
        request: &HttpRequest,
        answers: Answers<'_>,
    ) -> Result<Value, Refused> {
        let view = |job: &SharedJob| {
            let mut job = lock(job);
            job.advance(answers, &self.files);
            job.view()
        };
        match call {
            Call::Upload => lock(&self.files).upload(&request.headers, &request.body),
            Call::File(id) => lock(&self.files).view(&id),
            Call::Delete(id) => lock(&self.files).delete(&id),
            Call::Create => lock(&self.jobs).create(&request.body, &lock(&self.files)),
            // The locks are given back before the jobs go on.
            Call::Job(id) => {
                let job = lock(&self.jobs).find(&id)?;
                Ok(view(&job))
            }
            Call::Cancel(id) => {
                let job = lock(&self.jobs).find(&id)?;
                let mut job = lock(&job);
                job.cancel()?;
                Ok(job.view())
            }
            Call::List(query) => {
                let (page, has_more) = lock(&self.jobs).page(&query)?;
                let data: Vec<Value> = page.iter().map(view).collect();
                let id = |job: Option<&Value>| job.map(|job| job["id"].clone());
                Ok(json!({
                    "object": "list",
                    "first_id": id(data.first()),
                    "last_id": id(data.last()),
                    "has_more": has_more,
                    "data": data,
                }))
            }
            Call::Content(_) | Call::Unknown => {
                let method = &request.method;
                Err(Refused::new(
                    405,
                    format!("the offline model has no {method} for this address"),
                ))
            }
        }
    }
}

/// Why a call is refused.
#[derive(Debug)]
struct Refused {
    status: u16,
    message: String,
    param: Option<&'static str>,
}

impl Refused {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), param: None }
    }

    /// Names what is wrong.
    fn param(self, param: &'static str) -> Self {
        Self { param: Some(param), ..self }
    }

    fn respond(self) -> HttpResponse {
        let mut body = wire::error(self.status, &self.message);
        body["error"]["param"] = self.param.into();
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        respond(status, body.to_string())
    }
}

/// Seconds since 1970: a service says when what happened.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
