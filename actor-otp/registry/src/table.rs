//! Who holds which key, with what value.
//!
//! No guard of the map leaves this file, and nothing of the user's runs under one but `Hash`, `Eq` and `Clone` of keys: what is
//! taken out is returned to the caller, who drops it.

use crate::keys::Key;
use crate::slack::Slack;
use actor_core::Pid;
use dashmap::{DashMap, Entry};
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

/// Key to holder.
pub(crate) struct Table<K, V> {
    entries: DashMap<K, Held<V>>,
    slack: Slack,
}

/// The holder of a key, and its value: behind a pointer, so that it can be copied out under the lock and cloned outside.
pub(crate) struct Held<V> {
    pub(crate) pid: Pid,
    pub(crate) value: Arc<V>,
}

/// A key was not claimed, as it has a holder.
pub(crate) struct Taken<K, V> {
    pub(crate) key: K,
    pub(crate) held: Held<V>,
    pub(crate) holder: Pid,
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
        self.entries.get(key).map(|held| held.pid)
    }

    /// The holder of a key, dead or alive, and its value.
    pub(crate) fn get<Q>(&self, key: &Q) -> Option<Held<V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entries.get(key).map(|held| held.clone())
    }

    /// Enters a key that has no holder.
    pub(crate) fn claim(&self, key: K, held: Held<V>) -> Result<(), Taken<K, V>> {
        match self.entries.entry(key) {
            Entry::Vacant(vacant) => {
                drop(vacant.insert(held));
                Ok(())
            }
            Entry::Occupied(occupied) => {
                let holder = occupied.get().pid;
                Err(Taken { key: occupied.into_key(), held, holder })
            }
        }
    }

    /// Puts `held` in the place of the dead holder's, which is returned; or returns `held` if another one was quicker.
    pub(crate) fn supersede(&self, key: &K, dead: Pid, held: Held<V>) -> Result<Held<V>, Held<V>> {
        match self.entries.get_mut(key) {
            Some(mut entry) if entry.pid == dead => Ok(std::mem::replace(&mut *entry, held)),
            _ => Err(held),
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
    pub(crate) fn release<Q>(&self, key: &Q, pid: Pid) -> Option<(K, Held<V>)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let released = self.entries.remove_if(key, |_, held| held.pid == pid)?;
        self.slack.removed(&self.entries);
        Some(released)
    }

    /// All entries, of the dead and the living. Shard by shard: it is no picture of one moment.
    pub(crate) fn snapshot(&self) -> Vec<(K, Held<V>)> {
        self.entries.iter().map(|entry| (entry.key().clone(), entry.value().clone())).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.entries.capacity()
    }
}

impl<V> Clone for Held<V> {
    fn clone(&self) -> Self {
        Self { pid: self.pid, value: Arc::clone(&self.value) }
    }
}
