//! Who is told when a process ends.

use crate::pid::Pid;
use crate::reason::ExitReason;
use crate::sync::{Arc, Mutex};
use std::fmt;
use std::task::{Context, Poll, Waker};

/// The holder of a monitor.
#[derive(Clone)]
pub(crate) enum Watcher {
    /// A process: it gets a `Down` in its mailbox.
    Process(Pid),
    /// A future outside any process.
    Future(Arc<WatchSlot>),
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(pid) => write!(f, "{pid}"),
            Self::Future(_) => f.write_str("future"),
        }
    }
}

/// Where a future outside any process waits for an exit reason.
#[derive(Default)]
pub(crate) struct WatchSlot(Mutex<(Option<ExitReason>, Option<Waker>)>);

impl WatchSlot {
    /// Stores the reason and wakes the future. The first reason stays.
    pub(crate) fn fire(&self, reason: ExitReason) {
        let mut reason = Some(reason);
        let waker = {
            let mut slot = self.0.lock();
            if slot.0.is_none() {
                slot.0 = reason.take();
            }
            slot.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(crate) fn has_fired(&self) -> bool {
        self.0.lock().0.is_some()
    }

    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<ExitReason> {
        let mut slot = self.0.lock();
        if let Some(reason) = &slot.0 {
            return Poll::Ready(reason.clone());
        }
        slot.1 = Some(cx.waker().clone());
        Poll::Pending
    }
}
