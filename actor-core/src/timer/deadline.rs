//! Deadlines of waiting futures: cheap enough for one a call.
//!
//! Almost every call ends long before its deadline. So its guard does not leave the wheel when the call ends: it goes to a pool
//! of the thread, still in the wheel, and the next call only moves its deadline. The wheel looks at it once a period,
//! finds it idle or its deadline later, and acts accordingly.

use crate::node::Node;
use crate::pid::NodeId;
use crate::sync::{Arc, Mutex};
use crate::timer::Entry;
use std::cell::RefCell;
use std::fmt;
use std::task::{Context, Poll, Waker};
use tokio::time::Instant;

/// Guards a thread keeps for later.
const POOL: usize = 256;

thread_local! {
    static IDLE: RefCell<Vec<Arc<Guard>>> = const { RefCell::new(Vec::new()) };
}

/// Wakes a future when its deadline has come.
pub(crate) struct Guard {
    node: NodeId,
    state: Mutex<State>,
}

struct State {
    waker: Option<Waker>,
    /// The tick the waker is woken at.
    due: u64,
    /// The tick at which the wheel looks at this guard next; `u64::MAX`: never.
    visited: u64,
    fired: bool,
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
        let mut state = self.state.lock();
        if entry != state.visited {
            // An earlier entry was made since; this one is of the past.
            return Due::Idle;
        }
        if state.waker.is_some() && state.due > now {
            state.visited = state.due;
            return Due::Later(state.due);
        }
        state.visited = u64::MAX;
        match state.waker.take() {
            None => Due::Idle,
            Some(waker) => {
                state.fired = true;
                Due::Now(waker)
            }
        }
    }
}

/// A deadline for a future that is written by hand: poll it together with what the future waits for.
pub struct Deadline {
    guard: Option<Arc<Guard>>,
}

impl Deadline {
    /// A deadline that costs nothing until it is polled.
    #[must_use]
    pub const fn new() -> Self {
        Self { guard: None }
    }

    /// Ready when `at` has come. The first poll fixes `at`; later ones only renew the waker.
    pub fn poll(&mut self, node: &Node, at: Instant, cx: &Context<'_>) -> Poll<()> {
        match &self.guard {
            None => {
                let guard = idle_guard(node.id());
                let tick = node.timers().tick_of(at);
                let visit = {
                    let mut state = guard.state.lock();
                    state.waker = Some(cx.waker().clone());
                    state.due = tick;
                    state.fired = false;
                    let sooner = tick < state.visited;
                    if sooner {
                        state.visited = tick;
                    }
                    sooner
                };
                if visit {
                    node.timers()
                        .insert(tick, Entry::Deadline(Arc::clone(&guard)));
                }
                self.guard = Some(guard);
                Poll::Pending
            }
            Some(guard) => {
                let mut state = guard.state.lock();
                if state.fired {
                    return Poll::Ready(());
                }
                match &mut state.waker {
                    Some(waker) if waker.will_wake(cx.waker()) => {}
                    slot => *slot = Some(cx.waker().clone()),
                }
                Poll::Pending
            }
        }
    }
}

impl Default for Deadline {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        let Some(guard) = self.guard.take() else {
            return;
        };
        let waker = guard.state.lock().waker.take();
        drop(waker);
        // A thread that is being torn down keeps nothing; the wheel drops the guard when it comes to it.
        let _gone = IDLE.try_with(|idle| {
            let mut idle = idle.borrow_mut();
            if idle.len() < POOL {
                idle.push(guard);
            }
        });
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deadline(armed: {})", self.guard.is_some())
    }
}

fn idle_guard(node: NodeId) -> Arc<Guard> {
    let pooled = IDLE.try_with(|idle| idle.borrow_mut().pop()).ok().flatten();
    match pooled {
        Some(guard) if guard.node == node => guard,
        _ => Arc::new(Guard {
            node,
            state: Mutex::new(State {
                waker: None,
                due: u64::MAX,
                visited: u64::MAX,
                fired: false,
            }),
        }),
    }
}
