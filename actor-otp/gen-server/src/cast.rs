//! Casts: messages that nobody waits for.

use crate::handle::Handle;
use crate::server::GenServer;
use actor_core::behaviour::{Delivery, Refused};
use actor_core::{Pid, SendError};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use thiserror::Error;

/// A cast to a server: `.await` it until the mailbox has taken the message. OTP's `gen_server:cast`.
///
/// # Cancel safety
/// Dropping it before it is ready takes the message back.
#[must_use = "a cast does nothing unless it is awaited, or sent by `try_send`"]
pub struct Cast<'a, S: GenServer> {
    server: &'a Handle<S>,
    delivery: Delivery<S::Msg>,
}

/// A cast was not accepted. OTP's cast says nothing of it; ignore the result for the same effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CastError {
    /// The server has ended.
    #[error("cast to {server} {pid} failed: no such process")]
    NoProc {
        /// The server's type.
        server: &'static str,
        /// The server.
        pid: Pid,
    },
    /// The server's mailbox is full and refuses.
    #[error("cast to {server} {pid} failed: its mailbox is full and its overflow policy refuses")]
    Full {
        /// The server's type.
        server: &'static str,
        /// The server.
        pid: Pid,
    },
}

impl<'a, S: GenServer> Cast<'a, S> {
    pub(crate) fn new(server: &'a Handle<S>, message: S::Msg) -> Self {
        Self { server, delivery: Delivery::new(message) }
    }

    /// Sends the message if there is room now.
    ///
    /// # Errors
    /// [`SendError`], with the message.
    pub fn try_send(mut self) -> Result<(), SendError<S::Msg>> {
        match self.delivery.cancel(self.server.process()) {
            Some(message) => self.server.process().try_send(message),
            None => Ok(()),
        }
    }
}

impl<S: GenServer> Future for Cast<'_, S> {
    type Output = Result<(), CastError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let process = this.server.process();
        let polled = this.delivery.poll(process, cx);
        polled.map_err(|refused| {
            let (server, pid) = (process.type_name(), process.pid());
            match refused {
                Refused::Closed(_) => CastError::NoProc { server, pid },
                Refused::Full(_) => CastError::Full { server, pid },
            }
        })
    }
}

impl<S: GenServer> Drop for Cast<'_, S> {
    fn drop(&mut self) {
        drop(self.delivery.cancel(self.server.process()));
    }
}

// Nothing in it is ever pinned.
impl<S: GenServer> Unpin for Cast<'_, S> {}

impl<S: GenServer> fmt::Debug for Cast<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cast({:?})", self.server)
    }
}
