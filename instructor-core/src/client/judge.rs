//! Which part of a reply is the answer, and whether it is right.

use crate::align::Target;
use crate::answer::{self, Read};
use crate::extract::Extract;
use crate::path::Path;
use crate::reply::{Choice, Reply, Stop};
use crate::request::Request;
use crate::validate::{Rejection, Violation};

/// What a reply is worth.
pub(super) enum Verdict<T> {
    /// A value; `from_text` if it stood in the text although a tool call was asked for.
    Valid { read: Read<T>, from_text: bool },
    /// A wrong answer: the tool call `about` of this choice.
    Wrong { choice: usize, about: usize, rejection: Rejection },
    /// No answer that could be mended.
    Truncated,
    /// The model's words.
    Refused(String),
    /// Held back by the service.
    Filtered,
}

/// Reads every choice until one is right. If none is, the first that could be asked for again
/// counts.
pub(super) async fn judge<T: Extract + Send + Sync>(
    reply: &Reply,
    request: &Request,
) -> Verdict<T> {
    let mut first = None;
    for (i, choice) in reply.choices.iter().enumerate() {
        let verdict = match obstacle(choice) {
            Some(verdict) => verdict,
            None => read(i, choice, request).await,
        };
        match (&verdict, &first) {
            (Verdict::Valid { .. }, _) => return verdict,
            (Verdict::Wrong { .. }, Some(Verdict::Wrong { .. })) => {}
            (Verdict::Wrong { .. }, _) | (_, None) => first = Some(verdict),
            _ => {}
        }
    }
    first.unwrap_or_else(|| no_call(0, request))
}

/// Why the choice must not be read, even if what it holds looks like a value.
fn obstacle<T>(choice: &Choice) -> Option<Verdict<T>> {
    match (&choice.stop, &choice.refusal) {
        (Stop::Length, _) => Some(Verdict::Truncated),
        (Stop::ContentFilter, _) => Some(Verdict::Filtered),
        (_, Some(refusal)) => Some(Verdict::Refused(refusal.clone())),
        _ => None,
    }
}

/// Reads one text and runs all validators.
async fn parse<T: Extract + Send + Sync>(
    text: &str,
    request: &Request,
) -> Result<Read<T>, Rejection> {
    let read = answer::read::<T>(text, Target::new(request.rendered))?;
    read.value.check_async().await?;
    Ok(read)
}

async fn read<T: Extract + Send + Sync>(
    number: usize,
    choice: &Choice,
    request: &Request,
) -> Verdict<T> {
    let uses_tools = request.mode.uses_tools();
    let named = |name: &str| name == request.rendered.name;
    let mut wrong = None;
    for (about, call) in choice.calls.iter().enumerate().filter(|(_, call)| named(&call.name)) {
        match parse(&call.arguments, request).await {
            Ok(read) => return Verdict::Valid { read, from_text: false },
            Err(rejection) => {
                wrong.get_or_insert(Verdict::Wrong { choice: number, about, rejection });
            }
        }
    }
    if let Some(wrong) = wrong {
        return wrong;
    }
    match &choice.content {
        Some(content) if !uses_tools || content.contains(['{', '[']) => {
            match parse(content, request).await {
                Ok(read) => Verdict::Valid { read, from_text: uses_tools },
                Err(rejection) => Verdict::Wrong { choice: number, about: 0, rejection },
            }
        }
        _ => no_call(number, request),
    }
}

/// There is nothing to read.
fn no_call<T>(choice: usize, request: &Request) -> Verdict<T> {
    let (rule, message) = if request.mode.uses_tools() {
        ("tool", format!("must be given as a call of the tool `{}`", request.rendered.name))
    } else {
        ("syntax", "must be a JSON object".to_owned())
    };
    let rejection = Violation::new(Path::ROOT, rule, message).into();
    Verdict::Wrong { choice, about: 0, rejection }
}
