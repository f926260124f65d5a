//! Requests that are about to be sent: checked line by line, so that a job does not fail hours later.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::Deserialize;

use super::ProcessorError;
use crate::file::{self, FileError};
use crate::line::{Envelope, is_id};
use crate::provider::{self, Limits};

/// The requests of a batch: lines in a file or in memory.
#[derive(Clone, PartialEq, Eq)]
pub enum BatchInput {
    /// In a file, compressed if its name ends with `.gz` or `.zst`.
    File(PathBuf),
    /// In memory.
    Bytes(Vec<u8>),
}

impl From<PathBuf> for BatchInput {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&Path> for BatchInput {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<Vec<u8>> for BatchInput {
    fn from(lines: Vec<u8>) -> Self {
        Self::Bytes(lines)
    }
}

impl From<Bytes> for BatchInput {
    fn from(lines: Bytes) -> Self {
        Self::Bytes(lines.into())
    }
}

/// Where they are, never what they say.
impl fmt::Debug for BatchInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Bytes(lines) => f.debug_struct("Bytes").field("len", &lines.len()).finish(),
        }
    }
}

/// Requests that can be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) lines: u64,
    /// The path of single requests, if the lines say so.
    pub(super) path: Option<String>,
    /// The model, if the lines say so.
    pub(super) model: Option<String>,
}

/// What is read of a body.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    model: Option<Cow<'a, str>>,
    stream: Option<bool>,
}

/// Does what takes long beside the tasks of tokio.
pub(super) async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, ProcessorError> + Send + 'static,
) -> Result<R, ProcessorError> {
    let done = provider::blocking(move || Ok(work())).await;
    done.unwrap_or_else(|error| Err(input(None, format!("the work on the file stopped: {error}"))))
}

/// Writes the lines as they are sent: uncompressed, with the prefix before their ids, without empty
/// lines and marks.
pub(super) fn check(
    requests: BatchInput,
    prefix: Option<String>,
    envelope: &'static Envelope,
    limits: &Limits,
    into: &Path,
) -> Result<Checked, ProcessorError> {
    match requests {
        BatchInput::Bytes(lines) => {
            let reader = Cursor::new(lines);
            Check::new(prefix, envelope, limits).all(reader, Path::new("the requests"), into)
        }
        BatchInput::File(path) => {
            let reader = BufReader::new(file::open(&path)?);
            Check::new(prefix, envelope, limits).all(reader, &path, into)
        }
    }
}

struct Check<'a> {
    prefix: Option<String>,
    envelope: &'static Envelope,
    limits: &'a Limits,
    ids: HashSet<String>,
    bytes: u64,
    checked: Checked,
}

impl<'a> Check<'a> {
    fn new(prefix: Option<String>, envelope: &'static Envelope, limits: &'a Limits) -> Self {
        let prefix = prefix.filter(|prefix| !prefix.is_empty()).map(|prefix| prefix + "-");
        let checked = Checked { lines: 0, path: None, model: None };
        Self { prefix, envelope, limits, ids: HashSet::new(), bytes: 0, checked }
    }

    fn all(
        mut self,
        mut reader: impl BufRead,
        from: &Path,
        into: &Path,
    ) -> Result<Checked, ProcessorError> {
        let mut out = file::create(into)?;
        let (mut line, mut sent) = (Vec::new(), Vec::new());
        for number in 1.. {
            line.clear();
            // One byte more, and its end.
            let mut limited = reader.by_ref().take(self.limits.line_bytes.saturating_add(3));
            let read = limited.read_until(b'\n', &mut line);
            if read.map_err(|error| FileError::io(from, error))? == 0 {
                break;
            }
            let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&line);
            let text = text.trim_ascii();
            if text.is_empty() {
                continue;
            }
            sent.clear();
            self.one(text, &mut sent).map_err(|problem| input(Some(number), problem))?;
            out.write_all(&sent).map_err(|error| FileError::io(into, error))?;
        }
        if self.checked.lines == 0 {
            return Err(input(None, "there are no requests".to_owned()));
        }
        out.finish().map_err(|error| FileError::io(into, error))?;
        Ok(self.checked)
    }

    fn one(&mut self, line: &[u8], sent: &mut Vec<u8>) -> Result<(), String> {
        let Limits { lines, bytes, line_bytes, .. } = *self.limits;
        if line.len() as u64 > line_bytes {
            return Err(format!("it is longer than the {line_bytes} bytes that the service takes"));
        }
        let name = self.envelope.name;
        let asked = self.envelope.asked(line);
        let asked = asked.ok_or_else(|| format!("it is no request in the form of `{name}`"))?;
        let id = asked.id.ok_or_else(|| format!("it has no `{}`", self.envelope.id))?;
        let body: Body<'_> = serde_json::from_slice(asked.body)
            .map_err(|_| "its body is no JSON, or its `model` no text".to_owned())?;
        if body.stream == Some(true) {
            return Err("it asks for a stream, which no batch has: leave `stream` out".to_owned());
        }
        same(&mut self.checked.model, body.model.as_deref(), "model")?;
        same(&mut self.checked.path, asked.path.as_deref(), "url")?;
        let prefix = self.prefix.as_deref().filter(|prefix| !id.starts_with(prefix));
        let whole = format!("{}{id}", prefix.unwrap_or_default());
        if !is_id(&whole) {
            return Err("its id is none of 1 to 64 letters from a to z, digits, `_` and `-`".into());
        }
        if prefix.is_some() {
            let path = asked.path.as_deref().unwrap_or_default();
            let sealed = self.envelope.wrap(&whole, path, asked.body, sent);
            sealed.map_err(|error| error.to_string())?;
        } else {
            sent.extend_from_slice(line);
            sent.push(b'\n');
        }
        if !self.ids.insert(whole) {
            return Err("its id has come before".to_owned());
        }
        self.checked.lines += 1;
        if self.checked.lines > lines {
            return Err(format!("the service takes {lines} lines: split the file, or use a run"));
        }
        self.bytes += sent.len() as u64;
        if self.bytes > bytes {
            return Err(format!("the service takes {bytes} bytes: split the file, or use a run"));
        }
        Ok(())
    }
}

