//! The handle of a timer.

use crate::node::directory;
use crate::pid::NodeId;
use crate::timer::wheel::Key;
use std::fmt;
use std::time::Duration;

/// Names a timer, so that it can be cancelled or read. A `Copy` value; it may outlive its timer. Erlang's timer reference.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimerRef {
    pub(crate) node: NodeId,
    pub(crate) key: Key,
}

impl TimerRef {
    /// Stops the timer and returns how long it still had to run; `None` if it has fired or been cancelled.
    ///
    /// After this has returned, the timer's message is in the mailbox or never comes. Erlang's `cancel_timer/1`.
    pub fn cancel(self) -> Option<Duration> {
        directory::node(self.node)?.timers().cancel(self.key)
    }

    /// How long the timer still has to run; `None` if it has fired or been cancelled. Erlang's `read_timer/1`.
    #[must_use]
    pub fn read(self) -> Option<Duration> {
        directory::node(self.node)?.timers().read(self.key)
    }
}

impl fmt::Debug for TimerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TimerRef({:?})", self.key)
    }
}
