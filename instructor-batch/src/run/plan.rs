//! What a run will take, before anything is sent.

use std::fmt;

use instructor_core::{Extract, Usage};
use serde::Serialize;

use super::shard::tokens;
use super::{Engine, Inner, Prices, RunError};
use crate::provider;

/// What a run will take. Tokens are guessed: four bytes of a request are one, and the length of the
/// answers follows from the schema.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// `provider/model`.
    pub model: String,
    /// The rows that wait.
    pub rows: u64,
    /// How many jobs they make, or files; 0 if each row is a request of its own.
    pub jobs: u64,
    /// The size of all requests.
    pub bytes: u64,
    /// The tokens of all requests.
    pub input_tokens: u64,
    /// The tokens of all answers: if they are short, and if they are as long as they may be.
    pub output_tokens: (u64, u64),
    /// How often a row is sent at most.
    pub max_rounds: u32,
    /// With prices: if every answer is short and right, and if every one is long and wrong until
    /// the last round.
    pub cost: Option<(f64, f64)>,
}

pub(super) fn plan<T: Extract + Send + Sync>(run: &Inner<T>) -> Result<Plan, RunError> {
    let counts = run.ledger.counts()?;
    let all = run.ledger.fact("request_bytes")?.and_then(|bytes| bytes.parse().ok());
    let all: u128 = all.unwrap_or_default();
    let rows = counts.waiting;
    let bytes = all * u128::from(rows) / u128::from(counts.rows.max(1));
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    let kept = &run.kept;
    let limits = match kept.engine {
        Engine::Batch => Some(provider::connect(&run.client)?.limits()),
        Engine::Online { .. } | Engine::File => None,
    };
    let most_rows = kept.shard_rows.or(limits.map(|limits| limits.lines));
    let most_bytes = kept.shard_bytes.or(limits.map(|limits| limits.bytes));
    let jobs = match kept.engine {
        Engine::Online { .. } => 0,
        Engine::Batch | Engine::File => {
            let by_rows = rows.div_ceil(most_rows.unwrap_or(u64::MAX));
            by_rows.max(bytes.div_ceil(most_bytes.unwrap_or(u64::MAX)))
        }
    };
    let schema = run.form.rendered().json.get().len() as u64;
    // A schema says of each value about four times what the value says.
    let short = tokens(schema).div_ceil(4) + 8;
    let long = kept.max_tokens.map_or(short * 8, u64::from).max(short);
    let input_tokens = tokens(bytes);
    let output_tokens = (rows * short, rows * long);
    let cost = kept.prices.map(|prices: Prices| {
        let low = prices.of(Usage::new(input_tokens, output_tokens.0));
        let high = prices.of(Usage::new(input_tokens, output_tokens.1));
        (low, high * f64::from(kept.max_rounds))
    });
    let (model, max_rounds) = (kept.model.clone(), kept.max_rounds);
    Ok(Plan { model, rows, jobs, bytes, input_tokens, output_tokens, max_rounds, cost })
}

/// A few lines for people.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, rows, jobs, bytes, input_tokens, output_tokens, .. } = self;
        writeln!(f, "model    {model}")?;
        match jobs {
            0 if *rows == 0 => writeln!(f, "rows     0: nothing is left to do")?,
            0 => writeln!(f, "rows     {rows}, each a request of its own")?,
            1 => writeln!(f, "rows     {rows} in 1 job")?,
            _ => writeln!(f, "rows     {rows} in {jobs} jobs")?,
        }
        writeln!(f, "bytes    {bytes}")?;
        let (short, long) = output_tokens;
        write!(f, "tokens   about {input_tokens} in, {short} to {long} out")?;
        if let Some((low, high)) = self.cost {
            write!(f, "\ncost     {low:.2} to {high:.2} (at most {} rounds)", self.max_rounds)?;
        }
        Ok(())
    }
}
