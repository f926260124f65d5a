//! Ctrl-C, and the wish of the system that the program ends.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// Listens from the moment it is made: what comes while nobody waits is not lost.
pub(super) struct Signals {
    #[cfg(unix)]
    listeners: [Option<Signal>; 2],
    #[cfg(windows)]
    listeners: [Option<CtrlC>; 1],
}

impl Signals {
    /// What cannot be listened to ends the program at once, as if nobody listened.
    pub(super) fn listen() -> Self {
        #[cfg(unix)]
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
        Self {
            #[cfg(unix)]
            listeners: kinds.map(|kind| signal(kind).ok()),
            #[cfg(windows)]
            listeners: [ctrl_c().ok()],
        }
    }

    /// Waits until somebody wants the program to end.
    pub(super) async fn stopped(&mut self) {
        std::future::poll_fn(|context| {
            let mut listeners = self.listeners.iter_mut().flatten();
            if listeners.any(|listener| listener.poll_recv(context).is_ready()) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}
