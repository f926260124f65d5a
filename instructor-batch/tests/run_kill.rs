//! Runs are killed while they are created, while they ask one by one, and while they are cancelled.
//!
//! `INSTRUCTOR_CRASHES` says how often each of them is, 5 times by default.

mod support;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::exit;
use std::time::{Duration, Instant};

use instructor_batch::{Engine, Outcome, Row, Run, RunError, RunSettings, RunState};
use support::{Child, Family, JobPlan, Person, Server, right};

/// How many rows are asked about one by one, and how many of them at a time.
const ROWS: usize = 150;
const AT_A_TIME: usize = 4;
/// How many rows a run has that is killed while it is created.
const MANY: usize = 2000;
/// A run that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(120);

fn main() {
    if let Some(words) = Child::role() {
        let [what, family, url, dir] = &words[..] else { panic!("{words:?}") };
        return child(what, Family::find(family).unwrap(), url, Path::new(dir));
    }
    // Whoever lists the tests runs none.
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let wanted = number("INSTRUCTOR_CRASHES").unwrap_or(5);
    let seed = number("INSTRUCTOR_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("INSTRUCTOR_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut created, mut asked, mut cancelled) = (0, 0, 0);
    while created < wanted {
        created += creation(&mut random);
    }
    while asked < wanted {
        asked += one_by_one(&mut random);
    }
    for family in [Family::OpenAi, Family::Anthropic, Family::Together].into_iter().cycle() {
        cancelled += cancellation(family, &mut random);
        if cancelled >= wanted {
            break;
        }
    }
    println!("killed {created}, {asked} and {cancelled} times, and nothing was lost");
}

/// What the process does that is killed.
fn child(what: &str, family: Family, url: &str, dir: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let end = runtime.block_on(async {
        let client = support::client(family, url).0.build().unwrap();
        let settings = RunSettings::with_client(client.clone()).poll(Duration::from_millis(1));
        let rows = |rows: usize| {
            let row = |row| Row::keyed(format!("k{row}"), Person::text(row));
            (0..rows).map(row).collect::<Vec<_>>()
        };
        let engine = Engine::Online {
            concurrency: AT_A_TIME,
            requests_per_minute: None,
            tokens_per_minute: None,
        };
        let open = |number, settings| match Run::<Person>::open_with(dir, client) {
            Err(RunError::NotARun { .. }) => Run::create(dir, rows(number), settings),
            opened => opened,
        };
        match what {
            "create" => Run::<Person>::create(dir, rows(MANY), settings)?.receipt(),
            "ask" => open(ROWS, settings.engine(engine))?.execute().await,
            "work" => open(24, settings.shard_rows(4).jobs(3))?.execute().await,
            _ => open(24, settings.shard_rows(4).jobs(3))?.cancel().await,
        }
    });
    if let Err(error) = end {
        eprintln!("{error} {error:?}");
        exit(3);
    }
}

/// A directory is a whole run or is not there.
fn creation(random: &mut fastrand::Rng) -> u64 {
    let server = Server::start(Family::OpenAi, right);
    let folder = tempfile::tempdir().unwrap();
    let (dir, log) = (folder.path().join("run"), folder.path().join("log"));
    let words = ["create", server.family().service(), &server.url(), dir.to_str().unwrap()];
    let mut killed = 0;
    loop {
        assert!(killed < 200, "it is never done");
        // A little later each time, so that it is done at last.
        let pause = Duration::from_micros(random.u64(..40_000 * (killed + 1)));
        let start = Instant::now();
        let status = Child::start(&words, &log).kill_at(|| start.elapsed() > pause);
        if dir.exists() {
            let client = server.client().0.build().unwrap();
            let run = Run::<Person>::open_with(&dir, client).unwrap();
            let found = run.status().unwrap();
            assert_eq!((found.rows, found.waiting), (MANY as u64, MANY as u64));
            let rows = fs::read_to_string(dir.join("rows.jsonl")).unwrap();
            assert_eq!(rows.lines().count(), MANY);
            assert_eq!(server.calls(), 0);
            return killed + u64::from(status.is_none());
        }
        assert!(status.is_none(), "{}", fs::read_to_string(&log).unwrap());
        killed += 1;
    }
}

