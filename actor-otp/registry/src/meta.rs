//! What a registry knows about itself: values under names.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

type Anything = Arc<dyn Any + Send + Sync>;

/// Name to value. No code of the user's runs under its lock.
#[derive(Default)]
pub(crate) struct Meta(RwLock<HashMap<String, Anything>>);

impl Meta {
    pub(crate) fn get<T: Any + Send + Sync>(&self, name: &str) -> Option<Arc<T>> {
        let found = self.read().get(name).cloned();
        found?.downcast().ok()
    }

    /// Returns what it replaces, to be dropped outside the lock.
    pub(crate) fn put<T: Any + Send + Sync>(&self, name: String, value: T) -> Option<Anything> {
        let value: Anything = Arc::new(value);
        self.write().insert(name, value)
    }

    /// Returns what it removes, to be dropped outside the lock.
    pub(crate) fn delete(&self, name: &str) -> Option<Anything> {
        self.write().remove(name)
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<String, Anything>> {
        // Nothing that could panic half way runs under the lock.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<String, Anything>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
