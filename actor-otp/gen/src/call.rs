//! How calls fail, and how long they wait.

use actor_core::behaviour::Waits;
use actor_core::{ExitReason, Pid};
use std::time::Duration;
use thiserror::Error;

/// How long a call waits unless it is told otherwise. OTP's five seconds.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a call waits for its reply. A call made while a request is handled never outlasts that request's own deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Timeout {
    /// [`DEFAULT_TIMEOUT`].
    #[default]
    Default,
    /// So long.
    After(Duration),
    /// As long as it takes. OTP's `infinity`.
    Infinity,
}

impl From<Duration> for Timeout {
    fn from(duration: Duration) -> Self {
        Self::After(duration)
    }
}

impl Timeout {
    /// The duration, unless it is infinite.
    #[must_use]
    pub fn duration(self) -> Option<Duration> {
        match self {
            Self::Default => Some(DEFAULT_TIMEOUT),
            Self::After(duration) => Some(duration),
            Self::Infinity => None,
        }
    }
}

/// A call got no reply. The server is not affected by any of these.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum CallError {
    /// The server had ended before the call. OTP's `noproc`.
    #[error("call to {server} {pid} failed: no such process; it ended before the call")]
    NoProc {
        /// The server's type.
        server: &'static str,
        /// The server.
        pid: Pid,
    },
    /// The server ended before it replied.
    #[error("call to {server} {pid} failed: the server ended ({reason}) before it replied")]
    Exit {
        /// The server's type.
        server: &'static str,
        /// The server.
        pid: Pid,
        /// Why it ended.
        reason: ExitReason,
    },
    /// No reply came in time. A late one is dropped.
    #[error(
        "call to {server} {pid} timed out after {after:?}: raise it with `.timeout(..)`, or find what the server waits for"
    )]
    Timeout {
        /// The server's type.
        server: &'static str,
        /// The server.
        pid: Pid,
        /// How long the call waited.
        after: Duration,
    },
    /// A server called itself from one of its callbacks; it could only wait for itself. OTP's `calling_self`.
    #[error(
        "{server} {pid} called itself: a server handles one message at a time, so call the method on `self` instead"
    )]
    CallingSelf {
        /// The server's type.
        server: &'static str,
        /// The server.
        pid: Pid,
    },
    /// The call would close a ring of servers that wait for each other.
    #[error("the call closes a ring of calls that wait for each other: {}", ring(.0))]
    Cycle(Vec<Waits>),
    /// The server's mailbox is full and refuses.
    #[error("call to {server} {pid} failed: its mailbox is full and its overflow policy refuses")]
    Full {
        /// The server's type.
        server: &'static str,
        /// The server.
        pid: Pid,
    },
    /// The request was dropped by a server that lives on: by its overflow policy, or its [`Caller`](crate::Caller) was dropped.
    #[error("call to {server} {pid} failed: the request was dropped without a reply")]
    NoReply {
        /// The server's type.
        server: &'static str,
        /// The server.
        pid: Pid,
    },
}

fn ring(ring: &[Waits]) -> String {
    let mut text: Vec<String> = ring.iter().map(ToString::to_string).collect();
    text.extend(ring.first().map(|first| first.pid.to_string()));
    text.join(" -> ")
}
