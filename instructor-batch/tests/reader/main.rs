//! Result files, read.

mod files;
mod kinds;
mod modes;
mod waiting;

use instructor_batch::{BatchErrorKind, BatchReader, BatchResult};
use instructor_core::Extract;
use serde::Deserialize;

/// A person.
#[derive(Debug, Clone, PartialEq, Deserialize, Extract)]
struct Person {
    #[extract(length(min = 1))]
    name: String,
    #[extract(range(max = 150))]
    age: u8,
}

/// A result in one line.
fn told(result: &BatchResult<Person>) -> String {
    let usage = |usage: Option<instructor_core::Usage>| {
        usage.map_or_else(String::new, |usage| format!(" ({usage})"))
    };
    match result {
        Ok(success) => {
            let Person { name, age } = &success.result;
            let stop = &success.finish;
            format!("{}: {name}, {age}; {stop}{}", success.custom_id, usage(success.usage))
        }
        Err(error) => {
            let kind = match &error.kind {
                BatchErrorKind::Rejected(rejection) => format!("rejected {rejection}"),
                BatchErrorKind::Refused(words) => format!("refused {words}"),
                BatchErrorKind::Provider { status, code, retryable, account } => format!(
                    "provider {status} {}{}{}",
                    code.as_deref().unwrap_or("-"),
                    if *retryable { " retryable" } else { "" },
                    if *account { " account" } else { "" },
                ),
                kind => kind.name().to_owned(),
            };
            format!("{}: {kind}{}", error.custom_id, usage(error.usage))
        }
    }
}

fn read(text: &str) -> Vec<String> {
    BatchReader::from_text(text).map(|result| told(&result)).collect()
}
