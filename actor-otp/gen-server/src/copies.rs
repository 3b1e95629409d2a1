//! What the servers of a child specification are started from.

use actor_core::behaviour::guarded;
use actor_gen::StartError;
use std::sync::{Mutex, PoisonError};

/// A shared source of copies. The lock stands in for `Sync`, which a state or an argument need not be.
pub(crate) struct Copies<T>(Mutex<T>);

impl<T: Clone> Copies<T> {
    /// Copies of `original`.
    pub(crate) fn of(original: T) -> Self {
        Self(Mutex::new(original))
    }

    /// A copy. It is made in the supervisor's turn, which a `Clone` that panics must not end: the start fails by it.
    pub(crate) fn copy(&self) -> Result<T, StartError> {
        let copied = guarded(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).clone());
        copied.map_err(StartError::Failed)
    }
}
