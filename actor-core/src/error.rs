//! One small error per operation; a refused message comes back inside.

use crate::pid::Pid;
use std::fmt;
use std::time::Duration;
use thiserror::Error;

/// A message was not delivered; it comes back inside.
///
/// Erlang drops a message to a dead process silently; ignore the result for the same effect.
#[derive(Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SendError<M> {
    /// The mailbox is full and the sender did not, or may not, wait (see [`Overflow`](crate::Overflow)).
    #[error("the mailbox of process {to} is full: wait with `send`, or give it a larger mailbox")]
    Full {
        /// Whom it was for.
        to: Pid,
        /// The message.
        message: M,
    },
    /// The process has ended.
    #[error("the message was not delivered: process {to} has ended")]
    NoProc {
        /// Whom it was for.
        to: Pid,
        /// The message.
        message: M,
    },
}

impl<M> SendError<M> {
    /// The refused message.
    pub fn into_message(self) -> M {
        match self {
            Self::Full { message, .. } | Self::NoProc { message, .. } => message,
        }
    }
}

/// A message could not be delivered in time.
#[derive(Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SendTimeoutError<M> {
    /// The mailbox had no room for so long.
    #[error("the mailbox of process {to} had no room for {waited:?}")]
    Timeout {
        /// Whom it was for.
        to: Pid,
        /// How long the sender waited.
        waited: Duration,
        /// The message.
        message: M,
    },
    /// The mailbox is full and refuses, so that there was nothing to wait for (see [`Overflow`](crate::Overflow)).
    #[error("the mailbox of process {to} is full: have it wait, or give it a larger one")]
    Full {
        /// Whom it was for.
        to: Pid,
        /// The message.
        message: M,
    },
    /// The process has ended.
    #[error("the message was not delivered: process {to} has ended")]
    NoProc {
        /// Whom it was for.
        to: Pid,
        /// The message.
        message: M,
    },
}

impl<M> SendTimeoutError<M> {
    /// The refused message.
    pub fn into_message(self) -> M {
        match self {
            Self::Timeout { message, .. } | Self::Full { message, .. } | Self::NoProc { message, .. } => message,
        }
    }
}

macro_rules! opaque_debug {
    ($($error:ident: $($variant:ident)|+;)*) => {$(
        // Written by hand, so that the message need not be `Debug`.
        impl<M> fmt::Debug for $error<M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$variant { to, .. } => write!(f, concat!(stringify!($error), "::", stringify!($variant), "({})"), to),)+
                }
            }
        }
    )*};
}
opaque_debug! {
    SendError: Full | NoProc;
    SendTimeoutError: Timeout | Full | NoProc;
}

/// A process could not be spawned.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SpawnError {
    /// The node holds as many processes as it may.
    #[error("the node's limit of {limit} processes is reached: raise `max_processes` or end some")]
    TooManyProcesses {
        /// The limit.
        limit: usize,
    },
    /// The name is held by another process.
    #[error("the name `{name}` is taken by process {holder}")]
    NameTaken {
        /// The name.
        name: String,
        /// Its holder.
        holder: Pid,
    },
    /// There is no Tokio runtime to run it.
    #[error(transparent)]
    NoRuntime(#[from] NoRuntime),
    /// `spawn_link` and `spawn_monitor` need a process to link to.
    #[error(transparent)]
    NotAProcess(#[from] NotAProcess),
    /// The node is shutting down.
    #[error("the node is shutting down and starts no more processes")]
    ShuttingDown,
    /// The operating system gave no thread to a process that wants one of its own.
    #[error("no thread for the process: {0}")]
    NoThread(String),
}

/// The call needs a running Tokio runtime, and there is none on this thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no Tokio runtime on this thread: call it from inside `#[tokio::main]` or `Runtime::block_on`")]
pub struct NoRuntime;

/// The call works inside a process only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not inside a process: `{0}` acts on the calling process, so call it from one")]
pub struct NotAProcess(pub(crate) &'static str);

/// A name could not be registered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// Another process holds it.
    #[error("the name `{name}` is taken by process {holder}")]
    Taken {
        /// The name.
        name: String,
        /// Its holder.
        holder: Pid,
    },
    /// The process has ended.
    #[error("process {pid} has ended, so it can hold no name")]
    NoProc {
        /// The process.
        pid: Pid,
    },
    /// The process has another name already; it can have one.
    #[error("process {pid} is already registered as `{name}`")]
    HasName {
        /// The process.
        pid: Pid,
        /// The name it has.
        name: String,
    },
}

/// Nobody is registered under the name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no process is registered as `{name}`")]
pub struct NotRegistered {
    /// The name.
    pub name: String,
}
