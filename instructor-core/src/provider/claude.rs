//! What the Claude models take, by their names: the same on every service that has them.

use serde::Serialize;
use serde_json::Value;

use super::ProviderError;
use crate::request::{Reasoning, Request};

/// The longest answer if the user names no limit, reasoning not included.
const ANSWER: u32 = 8192;
/// What the first models of the third generation are limited to.
const ANSWER_OF_OLD: u32 = 4096;
/// Added for a model that reasons as much as it likes.
const REASONING: u32 = 16_384;
/// The API takes no smaller budget.
const LEAST_BUDGET: u32 = 1024;

/// How a request is put to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// What `thinking` says.
    pub(super) thinking: Option<Thinking>,
    /// What `output_config.effort` says.
    pub(super) effort: Option<&'static str>,
    /// The model reasons before it answers.
    pub(super) thinks: bool,
    /// The model can be made to call a tool.
    pub(super) forced: bool,
    /// The longest answer, reasoning included, where the API must be told one.
    pub(super) max_tokens: u32,
}

/// The property `thinking`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Thinking {
    Enabled { budget_tokens: u32 },
    Adaptive,
    Disabled,
    BetweenTools,
}

/// Makes the plan; `own` is the property `thinking` that the user has set.
pub(super) fn plan(request: &Request, own: Option<&Value>) -> Result<Plan, ProviderError> {
    let options = &request.options;
    let model = Model::named(&request.model);
    let (thinking, effort) = match options.reasoning {
        None => (None, None),
        Some(reasoning) => told(reasoning, model, options.max_tokens)?,
    };
    let word = own.and_then(|own| own.get("type")?.as_str());
    let enabled = matches!(thinking, Some(Thinking::Enabled { .. })) || word == Some("enabled");
    let thinks = match (thinking, word) {
        (Some(Thinking::Disabled | Thinking::BetweenTools), _)
        | (_, Some("disabled" | "between_tools")) => false,
        (Some(_), _) | (_, Some(_)) => true,
        (None, None) => model.at_least(5, 0),
    };
    if thinks && options.temperature.is_some_and(|temperature| (temperature - 1.0).abs() > 1e-9) {
        return Err(ProviderError::encode(
            "a Claude model that reasons takes no `temperature`; leave it out",
        ));
    }
    let forced = !model.at_least(5, 1) && (!thinks || !enabled && model.at_least(4, 8));
    let answer = if model.before(3, 5) { ANSWER_OF_OLD } else { ANSWER };
    let budget = own.and_then(|own| u32::try_from(own.get("budget_tokens")?.as_u64()?).ok());
    let max_tokens = options.max_tokens.unwrap_or_else(|| match (thinking, budget) {
        (Some(Thinking::Enabled { budget_tokens: budget }), _) | (_, Some(budget)) => {
            answer.saturating_add(budget)
        }
        _ if thinks => answer + REASONING,
        _ => answer,
    });
    Ok(Plan { thinking, effort, thinks, forced, max_tokens })
}

