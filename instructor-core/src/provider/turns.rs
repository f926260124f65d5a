//! A conversation as turns that alternate, for the wires in which a turn is a list of blocks.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::ProviderError;
use crate::media::Media;
use crate::prompt;
use crate::reply::Choice;
use crate::request::{Example, Exchange, Message, Mode, Part, Request, Role};

/// What one side says before the other side does.
#[derive(Serialize)]
pub(super) struct Turn<'a, B> {
    /// `user` or `assistant`.
    role: &'static str,
    content: Vec<Content<'a, B>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a, B> {
    /// In the service's own words.
    Native(&'a RawValue),
    Ours(B),
}

pub(super) enum Block<'a> {
    /// Never blank: such a text is refused.
    Text(Cow<'a, str>),
    Media(&'a Media),
    Call {
        id: Cow<'a, str>,
        name: &'a str,
        arguments: &'a str,
    },
    Result {
        id: Cow<'a, str>,
        text: &'a str,
        is_error: bool,
    },
}

const USER: &str = "user";
const ASSISTANT: &str = "assistant";

/// All turns, each block in the wire's words. A model that `thinks` must begin the turn with its
/// reasoning as long as tool results are answered, which examples do not have: their turns are
/// closed.
pub(super) fn turns<'a, B>(
    request: &'a Request,
    thinks: bool,
    mut block: impl FnMut(Block<'a>) -> Result<B, ProviderError>,
) -> Result<Vec<Turn<'a, B>>, ProviderError> {
    let mut turns = Turns(Vec::new());
    for (i, example) in request.examples.iter().enumerate() {
        turns.example(request.mode, example, i, thinks);
    }
    for message in &request.messages {
        turns.message(message);
    }
    for exchange in &request.history {
        turns.exchange(exchange);
    }
    let turns = turns.0.into_iter().map(|Turn { role, content }| {
        let content = content.into_iter().map(|content| match content {
            Content::Native(native) => Ok(Content::Native(native)),
            Content::Ours(ours) => block(ours).map(Content::Ours),
        });
        Ok(Turn { role, content: content.collect::<Result<_, _>>()? })
    });
    turns.collect()
}

/// The texts of the system, those in the middle of the conversation included, and `last` what the
/// wire has no other place for.
pub(super) fn system<'a>(
    request: &'a Request,
    last: Option<Cow<'a, str>>,
) -> Result<Vec<Cow<'a, str>>, ProviderError> {
    let mut texts: Vec<_> = prompt::first(request).into_iter().collect();
    for message in request.messages.iter().filter(|message| message.role == Role::System) {
        for part in &message.parts {
            texts.push(Cow::Borrowed(part.text().ok_or_else(|| {
                ProviderError::encode(
                    "a system message takes only text; attach media to the user's",
                )
            })?));
        }
    }
    texts.extend(last);
    texts.retain(|text| !text.trim().is_empty());
    Ok(texts)
}

/// Asks for a call of our tools, where no property of the wire demands it.
pub(super) fn demand(request: &Request) -> Cow<'static, str> {
    let names: Vec<_> = request.tools().map(|tool| format!("`{}`", tool.name)).collect();
    let names = names.join(", ");
    Cow::Owned(match (request.only_tool(), request.mode) {
        (Some(_), _) => format!("Give the answer by calling the tool {names}, not as text."),
        (None, Mode::Parallel) => {
            format!("Give the answer by calling {names}, once for each value, not as text.")
        }
        (None, _) => format!("Give the answer by calling one of {names}, not as text."),
    })
}

struct Turns<'a>(Vec<Turn<'a, Block<'a>>>);

impl<'a> Turns<'a> {
    /// Adds to the last turn if it is of the same side; a turn without any block is refused.
    fn push(&mut self, role: &'static str, blocks: impl IntoIterator<Item = Block<'a>>) {
        let blank =
            |block: &Block<'_>| matches!(block, Block::Text(text) if text.trim().is_empty());
        self.add(role, blocks.into_iter().filter(|block| !blank(block)).map(Content::Ours));
    }

    fn add(&mut self, role: &'static str, content: impl Iterator<Item = Content<'a, Block<'a>>>) {
        let mut content = content.peekable();
        match self.0.last_mut() {
            Some(turn) if turn.role == role => turn.content.extend(content),
            _ if content.peek().is_some() => {
                self.0.push(Turn { role, content: content.collect() });
            }
            _ => {}
        }
    }

    fn text(&mut self, role: &'static str, text: impl Into<Cow<'a, str>>) {
        self.push(role, [Block::Text(text.into())]);
    }

