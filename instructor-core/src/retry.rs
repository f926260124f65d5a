//! Sending the same bytes again: whether, and after which pause.

use std::time::Duration;

use crate::advice::Advice;

/// When a request that failed is sent again. It never changes what is asked; a wrong answer is
/// another matter (`max_reasks`).
///
/// ```
/// use std::time::Duration;
/// use instructor_core::RetryPolicy;
///
/// let patient = RetryPolicy { max_retries: 8, budget: Duration::from_secs(600), ..RetryPolicy::default() };
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent again at most.
    pub max_retries: u32,
    /// The longest pause before the first retry; it doubles with each.
    pub base: Duration,
    /// The longest pause of all, unless the service asks for a longer one.
    pub cap: Duration,
    /// The longest time for all tries and pauses of one request together; a retry that would have
    /// to wait beyond it is not made.
    pub budget: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
            budget: Duration::from_secs(300),
        }
    }
}

impl RetryPolicy {
    /// Never sends a request again.
    pub fn never() -> Self {
        Self { max_retries: 0, ..Self::default() }
    }

    /// The pause before the next try, or nothing if there is to be none: after `retries` retries,
    /// with this advice, `elapsed` since the first try.
    ///
    /// The pause is what the service asks for, or a random part of a limit that doubles ("full
    /// jitter"), so that many clients do not come back at the same moment.
    pub fn next(&self, retries: u32, advice: Advice, elapsed: Duration) -> Option<Duration> {
        self.next_with(retries, advice, elapsed, fastrand::f64())
    }

    /// The same with a given random number from 0 to 1.
    fn next_with(
        &self,
        retries: u32,
        advice: Advice,
        elapsed: Duration,
        random: f64,
    ) -> Option<Duration> {
        if retries >= self.max_retries {
            return None;
        }
        let pause = match advice {
            Advice::Never => return None,
            Advice::After(pause) => pause,
            Advice::Backoff => {
                let doubled = self.base.saturating_mul(1 << retries.min(30));
                doubled.min(self.cap).mul_f64(random)
            }
        };
        (elapsed.saturating_add(pause) <= self.budget).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_pause_follows_the_advice_and_the_limits() {
        let policy =
            RetryPolicy { max_retries: 4, base: SECOND, cap: 5 * SECOND, budget: 60 * SECOND };
        let after = |seconds: u32| Advice::After(seconds * SECOND);
        let cases: &[(u32, Advice, u32, Option<u32>)] = &[
            (0, Advice::Never, 0, None),
            (0, Advice::Backoff, 0, Some(1)),
            (1, Advice::Backoff, 0, Some(2)),
            (2, Advice::Backoff, 0, Some(4)),
            (3, Advice::Backoff, 0, Some(5)),
            (4, Advice::Backoff, 0, None),
            (0, after(7), 0, Some(7)),
            (0, after(0), 0, Some(0)),
            (0, after(61), 0, None),
            (0, after(7), 54, None),
            (0, Advice::Backoff, 60, None),
        ];
        for &(retries, advice, elapsed, expected) in cases {
            let pause = policy.next_with(retries, advice, elapsed * SECOND, 1.0);
            assert_eq!(pause, expected.map(|n| n * SECOND), "{retries} {advice:?} {elapsed}");
        }
    }

    #[test]
    fn jitter_stays_within_the_limit_and_nothing_overflows() {
        let policy = RetryPolicy { max_retries: u32::MAX, ..RetryPolicy::default() };
        for retries in [0, 1, 5, 31, 64, u32::MAX - 1] {
            let pause = policy.next(retries, Advice::Backoff, Duration::ZERO).unwrap();
            assert!(pause <= policy.cap);
        }
        let endless = Advice::After(Duration::MAX);
        assert_eq!(policy.next(0, endless, Duration::MAX), None);
    }
}
