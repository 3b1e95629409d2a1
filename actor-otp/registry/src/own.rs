//! What a process does with its own entries.

use crate::error::RegisterError;
use crate::index::Removed;
use crate::keys::{Key, Value};
use crate::listener::RegistryEvent;
use crate::registry::Registry;
use crate::shared::Shared;
use crate::table::Entry;
use actor_core::{Pid, link, self_pid, unlink};
use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

impl<K: Key, V: Value> Registry<K, V> {
    /// Registers the calling process under `key`, with a value that others look up. Elixir's `Registry.register/3`.
    ///
    /// Returns the partition that looks after the process from now on; the two are linked, so that a registered process ends with
    /// its registry. A holder that has ended does not count, also before its entry was cleaned up.
    ///
    /// # Errors
    /// [`RegisterError::AlreadyRegistered`] with the living holder, which may be the caller itself;
    /// [`NotAProcess`](RegisterError::NotAProcess) outside any process;
    /// [`UnknownRegistry`](RegisterError::UnknownRegistry) if the registry does not run.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rooms: Registry<String, u32> = Registry::unique().start().await?;
    /// # let inside = rooms.clone();
    /// # let (_, end) = actor_core::spawn_monitor(async move |inbox: actor_core::Inbox<()>| { let rooms = inside;
    /// rooms.register("lobby", 12)?;
    /// let taken = rooms.register("lobby", 99).unwrap_err();
    /// assert_eq!(taken, RegisterError::AlreadyRegistered(inbox.pid()));
    /// # Ok(()) })?;
    /// # assert!(end.await.reason.is_clean());
    /// assert_eq!(rooms.register("lobby", 12), Err(RegisterError::NotAProcess));
    /// # Ok(()) }
    /// ```
    pub fn register(&self, key: impl Into<K>, value: V) -> Result<Pid, RegisterError> {
        self.shared.register(key.into(), Arc::new(value))
    }

    /// Gives up a key of the calling process, and returns whether it had it. Elixir's `Registry.unregister/2`.
    ///
    /// Somebody else's key is left alone; outside any process nothing happens.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String> = Registry::unique().start().await?;
    /// # let (_, end) = actor_core::spawn_monitor(async move |_: actor_core::Inbox<()>| {
    /// rooms.register("lobby", ())?;
    /// assert!(rooms.unregister("lobby"));
    /// assert!(!rooms.unregister("lobby"), "it is free already");
    /// # Ok(()) })?;
    /// # assert!(end.await.reason.is_clean());
    /// # Ok(()) }
    /// ```
    pub fn unregister<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self_pid().is_ok_and(|me| self.shared.unregister(me, key))
    }

    /// Gives a key of the calling process a new value, and returns the new one and the old. Elixir's `Registry.update_value/3`.
    ///
    /// `None`, without `update` being called, if the calling process does not hold the key. `update` runs in the caller, with
    /// nothing locked; as nobody else may write the entry, no update is lost.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String, u32> = Registry::unique().start().await?;
    /// # let (_, end) = actor_core::spawn_monitor(async move |_: actor_core::Inbox<()>| {
    /// rooms.register("lobby", 1)?;
    /// assert_eq!(rooms.update_value("lobby", |guests| guests + 1), Some((2, 1)));
    /// # Ok(()) })?;
    /// # assert!(end.await.reason.is_clean());
    /// # Ok(()) }
    /// ```
    pub fn update_value<Q>(&self, key: &Q, update: impl FnOnce(&V) -> V) -> Option<(V, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let me = self_pid().ok()?;
        let held = self.shared.table.get(key).filter(|held| held.pid == me)?;
        let new = Arc::new(update(&held.value));
        // Not held any more: `update` has unregistered it, or the registry has ended.
        let old = self.shared.table.store(key, me, Arc::clone(&new)).ok()?;
        Some((V::clone(&new), V::clone(&old)))
    }
}

impl<K: Key, V: Value> Shared<K, V> {
    fn register(&self, key: K, value: Arc<V>) -> Result<Pid, RegisterError> {
        let running = self.running()?;
        let me = self_pid().map_err(|_| RegisterError::NotAProcess)?;
        if let Some(holder) = self.table.holder(&key) {
            self.refuse(me, holder)?;
        }
        let event = self.is_heard().then(|| (key.clone(), V::clone(&value)));
        // The index first: whatever happens from here on, the key is found when the process ends.
        let displaced = self.index.add(me, key.clone());
        drop(displaced);
        let partition = self.partition(&running, me);
        if link(partition).is_err() {
            // A process whose state is being dropped has ended.
            self.withdraw(me, &key, Some(partition));
            return Err(RegisterError::NotAProcess);
        }
        if let Err((key, refused)) = self.claim(me, key, value) {
            self.withdraw(me, &key, Some(partition));
            return Err(refused);
        }
        if !self.is_current(&running) {
            // The index may have been emptied before the key came into the table, and the table before that.
            self.forget(me);
            self.sweep(|holder| holder == me);
            return Err(self.unknown().into());
        }
        if let Some((key, value)) = event {
            self.tell(|| RegistryEvent::Registered {
                registry: running.root,
                key: key.clone(),
                pid: me,
                value: value.clone(),
            });
        }
        Ok(partition)
    }

    fn unregister<Q>(&self, me: Pid, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some((key, entry)) = self.table.release(key, me) else {
            return false;
        };
        let running = self.running().ok();
        self.withdraw(me, &key, running.as_ref().map(|running| self.partition(running, me)));
        if let Some(running) = running {
            self.tell(|| RegistryEvent::Unregistered { registry: running.root, key: key.clone(), pid: me });
        }
        drop(entry);
        true
    }

    /// An error if `holder` keeps the current process from having its key.
    fn refuse(&self, me: Pid, holder: Pid) -> Result<(), RegisterError> {
        if holder == me || self.is_alive(holder) {
            return Err(RegisterError::AlreadyRegistered(holder));
        }
        Ok(())
    }

    /// Enters the key, in the place of a dead holder if need be.
    fn claim(&self, me: Pid, mut key: K, value: Arc<V>) -> Result<(), (K, RegisterError)> {
        let mut entry = Entry::new(me, value);
        loop {
            let Err(taken) = self.table.claim(key, entry) else {
                return Ok(());
            };
            // Looked at outside the lock. Who is dead stays dead, and a pid comes to name nobody else.
            if let Err(refused) = self.refuse(me, taken.holder) {
                return Err((taken.key, refused));
            }
            match self.table.supersede(&taken.key, taken.holder, taken.entry) {
                Ok(_old) => return Ok(()),
                Err(back) => (key, entry) = (taken.key, back),
            }
        }
    }

    /// Takes a key out of the index, and dissolves the link to the partition, if there is one, if it was the last.
    fn withdraw(&self, me: Pid, key: &K, partition: Option<Pid>) {
        if let (Removed::Last(_), Some(partition)) = (self.index.remove(me, key), partition) {
            // It fails only for a process that is ending, whose links are dissolved anyway.
            let _ending = unlink(partition);
        }
    }
}
