//! Options with limits, names of any kind, and a creation that is stopped.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::CREATE;
use crate::folder::{Folder, finish};

#[test]
fn options_have_limits() {
    let folder = Folder::new();
    folder.run(&format!("run create there {CREATE}")).expect(0);
    for (line, code, words) in [
        (
            "run create new --schema s.json --source rows.csv --model offline",
            3,
            "with `--text`, `--prompt` or `--messages`",
        ),
        (
            "run create new --schema s.json --source rows.csv --text body --model offline --rpm 3",
            2,
            "add `--engine online`",
        ),
        (
            "run create new --schema s.json --source rows.csv --model offline --max-rounds 0",
            2,
            "from 1 up",
        ),
        (
            "run create new --schema s.json --source rows.csv --model offline --price-in=-1 --price-out 1",
            2,
            "from 0 up",
        ),
        (
            "run create . --schema s.json --source rows.csv --text body --model offline",
            3,
            "name a new directory",
        ),
        ("run results there -o x.csv --failed ./x.csv", 3, "give them two files"),
    ] {
        folder.run(line).fails(code, words);
    }
    assert!(!folder.path().join("new").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn names_need_not_be_unicode() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = Folder::new();
    let name = |end: &[u8]| std::ffi::OsString::from(std::ffi::OsStr::from_bytes(end));
    let dir = name(b"caf\xe9");
    for (words, end) in [
        (&["run", "start"][..], "--json --schema s.json --source text.txt --model offline"),
        (&["run", "status"], "--json"),
        (&["run", "results"], "--json -o"),
        (&["run", "report"], "--json -o"),
    ] {
        let mut command = folder.command(&words.join(" "));
        command.arg(&dir).args(end.split_whitespace());
        if end.ends_with("-o") {
            command.arg(name(b"caf\xe9.csv"));
        }
        finish(command, "").expect(0).json();
    }
}

#[test]
#[cfg(unix)]
fn nothing_is_left_of_a_run_whose_creation_is_stopped() {
    let folder = Folder::new();
    let pipe = folder.path().join("rows.jsonl");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command =
        folder.command("run create r --schema s.json --source rows.jsonl --text t --model offline");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut rows = fs::File::options().write(true).open(&pipe).unwrap();
    let has_draft = || {
        let mut names =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.any(|name| name.to_string_lossy().contains("creating"))
    };
    while !has_draft() {
        rows.write_all(b"{\"t\": \"x\"}\n").unwrap();
    }
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    // It goes on reading until it has heard of it.
    while rows.write_all(b"{\"t\": \"x\"}\n").is_ok() {}
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.starts_with("error: stopped while reading the rows"), "{said}");
    assert!(!has_draft() && !folder.path().join("r").exists());
}
