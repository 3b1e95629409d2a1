//! The typed handle of a process.

use crate::error::{SendError, SendTimeoutError};
use crate::node::Node;
use crate::pid::Pid;
use crate::process::delivery::{Delivery, Refused};
use crate::process::monitor::watch_proc;
use crate::process::proc::Proc;
use crate::process::shared::Shared;
use crate::reason::ExitReason;
use crate::sync::Arc;
use std::fmt;
use std::future::{Future, poll_fn};
use std::time::Duration;

/// A handle to a process that takes messages of type `M`: its pid and a way to its mailbox that needs no look-up.
///
/// It does not keep the process alive: processes end by exit, never because nobody holds a handle. It costs one pointer;
/// clones are cheap.
pub struct ProcessRef<M: Send + 'static> {
    pub(crate) shared: Arc<Shared<M>>,
}

impl<M: Send + 'static> ProcessRef<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>) -> Self {
        Self { shared }
    }

    /// The handle of a process that is known by pid. `None`: it has ended, or takes messages of another type.
    #[must_use]
    pub fn find(pid: Pid) -> Option<Self> {
        let proc = crate::node::directory::lookup(pid)?;
        Some(Self::new(proc.as_any().downcast().ok()?))
    }

    /// The process's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.shared.pid()
    }

    /// The name of the process's type, as inspection shows it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        (self.shared.class.type_name)()
    }

    /// Sends a message, waiting for room in the mailbox. Erlang's `!`.
    ///
    /// # Errors
    /// [`SendError::NoProc`] if the process has ended; [`SendError::Full`] if it is full and its overflow policy refuses.
    ///
    /// # Cancel safety
    /// A message whose future is dropped while it waits for room is not sent.
    pub fn send(&self, message: M) -> impl Future<Output = Result<(), SendError<M>>> + Send + '_ {
        let mut sending = Sending { to: self, delivery: Delivery::new(message) };
        async move { poll_fn(|cx| sending.delivery.poll(sending.to, cx)).await.map_err(|refused| self.error(refused)) }
    }

    /// Sends a message if there is room now.
    ///
    /// # Errors
    /// [`SendError`], with the message.
    pub fn try_send(&self, message: M) -> Result<(), SendError<M>> {
        Delivery::try_now(message, self).map_err(|refused| self.error(refused))
    }

    /// Sends a message, waiting at most `limit` for room.
    ///
    /// # Errors
    /// [`SendTimeoutError`], with the message.
    ///
    /// # Cancel safety
    /// As for [`send`](Self::send).
    pub fn send_timeout(
        &self,
        message: M,
        limit: Duration,
    ) -> impl Future<Output = Result<(), SendTimeoutError<M>>> + Send + '_ {
        let mut sending = Sending { to: self, delivery: Delivery::new(message) };
        async move {
            let to = self.pid();
            let in_time = tokio::time::timeout(limit, poll_fn(|cx| sending.delivery.poll(sending.to, cx))).await;
            match in_time {
                Ok(Ok(())) => Ok(()),
                Ok(Err(Refused::Full(message))) => Err(SendTimeoutError::Full { to, message }),
                Ok(Err(Refused::Closed(message))) => Err(SendTimeoutError::NoProc { to, message }),
                // Accepted in the moment of the timeout counts as sent.
                Err(_elapsed) => match sending.delivery.cancel(self) {
                    Some(message) => Err(SendTimeoutError::Timeout { to, waited: limit, message }),
                    None => Ok(()),
                },
            }
        }
    }

    /// The node the process belongs to.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.shared.header.node
    }

    /// Waits until the process has ended, and tells why: the true reason, also if it ended long ago. A future of its own,
    /// inside a process, too.
    pub fn ended(&self) -> impl Future<Output = ExitReason> + Send + use<M> {
        let proc: Arc<dyn Proc> = Arc::clone(&self.shared) as _;
        let slot = watch_proc(&proc);
        poll_fn(move |cx| slot.poll(cx))
    }

    /// Whether the process still takes messages.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.shared.queue.lock().is_alive()
    }

    /// Why the process ended, if it has.
    #[must_use]
    pub fn exit_reason(&self) -> Option<ExitReason> {
        Proc::exit_reason(&*self.shared)
    }

    fn error(&self, refused: Refused<M>) -> SendError<M> {
        let to = self.pid();
        match refused {
            Refused::Full(message) => SendError::Full { to, message },
            Refused::Closed(message) => SendError::NoProc { to, message },
        }
    }
}

/// Takes its message back out of the line when it is dropped.
struct Sending<'a, M: Send + 'static> {
    to: &'a ProcessRef<M>,
    delivery: Delivery<M>,
}

impl<M: Send + 'static> Drop for Sending<'_, M> {
    fn drop(&mut self) {
        drop(self.delivery.cancel(self.to));
    }
}

impl<M: Send + 'static> Clone for ProcessRef<M> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

/// Two handles are equal if they name the same process.
impl<M: Send + 'static> PartialEq for ProcessRef<M> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<M: Send + 'static> Eq for ProcessRef<M> {}

impl<M: Send + 'static> fmt::Debug for ProcessRef<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProcessRef({})", self.pid())
    }
}
