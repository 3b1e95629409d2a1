//! The timers a process set for itself, so that they end with it.

use crate::timer::Timers;
use crate::timer::wheel::Key;

/// Keys of timers, some of which may have fired already: they are swept out when the list has doubled.
#[derive(Default)]
pub(crate) struct Owned {
    keys: Vec<Key>,
    sweep_at: usize,
}

impl Owned {
    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Adds a timer; returns whether the list wants to be swept.
    pub(crate) fn add(&mut self, key: Key) -> bool {
        self.keys.push(key);
        self.keys.len() > self.sweep_at.max(16)
    }

    /// Forgets the timers that are done.
    pub(crate) fn sweep(&mut self, timers: &Timers) {
        self.keys.retain(|&key| timers.is_live(key));
        self.keys.shrink_to(16);
        self.sweep_at = self.keys.len() * 2;
    }

    /// Takes over the timers of `other`, which were added meanwhile.
    pub(crate) fn merge(&mut self, other: &mut Self) {
        self.keys.append(&mut other.keys);
    }
}
