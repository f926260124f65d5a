//! The command line for a type of one's own: this program is both the test and what it tests.

use std::process::{Command, ExitCode, Output};

use instructor_core::Extract;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A person in the text.
#[derive(Serialize, Deserialize, Extract)]
struct Person {
    /// The full name.
    name: String,
    #[extract(range(min = 1, max = 150))]
    age: u8,
}

const PROGRAM: &str = "INSTRUCTOR_TEST_IS_PROGRAM";

fn main() -> ExitCode {
    if std::env::var_os(PROGRAM).is_some() {
        return instructor_batch::cli::main::<Person>();
    }
    the_type_says_the_schema();
    a_run_needs_no_schema();
    println!("test result: ok. 2 passed");
    ExitCode::SUCCESS
}

fn run(folder: &tempfile::TempDir, line: &str) -> (i32, String, String) {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.env(PROGRAM, "1").current_dir(folder).args(line.split_whitespace());
    let Output { status, stdout, stderr } = command.output().expect("a program that runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "Ada Lovelace is 36 years old\nAlan Turing is 41 years old\n";
    std::fs::write(folder.path().join("rows.txt"), text).expect("a file");
    folder
}

fn the_type_says_the_schema() {
    let folder = folder();
    let (code, out, _) = run(&folder, "schema show");
    let schema: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &schema["properties"]["name"]["description"]), (0, &json!("The full name.")));
    assert_eq!(schema["description"], "A person in the text.");
    let (code, _, err) = run(&folder, "schema check --schema s.json");
    assert_eq!(code, 2, "{err}");
    assert!(err.starts_with("error: `--schema` is not taken"), "{err}");
    let (code, out, _) = run(&folder, "run create --help");
    assert!(code == 0 && !out.contains("--schema"), "{out}");
    let (code, out, err) = run(&folder, "extract --model offline --json rows.txt");
    assert_eq!(code, 0, "{err}");
    let found: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(found["value"]["age"], 36);
}

fn a_run_needs_no_schema() {
    let folder = folder();
    let (code, _, err) =
        run(&folder, "run start r --source rows.txt --model offline --engine online");
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("cli_type-") && err.contains(" run results r"), "{err}");
    let (code, _, err) = run(&folder, "run results r -o out.csv");
    assert_eq!(code, 0, "{err}");
    let table = std::fs::read_to_string(folder.path().join("out.csv")).expect("a file");
    let expected = "key,outcome,name,age\n\
        0,succeeded,Ada Lovelace,36\n1,succeeded,Alan Turing,41\n";
    assert_eq!(table, expected);
}
