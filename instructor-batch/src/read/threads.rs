//! Blocks read by several threads.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::vec;

use crossbeam_channel::{Receiver, Sender, bounded};
use instructor_core::Extract;
use tokio::runtime::Handle;

use super::feed::Feed;
use crate::results::BatchResult;

type Results<T> = Vec<BatchResult<T>>;

/// The threads and what they have read. They end when it is dropped.
pub(super) struct Threads<T> {
    queue: Option<Queue<T>>,
    now: vec::IntoIter<BatchResult<T>>,
    workers: Vec<JoinHandle<()>>,
}

/// Where the results of the blocks arrive.
enum Queue<T> {
    /// For each block, in their order, a place where its results arrive.
    Ordered(Receiver<Receiver<Results<T>>>),
    /// All in one place.
    AsFinished(Receiver<Results<T>>),
}

/// The other side of a queue.
enum Outlet<T> {
    Ordered(Sender<Receiver<Results<T>>>),
    AsFinished(Sender<Results<T>>),
}

impl<T: Extract + Send + Sync + 'static> Threads<T> {
    /// Starts so many threads; gives the feed back if none can be started.
    pub(super) fn start(
        feed: Feed<T>,
        threads: usize,
        ordered: bool,
    ) -> Result<Self, Option<Box<Feed<T>>>> {
        let (queue, outlet) = queue(ordered, threads.saturating_mul(2));
        let (feed, outlet) = (Arc::new(Mutex::new(feed)), Arc::new(outlet));
        // Async validators may wait for what the caller's runtime does.
        let around = Handle::try_current().ok();
        let mut workers = Vec::new();
        for _ in 0..threads {
            let (feed, outlet, around) = (Arc::clone(&feed), Arc::clone(&outlet), around.clone());
            let work = move || {
                let _entered = around.as_ref().map(Handle::enter);
                work(&feed, &outlet);
            };
            match Builder::new().name("batch-reader".into()).spawn(work) {
                Ok(worker) => workers.push(worker),
                Err(error) => {
                    tracing::warn!("a thread to read with cannot be started: {error}");
                    break;
                }
            }
        }
        if workers.is_empty() {
            let feed = Arc::into_inner(feed).map(Mutex::into_inner);
            return Err(feed.map(|feed| Box::new(feed.unwrap_or_else(PoisonError::into_inner))));
        }
        Ok(Self { queue: Some(queue), now: Vec::new().into_iter(), workers })
    }
}

impl<T> Iterator for Threads<T> {
    type Item = BatchResult<T>;

    fn next(&mut self) -> Option<BatchResult<T>> {
        loop {
            if let Some(result) = self.now.next() {
                return Some(result);
            }
            let results = match self.queue.as_ref()? {
                Queue::Ordered(queue) => queue.recv().and_then(|place| place.recv()),
                Queue::AsFinished(queue) => queue.recv(),
            };
            if let Ok(results) = results {
                self.now = results.into_iter();
                continue;
            }
            // All is read, or a thread panicked; the others end as soon as nobody listens.
            self.queue = None;
            for worker in self.workers.drain(..) {
                if let Err(panic) = worker.join() {
                    resume_unwind(panic);
                }
            }
        }
    }
}

fn queue<T>(ordered: bool, blocks: usize) -> (Queue<T>, Outlet<T>) {
    if ordered {
        let (sender, receiver) = bounded(blocks);
        (Queue::Ordered(receiver), Outlet::Ordered(sender))
    } else {
        let (sender, receiver) = bounded(blocks);
        (Queue::AsFinished(receiver), Outlet::AsFinished(sender))
    }
}

/// Reads blocks until there are no more, or nobody listens.
fn work<T: Extract + Send + Sync>(feed: &Mutex<Feed<T>>, outlet: &Outlet<T>) {
    let mut memory = Vec::new();
    loop {
        let mut feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut task) = feed.next(memory) else { return };
        let place = match outlet {
            Outlet::AsFinished(place) => place.clone(),
            // Queued before anybody can take the next block.
            Outlet::Ordered(queue) => {
                let (sender, receiver) = bounded(1);
                if queue.send(receiver).is_err() {
                    return;
                }
                sender
            }
        };
        drop(feed);
        let results = task.by_ref().collect();
        if place.send(results).is_err() {
            return;
        }
        memory = task.into_memory();
    }
}
