//! The program `instructor`: the command line for a JSON Schema file.

use std::process::ExitCode;

fn main() -> ExitCode {
    instructor_batch::cli::program()
}
