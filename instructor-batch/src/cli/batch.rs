//! `instructor batch`: the jobs at a service, whoever created them.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::SystemTime;

use jiff::Timestamp;

use super::args::{BatchAt, BatchVerb};
use super::client::client;
use super::exit::{Exit, Failure};
use super::say::Say;
use crate::job::BatchJobInfo;
use crate::provider::{self, Downloads, SharedProvider};

pub(super) async fn run(verb: BatchVerb, say: Say) -> Result<Exit, Failure> {
    match verb {
        BatchVerb::List { at, limit } => {
            let jobs = connect(&at)?.list(limit).await?;
            let lines: Vec<_> = jobs.iter().map(line).collect();
            let text = if lines.is_empty() { "no jobs".to_owned() } else { lines.join("\n") };
            say.result(&jobs.iter().map(wire::Job::of).collect::<Vec<_>>(), &text)?;
        }
        BatchVerb::Show { id, at } => show(&connect(&at)?.status(&id).await?, say)?,
        BatchVerb::Cancel { id, at } => show(&connect(&at)?.cancel(&id).await?, say)?,
        BatchVerb::Delete { id, at } => {
            connect(&at)?.delete(&id).await?;
            say.result(
                &serde_json::json!({"id": id, "deleted": true}),
                &format!("{id} is deleted"),
            )?;
        }
        BatchVerb::Download { id, at, output } => {
            download(&connect(&at)?, &id, output, say).await?;
        }
    }
    Ok(Exit::Done)
}

/// The batch API of a service; which model is meant does not matter for its jobs.
fn connect(at: &BatchAt) -> Result<SharedProvider, Failure> {
    let model = match at.provider.as_str() {
        "offline" => "offline".to_owned(),
        provider => format!("{provider}/any"),
    };
    Ok(provider::connect(&client(&model, &at.service)?)?)
}

async fn download(
    provider: &SharedProvider,
    id: &str,
    output: PathBuf,
    say: Say,
) -> Result<(), Failure> {
    let job = provider.status(id).await?;
    let mut errors = OsString::from(&output);
    errors.push(".errors.jsonl");
    let errors = PathBuf::from(errors);
    let into = Downloads { output: &output, errors: &errors };
    let written = provider.download(&job, into).await?;
    let output = written.output.then_some(output);
    let errors = written.errors.then_some(errors);
    let files: Vec<_> =
        output.iter().chain(&errors).map(|path| path.display().to_string()).collect();
    let text = match files.as_slice() {
        [] => format!("nothing is there yet: the job is {}", job.status),
        files => files.join("\n"),
    };
    let json = serde_json::json!({
        "id": id, "status": job.status.name(), "output": output, "errors": errors
    });
    say.result(&json, &text)
}

/// A job on a line.
fn line(job: &BatchJobInfo) -> String {
    let counts = match (job.counts.completed, job.counts.total) {
        (Some(done), Some(total)) => format!("{done}/{total}"),
        _ => String::new(),
    };
    let created = job.timestamps.created.and_then(moment).unwrap_or_default();
    let label = job.label.as_deref().unwrap_or_default();
    let line = format!("{}  {:<10}  {counts:>11}  {created}  {label}", job.id, job.status.name());
    line.trim_end().to_owned()
}

fn show(job: &BatchJobInfo, say: Say) -> Result<(), Failure> {
    let mut text = format!("job         {}\nservice     {}\n", job.id, job.provider);
    let _ = writeln!(text, "status      {} ({})", job.status, job.raw_status);
    let counts = [
        ("lines", job.counts.total),
        ("completed", job.counts.completed),
        ("failed", job.counts.failed),
        ("expired", job.counts.expired),
        ("cancelled", job.counts.cancelled),
        ("pending", job.counts.pending),
    ];
    for (name, count) in counts {
        if let Some(count) = count {
            let _ = writeln!(text, "{name:<11} {count}");
        }
    }
    let times = &job.timestamps;
    let words = [
        ("created", times.created.and_then(moment)),
        ("started", times.started.and_then(moment)),
        ("ended", times.ended.and_then(moment)),
        ("expires", times.expires.and_then(moment)),
        ("model", job.model.clone()),
        ("label", job.label.clone()),
        ("input", job.files.input.clone()),
        ("output", job.files.output.clone()),
        ("errors", job.files.errors.clone()),
    ];
    for (name, word) in words {
        if let Some(word) = word {
            let _ = writeln!(text, "{name:<11} {word}");
        }
    }
    for error in &job.errors {
        let line = error.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let code = error.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
        let _ = writeln!(text, "error       {line}{}{code}", error.message);
    }
    text.truncate(text.trim_end().len());
    say.result(&wire::Job::of(job), &text)
}

/// In UTC, to the second.
fn moment(time: SystemTime) -> Option<String> {
    let moment = Timestamp::try_from(time).ok()?;
    Some(moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

mod wire {
    use serde::Serialize;

    use super::{BatchJobInfo, moment};

    #[derive(Serialize)]
    pub(super) struct Job<'a> {
        id: &'a str,
        provider: &'a str,
        status: &'static str,
        raw_status: &'a str,
        terminal: bool,
        counts: Counts,
        created: Option<String>,
        started: Option<String>,
        ended: Option<String>,
        expires: Option<String>,
        files: Files<'a>,
        errors: Vec<Problem<'a>>,
        label: Option<&'a str>,
        model: Option<&'a str>,
    }

    #[derive(Serialize)]
    struct Counts {
        total: Option<u64>,
        completed: Option<u64>,
        failed: Option<u64>,
        expired: Option<u64>,
        cancelled: Option<u64>,
        pending: Option<u64>,
    }

    #[derive(Serialize)]
    struct Files<'a> {
        input: Option<&'a str>,
        output: Option<&'a str>,
        errors: Option<&'a str>,
    }

    #[derive(Serialize)]
    struct Problem<'a> {
        code: Option<&'a str>,
        message: &'a str,
        line: Option<u64>,
    }

    impl<'a> Job<'a> {
        pub(super) fn of(job: &'a BatchJobInfo) -> Self {
            let (counts, times) = (&job.counts, &job.timestamps);
            Self {
                id: &job.id,
                provider: &job.provider,
                status: job.status.name(),
                raw_status: &job.raw_status,
                terminal: job.status.is_terminal(),
                counts: Counts {
                    total: counts.total,
                    completed: counts.completed,
                    failed: counts.failed,
                    expired: counts.expired,
                    cancelled: counts.cancelled,
                    pending: counts.pending,
                },
                created: times.created.and_then(moment),
                started: times.started.and_then(moment),
                ended: times.ended.and_then(moment),
                expires: times.expires.and_then(moment),
                files: Files {
                    input: job.files.input.as_deref(),
                    output: job.files.output.as_deref(),
                    errors: job.files.errors.as_deref(),
                },
                errors: job.errors.iter().map(Problem::of).collect(),
                label: job.label.as_deref(),
                model: job.model.as_deref(),
            }
        }
    }

    impl<'a> Problem<'a> {
        fn of(error: &'a crate::job::BatchJobError) -> Self {
            Self { code: error.code.as_deref(), message: &error.message, line: error.line }
        }
    }
}