/// The two properties that say how much a model reasons.
type Told = (Option<Thinking>, Option<&'static str>);

fn told(
    reasoning: Reasoning,
    model: Model,
    max_tokens: Option<u32>,
) -> Result<Told, ProviderError> {
    let (usual, effort) = match reasoning {
        Reasoning::Off => return Ok(off(model)),
        Reasoning::Budget(tokens) if !model.at_least(4, 7) => {
            return budget(tokens, max_tokens).map(|thinking| (Some(thinking), None));
        }
        // Newer models know no budget.
        Reasoning::Budget(0..=2048) | Reasoning::Low => (2048, "low"),
        Reasoning::Minimal => (LEAST_BUDGET, "low"),
        Reasoning::Budget(0..=8192) | Reasoning::Medium => (8192, "medium"),
        Reasoning::Budget(_) | Reasoning::High => (16_384, "high"),
    };
    if model.at_least(4, 6) {
        return Ok((Some(Thinking::Adaptive), Some(effort)));
    }
    let half = max_tokens.map_or(usual, |most| (most / 2).max(LEAST_BUDGET));
    Ok((Some(budget(usual.min(half), max_tokens)?), None))
}

fn budget(tokens: u32, max_tokens: Option<u32>) -> Result<Thinking, ProviderError> {
    if tokens < LEAST_BUDGET {
        return Err(ProviderError::encode(&format!(
            "a Claude model takes no reasoning budget of {tokens} tokens; the least is {LEAST_BUDGET}"
        )));
    }
    match max_tokens {
        Some(most) if most <= tokens => Err(ProviderError::encode(&format!(
            "`max_tokens` is {most}, which leaves nothing for the answer after {tokens} tokens of \
             reasoning; raise it, or reason less"
        ))),
        _ => Ok(Thinking::Enabled { budget_tokens: tokens }),
    }
}

fn off(model: Model) -> Told {
    match model {
        Model::Claude(_, version) if version < (5, 0) => (None, None),
        Model::Other
        | Model::Claude(Family::Opus | Family::Sonnet, (5, 0))
        | Model::Claude(Family::Haiku, (5, 5)) => (Some(Thinking::Disabled), None),
        Model::Claude(Family::Sonnet, (5, 5)) => (Some(Thinking::BetweenTools), None),
        // The others cannot do without.
        Model::Claude(..) => (None, Some("low")),
    }
}

/// A model, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Model {
    /// With its version; one without is taken for the newest.
    Claude(Family, (u8, u8)),
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Opus,
    Sonnet,
    Haiku,
    Other,
}

/// Whether the name is that of a Claude model.
pub(super) fn is_claude(model: &str) -> bool {
    Model::named(model) != Model::Other
}

impl Model {
    /// Reads names such as `claude-opus-4-6`, `claude-3-5-haiku-latest` and
    /// `us.anthropic.claude-sonnet-4-5-20250929-v1:0`.
    fn named(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let Some(start) = name.find("claude") else { return Self::Other };
        let mut family = Family::Other;
        let mut version: Option<(u8, u8)> = None;
        let mut minor_next = false;
        for word in name[start..].split(|c: char| !c.is_ascii_alphanumeric()) {
            match word {
                "opus" => family = Family::Opus,
                "sonnet" => family = Family::Sonnet,
                "haiku" => family = Family::Haiku,
                _ => {}
            }
            let number = word.strip_prefix('v').filter(|_| version.is_none()).unwrap_or(word);
            // A date has eight digits.
            let number = number.parse().ok().filter(|_| number.len() <= 2);
            match (version, number) {
                (None, Some(major)) => version = Some((major, 0)),
                (Some((major, _)), Some(minor)) if minor_next => version = Some((major, minor)),
                _ => {}
            }
            minor_next = number.is_some() && !minor_next;
        }
        Self::Claude(family, version.unwrap_or((u8::MAX, 0)))
    }

    fn at_least(self, major: u8, minor: u8) -> bool {
        matches!(self, Self::Claude(_, version) if version >= (major, minor))
    }

    fn before(self, major: u8, minor: u8) -> bool {
        matches!(self, Self::Claude(_, version) if version < (major, minor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_version() {
        for (name, family, version) in [
            ("claude-opus-4-6", Family::Opus, (4, 6)),
            ("claude-sonnet-4-20250514", Family::Sonnet, (4, 0)),
            ("claude-opus-4-1@20250805", Family::Opus, (4, 1)),
            ("claude-3-5-haiku-latest", Family::Haiku, (3, 5)),
            ("claude-3-opus-20240229", Family::Opus, (3, 0)),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", Family::Sonnet, (4, 5)),
            ("anthropic.claude-3-7-sonnet-20250219-v1:0", Family::Sonnet, (3, 7)),
            ("anthropic.claude-opus-4-6-v1", Family::Opus, (4, 6)),
            ("anthropic/claude-opus-5.5", Family::Opus, (5, 5)),
            ("anthropic.claude-v2:1", Family::Other, (2, 1)),
            ("claude-instant-1.2", Family::Other, (1, 2)),
            ("claude-fable-5-1", Family::Other, (5, 1)),
            ("claude-mythos-preview", Family::Other, (u8::MAX, 0)),
        ] {
            assert_eq!(Model::named(name), Model::Claude(family, version), "{name}");
        }
        assert_eq!(Model::named("amazon.nova-pro-v1:0"), Model::Other);
    }
}
