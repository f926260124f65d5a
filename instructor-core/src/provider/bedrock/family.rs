//! What the families of models on Bedrock take, by the names of the models.

use crate::provider::claude::{self, Plan};

/// The families of models, as far as they take different requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Claude,
    /// Any tool can be demanded, but none by its name.
    Mistral,
    /// No tool can be demanded.
    Unforced,
    /// All others, such as Nova; and those whose name stands behind an ARN.
    Other,
}

/// How the model is told to call a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Named,
    Any,
    Auto,
}

/// Makers whose models take no `toolChoice` but `auto`.
const UNFORCED: &[&str] = &[
    "ai21.",
    "cohere.",
    "deepseek.",
    "google.",
    "meta.",
    "minimax.",
    "moonshot",
    "nvidia.",
    "openai.",
    "qwen.",
    "writer.",
    "zai.",
];

impl Family {
    /// The family of a model, by its name or its ARN.
    pub(super) fn of(model: &str) -> Self {
        let is_of = |maker: &&str| {
            model.match_indices(*maker).any(|(at, _)| {
                model[..at].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric())
            })
        };
        if claude::is_claude(model) {
            Self::Claude
        } else if is_of(&"mistral.") {
            Self::Mistral
        } else if UNFORCED.iter().any(is_of) {
            Self::Unforced
        } else {
            Self::Other
        }
    }

    /// How a tool call is demanded of it.
    pub(super) fn choice(self, plan: &Plan) -> Choice {
        match self {
            Self::Claude | Self::Other if plan.forced => Choice::Named,
            Self::Mistral => Choice::Any,
            _ => Choice::Auto,
        }
    }

    /// It is told whether a tool call has failed.
    pub(super) fn knows_status(self) -> bool {
        matches!(self, Self::Claude | Self::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::Family;

    #[test]
    fn names_tell_the_family() {
        for (model, family) in [
            ("anthropic.claude-sonnet-4-5-20250929-v1:0", Family::Claude),
            ("us.anthropic.claude-3-5-haiku-20241022-v1:0", Family::Claude),
            ("eu.mistral.pixtral-large-2502-v1:0", Family::Mistral),
            ("us.meta.llama3-3-70b-instruct-v1:0", Family::Unforced),
            ("openai.gpt-oss-120b-1:0", Family::Unforced),
            ("arn:aws:bedrock:us-east-1::foundation-model/cohere.command-r-v1:0", Family::Unforced),
            ("amazon.nova-pro-v1:0", Family::Other),
            ("notmeta.model", Family::Other),
            ("arn:aws:bedrock:us-east-1:1:application-inference-profile/abc", Family::Other),
        ] {
            assert_eq!(Family::of(model), family, "{model}");
        }
    }
}
