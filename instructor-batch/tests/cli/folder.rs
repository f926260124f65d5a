//! Commands that are run in a folder of their own.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// Its one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    /// Nothing on stdout, and one line on stderr that says these words.
    pub(crate) fn fails(self, code: i32, words: &str) -> Self {
        let one_line = self.err.starts_with("error: ") && self.err.trim_end().lines().count() == 1;
        assert!(one_line && self.out.is_empty() && self.err.contains(words), "{words}: {self:?}");
        self.expect(code)
    }
}

/// A folder with a schema and rows; commands run in it.
pub(crate) struct Folder(TempDir);

pub(crate) const KEY: &str = "sk-proj-0123456789abcdefghijklmnop";

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let person = |name: &Value| {
            json!({
                "title": "Person", "type": "object", "required": ["name", "age"],
                "properties": { "name": name, "age": { "type": "integer", "maximum": 150 } }
            })
        };
        folder.write("s.json", &person(&json!({"type": "string"})).to_string());
        folder.write("long.json", &person(&json!({"type": "string", "minLength": 3})).to_string());
        let rows = "id,body\na,Ada Lovelace is 36 years old\nb,<script>alert(1)</script>\n";
        folder.write("rows.csv", rows);
        folder.write("text.txt", "Ada Lovelace is 36 years old\n\nAlan Turing is 41 years old\n");
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_instructor"));
        command.args(line.split_whitespace()).current_dir(self.path());
        for (variable, _) in std::env::vars_os() {
            let name = variable.to_string_lossy();
            if name.contains("_API_KEY") || name.contains("_BASE_URL") || name.contains("proxy") {
                command.env_remove(&variable);
            }
        }
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        finish(self.command(line), "")
    }

    /// With a key for a service that is not there.
    pub(crate) fn run_with_key(&self, line: &str) -> Ran {
        let mut command = self.command(line);
        command.env("OPENAI_API_KEY", KEY);
        finish(command, "")
    }
}

pub(crate) fn finish(mut command: Command, stdin: &str) -> Ran {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
