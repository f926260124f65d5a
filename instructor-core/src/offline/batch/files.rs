//! The files that were uploaded, and those that jobs have written.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::{Refused, multipart, now};
use crate::offline::wire::hash;

/// How many bytes of lines are kept for jobs that are over: a service deletes them after a while, and
/// a run of a million rows must not stay in memory.
const KEPT: usize = 256 * 1024 * 1024;

/// All files by their ids.
#[derive(Default)]
pub(super) struct Files {
    all: HashMap<String, File>,
    /// How many there ever were.
    number: u64,
    /// The input of jobs that are over, the oldest first.
    used: VecDeque<String>,
    used_bytes: usize,
}

struct File {
    name: String,
    purpose: &'static str,
    bytes: usize,
    created: u64,
    /// Nothing if it is kept no longer.
    content: Option<Bytes>,
}

impl Files {
    /// Takes the file of a form.
    pub(super) fn upload(&mut self, headers: &HeaderMap, body: &Bytes) -> Result<Value, Refused> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let mut parts = multipart::parts(content_type.unwrap_or_default(), body)
            .ok_or_else(|| Refused::new(400, "the body is no `multipart/form-data`"))?;
        let mut take = |name: &'static str| {
            let at = parts.iter().position(|part| part.name == name);
            let missing = || Refused::new(400, format!("the form has no `{name}`")).param(name);
            at.map(|at| parts.swap_remove(at)).ok_or_else(missing)
        };
        if take("purpose")?.content != "batch" {
            let only = "the offline model takes files of the purpose `batch` only";
            return Err(Refused::new(400, only).param("purpose"));
        }
        let file = take("file")?;
        let name = file.filename.unwrap_or_else(|| "upload.jsonl".to_owned());
        let id = self.add(name, "batch", file.content);
        self.view(&id)
    }

    /// Adds a file; its id. The content is in it, so that no other program's file is mistaken for it.
    pub(super) fn add(&mut self, name: String, purpose: &'static str, content: Bytes) -> String {
        self.number += 1;
        let id = hash(&content) ^ hash(format!("{} {name}", self.number));
        let id = format!("file-{id:016x}");
        let (bytes, created) = (content.len(), now());
        let file = File { name, purpose, bytes, created, content: Some(content) };
        self.all.insert(id.clone(), file);
        id
    }

    /// What is in a file.
    pub(super) fn content(&self, id: &str) -> Result<Bytes, Refused> {
        let file = self.all.get(id).ok_or_else(|| missing(id))?;
        file.content.clone().ok_or_else(|| missing(id))
    }

    /// The file as the API shows it.
    pub(super) fn view(&self, id: &str) -> Result<Value, Refused> {
        let File { name, purpose, bytes, created, .. } =
            self.all.get(id).ok_or_else(|| missing(id))?;
        Ok(json!({
            "id": id, "object": "file", "bytes": bytes, "created_at": created, "expires_at": null,
            "filename": name, "purpose": purpose, "status": "processed", "status_details": null,
        }))
    }

    /// Deletes a file.
    pub(super) fn delete(&mut self, id: &str) -> Result<Value, Refused> {
        let file = self.all.remove(id).ok_or_else(|| missing(id))?;
        if let Some(at) = self.used.iter().position(|used| used == id) {
            self.used.remove(at);
            self.used_bytes -= file.bytes;
        }
        Ok(json!({"id": id, "object": "file", "deleted": true}))
    }

    /// The job with this input is over.
    pub(super) fn used(&mut self, id: &str) {
        let Some(file) = self.all.get(id).filter(|file| file.content.is_some()) else { return };
        if self.used.iter().any(|used| used == id) {
            return;
        }
        self.used_bytes += file.bytes;
        self.used.push_back(id.to_owned());
        while self.used_bytes > KEPT {
            let Some(oldest) = self.used.pop_front() else { return };
            if let Some(file) = self.all.get_mut(&oldest) {
                self.used_bytes -= file.bytes;
                file.content = None;
            }
        }
    }
}

fn missing(id: &str) -> Refused {
    Refused::new(404, format!("there is no file `{id}`")).param("id")
}
