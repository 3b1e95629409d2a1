//! Which keys a process holds, so that they are found when it ends.
//!
//! Only a process itself adds to its keys, and only its partition takes them after its end.

use crate::keys::Key;
use crate::slack::Slack;
use actor_core::Pid;
use dashmap::{DashMap, Entry};
use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;

/// Process to keys.
pub(crate) struct Index<K> {
    processes: DashMap<Pid, Keys<K>>,
    slack: Slack,
}

/// The keys of one process. Most have a single one.
pub(crate) enum Keys<K> {
    One(K),
    /// Boxed, so that one key takes no room for a set.
    #[expect(clippy::box_collection, reason = "the set itself is four words, and few processes have one")]
    Many(Box<HashSet<K>>),
}

/// What taking a key from a process came to. What was taken out is inside, to be dropped by the caller.
pub(crate) enum Removed<K> {
    /// The process did not have it.
    Nothing,
    /// It has others.
    OneOfMany(K),
    /// It has none any more.
    Last(Keys<K>),
}

impl<K: Key> Index<K> {
    pub(crate) fn new(shards: usize) -> Self {
        Self { processes: DashMap::with_shard_amount(shards), slack: Slack::default() }
    }

    /// Notes that a process holds a key. What that displaces is returned, to be dropped by the caller.
    pub(crate) fn add(&self, pid: Pid, key: K) -> Option<Keys<K>> {
        match self.processes.entry(pid) {
            Entry::Vacant(vacant) => {
                drop(vacant.insert(Keys::One(key)));
                None
            }
            Entry::Occupied(mut occupied) => match occupied.get_mut() {
                Keys::Many(many) => many.replace(key).map(Keys::One),
                Keys::One(one) => {
                    // Complete before it is put in place: hashing may panic, and then nothing must have changed.
                    let both = HashSet::from([one.clone(), key]);
                    Some(occupied.insert(Keys::Many(Box::new(both))))
                }
            },
        }
    }

    /// Takes a key from a process.
    pub(crate) fn remove<Q>(&self, pid: Pid, key: &Q) -> Removed<K>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Entry::Occupied(mut occupied) = self.processes.entry(pid) else {
            return Removed::Nothing;
        };
        let is_last = match occupied.get() {
            Keys::One(one) => one.borrow() == key,
            Keys::Many(many) => many.len() == 1 && many.contains(key),
        };
        if is_last {
            let keys = occupied.remove();
            self.slack.removed(&self.processes);
            return Removed::Last(keys);
        }
        let Keys::Many(many) = occupied.get_mut() else {
            return Removed::Nothing;
        };
        let Some(key) = many.take(key) else {
            return Removed::Nothing;
        };
        if many.capacity() > 64 && many.len() * 8 < many.capacity() {
            many.shrink_to(many.len() * 2);
        }
        Removed::OneOfMany(key)
    }

    /// Takes all keys of a process.
    pub(crate) fn take(&self, pid: Pid) -> Option<Keys<K>> {
        let (_, keys) = self.processes.remove(&pid)?;
        self.slack.removed(&self.processes);
        Some(keys)
    }

    /// The keys of a process, in no particular order.
    pub(crate) fn keys(&self, pid: Pid) -> Vec<K> {
        self.processes.get(&pid).map_or_else(Vec::new, |keys| match &*keys {
            Keys::One(one) => vec![one.clone()],
            Keys::Many(many) => many.iter().cloned().collect(),
        })
    }

    /// The processes that hold any key.
    pub(crate) fn processes(&self) -> Vec<Pid> {
        self.processes.iter().map(|entry| *entry.key()).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.processes.len()
    }
}

impl<K> IntoIterator for Keys<K> {
    type Item = K;
    type IntoIter = std::iter::Chain<std::option::IntoIter<K>, std::collections::hash_set::IntoIter<K>>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Self::One(one) => Some(one).into_iter().chain(HashSet::new()),
            Self::Many(many) => None.into_iter().chain(*many),
        }
    }
}
