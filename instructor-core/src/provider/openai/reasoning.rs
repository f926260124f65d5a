//! How much the model reasons, in the words of the service.

use serde::ser::SerializeMap;

use super::ReasoningForm;
use crate::provider::effort::{SCALE, level};
use crate::provider::{ProviderError, Service};
use crate::request::Reasoning;

/// Refuses what the service has no word for.
pub(super) fn check(service: &Service, reasoning: Option<Reasoning>) -> Result<(), ProviderError> {
    if reasoning.is_some() && service.quirks.reasoning == ReasoningForm::Nothing {
        return Err(ProviderError::encode(&format!(
            "`{}` has no word for `reasoning`: leave it out, or say it in the model's own words \
             with `extra`",
            service.name
        )));
    }
    Ok(())
}

/// Writes the properties of the body.
pub(super) fn write<M: SerializeMap>(
    map: &mut M,
    form: ReasoningForm,
    reasoning: Reasoning,
) -> Result<(), M::Error> {
    let off = matches!(reasoning, Reasoning::Off | Reasoning::Budget(0));
    match form {
        ReasoningForm::Nothing => Ok(()),
        ReasoningForm::Effort(words) => write_effort(map, words, reasoning),
        ReasoningForm::Thinking(words) => {
            let kind = if off { "disabled" } else { "enabled" };
            map.serialize_entry("thinking", &wire::Thinking { kind })?;
            if off { Ok(()) } else { write_effort(map, words, reasoning) }
        }
        ReasoningForm::EnableThinking => {
            map.serialize_entry("enable_thinking", &!off)?;
            match reasoning {
                Reasoning::Budget(tokens) if !off => {
                    map.serialize_entry("thinking_budget", &tokens)
                }
                _ => Ok(()),
            }
        }
    }
}

fn write_effort<M: SerializeMap>(
    map: &mut M,
    words: &[&str],
    reasoning: Reasoning,
) -> Result<(), M::Error> {
    match nearest(words, reasoning) {
        Some(word) => map.serialize_entry("reasoning_effort", word),
        None => Ok(()),
    }
}

/// The word nearest to what is asked for; of two, the one for more.
fn nearest<'a>(words: &[&'a str], reasoning: Reasoning) -> Option<&'a str> {
    let wanted = level(reasoning);
    let distance = |word: &&&str| {
        let at = SCALE.iter().position(|known| known == *word).unwrap_or(SCALE.len());
        (at.abs_diff(wanted), SCALE.len() - at.min(SCALE.len()))
    };
    words.iter().min_by_key(distance).copied()
}

mod wire {
    use serde::Serialize;

    #[derive(Serialize)]
    pub(super) struct Thinking {
        #[serde(rename = "type")]
        pub(super) kind: &'static str,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_said() {
        let all = &SCALE[..];
        let three = &["low", "medium", "high"][..];
        let two = &["low", "high"][..];
        for (words, reasoning, expected) in [
            (all, Reasoning::Off, "none"),
            (all, Reasoning::Minimal, "minimal"),
            (all, Reasoning::Budget(0), "none"),
            (all, Reasoning::Budget(512), "minimal"),
            (all, Reasoning::Budget(1024), "low"),
            (all, Reasoning::Budget(4096), "medium"),
            (all, Reasoning::Budget(100_000), "high"),
            (three, Reasoning::Off, "low"),
            (three, Reasoning::Minimal, "low"),
            (three, Reasoning::Medium, "medium"),
            (two, Reasoning::Medium, "high"),
            (&["none", "high"], Reasoning::Low, "high"),
            (&["none", "high"], Reasoning::Minimal, "none"),
        ] {
            assert_eq!(nearest(words, reasoning), Some(expected), "{words:?} {reasoning:?}");
        }
        assert_eq!(nearest(&[], Reasoning::High), None);
    }
}
