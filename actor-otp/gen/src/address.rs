//! Ways to say which process is meant.

use actor_core::{Pid, ProcessRef, whereis};

/// Something that leads to a process: a pid, a handle, or a name on the current node. OTP's `ServerRef`.
pub trait Address {
    /// The process it leads to now, if there is one. A pid leads to itself, dead or alive. Erlang's `GenServer.whereis/1`.
    fn pid(&self) -> Option<Pid>;
}

impl Address for Pid {
    fn pid(&self) -> Option<Pid> {
        Some(*self)
    }
}

impl Address for str {
    fn pid(&self) -> Option<Pid> {
        whereis(self)
    }
}

impl Address for String {
    fn pid(&self) -> Option<Pid> {
        whereis(self)
    }
}

impl<M: Send + 'static> Address for ProcessRef<M> {
    fn pid(&self) -> Option<Pid> {
        Some(Self::pid(self))
    }
}

impl<A: Address> Address for Option<A> {
    fn pid(&self) -> Option<Pid> {
        self.as_ref().and_then(Address::pid)
    }
}

impl<A: Address + ?Sized> Address for &A {
    fn pid(&self) -> Option<Pid> {
        (**self).pid()
    }
}
