//! Processes that are told who registers and unregisters.

use actor_core::{Node, Pid, SendError, try_send};
use std::any::Any;
use std::fmt;

/// What a listener receives, as an ordinary message: when a process has registered, and when it has unregistered.
///
/// It is sent by the process that acts. Nothing is sent when a process ends: a listener monitors the pids that it is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistryEvent<K, V> {
    /// A process holds a key now.
    Registered {
        /// The registry, see [`Registry::pid`](crate::Registry::pid).
        registry: Pid,
        /// The key.
        key: K,
        /// Its holder.
        pid: Pid,
        /// Its value.
        value: V,
    },
    /// A living process gave a key up.
    Unregistered {
        /// The registry.
        registry: Pid,
        /// The key.
        key: K,
        /// Who held it.
        pid: Pid,
    },
}

/// Whom to tell.
#[derive(Clone)]
pub(crate) enum Listener {
    Pid(Pid),
    /// Looked up for every event, so that it follows a process through its restarts.
    Name(String),
}

impl Listener {
    /// Sends `event` without waiting. Returns whether it was lost because the listener's mailbox is full.
    pub(crate) fn tell<E: Any + Send>(&self, node: &Node, event: E) -> bool {
        let pid = match self {
            Self::Pid(pid) => Some(*pid),
            Self::Name(name) => node.whereis(name),
        };
        pid.is_some_and(|pid| matches!(try_send(pid, event), Err(SendError::Full { .. })))
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pid(pid) => write!(f, "{pid}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}
