//! The tool calls of a [`Parallel`](crate::Parallel) over several answers: what is right stays, and
//! only what is wrong is asked for again.

use serde_json::Value;

use super::read::{called, parse, parse_data, report};
use super::verdict::{Verdict, Wrong, no_call};
use crate::align::Repair;
use crate::answer::Read;
use crate::extract::Extract;
use crate::path::Path;
use crate::prompt::CallVerdict;
use crate::reply::{Call, Choice};
use crate::request::Request;
use crate::schema::Alternative;
use crate::validate::Rejection;

/// The calls so far, in the order in which the model first made them.
#[derive(Default)]
pub(super) struct Calls {
    slots: Vec<Slot>,
    /// How many answers were read.
    answers: usize,
}

/// The place of one value.
struct Slot {
    id: String,
    tool: &'static str,
    arguments: Value,
    /// A list with the value as its only element, or what is wrong with it.
    state: Result<String, Rejection>,
    repairs: Vec<Repair>,
    /// The number of the answer it is from.
    answer: usize,
}

impl Calls {
    /// Reads the calls of an answer. They stand for the wrong ones of earlier answers; what is left
    /// over is new.
    pub(super) async fn read<T: Extract + Send + Sync>(
        &mut self,
        number: usize,
        choice: &Choice,
        request: &Request,
    ) -> Verdict<T> {
        self.answers += 1;
        let mut verdicts = Vec::new();
        let mut new = Vec::new();
        for call in &choice.calls {
            // A call of a tool that nobody offered is answered, and is no value.
            let Some(alternative) = called(call, request) else {
                verdicts.push(CallVerdict::Unknown);
                continue;
            };
            let slot = self.slot::<T>(call, alternative, request).await;
            verdicts.push(match &slot.state {
                Ok(_) => CallVerdict::Accepted,
                Err(rejection) => CallVerdict::Wrong(rejection.clone()),
            });
            new.push(slot);
        }
        if choice.calls.is_empty() || (new.is_empty() && self.slots.is_empty()) {
            return self.text(number, choice, verdicts, request).await;
        }
        self.place(new);
        match self.wrong() {
            Some(rejection) => Verdict::Wrong(Wrong { choice: number, rejection, calls: verdicts }),
            None => self.whole(number, choice, request),
        }
    }

    /// Puts new calls into the places of wrong ones: first of the same tool, the one most like it;
    /// then of any, because another tool may be the right one. What is left over comes last.
    fn place(&mut self, mut new: Vec<Slot>) {
        // Some models repeat what was accepted beside what they mend.
        let open = self.slots.iter().filter(|slot| slot.is_open(self.answers)).count();
        let mut surplus = new.len().saturating_sub(open);
        new.retain(|slot| {
            let repeated = surplus > 0 && self.slots.iter().any(|known| known.is_same_value(slot));
            surplus -= usize::from(repeated);
            !repeated
        });
        let mut others = Vec::new();
        for slot in new {
            let open = |known: &&mut Slot| known.is_open(self.answers) && known.tool == slot.tool;
            let best =
                self.slots.iter_mut().rev().filter(open).max_by_key(|open| open.likeness(&slot));
            match best {
                Some(open) => *open = slot,
                None => others.push(slot),
            }
        }
        for slot in others {
            match self.slots.iter_mut().find(|known| known.is_open(self.answers)) {
                Some(open) => *open = slot,
                None => self.slots.push(slot),
            }
        }
    }

    /// The tools whose calls in earlier answers are wrong, and were not called again.
    pub(super) fn still_wrong(&self) -> Vec<(String, Rejection)> {
        let open = self.slots.iter().filter(|slot| slot.is_open(self.answers));
        open.filter_map(|slot| Some((slot.tool.to_owned(), slot.state.as_ref().err()?.clone())))
            .collect()
    }

    async fn slot<T: Extract + Send + Sync>(
        &self,
        call: &Call,
        alternative: &'static Alternative,
        request: &Request,
    ) -> Slot {
        let (state, repairs) =
            match parse_data::<T>(&call.arguments, alternative, request, true).await {
                Ok((read, json)) => (Ok(json), read.repairs),
                Err(rejection) => (Err(rejection), Vec::new()),
            };
        Slot {
            id: call.id.clone(),
            tool: &alternative.tool.name,
            arguments: serde_json::from_str(&call.arguments).unwrap_or_default(),
            state,
            repairs,
            answer: self.answers,
        }
    }

    /// An answer without any call of ours: perhaps the list stands in its text.
    async fn text<T: Extract + Send + Sync>(
        &self,
        number: usize,
        choice: &Choice,
        calls: Vec<CallVerdict>,
        request: &Request,
    ) -> Verdict<T> {
        let wrong = |rejection| Verdict::Wrong(Wrong { choice: number, rejection, calls });
        if let Some(rejection) = self.wrong() {
            return wrong(rejection);
        }
        match choice.content.as_deref().filter(|text| text.contains(['{', '['])) {
            Some(content) => match parse(content, request).await {
                Ok(read) => Verdict::Valid { read, from_text: true },
                Err(rejection) => wrong(rejection),
            },
            None => no_call(number, choice, request),
        }
    }

    /// The ids; those that we make for a service without ids repeat from answer to answer.
    fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for slot in &self.slots {
            let mut id = slot.id.clone();
            for number in 2.. {
                if !ids.contains(&id) {
                    break;
                }
                id = format!("{}_{number}", slot.id);
            }
            ids.push(id);
        }
        ids
    }

    /// All that is wrong, each with the number of its call.
    fn wrong(&self) -> Option<Rejection> {
        let violations = self.slots.iter().enumerate().flat_map(|(i, slot)| {
            let wrong = slot.state.as_ref().err().into_iter().flat_map(Rejection::violations);
            wrong.map(move |violation| violation.clone().inside(Path::ROOT.index(i)))
        });
        Rejection::unless_empty(violations.collect()).err()
    }

    /// The value, made of all calls, which are right.
    fn whole<T: Extract>(&self, number: usize, choice: &Choice, request: &Request) -> Verdict<T> {
        let elements: Vec<_> = self
            .slots
            .iter()
            .filter_map(|slot| slot.state.as_ref().ok()?.strip_prefix('[')?.strip_suffix(']'))
            .collect();
        match serde_json::from_str::<T>(&format!("[{}]", elements.join(","))) {
            Ok(mut value) => {
                // Each call was judged already; this only notes where its quotes stand.
                value.validate(Path::ROOT, &mut report(request));
                value.name_calls(self.ids());
                let repairs = self.slots.iter().flat_map(|slot| slot.repairs.clone()).collect();
                Verdict::Valid { read: Read { value, repairs }, from_text: false }
            }
            // Each element was read as `T` before, so only a type with a length of its own comes here.
            Err(_) => no_call(number, choice, request),
        }
    }
}

impl Slot {
    /// It is wrong, and from an answer before this one.
    fn is_open(&self, answer: usize) -> bool {
        self.state.is_err() && self.answer < answer
    }

    /// It is right, and the other one, of a later answer, says it once more.
    fn is_same_value(&self, other: &Self) -> bool {
        self.answer < other.answer
            && self.tool == other.tool
            && matches!((&self.state, &other.state), (Ok(own), Ok(others)) if own == others)
    }

    /// How many arguments are the same.
    fn likeness(&self, other: &Self) -> usize {
        let (Value::Object(own), Value::Object(others)) = (&self.arguments, &other.arguments)
        else {
            return 0;
        };
        own.iter().filter(|(name, value)| others.get(*name) == Some(value)).count()
    }
}
