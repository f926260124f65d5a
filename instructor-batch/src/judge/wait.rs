//! A future brought to its end where nobody can wait for it.

use std::io;
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

/// Does the work of validators that wait, where no runtime around can. It is never dropped, because
/// a runtime must not be dropped within another one.
static OWN: OnceLock<io::Result<Runtime>> = OnceLock::new();

/// The result of a future that is ready at once in nearly all cases. If it is not, its work is done
/// by the runtime around this call if that has another thread to do it, and by one of our own if
/// not; both on a thread beside this one, because a runtime must not be blocked from within.
pub(crate) fn until_ready<R: Send>(future: impl Future<Output = R> + Send) -> R {
    let mut future = pin!(future);
    let around = Handle::try_current().ok().filter(has_another_thread);
    let own = || OWN.get_or_init(|| Builder::new_current_thread().enable_all().build());
    let (handle, own) = match &around {
        Some(handle) => (Some(handle), None),
        None => match own() {
            Ok(runtime) => (Some(runtime.handle()), Some(runtime)),
            Err(error) => {
                tracing::warn!("async validators have no runtime: {error}");
                (None, None)
            }
        },
    };
    let ready = {
        // Timers and sockets belong to the runtime in which they are asked for first.
        let _entered = handle.map(Handle::enter);
        future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    };
    if let Poll::Ready(result) = ready {
        return result;
    }
    let work = || match (own, handle) {
        (Some(own), _) => own.block_on(future),
        (None, Some(handle)) => handle.block_on(future),
        (None, None) => again_and_again(future),
    };
    thread::scope(|scope| match scope.spawn(work).join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

fn has_another_thread(handle: &Handle) -> bool {
    handle.runtime_flavor() == RuntimeFlavor::MultiThread && handle.metrics().num_workers() > 1
}

/// Without a runtime, nobody says when it is time.
fn again_and_again<F: Future>(mut future: Pin<&mut F>) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return result;
        }
        thread::yield_now();
    }
}
