//! What all handles of a registry and its processes share.
//!
//! A registry *runs* from the start of its own process to that process's end: one epoch. What an epoch leaves behind, the tables
//! and the processes registered in them, does not reach into the next.

use crate::error::UnknownRegistry;
use crate::index::Index;
use crate::keys::{Key, Value};
use crate::listener::{Listener, RegistryEvent};
use crate::meta::Meta;
use crate::partition::PartitionMessage;
use crate::stats::RegistryStats;
use crate::table::{Held, Table};
use actor_core::behaviour::guarded;
use actor_core::{Node, Pid, ProcessRef};
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// How a registry was asked to be.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) partitions: usize,
    pub(crate) name: Option<String>,
    pub(crate) node: Option<Node>,
    pub(crate) listeners: Vec<Listener>,
}

/// A registry.
pub(crate) struct Shared<K, V> {
    pub(crate) options: Options,
    pub(crate) table: Table<K, V>,
    pub(crate) index: Index<K>,
    pub(crate) meta: Meta,
    hasher: RandomState,
    node: OnceLock<Node>,
    running: RwLock<Option<Running>>,
    epoch: AtomicU64,
    missed: AtomicU64,
}

/// The processes of an epoch.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) epoch: u64,
    pub(crate) root: Pid,
    pub(crate) partitions: Arc<[ProcessRef<PartitionMessage>]>,
}

impl<K: Key, V: Value> Shared<K, V> {
    pub(crate) fn new(options: Options) -> Self {
        let shards = shards(options.partitions);
        Self {
            options,
            table: Table::new(shards),
            index: Index::new(shards),
            meta: Meta::default(),
            hasher: RandomState::new(),
            node: OnceLock::new(),
            running: RwLock::new(None),
            epoch: AtomicU64::new(0),
            missed: AtomicU64::new(0),
        }
    }

    // ===== epochs =====

    /// Begins an epoch; or says which process the registry is run by already.
    pub(crate) fn open(
        &self,
        root: Pid,
        node: Node,
        partitions: Arc<[ProcessRef<PartitionMessage>]>,
    ) -> Result<u64, Pid> {
        let mut running = self.running.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*running {
            return Err(running.root);
        }
        // The first node serves later epochs, too: it finds the processes of others as well.
        self.node.get_or_init(|| node);
        let epoch = self.epoch.load(Ordering::SeqCst);
        *running = Some(Running { epoch, root, partitions });
        Ok(epoch)
    }

    /// Ends an epoch: the registry is empty and refuses when this returns.
    pub(crate) fn close(&self, epoch: u64) {
        // Before the tables are emptied: who registers meanwhile looks at the epoch last, and takes its entry back.
        let ended = self.epoch.compare_exchange(epoch, epoch + 1, Ordering::SeqCst, Ordering::SeqCst);
        if ended.is_err() {
            return;
        }
        for pid in self.index.processes() {
            self.forget(pid);
        }
        // A partition that was killed over its work has left entries that are in no index.
        self.sweep(|_| true);
        let ended = self.running.write().unwrap_or_else(PoisonError::into_inner).take();
        drop(ended);
    }

    /// The processes of the current epoch.
    pub(crate) fn running(&self) -> Result<Running, UnknownRegistry> {
        let running = self.running.read().unwrap_or_else(PoisonError::into_inner).clone();
        running.filter(|running| self.is_current(running)).ok_or_else(|| self.unknown())
    }

    pub(crate) fn is_current(&self, running: &Running) -> bool {
        self.epoch.load(Ordering::SeqCst) == running.epoch
    }

    pub(crate) fn unknown(&self) -> UnknownRegistry {
        let name =
            self.options.name.clone().unwrap_or_else(|| std::any::type_name::<crate::Registry<K, V>>().to_owned());
        UnknownRegistry { name }
    }

    // ===== processes =====

    /// Whether a process lives: false as soon as anybody can know that it does not.
    pub(crate) fn is_alive(&self, pid: Pid) -> bool {
        self.node.get().is_some_and(|node| node.is_alive(pid))
    }

    /// The partition that looks after a process.
    pub(crate) fn partition(&self, running: &Running, pid: Pid) -> Pid {
        let at = self.hasher.hash_one(pid) % running.partitions.len() as u64;
        running.partitions[at as usize].pid()
    }

    /// Takes back whatever a process holds.
    pub(crate) fn forget(&self, pid: Pid) {
        if let Some(keys) = self.index.take(pid) {
            for key in keys {
                self.release(pid, key);
            }
        }
    }

    /// Takes back what processes hold that `concerns` it, by looking at everything.
    pub(crate) fn sweep(&self, concerns: impl Fn(Pid) -> bool) {
        let entries = self.table.snapshot().into_iter();
        for (key, held) in entries.filter(|(_, held)| concerns(held.pid)) {
            self.release(held.pid, key);
        }
    }

    /// Takes a key from a process that is no more. Hashing it and dropping it is the user's code, whose panics must not reach ours.
    pub(crate) fn release(&self, pid: Pid, key: K) {
        quietly(|| {
            drop(self.table.release(&key, pid));
            drop(key);
        });
    }

    // ===== listeners =====

    /// Whether there is anybody to tell.
    pub(crate) fn is_heard(&self) -> bool {
        !self.options.listeners.is_empty()
    }

    /// Tells the listeners.
    pub(crate) fn tell(&self, event: impl Fn() -> RegistryEvent<K, V>) {
        let Some(node) = self.node.get() else { return };
        for listener in &self.options.listeners {
            if listener.tell(node, event()) {
                // Relaxed: a count, which guards nothing.
                self.missed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn stats(&self) -> RegistryStats {
        RegistryStats {
            entries: self.table.len(),
            processes: self.index.len(),
            capacity: self.table.capacity(),
            missed_events: self.missed.load(Ordering::Relaxed),
        }
    }
}

impl<V: Clone> Held<V> {
    /// The value, cloned outside of any lock.
    pub(crate) fn into_entry(self) -> (Pid, V) {
        (self.pid, Arc::unwrap_or_clone(self.value))
    }
}

/// Runs code of the user's on behalf of a process that is not there to panic. What it panics with is dropped.
pub(crate) fn quietly(act: impl FnOnce()) {
    drop(guarded(act));
}

/// As many shards as the default, and at least four for a partition.
fn shards(partitions: usize) -> usize {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    (threads.max(partitions) * 4).next_power_of_two()
}
