//! How a command ends: its exit code, and the line on stderr.

use std::fmt;

use instructor_core::Error;

use crate::output::OutputError;
use crate::provider::JobError;
use crate::report::ReportError;
use crate::run::RunError;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is done.
    Done,
    /// It is over, but a row gave no value.
    RowsFailed,
    /// The arguments are wrong.
    Usage,
    /// The key, the schema, a setting or a file is wrong.
    Configuration,
    /// The service or the network fails, or the run waits for somebody to act.
    Service,
    /// Another process works on the run.
    Locked,
    /// It was stopped by a signal.
    Interrupted,
}

/// What `--help` says of the exit codes.
pub(super) const CODES: &str = "\
Exit codes:
  0    done; for `extract`, `run start` and `run resume`: every row gave a value
  1    over, but some rows gave no value
  2    the arguments are wrong
  3    configuration: the key, the schema, a setting or a file is wrong
  4    the service or the network fails, or the run is paused until somebody acts
  5    another process works on the run
  130  stopped by Ctrl-C or SIGTERM; nothing is lost";

impl Exit {
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::RowsFailed => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Service => 4,
            Self::Locked => 5,
            Self::Interrupted => 130,
        }
    }
}

/// Why a command cannot do what it should.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }

    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(super) fn configuration(message: impl Into<String>) -> Self {
        Self::new(Exit::Configuration, message)
    }

    pub(super) fn exit(&self) -> Exit {
        self.exit
    }
}

/// One line, whatever the message.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.message.lines().map(str::trim).filter(|line| !line.is_empty());
        for (i, line) in lines.enumerate() {
            let between = if i == 0 { "" } else { "; " };
            write!(f, "{between}{line}")?;
        }
        Ok(())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match &error {
            Error::Rejected { .. }
            | Error::TokenBudgetExceeded { .. }
            | Error::Truncated { .. }
            | Error::Refused { .. }
            | Error::ContentFiltered { .. }
            | Error::InvalidReply { .. } => Exit::RowsFailed,
            Error::Unreachable { .. }
            | Error::Interrupted { .. }
            | Error::Timeout { .. }
            | Error::RateLimited { .. }
            | Error::QuotaExhausted { .. }
            | Error::BadRequest { .. }
            | Error::Unavailable { .. } => Exit::Service,
            _ => Exit::Configuration,
        };
        if let Error::MissingKey { provider, variable } = error {
            let way = format!("set the environment variable {variable}, or try `--model offline`");
            return Self::new(exit, format!("no key for `{provider}`: {way}"));
        }
        Self::new(exit, for_the_shell(&error.to_string()))
    }
}

/// Where a message names a method of the library, the option of the same meaning.
fn for_the_shell(message: &str) -> String {
    let mut message = message.to_owned();
    for (method, option) in [
        ("`base_url`", "`--base-url`"),
        ("`max_tokens`", "`--max-tokens`"),
        ("raise `timeout`", "try again"),
        ("`Engine::Online`", "`--engine online`"),
    ] {
        message = message.replace(method, option);
    }
    message
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Client(error) => error.into(),
            JobError::File { .. } | JobError::Unsupported { .. } => {
                Self::configuration(for_the_shell(&error.to_string()))
            }
            _ => Self::new(Exit::Service, error.to_string()),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let program = program();
        match error {
            RunError::Client(error) => error.into(),
            RunError::Job(error) => {
                let Self { exit, message } = error.into();
                Self::new(exit, format!("{message}; the run can be resumed"))
            }
            RunError::Locked { .. } => Self::new(Exit::Locked, error.to_string()),
            RunError::Paused { .. } => Self::new(Exit::Service, error.to_string()),
            RunError::Exists { dir } => {
                let dir = dir.display();
                let way = format!("`{program} run resume {dir}` goes on with a run");
                Self::configuration(format!(
                    "{dir} is not empty: {way}, or choose another directory"
                ))
            }
            RunError::NotARun { dir } => {
                let way = format!("create one with `{program} run create`");
                Self::configuration(format!("{} holds no run: {way}", dir.display()))
            }
            error => Self::configuration(for_the_shell(&error.to_string())),
        }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        Self::configuration(error.to_string())
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Run(error) => error.into(),
            error => Self::configuration(error.to_string()),
        }
    }
}

/// What clap says, on one line.
pub(super) fn usage(message: &str) -> String {
    let mut text = String::new();
    for line in message.lines().map(str::trim) {
        if line.starts_with("Usage:") || line.starts_with("For more information") {
            break;
        }
        match line.strip_prefix("tip: ") {
            Some(tip) => text = format!("{text}; {tip}"),
            None if !text.is_empty() && !line.is_empty() => text = format!("{text} {line}"),
            None => text += line,
        }
    }
    format!("{text}: see `--help`\n")
}

/// The name of the program, for commands that people may copy.
pub(super) fn program() -> String {
    let name = std::env::args_os().next().map(std::path::PathBuf::from);
    let name = name.as_deref().and_then(|path| path.file_stem()).map(|name| name.to_string_lossy());
    name.map_or_else(|| "instructor".to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line() {
        let failure = Failure::usage("one\n  two\n\nthree\n");
        assert_eq!(failure.to_string(), "one; two; three");
        let clap = "error: unexpected argument '--x' found\n\n  tip: try '--y'\n\nUsage: a [b]\n";
        assert_eq!(
            usage(clap),
            "error: unexpected argument '--x' found; try '--y': see `--help`\n"
        );
    }

    #[test]
    fn codes_are_documented() {
        for exit in [
            Exit::Done,
            Exit::RowsFailed,
            Exit::Usage,
            Exit::Configuration,
            Exit::Service,
            Exit::Locked,
            Exit::Interrupted,
        ] {
            let line = format!("\n  {:<5}", exit.code());
            assert!(CODES.contains(&line), "{exit:?}");
        }
    }
}
