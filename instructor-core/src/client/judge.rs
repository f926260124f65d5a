//! Which part of a reply is the answer, and whether it is right.

use super::calls::Calls;
use super::read::{called, is_call_of, parse, parse_data};
use super::verdict::{Verdict, Wrong, no_call, unknown};
use crate::extract::Extract;
use crate::prompt::CallVerdict;
use crate::reply::{Choice, Reply, Stop};
use crate::request::{Mode, Request};

/// Reads every choice until one is right. If none is, the first that could be asked for again
/// counts. `calls` are those of earlier answers that are right, or wrong still.
pub(super) async fn judge<T: Extract + Send + Sync>(
    reply: &Reply,
    request: &Request,
    calls: &mut Calls,
) -> Verdict<T> {
    let mut first = None;
    for (i, choice) in reply.choices.iter().enumerate() {
        let verdict = match obstacle(choice) {
            Some(verdict) => verdict,
            // What one choice calls cannot be mixed with what another does.
            None if request.mode == Mode::Parallel => {
                return calls.read(i, choice, request).await;
            }
            None => read(i, choice, request).await,
        };
        match (&verdict, &first) {
            (Verdict::Valid { .. }, _) => return verdict,
            (Verdict::Wrong(_), Some(Verdict::Wrong(_))) => {}
            (Verdict::Wrong(_), _) | (_, None) => first = Some(verdict),
            _ => {}
        }
    }
    first.unwrap_or_else(|| no_call(0, &Choice::default(), request))
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

async fn read<T: Extract + Send + Sync>(
    number: usize,
    choice: &Choice,
    request: &Request,
) -> Verdict<T> {
    let mut wrong = None;
    for (i, call) in choice.calls.iter().enumerate() {
        let alternative = called(call, request);
        let result = match alternative {
            Some(alternative) => {
                parse_data(&call.arguments, alternative, request, false).await.map(|(read, _)| read)
            }
            None if is_call_of(call, &request.rendered.name) => {
                parse(&call.arguments, request).await
            }
            None => continue,
        };
        match result {
            Ok(read) => return Verdict::Valid { read, from_text: false },
            Err(rejection) => {
                wrong.get_or_insert((i, rejection));
            }
        }
    }
    if let Some((about, rejection)) = wrong {
        let mut calls = vec![CallVerdict::Ignored; choice.calls.len()];
        calls[about] = CallVerdict::Wrong(rejection.clone());
        return Verdict::Wrong(Wrong { choice: number, rejection, calls });
    }
    let uses_tools = request.mode.uses_tools();
    match &choice.content {
        Some(content) if !uses_tools || content.contains(['{', '[']) => {
            match parse(content, request).await {
                Ok(read) => Verdict::Valid { read, from_text: uses_tools },
                Err(rejection) => {
                    let calls = unknown(choice, &rejection);
                    Verdict::Wrong(Wrong { choice: number, rejection, calls })
                }
            }
        }
        _ => no_call(number, choice, request),
    }
}