/// Keeps what all lines must have in common.
fn same(known: &mut Option<String>, found: Option<&str>, what: &str) -> Result<(), String> {
    match (known.as_deref(), found) {
        (Some(known), Some(found)) if known != found => {
            Err(format!("its `{what}` is another than that of the lines before"))
        }
        (None, Some(found)) => {
            *known = Some(found.to_owned());
            Ok(())
        }
        _ => Ok(()),
    }
}

fn input(line: Option<u64>, problem: String) -> ProcessorError {
    ProcessorError::Input { line, problem }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: Limits = Limits {
        lines: 3,
        bytes: 1000,
        line_bytes: 200,
        queued_tokens: None,
        jobs: 1,
        poll: Duration::ZERO,
    };

    fn line(id: &str, model: &str) -> String {
        let body = format!(r#"{{"model":"{model}","messages":[]}}"#);
        format!(
            r#"{{"custom_id":"{id}","method":"POST","url":"/v1/chat/completions","body":{body}}}"#
        )
    }

    fn checked(lines: &str, prefix: Option<&str>) -> Result<(Checked, String), String> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("sent");
        let prefix = prefix.map(str::to_owned);
        let requests = BatchInput::Bytes(lines.into());
        let checked = check(requests, prefix, Envelope::OPENAI, &LIMITS, &file);
        let sent = std::fs::read_to_string(&file).unwrap_or_default();
        checked.map(|checked| (checked, sent)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_can_be_sent_is_sent_as_it_is() {
        let (a, b) = (line("a", "m"), line("b", "m"));
        let expected = format!("{a}\n{b}\n");
        for lines in [
            expected.clone(),
            format!("{a}\n{b}"),
            format!("\u{feff}{a}\r\n\r\n{b}\r\n"),
            format!("\n\n{a}\n \n{b}\n\n"),
        ] {
            let (checked, sent) = checked(&lines, None).unwrap();
            assert_eq!((sent, checked.lines), (expected.clone(), 2));
            assert_eq!(checked.model.as_deref(), Some("m"));
            assert_eq!(checked.path.as_deref(), Some("/v1/chat/completions"));
        }
    }

    #[test]
    fn a_prefix_is_put_before_ids_that_do_not_have_it() {
        let lines = format!("{}\n{}\n", line("p-1", "m"), line("2", "m"));
        let (_, sent) = checked(&lines, Some("p")).unwrap();
        assert_eq!(sent, format!("{}\n{}\n", line("p-1", "m"), line("p-2", "m")));
    }

    #[test]
    fn what_would_fail_hours_later_fails_at_once() {
        let good = line("a", "m");
        for (lines, expected) in [
            (String::new(), "there are no requests"),
            (format!("{good}\nnonsense\n"), "line 2: it is no request in the form of `openai`"),
            (format!("{good}\n\n{good}\n"), "line 3: its id has come before"),
            (format!("{good}\n{}", line("b", "n")), "line 2: its `model` is another"),
            (good.replace("\"custom_id\":\"a\",", ""), "line 1: it has no `custom_id`"),
            (line("a b", "m"), "line 1: its id is none of"),
            (line("", "m"), "line 1: it has no `custom_id`"),
            (line(&"a".repeat(65), "m"), "line 1: its id is none of"),
            (line("a", &"m".repeat(200)), "line 1: it is longer than the 200 bytes"),
            (good.replace("\"messages\":[]", "\"stream\":true"), "line 1: it asks for a stream"),
            (
                ["a", "b", "c", "d"].map(|id| line(id, "m")).join("\n"),
                "line 4: the service takes 3 lines",
            ),
            (
                format!("{good}\n{}", line("b", "m").replace("/chat/completions", "/responses")),
                "line 2: its `url` is another",
            ),
        ] {
            let error = checked(&lines, None).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        let long = "p".repeat(64);
        assert!(checked(&good, Some(&long)).unwrap_err().starts_with("line 1: its id is none of"));
    }
}
