//! Which part of a reply is the answer, and whether it is right.

use super::calls::Calls;
use crate::align::Target;
use crate::answer::{self, Read};
use crate::extract::Extract;
use crate::path::Path;
use crate::prompt::CallVerdict;
use crate::reply::{Call, Choice, Reply, Stop};
use crate::request::{Mode, Request};
use crate::schema::Alternative;
use crate::validate::{Rejection, Report, Violation};

/// What a reply is worth.
pub(super) enum Verdict<T> {
    /// A value; `from_text` if it stood in the text although a tool call was asked for.
    Valid { read: Read<T>, from_text: bool },
    /// An answer that can be asked for again.
    Wrong(Wrong),
    /// No answer that could be mended.
    Truncated,
    /// The model's words.
    Refused(String),
    /// Held back by the service.
    Filtered,
}

/// A wrong answer.
pub(super) struct Wrong {
    /// The number of the choice that was read.
    pub(super) choice: usize,
    /// All that is wrong.
    pub(super) rejection: Rejection,
    /// What each of its tool calls is worth; nothing if it has none.
    pub(super) calls: Vec<CallVerdict>,
}

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

/// Reads one text and runs all validators.
pub(super) async fn parse<T: Extract + Send + Sync>(
    text: &str,
    request: &Request,
) -> Result<Read<T>, Rejection> {
    let read = answer::read::<T>(text, Target::new(request.rendered))?;
    check(&read.value, request).await?;
    Ok(read)
}

/// Runs all validators; quotes are looked for in what was asked about.
async fn check<T: Extract + Sync>(value: &T, request: &Request) -> Result<(), Rejection> {
    let mut report = report(request);
    value.validate(Path::ROOT, &mut report);
    report.finish().await
}

/// An empty report on a value that was found in what was asked about.
pub(super) fn report(request: &Request) -> Report<'_> {
    let mut texts = request.sources();
    let unseen = request.has_unread_media();
    Report::with_source(texts.next().unwrap_or_default()).beside(texts, unseen)
}

/// Reads the arguments of a tool that stands for a variant, and runs all validators. With
/// `in_list`, the value is the only element of a list. Gives the JSON of the value, too.
pub(super) async fn parse_data<T: Extract + Send + Sync>(
    arguments: &str,
    alternative: &'static Alternative,
    request: &Request,
    in_list: bool,
) -> Result<(Read<T>, String), Rejection> {
    let form = |data: &str| {
        let value = alternative.value(data);
        if in_list { format!("[{value}]") } else { value }
    };
    let place = |wrong| placed(wrong, alternative, in_list);
    let target = Target::new(&alternative.tool);
    let (read, json) = answer::read_data::<T>(arguments, target, form, place)?;
    check(&read.value, request).await.map_err(place)?;
    Ok((read, json))
}

/// The model knows the arguments of its call, not what is made of them.
fn placed(wrong: Rejection, alternative: &Alternative, in_list: bool) -> Rejection {
    let list = Path::ROOT.index(0);
    let around = if in_list { list } else { Path::ROOT };
    let inner = alternative.property().map_or(around, |property| around.field(property));
    wrong.map(|each| {
        each.below(inner).or_else(|each| each.below(around)).unwrap_or_else(|each| each)
    })
}

/// Whether the model means this tool; some write the name of a namespace before it.
fn is_call_of(call: &Call, tool: &str) -> bool {
    let name = call.name.rsplit_once(['.', ':']).map_or(call.name.as_str(), |(_, name)| name);
    call.name == tool || name.eq_ignore_ascii_case(tool)
}

/// The tool of a variant that is called: of exactly this name, or else nearly.
pub(super) fn called(call: &Call, request: &Request) -> Option<&'static Alternative> {
    let all = request.alternatives();
    let exactly = all.iter().find(|each| each.tool.name == call.name);
    exactly.or_else(|| all.iter().find(|each| is_call_of(call, &each.tool.name)))
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

/// There is nothing to read.
pub(super) fn no_call<T>(number: usize, choice: &Choice, request: &Request) -> Verdict<T> {
    let rejection = nothing(request);
    let calls = unknown(choice, &rejection);
    Verdict::Wrong(Wrong { choice: number, rejection, calls })
}

/// Each call is of a tool that nobody offered, and each gets the complaint.
fn unknown(choice: &Choice, rejection: &Rejection) -> Vec<CallVerdict> {
    choice.calls.iter().map(|_| CallVerdict::Wrong(rejection.clone())).collect()
}

/// What is wrong with an answer that has no call of ours, or no JSON.
pub(super) fn nothing(request: &Request) -> Rejection {
    let (rule, message) = if request.mode.uses_tools() {
        let names: Vec<_> = request.tools().map(|tool| format!("`{}`", tool.name)).collect();
        let tools = match names.as_slice() {
            [name] => format!("the tool {name}"),
            names => format!("one of the tools {}", names.join(", ")),
        };
        ("tool", format!("must be given as a call of {tools}"))
    } else {
        ("syntax", "must be a JSON object".to_owned())
    };
    Violation::new(Path::ROOT, rule, message).into()
}
