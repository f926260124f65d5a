//! How fast requests may begin: limits of the user, and pauses that the service asks for.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::Mutex;

use crate::transport::Transport;

/// In nanoseconds.
const MINUTE: u64 = 60_000_000_000;

/// What may begin in a minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimits {
    /// So many requests, spread evenly.
    pub requests_per_minute: Option<NonZeroU32>,
    /// So many tokens, a tenth of them at once. They are estimated when a request begins, and
    /// corrected when its answer is there.
    pub tokens_per_minute: Option<NonZeroU32>,
}

/// Lets requests begin one after the other, as fast as the limits permit, whichever of many tasks
/// they belong to; when the service asks for a pause, all of them wait.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::time::Duration;
/// use instructor_core::{Client, Limiter, RateLimits};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut limits = RateLimits::default();
/// limits.requests_per_minute = NonZeroU32::new(500);
/// let limiter = Limiter::new(limits);
///
/// let client = Client::offline();
/// let transport = client.transport();
/// limiter.ready(1_200, &**transport).await; // one request of about 1,200 tokens may begin
/// limiter.settle(1_200, 1_350);
/// limiter.hold(Duration::from_secs(20)); // the service said so: nobody begins until then
/// # }
/// ```
pub struct Limiter {
    limits: RateLimits,
    watch: Watch,
    requests: Option<Pace>,
    tokens: Option<Pace>,
    /// Tokens that were waited for and then not needed; below zero for those that nobody waited for.
    credit: AtomicI64,
    /// When the pause of all is over, in nanoseconds of the watch.
    resume: AtomicU64,
    /// Whoever has it is the next to begin. It is handed on in the order of asking.
    turn: Mutex<()>,
}

impl Limiter {
    /// A limiter that nothing has passed yet.
    pub fn new(limits: RateLimits) -> Self {
        Self::with_watch(limits, Watch::running())
    }

    fn with_watch(limits: RateLimits, watch: Watch) -> Self {
        Self {
            requests: limits.requests_per_minute.map(|n| Pace::even(n, &watch)),
            tokens: limits.tokens_per_minute.map(|n| Pace::in_tenths(n, &watch)),
            limits,
            watch,
            credit: AtomicI64::new(0),
            resume: AtomicU64::new(0),
            turn: Mutex::new(()),
        }
    }

    /// The limits.
    pub fn limits(&self) -> RateLimits {
        self.limits
    }

    /// Waits until a request of about so many tokens may begin. One that is larger than a whole
    /// minute's tokens counts as a whole minute's. Who asks first begins first, so that large
    /// requests are not passed by small ones for ever.
    pub async fn ready(&self, tokens: u32, transport: &dyn Transport) {
        if self.requests.is_none() && self.tokens.is_none() && self.pause().is_none() {
            return;
        }
        let _turn = self.turn.lock().await;
        let whole = self.limits.tokens_per_minute.map_or(0, NonZeroU32::get);
        let mut due = i64::from(tokens.min(whole));
        while let Err(wait) = self.begin(&mut due) {
            let until = self.watch.nanos().saturating_add(nanos(wait));
            transport.sleep(wait).await;
            self.watch.reached(until);
        }
    }

    /// Says how many tokens a request really had. What it had less than was estimated is given to
    /// the next; what it had more is waited for before the next.
    pub fn settle(&self, estimated: u32, used: u64) {
        if let Some(whole) = self.limits.tokens_per_minute {
            let counted = i64::from(estimated.min(whole.get()));
            let used = i64::try_from(used).unwrap_or(i64::MAX).min(i64::from(whole.get()));
            self.credit.fetch_add(counted - used, Ordering::Relaxed);
        }
    }

    /// Nobody begins for so long from now; a longer pause that holds already stays.
    pub fn hold(&self, pause: Duration) {
        let resume = self.watch.nanos().saturating_add(nanos(pause));
        self.resume.fetch_max(resume, Ordering::Relaxed);
    }

    /// What is left of the pause of all.
    fn pause(&self) -> Option<Duration> {
        let left = self.resume.load(Ordering::Relaxed).saturating_sub(self.watch.nanos());
        (left > 0).then(|| Duration::from_nanos(left))
    }

