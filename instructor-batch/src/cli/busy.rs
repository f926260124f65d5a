//! Work that takes a while and asks nobody: how far it is, and an end where somebody wants one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::exit::{Exit, Failure};
use super::say::{Say, note};
use super::signal::Signals;

/// How often the number of rows is shown on a terminal.
const LOOK: Duration = Duration::from_millis(200);
/// How often a line is printed, where there is no terminal.
const LINE: Duration = Duration::from_secs(5);

/// How far work is, and whether it is still wanted.
#[derive(Debug, Default)]
pub(super) struct Count {
    rows: AtomicU64,
    stopped: AtomicBool,
}

impl Count {
    /// Another row; whether the work is to go on.
    pub(super) fn next(&self) -> bool {
        self.rows.fetch_add(1, Ordering::Relaxed);
        !self.stopped.load(Ordering::Relaxed)
    }
}

/// Does work beside which signals and progress are looked after. It counts its rows, and gives up
/// with an error, leaving nothing, when it is told to; a second signal does not wait for that.
pub(super) async fn busy<R: Send + 'static>(
    doing: &'static str,
    say: Say,
    work: impl FnOnce(&Arc<Count>) -> Result<R, Failure> + Send + 'static,
) -> Result<R, Failure> {
    let count = Arc::new(Count::default());
    let mut signals = Signals::listen();
    let mut task = tokio::task::spawn_blocking({
        let count = Arc::clone(&count);
        move || work(&count)
    });
    let mut screen = Screen::new(doing, say);
    let stopped =
        || Failure::new(Exit::Interrupted, format!("stopped while {doing}: nothing is left of it"));
    let ended = loop {
        let look = tokio::time::sleep(LOOK);
        tokio::select! {
            ended = &mut task => break ended,
            () = signals.stopped() => {
                if count.stopped.swap(true, Ordering::Relaxed) {
                    return Err(stopped());
                }
            }
            () = look => screen.show(count.rows.load(Ordering::Relaxed)),
        }
    };
    drop(screen);
    match ended {
        Ok(Err(_)) if count.stopped.load(Ordering::Relaxed) => Err(stopped()),
        Ok(ended) => ended,
        Err(error) => Err(Failure::new(Exit::Service, format!("it broke off: {error}"))),
    }
}

enum Screen {
    Bar(ProgressBar),
    Lines { doing: &'static str, last: Instant },
}

impl Screen {
    fn new(doing: &'static str, say: Say) -> Self {
        if !say.terminal() {
            return Self::Lines { doing, last: Instant::now() };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {msg}: {human_pos} rows  {elapsed}")
        {
            bar.set_style(style);
        }
        bar.set_message(doing);
        Self::Bar(bar)
    }

    fn show(&mut self, rows: u64) {
        match self {
            Self::Bar(bar) => {
                bar.set_position(rows);
                bar.tick();
            }
            Self::Lines { doing, last } => {
                if last.elapsed() >= LINE {
                    note(&format!("{doing}: {rows} rows"));
                    *last = Instant::now();
                }
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
