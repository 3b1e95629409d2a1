//! The handle of a registry, and what everybody can do with it.

use crate::builder::RegistryBuilder;
use crate::error::UnknownRegistry;
use crate::keys::{Key, Unique, Value};
use crate::partition::PartitionMessage;
use crate::root::{self, RootMessage};
use crate::shared::Shared;
use crate::stats::RegistryStats;
use actor_core::{Pid, ProcessRef, whereis};
use actor_gen::{Address, ChildKind, ChildSpec, StartError, Started, StopError};
use std::any::Any;
use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A registry whose keys are of type `K` and whose values are of type `V`. Elixir's `Registry`.
///
/// A cheap handle: clone it, send it, share it. All clones are the same registry. It outlives the registry's processes, and
/// serves again when a supervisor has restarted them.
pub struct Registry<K, V = (), Keys = Unique> {
    pub(crate) shared: Arc<Shared<K, V>>,
    keys: PhantomData<fn() -> Keys>,
}

impl<K: Key, V: Value> Registry<K, V> {
    /// A registry in which at most one process holds a key, about to be started.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rooms: Registry<String, u32> = Registry::unique().partitions(8).name("rooms").start().await?;
    /// # Ok(()) }
    /// ```
    pub fn unique() -> RegistryBuilder<K, V> {
        RegistryBuilder::new()
    }

    pub(crate) fn new(shared: Arc<Shared<K, V>>) -> Self {
        Self { shared, keys: PhantomData }
    }

    pub(crate) async fn run(self, link: bool) -> Result<Self, StartError> {
        root::start(&self.shared, link).await?;
        Ok(self)
    }

    // ===== reading =====