    /// Takes what is due as far as it is there; an error is how long to wait for more.
    fn begin(&self, due: &mut i64) -> Result<(), Duration> {
        if let Some(pause) = self.pause() {
            return Err(pause);
        }
        if let Some(tokens) = &self.tokens {
            *due -= self.credit.swap(0, Ordering::Relaxed);
            while *due > 0 {
                *due -= i64::from(tokens.take(*due)?);
            }
            self.credit.fetch_sub(std::mem::take(due), Ordering::Relaxed);
        }
        if let Some(requests) = &self.requests {
            requests.take(1)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Limiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limiter")
            .field("limits", &self.limits)
            .field("pause", &self.pause())
            .finish_non_exhaustive()
    }
}

/// One limit.
struct Pace {
    cells: RateLimiter<NotKeyed, InMemoryState, Watch, NoOpMiddleware<Nanos>>,
    watch: Watch,
    at_once: NonZeroU32,
}

impl Pace {
    /// So many in any minute and never more: what may begin at once is taken from the rate. It is
    /// one, unless the gaps were too short for a timer.
    fn even(per_minute: NonZeroU32, watch: &Watch) -> Self {
        let further = per_minute.get() / 1_000;
        let rate = NonZeroU32::new(per_minute.get() - further).unwrap_or(NonZeroU32::MIN);
        Self::new(rate, NonZeroU32::MIN.saturating_add(further), watch)
    }

    /// So many in a minute, and a tenth of them before the first minute.
    fn in_tenths(per_minute: NonZeroU32, watch: &Watch) -> Self {
        let at_once = NonZeroU32::new(per_minute.get() / 10).unwrap_or(NonZeroU32::MIN);
        Self::new(per_minute, at_once, watch)
    }

    fn new(rate: NonZeroU32, at_once: NonZeroU32, watch: &Watch) -> Self {
        // Rounded up, because a shorter gap would let one more into the minute.
        let gap = Duration::from_nanos(MINUTE.div_ceil(u64::from(rate.get())));
        let quota = Quota::with_period(gap).unwrap_or(Quota::per_minute(rate));
        let quota = quota.allow_burst(at_once);
        let cells = RateLimiter::direct_with_clock(quota, watch.clone());
        Self { cells, watch: watch.clone(), at_once }
    }

    /// Takes as many of them as are ever there at once; an error is how long to wait.
    fn take(&self, wanted: i64) -> Result<u32, Duration> {
        let wanted = NonZeroU32::new(u32::try_from(wanted).unwrap_or(u32::MAX));
        let piece = wanted.map_or(self.at_once, |wanted| wanted.min(self.at_once));
        match self.cells.check_n(piece) {
            Ok(Err(not_until)) => Err(not_until.wait_time_from(self.watch.now())),
            // A piece always fits.
            Ok(Ok(())) | Err(_) => Ok(piece.get()),
        }
    }
}

/// The time since the limiter was made. A pause that the transport has made is over, also where it
/// plays a recording and makes none.
#[derive(Debug, Clone)]
struct Watch {
    /// Nothing for a watch that only pauses move.
    start: Option<Instant>,
    slept: Arc<AtomicU64>,
}

impl Watch {
    fn running() -> Self {
        Self { start: Some(Instant::now()), slept: Arc::default() }
    }

    fn nanos(&self) -> u64 {
        let passed = self.start.map_or(0, |start| nanos(start.elapsed()));
        passed.max(self.slept.load(Ordering::Relaxed))
    }

    /// It is at least so late.
    fn reached(&self, nanos: u64) {
        self.slept.fetch_max(nanos, Ordering::Relaxed);
    }
}

impl Clock for Watch {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.nanos())
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as Log;

    use futures_util::future::join_all;
    use proptest::prelude::*;

    use super::*;
    use crate::transport::{BoxFuture, HttpRequest, HttpResponse, TransportError};

    const SECOND: u64 = MINUTE / 60;

    /// Pauses end at once, and others get their turn meanwhile.
    #[derive(Debug)]
    struct Asleep;

    impl Transport for Asleep {
        fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
            Box::pin(std::future::pending())
        }

        fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
            Box::pin(tokio::task::yield_now())
        }
    }

    fn limiter(requests: u32, tokens: u32) -> Limiter {
        let limits = RateLimits {
            requests_per_minute: NonZeroU32::new(requests),
            tokens_per_minute: NonZeroU32::new(tokens),
        };
        Limiter::with_watch(limits, Watch { start: None, slept: Arc::default() })
    }

    /// All asked for at once: which begins when, in nanoseconds, in the order of beginning.
    fn begins(limiter: &Limiter, requests: &[u32]) -> Vec<(usize, u64)> {
        let log = Log::new(Vec::new());
        let all = requests.iter().enumerate().map(async |(number, tokens)| {
            limiter.ready(*tokens, &Asleep).await;
            log.lock().unwrap().push((number, limiter.watch.nanos()));
        });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(join_all(all));
        log.into_inner().unwrap()
    }

    fn seconds(limiter: &Limiter, requests: &[u32]) -> Vec<u64> {
        begins(limiter, requests).into_iter().map(|(_, at)| (at + SECOND / 2) / SECOND).collect()
    }

    #[test]
    fn requests_are_spread_evenly_and_tokens_wait_for_what_is_missing() {
        let cases: &[(u32, u32, &[u32], &[u64])] = &[
            (0, 0, &[9, 9, 9], &[0, 0, 0]),
            (6, 0, &[0, 0, 0, 0], &[0, 10, 20, 30]),
            (1, 0, &[0, 0, 0], &[0, 60, 120]),
            // A tenth at once, the rest as it comes.
            (0, 600, &[30, 30, 30, 60], &[0, 0, 3, 9]),
            // More than at once, and more than in a whole minute.
            (0, 600, &[160, 6_000, 10], &[10, 70, 71]),
            (6, 600, &[0, 100, 300], &[0, 10, 34]),
        ];
        for (requests, tokens, asked, expected) in cases {
            let limiter = limiter(*requests, *tokens);
            assert_eq!(&seconds(&limiter, asked), expected, "{requests} {tokens} {asked:?}");
        }
    }

    #[test]
    fn all_wait_for_a_pause_and_the_longer_one_holds() {
        for requests in [0, 60] {
            let limiter = limiter(requests, 0);
            limiter.hold(Duration::from_secs(20));
            limiter.hold(Duration::from_secs(5));
            let expected = if requests == 0 { [20, 20, 20] } else { [20, 21, 22] };
            assert_eq!(seconds(&limiter, &[0, 0, 0]), expected);
            assert_eq!(limiter.pause(), None);
        }
    }

    #[test]
    fn what_was_not_needed_is_given_to_the_next() {
        let limiter = limiter(0, 600);
        assert_eq!(seconds(&limiter, &[60]), [0]);
        limiter.settle(60, 10);
        assert_eq!(seconds(&limiter, &[50, 10]), [0, 1]);
        limiter.settle(10, 110);
        assert_eq!(seconds(&limiter, &[10]), [12]);
        // What was counted as a whole minute gives back no more.
        limiter.settle(6_000, 600);
        assert_eq!(seconds(&limiter, &[10]), [13]);
    }

    #[test]
    fn a_task_that_ends_hands_its_turn_on() {
        let limiter = limiter(1, 0);
        assert_eq!(seconds(&limiter, &[0]), [0]);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let waiting = limiter.ready(0, &Asleep);
            assert!(futures_util::FutureExt::now_or_never(waiting).is_none());
        });
        assert_eq!(seconds(&limiter, &[0]), [60]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_minute_has_more_than_its_limit_and_the_first_to_ask_is_the_first_to_begin(
            requests in prop_oneof![Just(0), 1..40_u32, 900..4_000_u32],
            tokens in prop_oneof![Just(0), 1..50_000_u32],
            asked in prop::collection::vec(0..9_000_u32, 1..120),
        ) {
            let limiter = limiter(requests, tokens);
            let begun = begins(&limiter, &asked);
            prop_assert!(begun.iter().map(|(number, _)| *number).eq(0..asked.len()));
            let counted = |number: usize| u64::from(asked[number].min(tokens));
            for (first, (_, start)) in begun.iter().enumerate() {
                let minute: Vec<_> =
                    begun[first..].iter().take_while(|(_, at)| at - start < MINUTE).collect();
                if requests > 0 {
                    prop_assert!(minute.len() <= requests as usize);
                }
                if tokens > 0 {
                    // What the first one waited for lies before the minute.
                    let spent: u64 = minute[1..].iter().map(|(number, _)| counted(*number)).sum();
                    let most = u64::from(tokens) + u64::from(tokens / 10).max(1);
                    prop_assert!(spent <= most + 1, "{spent} of {tokens}");
                }
            }
        }
    }
}
