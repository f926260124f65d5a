//! The program `instructor`, run as a user runs it: offline, without a key.

#![cfg(feature = "cli")]

mod folder;
mod limits;

use std::fs;
use std::process::{Command, Stdio};

use folder::{Folder, KEY, finish};
use serde_json::{Value, json};

const CREATE: &str = "--schema s.json --source rows.csv --key id --text body --model offline";
const FAILS: &str =
    "--schema long.json --source rows.csv --key id --text body --model offline --max-rounds 1";

#[test]
fn schemas_are_checked_and_shown() {
    let folder = Folder::new();
    let all = folder.run("schema check --schema s.json").expect(0);
    assert!(all.out.contains("ok  openai ") && all.out.contains("ok  vertex "), "{}", all.out);
    let one =
        folder.run("schema check --schema s.json --provider openai --strict --json").expect(0);
    assert_eq!(one.json()["services"][0]["service"], "openai");
    assert_eq!(one.json()["fits"], true);
    // A value of any type is something that strict modes cannot say.
    folder.write("any.json", r#"{"type": "object", "properties": {"x": {}}, "required": ["x"]}"#);
    folder.run("schema check --schema any.json --provider openai").expect(0);
    let strict = folder.run("schema check --schema any.json --provider openai --strict").expect(3);
    assert!(strict.out.contains("OpenAI strict cannot express `x`"), "{}", strict.out);

    let shown = folder.run("schema show --schema s.json").expect(0).json();
    assert_eq!(shown["properties"]["age"]["maximum"], 150);
    let strict = "schema show --schema s.json --provider openai --mode ToolsStrict --json";
    assert_eq!(folder.run(strict).expect(0).json()["additionalProperties"], false);
}

#[test]
fn one_text_is_extracted() {
    let folder = Folder::new();
    let ada = json!({"name": "Ada Lovelace", "age": 36});
    let file = folder.run("extract --schema s.json --model offline text.txt").expect(0);
    assert_eq!((file.json(), file.err.as_str()), (ada.clone(), ""));
    let line = "extract --schema s.json --model offline --json --mode JsonSchema -";
    let stdin = finish(folder.command(line), "Ada Lovelace is 36 years old").expect(0).json();
    assert_eq!(stdin["value"], ada);
    assert_eq!(stdin["attempts"], 1);
    assert!(stdin["usage"]["input_tokens"].as_u64().unwrap() > 0);
    folder.write("none.txt", "nobody");
    let wrong = "extract --schema long.json --model offline --max-reasks 0 none.txt";
    folder.run(wrong).fails(1, "`name`: must have at least 3 characters");
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let folder = Folder::new();
    folder.run(&format!("run create there {CREATE}")).expect(0);
    folder.write("bad.json", "{\"type\": \"object\", \"properties\": {\"x\": {\"not\": {}}}}");
    folder.write("twice.csv", "id,body\na,x\na,y\n");
    folder.write("rows.xlsx", "");
    folder.write("empty.jsonl", "");
    for (line, code, words) in [
        ("schema", 2, ""),
        ("schema chek", 2, "a similar subcommand exists: 'check'"),
        ("schema check", 2, "add `--schema FILE`"),
        ("schema check --schema nope.json", 3, "nope.json: "),
        ("schema check --schema text.txt", 3, "text.txt: no JSON"),
        ("schema check --schema bad.json", 3, "`#/properties/x/not`"),
        ("schema check --schema s.json --provider acme", 3, "unknown provider `acme`"),
        ("schema show --schema s.json --provider openai --mode Magic", 2, "known are Tools, "),
        ("extract --schema s.json text.txt", 2, "--model <MODEL>"),
        ("extract --schema s.json --model offline nope.txt", 3, "nope.txt: "),
        ("extract --schema s.json --model openai/gpt-4.1 text.txt", 3, "OPENAI_API_KEY"),
        ("extract --schema s.json --model gpt-4.1 text.txt", 3, "write `provider/model`"),
        ("extract --schema s.json --model compatible/x text.txt", 3, "`--base-url`"),
        (
            "run create there --schema s.json --source rows.csv --text body --model offline",
            3,
            "run resume there",
        ),
        (
            "run create new --schema s.json --source rows.csv --text nope --model offline",
            3,
            "no column `nope`",
        ),
        (
            "run create new --schema s.json --source nope.csv --text body --model offline",
            3,
            "nope.csv",
        ),
        (
            "run create new --schema s.json --source rows.xlsx --text body --model offline",
            3,
            "rows.xlsx",
        ),
        (
            "run create new --schema s.json --source text.txt --text body --model offline",
            2,
            "has no columns",
        ),
        (
            "run create new --schema s.json --source twice.csv --key id --text body --model offline",
            3,
            "same key",
        ),
        ("run create new --schema s.json --source empty.jsonl --model offline", 3, "no rows"),
        (
            "run create new --schema s.json --source rows.csv --text body --prompt x --model offline",
            2,
            "cannot be used with",
        ),
        (
            "run create new --schema s.json --source rows.csv --text body --model ollama/x",
            3,
            "`--engine online`",
        ),
        ("run start new", 2, "add `--source` and `--model`"),
        ("run status new", 3, "new holds no run"),
        ("run resume new", 3, "new holds no run"),
        ("run resume there --schema long.json", 3, "another type, or for one with another schema"),
        ("run results there -o out.txt", 3, "end it with `.jsonl`, `.csv` or `.parquet`"),
        ("run results there -o nowhere/out.csv", 3, "nowhere/out.csv"),
        ("run results there --failed among", 2, "--output"),
        ("run retry there --outcome lost", 2, "known are invalid, "),
        ("run retry there --outcome succeeded", 3, "never sent again"),
        ("batch list --provider groq", 3, "GROQ_API_KEY"),
        ("batch list --provider ollama", 3, "cannot take batches"),
        ("batch show nope --provider offline", 4, ""),
    ] {
        if words.is_empty() {
            folder.run(line).expect(code);
        } else {
            folder.run(line).fails(code, words);
        }
    }
    assert!(!folder.path().join("new").exists());
}

#[test]
fn a_run_goes_from_its_rows_to_its_report() {
    for engine in ["batch", "online"] {
        let folder = Folder::new();
        let plan = folder.run(&format!("run create r {FAILS} --engine {engine}")).expect(0);
        assert!(plan.out.contains("rows     2") && plan.err.contains("run start r"), "{plan:?}");
        assert!(folder.run("run status r").expect(0).out.contains("0 of 2 are over"));
        let ended = folder.run("run start r").expect(1);
        assert!(
            ended.out.contains("succeeded 1") && ended.out.contains("invalid   1"),
            "{ended:?}"
        );
        assert!(folder.run("run status r").expect(0).out.contains("state       done"));
        assert!(folder.run("run receipt r").expect(0).out.contains("invalid   1"));
        assert!(folder.run("run plan r").expect(0).out.contains("nothing is left"));

        let lines = folder.run("run results r").expect(0).out;
        let lines: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(lines[0]["value"], json!({"name": "Ada Lovelace", "age": 36}));
        assert_eq!((&lines[1]["key"], &lines[1]["outcome"]), (&json!("b"), &json!("invalid")));
        assert_eq!(lines[1]["violations"][0]["path"], "name");
        folder.run("run results r -o out.csv").expect(0);
        assert_eq!(folder.read("out.csv"), "key,outcome,name,age\na,succeeded,Ada Lovelace,36\n");
        assert_eq!(folder.read("out.csv.failed.jsonl").lines().count(), 1);
        folder.run("run results r -o all.jsonl.gz --failed among").expect(0);
        folder.run("run results r -o out.jsonl --failed why.jsonl").expect(0);
        assert_eq!(folder.read("why.jsonl").lines().count(), 1);

        assert!(folder.run("run retry r").expect(0).out.contains("1 rows wait again"));
        folder.run("run resume r").expect(1);
        folder.run("run cancel r").expect(0);
        folder.run("run report r -o page.html").expect(0);
        assert!(!folder.read("page.html").contains("Ada"));
    }
}

#[test]
fn machines_get_one_json_document() {
    let folder = Folder::new();
    let dry = folder.run(&format!("run create r {FAILS} --json --dry-run")).expect(0).json();
    assert_eq!(dry["plan"]["rows"], 2);
    assert!(!folder.path().join("r").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "nothing is left of a dry run");
    let priced = "--price-in 1 --price-out 2.5 --canary --shard-rows 1 --temperature 0 --json";
    let created = folder.run(&format!("run create r {FAILS} {priced}")).expect(0).json();
    assert_eq!((&created["dir"], &created["plan"]["jobs"]), (&json!("r"), &json!(2)));
    assert!(created["plan"]["cost"][1].as_f64().unwrap() > 0.0);
    let ended = folder.run("run start r --json").expect(1).json();
    assert_eq!(ended["receipt"]["outcomes"]["invalid"], 1);
    for (line, pointer, expected) in [
        ("run status r", "/status/state", json!("done")),
        ("run status r", "/model", json!("offline/offline")),
        ("run receipt r", "/receipt/rows", json!(2)),
        ("run plan r", "/plan/rows", json!(0)),
        ("run results r -o x.csv", "/failed_path", json!("x.csv.failed.jsonl")),
        ("run report r -o x.html", "/failed_rows_shown", json!(1)),
        ("run report r -o x.html --rows 0", "/failed_rows_shown", json!(0)),
        ("run retry r --outcome refused,missing", "/waiting_again", json!(0)),
        ("run retry r", "/waiting_again", json!(1)),
        ("run cancel r", "/receipt/outcomes/cancelled", json!(1)),
        ("batch list --provider offline", "", json!([])),
    ] {
        let ran = folder.run(&format!("{line} --json")).expect(0);
        assert_eq!(ran.json().pointer(pointer), Some(&expected), "{line}: {ran:?}");
    }
}

#[test]
fn text_files_and_conversations_are_rows() {
    let folder = Folder::new();
    let text = "--schema s.json --source text.txt --model offline --engine online --json";
    folder.run(&format!("run start t {text}")).expect(0);
    folder.run("run results t -o t.csv").expect(0);
    let expected =
        "key,outcome,name,age\n0,succeeded,Ada Lovelace,36\n1,succeeded,Alan Turing,41\n";
    assert_eq!(folder.read("t.csv"), expected);
    let messages = json!([{"role": "user", "content": "Alan Turing is 41 years old"}]);
    folder.write("m.jsonl", &json!({"id": "m", "talk": messages}).to_string());
    let line = "--schema s.json --source m.jsonl --messages talk --model offline --engine online";
    folder.run(&format!("run start m {line}")).expect(0);
    let row: Value = serde_json::from_str(&folder.run("run results m").expect(0).out).unwrap();
    assert_eq!((&row["key"], &row["value"]["age"]), (&json!("m"), &json!(41)));
}

#[test]
fn files_for_another_engine_are_written() {
    let folder = Folder::new();
    let ran = folder.run(&format!("run start f {CREATE} --engine file")).expect(0);
    assert!(ran.err.contains("2 rows wait for the engine, which turns f/shards/00001.jsonl into f/results/00001.output.jsonl"), "{ran:?}");
    assert_eq!(folder.read("f/shards/00001.jsonl").lines().count(), 2);
}

#[test]
fn only_one_process_works_on_a_run() {
    let folder = Folder::new();
    folder.run(&format!("run create r {CREATE}")).expect(0);
    let lock = fs::File::options().create(true).append(true).open(folder.path().join("r/lock"));
    let lock = lock.unwrap();
    lock.lock().unwrap();
    folder.run("run resume r").fails(5, "another process works on r");
    folder.run("run status r").expect(0);
    drop(lock);
    folder.run("run resume r").expect(0);
}

#[test]
fn a_key_is_needed_only_to_ask_and_never_printed() {
    let folder = Folder::new();
    let create = CREATE.replace("offline", "openai/gpt-4.1-mini --engine online");
    let nowhere = "--base-url http://127.0.0.1:9";
    folder.run(&format!("run create r {create} --dry-run")).expect(0);
    folder.run(&format!("run create r {create}")).fails(3, "OPENAI_API_KEY");
    let mut said = vec![folder.run_with_key(&format!("run create r {create}")).expect(0)];
    for line in ["status r", "plan r", "results r", "receipt r", "report r -o r.html", "retry r"] {
        folder.run(&format!("run {line}")).expect(0);
    }
    folder.run("run resume r").fails(3, "OPENAI_API_KEY");
    let extract = "extract --schema s.json --model openai/gpt-4.1-mini text.txt";
    said.push(folder.run_with_key(&format!("{extract} {nowhere}")).fails(4, "no connection"));
    said.push(folder.run_with_key(&format!("batch list --provider openai {nowhere}")).expect(4));
    said.push(folder.run_with_key("--json schema check --schema s.json").expect(0));
    for ran in said {
        assert!(!ran.out.contains(KEY) && !ran.err.contains(KEY), "{ran:?}");
    }
    for entry in fs::read_dir(folder.path().join("r")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() { fs::read(&path).unwrap() } else { continue };
        let found = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        assert!(!found, "the key is in {}", path.display());
    }
}

#[test]
fn a_report_needs_nothing_but_itself() {
    let folder = Folder::new();
    folder.run(&format!("run start r {FAILS}")).expect(1);
    folder.run("run report r -o page.html").expect(0);
    let page = folder.read("page.html").to_lowercase();
    for outside in ["http:", "https:", "//", "src=", "href=", "url(", "@import", "<link", "<img"] {
        assert!(!page.contains(outside), "{outside}");
    }
    // What stands in a row is text.
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(page.contains("<code>name</code><td>length<td>must have at least 3 characters"));
    assert!(page.contains("1 in all"));
    // Every element that must be closed is.
    for element in
        ["main", "section", "table", "tbody", "details", "div", "pre", "ul", "code", "form"]
    {
        let opened = page.matches(&format!("<{element}>")).count()
            + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
    }
}

/// What stands between these fences of a language, each.
fn blocks<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let begin = format!("```{language}\n");
    text.split(&begin).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_examples_of_the_docs_run() {
    let docs = include_str!("../../../docs/cli.md");
    let folder = Folder::new();
    folder.write("person.json", blocks(docs, "json")[0]);
    folder.write("people.csv", blocks(docs, "csv")[0]);
    let mut count = 0;
    for block in blocks(docs, "console") {
        for example in block.split("$ ").skip(1) {
            let (line, expected) = example.split_once('\n').unwrap();
            let Some((before, line)) = line.split_once("instructor ") else { continue };
            // A job of a real service, and what is not run but installed.
            if line.contains(" JOB ") || before.contains("cargo") {
                continue;
            }
            let line = line.split(" | ").next().unwrap();
            let stdin = before.strip_prefix("echo \"").unwrap_or_default();
            let ran = finish(folder.command(line), stdin.trim_end_matches("\" | "));
            assert!(matches!(ran.code, 0 | 1), "{line}: {ran:?}");
            let said = format!("{}{}", ran.out, ran.err);
            let timeless = |text: &&str| !text.trim().is_empty() && !text.starts_with("time ");
            for text in expected.lines().filter(timeless) {
                assert!(said.contains(text), "{line}: {text}\n{said}");
            }
            count += 1;
        }
    }
    assert!(count > 12, "{count}");
    for json in blocks(docs, "json") {
        serde_json::from_str::<Value>(json).unwrap_or_else(|e| panic!("{e}: {json}"));
    }
}

#[test]
fn help_names_the_exit_codes() {
    let folder = Folder::new();
    let help = folder.run("--help").expect(0);
    for code in ["  0  ", "  1  ", "  2  ", "  3  ", "  4  ", "  5  ", "  130  "] {
        assert!(help.out.contains(code), "{code}");
    }
    let bare = folder.run("").expect(2);
    assert!(bare.out.is_empty() && bare.err.contains("Usage: instructor"));
    assert!(folder.run("--version").expect(0).out.starts_with("instructor "));
    assert!(folder.run("run start --help").expect(0).out.contains("--concurrency"));
}

#[cfg(unix)]
mod signals {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;

    use super::*;

    fn kill(signal: &str, id: u32) {
        let killed = Command::new("kill").args([signal, &id.to_string()]).status().unwrap();
        assert!(killed.success());
    }

    #[test]
    fn a_stopped_run_says_how_to_go_on() {
        for signal in ["-INT", "-TERM"] {
            // A service that takes every request and never answers.
            let silent = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = silent.local_addr().unwrap();
            let folder = Folder::new();
            let create = CREATE.replace("offline", "compatible/x --engine online");
            let line = format!("run start r {create} --base-url http://{address}/v1");
            let mut command = folder.command(&line);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            // Once it asks, it works on the run.
            let asked = silent.accept().unwrap();
            kill(signal, child.id());
            let mut err = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
            assert!(err.any(|line| line.starts_with("stopping: ")), "{signal}");
            kill(signal, child.id());
            let last = err.last().unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
            let expected = "error: stopped: nothing is lost, and `instructor run resume r` goes on";
            assert_eq!(last, expected);
            drop(asked);
            let status = folder.run("run status r --json").expect(0).json();
            assert_eq!(status["status"]["state"], "open");
        }
    }
}
