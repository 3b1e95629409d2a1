//! How a workload learns that its messages were handled and its servers are gone.
//!
//! Both are counted in the server itself, the same way for every contestant, so that nobody is
//! timed by what its framework merely believes.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Opens when the expected number of arrivals has come in, and sums what they carried.
#[derive(Debug)]
pub(crate) struct Latch {
    left: AtomicU64,
    carried: AtomicU64,
    open: Notify,
}

impl Latch {
    /// A latch for `arrivals` arrivals.
    ///
    /// It is leaked, so that a message can carry it as a plain pointer: a counted one would add
    /// two atomic operations to each message of a cheap framework and hide the difference.
    pub(crate) fn leak(arrivals: u64) -> &'static Self {
        Box::leak(Box::new(Self { left: AtomicU64::new(arrivals), carried: AtomicU64::new(0), open: Notify::new() }))
    }

    /// Counts one arrival.
    pub(crate) fn arrive(&self) {
        // AcqRel: the last arrival must see the carried sums of all others before it opens.
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.open.notify_one();
        }
    }

    /// Counts one arrival that brings a value.
    pub(crate) fn arrive_with(&self, value: u64) {
        // Relaxed: `arrive` publishes it.
        self.carried.fetch_add(value, Ordering::Relaxed);
        self.arrive();
    }

    /// Waits for the last arrival; returns the sum of the values that came with them.
    pub(crate) async fn wait(&self) -> u64 {
        self.open.notified().await;
        self.carried.load(Ordering::Relaxed)
    }
}

/// The counter states that were dropped since the program began.
pub(crate) static DEPARTED: Departures =
    Departures { count: AtomicU64::new(0), goal: AtomicU64::new(u64::MAX), reached: Notify::const_new() };

/// Counts dropped server states, and wakes one waiter at a goal.
#[derive(Debug)]
pub(crate) struct Departures {
    count: AtomicU64,
    goal: AtomicU64,
    reached: Notify,
}

impl Departures {
    /// Counts one departure.
    pub(crate) fn note(&self) {
        // The goal was set before any server was asked to stop, so relaxed reads would do; this
        // line runs once a server and is not worth an argument.
        let count = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        if count == self.goal.load(Ordering::SeqCst) {
            self.reached.notify_one();
        }
    }

    /// Expects `more` departures from now on; nobody may be departing at this moment.
    pub(crate) fn expect(&self, more: u64) {
        let goal = self.count.load(Ordering::SeqCst) + more;
        self.goal.store(goal, Ordering::SeqCst);
    }

    /// Waits until all that were expected have departed.
    pub(crate) async fn wait(&self) {
        self.reached.notified().await;
    }
}