/// Every row has one outcome, and for each time it was killed no more answers were paid for twice
/// than were under way.
fn one_by_one(random: &mut fastrand::Rng) -> u64 {
    let server = Server::start(Family::OpenAi, right);
    let folder = tempfile::tempdir().unwrap();
    let (dir, log) = (folder.path().join("run"), folder.path().join("log"));
    let words = ["ask", server.family().service(), &server.url(), dir.to_str().unwrap()];
    let (start, mut killed, mut cut) = (Instant::now(), 0, 0);
    loop {
        assert!(start.elapsed() < LONGEST, "it hangs");
        let calls = server.calls() + random.usize(1..40);
        let pause = Duration::from_micros(random.u64(..5_000));
        let mut since = None;
        let status = Child::start(&words, &log).kill_at(|| {
            if since.is_none() && server.calls() >= calls {
                since = Some(Instant::now());
            }
            since.is_some_and(|since: Instant| since.elapsed() >= pause)
        });
        if let Some(status) = status {
            assert!(status.success(), "{}", fs::read_to_string(&log).unwrap());
            break;
        }
        killed += 1;
        cut += u64::from(random.bool() && cut_last_line(&dir, random));
    }
    let run = Run::<Person>::open_with(&dir, server.client().0.build().unwrap()).unwrap();
    for (n, row) in run.results().enumerate() {
        assert_eq!((row.row, row.outcome), (n as u64, Outcome::Succeeded));
        assert_eq!(row.result.unwrap().result, Person::of(n));
    }
    let receipt = run.receipt().unwrap();
    assert_eq!((receipt.rows, receipt.outcomes.succeeded), (ROWS as u64, ROWS as u64));
    let answers = receipt.usage.input_tokens / support::TOKENS.0;
    assert_eq!(answers, ROWS as u64, "an answer is written down twice");
    let twice = (server.paid().len() - ROWS) as u64;
    let most = killed * AT_A_TIME as u64 + cut;
    assert!(twice <= most, "paid twice: {twice}, at most {most}");
    println!("one by one: killed {killed}, cut {cut}, paid twice {twice}");
    killed
}

/// Takes some bytes of the last line away, if the ledger does not know it.
fn cut_last_line(dir: &Path, random: &mut fastrand::Rng) -> bool {
    let Ok(ledger) = rusqlite::Connection::open(dir.join("ledger.sqlite")) else { return false };
    let last = "SELECT max(name) FROM files WHERE name LIKE 'online-%'";
    let Ok(name) = ledger.query_row(last, [], |row| row.get::<_, String>(0)) else { return false };
    let known = "SELECT coalesce(max(at + bytes + 1), 0) FROM answers JOIN files ON number = file
                 WHERE name = ?1";
    let known = ledger.query_row(known, [&name], |row| row.get::<_, i64>(0)).unwrap();
    let known = known.cast_unsigned();
    let path = dir.join("results").join(name);
    let bytes = fs::read(&path).unwrap();
    let size = bytes.len() as u64;
    if size <= known {
        return false;
    }
    let before = &bytes[..bytes.len() - 1];
    let line = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at as u64 + 1);
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(random.u64(line.max(known)..size)).unwrap();
    true
}

/// Every row has an outcome, nothing is sent any more, and no job is left alone.
fn cancellation(family: Family, random: &mut fastrand::Rng) -> u64 {
    let server = Server::start(family, right);
    let (polls, hidden) = (random.u32(2..30), random.u32(0..3));
    let done_when_cancelled = random.usize(0..4);
    server.plan(JobPlan { polls, done_when_cancelled, hidden, ..JobPlan::default() });
    let folder = tempfile::tempdir().unwrap();
    let (dir, log) = (folder.path().join("run"), folder.path().join("log"));
    let url = server.url();
    let words = |what| [what, family.service(), &url, dir.to_str().unwrap()].map(str::to_owned);
    let (start, mut killed) = (Instant::now(), 0);
    let mut what = "work";
    loop {
        assert!(start.elapsed() < LONGEST, "{family:?} hangs");
        let calls = server.calls() + random.usize(1..12);
        let pause = Duration::from_micros(random.u64(..3_000));
        let mut since = None;
        let words = words(what);
        let words = words.each_ref().map(String::as_str);
        let status = Child::start(&words, &log).kill_at(|| {
            if since.is_none() && server.calls() >= calls {
                since = Some(Instant::now());
            }
            since.is_some_and(|since: Instant| since.elapsed() >= pause)
        });
        match status {
            None => killed += 1,
            Some(status) => {
                assert!(status.success(), "{}", fs::read_to_string(&log).unwrap());
                if what == "cancel" {
                    break;
                }
            }
        }
        what = "cancel";
    }
    let run = Run::<Person>::open_with(&dir, server.client().0.build().unwrap()).unwrap();
    let status = run.status().unwrap();
    assert_eq!((status.outcomes.total(), status.waiting, status.in_shards), (24, 0, 0));
    let all_done = status.outcomes.succeeded == 24;
    assert!(all_done || status.state == RunState::Cancelled, "{status:?}");
    let mut paid = HashMap::new();
    for one in server.paid() {
        *paid.entry(one.custom_id).or_insert(0) += 1;
    }
    assert!(paid.values().all(|times| *times == 1), "{family:?}: {paid:?}");
    assert_eq!(status.outcomes.succeeded, paid.len() as u64, "{family:?}: paid and lost");
    let orphans: Vec<_> = server.orphans().into_iter().map(|job| job.id).collect();
    assert!(orphans.is_empty(), "{family:?}: {orphans:?}");
    killed
}
