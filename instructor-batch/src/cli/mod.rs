//! The command line: the program `instructor`, and the same commands for a type of your own.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use instructor_core::Extract;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, Extract)]
//! struct Person {
//!     name: String,
//!     age: Option<u8>,
//! }
//!
//! fn main() -> ExitCode {
//!     instructor_batch::cli::main::<Person>()
//! }
//! ```
//!
//! Every command, its JSON and its exit codes are described in `docs/cli.md`.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use instructor_core::{Dynamic, Extract};
use serde::Serialize;

mod args;
mod exit;
mod say;
mod signal;
mod client;
mod subject;
mod schema;
mod extract;
mod source;
mod progress;
mod look;
mod run;
mod batch;

use args::{Args, Verb};
use exit::{Exit, Failure};
use say::Say;
use subject::Subject;

/// The commands for a type of your own; a `main` of its own has nothing else to do. It builds its own
/// runtime, so it must not be called inside of one.
pub fn main<T: Extract + Serialize + Send + Sync>() -> ExitCode {
    with::<T>(Subject::Type, std::env::args_os())
}

/// The program `instructor`: the commands for what a JSON Schema file says.
pub fn program() -> ExitCode {
    with::<Dynamic>(Subject::File, std::env::args_os())
}

fn with<T: Extract + Serialize + Send + Sync>(
    subject: Subject,
    arguments: impl IntoIterator<Item = OsString>,
) -> ExitCode {
    let exit = match parse(subject, arguments) {
        Ok(args) => {
            let say = Say::new(args.json);
            match dispatch::<T>(subject, args, say) {
                Ok(exit) => exit,
                Err(failure) => {
                    say::error(&failure);
                    failure.exit()
                }
            }
        }
        Err(exit) => exit,
    };
    ExitCode::from(exit.code())
}

/// Reads the arguments; what is wrong with them, or what was asked about them, is printed.
fn parse(subject: Subject, arguments: impl IntoIterator<Item = OsString>) -> Result<Args, Exit> {
    let mut command = Args::command();
    if subject == Subject::Type {
        command = without_schema(command);
    }
    let parsed = command
        .try_get_matches_from_mut(arguments)
        .and_then(|matches| Args::from_arg_matches(&matches));
    parsed.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            say::print(&error.to_string());
            Exit::Done
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            say::complain(&error.to_string());
            Exit::Usage
        }
        _ => {
            say::complain(&exit::usage(&error.to_string()));
            Exit::Usage
        }
    })
}

/// Nobody is told of `--schema` where the type says it.
fn without_schema(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|argument| {
        let hidden = argument.get_id() == "schema";
        argument.hide(hidden)
    });
    command.mut_subcommands(without_schema)
}

fn dispatch<T: Extract + Serialize + Send + Sync>(
    subject: Subject,
    args: Args,
    say: Say,
) -> Result<Exit, Failure> {
    match args.verb {
        Verb::Schema(verb) => schema::run::<T>(subject, verb, say),
        Verb::Extract(args) => {
            subject.load(args.schema.as_deref())?;
            wait(extract::run::<T>(args, say))
        }
        Verb::Run(verb) => wait(run::run::<T>(subject, verb, say)),
        Verb::Batch(verb) => wait(batch::run(verb, say)),
    }
}

/// Waits for what needs a runtime.
fn wait<R>(work: impl Future<Output = Result<R, Failure>>) -> Result<R, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::configuration(format!("the runtime cannot be started: {e}")))?;
    let ended = runtime.block_on(work);
    // What still runs in the background, such as a read of stdin, is not waited for.
    runtime.shutdown_background();
    ended
}
