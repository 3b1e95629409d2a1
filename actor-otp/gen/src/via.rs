//! Names that are kept by somebody else than the node: OTP's `{via, Module, Name}`.

use actor_core::Pid;
use std::fmt;

/// A name in a registry, for one process to hold.
pub trait Via: Send + Sync {
    /// Registers the current process, whose pid is given, or says who has the name.
    ///
    /// # Errors
    /// The holder's pid.
    fn register(&self, pid: Pid) -> Result<(), Pid>;

    /// Gives the name up again. Called by the process that registered it.
    fn unregister(&self, pid: Pid);
}

/// A registry whose keys of type `K` can name processes.
pub trait Registrar<K> {
    /// The name that `key` is here.
    fn name(&self, key: K) -> ViaName;
}

/// A name in some registry.
pub struct ViaName(Box<dyn Via>);

impl ViaName {
    /// Wraps a name.
    pub fn new(via: impl Via + 'static) -> Self {
        Self(Box::new(via))
    }

    /// Registers the current process.
    ///
    /// # Errors
    /// The holder's pid.
    pub fn register(&self, pid: Pid) -> Result<(), Pid> {
        self.0.register(pid)
    }

    /// Gives the name up again.
    pub fn unregister(&self, pid: Pid) {
        self.0.unregister(pid);
    }
}

impl fmt::Debug for ViaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ViaName")
    }
}
