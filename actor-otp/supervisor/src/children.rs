//! The children of a supervisor, in their order.
//!
//! The order is data: a key is never used twice, and a later child has a higher one. Nothing here takes longer than the
//! logarithm of the number of children, but what is asked about all of them.

use crate::strategy::Member;
use actor_core::Pid;
use actor_gen::{AnyHandle, ChildKind, ChildSpec, Restart};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A child's place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u64);

/// One attempt to bring a child back, told from those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt(pub(crate) u64);

/// How a child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It runs, as far as is known.
    Running(Pid),
    /// It does not, and is left alone. OTP's `undefined`.
    Stopped,
    /// It does not, and this attempt to start it is to come.
    Restarting(Attempt),
}

/// A child.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) spec: ChildSpec<AnyHandle>,
    state: State,
}

impl Child {
    pub(crate) fn state(&self) -> State {
        self.state
    }

    pub(crate) fn pid(&self) -> Option<Pid> {
        match self.state {
            State::Running(pid) => Some(pid),
            State::Stopped | State::Restarting(_) => None,
        }
    }

    pub(crate) fn is_temporary(&self) -> bool {
        self.spec.restart_type() == Restart::Temporary
    }

    /// Whether it counts as alive for `auto_shutdown`.
    fn holds_up_shutdown(&self) -> bool {
        self.spec.is_significant() && self.state != State::Stopped
    }
}

/// All children.
#[derive(Debug, Default)]
pub(crate) struct Children {
    rows: BTreeMap<Key, Child>,
    ids: HashMap<Arc<str>, Key>,
    pids: HashMap<Pid, Key>,
    next: u64,
    /// How many significant children are alive, or about to be.
    significant: usize,
}

impl Children {
    /// Adds a child at the end, not running. `None`: its id is taken.
    pub(crate) fn add(&mut self, spec: ChildSpec<AnyHandle>) -> Option<Key> {
        let id = Arc::clone(spec.child_id());
        if self.ids.contains_key(&id) {
            return None;
        }
        let key = Key(self.next);
        self.next += 1;
        self.ids.insert(id, key);
        self.rows.insert(key, Child { spec, state: State::Stopped });
        Some(key)
    }

    /// Notes how a child is now.
    pub(crate) fn set(&mut self, key: Key, state: State) {
        let Some(child) = self.rows.get_mut(&key) else { return };
        self.significant -= usize::from(child.holds_up_shutdown());
        let before = std::mem::replace(&mut child.state, state);
        self.significant += usize::from(child.holds_up_shutdown());
        self.forget_pid(key, before);
        if let State::Running(pid) = state {
            self.pids.insert(pid, key);
        }
    }

    /// Removes a child.
    pub(crate) fn remove(&mut self, key: Key) -> Option<Child> {
        let child = self.rows.remove(&key)?;
        self.significant -= usize::from(child.holds_up_shutdown());
        self.ids.remove(child.spec.child_id());
        self.forget_pid(key, child.state);
        shrink(&mut self.ids);
        Some(child)
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Child> {
        self.rows.get(&key)
    }

    /// The child with this id.
    pub(crate) fn by_id(&self, id: &str) -> Option<(Key, &Child)> {
        let key = *self.ids.get(id)?;
        Some((key, self.rows.get(&key)?))
    }

    /// The child that runs as this process.
    pub(crate) fn by_pid(&self, pid: Pid) -> Option<(Key, &Child)> {
        let key = *self.pids.get(&pid)?;
        Some((key, self.rows.get(&key)?))
    }

    /// All children, the first one first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (Key, &Child)> {
        self.rows.iter().map(|(&key, child)| (key, child))
    }

    /// The same, as a strategy sees them.
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<Key>> {
        self.iter().map(|(key, child)| Member { key, alive: child.pid().is_some(), temporary: child.is_temporary() })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many significant children are alive, or about to be.
    pub(crate) fn significant(&self) -> usize {
        self.significant
    }

    /// How many children there are, by kind. `is_alive` looks closer at those that run as far as is known.
    pub(crate) fn count(&self, is_alive: impl Fn(Pid) -> bool) -> ChildCount {
        let mut count = ChildCount { specs: self.rows.len(), ..ChildCount::default() };
        for child in self.rows.values() {
            count.active += usize::from(child.pid().is_some_and(&is_alive));
            match child.spec.child_kind() {
                ChildKind::Worker => count.workers += 1,
                ChildKind::Supervisor => count.supervisors += 1,
            }
        }
        count
    }

    fn forget_pid(&mut self, key: Key, state: State) {
        if let State::Running(pid) = state
            && self.pids.get(&pid) == Some(&key)
        {
            self.pids.remove(&pid);
            shrink(&mut self.pids);
        }
    }
}

/// How many children a supervisor has. OTP's `count_children`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildCount {
    /// Children, running or not.
    pub specs: usize,
    /// Those whose process is alive.
    pub active: usize,
    /// Children that are supervisors, running or not.
    pub supervisors: usize,
    /// Children that are workers, running or not.
    pub workers: usize,
}

/// Gives back the memory of a map that once held many more.
fn shrink<K: std::hash::Hash + Eq, V>(map: &mut HashMap<K, V>) {
    if map.capacity() > 64 && map.len() * 8 < map.capacity() {
        map.shrink_to(map.len() * 2);
    }
}

#[cfg(test)]
mod tests;
