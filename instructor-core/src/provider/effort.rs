//! How much a model reasons, as `OpenAI` says it; others say it in numbers or in fewer words.

use crate::request::Reasoning;

/// The words from the least to the most.
pub(super) const SCALE: [&str; 5] = ["none", "minimal", "low", "medium", "high"];

/// The place on [`SCALE`]. The numbers are what gateways that know only one of both forms take an
/// effort for.
pub(super) const fn level(reasoning: Reasoning) -> usize {
    match reasoning {
        Reasoning::Off | Reasoning::Budget(0) => 0,
        Reasoning::Minimal | Reasoning::Budget(..=512) => 1,
        Reasoning::Low | Reasoning::Budget(..=2048) => 2,
        Reasoning::Medium | Reasoning::Budget(..=8192) => 3,
        Reasoning::High | Reasoning::Budget(_) => 4,
    }
}
