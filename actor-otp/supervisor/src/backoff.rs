//! How long a restart waits, if it is to wait.

use std::time::Duration;

/// Delays before restarts: the first, twice as long after each restart that did not last, up to the longest.
///
/// A restart has lasted when the child ran for longer than the longest delay. OTP has no such thing; without it a child is
/// restarted at once. The intensity counts a restart when it is made, so with delays above period / intensity a supervisor
/// tries for ever.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    jitter: f64,
}

impl Backoff {
    /// Delays from `first` to `longest`, shortened at random by up to a half.
    #[must_use]
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, jitter: 0.5 }
    }

    /// Shortens each delay at random by up to this part of it, so that children that failed together do not come back
    /// together: 0 for not at all, 1 for any delay down to none. Default: 0.5.
    #[must_use]
    pub fn jitter(mut self, part: f64) -> Self {
        self.jitter = part;
        self
    }

    pub(crate) fn is_valid(&self) -> bool {
        !self.first.is_zero() && self.longest >= self.first && (0.0..=1.0).contains(&self.jitter)
    }

    /// The delay before the restart that follows `earlier` ones which did not last. `random` is any number.
    pub(crate) fn delay(&self, earlier: u32, random: u64) -> Duration {
        let doubled = 2u32.checked_pow(earlier).and_then(|times| self.first.checked_mul(times));
        let delay = doubled.map_or(self.longest, |delay| delay.min(self.longest));
        // The upper bits make a fraction from 0 up to 1, exact in a double.
        let fraction = (random >> 11) as f64 / (1u64 << 53) as f64;
        delay.mul_f64(1.0 - self.jitter * fraction)
    }
}

/// The restarts of one child that did not last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Streak {
    restarts: u32,
    /// Since when the child runs.
    since: Option<Duration>,
}

impl Streak {
    /// The child runs from `now` on.
    pub(crate) fn started(&mut self, now: Duration) {
        self.since = Some(now);
    }

    /// The child has ended, or could not be started: how long its restart waits.
    pub(crate) fn delay(&mut self, backoff: &Backoff, now: Duration, random: u64) -> Duration {
        let lasted = self.since.take().is_some_and(|since| now.saturating_sub(since) > backoff.longest);
        if lasted {
            self.restarts = 0;
        }
        let delay = backoff.delay(self.restarts, random);
        self.restarts = self.restarts.saturating_add(1);
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn delays_double_up_to_the_longest() {
        let backoff = Backoff::new(100 * MS, 1000 * MS).jitter(0.0);
        for (earlier, delay) in
            [(0, 100), (1, 200), (2, 400), (3, 800), (4, 1000), (31, 1000), (32, 1000), (u32::MAX, 1000)]
        {
            assert_eq!(backoff.delay(earlier, u64::MAX), delay * MS, "after {earlier}");
        }
    }

    #[test]
    fn jitter_only_shortens_and_stays_in_its_bounds() {
        let half = Backoff::new(100 * MS, 1000 * MS);
        assert_eq!(half.delay(0, 0), 100 * MS);
        let shortest = half.delay(0, u64::MAX);
        assert!(shortest > 49 * MS && shortest <= 51 * MS, "{shortest:?}");
        let whole = half.jitter(1.0).delay(0, u64::MAX);
        assert!(whole < MS, "{whole:?}");
    }

    #[test]
    fn a_child_that_lasted_begins_anew() {
        let backoff = Backoff::new(100 * MS, 1000 * MS).jitter(0.0);
        let mut streak = Streak::default();
        for (started, ended, delay) in [
            (Some(0), 5, 100),
            (Some(105), 106, 200),
            (None, 306, 400),
            (Some(706), 1706, 800),
            (Some(2506), 3507, 100),
            (None, 3607, 200),
        ] {
            if let Some(at) = started {
                streak.started(at * MS);
            }
            assert_eq!(streak.delay(&backoff, ended * MS, 0), delay * MS, "at {ended} ms");
        }
    }
}
