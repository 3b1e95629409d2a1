//! One small error per operation.

use actor_core::Pid;
use thiserror::Error;

/// A process was not registered. The registry is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The key has a living holder, which may be the caller itself; the holder's value is untouched.
    #[error("not registered: the key is held by process {0}; wait for its end, or choose another key")]
    AlreadyRegistered(Pid),
    /// There is no process to register.
    #[error("not registered: a process registers itself, and this is not inside one; call it from a process")]
    NotAProcess,
    /// The registry does not run.
    #[error(transparent)]
    UnknownRegistry(#[from] UnknownRegistry),
}

/// There is no such registry: it has not been started, has ended, or has keys or values of other types.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "unknown registry `{name}`: start it first, by its supervisor as a rule, and ask for it with its own key and value types"
)]
pub struct UnknownRegistry {
    /// Its name, or its type if it has none.
    pub name: String,
}
