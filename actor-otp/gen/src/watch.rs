//! The end of a process, for whoever waits for it only for a while.

use actor_core::{Down, Monitor, Pid, demonitor_flush, monitor};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A monitor that goes with whoever awaits it, and leaves nothing in a mailbox when it does.
#[derive(Debug)]
pub(crate) struct Watch(Monitor);

impl Watch {
    /// Watches a process.
    pub(crate) fn on(pid: Pid) -> Self {
        Self(monitor(pid))
    }
}

impl Future for Watch {
    type Output = Down;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Down> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        demonitor_flush(&self.0);
    }
}
