//! Unique references.

use crate::pid::NodeId;
use crate::sync::{AtomicU64, Ordering};
use std::cell::Cell;
use std::fmt;

/// A value that is made once and never again: it names a monitor, a timer or an alias. Erlang's `reference()`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ref {
    node: NodeId,
    id: u64,
}

impl Ref {
    pub(crate) fn new(node: NodeId) -> Self {
        Self { node, id: next_id() }
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#Ref<{}.{}>", self.node.number, self.id)
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How many ids a thread takes from the common counter at a time, so that the counter's cache line stays cold.
const BLOCK: u64 = 1024;

static NEXT_BLOCK: AtomicU64 = AtomicU64::new(1);

/// The next id that this program has not used yet. Never zero.
pub(crate) fn next_id() -> u64 {
    thread_local! {
        static LEFT: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    }
    LEFT.with(|left| {
        let (mut next, mut end) = left.get();
        if next == end {
            // Relaxed: uniqueness needs the addition to be atomic, and nothing is published by it.
            next = NEXT_BLOCK.fetch_add(BLOCK, Ordering::Relaxed);
            end = next + BLOCK;
        }
        left.set((next + 1, end));
        next
    })
}
