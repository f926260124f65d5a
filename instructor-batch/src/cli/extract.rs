//! `instructor extract`: one text, now.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use instructor_core::{Extract, Extracted};
use serde::Serialize;

use super::args::{ExtractArgs, Question};
use super::client::client;
use super::exit::{Exit, Failure};
use super::say::Say;

pub(super) async fn run<T: Extract + Serialize + Send + Sync>(
    args: ExtractArgs,
    say: Say,
) -> Result<Exit, Failure> {
    let client = client(&args.model, &args.service)?;
    let text = read(&args.text)?;
    let mut asked = client.extract::<T>(text);
    let Question { system, mode, temperature, max_tokens } = args.question;
    if let Some(system) = system {
        asked = asked.system(system);
    }
    if let Some(mode) = mode {
        asked = asked.mode(mode);
    }
    if let Some(temperature) = temperature {
        asked = asked.temperature(temperature);
    }
    if let Some(max_tokens) = max_tokens {
        asked = asked.max_tokens(max_tokens);
    }
    if let Some(max_reasks) = args.max_reasks {
        asked = asked.max_reasks(max_reasks);
    }
    let mut signals = super::signal::Signals::listen();
    let found = tokio::select! {
        found = asked.send() => found?,
        () = signals.stopped() => {
            return Err(Failure::new(Exit::Interrupted, "stopped: nothing was extracted"));
        }
    };
    let value = serde_json::to_string_pretty(&found.value)
        .map_err(|e| Failure::configuration(format!("the value is no JSON: {e}")))?;
    say.result(&wire::Answer::of(&found), &value)?;
    Ok(Exit::Done)
}

/// The text of a file, or of stdin.
fn read(path: &Path) -> Result<String, Failure> {
    let failed = |e: io::Error| {
        let what =
            if e.kind() == io::ErrorKind::InvalidData { "no UTF-8".into() } else { e.to_string() };
        Failure::configuration(format!("{}: {what}", path.display()))
    };
    if path.as_os_str() != "-" {
        return fs::read_to_string(path).map_err(failed);
    }
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

mod wire {
    use serde::Serialize;

    use super::Extracted;
    use crate::output::Tokens;

    #[derive(Serialize)]
    pub(super) struct Answer<'a, T> {
        value: &'a T,
        model: Option<&'a str>,
        attempts: usize,
        repairs: Vec<String>,
        usage: Tokens,
    }

    impl<'a, T> Answer<'a, T> {
        pub(super) fn of(found: &'a Extracted<T>) -> Self {
            Self {
                value: &found.value,
                model: found.model(),
                attempts: found.attempts.len(),
                repairs: found.repairs().iter().map(ToString::to_string).collect(),
                usage: found.usage().into(),
            }
        }
    }
}
