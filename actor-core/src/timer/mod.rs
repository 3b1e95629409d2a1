//! Timers: messages and exits that happen later. No task each: one wheel a node, turned by one Tokio task.
//!
//! # Contract
//! - Never early; as late as the wheel's tick of one millisecond and the scheduler make it.
//! - After [`TimerRef::cancel`] has returned, the message is in the mailbox or never comes: timers fire under the wheel's lock.
//! - A timer that a process set for itself ends with the process. Any other finds nobody when its target is gone.
//! - Time is Tokio's clock, so that a paused clock drives all of it.
//!
//! Lock order: wheel, then process table, then mailbox. Nothing takes the wheel's lock while it holds another one.

pub(crate) mod deadline;
pub(crate) mod driver;
mod handle;
pub(crate) mod owned;
mod set;
pub(crate) mod wheel;

pub use handle::TimerRef;
pub use set::{Expired, Target, exit_after, kill_after, send_after, send_interval, start_timer};

use crate::node::Node;
use crate::process::panic::drop_quietly;
use crate::sync::{Arc, AtomicU32, Mutex, Ordering};
use deadline::Guard;
use owned::Owned;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use wheel::{Key, Wheel};

/// What a timer does when it is due. Called under the wheel's lock: it may push into mailboxes, and runs no user code.
pub(crate) trait Expire: Send {
    /// Acts; returns whether to act again.
    fn expire(&mut self) -> Option<Again>;
}

/// A timer that is not done.
pub(crate) struct Again {
    /// So many ticks after it was due.
    pub(crate) ticks: u64,
    /// What it needs before, done without the lock.
    pub(crate) prepare: Arc<dyn Prepare>,
}

/// What a repeating timer does between two beats. May run user code.
pub(crate) trait Prepare: Send + Sync {
    fn prepare(&self);
}

/// An entry of the wheel.
pub(crate) enum Entry {
    Timer(Box<dyn Expire>),
    Deadline(Arc<Guard>),
}

/// The timers of a node.
pub(crate) struct Timers {
    start: Instant,
    wheel: Mutex<Wheel<Entry>>,
    /// The tick the driver sleeps until, so that an earlier timer wakes it.
    armed: Mutex<u64>,
    earlier: Notify,
    stopped: AtomicU32,
}

impl Timers {
    pub(crate) fn new(start: Instant) -> Self {
        Self {
            start,
            wheel: Mutex::new(Wheel::new()),
            armed: Mutex::new(u64::MAX),
            earlier: Notify::new(),
            stopped: AtomicU32::new(0),
        }
    }

    /// The first tick that is not before `at`.
    pub(crate) fn tick_of(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.start).as_nanos();
        u64::try_from(since.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }

    /// The instant of a tick.
    pub(crate) fn instant_of(&self, tick: u64) -> Instant {
        // Far enough away to mean never, and near enough to be a valid instant.
        const FAR: u64 = 1000 * 60 * 60 * 24 * 365 * 30;
        self.start + Duration::from_millis(tick.min(FAR))
    }

    pub(crate) fn insert(&self, tick: u64, entry: Entry) -> Key {
        let key = self.wheel.lock().insert(tick, entry);
        self.hurry(tick);
        key
    }

    /// Stops a timer and returns how long it still had.
    pub(crate) fn cancel(&self, key: Key) -> Option<Duration> {
        let (tick, entry) = self.wheel.lock().cancel(key)?;
        // Dropped outside the lock: it holds a message of the user's.
        drop(entry);
        Some(self.left(tick))
    }

    pub(crate) fn read(&self, key: Key) -> Option<Duration> {
        let tick = self.wheel.lock().deadline(key)?;
        Some(self.left(tick))
    }

    pub(crate) fn is_live(&self, key: Key) -> bool {
        self.wheel.lock().deadline(key).is_some()
    }

    pub(crate) fn cancel_all(&self, owned: &Owned) {
        for &key in owned.keys() {
            let cancelled = self.wheel.lock().cancel(key);
            drop_quietly(cancelled);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.wheel.lock().len()
    }

    /// Ends the driver.
    pub(crate) fn stop(&self) {
        self.stopped.store(1, Ordering::Release);
        self.earlier.notify_one();
    }

    fn left(&self, tick: u64) -> Duration {
        self.instant_of(tick).saturating_duration_since(Instant::now())
    }

    /// Wakes the driver if it sleeps past `tick`.
    fn hurry(&self, tick: u64) {
        let mut armed = self.armed.lock();
        if tick < *armed {
            *armed = tick;
            drop(armed);
            self.earlier.notify_one();
        }
    }
}

/// Every message is dropped by itself, as it is the user's.
impl Drop for Timers {
    fn drop(&mut self) {
        let mut wheel = self.wheel.lock();
        while let Some((key, _, entry)) = wheel.pop_expired(u64::MAX) {
            wheel.release(key);
            drop_quietly(entry);
        }
    }
}

impl Node {
    /// How many timers run on this node.
    #[must_use]
    pub fn timer_count(&self) -> usize {
        self.timers().len()
    }
}
