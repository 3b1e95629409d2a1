//! The handle that users hold.

use crate::handle::Handle;
use crate::server::GenServer;
use actor_core::Pid;
use actor_gen::Address;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// A handle to a server of type `S`, with the server's own methods by way of its client.
///
/// One pointer wide, cheap to clone, `Send + Sync`. It does not keep the server alive, and does not follow it through a restart:
/// it is the handle of one incarnation. Its own methods are few, as they hide the client's.
pub struct ServerRef<S: GenServer> {
    client: S::Client,
}

impl<S: GenServer> ServerRef<S> {
    pub(crate) fn new(handle: Handle<S>) -> Self {
        Self { client: handle.into() }
    }

    /// The server's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.client.as_ref().pid()
    }

    /// The server that an address leads to, if it lives and is an `S`: `ServerRef::<Counter>::find("counter")`.
    #[must_use]
    pub fn find(address: impl Address) -> Option<Self> {
        Handle::find(address.pid()?).map(Self::new)
    }
}

impl<S: GenServer> Deref for ServerRef<S> {
    type Target = S::Client;

    fn deref(&self) -> &S::Client {
        &self.client
    }
}

impl<S: GenServer> Clone for ServerRef<S> {
    fn clone(&self) -> Self {
        Self::new(self.client.as_ref().clone())
    }
}

impl<S: GenServer> Address for ServerRef<S> {
    fn pid(&self) -> Option<Pid> {
        Some(Self::pid(self))
    }
}

/// Two handles are equal if they lead to the same process.
impl<S: GenServer> PartialEq for ServerRef<S> {
    fn eq(&self, other: &Self) -> bool {
        self.pid() == other.pid()
    }
}

impl<S: GenServer> Eq for ServerRef<S> {}

impl<S: GenServer> Hash for ServerRef<S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.pid().hash(state);
    }
}

impl<S: GenServer> fmt::Debug for ServerRef<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerRef({} {})", std::any::type_name::<S>(), self.pid())
    }
}
