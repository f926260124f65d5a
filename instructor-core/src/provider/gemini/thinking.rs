//! How much Gemini thinks: a budget of tokens up to version 2.5, a level since.

use serde::Serialize;

use crate::request::Reasoning;

/// `thinkingConfig`.
#[derive(Debug, PartialEq, Serialize)]
pub(super) enum Thinking {
    /// So many tokens at most; 0 is not at all.
    #[serde(rename = "thinkingBudget")]
    Budget(u32),
    /// Roughly so much.
    #[serde(rename = "thinkingLevel")]
    Level(&'static str),
}

/// Whether the model is older than Gemini 3: no levels, and no signatures that must be sent back.
pub(super) fn is_old(model: &str) -> bool {
    model.contains("gemini-1") || model.contains("gemini-2")
}

/// The nearest that the model knows. The budgets are those of Google's own translation from words.
pub(super) fn thinking(model: &str, reasoning: Reasoning) -> Thinking {
    let pro = model.contains("-pro");
    if is_old(model) {
        return Thinking::Budget(match reasoning {
            // The large models cannot do without.
            Reasoning::Off if pro => 128,
            Reasoning::Off => 0,
            Reasoning::Minimal | Reasoning::Low => 1024,
            Reasoning::Medium => 8192,
            Reasoning::High => 24_576,
            Reasoning::Budget(tokens) => tokens,
        });
    }
    Thinking::Level(match reasoning {
        Reasoning::Off | Reasoning::Minimal if !pro => "MINIMAL",
        Reasoning::Off | Reasoning::Minimal | Reasoning::Low => "LOW",
        // The first of its kind knows two levels.
        Reasoning::Medium if !model.contains("gemini-3-pro") => "MEDIUM",
        Reasoning::Medium | Reasoning::High => "HIGH",
        Reasoning::Budget(tokens) => return Thinking::Budget(tokens),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_told_in_its_own_words() {
        use Reasoning::{Budget, High, Low, Medium, Minimal, Off};
        let told = |model| {
            [Off, Minimal, Low, Medium, High, Budget(7)].map(|reasoning| {
                match thinking(model, reasoning) {
                    Thinking::Budget(tokens) => tokens.to_string(),
                    Thinking::Level(level) => level.to_owned(),
                }
            })
        };
        for (model, expected) in [
            ("gemini-2.5-flash", ["0", "1024", "1024", "8192", "24576", "7"]),
            ("gemini-2.5-pro", ["128", "1024", "1024", "8192", "24576", "7"]),
            ("gemini-3-flash-preview", ["MINIMAL", "MINIMAL", "LOW", "MEDIUM", "HIGH", "7"]),
            ("gemini-3-pro-preview", ["LOW", "LOW", "LOW", "HIGH", "HIGH", "7"]),
            ("models/gemini-3.1-pro-preview", ["LOW", "LOW", "LOW", "MEDIUM", "HIGH", "7"]),
            ("gemini-flash-latest", ["MINIMAL", "MINIMAL", "LOW", "MEDIUM", "HIGH", "7"]),
        ] {
            assert_eq!(told(model), expected, "{model}");
        }
    }
}
