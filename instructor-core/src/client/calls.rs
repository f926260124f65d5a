//! The tool calls of a [`Parallel`](crate::Parallel) over several answers: what is right stays, and
//! only what is wrong is asked for again.

use std::collections::VecDeque;

use super::judge::{Verdict, Wrong, is_call_of, no_call, nothing, parse, parse_data};
use crate::align::Repair;
use crate::answer::Read;
use crate::extract::Extract;
use crate::path::Path;
use crate::prompt::CallVerdict;
use crate::reply::{Call, Choice};
use crate::request::Request;
use crate::validate::{Rejection, Report};

/// The calls so far, in the order in which the model first made them.
#[derive(Default)]
pub(super) struct Calls {
    slots: Vec<Slot>,
}

/// The place of one value.
struct Slot {
    id: String,
    tool: String,
    /// A list with the value as its only element, or what is wrong with it.
    state: Result<String, Rejection>,
    repairs: Vec<Repair>,
}

impl Calls {
    /// Reads the calls of an answer. They stand for the wrong ones of earlier answers, in their
    /// order; what is left over is new.
    pub(super) async fn read<T: Extract + Send + Sync>(
        &mut self,
        number: usize,
        choice: &Choice,
        request: &Request,
    ) -> Verdict<T> {
        if choice.calls.is_empty() {
            return self.text(number, choice, request).await;
        }
        let mut open: VecDeque<usize> =
            (0..self.slots.len()).filter(|i| self.slots[*i].state.is_err()).collect();
        let mut verdicts = Vec::new();
        for call in &choice.calls {
            let slot = slot::<T>(call, request).await;
            verdicts.push(match &slot.state {
                Ok(_) => CallVerdict::Accepted,
                Err(rejection) => CallVerdict::Wrong(rejection.clone()),
            });
            match open.pop_front() {
                Some(i) => self.slots[i] = slot,
                None => self.slots.push(slot),
            }
        }
        match self.wrong() {
            Some(rejection) => Verdict::Wrong(Wrong { choice: number, rejection, calls: verdicts }),
            None => self.whole(number, choice, request),
        }
    }

    /// The tools whose earlier calls are wrong and were not called again in an answer with so many
    /// wrong calls.
    pub(super) fn still_wrong(&self, answered: &[CallVerdict]) -> Vec<(String, Rejection)> {
        let now = answered.iter().filter(|call| matches!(call, CallVerdict::Wrong(_))).count();
        let wrong = self
            .slots
            .iter()
            .filter_map(|slot| Some((slot.tool.clone(), slot.state.as_ref().err()?.clone())));
        // Those of this answer took the first places that were open.
        wrong.skip(now).collect()
    }

    /// An answer without any call: perhaps the list stands in its text.
    async fn text<T: Extract + Send + Sync>(
        &self,
        number: usize,
        choice: &Choice,
        request: &Request,
    ) -> Verdict<T> {
        let content = choice.content.as_deref().filter(|text| text.contains(['{', '[']));
        if let Some(rejection) = self.wrong() {
            return Verdict::Wrong(Wrong { choice: number, rejection, calls: Vec::new() });
        }
        match content {
            Some(content) => match parse(content, request).await {
                Ok(read) => Verdict::Valid { read, from_text: true },
                Err(rejection) => {
                    Verdict::Wrong(Wrong { choice: number, rejection, calls: Vec::new() })
                }
            },
            None => no_call(number, choice, request),
        }
    }

    /// All that is wrong, each with the number of its call.
    fn wrong(&self) -> Option<Rejection> {
        let violations = self.slots.iter().enumerate().flat_map(|(i, slot)| {
            let wrong = slot.state.as_ref().err().into_iter().flat_map(Rejection::violations);
            wrong.map(move |violation| violation.clone().in_element(i))
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
                if let Some(source) = request.source() {
                    value.validate(Path::ROOT, &mut Report::with_source(source));
                }
                value.name_calls(self.slots.iter().map(|slot| slot.id.clone()).collect());
                let repairs = self.slots.iter().flat_map(|slot| slot.repairs.clone()).collect();
                Verdict::Valid { read: Read { value, repairs }, from_text: false }
            }
            // Each element was read as `T` before, so only a type with a length of its own comes here.
            Err(_) => no_call(number, choice, request),
        }
    }
}

async fn slot<T: Extract + Send + Sync>(call: &Call, request: &Request) -> Slot {
    let found = request.alternatives().iter().find(|each| is_call_of(call, &each.tool.name));
    let (tool, result) = match found {
        Some(alternative) => {
            let result = parse_data::<T>(&call.arguments, alternative, request, true).await;
            (alternative.tool.name.clone(), result)
        }
        None => (call.name.clone(), Err(nothing(request))),
    };
    let (state, repairs) = match result {
        Ok((read, json)) => (Ok(json), read.repairs),
        Err(rejection) => (Err(rejection), Vec::new()),
    };
    Slot { id: call.id.clone(), tool, state, repairs }
}
