//! A future brought to its end where nobody can wait for it.

use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use tokio::runtime::{Builder, Handle, RuntimeFlavor};

/// The result of a future that is ready at once in nearly all cases. If it is not, its work is done
/// by the runtime around this call if that has another thread to do it, and by one of its own if
/// not; both on a thread beside this one, because a runtime must not be blocked from within.
pub(crate) fn until_ready<R: Send>(future: impl Future<Output = R> + Send) -> R {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
        return result;
    }
    let around = Handle::try_current().ok().filter(has_another_thread);
    let work = || match around {
        Some(handle) => handle.block_on(future),
        None => match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime.block_on(future),
            Err(error) => without_runtime(future, &error),
        },
    };
    thread::scope(|scope| match scope.spawn(work).join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

fn has_another_thread(handle: &Handle) -> bool {
    handle.runtime_flavor() == RuntimeFlavor::MultiThread && handle.metrics().num_workers() > 1
}

/// Without a runtime, a future can only be asked again and again.
fn without_runtime<R>(mut future: impl Future<Output = R> + Unpin, error: &io::Error) -> R {
    tracing::warn!("an async validator runs without a runtime: {error}");
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(result) = std::pin::Pin::new(&mut future).poll(&mut context) {
            return result;
        }
        thread::yield_now();
    }
}
