//! A crash-safe run over many rows: one directory with a ledger, in which every row ends with exactly
//! one outcome.

mod outcome;
mod result;
mod settings;
mod status;

pub use outcome::Outcome;
pub use result::RunResult;
pub use settings::{Engine, Prices, RunSettings};
pub use status::{Outcomes, RunState, RunStatus, ShardState, ShardStatus};
