//! How many restarts are too many: a sliding window.

use std::collections::VecDeque;
use std::time::Duration;

/// The restarts of the last period.
#[derive(Debug)]
pub(crate) struct Window {
    most: u32,
    period: Duration,
    /// When they were, oldest first. Never more than `most` plus the one that is too many.
    restarts: VecDeque<Duration>,
}

/// Whether a restart may be made.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may.
    Restart,
    /// There have been too many: the supervisor ends.
    GiveUp,
}

impl Window {
    /// Allows `most` restarts within `period`.
    pub(crate) fn new(most: u32, period: Duration) -> Self {
        Self { most, period, restarts: VecDeque::new() }
    }

    /// Counts a restart at `now`, measured from any fixed moment on. One whose age is exactly the period still counts.
    pub(crate) fn restart(&mut self, now: Duration) -> Verdict {
        self.restarts.push_back(now);
        // A clock that went backwards makes an entry look young, never old.
        while self.restarts.front().is_some_and(|&at| now.saturating_sub(at) > self.period) {
            self.restarts.pop_front();
        }
        if self.restarts.len() as u64 > u64::from(self.most) { Verdict::GiveUp } else { Verdict::Restart }
    }

    /// How many restarts are counted.
    pub(crate) fn len(&self) -> usize {
        self.restarts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{GiveUp, Restart};

    #[track_caller]
    fn check(most: u32, period: u64, restarts: &[(u64, Verdict)]) {
        let mut window = Window::new(most, Duration::from_millis(period));
        for &(at, verdict) in restarts {
            assert_eq!(window.restart(Duration::from_millis(at)), verdict, "at {at} ms, {most} in {period} ms");
        }
    }

    #[test]
    fn zero_gives_up_at_the_first() {
        check(0, 1000, &[(0, GiveUp)]);
        check(0, 1000, &[(50_000, GiveUp)]);
    }

    #[test]
    fn one_more_than_allowed_is_too_many() {
        check(1, 1000, &[(0, Restart), (0, GiveUp)]);
        check(3, 5000, &[(0, Restart), (1, Restart), (2, Restart), (3, GiveUp)]);
    }

    #[test]
    fn the_edge_of_the_period_still_counts() {
        check(1, 1000, &[(0, Restart), (1000, GiveUp)]);
        check(1, 1000, &[(0, Restart), (1001, Restart)]);
    }

    #[test]
    fn the_window_slides_and_does_not_tumble() {
        // Two at the end of one second and two at the start of the next are four within a second.
        check(3, 1000, &[(900, Restart), (950, Restart), (1010, Restart), (1020, GiveUp)]);
        check(2, 1000, &[(0, Restart), (600, Restart), (1100, Restart), (1590, GiveUp)]);
        check(2, 1000, &[(0, Restart), (600, Restart), (1100, Restart), (1601, Restart)]);
    }

    #[test]
    fn far_apart_never_gives_up_and_keeps_nothing() {
        let mut window = Window::new(1, Duration::from_secs(1));
        for restart in 0..10_000 {
            assert_eq!(window.restart(Duration::from_secs(restart * 2)), Restart);
            assert_eq!(window.len(), 1);
        }
    }

    #[test]
    fn a_clock_that_goes_backwards_never_forgets() {
        check(2, 1000, &[(5000, Restart), (4000, Restart), (3000, GiveUp)]);
    }

    #[test]
    fn agrees_with_counting_by_hand() {
        // Every pattern of eight restarts with gaps of 0, 1 or 2 within periods of 0 to 3.
        for pattern in 0..3u32.pow(8) {
            for (most, period) in [(0, 1), (1, 1), (2, 2), (2, 3), (3, 3)] {
                let mut window = Window::new(most, Duration::from_millis(period));
                let (mut code, mut now, mut all) = (pattern, 0u64, Vec::new());
                for _ in 0..8 {
                    now += u64::from(code % 3);
                    code /= 3;
                    all.push(now);
                    let recent = all.iter().filter(|&&at| now - at <= period).count();
                    let verdict = if recent as u32 > most { GiveUp } else { Restart };
                    assert_eq!(window.restart(Duration::from_millis(now)), verdict, "{all:?}, {most} in {period}");
                }
            }
        }
    }
}
