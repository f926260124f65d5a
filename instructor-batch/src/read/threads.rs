//! Blocks read by several threads, of which the caller's is one.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Receiver, bounded};
use instructor_core::Extract;
use tokio::runtime::Handle;

use super::feed::{Feed, Task};
use crate::results::BatchResult;

/// Taken from the front, so that its memory stays whole, and can serve another block.
type Results<T> = VecDeque<BatchResult<T>>;

/// The threads and what they have read. They end when it is dropped.
pub(super) struct Threads<T> {
    shared: Arc<Shared<T>>,
    in_file_order: bool,
    now: Now<T>,
    /// For the next block that is read here.
    memory: Vec<u8>,
    workers: Vec<JoinHandle<()>>,
}

/// What the caller gets at the moment.
enum Now<T> {
    /// What another thread has read.
    Results(Results<T>),
    /// What is read while it is asked for.
    Task(Task<T>),
}

struct Shared<T> {
    state: Mutex<State<T>>,
    /// Says that there is room for another block.
    room: Condvar,
    /// The most blocks that are read, or wait for the caller.
    most: usize,
}

struct State<T> {
    feed: Feed<T>,
    /// Where the results of each block arrive, in the order of the blocks.
    places: VecDeque<Receiver<Results<T>>>,
    /// Memory for the results of further blocks.
    spare: Vec<Results<T>>,
    /// Nobody asks any more.
    stopped: bool,
}

impl<T: Extract + Send + Sync + 'static> Threads<T> {
    /// Reads with so many threads, or as many of them as can be started.
    pub(super) fn start(feed: Feed<T>, threads: usize, in_file_order: bool) -> Self {
        let state = State { feed, places: VecDeque::new(), spare: Vec::new(), stopped: false };
        let (state, most) = (Mutex::new(state), threads.saturating_mul(2));
        let shared = Arc::new(Shared { state, room: Condvar::new(), most });
        // Async validators may wait for what the caller's runtime does.
        let around = Handle::try_current().ok();
        let mut workers = Vec::new();
        for _ in 1..threads {
            let (shared, around) = (Arc::clone(&shared), around.clone());
            let work = move || {
                let _entered = around.as_ref().map(Handle::enter);
                work(&shared);
            };
            match Builder::new().name("batch-reader".into()).spawn(work) {
                Ok(worker) => workers.push(worker),
                Err(error) => {
                    tracing::warn!("a thread to read with cannot be started: {error}");
                    break;
                }
            }
        }
        let now = Now::Results(VecDeque::new());
        Self { shared, in_file_order, now, memory: Vec::new(), workers }
    }

    /// Looks for what can be had next: what is ready, or a block to read, or what is read elsewhere.
    /// Nothing if all is read.
    fn go_on(&mut self) -> Option<()> {
        let mut state = self.shared.lock();
        match std::mem::replace(&mut self.now, Now::Results(VecDeque::new())) {
            Now::Task(task) => self.memory = task.into_memory(),
            Now::Results(results) if results.capacity() > 0 => state.spare.push(results),
            Now::Results(_) => {}
        }
        let ahead = if self.in_file_order { 1 } else { usize::MAX };
        let ready = |place: &Receiver<_>| !place.is_empty();
        let waits = if let Some(ready) = state.places.iter().take(ahead).position(ready) {
            state.places.remove(ready)
        } else {
            let room = state.places.len() < self.shared.most;
            let memory = &mut self.memory;
            let task = if room { state.feed.next(std::mem::take(memory)) } else { None };
            if let Some(mut task) = task {
                if self.in_file_order && !state.places.is_empty() {
                    let (sender, place) = bounded(1);
                    state.places.push_back(place);
                    let results = state.spare.pop().unwrap_or_default();
                    drop(state);
                    // There is room for one, and the other side is in `places`.
                    let _ = sender.send(task.all(results));
                    self.memory = task.into_memory();
                } else {
                    drop(state);
                    self.now = Now::Task(task);
                }
                return Some(());
            }
            state.places.pop_front()
        };
        drop(state);
        self.shared.room.notify_one();
        match waits.map(|place| place.recv()) {
            Some(Ok(results)) => {
                self.now = Now::Results(results);
                return Some(());
            }
            // A thread panicked.
            Some(Err(_)) | None => self.shared.stop(),
        }
        for worker in self.workers.drain(..) {
            if let Err(panic) = worker.join() {
                resume_unwind(panic);
            }
        }
        None
    }
}

impl<T: Extract + Send + Sync + 'static> Iterator for Threads<T> {
    type Item = BatchResult<T>;

    fn next(&mut self) -> Option<BatchResult<T>> {
        loop {
            let result = match &mut self.now {
                Now::Results(results) => results.pop_front(),
                Now::Task(task) => task.next(),
            };
            if result.is_some() {
                return result;
            }
            self.go_on()?;
        }
    }
}

impl<T> Drop for Threads<T> {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.room.notify_all();
    }
}

/// Reads blocks until there are no more, or nobody asks.
fn work<T: Extract + Send + Sync>(shared: &Shared<T>) {
    let mut memory = Vec::new();
    loop {
        let full = |state: &mut State<T>| !state.stopped && state.places.len() >= shared.most;
        let state = shared.room.wait_while(shared.lock(), full);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return;
        }
        let Some(mut task) = state.feed.next(memory) else { return };
        let (sender, place) = bounded(1);
        state.places.push_back(place);
        let results = state.spare.pop().unwrap_or_default();
        drop(state);
        if sender.send(task.all(results)).is_err() {
            return;
        }
        memory = task.into_memory();
    }
}
