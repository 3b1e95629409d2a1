//! The untyped end of a client: how its methods send.

use crate::call::Call;
use crate::cast::Cast;
use crate::dispatch::class;
use crate::server::GenServer;
use actor_core::{Pid, ProcessRef};
use actor_gen::{Address, Caller};
use std::fmt;

/// What a client is made of: it sends messages to a server of type `S`. One pointer wide.
pub struct Handle<S: GenServer> {
    process: ProcessRef<S::Msg>,
}

impl<S: GenServer> Handle<S> {
    pub(crate) fn new(process: ProcessRef<S::Msg>) -> Self {
        Self { process }
    }

    /// The server with this pid, if it lives and is an `S`.
    #[must_use]
    pub fn find(pid: Pid) -> Option<Self> {
        let process = ProcessRef::<S::Msg>::find(pid)?;
        (process.type_name() == (class::<S>().type_name)()).then(|| Self::new(process))
    }

    /// The server's pid.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.process.pid()
    }

    /// The server as a process.
    #[must_use]
    pub fn process(&self) -> &ProcessRef<S::Msg> {
        &self.process
    }

    /// A request; `message` wraps the way back to the caller.
    pub fn call<R>(&self, message: impl FnOnce(Caller<R>) -> S::Msg) -> Call<'_, S, R> {
        Call::new(self, message)
    }

    /// A message that nobody waits for.
    pub fn cast(&self, message: S::Msg) -> Cast<'_, S> {
        Cast::new(self, message)
    }
}

impl<S: GenServer> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self { process: self.process.clone() }
    }
}

impl<S: GenServer> Address for Handle<S> {
    fn pid(&self) -> Option<Pid> {
        Some(Self::pid(self))
    }
}

impl<S: GenServer> fmt::Debug for Handle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({} {})", std::any::type_name::<S>(), self.pid())
    }
}