    /// Who holds `key`, and its value. Elixir's `Registry.lookup/2`.
    ///
    /// A process whose end the caller can know of is never returned, cleaned up or not. No process is asked.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String, u32> = Registry::unique().start().await?;
    /// # let (_, end) = actor_core::spawn_monitor(async move |inbox: actor_core::Inbox<()>| {
    /// rooms.register("lobby", 12)?;
    /// assert_eq!(rooms.lookup("lobby"), Some((inbox.pid(), 12)));
    /// assert_eq!(rooms.lookup("attic"), None);
    /// # Ok(()) })?;
    /// # assert!(end.await.reason.is_clean());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn lookup<Q>(&self, key: &Q) -> Option<(Pid, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let held = self.shared.table.get(key)?;
        let alive = self.shared.is_alive(held.pid);
        alive.then(|| held.into_entry())
    }

    /// Who holds `key`. Elixir's `Registry.whereis_name/1`.
    ///
    /// The answer is an [`Address`]: `ServerRef::<Room>::find(rooms.whereis("lobby"))` is the server's handle, and
    /// `stop(rooms.whereis("lobby"))` stops it.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String> = Registry::unique().start().await?;
    /// assert_eq!(rooms.whereis("lobby"), None);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn whereis<Q>(&self, key: &Q) -> Option<Pid>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let pid = self.shared.table.holder(key)?;
        self.shared.is_alive(pid).then_some(pid)
    }

    /// The handle of whoever holds `key`, if it is a process that takes messages of type `M`: the quickest way from a key to a
    /// mailbox.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # use actor_core::{Inbox, ProcessRef};
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// struct Join(&'static str);
    /// # let rooms: Registry<String> = Registry::unique().start().await?;
    /// # let (_, end) = actor_core::spawn_monitor(async move |mut inbox: Inbox<Join>| {
    /// rooms.register("lobby", ())?;
    /// let room: ProcessRef<Join> = rooms.find_process("lobby").expect("it is registered");
    /// room.try_send(Join("ada"))?;
    /// # assert_eq!(inbox.recv().await.0, "ada");
    /// # Ok(()) })?;
    /// # assert!(end.await.reason.is_clean());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn find_process<M, Q>(&self, key: &Q) -> Option<ProcessRef<M>>
    where
        M: Send + 'static,
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let process = self.shared.table.process(key)?;
        process.is_alive().then_some(process)
    }

    /// Hands the entries of `key` to `act`, in the calling process; does nothing if there are none. Elixir's
    /// `Registry.dispatch/3`.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String, u32> = Registry::unique().start().await?;
    /// rooms.dispatch("lobby", |entries| {
    ///     for (pid, guests) in entries {
    ///         println!("{pid} has {guests} guests");
    ///     }
    /// });
    /// # Ok(()) }
    /// ```
    pub fn dispatch<Q>(&self, key: &Q, mut act: impl FnMut(Vec<(Pid, V)>))
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(entry) = self.lookup(key) {
            act(vec![entry]);
        }
    }

    /// The entries of `key` whose value `wanted` accepts: at most one. Elixir's `Registry.match/4`.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String, u32> = Registry::unique().start().await?;
    /// assert!(rooms.matching("lobby", |guests| *guests > 10).is_empty());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn matching<Q>(&self, key: &Q, wanted: impl FnOnce(&V) -> bool) -> Vec<(Pid, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let found = self.shared.table.get(key).filter(|held| self.shared.is_alive(held.pid));
        let found = found.filter(|held| wanted(&held.value));
        found.map(|held| held.into_entry()).into_iter().collect()
    }

    /// The keys that a process holds, in no particular order; none if it has ended. Elixir's `Registry.keys/2`.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String> = Registry::unique().start().await?;
    /// # let (_, end) = actor_core::spawn_monitor(async move |inbox: actor_core::Inbox<()>| {
    /// rooms.register("lobby", ())?;
    /// assert_eq!(rooms.keys(inbox.pid()), ["lobby"]);
    /// # Ok(()) })?;
    /// # assert!(end.await.reason.is_clean());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn keys(&self, pid: Pid) -> Vec<K> {
        if self.shared.is_alive(pid) { self.shared.index.keys(pid) } else { Vec::new() }
    }

    /// The values that `pid` has under `key`: at most one. Elixir's `Registry.values/3`.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String, u32> = Registry::unique().start().await?;
    /// # let (_, end) = actor_core::spawn_monitor(async move |inbox: actor_core::Inbox<()>| {
    /// rooms.register("lobby", 12)?;
    /// assert_eq!(rooms.values("lobby", inbox.pid()), [12]);
    /// # Ok(()) })?;
    /// # assert!(end.await.reason.is_clean());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn values<Q>(&self, key: &Q, pid: Pid) -> Vec<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let entry = self.lookup(key).filter(|(holder, _)| *holder == pid);
        entry.map(|(_, value)| value).into_iter().collect()
    }

    /// How many entries there are. Elixir's `Registry.count/1`.
    ///
    /// Those of processes that have just ended count until they are cleaned up; after [`sync`](Self::sync) they do not.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared.table.len()
    }

    /// All entries of living processes, in no particular order. Elixir's `Registry.select/2`, with the iterator's own methods for
    /// the conditions.
    ///
    /// The keys are copied before this returns, shard by shard: entries that come or go meanwhile may be there or not.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String, u32> = Registry::unique().start().await?;
    /// let full: Vec<String> =
    ///     rooms.entries().filter(|(_, _, guests)| *guests > 10).map(|(key, _, _)| key).collect();
    /// assert!(full.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn entries(&self) -> impl Iterator<Item = (K, Pid, V)> + use<K, V> {
        let shared = Arc::clone(&self.shared);
        let snapshot = self.shared.table.snapshot().into_iter();
        snapshot.filter(move |(_, held)| shared.is_alive(held.pid)).map(|(key, held)| {
            let (pid, value) = held.into_entry();
            (key, pid, value)
        })
    }

    // ===== what it knows about itself =====

    /// A value that was put under `name` and is of type `T`. Elixir's `Registry.meta/2`.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String> = Registry::unique().start().await?;
    /// rooms.put_meta("limit", 100_u32);
    /// assert_eq!(rooms.meta("limit").as_deref(), Some(&100_u32));
    /// rooms.delete_meta("limit");
    /// assert_eq!(rooms.meta::<u32>("limit"), None);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn meta<T: Any + Send + Sync>(&self, name: &str) -> Option<Arc<T>> {
        self.shared.meta.get(name)
    }

    /// Puts a value under `name`, for everybody who has the registry. It stays when the registry is restarted. Elixir's
    /// `Registry.put_meta/3`.
    pub fn put_meta<T: Any + Send + Sync>(&self, name: impl Into<String>, value: T) {
        drop(self.shared.meta.put(name.into(), value));
    }

    /// Removes what was put under `name`. Elixir's `Registry.delete_meta/2`.
    pub fn delete_meta(&self, name: &str) {
        drop(self.shared.meta.delete(name));
    }

    /// How large the registry is.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rooms: Registry<String> = Registry::unique().start().await?;
    /// assert_eq!(rooms.stats().missed_events, 0, "all listeners kept up");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn stats(&self) -> RegistryStats {
        self.shared.stats()
    }

    // ===== its processes =====

    /// The registry that runs under `name` on the current node.
    ///
    /// # Errors
    /// [`UnknownRegistry`] if none does, or one with other types.
    ///
    /// ```
    /// # use actor_registry::*;
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rooms: Registry<String> = Registry::unique().name("rooms").start().await?;
    /// assert_eq!(Registry::<String>::find("rooms").await?, rooms);
    /// assert!(Registry::<String>::find("halls").await.is_err());
    /// # Ok(()) }
    /// ```
    pub async fn find(name: &str) -> Result<Self, UnknownRegistry> {
        let (reply, handle) = oneshot::channel();
        if let Some(root) = whereis(name).and_then(ProcessRef::<RootMessage<K, V>>::find) {
            // If it ends meanwhile the reply is dropped with it.
            drop(root.send(RootMessage::Handle(reply)).await);
        } else {
            drop(reply);
        }
        handle.await.map_err(|_gone| UnknownRegistry { name: name.to_owned() })
    }

    /// How a supervisor starts this registry. After a restart it is empty, and all its handles serve again.
    ///
    /// Its id is the registry's name, or its type; it counts as a supervisor.
    #[must_use]
    pub fn child_spec(&self) -> ChildSpec<Self> {
        let shared = Arc::clone(&self.shared);
        let id = self.shared.options.name.as_deref();
        let spec = ChildSpec::new(id.unwrap_or(std::any::type_name::<Self>()), move || {
            let registry = Self::new(Arc::clone(&shared));
            async move {
                let registry = registry.run(true).await?;
                let pid = registry.pid().ok_or(StartError::Failed(actor_core::ExitReason::NoProc))?;
                Ok(Started { pid, handle: registry })
            }
        });
        spec.kind(ChildKind::Supervisor)
    }

    /// Ends the registry, and with it the processes that are registered, with reason `Shutdown`. Returns when it has ended.
    ///
    /// # Errors
    /// [`StopError::NoProc`] if it does not run.
    pub async fn stop(&self) -> Result<(), StopError> {
        actor_gen::stop(self.pid()).await
    }

    /// The registry's own process. `None`: it does not run.
    #[must_use]
    pub fn pid(&self) -> Option<Pid> {
        self.shared.running().ok().map(|running| running.root)
    }

    /// The partitions, as many as were asked for; none if the registry does not run.
    #[must_use]
    pub fn partitions(&self) -> Vec<Pid> {
        let partitions = self.shared.running().map(|running| running.partitions);
        partitions.map_or_else(|_| Vec::new(), |all| all.iter().map(ProcessRef::pid).collect())
    }

    /// Waits until everything is cleaned up that was held by processes whose end the caller knows of. For tests and statistics:
    /// looking up and registering need not wait for it.
    ///
    /// # Cancel safety
    /// Nothing is lost if the future is dropped.
    pub async fn sync(&self) {
        let Ok(running) = self.shared.running() else {
            return;
        };
        let mut answers = Vec::new();
        for partition in running.partitions.iter() {
            let (done, answer) = oneshot::channel();
            // A partition that has ended has nothing to clean up; its half of the channel is dropped.
            drop(partition.send(PartitionMessage::Sync(done)).await);
            answers.push(answer);
        }
        for answer in answers {
            drop(answer.await);
        }
    }
}

impl<K: Key, V: Value> Address for Registry<K, V> {
    fn pid(&self) -> Option<Pid> {
        Self::pid(self)
    }
}

impl<K, V, Keys> Clone for Registry<K, V, Keys> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), keys: PhantomData }
    }
}

/// Two handles are equal if they are of the same registry.
impl<K, V, Keys> PartialEq for Registry<K, V, Keys> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<K, V, Keys> Eq for Registry<K, V, Keys> {}

impl<K: Key, V: Value> fmt::Debug for Registry<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.shared.options.name.as_deref().unwrap_or("unnamed");
        write!(f, "Registry({name}, {} entries)", self.count())
    }
}