    fn example(&mut self, mode: Mode, example: &'a Example, number: usize, thinks: bool) {
        self.text(USER, &*example.input);
        if !mode.uses_tools() {
            for answer in &example.answers {
                self.text(ASSISTANT, answer.text(mode));
            }
            return;
        }
        let id = |i| Cow::Owned(format!("call_example_{number}_{i}"));
        let calls = example.answers.iter().enumerate().map(|(i, answer)| Block::Call {
            id: id(i),
            name: answer.tool,
            arguments: &answer.json,
        });
        self.push(ASSISTANT, calls);
        let result = |i| Block::Result { id: id(i), text: "Correct.", is_error: false };
        self.push(USER, (0..example.answers.len()).map(result));
        if thinks {
            self.text(ASSISTANT, "Done.");
        }
    }

    fn message(&mut self, message: &'a Message) {
        let role = match message.role {
            Role::System => return,
            Role::User => USER,
            Role::Assistant => ASSISTANT,
        };
        let blocks = message.parts.iter().map(|part| match part {
            Part::Text(text) => Block::Text(text.into()),
            Part::Media(media) => Block::Media(media),
        });
        self.push(role, blocks);
    }

    /// The wrong answer as it was received, and the complaint: one result for each call, because a
    /// call without one is refused, or a text.
    fn exchange(&mut self, exchange: &'a Exchange) {
        let answer = &exchange.answer;
        if let Some(blocks) = native(answer) {
            self.add(ASSISTANT, blocks.map(Content::Native));
        } else {
            let text = answer.content.iter().map(|text| Block::Text(text.into()));
            let calls = answer.calls.iter().map(|call| Block::Call {
                id: (&call.id).into(),
                name: &call.name,
                arguments: &call.arguments,
            });
            self.push(ASSISTANT, text.chain(calls));
        }
        if answer.calls.is_empty() {
            return self.text(USER, &exchange.complaint);
        }
        let results = answer.calls.iter().zip(&exchange.results);
        let results = results.map(|(call, result)| Block::Result {
            id: (&call.id).into(),
            text: &result.text,
            is_error: result.is_error,
        });
        self.push(USER, results);
    }
}

/// The blocks as received, without those that are refused when they are sent back: blank texts, calls
/// of the service's own tools that it did not get to run, and reasoning that nothing follows.
fn native(answer: &Choice) -> Option<impl Iterator<Item = &RawValue>> {
    let blocks: Vec<&RawValue> = serde_json::from_str(answer.native.as_deref()?).ok()?;
    let known = blocks.iter().map(|block| serde_json::from_str(block.get()).unwrap_or_default());
    let known: Vec<wire::Block<'_>> = known.collect();
    let has_run = |id: Option<&str>| {
        id.is_some() && known.iter().any(|block| block.tool_use_id.as_deref() == id)
    };
    let is_taken = |block: &wire::Block<'_>| {
        let is_blank = block.text.as_ref().is_some_and(|text| text.trim().is_empty());
        !is_blank && (!block.is_own_call() || has_run(block.id.as_deref()))
    };
    let mut taken: Vec<_> = known.iter().zip(blocks).filter(|(known, _)| is_taken(known)).collect();
    while taken.pop_if(|(known, _)| known.is_reasoning()).is_some() {}
    let taken: Vec<_> = taken.into_iter().map(|(_, block)| block).collect();
    Some(taken.into_iter())
}

/// The arguments of a call, which the wire wants as an object, whatever the model wrote.
pub(super) struct Arguments<'a>(pub(super) &'a str);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let object = self.0.trim();
        match serde_json::from_str::<&RawValue>(object) {
            Ok(object) if object.get().starts_with('{') => object.serialize(serializer),
            _ => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("arguments", self.0)?;
                map.end()
            }
        }
    }
}

/// The arguments of a call as received: a string with JSON in it counts as that JSON.
pub(super) fn arguments(input: Option<&RawValue>) -> String {
    let Some(input) = input.map(RawValue::get).filter(|input| *input != "null") else {
        return String::new();
    };
    serde_json::from_str::<String>(input).unwrap_or_else(|_| input.to_owned())
}

mod wire {
    use std::borrow::Cow;

    use serde::Deserialize;
    use serde::de::IgnoredAny;

    /// What is asked about a block of Anthropic's or of Converse.
    #[derive(Default, Deserialize)]
    pub(super) struct Block<'a> {
        #[serde(rename = "type", borrow)]
        kind: Option<Cow<'a, str>>,
        #[serde(borrow)]
        pub(super) text: Option<Cow<'a, str>>,
        #[serde(borrow)]
        pub(super) id: Option<Cow<'a, str>>,
        #[serde(borrow)]
        pub(super) tool_use_id: Option<Cow<'a, str>>,
        #[serde(rename = "reasoningContent")]
        reasoning_content: Option<IgnoredAny>,
    }

    impl Block<'_> {
        /// A call of a tool that the service runs itself.
        pub(super) fn is_own_call(&self) -> bool {
            matches!(self.kind.as_deref(), Some("server_tool_use" | "mcp_tool_use"))
        }

        pub(super) fn is_reasoning(&self) -> bool {
            self.reasoning_content.is_some()
                || matches!(self.kind.as_deref(), Some("thinking" | "redacted_thinking"))
        }
    }
}
