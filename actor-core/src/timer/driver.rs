//! The task that turns a node's wheel.

use crate::node::{Node, NodeInner};
use crate::process::panic::{drop_quietly, guarded};
use crate::sync::{Arc, Ordering, Weak};
use crate::timer::deadline::Due;
use crate::timer::wheel::Key;
use crate::timer::{Entry, Expire, Prepare, Timers};
use std::task::Waker;
use tokio::time::Instant;

/// So many timers fire before the lock is let go and the scheduler gets a turn.
const BATCH: usize = 256;

/// Starts the driver of `node`. When the runtime drops it, nothing runs on the node any more; then `on_end` is called, too.
pub(crate) fn start(node: &Node, on_end: Option<Box<dyn FnOnce() + Send>>) {
    let timers = Arc::clone(node.timers());
    let ending = Ending(Arc::downgrade(node.inner()), on_end);
    drop(node.runtime().spawn(async move {
        let _ending = ending;
        timers.turn().await;
    }));
}

struct Ending(Weak<NodeInner>, Option<Box<dyn FnOnce() + Send>>);

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(inner) = self.0.upgrade() {
            Node::from_inner(inner).abandon();
        }
        if let Some(act) = self.1.take() {
            act();
        }
    }
}

/// What a round of firing left to be done without the lock.
#[derive(Default)]
struct Leftovers {
    spent: Vec<Box<dyn Expire>>,
    wakers: Vec<Waker>,
    unprepared: Vec<Arc<dyn Prepare>>,
    /// Entries the wheel would not take back: their keys were cancelled meanwhile.
    refused: Vec<Entry>,
}

impl Timers {
    async fn turn(&self) {
        while self.stopped.load(Ordering::Acquire) == 0 {
            while self.fire(self.now()) {
                tokio::task::yield_now().await;
            }
            let next = self.wheel.lock().next_deadline();
            let changed = self.earlier.notified();
            match self.arm(next) {
                None => changed.await,
                Some(tick) => {
                    tokio::select! {
                        () = tokio::time::sleep_until(self.instant_of(tick)) => {}
                        () = changed => {}
                    }
                }
            }
            *self.armed.lock() = 0;
        }
    }

    /// The last tick that has begun.
    fn now(&self) -> u64 {
        u64::try_from(Instant::now().saturating_duration_since(self.start).as_millis()).unwrap_or(u64::MAX)
    }

    /// Says until when the driver will sleep. A timer that came since the wheel was looked at has not been able to wake it, so the
    /// earliest one is looked up again.
    fn arm(&self, next: Option<u64>) -> Option<u64> {
        *self.armed.lock() = next.unwrap_or(u64::MAX);
        let again = self.wheel.lock().next_deadline();
        match (next, again) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Fires what is due; returns whether more may be.
    fn fire(&self, now: u64) -> bool {
        let mut left = Leftovers::default();
        let mut wheel = self.wheel.lock();
        let mut more = true;
        for _ in 0..BATCH {
            let Some((key, deadline, entry)) = wheel.pop_expired(now) else {
                more = false;
                break;
            };
            match entry {
                Entry::Timer(mut timer) => match timer.expire() {
                    Some(again) => {
                        left.unprepared.push(again.prepare);
                        let next = deadline.saturating_add(again.ticks);
                        left.refused.extend(wheel.rearm(key, next, Entry::Timer(timer)));
                        if next <= now {
                            // Its next beat is due as well, but the message for it is yet to be made.
                            break;
                        }
                    }
                    None => {
                        wheel.release(key);
                        left.spent.push(timer);
                    }
                },
                Entry::Deadline(guard) => match guard.due(deadline, now) {
                    Due::Later(tick) => left.refused.extend(wheel.rearm(key, tick, Entry::Deadline(guard))),
                    Due::Now(waker) => {
                        wheel.release(key);
                        left.wakers.push(waker);
                    }
                    Due::Idle => wheel.release(key),
                },
            }
        }
        drop(wheel);
        left.wakers.into_iter().for_each(Waker::wake);
        left.spent.into_iter().for_each(drop_quietly);
        left.refused.into_iter().for_each(drop_quietly);
        for timer in left.unprepared {
            drop_quietly(guarded(|| timer.prepare()));
        }
        more
    }

    /// Inserts a timer and tells its key before it can fire.
    pub(crate) fn insert_named(&self, tick: u64, timer: Box<dyn Expire>, tell: impl FnOnce(Key)) -> Key {
        let key = {
            let mut wheel = self.wheel.lock();
            let key = wheel.insert(tick, Entry::Timer(timer));
            tell(key);
            key
        };
        self.hurry(tick);
        key
    }
}
