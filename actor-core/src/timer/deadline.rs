//! Deadlines of waiting futures: cheap enough for one a call.
//!
//! Almost every call ends long before its deadline. So its guard does not leave the wheel when the call ends: it goes to a pool
//! of the thread, still in the wheel and with the waker of its task, and the next call, made by the same task as a rule, only
//! moves the deadline. The wheel looks at it once a period, finds it idle or its deadline later, and acts accordingly.
//!
//! # The race between arming and looking
//! Arming stores `due`, then reads `visited`; the wheel stores `visited`, then reads `due`; all of it sequentially consistent.
//! So either the wheel sees the new deadline and comes back for it, or the arming side sees that the wheel will not, and
//! inserts the guard again. If both happen there are two entries, of which the later looked at finds itself outdated.

use crate::node::Node;
use crate::pid::NodeId;
use crate::sync::{Arc, AtomicU64, Mutex, Ordering};
use crate::timer::Entry;
use std::cell::RefCell;
use std::fmt;
use std::task::{Context, Poll, Waker};

/// Guards a thread keeps for later.
const POOL: usize = 512;
/// No tick at all.
const NEVER: u64 = u64::MAX;

thread_local! {
    static IDLE: RefCell<Vec<Held>> = const { RefCell::new(Vec::new()) };
}

/// Wakes a future when its deadline has come.
pub(crate) struct Guard {
    node: NodeId,
    waker: Mutex<Waker>,
    /// The tick the waker is woken at; `NEVER`: the guard is idle.
    due: AtomicU64,
    /// The tick at which the wheel looks at this guard next; `NEVER`: it does not.
    visited: AtomicU64,
    /// The tick it was last woken for, so that a late wake is not taken for that of the next deadline.
    fired: AtomicU64,
}

/// A guard and a copy of the waker in it, which its holder compares without a lock.
struct Held {
    guard: Arc<Guard>,
    waker: Waker,
}

/// What the wheel finds when it looks at a guard.
pub(crate) enum Due {
    Idle,
    Later(u64),
    Now(Waker),
}

impl Guard {
    /// The wheel has come to the guard's entry at `entry`, and it is `now`.
    pub(crate) fn due(&self, entry: u64, now: u64) -> Due {
        if self.visited.load(Ordering::SeqCst) != entry {
            // Another entry was made since; this one is of the past.
            return Due::Idle;
        }
        self.visited.store(NEVER, Ordering::SeqCst);
        let due = self.due.load(Ordering::SeqCst);
        if due == NEVER {
            return Due::Idle;
        }
        if due > now {
            // Somebody may have armed the guard anew since, for an earlier tick: then that entry is the one that counts.
            let next = self.visited.compare_exchange(NEVER, due, Ordering::SeqCst, Ordering::SeqCst);
            return if next.is_ok() { Due::Later(due) } else { Due::Idle };
        }
        self.fired.store(due, Ordering::Release);
        Due::Now(self.waker.lock().clone())
    }
}

/// A deadline for a future that is written by hand: poll it together with what the future waits for.
pub struct Deadline {
    held: Option<Held>,
    tick: u64,
}

impl Deadline {
    /// A deadline that costs nothing until it is polled.
    #[must_use]
    pub const fn new() -> Self {
        Self { held: None, tick: NEVER }
    }

    /// Ready when `nanos` have passed on the node's clock. The first poll fixes them; later ones only renew the waker.
    pub fn poll(&mut self, node: &Node, nanos: u64, cx: &Context<'_>) -> Poll<()> {
        match &mut self.held {
            None => {
                self.tick = nanos.div_ceil(1_000_000);
                self.held = Some(arm(node, self.tick, cx.waker()));
            }
            Some(held) => {
                // Before the look: a wheel that fires in between either finds the new waker, or is seen to have fired.
                held.renew(cx.waker());
                // Acquire pairs with the wheel's store: who sees it fired sees all that was before.
                if held.guard.fired.load(Ordering::Acquire) == self.tick {
                    return Poll::Ready(());
                }
            }
        }
        Poll::Pending
    }
}

impl Held {
    fn renew(&mut self, waker: &Waker) {
        if !self.waker.will_wake(waker) {
            self.waker = waker.clone();
            let old = std::mem::replace(&mut *self.guard.waker.lock(), waker.clone());
            drop(old);
        }
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else { return };
        // A wheel that reads the old value meanwhile wakes the task once in vain.
        held.guard.due.store(NEVER, Ordering::Relaxed);
        // A thread that is being torn down keeps nothing; the wheel drops the guard when it comes to it.
        let _gone = IDLE.try_with(|idle| {
            let mut idle = idle.borrow_mut();
            if idle.len() < POOL {
                idle.push(held);
            }
        });
    }
}

impl Default for Deadline {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deadline(armed: {})", self.held.is_some())
    }
}

fn arm(node: &Node, tick: u64, waker: &Waker) -> Held {
    let mut held = idle_guard(node.id(), waker);
    held.renew(waker);
    let guard = &held.guard;
    guard.due.store(tick, Ordering::SeqCst);
    if tick < guard.visited.load(Ordering::SeqCst) {
        guard.visited.store(tick, Ordering::SeqCst);
        node.timers().insert(tick, Entry::Deadline(Arc::clone(guard)));
    }
    held
}

fn idle_guard(node: NodeId, waker: &Waker) -> Held {
    let pooled = IDLE.try_with(|idle| idle.borrow_mut().pop()).ok().flatten();
    match pooled {
        Some(held) if held.guard.node == node => held,
        _ => {
            let guard = Arc::new(Guard {
                node,
                waker: Mutex::new(waker.clone()),
                due: AtomicU64::new(NEVER),
                visited: AtomicU64::new(NEVER),
                fired: AtomicU64::new(NEVER),
            });
            Held { guard, waker: waker.clone() }
        }
    }
}
