//! A run is killed at random moments and opened again each time. In the end every row has its
//! outcome, nothing was paid for twice, and no job is left behind.
//!
//! `INSTRUCTOR_CRASHES` says how often it is killed, 10 times by default.

mod support;

use std::collections::HashMap;
use std::path::Path;
use std::process::exit;
use std::time::{Duration, Instant};

use instructor_batch::{Outcome, Row, Run, RunError, RunSettings};
use support::{Answer, Call, Chaos, Child, Family, Fault, Item, JobPlan, Person, Server, right};

const ROWS: usize = 60;
/// A run that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(180);

fn main() {
    if let Some(words) = Child::role() {
        let [family, url, dir] = &words[..] else { panic!("{words:?}") };
        return child(Family::find(family).unwrap(), url, Path::new(dir));
    }
    // Whoever lists the tests runs none.
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let wanted = std::env::var("INSTRUCTOR_CRASHES").ok().and_then(|text| text.parse().ok());
    let wanted: usize = wanted.unwrap_or(10);
    let seed = std::env::var("INSTRUCTOR_SEED").ok().and_then(|text| text.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("INSTRUCTOR_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let families = [
        Family::OpenAi,
        Family::Anthropic,
        Family::Gemini,
        Family::Together,
        Family::Mistral,
        Family::Azure,
    ];
    let (mut killed, mut runs) = (0, 0);
    let most = (wanted / 2).clamp(1, 20);
    for family in families.into_iter().cycle() {
        killed += crash(family, most.min(wanted - killed), &mut random);
        runs += 1;
        if killed >= wanted {
            break;
        }
    }
    println!("{runs} runs were killed {killed} times, and nothing was lost");
}

/// Works on the run until it is over or the process is killed.
fn child(family: Family, url: &str, dir: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let end = runtime.block_on(async {
        let client = support::client(family, url).0.build().unwrap();
        let run = match Run::<Person>::open_with(dir, client.clone()) {
            Err(RunError::NotARun { .. }) => {
                let rows = (0..ROWS).map(|row| Row::keyed(format!("k{row}"), Person::text(row)));
                let settings = RunSettings::with_client(client)
                    .max_rounds(4)
                    .shard_rows(9)
                    .poll(Duration::from_millis(1));
                Run::create(dir, rows.collect::<Vec<_>>(), settings)?
            }
            opened => opened?,
        };
        run.execute().await
    });
    if let Err(error) = end {
        eprintln!("{error} {error:?}");
        exit(3);
    }
}

/// All moods of a service but those that lose what was paid.
fn moody(item: &Item<'_>) -> Answer {
    match support::mixed(item) {
        Answer::Nothing => Answer::Error(503, "overloaded", "It is overloaded."),
        answer => answer,
    }
}

/// Runs once to the end, killed at most so many times; says how often it was.
fn crash(family: Family, most: usize, random: &mut fastrand::Rng) -> usize {
    let moods = random.bool();
    let server = if moods { Server::start(family, moody) } else { Server::start(family, right) };
    server.plan(JobPlan {
        polls: random.u32(1..4),
        hidden: random.u32(0..3),
        late_output: random.u32(0..2),
        ..JobPlan::default()
    });
    if random.bool() {
        server.chaos(Some(Chaos { seed: random.u64(..), per_mille: 40 }));
    }
    let folder = tempfile::tempdir().unwrap();
    let (dir, log) = (folder.path().join("run"), folder.path().join("log"));
    let words = [family.service(), &server.url(), dir.to_str().unwrap()];
    let start = Instant::now();
    let (mut killed, mut failed) = (0, 0);
    loop {
        assert!(start.elapsed() < LONGEST, "{family:?} hangs\n{}", tail(&log));
        let mut child = Child::start(&words, &log);
        let status = if killed < most {
            child.kill_at(moment(&server, random))
        } else {
            server.no_faults();
            Some(child.wait(LONGEST).unwrap_or_else(|| panic!("{family:?} hangs\n{}", tail(&log))))
        };
        match status {
            None => killed += 1,
            Some(status) if status.success() => break,
            // What is not answered often enough ends a run; it is opened again.
            Some(_) => failed += 1,
        }
        assert!(failed < 20, "{family:?} fails\n{}", tail(&log));
    }
    check(&server, &dir, moods);
    let (jobs, calls) = (server.jobs().len(), server.calls());
    println!("{family:?}: killed {killed}, failed {failed}, {jobs} jobs, {calls} calls");
    killed
}

/// A moment in a call that is never answered, after some calls, or after some time.
fn moment<'a>(server: &'a Server, random: &mut fastrand::Rng) -> Box<dyn FnMut() -> bool + 'a> {
    server.no_faults();
    let (reached, longest): (Box<dyn Fn() -> bool>, u64) = match random.u8(..5) {
        0 | 1 => {
            let calls = [Call::Create, Call::Create, Call::Upload, Call::Status, Call::Output];
            let call = calls[random.usize(..calls.len())];
            let number = server.count(call) + random.usize(..2);
            // Done and never heard of, or neither.
            let fault = if random.bool() { Fault::Silence } else { Fault::Deaf };
            server.fault(call, number, fault);
            (Box::new(move || server.count(call) > number), 3_000)
        }
        2 | 3 => {
            let calls = server.calls() + random.usize(1..14);
            (Box::new(move || server.calls() >= calls), 4_000)
        }
        _ => (Box::new(|| true), 150_000),
    };
    let pause = Duration::from_micros(random.u64(..longest));
    let mut since = None;
    Box::new(move || {
        if since.is_none() && reached() {
            since = Some(Instant::now());
        }
        since.is_some_and(|since| since.elapsed() >= pause)
    })
}

fn check(server: &Server, dir: &Path, moods: bool) {
    let family = server.family();
    let client = server.client().0.build().unwrap();
    let run = Run::<Person>::open_with(dir, client).unwrap();
    let mut keys = Vec::new();
    for (n, row) in run.results().enumerate() {
        assert_eq!(row.row, n as u64, "{family:?}");
        let refused = moods && n % 10 == 6;
        let expected = if refused { Outcome::Refused } else { Outcome::Succeeded };
        assert_eq!(row.outcome, expected, "{family:?}: row {n}: {:?}", row.result);
        if let Ok(found) = row.result {
            assert_eq!(found.result, Person::of(n), "{family:?}");
        }
        keys.push(row.key);
    }
    assert_eq!(keys, (0..ROWS).map(|row| format!("k{row}")).collect::<Vec<_>>(), "{family:?}");
    let receipt = run.receipt().unwrap();
    assert_eq!(receipt.outcomes.total(), ROWS as u64, "{family:?}");
    // Nothing was paid for twice: an id stands for one row in one round.
    let (mut ids, mut values) = (HashMap::new(), HashMap::new());
    for paid in server.paid() {
        *ids.entry(paid.custom_id.clone()).or_insert(0) += 1;
        *values.entry(paid.text.clone()).or_insert(0) += usize::from(paid.right);
    }
    let twice: Vec<_> = ids.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{family:?}: paid twice: {twice:?}");
    let wrong: Vec<_> = values.iter().filter(|(_, count)| **count > 1).collect();
    assert!(wrong.is_empty(), "{family:?}: paid twice: {wrong:?}");
    assert_eq!(receipt.usage.input_tokens, ids.len() as u64 * support::TOKENS.0, "{family:?}");
    let orphans: Vec<_> = server.orphans().into_iter().map(|job| job.id).collect();
    assert!(orphans.is_empty(), "{family:?}: orphans: {orphans:?}");
}

/// The end of what the processes said.
fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text[text.len().saturating_sub(2000)..].to_owned()
}
