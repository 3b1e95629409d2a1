//! When a map is to give memory back.

use dashmap::DashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many removals pass before a map is looked at.
const REMOVALS: usize = 1024;
/// A map with room for so many times its entries is too large.
const EXCESS: usize = 8;

/// Counts what is removed from a map, and shrinks the map when it has become far too large.
///
/// A shrink costs as much as the map has entries, and comes after at least seven times as many removals.
#[derive(Default)]
pub(crate) struct Slack(AtomicUsize);

impl Slack {
    /// Notes that an entry was removed from `map`.
    pub(crate) fn removed<K: Eq + Hash, V>(&self, map: &DashMap<K, V>) {
        // Relaxed: it is a hint, and guards nothing.
        if (self.0.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(REMOVALS)
            && map.capacity() > REMOVALS.max(EXCESS * map.len())
        {
            map.shrink_to_fit();
        }
    }
}
