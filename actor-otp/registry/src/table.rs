//! Who holds which key, with what value.
//!
//! No guard of the map leaves this file, and nothing of the user's runs under one but `Hash`, `Eq` and `Clone` of keys: what is
//! taken out is returned to the caller, who drops it.

use crate::keys::Key;
use crate::slack::Slack;
use actor_core::{Pid, ProcessRef};
use dashmap::DashMap;
use std::any::Any;
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

/// Key to holder.
pub(crate) struct Table<K, V> {
    entries: DashMap<K, Entry<V>>,
    slack: Slack,
}

/// What is kept of a key.
pub(crate) struct Entry<V> {
    pid: Pid,
    /// Behind a pointer, so that it can be copied out under the lock and cloned outside.
    value: Arc<V>,
    /// The holder's `ProcessRef<M>`, for the one `M` that it takes, from the first time that somebody has asked for it: later
    /// ones need not search the node's process table. Boxed, as the registry does not know `M`.
    handle: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// The holder of a key, dead or alive, and its value: a copy.
pub(crate) struct Held<V> {
    pub(crate) pid: Pid,
    pub(crate) value: Arc<V>,
}

/// A key was not claimed, as it has a holder.
pub(crate) struct Taken<K, V> {
    pub(crate) key: K,
    pub(crate) entry: Entry<V>,
    pub(crate) holder: Pid,
}

impl<V> Entry<V> {
    pub(crate) fn new(pid: Pid, value: Arc<V>) -> Self {
        Self { pid, value, handle: OnceLock::new() }
    }

    fn held(&self) -> Held<V> {
        Held { pid: self.pid, value: Arc::clone(&self.value) }
    }
}

impl<K: Key, V> Table<K, V> {
    pub(crate) fn new(shards: usize) -> Self {
        Self { entries: DashMap::with_shard_amount(shards), slack: Slack::default() }
    }

    /// The holder of a key, dead or alive.
    pub(crate) fn holder<Q>(&self, key: &Q) -> Option<Pid>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries.get(key).map(|entry| entry.pid)
    }

    /// The holder of a key, dead or alive, and its value.
    pub(crate) fn get<Q>(&self, key: &Q) -> Option<Held<V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries.get(key).map(|entry| entry.held())
    }

    /// The handle of a key's holder, dead or alive, if it takes messages of type `M`.
    pub(crate) fn process<M, Q>(&self, key: &Q) -> Option<ProcessRef<M>>
    where
        M: Send + 'static,
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let pid = {
            let entry = self.entries.get(key)?;
            if let Some(handle) = entry.handle.get() {
                return handle.downcast_ref().cloned();
            }
            entry.pid
        };
        let process = ProcessRef::find(pid)?;
        let handle = Box::new(process.clone());
        let unused = match self.entries.get(key) {
            Some(entry) if entry.pid == pid => entry.handle.set(handle),
            _ => Ok(()),
        };
        drop(unused);
        Some(process)
    }

    /// Enters a key that has no holder.
    pub(crate) fn claim(&self, key: K, entry: Entry<V>) -> Result<(), Taken<K, V>> {
        match self.entries.entry(key) {
            dashmap::Entry::Vacant(vacant) => {
                drop(vacant.insert(entry));
                Ok(())
            }
            dashmap::Entry::Occupied(occupied) => {
                let holder = occupied.get().pid;
                Err(Taken { key: occupied.into_key(), entry, holder })
            }
        }
    }

    /// Puts `new` in the place of the dead holder's entry, which is returned; or returns `new` if another one was quicker.
    pub(crate) fn supersede(&self, key: &K, dead: Pid, new: Entry<V>) -> Result<Entry<V>, Entry<V>> {
        match self.entries.get_mut(key) {
            Some(mut entry) if entry.pid == dead => Ok(std::mem::replace(&mut *entry, new)),
            _ => Err(new),
        }
    }

    /// Gives a key that `pid` holds another value, and returns the one before; or returns `value`.
    pub(crate) fn store<Q>(&self, key: &Q, pid: Pid, value: Arc<V>) -> Result<Arc<V>, Arc<V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        match self.entries.get_mut(key) {
            Some(mut entry) if entry.pid == pid => Ok(std::mem::replace(&mut entry.value, value)),
            _ => Err(value),
        }
    }

    /// Takes out a key that `pid` holds.
    pub(crate) fn release<Q>(&self, key: &Q, pid: Pid) -> Option<(K, Entry<V>)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let released = self.entries.remove_if(key, |_, entry| entry.pid == pid)?;
        self.slack.removed(&self.entries);
        Some(released)
    }

    /// All entries, of the dead and the living. Shard by shard: it is no picture of one moment.
    pub(crate) fn snapshot(&self) -> Vec<(K, Held<V>)> {
        self.entries.iter().map(|entry| (entry.key().clone(), entry.held())).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.entries.capacity()
    }
}
