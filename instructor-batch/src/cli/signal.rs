//! Ctrl-C, and the wish of the system that the program ends.

/// Waits until somebody wants the program to end.
pub(super) async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupted() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupted().await;
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Nobody can be heard; what was begun goes on to its end.
        std::future::pending::<()>().await;
    }
}
