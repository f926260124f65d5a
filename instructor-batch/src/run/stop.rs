//! A stop that many wait for: whoever wants it, or whatever makes going on useless.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::RunError;

/// A stop that many wait for.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    set: AtomicBool,
    cause: Mutex<Option<RunError>>,
    waiting: Notify,
}

impl Stop {
    /// Nothing more is begun. The first cause counts; nothing if somebody just wants it.
    pub(crate) fn set(&self, cause: Option<RunError>) {
        let mut first = self.cause.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.set.swap(true, Ordering::SeqCst) {
            *first = cause;
        }
        self.waiting.notify_waiters();
    }

    /// It never was.
    pub(crate) fn clear(&self) {
        let mut cause = self.cause.lock().unwrap_or_else(PoisonError::into_inner);
        self.set.store(false, Ordering::SeqCst);
        *cause = None;
    }

    pub(crate) fn is_set(&self) -> bool {
        self.set.load(Ordering::SeqCst)
    }

    /// Why, if it is more than that somebody wants it.
    pub(crate) fn cause(&self) -> Option<RunError> {
        self.cause.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) async fn wait(&self) {
        let stopped = self.waiting.notified();
        if !self.is_set() {
            stopped.await;
        }
    }
}
