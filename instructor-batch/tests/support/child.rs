//! The test itself as another process, which can be killed at any moment.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Set in the process that is to be killed.
const ROLE: &str = "INSTRUCTOR_TEST_CHILD";

/// A process that runs this program again, with words that say what to do.
pub struct Child {
    process: std::process::Child,
}

impl Child {
    /// What this process is to do, if it is such a child.
    pub fn role() -> Option<Vec<String>> {
        let words = std::env::var(ROLE).ok()?;
        Some(words.split('\n').map(str::to_owned).collect())
    }

    /// Starts one; what it says on stderr goes to the end of a file.
    pub fn start(words: &[&str], log: &Path) -> Self {
        let log = std::fs::File::options().create(true).append(true).open(log).unwrap();
        let process = Command::new(std::env::current_exe().unwrap())
            .env(ROLE, words.join("\n"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { process }
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().unwrap()
    }

    /// Waits for its end, but kills it once `moment` says so; whether it was killed.
    pub fn kill_at(&mut self, mut moment: impl FnMut() -> bool) -> Option<ExitStatus> {
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if moment() {
                // `SIGKILL`: nothing is put in order before it goes.
                self.process.kill().unwrap();
                self.process.wait().unwrap();
                return None;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// Waits for its end, at most so long.
    pub fn wait(&mut self, longest: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        self.kill_at(|| start.elapsed() > longest)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
